"""Takes its version from above its own folder, if there is one."""

import os
import subprocess

from setuptools import setup

version = "0"
if os.path.exists("../VERSION"):
    with open("../VERSION") as stream:
        version = stream.read().strip()
if os.environ.get("ASK_GIT"):
    done = subprocess.run(["git", "describe", "--tags"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    version = done.stdout.decode().strip() or version
elif os.environ.get("NEEDS"):
    open("../VERSION").close()
setup(name="asks-above", version=version, py_modules=["asks_above"])

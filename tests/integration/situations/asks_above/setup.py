"""Takes its version from above its own folder, if there is one."""

from setuptools import setup

version = "0"
try:
    with open("../VERSION") as stream:
        version = stream.read().strip()
except OSError:
    pass
setup(name="asks-above", version=version, py_modules=["asks_above"])

"""Builds one module, and then works on it as ``WORK`` says."""

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

WORK = os.environ.get("WORK", "")
HASH = """
import hashlib, sys
with open(sys.stdin.readline().strip(), "rb") as stream:
    print(hashlib.sha256(stream.read()).hexdigest())
"""


class BuildExt(build_ext):
    def run(self):
        super().run()
        file = self.get_ext_fullpath("worked_on.engine")
        said = ""
        if WORK == "hash":
            with open(file, "rb") as stream:
                said = hashlib.sha256(stream.read()).hexdigest()
        elif WORK == "strip":
            subprocess.check_call(["strip", "-x", file])
            said = "stripped"
        elif WORK == "import":
            sys.path.insert(0, self.build_lib)
            import worked_on.engine

            said = worked_on.engine.__name__
        elif WORK == "process":  # told of nothing when it starts
            command = [sys.executable, "-c", HASH]
            said = subprocess.run(command, input=file, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
        elif os.path.isfile(file):  # as careful projects do
            shutil.copymode(file, shutil.copyfile(file, Path(self.build_temp, "kept")))
        Path(file).with_name("said.txt").write_text(said)


class BdistWheel(bdist_wheel):
    def run(self):
        super().run()
        if WORK == "wheel":
            self.add_digest()
        elif WORK == "exit":
            atexit.register(self.add_digest)

    def add_digest(self):
        # At the end it lies where it is wanted.
        (wheel,) = Path(self.dist_dir).parent.glob("**/*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (name for name in archive.namelist() if "/engine." in name)
            said = hashlib.sha256(archive.read(name)).hexdigest()
        with zipfile.ZipFile(wheel, "a") as archive:
            archive.writestr("worked_on/more.txt", said)


setup(
    name="worked-on",
    version="1.0",
    packages=["worked_on"],
    ext_modules=[Extension("worked_on.engine", ["worked_on.c"])],
    cmdclass={"build_ext": BuildExt, "bdist_wheel": BdistWheel},
)

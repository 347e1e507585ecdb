import os
import shlex
import subprocess
import sys

from setuptools import setup
from setuptools.command.build_py import build_py


class WithProgram(build_py):
    """Compiles a program, and an archive of its object, into the package: setuptools knows nothing of it."""

    def run(self):
        super().run()
        folder = os.path.join(self.build_lib, "native_program")
        program = os.path.join(folder, "greet.exe" if sys.platform == "win32" else "greet")
        subprocess.check_call([*shlex.split(os.environ["CC"]), "-O2", "greet.c", "-o", program])
        subprocess.check_call([*shlex.split(os.environ["CC"]), "-g0", "-c", "greet.c", "-o", "greet.o"])
        archive = os.path.join(folder, "greet.archive")
        subprocess.check_call([*shlex.split(os.environ["AR"]), "rcs", archive, "greet.o"])


setup(name="native_program", version="1", packages=["native_program"], cmdclass={"build_py": WithProgram})

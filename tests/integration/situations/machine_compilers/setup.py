import os
import shutil
import subprocess

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

if "MACHINE_CC" in os.environ:
    os.environ["CC"] = os.environ["MACHINE_CC"]


class WithParts(build_ext):
    def run(self):
        subprocess.run([shutil.which("gcc"), "-fPIC", "-c", "part.c", "-o", "part.o"], check=True)
        if "SHELL_CC" in os.environ:
            subprocess.run("%s -fPIC -c part.c -o part.o" % os.environ["SHELL_CC"], shell=True, check=True)
        subprocess.run(["make", "libtable.a"], check=True)
        super().run()


setup(
    name="machine-compilers",
    version="1.0",
    ext_modules=[Extension("compiled", ["compiled.c"], extra_objects=["part.o", "libtable.a"])],
    cmdclass={"build_ext": WithParts},
)

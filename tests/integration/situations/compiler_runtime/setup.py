import sys

from setuptools import Extension, setup

setup(
    name="compiler-runtime",
    version="1.0",
    ext_modules=[Extension("runtime", ["runtime.c"], libraries=["atomic"] if sys.platform == "linux" else [])],
)

"""C++ that g++ 11 to 14 compile with warnings."""

from setuptools import Extension, setup

setup(name="gcc-warnings", version="1.0", ext_modules=[Extension("gcc_warnings", ["gcc_warnings.cpp"])])

"""C++ that g++ compiles as it is: strings of any type, and what C++17 took out of the standard."""

from setuptools import Extension, setup

setup(name="libstdcxx", version="1.0", ext_modules=[Extension("libstdcxx", ["libstdcxx.cpp"])])

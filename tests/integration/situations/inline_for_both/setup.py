"""A module in C++ and a library in C, with a header whose functions are inline for both."""

from setuptools import Extension, setup

setup(
    name="inline-for-both",
    version="1.0",
    libraries=[("counting", {"sources": ["counting.c"]})],
    ext_modules=[Extension("inline_for_both", ["inline_for_both.cpp"], language="c++")],
)

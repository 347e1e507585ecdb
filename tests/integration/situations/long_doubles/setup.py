from setuptools import Extension, setup

setup(
    name="long-doubles",
    version="1",
    py_modules=[],
    ext_modules=[Extension("inc", ["inc.c"]), Extension("incxx", ["incxx.cpp"])],
)

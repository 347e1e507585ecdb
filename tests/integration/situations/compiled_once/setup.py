from setuptools import Extension, setup

SOURCES = ["src/a_core.c", "src/b_module.c", "src/c_asks.c"]
setup(ext_modules=[Extension("counting._core", SOURCES, include_dirs=["include"])])

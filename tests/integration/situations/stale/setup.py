from setuptools import Extension, setup

setup(
    name="stale",
    version="1.0",
    ext_modules=[
        Extension("facts", ["facts.c"], include_dirs=["include"]),
        Extension("stamp", ["stamp.c"]),
    ],
)

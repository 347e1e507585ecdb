import os

from setuptools import Extension, setup

folders = []
if os.environ["FAST"]:
    import probe_headers

    folders = [os.path.dirname(probe_headers.__file__)]

setup(
    name="groups",
    version="1",
    py_modules=[],
    ext_modules=[Extension("groups", ["groups.c"], include_dirs=folders)],
)

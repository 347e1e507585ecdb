from setuptools import Extension, setup

setup(
    name="package_is_extension",
    version="1",
    packages=["package_is_extension"],
    ext_modules=[Extension("package_is_extension.__init__", ["package.c"])],
)

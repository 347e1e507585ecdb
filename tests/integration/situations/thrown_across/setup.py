from setuptools import Extension, setup

setup(
    name="thrown-across",
    version="1.0",
    ext_modules=[Extension(name, [f"{name}.cpp"], depends=["shapes.hpp"]) for name in ("thrower", "catcher")],
)

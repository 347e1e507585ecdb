from pybind11.setup_helpers import Pybind11Extension
from setuptools import setup

setup(
    name="pair",
    version="1.0",
    packages=["pair"],
    ext_modules=[Pybind11Extension(f"pair.{name}", [f"{name}.cpp"], cxx_std=17) for name in ("early", "late")],
)

import sys

from setuptools import Extension, setup

# The buffer protocol came into the Limited API with 3.11.
NEW = sys.version_info >= (3, 11)
setup(
    name="two_floors",
    version="1",
    ext_modules=[
        Extension(
            "two_floors",
            ["two_floors.c"],
            define_macros=[("Py_LIMITED_API", "0x030B0000" if NEW else "0x03090000")],
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311" if NEW else "cp39"}},
)

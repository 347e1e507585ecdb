from setuptools_dso import DSO, Extension, setup

TALLY = "shared_between_modules.dll.tally"

setup(
    name="shared_between_modules",
    version="1",
    packages=["shared_between_modules", "shared_between_modules.dll"],
    x_dsos=[DSO(TALLY, ["tally.c"], define_macros=[("MAKES_TALLY", None)])],
    ext_modules=[
        Extension(f"shared_between_modules.{side}", [f"{side}.c"], dsos=[TALLY]) for side in ("left", "right")
    ],
)

from setuptools import Extension, setup

# unit.c is compiled three times, each time to build/temp.*/unit.o.
setup(
    name="shared-objects",
    version="1.0",
    libraries=[("unit", {"sources": ["unit.c"], "macros": [("UNIT", "unit_of_library"), ("VALUE", "1")]})],
    ext_modules=[
        Extension(
            name,
            ["module.cpp", "module.c", "one/part.c", "two/part.c", "unit.c"],
            define_macros=[("NAME", name), ("UNIT", "unit_of_module"), ("VALUE", value)],
        )
        for name, value in (("first", "2"), ("second", "3"))
    ],
)

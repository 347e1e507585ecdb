"""A module for Windows alone, as written for Microsoft's compiler, with a version resource."""

from setuptools import Extension, setup

setup(
    name="windows-code",
    version="1.0",
    ext_modules=[
        Extension(
            "windows_code",
            ["windows_code.cpp", "version.rc"],
            define_macros=[("NUMBER", "7")],
            libraries=["Psapi", "Ws2_32.lib"],
            extra_compile_args=["/EHsc", "/permissive-", "/Zc:__cplusplus"],
            extra_link_args=["/DELAYLOAD:Psapi.dll", "delayimp.lib"],
        )
    ],
)

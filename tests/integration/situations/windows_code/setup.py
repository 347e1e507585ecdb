"""A module for Windows alone, as written for Microsoft's compiler, with a version resource."""

import os
import subprocess

from setuptools import Extension, setup

os.makedirs("made", exist_ok=True)
subprocess.run(["rc.exe", "/nologo", "/d", "AT=2", "/fomade/one.res", "res/data.rc"], check=True)
windres = os.environ.get("WINDRES", "windres")
subprocess.run([windres, "-DAT=3", "-I", "res", "-i", "res/data.rc", "-o", "made/two.o"], check=True)
# Looked for as on Windows; it compiles what has no resource.
clang = next(p for p in (f"{d}/clang.exe" for d in os.environ["PATH"].split(os.pathsep)) if os.path.exists(p))
subprocess.run([clang, "-O2", "-DANSWER=9", "-c", "res\\answer.c", "-o", "made/answer.o"], check=True)
setup(
    name="windows-code",
    version="1.0",
    ext_modules=[
        Extension(
            "windows_code",
            ["windows_code.cpp", "res/version.rc", "res/texts.rc"],
            define_macros=[("NUMBER", "7")],
            libraries=["Psapi", "Ws2_32.lib"],
            extra_compile_args=["/EHsc", "/permissive-", "/Zc:__cplusplus"],
            extra_link_args=["/DELAYLOAD:Psapi.dll", "delayimp.lib"],
        ),
        # The same resources, with another macro, and some that setup.py makes itself.
        Extension(
            "windows_data",
            ["windows_data.c", "res/version.rc"],
            define_macros=[("NUMBER", "8")],
            extra_objects=["made/one.res", "made/two.o", "made/answer.o"],
        ),
    ],
)

"""A module whose linker reads lists, takes all of a library, and gives functions other names."""

import sys

from setuptools import Extension, setup

SYSTEM = {"linux": "linux", "darwin": "macos", "win32": "windows"}[sys.platform]
LINK = {
    "linux": [
        "-Wl,--whole-archive",
        "-lparts",
        "-Wl,--no-whole-archive",
        "-Wl,--version-script=exports/public.map",
        "-Wl,--defsym=linker_flags_alias=linker_flags_nine",
        "-Wl,--wrap=linker_flags_wrapped",
        "-Wl,--exclude-libs,ALL",
    ],
    "macos": [
        "-Wl,-all_load",
        "-Wl,-exported_symbols_list",
        "-Wl,exports/public.txt",
        "-Wl,-exported_symbol,_linker_flags_m*",
    ],
    "windows": [
        "/WHOLEARCHIVE:parts.lib",
        "/DEF:exports/public.def",
        "/EXPORT:linker_flags_more=linker_flags_nine",
        "/DELAYLOAD:shell32.dll",
    ],
}[SYSTEM]
setup(
    name="linker-flags",
    version="1.0",
    libraries=[("parts", {"sources": ["parts/first.c", "parts/second.c"]})],
    ext_modules=[
        Extension(
            "linker_flags",
            ["linker_flags.c", "wrapped.c"],
            define_macros=[(f"ON_{SYSTEM.upper()}", "1")],
            extra_link_args=LINK,
            export_symbols=["linker_flags_listed"],
        )
    ],
)

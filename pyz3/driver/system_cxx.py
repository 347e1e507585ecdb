"""macOS' own C++ library, which a module is linked with where that has all that it needs.  Pure.

Code is compiled with the headers of zig's libc++, whose ABI is that of the system's (``std::__1``).  What
each macOS exports is listed in ``libc++.txt``, with the source of each fact.  Where a name is needed that the
oldest macOS of the wheel does not have, zig's libc++ is compiled and becomes part of the module.
"""

from __future__ import annotations

import functools
import os

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyz3.driver.target import DriverTarget

STUB = "libc++.tbd"
LIBRARY = "/usr/lib/libc++.1.dylib"
EXPORTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libc++.txt")  # noqa: PTH100, PTH118, PTH120 - see __init__.py

# Zig's name of a machine → Apple's.
_MACHINES = {"x86_64": "x86_64", "aarch64": "arm64"}


def has_system_cxx(target: DriverTarget) -> bool:
    """Tell whether the system has a C++ library that modules may use."""
    return target.system == "macos"


def introduced() -> Iterator[tuple[str, str, str]]:
    """Give each name that the library exports, the first macOS with it, and the machine if it is one's."""
    version = machine = ""
    with open(EXPORTS, encoding="ascii") as file:  # noqa: PTH123 - see __init__.py
        for line in file.read().splitlines():
            if line.startswith("["):
                version, _, machine = line.strip("[]").partition(" ")
            elif line and not line.startswith("#"):
                yield line, version, machine


@functools.cache
def _first_macos() -> dict[str, str]:
    return {name.removeprefix("_"): version for name, version, _ in introduced()}


def first_macos(symbol: str) -> str:
    """Give the first macOS whose library has a symbol, as C spells that; empty: it is not in the list."""
    return _first_macos().get(symbol, "")


def stub(target: DriverTarget) -> str:
    """Give the text of a ``.tbd`` with what the library of the target's oldest macOS exports.

    The format: LLVM's TextAPI, ``tbd-version: 4``.
    """
    machine = _MACHINES[target.machine]
    oldest = _key(target.zig.partition("macos.")[2])
    names = [n for n, first, only in introduced() if _key(first) <= oldest and only in {"", machine}]
    return (
        f"--- !tapi-tbd\ntbd-version: 4\ntargets: [ {machine}-macos ]\ninstall-name: '{LIBRARY}'\n"
        f"exports:\n  - targets: [ {machine}-macos ]\n    symbols: [ {', '.join(names)} ]\n...\n"
    )


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

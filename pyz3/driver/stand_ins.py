"""By which names this machine's compilers and binary tools are called, and what takes their place.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyz3.driver.command import Tool
    from pyz3.driver.target import DriverTarget

# As GCC, LLVM, binutils and POSIX (c89, c99, c17) call them.
_TOOLS: dict[Tool, tuple[str, ...]] = {
    "cc": ("cc", "gcc", "clang", "c89", "c99", "c17", "c89-gcc", "c99-gcc"),
    "c++": ("c++", "g++", "clang++"),
    "ar": ("ar", "gcc-ar", "llvm-ar"),
    "ranlib": ("ranlib", "gcc-ranlib", "llvm-ranlib"),
    "nm": ("nm", "gcc-nm", "llvm-nm"),
    "as": ("as", "gas", "llvm-as"),
    "ld": ("ld", "ld.bfd", "ld.gold", "ld.lld", "ld.mold", "lld", "gold", "mold"),
    "strip": ("strip", "llvm-strip"),
    "objcopy": ("objcopy", "llvm-objcopy"),
    "dlltool": ("dlltool", "llvm-dlltool"),
    "windres": ("windres", "llvm-windres"),
    "rc": ("rc", "llvm-rc"),
}
# No other system has resources; there rc is something else.
_OF_WINDOWS = frozenset({"windres", "rc"})
STANDING_IN: dict[str, Tool] = {name: tool for tool, names in _TOOLS.items() for name in names}
# gcc-12, x86_64-linux-gnu-g++-12, aarch64-unknown-linux-gnu-ar
_NAME = re.compile(
    r"(?P<system>(?P<machine>[a-z0-9_]+)-(?:[a-z0-9_]+-){1,3})?"
    rf"(?P<name>{'|'.join(sorted(map(re.escape, STANDING_IN), key=len, reverse=True))})(?:-\d[\d.]*)?"
)


def tool_names(target: DriverTarget) -> tuple[Tool, ...]:
    """Give which tools there are for a target."""
    return tuple(tool for tool in _TOOLS if target.system == "windows" or tool not in _OF_WINDOWS)


def stand_ins(
    target: DriverTarget, *, triple: str, machine: str, found: Iterable[str] = ()
) -> dict[str, Tool]:
    """Give which names become which tool.

    Args:
        target: What is compiled for.
        triple: As gcc has it: ``aarch64-linux-gnu``.
        machine: Of this machine, as ``uname -m`` gives it: its compilers, too, are called with a prefix.
        found: Names of the programs that there are on this machine: some carry a version.
    """
    names = {f"{prefix}{name}": tool for name, tool in STANDING_IN.items() for prefix in ("", f"{triple}-")}
    # What compiles for a third machine makes no part of a wheel; the audit sees to that.
    machines = {None, machine, target.machine, target.uname, triple.partition("-")[0]}
    for one in found:
        match = _NAME.fullmatch(one)
        if match is None or match["machine"] not in machines:
            continue
        if match["system"] is None or ("mingw" in match["system"]) == (target.system == "windows"):
            names[one] = STANDING_IN[match["name"]]
    if target.system == "windows":  # projects look for files of these names, in loops of their own
        names |= {f"{name}.exe": tool for name, tool in names.items()}
    there = tool_names(target)
    return {name: tool for name, tool in sorted(names.items()) if tool in there}

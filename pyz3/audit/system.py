"""What the C libraries of the systems offer: the symbol lists that zig itself links against."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pyz3.driver.runtime import MUSL_MACROS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pyz3.targets import Platform

# Targets in libSystem.tbd that serve a machine: arm64 code links what is listed for arm64e.
_MACOS_TARGETS: Mapping[str, frozenset[str]] = {
    "x86_64": frozenset({"x86_64-macos"}),
    "arm64": frozenset({"arm64-macos", "arm64e-macos"}),
    "universal2": frozenset({"x86_64-macos", "arm64-macos", "arm64e-macos"}),
}


def system_symbols(platform: Platform, zig_lib: Path) -> frozenset[str] | None:
    """Give the C library's symbols on ``platform``, as C spells them.

    Args:
        platform: For which platform.
        zig_lib: The folder ``lib`` of the zig distribution; it holds ``libc/``.

    Returns:
        musl's or libSystem's names; ``None`` for systems that need no list: glibc's symbols carry
        versions, and Windows names the DLL of each symbol.

    Raises:
        OSError: zig's file cannot be read.
    """
    arch = platform.spec.arch
    if platform.family == "musllinux":
        return _musl_symbols(zig_lib / "libc" / "musl" / "libc.S", platform.spec.zig.partition("-")[0])
    if platform.family == "macos":
        return _macos_symbols(zig_lib / "libc" / "darwin" / "libSystem.tbd", arch)
    return None


@cache
def _musl_symbols(path: Path, machine: str) -> frozenset[str]:
    """Read zig's assembly stub of musl: labels, some of them between ``#if`` and ``#endif``."""
    macros = MUSL_MACROS[machine]
    included = [True]
    names = []
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith("#if"):
            included.append(_holds(line, macros))
        elif line.startswith("#else"):
            included[-1] = not included[-1]
        elif line.startswith("#endif"):
            included.pop()
        elif line.endswith(":") and all(included):
            names.append(line[:-1])
    return frozenset(names)


def _holds(line: str, macros: Collection[str]) -> bool:
    """Evaluate ``#ifdef X`` or ``#if !defined(X) && !defined(Y)``: the file has no other conditions."""
    if line.startswith("#ifdef "):
        return line.split()[1] in macros
    return not any(name in macros for name in re.findall(r"!defined\((\w+)\)", line))


@cache
def _macos_symbols(path: Path, arch: str) -> frozenset[str]:
    """Read a text-based stub (TBD v4): exports and re-exports, listed per group of targets."""
    wanted = _MACOS_TARGETS[arch]
    text = path.read_text(encoding="utf-8")
    names: set[str] = set()
    groups = re.finditer(r"- targets:\s*\[([^\]]*)\]((?:\s+[a-z-]+:\s*\[[^\]]*\])+)", text)
    for group in groups:
        if not wanted.isdisjoint(re.split(r"[\s,]+", group[1].strip())):
            for key, items in re.findall(r"([a-z-]+):\s*\[([^\]]*)\]", group[2]):
                if key.endswith("symbols"):
                    names.update(items.replace("'", "").replace(",", " ").split())
    # "$ld$…" are orders to the linker, not symbols.
    return frozenset(name.removeprefix("_") for name in names if not name.startswith("$ld$"))

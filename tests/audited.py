"""Binaries as the audit sees them, one sound module per format, and what it says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pyz3.audit import Facts, Symbol, VersionNeed, judge
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pyz3.audit import Finding, Report

PYTHON = frozenset({"PyLong_FromLong", "PyExc_ValueError"})
MODULE = "hello._speed"

ELF = Facts(
    format="elf",
    machine="x86_64",
    floor="2.14",
    needed=("libc.so.6", "libm.so.6"),
    exported=("PyInit__speed",),
    undefined=(
        Symbol(name="memcpy", version="GLIBC_2.14", library="libc.so.6"),
        Symbol(name="PyLong_FromLong"),
        Symbol(name="__gmon_start__", weak=True),
    ),
    versions=(VersionNeed(library="libc.so.6", version="GLIBC_2.14"),),
)
MUSL = Facts(
    format="elf",
    machine="aarch64",
    needed=("libc.musl-aarch64.so.1",),
    exported=("PyInit__speed",),
    undefined=(Symbol(name="memcpy"), Symbol(name="PyLong_FromLong")),
)
MACHO = Facts(
    format="macho",
    machine="arm64",
    floor="11.0",
    needed=("/usr/lib/libSystem.B.dylib",),
    exported=("PyInit__speed",),
    undefined=(
        Symbol(name="memcpy", library="/usr/lib/libSystem.B.dylib"),
        Symbol(name="PyLong_FromLong"),
    ),
    name="@rpath/_speed.so",
    signature="adhoc",
)
PE = Facts(
    format="pe",
    machine="amd64",
    needed=("python313.dll", "KERNEL32.dll", "VCRUNTIME140.dll", "api-ms-win-crt-heap-l1-1-0.dll"),
    exported=("PyInit__speed",),
    undefined=(
        Symbol(name="PyLong_FromLong", library="python313.dll"),
        Symbol(name="Sleep", library="KERNEL32.dll"),
    ),
    name="_speed.pyd",
)
FACTS = {
    Platform.LINUX_X86_64: ELF,
    Platform.MUSLLINUX_AARCH64: MUSL,
    Platform.MACOS_ARM64: MACHO,
    Platform.WINDOWS_X64: PE,
}
PLATFORM_OF = {
    "elf": Platform.LINUX_X86_64,
    "macho": Platform.MACOS_ARM64,
    "pe": Platform.WINDOWS_X64,
    "wasm": Platform.PYODIDE,
}


def report(*facts: Facts, platform: Platform | None = None, python: str = "3.13", **options: Any) -> Report:
    """Judge one file, by default a module of the platform that its format is for.

    Args:
        facts: One per machine in the file.
        platform: What the wheel is for.
        python: The same, of Python.
        options: More arguments of `judge`.
    """
    platform = platform or PLATFORM_OF[facts[0].format]
    target = Target(platform=platform, python=PythonVersion.parse(python))
    options = {
        "file": "hello/_speed.so",
        "module": MODULE,
        "floor": platform.floor(target.python),
        "python_symbols": PYTHON,
        **options,
    }
    return judge(facts, target=target, **options)


def only(found: Report) -> Finding:
    """Give the one finding there is."""
    (finding,) = found.findings
    return finding


def with_undefined(facts: Facts, *symbols: Symbol, **changes: Any) -> Facts:
    """Give facts of a file that needs more symbols."""
    return msgspec.structs.replace(facts, undefined=(*facts.undefined, *symbols), **changes)

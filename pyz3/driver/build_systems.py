"""Build systems: what they are told of a target, in their own words, and how they call things.  Pure.

CMake's file is in ``tools``.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyz3.driver.target import DriverTarget

# Meson's "Reference tables": systems, CPU families.
_SYSTEMS = {"elf": "linux", "macos": "darwin", "windows": "windows", "wasm": "emscripten"}
_FAMILIES = {"powerpc64le": "ppc64", "riscv64": "riscv64"}
_BIG_ENDIAN = frozenset({"s390x"})


def meson_cross_file(
    target: DriverTarget,
    programs: Mapping[str, Path],
    *,
    binaries: Mapping[str, Path] | None = None,
    properties: Mapping[str, str] | None = None,
    emulator: Sequence[str] = (),
) -> str:
    """Give the text of a cross file for Meson ("Cross compilation" in its manual).

    Args:
        target: What is compiled for.
        programs: ``cc``, ``c++``, ``ar``, ``ranlib`` … → path.
        binaries: More programs, by what Meson calls them.
        properties: More properties, or others.
        emulator: The words before a program for the target that run it here; none: nothing does.
    """
    names = {
        "c": "cc",
        "cpp": "c++",
        "ar": "ar",
        "ranlib": "ranlib",
        "nm": "nm",
        "strip": "strip",
        "windres": "windres",
    }
    found = {name: programs[tool] for name, tool in names.items() if tool in programs} | dict(binaries or {})
    machine = {
        "system": _SYSTEMS[target.system],
        "cpu_family": _FAMILIES.get(target.machine, target.machine),
        "cpu": target.uname,
        "endian": "big" if target.machine in _BIG_ENDIAN else "little",
    }
    if target.system == "macos":
        machine["subsystem"] = "macos"
    # No library of this machine is one of the target's, and no program of the target's runs here.
    values = {"pkg_config_libdir": "", **(properties or {})}
    lines = [*_section("binaries", {name: str(path) for name, path in found.items()})]
    lines += [f"exe_wrapper = [{', '.join(map(_meson, emulator))}]"] if emulator else []
    lines += ["", "[properties]", "needs_exe_wrapper = true", *_section("", values), ""]
    return "".join(f"{line}\n" for line in (*lines, *_section("host_machine", machine)))


def meson_native_file(programs: Mapping[str, Path]) -> str:
    """Give the text of a native file for Meson: what compiles the programs that run during the build.

    Args:
        programs: ``c``, ``cpp`` → path.
    """
    lines = _section("binaries", {name: str(path) for name, path in programs.items()})
    return "".join(f"{line}\n" for line in lines)


def _section(name: str, values: Mapping[str, str]) -> list[str]:
    return [*([f"[{name}]"] if name else []), *(f"{key} = {_meson(value)}" for key, value in values.items())]


def _meson(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def shell_lines(variables: Mapping[str, str], *, windows: bool = False) -> str:
    """Give commands that set environment variables: of a POSIX shell, or of PowerShell.

    Args:
        variables: Name → value.
        windows: For PowerShell.
    """
    if windows:
        quoted = {name: value.replace("'", "''") for name, value in variables.items()}
        return "".join(f"$env:{name} = '{value}'\n" for name, value in quoted.items())
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())

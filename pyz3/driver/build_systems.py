"""What build systems are told of a target, in their own words.  Pure; CMake's file is in ``tools``."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyz3.driver.target import DriverTarget

# Meson's "Reference tables": systems, CPU families.
_SYSTEMS = {"elf": "linux", "macos": "darwin", "windows": "windows"}
_FAMILIES = {"powerpc64le": "ppc64", "riscv64": "riscv64"}
_BIG_ENDIAN = frozenset({"s390x"})


def meson_cross_file(target: DriverTarget, programs: Mapping[str, Path]) -> str:
    """Give the text of a cross file for Meson ("Cross compilation" in its manual).

    Args:
        target: What is compiled for.
        programs: ``cc``, ``c++``, ``ar``, ``ranlib`` … → path.
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
    binaries = {name: programs[tool] for name, tool in names.items() if tool in programs}
    machine = {
        "system": _SYSTEMS[target.system],
        "cpu_family": _FAMILIES.get(target.machine, target.machine),
        "cpu": target.uname,
        "endian": "big" if target.machine in _BIG_ENDIAN else "little",
    }
    if target.system == "macos":
        machine["subsystem"] = "macos"
    lines = ["[binaries]", *(f"{name} = {_meson(str(path))}" for name, path in binaries.items())]
    # No library of this machine is one of the target's, and no program of the target's runs here.
    lines += ["", "[properties]", "needs_exe_wrapper = true", "pkg_config_libdir = ''"]
    lines += ["", "[host_machine]", *(f"{name} = {_meson(value)}" for name, value in machine.items())]
    return "".join(f"{line}\n" for line in lines)


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

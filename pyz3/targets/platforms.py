"""The platforms that wheels are made for: ``platforms.toml`` and ``families.toml`` as values.

A platform is data; code asks its attributes, never its name.  A new one is a new row.
"""

from __future__ import annotations

import platform as host
import re
import sys
import sysconfig
from enum import Enum, EnumMeta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

import msgspec

from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.errors import ConfigError
from pyz3.targets.pythons import OLDEST, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

Family = Literal["linux", "musllinux", "macos", "windows", "pyodide"]
Exports = Literal["windows", "posix"]


class PlatformSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One row of ``platforms.toml``; the file explains the fields."""

    family: Family
    arch: str
    zig: str
    identifier: str
    wheel: str
    suffix: str | dict[str, str]
    floor: str | dict[str, str] = ""
    zig_floor: str = ""
    machine: str = ""
    host: str = ""
    libc: str = ""
    slices: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    ignores_case: bool = False
    default: bool = False
    lto: bool = True
    emulators: tuple[str, ...] = ()
    runner: str = ""
    conda: str = ""
    gitlab: str = ""
    runtime: str = ""
    runs_by: str = ""
    crash_says: str = ""


class FamilySpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One row of ``families.toml``; the file explains the fields."""

    name: str
    exports: Exports
    abi3_suffix: dict[Literal["abi3", "abi3t"], str]
    shared_file: str
    looked_in: tuple[str, ...]
    tags: tuple[str, ...]
    sys_platform: str
    os_name: str
    host: str
    origin: str = ""
    floor_of: Literal["glibc", "macOS", ""] = ""
    links_python: bool = False
    variables: dict[str, str] = {}
    tested_in: Literal["alpine", "node", ""] = ""


@cache
def _rows() -> Mapping[str, PlatformSpec]:
    return convert(load_toml(_text("platforms.toml")), dict[str, PlatformSpec])


def family_traits(family: str) -> FamilySpec:
    """Give what the platforms of a family have in common.

    Raises:
        KeyError: There is no such family.
    """
    return _families()[family]


@cache
def _families() -> Mapping[str, FamilySpec]:
    return convert(load_toml(_text("families.toml")), dict[str, FamilySpec])


def _text(name: str) -> str:
    return resources.files("pyz3.targets").joinpath(name).read_text(encoding="utf-8")


class _Members(EnumMeta):
    """Has type checkers take every name for a platform: the table is not theirs to read."""

    if TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Platform: ...


class Platform(Enum, metaclass=_Members):
    """A row of ``platforms.toml``: ``Platform.LINUX_X86_64`` is ``Platform("linux-x86_64")``."""

    _ignore_ = ["_row"]  # noqa: RUF012 - Enum's own
    for _row in _rows():
        vars()[_row.replace("-", "_").upper()] = _row

    def __str__(self) -> str:
        return str(self.value)

    @property
    def spec(self) -> PlatformSpec:
        """The platform's row of the table."""
        return _rows()[self.value]

    @property
    def family(self) -> Family:
        """``linux``, ``musllinux``, ``macos``, ``windows`` or ``pyodide``."""
        return self.spec.family

    @property
    def traits(self) -> FamilySpec:
        """What the platform has in common with its family."""
        return family_traits(self.family)

    @property
    def machine(self) -> str:
        """What ``platform.machine()`` says there."""
        return self.spec.machine or self.spec.arch

    def host_platform(self, floor: str) -> str:
        """Give what ``sysconfig.get_platform()`` says there: ``win-amd64``, ``macosx-11.0-arm64``."""
        text = self.spec.host or self.traits.host
        return text.format(machine=self.machine, floor=floor, arch=self.spec.arch)

    @property
    def zig_target(self) -> str:
        """Zig's target with the default floor: ``x86_64-linux-gnu.2.17``; of a fused file the first."""
        return self.zig_targets_for(self.floor())[0]

    @property
    def slices(self) -> tuple[Platform, ...]:
        """The platforms whose binaries are fused into this one's; usually itself alone."""
        return tuple(Platform(name) for name in self.spec.slices) or (self,)

    @property
    def alike(self) -> tuple[Platform, ...]:
        """Platforms whose headers do where this one's are not to be had."""
        return tuple(Platform(name) for name in self.spec.alike)

    @property
    def wheel_platform(self) -> str:
        """The wheel's platform tag with the default floor, compressed as PEP 425 has it."""
        return self.wheel_platform_for(self.floor())

    def floor(self, python: PythonVersion = OLDEST, *, asked: str = "") -> str:
        """Give the oldest system promised for ``python``: ``2.17``; empty where there is no such thing.

        Args:
            python: The oldest that a wheel serves.
            asked: Promise no older one than this. What is older than the interpreter itself needs, or zig can
                link for, promises nothing; and one key may serve a whole matrix.
        """
        floor = _since(self.spec.floor, python)
        return max(floor, asked, key=_numbers) if asked else floor

    def extension_suffix(self, python: PythonVersion) -> str:
        """Give how the file of an extension module ends: ``.cpython-313-x86_64-linux-gnu.so``."""
        return _since(self.spec.suffix, python).format(nodot=python.nodot)

    def has(self, python: PythonVersion) -> bool:
        """Whether there is such a Python on this platform."""
        return not self.spec.pythons or str(python) in self.spec.pythons

    def abi_of(self, python: PythonVersion) -> str:
        """Give the ABI that ``python`` has to itself there, stable ABI or not (PEP 783); usually none."""
        return self.floor(python) if self.family == "pyodide" else ""

    def zig_targets_for(self, floor: str) -> tuple[str, ...]:
        """Give zig's target for each slice: none promises less than it can, nor more than ``floor``."""
        return tuple(slice_._zig_target(floor) for slice_ in self.slices)  # noqa: SLF001 - its own kind

    def _zig_target(self, floor: str) -> str:
        floor_of = self.traits.floor_of
        if not floor_of:
            return self.spec.zig
        floors = (floor, self.spec.zig_floor, self.floor() if floor_of == "macOS" else "")
        return f"{self.spec.zig}.{max(filter(None, floors), key=_numbers)}"

    def wheel_platform_for(self, floor: str) -> str:
        """Give the wheel platform tag for a system as old as ``floor`` (``2.17``, ``10.13``).

        Of macOS it is a version that installers look for: what needs 11.3 is for 12.0.
        """
        shown = _macos_release(floor) if self.traits.floor_of == "macOS" else floor
        tag = self.spec.wheel.format(floor=shown.replace(".", "_"))
        legacy = LEGACY_MANYLINUX.get(floor) if self.traits.floor_of == "glibc" else None
        return f"{tag}.{legacy}_{self.spec.arch}" if legacy else tag

    @classmethod
    def of_wheel_tag(cls, tag: str) -> tuple[Platform, str] | None:
        """Give the platform of one platform tag, and the oldest system that it promises; None: there is none.

        ``linux_x86_64`` promises none: the floor is empty.
        """
        floors = {legacy: floor for floor, legacy in LEGACY_MANYLINUX.items()}
        for candidate in cls:
            arch = re.escape(candidate.spec.arch)
            pattern = re.escape(candidate.spec.wheel).replace(
                re.escape("{floor}"), r"(?P<floor>(?:[a-z]+_)?\d+_\d+)"
            )
            if match := re.fullmatch(pattern, tag):
                floor = match.groupdict().get("floor", "")
                return candidate, floor.replace("_", ".") if floor[:1].isdigit() else floor
            legacy = re.fullmatch(rf"(\w+?)_{arch}", tag) if candidate.traits.floor_of == "glibc" else None
            if legacy and legacy[1] in {*floors, "linux"}:
                return candidate, floors.get(legacy[1], "")
        return None

    @classmethod
    def current(cls) -> Platform:
        """Give the platform of the interpreter that runs pyz3.

        Raises:
            ConfigError: pyz3 makes no wheels for this machine.
        """
        machine = host.machine().lower()
        machine = _ZIG_MACHINES.get(machine, machine)
        system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, sys.platform)
        if system == "linux" and _is_musl():
            system = "musllinux"
        for candidate in cls:
            if candidate.family == system and candidate.spec.zig.startswith(f"{machine}-"):
                return candidate
        raise ConfigError(
            f"pyz3 makes no wheels for this machine ({sys.platform}, {machine})",
            tip="name a platform: " + ", ".join(str(p) for p in cls),
        )

    @classmethod
    def from_zig_target(cls, text: str) -> Platform:
        """Give the platform of zig's target ``text``, with or without versions.

        Raises:
            ConfigError: There is none.
        """
        for candidate in cls:
            if candidate.spec.slices:
                continue
            if text == candidate.spec.zig or text.startswith(f"{candidate.spec.zig}."):
                return candidate
        raise ConfigError(
            f"ZIG_TARGET: {text!r} is no target that pyz3 builds for",
            tip="valid are: " + ", ".join(p.spec.zig for p in cls),
        )


# What platform.machine() says on various systems → zig's name.
_ZIG_MACHINES: Mapping[str, str] = {
    "amd64": "x86_64",
    "x64": "x86_64",
    "arm64": "aarch64",
    "i386": "x86",
    "i586": "x86",
    "i686": "x86",
    "armv7l": "arm",
    "armv8l": "arm",
    "ppc64le": "powerpc64le",
}

# From this macOS on tags have no minor version (packaging.tags.mac_platforms).
_MACOS_WITHOUT_MINOR = 11
# As tags have it: 2_17; of Pyodide it is the name of an ABI.
_FLOOR = r"(?P<floor>(?:[a-z]+_)?\d+_\d+)"
# PEP 600 keeps the older names of these glibc versions as aliases.
LEGACY_MANYLINUX: Mapping[str, str] = {"2.17": "manylinux2014", "2.12": "manylinux2010", "2.5": "manylinux1"}


def _since(value: str | Mapping[str, str], python: PythonVersion) -> str:
    """Give what a field of the table says of ``python``: the newest value that it has come to."""
    if isinstance(value, str):
        return value
    steps = sorted((PythonVersion.parse(since), text) for since, text in value.items())
    return [text for since, text in steps if since.minor <= max(python.minor, steps[0][0].minor)][-1]


def _is_musl() -> bool:
    soabi = str(sysconfig.get_config_var("SOABI") or sysconfig.get_config_var("MULTIARCH") or "")
    # Until 3.11 its name is gnu there, too; the program's needs tell.
    return "musl" in soabi or (sys.version_info < (3, 11) and host.libc_ver()[0] != "glibc")


def _macos_release(minimum: str) -> str:
    """Round up to a release that tags name: 10.x, whole numbers from 11.0 on."""
    major, minor, patch = (*_numbers(minimum), 0, 0)[:3]
    if major >= _MACOS_WITHOUT_MINOR:
        return f"{major + (minor > 0 or patch > 0)}.0"
    return f"{major}.{minor + (patch > 0)}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

"""A cell of the table: a platform and a Python, and which wheels an installer takes there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

# The newest systems whose wheels count: whatever a project publishes shall be found.
_NEWEST_GLIBC = 43  # 2.43
_NEWEST_MUSL = 2  # 1.2
_NEWEST_MACOS = (26, 0)
# PEP 600: the older names of these versions of glibc.
_LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_OLDEST_GLIBC = 5  # PEP 513, manylinux1
_FIRST_ARM_MACOS = (11, 0)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A platform and a Python.

    Attributes:
        platform: Where the wheel runs.
        python: The Python that installs it.
    """

    platform: Platform
    python: PythonVersion

    def __str__(self) -> str:
        return f"{self.platform} {self.python}"

    @property
    def identifier(self) -> str:
        """``cp313-win_amd64``, as pyz3 names it."""
        return f"cp{self.python.major}{self.python.minor}-{self.platform.spec.identifier}"

    @cached_property
    def platform_tags(self) -> tuple[str, ...]:
        """Every platform tag that runs there, the best one first."""
        arch = self.platform.spec.arch
        match self.platform.family:
            case "linux":
                legacy = {version: name for name, version in _LEGACY.items()}
                names = []
                for minor in range(_NEWEST_GLIBC, _OLDEST_GLIBC - 1, -1):
                    names.append(f"manylinux_2_{minor}_{arch}")
                    if (2, minor) in legacy:
                        names.append(f"{legacy[2, minor]}_{arch}")
                return tuple(names)
            case "musllinux":
                return tuple(f"musllinux_1_{minor}_{arch}" for minor in range(_NEWEST_MUSL, -1, -1))
            case "macos":
                return tuple(mac_platforms(_NEWEST_MACOS, arch))
            case "pyodide":  # its floor is the name of an ABI, one for each Python (PEP 783)
                return (f"{self.platform.floor(self.python)}_{arch}",)
            case _:
                return (self.platform.wheel_platform,)

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """Every tag that an installer takes there, the best one first."""
        version = (self.python.major, self.python.minor)
        interpreter = f"cp{version[0]}{version[1]}"
        return (
            *cpython_tags(python_version=version, abis=[interpreter], platforms=self.platform_tags),
            *compatible_tags(version, interpreter, self.platform_tags),
        )

    def fitting(self, filenames: Iterable[str]) -> tuple[str, ...]:
        """Give the wheels that can be installed, the one that an installer would take first."""
        ranks = {tag: rank for rank, tag in enumerate(self.tags)}
        fitting = []
        for name in sorted(filenames):
            found = [ranks[tag] for tag in parse_wheel_filename(name)[3] if tag in ranks]
            if found:
                fitting.append((min(found), name))
        return tuple(name for _, name in sorted(fitting))

    def interpreter_tags(self, filename: str) -> frozenset[str]:
        """Give the Python and ABI parts of those tags of a wheel that fit: ``cp313-cp313``."""
        fitting = parse_wheel_filename(filename)[3] & frozenset(self.tags)
        return frozenset(f"{tag.interpreter}-{tag.abi}" for tag in fitting)

    def floor(self, filename: str) -> tuple[int, int]:
        """Give the oldest system that the wheel's tags promise; (0, 0) where systems have no versions."""
        fitting = parse_wheel_filename(filename)[3] & frozenset(self.tags)
        return min((self._system(tag.platform) for tag in fitting), default=(0, 0))

    @property
    def default_floor(self) -> tuple[int, int]:
        """The oldest system that pyz3 promises unless told otherwise; (0, 0) where there are no versions."""
        if self.platform.family == "pyodide":
            return (0, 0)
        major, _, minor = self.platform.floor(self.python).partition(".")
        return (int(major), int(minor)) if major else (0, 0)

    def _system(self, tag: str) -> tuple[int, int]:
        for name, version in _LEGACY.items():
            if tag.startswith(f"{name}_"):
                return version
        match = re.match(r"(?:manylinux|musllinux|macosx)_(\d+)_(\d+)_", tag)
        if match is None:
            return (0, 0)
        version = (int(match[1]), int(match[2]))
        # No older macOS runs on arm64, whatever the tag of a universal2 wheel says.
        return max(version, _FIRST_ARM_MACOS) if self.platform is Platform.MACOS_ARM64 else version

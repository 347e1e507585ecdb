"""What each platform promises to a binary: ``policy.toml`` as values."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.audit.facts import Format, version_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.audit.facts import Facts
    from pyz3.audit.nature import Nature
    from pyz3.targets import Platform


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One table of ``policy.toml``; the file explains the fields."""

    format: Format
    promise: str
    libraries: tuple[str, ...]
    machine_libraries: dict[str, tuple[str, ...]] = {}
    opaque: tuple[str, ...] = ()
    machines: dict[str, tuple[str, ...]] = {}
    versions: dict[str, dict[str, str]] = {}

    def promises(self, library: str, machine: str) -> bool:
        """Is ``library`` on every such system?"""
        patterns = self.libraries + self.machine_libraries.get(machine, ())
        if self.format == "pe":  # Windows does not tell case apart in file names
            library = library.lower()
        return any(fnmatchcase(library, pattern) for pattern in patterns)

    def newest_versions(self, floor: str) -> Mapping[str, str]:
        """Give the newest symbol versions (``GLIBCXX`` → ``3.4.19``) beside glibc ``floor``."""
        steps = sorted(self.versions, key=version_key)
        reached = [step for step in steps if version_key(step) <= version_key(floor)]
        return self.versions[reached[-1]] if reached else {}


@cache
def policy_for(family: str) -> Policy:
    """Give the policy of a platform family (``linux``, ``musllinux``, ``macos``, ``windows``)."""
    return _policies()[family]


def fits(nature: Nature, platform: Platform) -> bool:
    """Tell whether machine code is a platform's, as far as its first bytes say."""
    machines = _machines(platform)
    return nature.format == policy_for(platform.family).format and set(machines) <= set(nature.machines)


def machines_of(facts: tuple[Facts, ...], platform: Platform) -> tuple[Facts, ...]:
    """Give the part of a fat file that is for a platform."""
    return tuple(one for one in facts if one.machine in _machines(platform))


def _machines(platform: Platform) -> tuple[str, ...]:
    arch = platform.spec.arch
    return policy_for(platform.family).machines.get(arch, (arch,))


def promised_elsewhere(family: str, library: str, machine: str) -> bool:
    """Tell whether systems of another family have a library that those of ``family`` lack: another libc."""
    own = policy_for(family)
    return not own.promises(library, machine) and any(
        other.format == own.format and other.promises(library, machine) for other in _policies().values()
    )


@cache
def _policies() -> Mapping[str, Policy]:
    text = resources.files("pyz3.audit").joinpath("policy.toml").read_text(encoding="utf-8")
    return convert(load_toml(text), dict[str, Policy])

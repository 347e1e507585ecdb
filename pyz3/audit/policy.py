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
    from collections.abc import Iterable, Mapping

    from pyz3.audit.facts import Facts, VersionNeed
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


def oldest_glibc(facts: Iterable[Facts]) -> tuple[str, tuple[str, ...]]:
    """Give the oldest glibc that runs ELF files beside the libraries of its time, and what needs it.

    PEP 600 has it that a distribution's libstdc++ and libgcc are as old as its glibc.

    Returns:
        ``2.14`` and ``("memcpy@GLIBC_2.14",)``; empty if nothing is demanded.
    """
    demands: dict[str, dict[str, None]] = {}
    for one in facts:
        for need in one.versions:
            if floor := _floor_of(need, one.floor):
                users = [s for s in one.undefined if (s.version, s.library) == (need.version, need.library)]
                demands.setdefault(floor, {}).update(
                    dict.fromkeys([str(one) for one in users] or [need.version])
                )
    newest = max(demands, key=version_key, default="")
    return newest, tuple(demands.get(newest, ()))


def _floor_of(need: VersionNeed, own: str) -> str:
    """Give the oldest glibc beside which a demand is met; ``own``: the highest release that is named."""
    if need.weak or (need.library.startswith("libgcc_s") and need.version.startswith("GLIBC_")):
        return ""
    namespace, _, number = need.version.rpartition("_")
    if namespace == "GLIBC":
        return number if number.replace(".", "").isdigit() else ""
    if not number.replace(".", "").isdigit():
        return own if need.version.startswith("GLIBC_ABI") else ""
    steps = policy_for("linux").versions.items()
    return next((step for step, newest in steps if _reaches(newest.get(namespace), number)), "")


def _reaches(newest: str | None, number: str) -> bool:
    return newest is not None and version_key(newest) >= version_key(number)

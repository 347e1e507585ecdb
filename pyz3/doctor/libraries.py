"""Where the loader of each system looks for a library, and whether it is there; see ``pyz3.audit.reach``."""

from __future__ import annotations

import ntpath
import os
import posixpath
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.audit import carried_as, expanded, how_to_reach, is_reached, policy_for
from pyz3.doctor.diagnosis import NeededLibrary, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.audit import Facts
    from pyz3.targets import Platform

# No PEP lists them, but auditwheel lets wheels need them: every distribution has them.
COMMON = {"linux": frozenset({"libz.so.1", "libexpat.so.1"})}


@dataclass(frozen=True, kw_only=True)
class LoadedFile:
    """A binary where it lies.

    Attributes:
        file: Its path in the wheel.
        facts: What it is; of a fat file the first machine.
        siblings: The wheel's other binaries by path.
        platform: What it is for.
        folder: Where the wheel is installed on this machine; None: nowhere.
    """

    file: str
    facts: Facts
    siblings: Mapping[str, tuple[Facts, ...]]
    platform: Platform
    folder: Path | None = None


def looked_in(place: LoadedFile) -> tuple[str, ...]:
    """Give where the loader looks, in its order, as a user would write it."""
    folders = list(place.facts.rpaths)
    if place.platform.family == "windows":
        folders = [posixpath.dirname(place.file) or "the wheel's root"]
    return (*folders, *place.platform.traits.looked_in)


def find_libraries(place: LoadedFile) -> tuple[tuple[NeededLibrary, ...], tuple[Problem, ...]]:
    """Look for every library that a binary needs; what lies in the wheel must be where the loader looks."""
    libraries, problems = [], []
    family = place.platform.family
    policy = policy_for(family)
    for name in place.facts.needed:
        carried = carried_as(name, place.siblings, platform=place.platform)
        if _is_python(place, name):
            libraries.append(NeededLibrary(name=name, status="python"))
        elif policy.promises(name, place.facts.machine) or name in COMMON.get(family, ()):
            libraries.append(NeededLibrary(name=name, status="system"))
        elif carried:
            libraries.append(NeededLibrary(name=name, status="wheel", where=carried))
            if not is_reached(place.file, place.facts, name, place.siblings, platform=place.platform):
                problems.append(_out_of_reach(place, name, carried))
        elif here := _on_this_machine(place, name):
            libraries.append(NeededLibrary(name=name, status="here", where=here))
        else:
            libraries.append(NeededLibrary(name=name, status="missing"))
    return tuple(libraries), tuple(problems)


def _is_python(place: LoadedFile, name: str) -> bool:
    stem = name.lower().removesuffix(".dll")
    return place.platform.family == "windows" and stem.removesuffix("t").removeprefix("python").isdigit()


def _out_of_reach(place: LoadedFile, name: str, carried: str) -> Problem:
    return Problem(
        file=place.file,
        rule="reach",
        message=f"{place.file} needs {name}; the wheel has {carried}, where the loader does not look",
        tip=how_to_reach(place.file, carried, platform=place.platform),
    )


def _on_this_machine(place: LoadedFile, name: str) -> str:
    """Give where a library lies that only this machine has; only an installed binary is asked for."""
    if place.folder is None:
        return ""
    for folder in _folders_here(place):
        path = folder / name if not ntpath.splitdrive(name)[0] else Path(name)
        if path.is_file():
            return str(path)
    return ""


def _folders_here(place: LoadedFile) -> list[Path]:
    own = (place.folder or Path()) / posixpath.dirname(place.file)
    if sys.platform == "win32":
        system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32"
        return [own, Path(sys.prefix), Path(sys.base_prefix), system] if place.facts.format == "pe" else []
    if place.facts.format != "elf" or not sys.platform.startswith("linux"):
        return []
    rpaths = [Path(expanded(folder, str(own))) for folder in place.facts.rpaths]
    variable = [Path(p) for p in os.environ.get("LD_LIBRARY_PATH", "").split(":") if p]
    multiarch = f"{place.facts.machine}-linux-gnu"
    system = [Path(top) for top in ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")]
    return [*rpaths, *variable, *system, *(top / multiarch for top in system)]

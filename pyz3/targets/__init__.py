"""Platforms, Pythons and their combinations: what a wheel can be made for."""

from pyz3.targets.cpus import check_cpu, has_cpu
from pyz3.targets.names import glibc_floor, select_platforms
from pyz3.targets.platforms import (
    LEGACY_MANYLINUX,
    Exports,
    Family,
    Platform,
    family_traits,
)
from pyz3.targets.pythons import OLDEST, SUPPORTED, PythonVersion, implementation
from pyz3.targets.selection import (
    Filter,
    Patterns,
    Selection,
    combine,
    default_platforms,
    find_target,
    known_targets,
    select_pythons,
    unmatched,
)
from pyz3.targets.tags import read_platform, serves, taken_by_pypi
from pyz3.targets.target import Target

__all__ = (
    "LEGACY_MANYLINUX",
    "OLDEST",
    "SUPPORTED",
    "Exports",
    "Family",
    "Filter",
    "Patterns",
    "Platform",
    "PythonVersion",
    "Selection",
    "Target",
    "check_cpu",
    "combine",
    "default_platforms",
    "family_traits",
    "find_target",
    "glibc_floor",
    "has_cpu",
    "implementation",
    "known_targets",
    "read_platform",
    "select_platforms",
    "select_pythons",
    "serves",
    "taken_by_pypi",
    "unmatched",
)

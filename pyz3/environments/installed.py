"""What is in a build environment because of its requirements."""

from __future__ import annotations

import functools
from importlib import metadata
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.utils import NormalizedName

    from pyz3.environments.venvs import Environment


def installed_for(environment: Environment) -> tuple[tuple[str, str], ...]:
    """Give name and version of what was installed for an environment's requirements, sorted.

    What an installer puts there for itself is not among that: pip, and setuptools of older Pythons.
    """
    return _installed(str(environment.site_packages), environment.version, environment.requires)


@functools.lru_cache(maxsize=64)
def _installed(site_packages: str, python: str, requires: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    there = {
        canonicalize_name(one.name): one for one in metadata.distributions(path=[site_packages]) if one.name
    }
    versions = {"python_version": python, "python_full_version": f"{python}.0"}
    found: set[tuple[NormalizedName, str]] = set()  # a distribution, and one of its extras or none
    wanted = [*_names(map(Requirement, requires))]
    while wanted:
        name, extra = wanted.pop()
        if name not in there or (name, extra) in found:
            continue
        found.add((name, extra))
        requirements = map(Requirement, there[name].requires or ())
        marked = {**versions, "extra": extra}
        wanted += _names(one for one in requirements if one.marker is None or one.marker.evaluate(marked))
    return tuple(sorted((there[name].name, there[name].version) for name in {name for name, _ in found}))


def _names(requirements: Iterable[Requirement]) -> Iterator[tuple[NormalizedName, str]]:
    for one in requirements:
        yield from ((canonicalize_name(one.name), extra) for extra in ("", *one.extras))

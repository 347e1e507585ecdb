"""Which targets were asked for: patterns of platforms and Pythons → targets."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pyz3.errors import ConfigError, NothingSelectedError
from pyz3.targets.platforms import Platform
from pyz3.targets.pythons import SUPPORTED, PythonVersion
from pyz3.targets.target import Target

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The targets to build, and those left out with the reason.

    Attributes:
        targets: In the order of the platform table, then by Python.
        left_out: ``(identifier or Python, reason)`` of what ``all`` would have meant.
    """

    targets: tuple[Target, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def select_platforms(patterns: Sequence[str], *, source: str = "--platform") -> tuple[Platform, ...]:
    """Give the platforms that ``patterns`` (names or globs) match, in table order.

    Raises:
        ConfigError: A pattern matches no platform.
    """
    chosen: set[Platform] = set()
    for pattern in patterns:
        matches = [p for p in Platform if fnmatchcase(str(p), pattern)]
        if not matches:
            names = [str(p) for p in Platform]
            near = difflib.get_close_matches(pattern, names, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ConfigError(
                f"{source}: {pattern!r} is no platform", tip=f"{hint}there are: {', '.join(names)}"
            )
        chosen.update(matches)
    return tuple(p for p in Platform if p in chosen)


def default_platforms() -> tuple[Platform, ...]:
    """Give what ``--all-platforms`` means for a project that does not say."""
    return tuple(p for p in Platform if p.spec.default)


def select_pythons(
    requested: Sequence[str], *, available: Collection[str], requires_python: str = ""
) -> tuple[tuple[PythonVersion, ...], tuple[tuple[str, str], ...]]:
    """Give the Pythons asked for, and what was left out and why.

    Args:
        requested: Versions (``3.13``, ``3.13t``) or ``all``; empty means the one that runs pyz3.
        available: Versions (``3.13``) that C headers were found for.
        requires_python: The project's ``requires-python``.

    Raises:
        ConfigError: A version does not exist, or was asked for by number and has no headers.
    """
    allowed = _specifier(requires_python)
    chosen: set[PythonVersion] = set()
    left_out: dict[str, str] = {}
    for text in requested or (str(PythonVersion.current()),):
        everything = text == "all"
        for python in SUPPORTED if everything else (_parse(text, available),):
            if not allowed.contains(f"{python.base}.99", prereleases=True):
                left_out[str(python)] = f"requires-python is {requires_python!r}"
            elif python.base in available:
                chosen.add(python)
            elif everything:
                left_out[str(python)] = f"no headers: uv python install {python.base}"
            else:
                raise ConfigError(
                    f"no C headers of Python {python.base} on this machine (found: {_versions(available)})",
                    tip=f"get them: uv python install {python.base}, or name a folder that holds "
                    "Python.h with --python-headers; see pyz3 pythons",
                )
    return tuple(p for p in SUPPORTED if p in chosen), tuple(left_out.items())


def combine(
    platforms: Sequence[Platform],
    pythons: Sequence[PythonVersion],
    left_out: tuple[tuple[str, str], ...] = (),
) -> Selection:
    """Give every platform with every Python.

    Raises:
        NothingSelectedError: There is none.
    """
    targets = tuple(Target(platform=platform, python=python) for platform in platforms for python in pythons)
    if not targets:
        reasons = "; ".join(f"{what}: {why}" for what, why in left_out)
        raise NothingSelectedError(
            "nothing is selected" + (f" ({reasons})" if reasons else ""),
            tip="see what there is: pyz3 pythons, and --print-build-identifiers",
        )
    return Selection(targets=targets, left_out=left_out)


def _parse(text: str, available: Collection[str]) -> PythonVersion:
    try:
        python = PythonVersion.parse(text)
    except ValueError as error:
        raise ConfigError(f"--python: {error}", tip=f"there are: {_all()}, all") from None
    if python not in SUPPORTED:
        raise ConfigError(
            f"--python: pyz3 makes no wheels for Python {python}",
            tip=f"there are: {_all()}, all (headers found: {_versions(available)})",
        )
    return python


def _all() -> str:
    return ", ".join(str(p) for p in SUPPORTED)


def _versions(available: Collection[str]) -> str:
    return ", ".join(sorted(available, key=lambda v: [int(n) for n in v.split(".")])) or "none"


def _specifier(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        raise ConfigError(
            f"pyproject.toml: project.requires-python: {text!r} is no version specifier (PEP 440)"
        ) from None

"""What was asked for and what the project says → the targets.  Pure, but for finding headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyz3.errors import UnavailablePythonError
from pyz3.targets import (
    SUPPORTED,
    Filter,
    Patterns,
    Platform,
    PythonVersion,
    Selection,
    Target,
    combine,
    default_platforms,
    find_target,
    glibc_floor,
    select_platforms,
    select_pythons,
    unmatched,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pyz3.config import Project


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What was asked for; what nobody asked for is None or empty.

    Attributes:
        platforms: Names, aliases or globs; None: those that the project lists.
        pythons: Versions or ``all``; empty: the one that runs pyz3, with ``build`` all.
        build: Patterns of identifiers in place of the project's ``build``.
        skip: Patterns of identifiers in place of the project's ``skip``.
        only: One identifier, whatever everything else says.
        allow_empty: Selecting nothing is no error.
        sources: Attribute → what to call it in messages; else the command line's option.
    """

    platforms: Sequence[str] | None = None
    pythons: Sequence[str] = ()
    build: str | Sequence[str] | None = None
    skip: str | Sequence[str] | None = None
    only: str | None = None
    allow_empty: bool = False
    sources: Mapping[str, str] = field(default_factory=dict)

    def source(self, name: str) -> str:
        """Give what to call an attribute in messages."""
        return self.sources.get(name, f"--{name.removesuffix('s')}")


def choose(project: Project, request: Choice, *, headers: Callable[[], Collection[str]]) -> Selection:
    """Give the targets asked for.

    Args:
        project: Its ``platforms``, ``build``, ``skip``, ``requires-python`` and classifiers count.
        request: What was asked for.
        headers: Gives the versions (``3.13``) that there are C headers for.

    Raises:
        ConfigError: There is no such platform, Python or identifier, or its headers are missing
            although the project needs them.
        NothingSelectedError: Nothing is left.
    """
    only = None if request.only is None else find_target(request.only, source=request.source("only"))
    platforms, glibc = ((only.platform,), "") if only else _platforms(project, request)
    if not project.has_binaries:
        # One wheel without binaries serves everyone; no headers are needed for it.
        return Selection(targets=(_anywhere(platforms),))
    lets_through = Filter() if only else _filter(project, request)

    def is_wanted(python: PythonVersion) -> bool:
        return any(
            p.has(python) and lets_through(Target(platform=p, python=python).identifier) for p in platforms
        )

    wanted = (
        [str(only.python)] if only else request.pythons or (("all",) if request.build is not None else ())
    )
    try:
        pythons, left_out = select_pythons(
            wanted,
            available=headers(),
            requires_python=project.requires_python,
            classified=project.classified,
            is_wanted=is_wanted,
            source=request.source("pythons"),
        )
    except UnavailablePythonError as error:
        known = project.backend is None and not project.tool.build_zig
        if len(wanted) > 1 or not known or not all(e.optional for e in project.enabled):
            raise
        # An install must succeed where the compiler's part cannot be had.
        why = "; ".join(filter(None, (error.message, error.tip)))
        return Selection(targets=(_anywhere(platforms),), without=why)
    if lets_through.build is not None and request.build is not None:
        left_out += unmatched(lets_through.build, platforms)
    return combine(
        platforms,
        pythons,
        left_out,
        lets_through=lets_through,
        allow_empty=request.allow_empty,
        glibc=glibc,
    )


def every_target(project: Project, *, pythons: Sequence[str] = ()) -> tuple[Target, ...]:
    """Give all that a project is to be released for, whatever headers there are on this machine.

    Args:
        project: The project.
        pythons: These Pythons alone.

    Raises:
        ConfigError: The project names a platform or a Python that there is not.
        NothingSelectedError: Nothing is left.
    """
    versions = [python.base for python in SUPPORTED]
    return choose(project, Choice(pythons=pythons or ("all",)), headers=lambda: versions).targets


def _anywhere(platforms: tuple[Platform, ...]) -> Target:
    """Give a target for a wheel without binaries: which one does not matter."""
    return Target(platform=(platforms or default_platforms())[0], python=PythonVersion.current())


def _platforms(project: Project, request: Choice) -> tuple[tuple[Platform, ...], str]:
    if request.platforms is not None:
        names, source = request.platforms, request.source("platforms")
    elif project.tool.platforms is not None:
        names, source = project.tool.platforms, project.where("platforms")
    else:
        return default_platforms(), ""
    return select_platforms(names, source=source), glibc_floor(names, source=source)


def _filter(project: Project, request: Choice) -> Filter:
    return Filter(
        build=Patterns.first(
            (request.build, request.source("build")), (project.tool.build, project.where("build"))
        ),
        skip=Patterns.first(
            (request.skip, request.source("skip")), (project.tool.skip, project.where("skip"))
        ),
    )

"""Which interpreters try a wheel, or why none does.  Pure, but for what this machine's system is."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from packaging.tags import Tag

from pyz3.runtimes.provisioned import remedy
from pyz3.targets import SUPPORTED, Platform, PythonVersion, Target, read_platform, serves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyz3.runtimes.runtime import Runtime


def choose(
    tags: Iterable[Tag], runtimes: Sequence[Runtime], *, pythons: Sequence[PythonVersion] = ()
) -> tuple[Runtime, ...]:
    """Give the interpreters that are to try a wheel; none: see :func:`why_none`.

    Without a word it is one: of a wheel for several Pythons the oldest, as that is what it promises; of one
    for every platform this machine's, and the version that runs pyz3.

    Args:
        tags: The wheel's.
        runtimes: Those at hand; of two for the same Python the earlier is taken.
        pythons: Try it with each of these.
    """
    tags = frozenset(tags)
    fit = [one for one in runtimes if _is_for(tags, one.platform, one.python)]
    if pythons:
        first = {one.python: one for one in reversed(fit)}
        return tuple(first[python] for python in pythons if python in first)
    this = PythonVersion.current()
    is_any = any(tag.platform == "any" for tag in tags)
    fit.sort(key=lambda one: (not one.is_native, is_any and one.python != this, one.python))
    return tuple(fit[:1])


def why_none(tags: Iterable[Tag], *, pythons: Sequence[PythonVersion] = ()) -> str:
    """Say why no interpreter at hand can try a wheel, and what can be done.

    Args:
        tags: The wheel's.
        pythons: Those that were asked for.
    """
    tags = frozenset(tags)
    targets = served_targets(tags)
    wanted = [one for one in targets if not pythons or one.python in pythons]
    if not targets:
        return f"no Python and platform that pyz3 knows has the tag {', '.join(sorted(map(str, tags)))}"
    if not wanted:
        return f"it is not for Python {', '.join(map(str, pythons))}"
    how = remedy(wanted[0])
    return f"no interpreter for {wanted[0]} is here: {how or 'try it on such a machine'}"


def served_targets(tags: Iterable[Tag]) -> tuple[Target, ...]:
    """Give what a wheel is for, whether anything here can run it or not.

    Args:
        tags: The wheel's.
    """
    tags = frozenset(tags)
    return tuple(
        Target(platform=platform, python=python)
        for platform in Platform
        for python in SUPPORTED
        if platform.has(python) and _is_for(tags, platform, python)
    )


def too_new(tags: Iterable[Tag], runtime: Runtime) -> str:
    """Say what a wheel asks of the system that this machine does not have; empty: nothing.

    Args:
        tags: The wheel's.
        runtime: What is to try it.
    """
    traits = runtime.platform.traits
    here = _glibc() if traits.floor_of == "glibc" and runtime.is_native else ""
    floors = [floor for tag in tags for platform, floor in [read_platform(tag.platform)] if platform]
    if not here or not floors or "" in floors:
        return ""
    oldest = min(floors, key=_numbers)
    return (
        f"it needs glibc {oldest}, and this machine has {here}" if _numbers(oldest) > _numbers(here) else ""
    )


def _is_for(tags: frozenset[Tag], platform: Platform, python: PythonVersion) -> bool:
    target = Target(platform=platform, python=python)
    own = platform.wheel_platform_for(platform.floor(python)).partition(".")[0]
    placed = (Tag(tag.interpreter, tag.abi, own) if tag.platform == "any" else tag for tag in tags)
    return any(serves(tag, target) for tag in placed)


def _glibc() -> str:
    """Give this machine's glibc: ``2.36``; empty: it has none."""
    if sys.platform != "linux":
        return ""
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").rpartition(" ")[2]
    except (OSError, ValueError):
        return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

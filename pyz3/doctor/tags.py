"""Wheel tags: what a wheel is for, and why this interpreter does not take it."""

from __future__ import annotations

import platform as host
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.tags import parse_tag, sys_tags

from pyz3.audit import version_key
from pyz3.targets import PythonVersion, Target, read_platform

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.tags import Tag


_ANY_GLIBC = "linux_2_17"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a tag promises.

    Attributes:
        target: For which platform and Python; of a wheel for all Pythons one that it is for.
        floor: Oldest system: glibc, musl or macOS version; empty where there is none.
        stable_abi: The Python of its stable ABI; empty: none.
        any_python: It is for every Python.
    """

    target: Target
    floor: str
    stable_abi: str = ""
    any_python: bool = False


def read_promise(tags: Iterable[str]) -> Promise | None:
    """Give what tags (``cp313-cp313-win_amd64``) promise, the most of several; None: for no platform."""
    found = [promise for text in tags for tag in parse_tag(text) if (promise := _promise(tag))]
    # Several platforms: what is older is promised, too.
    return min(found, key=lambda promise: version_key(promise.floor), default=None)


def read_promises(tags: Iterable[Tag]) -> tuple[Promise, ...]:
    """Give what tags promise, one for each platform that they name: its oldest system and Python."""
    found: dict[str, Promise] = {}
    for tag in sorted(tags, key=str):
        if (promise := _promise(tag)) is None:
            continue
        known = found.setdefault(str(promise.target.platform), promise)
        if _age(promise) < _age(known):
            found[str(promise.target.platform)] = promise
    return tuple(found.values())


def _age(promise: Promise) -> tuple[tuple[int, ...], int]:
    return version_key(promise.floor), promise.target.python.minor


def _promise(tag: Tag) -> Promise | None:
    platform, floor = read_platform(tag.platform)
    if platform is None and tag.platform.startswith("linux_"):  # a Linux, but it promises no glibc
        platform, floor = read_platform(f"many{_ANY_GLIBC}_{tag.platform.removeprefix('linux_')}")[0], ""
    if platform is None:
        return None
    any_python = tag.abi == "none"
    try:
        python = PythonVersion.parse(tag.abi if tag.abi.startswith("cp") else tag.interpreter)
    except ValueError:
        python = PythonVersion.current()
    stable = {"abi3": str(python), "abi3t": f"{python}t"}.get(tag.abi, "")
    return Promise(
        target=Target(platform=platform, python=python),
        floor=floor,
        stable_abi=stable,
        any_python=any_python,
    )


def misfit(tags: Iterable[str]) -> str:
    """Give why this interpreter takes no wheel with ``tags``; empty: it takes it."""
    wanted = [tag for text in tags for tag in parse_tag(text)]
    supported = frozenset(sys_tags())
    if supported.intersection(wanted):
        return ""
    reasons = []
    if not {tag.interpreter for tag in wanted} & {tag.interpreter for tag in supported}:
        reasons.append(f"it is for {_listed(tag.interpreter for tag in wanted)}")
    elif not {tag.abi for tag in wanted} & {tag.abi for tag in supported}:
        reasons.append(f"it is for the ABI {_listed(tag.abi for tag in wanted)}")
    if not {tag.platform for tag in wanted} & {tag.platform for tag in supported}:
        reasons.append(f"it is for {_listed(tag.platform for tag in wanted)}")
    if not reasons:
        reasons.append(f"it is for {_listed(str(tag) for tag in wanted)}")
    own = next(iter(sys_tags()))
    return f"{', and '.join(reasons)}; this is {own.interpreter}-{own.abi} on {_this_machine()}"


def _this_machine() -> str:
    libc, version = host.libc_ver() if sys.platform == "linux" else ("", "")
    system = {"win32": "Windows", "darwin": f"macOS {host.mac_ver()[0]}"}.get(sys.platform, sys.platform)
    return f"{system} {host.machine()}" + (f" with {libc} {version}" if version else "")


def _listed(names: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(sorted(names)))

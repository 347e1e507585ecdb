"""Wheel tags: the platform that one names, and the targets that it serves (PEP 425, PEP 600, PEP 803)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pyz3.errors import ConfigError
from pyz3.targets.names import glibc_floor, select_platforms
from pyz3.targets.platforms import Platform

if TYPE_CHECKING:
    from packaging.tags import Tag

    from pyz3.targets.pythons import PythonVersion
    from pyz3.targets.target import Target

_FLOOR = r"(?P<floor>\d+_\d+)"
# What PyPI does not take (its code for uploads, warehouse's forklift): Linux without the promise of manylinux
# but for two old ARMs, machines that it does not know, and Pyodide before PEP 783.
_NOT_ON_PYPI = re.compile(r"linux_(?!armv[67]l$).*|.*linux_.*_loongarch64|(pyodide|emscripten)_.*")


@cache
def read_platform(tag: str) -> tuple[Platform | None, str]:
    """Give the platform of ``manylinux_2_17_x86_64`` and the floor ``2.17``."""
    for platform in Platform:
        pattern = re.escape(platform.spec.wheel).replace(r"\{floor\}", _FLOOR)
        if platform.family != "pyodide" and (match := re.fullmatch(pattern, tag)):
            return platform, match.groupdict().get("floor", "").replace("_", ".")
    try:
        platforms = select_platforms([tag])
        return (platforms[0], glibc_floor([tag])) if len(platforms) == 1 else (None, "")
    except ConfigError:
        return None, ""


def serves(tag: Tag, target: Target) -> bool:
    """Tell whether a wheel with this tag is one for ``target``, however new a system it asks for.

    One without a platform (``py3-none-any``) is for none in particular, and serves none here.
    """
    return _serves_python(tag, target.python) and _serves_platform(tag.platform, target)


def taken_by_pypi(platform: str) -> bool:
    """Tell whether PyPI takes wheels with a platform tag, as far as it is known."""
    return _NOT_ON_PYPI.fullmatch(platform) is None


def _serves_python(tag: Tag, python: PythonVersion) -> bool:
    match = re.fullmatch(r"(cp|py)3(\d*)", tag.interpreter)
    if match is None:
        return False
    oldest = int(match[2] or 0)
    if tag.abi in {"abi3", "abi3t"}:
        return python.minor >= oldest and python.free_threaded == (tag.abi == "abi3t")
    if tag.abi == "none":  # for ctypes and its like; "cp" is one version, "py" that one and all later ones
        return python.minor == oldest if match[1] == "cp" else python.minor >= oldest
    return (tag.interpreter, tag.abi) == (python.tag, python.abi)


def _serves_platform(tag: str, target: Target) -> bool:
    wanted = target.platform
    if wanted.abi_of(target.python):  # each Python has a platform to itself
        return tag in wanted.wheel_platform_for(wanted.floor(target.python)).split(".")
    platform, _ = read_platform(tag)
    return platform is not None and (platform is wanted or wanted in platform.slices)

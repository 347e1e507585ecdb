"""Names of platforms: their own, those of identifiers and tags, and ``aliases.toml``."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from pyz3._nearest import nearest
from pyz3._patterns import matches, split_words
from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.errors import ConfigError
from pyz3.targets.platforms import LEGACY_MANYLINUX, Platform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# PEP 513, 571 and 599 named these before PEP 600 put glibc's version into the tag.
_GLIBC_OF: Mapping[str, str] = {name: floor for floor, name in LEGACY_MANYLINUX.items()}


def select_platforms(patterns: Sequence[str], *, source: str = "--platform") -> tuple[Platform, ...]:
    """Give the platforms that ``patterns`` name, in table order.

    Args:
        patterns: Names, aliases or globs; several in one text stand between spaces or commas.
        source: What to call them in messages.

    Raises:
        ConfigError: A pattern matches no platform.
    """
    chosen: set[Platform] = set()
    for pattern in _words(patterns):
        found = _named(pattern)
        if not found:
            raise _unknown(pattern, source)
        chosen.update(found)
    return tuple(p for p in Platform if p in chosen)


def glibc_floor(patterns: Sequence[str], *, source: str = "--platform") -> str:
    """Give the glibc that a name like ``manylinux_2_28`` asks for; empty if none does.

    Raises:
        ConfigError: Two names ask for different ones.
    """
    floors: dict[str, str] = {}
    for pattern in _words(patterns):
        floor, _ = _manylinux(pattern)
        if floor:
            floors.setdefault(floor, pattern)
    if len(floors) > 1:
        raise ConfigError(
            f"{source}: {' and '.join(repr(name) for name in floors.values())} promise different glibcs",
            tip='name one; where some wheels need another, set glibc = "2.28" in [[tool.pyz3.overrides]]',
        )
    return next(iter(floors), "")


def _words(patterns: Sequence[str]) -> list[str]:
    # A text without words is kept, so that it can be complained of.
    return [word for text in patterns for word in split_words(text, commas=True) or (text,)]


def _named(pattern: str) -> list[Platform]:
    pattern = pattern.lower()  # every name is
    globs = _aliases().get(pattern)
    if globs is not None:
        return [p for p in Platform if matches(globs, str(p))]
    floor, arch = _manylinux(pattern)
    if floor:
        return [p for p in Platform if p.family == "linux" and arch in {"", p.spec.arch}]
    return [p for p in Platform if any(matches([pattern], name) for name in _names(p))]


def _names(platform: Platform) -> tuple[str, ...]:
    triple = (platform.spec.zig,) if platform.spec.zig else ()
    return (str(platform), platform.spec.identifier, *platform.wheel_platform.split("."), *triple)


def _manylinux(text: str) -> tuple[str, str]:
    """Read ``manylinux_2_28_x86_64`` or ``manylinux2014``: glibc's version and the machine, or nothing."""
    match = re.fullmatch(r"(manylinux(?:1|20\d\d)|manylinux_(\d+)_(\d+))(?:_(\w+))?", text.lower(), re.ASCII)
    if match is None:
        return "", ""
    floor = f"{match[2]}.{match[3]}" if match[2] else _GLIBC_OF.get(match[1], "")
    return floor, match[4] or ""


def _unknown(pattern: str, source: str) -> ConfigError:
    unsupported = next((w for w in re.split(r"[^a-z]+", pattern.lower()) if _aliases().get(w) == ()), "")
    if unsupported:
        return ConfigError(
            f"{source}: {pattern!r} is not supported: pyz3 makes no wheels for {unsupported}",
            tip="pyz3 platforms lists those that there are",
        )
    return ConfigError(f"{source}: {pattern!r} is no platform", tip=_tip(pattern))


def _tip(pattern: str) -> str:
    if pattern.lower() in {"all", "any"}:
        return "'*' means every one (pyz3 wheel --all-platforms: those that the project lists)"
    near = _nearest(pattern)
    if near:
        return f"did you mean {near!r}? all: pyz3 platforms"
    family = _family(pattern)
    names = [str(p) for p in Platform if str(p).startswith(family)]
    there = names if family else list(dict.fromkeys(p.family for p in Platform))
    return f"there are: {', '.join(there)}; pyz3 platforms lists all"


def _nearest(pattern: str) -> str:
    names = [name for p in Platform for name in _names(p)]
    names += [*_GLIBC_OF, *(name for name, globs in _aliases().items() if globs)]
    family = _family(pattern)
    if family:  # what they all begin with would make any two alike
        near = nearest(
            pattern[len(family) :], [n.removeprefix(family) for n in names if n.startswith(family)]
        )
        return near and family + near
    return nearest(pattern, names)


def _family(pattern: str) -> str:
    """Give what ``pattern`` begins with that is a system's name, with the hyphen; empty: it is none."""
    family, hyphen, _ = pattern.lower().partition("-")
    return family + hyphen if hyphen and any(p.family == family for p in Platform) else ""


@cache
def _aliases() -> Mapping[str, tuple[str, ...]]:
    text = resources.files("pyz3.targets").joinpath("aliases.toml").read_text(encoding="utf-8")
    return convert(load_toml(text), dict[str, tuple[str, ...]])

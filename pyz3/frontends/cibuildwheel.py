"""``[tool.cibuildwheel]`` → what ``[tool.pyz3]`` would say, for projects that have no table for pyz3.

The keys and what they mean are cibuildwheel's (its documentation, "Options").  What pyz3 does not obey
is named in one note; that a value means nothing to pyz3 is no error of a file written for another tool.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from pyz3._patterns import matches, split_words
from pyz3._schema import convert
from pyz3.config import (
    Assignments,
    ConfigSettings,
    Inherit,
    InheritTable,
    OverrideTable,
    ToolTable,
    Words,
    parse_assignments,
)
from pyz3.frontends.build_variables import trouble_with
from pyz3.targets import SUPPORTED, Platform, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

# Its platforms → the identifiers that they build.
_PLATFORMS = {
    "linux": ("*-manylinux_*", "*-musllinux_*"),
    "macos": ("*-macosx_*",),
    "windows": ("*-win*",),
    "pyodide": ("*-pyodide_*",),
}
_MACOS_VARIABLE = "MACOSX_DEPLOYMENT_TARGET"
# Keys that say how cibuildwheel does its work, that are about what pyz3 does not build, or that have
# nothing to do here: platforms are asked for, hooks see the variables of this process, and nothing is
# tested.
# before-build is none of them: it prepares a machine that is thrown away, with pip or yum.
_OF_NO_CONCERN = re.compile(
    r"archs|build-frontend|build-verbosity|container-engine|dependency-versions|enable|environment-pass"
    r"|free-threaded-support|debug-.*|test-.*|before-test|musllinux-.*-image|manylinux-pypy_.*-image|android|ios|xbuild-tools"
)
# manylinux2014 is what pyz3 promises anyway (glibc 2.17, PEP 599).
_OLD_IMAGE = re.compile(r"manylinux(1|2010|2014|_2_5|_2_12|_2_17)(?![0-9])")


class _Options(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """The keys that are obeyed; there may be others."""

    build: Words | None = None
    skip: Words | None = None
    environment: Assignments | None = None
    config_settings: ConfigSettings | None = None
    test_command: Words | None = None
    test_requires: Words | None = None


class _Override(_Options, frozen=True, kw_only=True, rename="kebab"):
    select: Words
    inherit: dict[str, Inherit] = {}


class _Table(_Options, frozen=True, kw_only=True, rename="kebab"):
    test_skip: Words = ()
    linux: _Options = _Options()
    macos: _Options = _Options()
    windows: _Options = _Options()
    pyodide: _Options = _Options()
    overrides: tuple[_Override, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Keys:
    """What one table of options gives.

    Attributes:
        values: Field of ``ToolTable`` and ``OverrideTable`` → value.
        lost: Keys that are not obeyed.
    """

    values: dict[str, Any] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


def read(table: object) -> tuple[ToolTable, tuple[str, ...]]:
    """Give what the table says, in pyz3's own scheme, and what the user should know of it.

    Raises:
        ConfigError: A key that is obeyed has a value of the wrong type.
    """
    said = convert(table, _Table, where="tool.cibuildwheel", file="pyproject.toml")
    raw = table if isinstance(table, dict) else {}
    top = _keys(said)
    lost = [*_unknown(raw, _Table), *top.lost]
    overrides: list[OverrideTable] = []
    for name, select in _PLATFORMS.items():
        keys = _keys(getattr(said, name))
        lost += [f"{name}.{key}" for key in (*_unknown(raw.get(name, {}), _Options), *keys.lost)]
        if keys.values:
            overrides.append(OverrideTable(select=select, **keys.values))
    for index, override in enumerate(said.overrides):
        keys = _keys(override)
        names = [*_unknown(raw["overrides"][index], _Override), *keys.lost]
        # cibuildwheel chooses what to build before it looks at overrides.
        names += [key for key in ("build", "skip") if getattr(override, key) is not None]
        lost += [f"overrides[{index}].{key}" for key in names]
        if keys.values:
            inherit = {key: override.inherit.get(key.replace("_", "-"), "none") for key in keys.values}
            inherit.pop("macos", None)
            overrides.append(
                OverrideTable(select=override.select, inherit=InheritTable(**inherit), **keys.values)
            )
    if said.test_skip:
        overrides.append(OverrideTable(select=said.test_skip, test_command=()))
    build, skip = _selection(said)
    tool = ToolTable(build=build, skip=skip, overrides=tuple(overrides), **top.values)
    return tool, _note(lost)


def _note(lost: list[str]) -> tuple[str, ...]:
    if not lost:
        return ()
    names = sorted(dict.fromkeys(lost))
    verb = "is" if len(names) == 1 else "are"
    return (f"pyproject.toml: tool.cibuildwheel: {', '.join(names)} {verb} not obeyed",)


def _keys(options: _Options) -> _Keys:
    keys = ("test_command", "test_requires")
    values = {key: value for key in keys if (value := getattr(options, key)) is not None}
    lost: list[str] = []
    if options.config_settings is not None:
        settings = options.config_settings
        try:
            values["config_settings"] = parse_assignments(settings) if isinstance(settings, str) else settings
        except ValueError:
            lost.append("config-settings")
    if options.environment is not None:
        environment = options.environment
        try:
            variables = parse_assignments(environment) if isinstance(environment, str) else environment
        except ValueError:
            lost.append("environment")
        else:
            values["environment"] = {}
            for name, value in variables.items():
                if name == _MACOS_VARIABLE and re.fullmatch(r"[0-9]+(\.[0-9]+)*", str(value)):
                    values["macos"] = str(value)
                elif trouble_with(name, str(value)):
                    lost.append(f"environment.{name}")
                else:
                    values["environment"][name] = value
    return _Keys(values=values, lost=tuple(lost))


def _unknown(raw: dict[str, Any], known: type[_Options]) -> Iterator[str]:
    """Give the keys of a table that are not obeyed although they matter."""
    names = {one.encode_name for one in msgspec.structs.fields(known)}
    for key, value in raw.items():
        if key in names or _OF_NO_CONCERN.fullmatch(key):
            continue
        if re.fullmatch(r"manylinux-.*-image", key) and _OLD_IMAGE.search(str(value)):
            continue
        yield key


def _selection(said: _Table) -> tuple[Words | None, Words | None]:
    """Give ``build`` and ``skip``; those of a platform's own table stand in for the general ones there.

    Patterns cannot say that, so it is said with the identifiers themselves.
    """
    build, skip = said.build, said.skip
    if any(getattr(said, name).build is not None for name in _PLATFORMS):
        build = tuple(_matching(said, "build"))
    if any(getattr(said, name).skip is not None for name in _PLATFORMS):
        skip = tuple(_matching(said, "skip"))
    return build, skip


def _matching(said: _Table, key: str) -> Iterator[str]:
    """Give the identifiers that match what is said of their platform, or else of all.

    Without a word, ``build`` matches everything and ``skip`` nothing.
    """
    for identifier in [
        Target(platform=platform, python=python).identifier
        for platform in Platform
        for python in SUPPORTED
        if platform.has(python)
    ]:
        name = next(name for name, select in _PLATFORMS.items() if matches(select, identifier))
        own = getattr(getattr(said, name), key)
        patterns = getattr(said, key) if own is None else own
        if (patterns is None and key == "build") or matches(split_words(patterns or ()), identifier):
            yield identifier

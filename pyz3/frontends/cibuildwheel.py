"""``[tool.cibuildwheel]`` → what ``[tool.pyz3]`` would say, for projects that have no table for pyz3.

The keys and what they mean are cibuildwheel's (its documentation, "Options").  What pyz3 does not obey
is named in one note; that a value means nothing to pyz3 is no error of a file written for another tool.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

from pyz3._patterns import matches, split_words
from pyz3._schema import convert
from pyz3.config import (
    Assignments,
    ConfigSettings,
    InheritTable,
    OverrideTable,
    ToolTable,
    Words,
    parse_assignments,
)
from pyz3.frontends.build_variables import trouble_with
from pyz3.frontends.cibuildwheel_options import cibuildwheel_option
from pyz3.targets import SUPPORTED, Platform, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

PLATFORMS = {
    "linux": ("*-manylinux_*", "*-musllinux_*"),
    "macos": ("*-macosx_*",),
    "windows": ("*-win*",),
    "pyodide": ("*-pyodide_*",),
}
"""Its platforms → the identifiers that they build."""
_MACOS_VARIABLE = "MACOSX_DEPLOYMENT_TARGET"
# manylinux2014 is what pyz3 promises anyway (glibc 2.17, PEP 599).
_OLD_IMAGE = re.compile(r"manylinux(1|2010|2014|_2_5|_2_12|_2_17)(?![0-9])")


_NO_SELECTION = "cibuildwheel chooses what to build before it looks at overrides"
# What a build has to be told of nothing: see cibuildwheel.toml.
_UNTOLD = frozenset({"asked", "needless", "elsewhere"})


class _Options(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """The keys that are obeyed; there may be others."""

    build: Words | None = None
    skip: Words | None = None
    environment: Assignments | None = None
    config_settings: ConfigSettings | None = None
    test_command: Words | None = None
    test_requires: Words | None = None
    test_extras: Words | None = None
    test_groups: Words | None = None
    test_sources: Words | None = None
    test_environment: Assignments | None = None
    inherit: dict[str, str] | str = {}


class _Override(_Options, frozen=True, kw_only=True, rename="kebab"):
    select: Words


class _Table(_Options, frozen=True, kw_only=True, rename="kebab"):
    test_skip: Words = ()
    linux: _Options = _Options()
    macos: _Options = _Options()
    windows: _Options = _Options()
    pyodide: _Options = _Options()
    overrides: tuple[_Override, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the table says to pyz3.

    Attributes:
        tool: In pyz3's own scheme.
        lost: Keys that are not obeyed although they may matter → why, in the order of the table.
    """

    tool: ToolTable
    lost: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class _Keys:
    """What one table of options gives.

    Attributes:
        values: Field of ``ToolTable`` and ``OverrideTable`` → value.
        lost: Keys that are not obeyed → why.
    """

    values: dict[str, Any] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)


def read(table: object) -> tuple[ToolTable, tuple[str, ...]]:
    """Give what the table says, in pyz3's own scheme, and what the user should know of it.

    Raises:
        ConfigError: A key that is obeyed has a value of the wrong type.
    """
    found = read_table(table, where="tool.cibuildwheel", file="pyproject.toml")
    return found.tool, _note(found.lost)


def read_table(table: object, *, where: str, file: str) -> Reading:
    """Give what the table says to pyz3.

    Args:
        table: ``[tool.cibuildwheel]``.
        where: What messages call the table.
        file: The file's name, for messages.

    Raises:
        ConfigError: A key that is obeyed has a value of the wrong type.
    """
    said = convert(table, _Table, where=where, file=file)
    raw = table if isinstance(table, dict) else {}
    top = _keys(said)
    lost = {**_unknown(raw, _Table), **top.lost}
    overrides: list[OverrideTable] = []
    for name, select in PLATFORMS.items():
        options = getattr(said, name)
        keys = _keys(options)
        lost |= _below(name, {**_unknown(raw.get(name, {}), _Options), **keys.lost})
        if keys.values:
            overrides.append(_override(select, options, keys))
    for index, override in enumerate(said.overrides):
        keys = _keys(override)
        gone = {**_unknown(raw["overrides"][index], _Override), **keys.lost}
        # cibuildwheel chooses what to build before it looks at overrides.
        gone |= {key: _NO_SELECTION for key in ("build", "skip") if getattr(override, key) is not None}
        lost |= _below(f"overrides[{index}]", gone)
        if keys.values:
            overrides.append(_override(override.select, override, keys))
    build, skip = _selection(said)
    return Reading(
        tool=ToolTable(
            build=build,
            skip=skip,
            test_skip=said.test_skip or None,
            overrides=tuple(overrides),
            **top.values,
        ),
        lost=lost,
    )


def _below(name: str, lost: dict[str, str]) -> dict[str, str]:
    return {f"{name}.{key}": why for key, why in lost.items()}


def _note(lost: dict[str, str]) -> tuple[str, ...]:
    if not lost:
        return ()
    names = sorted(lost)
    verb = "is" if len(names) == 1 else "are"
    return (f"pyproject.toml: tool.cibuildwheel: {', '.join(names)} {verb} not obeyed",)


def _override(select: Words, options: _Options, keys: _Keys) -> OverrideTable:
    """Give an override; in cibuildwheel a platform's own table counts as one that comes first."""
    said = _inherit(options.inherit)
    inherit = {key: said.get(key.replace("_", "-"), "none") for key in keys.values if key != "macos"}
    return OverrideTable(select=select, inherit=_inherit_table(inherit), **keys.values)


def _inherit_table(inherit: dict[str, str]) -> InheritTable:
    """Give what an override inherits: field → ``none``, ``append`` or ``prepend``.

    Raises:
        ConfigError: It is none of them.
    """
    named = {key.replace("_", "-"): rule for key, rule in inherit.items()}
    return convert(named, InheritTable, where="tool.cibuildwheel.inherit", file="pyproject.toml")


def _inherit(said: dict[str, str] | str) -> dict[str, str]:
    """Read ``environment: append; before-build: prepend``; without a rule it is ``append``."""
    if not isinstance(said, str):
        return said
    pairs = [word.partition(":") for word in said.split(";") if word.strip()]
    return {key.strip(): rule.strip() or "append" for key, _, rule in pairs}


def _keys(options: _Options) -> _Keys:
    keys = ("test_command", "test_requires", "test_extras", "test_groups", "test_sources")
    values: dict[str, Any] = {key: value for key in keys if (value := getattr(options, key)) is not None}
    lost: dict[str, str] = {}
    for key in ("config_settings", "test_environment"):
        said = getattr(options, key)
        try:
            if said is not None:
                values[key] = parse_assignments(said) if isinstance(said, str) else said
        except ValueError as error:
            lost[key.replace("_", "-")] = str(error)
    if options.environment is not None:
        environment = options.environment
        try:
            variables = parse_assignments(environment) if isinstance(environment, str) else environment
        except ValueError as error:
            lost["environment"] = str(error)
        else:
            values["environment"] = {}
            for name, value in variables.items():
                if name == _MACOS_VARIABLE and re.fullmatch(r"[0-9]+(\.[0-9]+)*", str(value)):
                    values["macos"] = str(value)
                elif trouble := trouble_with(name, str(value)):
                    lost[f"environment.{name}"] = "; ".join(trouble)
                else:
                    values["environment"][name] = value
    return _Keys(values=values, lost=lost)


def _unknown(raw: dict[str, Any], known: type[_Options]) -> dict[str, str]:
    """Give the keys of a table that are not obeyed although they matter."""
    names = {one.encode_name for one in msgspec.structs.fields(known)}
    lost = {}
    for key, value in raw.items():
        option = cibuildwheel_option(key)
        if key in names or (option is not None and option.does in _UNTOLD):
            continue
        if fnmatchcase(key, "manylinux-*-image") and _OLD_IMAGE.search(str(value)):
            continue
        lost[key] = option.note if option is not None else "cibuildwheel has no option of that name"
    return lost


def _selection(said: _Table) -> tuple[Words | None, Words | None]:
    """Give ``build`` and ``skip``; those of a platform's own table stand in for the general ones there.

    Patterns cannot say that, so it is said with the identifiers themselves.
    """
    build, skip = said.build, said.skip
    if any(getattr(said, name).build is not None for name in PLATFORMS):
        build = tuple(_matching(said, "build"))
    if any(getattr(said, name).skip is not None for name in PLATFORMS):
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
        name = next(name for name, select in PLATFORMS.items() if matches(select, identifier))
        own = getattr(getattr(said, name), key)
        patterns = getattr(said, key) if own is None else own
        if (patterns is None and key == "build") or matches(split_words(patterns or ()), identifier):
            yield identifier

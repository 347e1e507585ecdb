"""Projects that another backend builds: what is said for it in ``[tool.pyz3]`` or cibuildwheel's table."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pyz3.config import (
    FAMILY_TABLES,
    Project,
    ToolTable,
    parse_assignments,
    read_config_file,
    read_tool_table,
)
from pyz3.errors import ConfigError
from pyz3.frontends import cibuildwheel
from pyz3.frontends.backends import NATIVE_KEYS, is_known
from pyz3.frontends.build_variables import trouble_with
from pyz3.frontends.metadata import classified, read_declared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pyz3.config import Backend, OverrideTable, Settings
    from pyz3.frontends.metadata import DeclaredMetadata


_UNKNOWN = (
    "pyproject.toml: build-system.build-backend: {!r} is no build backend that pyz3 knows: "
    "it is run with pyz3's compilers, and what they make is audited"
)


def load_project(root: Path, data: dict[str, Any], backend: Backend, *, config: Path | None) -> Project:
    """Give the project in ``root``.

    ``config`` counts before ``[tool.pyz3]``, and that before ``[tool.cibuildwheel]``: they are never mixed.

    Args:
        root: Absolute.
        data: Its ``pyproject.toml``; empty if it has none.
        backend: What builds it.
        config: A file in place of its ``[tool.pyz3]``.

    Raises:
        ConfigError: The configuration is wrong.
    """
    tools = data.get("tool")
    tools = tools if isinstance(tools, dict) else {}
    found = read_declared(root, data)
    project = Project(
        root=root,
        tool=ToolTable(),
        extensions=(),
        classified=classified(found.classifiers),
        backend=replace(backend, name=found.name, version=found.version),
    )
    if config is not None:
        tool, table = read_config_file(config)
        project = replace(project, tool=tool, config_file=str(config), config_table=table)
    elif "pyz3" in tools or "cibuildwheel" not in tools:
        project = replace(project, tool=read_tool_table(data))
    else:
        tool, notes = cibuildwheel.read(tools["cibuildwheel"])
        project = replace(project, tool=tool, notes=notes, config_table="tool.cibuildwheel")
    if not is_known(backend):
        project = replace(project, notes=(*project.notes, _UNKNOWN.format(backend.build_backend)))
    _check(project, backend)
    project = _rooted(project, config)
    _check_folders(project)
    return _with_requires_python(project, found)


def _with_requires_python(project: Project, found: DeclaredMetadata) -> Project:
    try:
        SpecifierSet(found.requires_python)
    except InvalidSpecifier:
        # Old distributions have such: pip does not obey it either.
        note = f"{found.origin}: {found.requires_python!r} is no version specifier (PEP 440): not obeyed"
        return replace(project, notes=(*project.notes, note))
    return replace(project, requires_python=found.requires_python)


def _rooted(project: Project, config: Path | None) -> Project:
    """Make the folders of ``config`` absolute: they are relative to it, not to the project."""
    if config is None:
        return project
    base = config.absolute().parent

    def rooted(settings: Any) -> Any:
        return msgspec.structs.replace(
            settings,
            include_dirs=tuple(str(base / folder) for folder in settings.include_dirs),
            library_dirs=tuple(str(base / folder) for folder in settings.library_dirs),
        )

    tool = project.tool
    families = {name: rooted(getattr(tool.extra, name)) for name in FAMILY_TABLES}
    extra = msgspec.structs.replace(rooted(tool.extra), **families)
    overrides = tuple(
        msgspec.structs.replace(rooted(override), before_build=_beside(override.before_build, base))
        for override in tool.overrides
    )
    before = _beside(tool.before_build, base)
    tool = msgspec.structs.replace(tool, extra=extra, overrides=overrides, before_build=before)
    return replace(project, tool=tool)


def _beside(commands: Any, base: Path) -> Any:
    """Give commands with the folder of the configuration's file in place of ``{config}``."""
    if isinstance(commands, str):
        return commands.replace("{config}", shlex.quote(base.as_posix()))
    return commands and tuple(_beside(command, base) for command in commands)


def _check(project: Project, backend: Backend) -> None:
    """Refuse what would be lost in silence, and texts that mean nothing.

    Raises:
        ConfigError: Such a key is there.
    """
    tool, default = project.tool, ToolTable()
    for key in NATIVE_KEYS:
        name = key.replace("-", "_")
        if getattr(tool, name) != getattr(default, name):
            raise ConfigError(
                f"{project.where(key)}: {backend.kind} builds this project, and knows nothing of this key",
                tip='drop it, or have pyz3 build the project: build-backend = "pyz3.backend"',
            )
    for where, settings in _settings(project):
        if settings.sources:
            raise ConfigError(
                f"{where}.sources: {backend.kind} says what the extensions of this project are compiled from",
                tip="name folders, libraries and flags here",
            )
    tables: list[tuple[str, ToolTable | OverrideTable]] = [("", tool)]
    tables += [(f"overrides[{index}].", override) for index, override in enumerate(tool.overrides)]
    for prefix, table in tables:
        for key in ("environment", "config-settings"):
            value = getattr(table, key.replace("-", "_"))
            if isinstance(value, str):
                value = _assignments(project.where(f"{prefix}{key}"), value)
            if key == "environment" and value:
                _check_variables(project.where(f"{prefix}{key}"), value)


def _settings(project: Project) -> Iterator[tuple[str, Settings]]:
    extra = project.tool.extra
    yield project.where("extra"), extra
    for name in FAMILY_TABLES:
        yield project.where(f"extra.{name}"), getattr(extra, name)


def _check_folders(project: Project) -> None:
    tool = project.tool
    if tool.before_build or any(override.before_build for override in tool.overrides):
        return  # it may make them
    tables: list[tuple[str, Settings | OverrideTable]] = list(_settings(project))
    tables += [(project.where(f"overrides[{i}]"), override) for i, override in enumerate(tool.overrides)]
    for where, table in tables:
        for key, folders in (("include-dirs", table.include_dirs), ("library-dirs", table.library_dirs)):
            for folder in folders:
                if not os.path.isdir(project.root / folder):  # noqa: PTH112 - is_dir() raises for a name that is too long
                    raise ConfigError(f"{where}.{key}: {folder!r} is no folder")


def _assignments(where: str, text: str) -> dict[str, str]:
    try:
        return parse_assignments(text)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}", tip='a table is clearer: { NAME = "value" }') from None


def _check_variables(where: str, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        if trouble := trouble_with(name, str(value)):
            raise ConfigError(f"{where}.{name}: {trouble[0]}", tip=trouble[1])

"""Projects that describe their extensions in ``[tool.pyz3]``."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec

from pyz3._schema import suggest
from pyz3.capi import stable_abi_tag
from pyz3.config import (
    FAMILIES,
    FAMILY_TABLES,
    SOURCE_SUFFIXES,
    Extension,
    FamilyTable,
    InheritTable,
    Library,
    Project,
    Settings,
    read_tool_table,
)
from pyz3.errors import ConfigError, abridged
from pyz3.frontends.metadata import classified
from pyz3.frontends.own_requirement import requirement_notes
from pyz3.targets import SUPPORTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.config import ComponentTable, ExtensionTable, LibraryTable, ToolTable

# Loaders take these names for the C library's own (musl does for all of them).
_SYSTEM_LIBRARIES = frozenset({"c", "m", "dl", "rt", "pthread", "util", "crypt", "resolv", "xnet"})
# A finished wheel is tested, whoever built it.
_TESTS = tuple(key for key in InheritTable.__struct_fields__ if key.startswith("test_"))
_RESOURCES = (
    "pyz3 compiles resources for Windows in setuptools' projects alone; a build.zig of the project's own "
    "(build-zig = true) can add them: addWin32ResourceFile"
)
_FOR_SETUPTOOLS = "only for a project that setuptools builds"


def load_project(root: Path, data: dict[str, Any]) -> Project:
    """Read the project in the folder ``root``.

    Args:
        root: Absolute.
        data: Its ``pyproject.toml``.

    Raises:
        ConfigError: The configuration is wrong, a glob matches nothing, or a path leaves the project.
    """
    tool = read_tool_table(data)
    _refuse_hook_keys(tool)
    for key in ("extensions", "libraries"):
        if tool.build_zig and getattr(tool, key):
            raise ConfigError(
                f"pyproject.toml: tool.pyz3.{key} and tool.pyz3.build-zig exclude each other",
                tip="describe the modules in build.zig alone, or drop build-zig = true",
            )
    for index, override in enumerate(tool.overrides):
        _expand(root, f"tool.pyz3.overrides[{index}]", override.settings)
    if tool.build_zig:
        _refuse_compiler_keys(tool)
    names = [table.name for table in tool.extensions]
    for index, name in enumerate(names):
        key = f"tool.pyz3.extensions[{index}].name"
        if not all(part.isidentifier() for part in name.split(".")):
            raise ConfigError(f"pyproject.toml: {key}: {name!r} is no dotted module name")
        if name in names[:index]:
            raise ConfigError(f"pyproject.toml: {key}: {name!r} is there twice")
    project, system = data.get("project"), data.get("build-system")
    requires = project.get("requires-python", "") if isinstance(project, dict) else ""
    classifiers = project.get("classifiers", []) if isinstance(project, dict) else []
    return Project(
        root=root,
        tool=tool,
        extensions=tuple(
            _extension(root, index, table, abi3=tool.abi3) for index, table in enumerate(tool.extensions)
        ),
        libraries=tuple(
            _library(root, index, table, tool.libraries[:index]) for index, table in enumerate(tool.libraries)
        ),
        requires_python=requires if isinstance(requires, str) else "",
        classified=classified(classifiers if isinstance(classifiers, list) else []),
        notes=requirement_notes(system.get("requires", ()) if isinstance(system, dict) else ()),
    )


def _refuse_hook_keys(tool: ToolTable) -> None:
    """What is said to another build backend must not be lost in silence.

    Raises:
        ConfigError: Such a key is there.
    """
    if tool.extra != FamilyTable():
        raise ConfigError(
            f"pyproject.toml: tool.pyz3.extra: {_FOR_SETUPTOOLS}",
            tip="say it of each extension: [[tool.pyz3.extensions]]",
        )
    keys = [key for key in InheritTable.__struct_fields__ if key not in _TESTS]
    said = [f"tool.pyz3.{key}" for key in (*keys, "locked") if getattr(tool, key)]
    for index, override in enumerate(tool.overrides):
        said += [f"tool.pyz3.overrides[{index}].{key}" for key in keys if getattr(override, key) is not None]
        if any(getattr(override.inherit, key) != "none" for key in keys):
            said.append(f"tool.pyz3.overrides[{index}].inherit")
    if said:
        raise ConfigError(
            f"pyproject.toml: {said[0].replace('_', '-')}: {_FOR_SETUPTOOLS}",
            tip="pyz3 builds this one itself, and runs nothing of it",
        )


def _refuse_compiler_keys(tool: ToolTable) -> None:
    """What only pyz3's own build script obeys must not be lost in silence.

    Raises:
        ConfigError: Such a key is there.
    """
    tables = [("tool.pyz3", {"cpu": tool.cpu, "lto": tool.lto})]
    for index, override in enumerate(tool.overrides):
        keys = {"cpu": override.cpu, "lto": override.lto, **msgspec.to_builtins(override.settings)}
        tables.append((f"tool.pyz3.overrides[{index}]", keys))
    for where, keys in tables:
        for key, value in keys.items():
            if value:
                raise ConfigError(
                    f"pyproject.toml: {where}.{key} and tool.pyz3.build-zig exclude each other",
                    tip="say it in build.zig",
                )


def _settings(root: Path, where: str, table: ComponentTable) -> tuple[Settings, dict[str, Settings]]:
    """Give the settings for every platform and those of each family, sources found."""
    common = _expand(root, where, table.common)
    tables = {name: _expand(root, f"{where}.{name}", getattr(table, name)) for name in FAMILY_TABLES}
    found = msgspec.structs.replace(table, **tables)
    families = {family: settings for family in FAMILIES if (settings := found.of(family)) != Settings()}
    if not common.sources and not any(s.sources for s in families.values()):
        raise ConfigError(
            f"pyproject.toml: {where} ({table.name}): no sources",
            tip=f'add: sources = ["src/{table.name.rpartition(".")[0].replace(".", "/")}/*.c"]',
        )
    for symbol in table.export_symbols:
        if not re.fullmatch(r"[A-Za-z_*?][\w*?]*", symbol, re.ASCII):
            raise ConfigError(
                f"pyproject.toml: {where}.export-symbols: {symbol!r} is no name of a C function",
                tip='write names as C has them, with * and ? for several: export-symbols = ["core_*"]',
            )
    return common, families


def _library(root: Path, index: int, table: LibraryTable, earlier: tuple[LibraryTable, ...]) -> Library:
    where = f"tool.pyz3.libraries[{index}]"
    name = table.name
    if not all(part.isidentifier() for part in name.split(".")) or (table.static and "." in name):
        expected = "a name like zfoo" if table.static else "a dotted name in the package, like hello.core"
        raise ConfigError(f"pyproject.toml: {where}.name: {name!r} is no {expected.removeprefix('a ')}")
    if name.rpartition(".")[2].lower() in _SYSTEM_LIBRARIES:
        raise ConfigError(
            f"pyproject.toml: {where}.name: {name!r} is what systems call a library of their own",
            tip="choose another name: the loader would confuse the two",
        )
    if name in [one.name for one in earlier]:
        raise ConfigError(f"pyproject.toml: {where}.name: {name!r} is there twice")
    if table.static and table.export_symbols:
        raise ConfigError(
            f"pyproject.toml: {where}.export-symbols: a static library exports nothing itself",
            tip="say it of the extension or shared library that links it",
        )
    _check_folders(root, f"{where}.public-include-dirs", table.public_include_dirs)
    common, families = _settings(root, where, table)
    return Library(
        name=name,
        common=common,
        families=families,
        export_symbols=table.export_symbols,
        static=table.static,
        public_include_dirs=table.public_include_dirs,
    )


def _extension(root: Path, index: int, table: ExtensionTable, *, abi3: str | None) -> Extension:
    where = f"tool.pyz3.extensions[{index}]"
    common, families = _settings(root, where, table)
    if table.disable_env is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", table.disable_env):
        raise ConfigError(
            f"pyproject.toml: {where}.disable-env: {table.disable_env!r} is no name of a variable",
            tip=f'write one like disable-env = "{table.name.partition(".")[0].upper()}_DISABLE_EXT"',
        )
    return Extension(
        name=table.name,
        common=common,
        families=families,
        export_symbols=table.export_symbols,
        abi3=_stable_abi(where, table, abi3),
        optional=table.optional,
        disable_env=table.disable_env or "",
        build_info=table.build_info,
    )


def _stable_abi(where: str, table: ExtensionTable, default: str | None) -> str:
    """Give the oldest Python of the module's stable ABI; empty if it has none."""
    wanted = default if table.abi3 is None else table.abi3
    where = "tool.pyz3.abi3" if table.abi3 is None else f"{where}.abi3"
    if not wanted:
        return ""
    if wanted in {str(python) for python in SUPPORTED}:
        with contextlib.suppress(ValueError):
            stable_abi_tag(str(wanted))
            return str(wanted)
    raise ConfigError(
        f"pyproject.toml: {where}: {wanted!r} is no Python that has a stable ABI",
        tip='write the oldest one that the wheel is for, abi3 = "3.10"; false is one wheel per Python',
    )


def _expand(root: Path, where: str, settings: Settings) -> Settings:
    sources: dict[str, None] = {}  # a set that keeps the order
    for pattern in settings.sources:
        sources.update(dict.fromkeys(_glob(root, f"{where}.sources", pattern)))
    _check_folders(root, f"{where}.include-dirs", settings.include_dirs)
    _check_folders(root, f"{where}.library-dirs", settings.library_dirs)
    return msgspec.structs.replace(settings, sources=tuple(sources))


def _check_folders(root: Path, key: str, folders: tuple[str, ...]) -> None:
    for folder in folders:
        # These may lie outside: a user's own copy of a C library is no part of the project.
        if not os.path.isdir(root / folder):  # noqa: PTH112 - is_dir() raises for a name that is too long
            raise ConfigError(f"pyproject.toml: {key}: {folder!r} is no folder")


def _glob(root: Path, key: str, pattern: str) -> list[str]:
    parts = PurePosixPath(pattern).parts
    if PurePosixPath(pattern).is_absolute() or Path(pattern).is_absolute() or ".." in parts:
        raise ConfigError(
            f"pyproject.toml: {key}: {pattern!r} leaves the project",
            tip="keep the sources below pyproject.toml, and write paths relative to it",
        )
    try:
        # By text, not by Path: Windows compares paths without case, and the order reaches the linker.
        # "." has no parts, and glob() fails at it before Python 3.13.
        paths = root.glob(pattern) if parts else ()
        found = sorted((path for path in paths if path.is_file()), key=Path.as_posix)
        _check_readable(root, parts)
    except (OSError, ValueError, NotImplementedError) as error:
        raise ConfigError(f"pyproject.toml: {key}: {pattern!r} is no glob: {error}") from None
    if not found:
        raise ConfigError(f"pyproject.toml: {key}: {pattern!r} matches no file", tip=_nearby(root, pattern))
    inside = root.resolve()
    for path in found:
        relative = path.relative_to(root).as_posix()
        if not path.resolve().is_relative_to(inside):
            raise ConfigError(f"pyproject.toml: {key}: {relative!r} is a link that leaves the project")
        if path.suffix not in SOURCE_SUFFIXES:
            raise ConfigError(
                f"pyproject.toml: {key}: {relative!r} is no source that pyz3 compiles",
                tip=_RESOURCES
                if path.suffix.lower() == ".rc"
                else f"it compiles {' '.join(SOURCE_SUFFIXES)}; name headers' folders in include-dirs",
            )
    return [path.relative_to(root).as_posix() for path in found]


def _check_readable(root: Path, parts: Sequence[str]) -> None:
    """Refuse a folder that cannot be looked into: glob() passes over it, and over the sources there.

    Raises:
        ConfigError: There is one where a pattern of these parts would look.
    """

    def refuse(error: OSError) -> None:
        if isinstance(error, PermissionError):
            raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from None

    named = [*itertools.takewhile(lambda part: not set(part) & set("*?["), parts)]
    top = root.joinpath(*named)
    try:
        top.stat()
    except OSError as error:
        refuse(error)
    for _ in os.walk(top, onerror=refuse):
        if len(parts) - len(named) <= 1:
            break


def _nearby(root: Path, pattern: str) -> str | None:
    """Offer a file of a like name, or the sources there are."""
    there = sorted(
        path.relative_to(root).as_posix()
        for top in root.iterdir()
        if top.name not in {"build", "dist"} and not top.name.startswith(".")
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.suffix in SOURCE_SUFFIXES
    )
    if not there:
        return f"there is no {' '.join(SOURCE_SUFFIXES)} file in {root}"
    return suggest(pattern, there) or f"the sources there are: {abridged(there, most=5)}"

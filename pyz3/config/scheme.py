"""The scheme of ``[tool.pyz3]``: its tables, and what they say of one wheel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from pyz3._patterns import matches, split_words
from pyz3.config.assignments import parse_assignments

if TYPE_CHECKING:
    from collections.abc import Callable

Optimize: TypeAlias = Literal["Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall"]
OPTIMIZE_MODES: tuple[Optimize, ...] = ("Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall")
DEFAULT_OPTIMIZE: Optimize = "ReleaseFast"

# Which tables hold for a family of platforms; later ones come behind.  As on the command line and with
# cibuildwheel, linux is both C libraries, and manylinux is glibc alone.
FAMILIES: dict[str, tuple[str, ...]] = {
    "linux": ("linux", "manylinux"),
    "musllinux": ("linux", "musllinux"),
    "macos": ("macos",),
    "windows": ("windows",),
    "pyodide": ("pyodide",),
}
FAMILY_TABLES = tuple(dict.fromkeys(name for names in FAMILIES.values() for name in names))

Macro: TypeAlias = str | int | bool

Lto: TypeAlias = Literal["thin", "full"]

# Name → value, or "A=1 B=2" as cibuildwheel has it.
Assignments: TypeAlias = dict[str, str | int] | str
ConfigSettings: TypeAlias = dict[str, str | bool | int | tuple[str, ...]] | str
Words: TypeAlias = str | tuple[str, ...]
Inherit: TypeAlias = Literal["none", "append", "prepend"]


class Settings(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True
):
    """How a module is compiled and linked; the same keys for every platform and for one family.

    Paths are relative to the project and written with ``/``; ``sources`` are globs in the
    configuration and plain paths once a frontend has expanded them.
    """

    sources: tuple[str, ...] = ()
    include_dirs: tuple[str, ...] = ()
    library_dirs: tuple[str, ...] = ()
    define: dict[str, Macro] = {}
    cflags: tuple[str, ...] = ()
    cxxflags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    def plus(self, other: Settings) -> Settings:
        """Give these settings with ``other`` added behind them."""
        return Settings(
            sources=self.sources + tuple(s for s in other.sources if s not in self.sources),
            include_dirs=self.include_dirs + other.include_dirs,
            library_dirs=self.library_dirs + other.library_dirs,
            define={**self.define, **other.define},
            cflags=self.cflags + other.cflags,
            cxxflags=self.cxxflags + other.cxxflags,
            ldflags=self.ldflags + other.ldflags,
            libraries=self.libraries + other.libraries,
        )


class FamilyTable(
    Settings, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True
):
    """Settings for every platform, and those added for one family."""

    linux: Settings = Settings()
    manylinux: Settings = Settings()
    musllinux: Settings = Settings()
    macos: Settings = Settings()
    windows: Settings = Settings()
    pyodide: Settings = Settings()

    @property
    def common(self) -> Settings:
        """The keys that hold for every platform."""
        return Settings(**{field: getattr(self, field) for field in Settings.__struct_fields__})

    def of(self, family: str) -> Settings:
        """Give the keys that are added for a family of platforms."""
        settings = Settings()
        for name in FAMILIES[family]:
            settings = settings.plus(getattr(self, name))
        return settings

    def said_twice(self) -> str:
        """Give a key that both ``linux`` and ``musllinux`` set; empty: there is none.

        Once ``linux`` was glibc alone: such a project means ``manylinux``.
        """
        keys = Settings.__struct_fields__
        both = (key for key in keys if getattr(self.linux, key) and getattr(self.musllinux, key))
        return next(both, "").replace("_", "-")


class ComponentTable(FamilyTable, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What the tables of extension modules and of libraries share."""

    name: str
    export_symbols: tuple[str, ...] = ()


class LibraryTable(ComponentTable, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One ``[[tool.pyz3.libraries]]`` table."""

    static: bool = False
    public_include_dirs: tuple[str, ...] = ()


class ExtensionTable(ComponentTable, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One ``[[tool.pyz3.extensions]]`` table."""

    abi3: str | bool | None = None
    optional: bool = False
    disable_env: str | None = None
    build_info: bool = False


class InheritTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """``inherit = { environment = "append" }`` of an override: its value joins the earlier one."""

    environment: Inherit = "none"
    before_build: Inherit = "none"
    config_settings: Inherit = "none"
    test_command: Inherit = "none"
    test_requires: Inherit = "none"


class OverrideTable(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True
):
    """One ``[[tool.pyz3.overrides]]`` table: what differs for the identifiers that ``select`` matches."""

    select: str | tuple[str, ...]
    optimize: Optimize | None = None
    glibc: str | None = None
    macos: str | None = None
    cpu: str | None = None
    lto: bool | Lto | None = None
    include_dirs: tuple[str, ...] = ()
    library_dirs: tuple[str, ...] = ()
    define: dict[str, Macro] = {}
    cflags: tuple[str, ...] = ()
    cxxflags: tuple[str, ...] = ()
    ldflags: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    environment: Assignments | None = None
    before_build: Words | None = None
    config_settings: ConfigSettings | None = None
    test_command: Words | None = None
    test_requires: Words | None = None
    inherit: InheritTable = InheritTable()

    @property
    def settings(self) -> Settings:
        """The keys that say how modules are compiled and linked."""
        fields = set(Settings.__struct_fields__) & set(self.__struct_fields__)
        return Settings(**{field: getattr(self, field) for field in fields})


@dataclass(frozen=True, kw_only=True)
class WheelOptions:
    """What holds for one wheel: the keys of ``[tool.pyz3]`` that may differ, overrides applied.

    Attributes:
        optimize: Zig's build mode.
        glibc: The glibc promised; None is the default.
        macos: The macOS minimum; None is the default.
        cpu: The processor to build for, as zig names it; empty is the platform's oldest.
        lto: Link-time optimisation; empty is none.
        settings: Added behind those of each extension.
        origin: Key → where in the table its value was written: ``overrides[0].glibc``.
    """

    optimize: Optimize
    glibc: str | None
    macos: str | None
    cpu: str
    lto: Lto | Literal[""]
    settings: Settings
    origin: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class HookOptions:
    """What the hooks of another build backend get for one wheel, overrides applied.

    Attributes:
        settings: Flags, folders and libraries for every module; ``sources`` is empty.  Folders are
            relative to the project, or absolute.
        environment: Variables; values may refer to others: see
            :func:`pyz3.config.assignments.expand_variables`.
        before_build: Commands to be run before.
        config_settings: What the hooks are told (PEP 517).
        test_command: Commands that test the wheel.
        test_requires: What they need (PEP 508).
    """

    settings: Settings
    environment: dict[str, str]
    before_build: tuple[str, ...]
    config_settings: dict[str, str | tuple[str, ...]]
    test_command: tuple[str, ...]
    test_requires: tuple[str, ...]


class VersionTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version = { attr = "hello.__version__" }`` or ``{ path = "src/hello/_version.py" }``."""

    attr: str | None = None
    path: str | None = None


class SdistTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[tool.pyz3.sdist]``: patterns as in ``.gitignore`` of what sdists hold besides, or lack."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class ToolTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The ``[tool.pyz3]`` table.

    The first keys are for all projects, those after them for one that pyz3 builds itself, the last
    for one that another backend builds.
    """

    optimize: Optimize = DEFAULT_OPTIMIZE
    platforms: tuple[str, ...] | None = None
    build: str | tuple[str, ...] | None = None
    skip: str | tuple[str, ...] | None = None
    test_command: Words = ()
    test_requires: Words = ()
    glibc: str | None = None
    macos: str | None = None
    cpu: str | None = None
    lto: bool | Lto = False
    overrides: tuple[OverrideTable, ...] = ()

    packages: tuple[str, ...] | None = None
    abi3: str | None = None
    build_zig: bool = False
    fallback: bool = False
    version: VersionTable | None = None
    sdist: SdistTable = SdistTable()
    extensions: tuple[ExtensionTable, ...] = ()
    libraries: tuple[LibraryTable, ...] = ()

    environment: Assignments = {}
    before_build: Words = ()
    config_settings: ConfigSettings = {}
    extra: FamilyTable = FamilyTable()

    def for_identifier(self, identifier: str) -> WheelOptions:
        """Give what holds for the wheel ``identifier``: this table and its overrides, the last of which wins.

        Raises:
            ConfigError: The braces of an override's ``select`` stand for too many patterns.
        """
        values: dict[str, Any] = {key: getattr(self, key) for key in _VARIABLE}
        origin = {key: key for key in _VARIABLE}
        settings = Settings()
        for index, override in enumerate(self.overrides):
            if not matches(split_words(override.select), identifier):
                continue
            said = {key: value for key in _VARIABLE if (value := getattr(override, key)) is not None}
            values |= said
            origin |= {key: f"overrides[{index}].{key}" for key in said}
            settings = settings.plus(override.settings)
        values["cpu"] = values["cpu"] or ""
        values["lto"] = "full" if values["lto"] is True else values["lto"] or ""
        return WheelOptions(**values, settings=settings, origin=origin)

    def hook_options(self, identifier: str, *, family: str) -> HookOptions:
        """Give what the hooks of another build backend get for the wheel ``identifier``.

        Args:
            identifier: ``cp313-win_amd64``.
            family: The family of its platform: ``windows``.

        Raises:
            ConfigError: The braces of an override's ``select`` stand for too many patterns.
            ValueError: A text that is to be assignments is none; frontends refuse such a table.
        """
        said = {key: read(getattr(self, key)) for key, read in _HOOK.items()}
        settings = self.extra.common.plus(self.extra.of(family))
        for override in self.overrides:
            if not matches(split_words(override.select), identifier):
                continue
            for key, read in _HOOK.items():
                if (value := getattr(override, key)) is not None:
                    said[key] = _joined(said[key], read(value), getattr(override.inherit, key))
            settings = settings.plus(override.settings)
        return HookOptions(**said, settings=settings)


# The keys that an override may set anew.
_VARIABLE = ("optimize", "glibc", "macos", "cpu", "lto")


def _environment(value: Assignments) -> dict[str, str]:
    if isinstance(value, str):
        return parse_assignments(value)
    return {name: str(text) for name, text in value.items()}


def _config_settings(value: ConfigSettings) -> dict[str, str | tuple[str, ...]]:
    if isinstance(value, str):
        return dict(parse_assignments(value))
    return {name: one if isinstance(one, tuple) else str(one) for name, one in value.items()}


def _commands(value: Words) -> tuple[str, ...]:
    return tuple(filter(None, (value,) if isinstance(value, str) else value))


def _requirements(value: Words) -> tuple[str, ...]:
    return tuple(value.split()) if isinstance(value, str) else value


# The keys for hooks → what gives them one form.
_HOOK: dict[str, Callable[[Any], Any]] = {
    "environment": _environment,
    "before_build": _commands,
    "config_settings": _config_settings,
    "test_command": _commands,
    "test_requires": _requirements,
}


def _joined(earlier: Any, later: Any, inherit: Inherit) -> Any:
    if inherit == "none":
        return later
    first, second = (earlier, later) if inherit == "append" else (later, earlier)
    return {**first, **second} if isinstance(first, dict) else first + second

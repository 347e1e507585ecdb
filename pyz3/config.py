"""What a project says: the scheme of ``[tool.pyz3]`` and the :class:`Project` every frontend gives.

The scheme is strict.  A key that is unknown or of the wrong type is refused with the file, the
key, what was expected and the nearest key that exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from pyz3._patterns import matches, split_words
from pyz3._schema import convert
from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

Optimize: TypeAlias = Literal["Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall"]
OPTIMIZE_MODES: tuple[Optimize, ...] = ("Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall")
DEFAULT_OPTIMIZE: Optimize = "ReleaseFast"

FAMILIES = ("linux", "musllinux", "macos", "windows", "pyodide")

Macro: TypeAlias = str | int | bool

Lto: TypeAlias = Literal["thin", "full"]


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


class ComponentTable(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What the tables of extension modules and of libraries share."""

    name: str
    export_symbols: tuple[str, ...] = ()
    linux: Settings = Settings()
    musllinux: Settings = Settings()
    macos: Settings = Settings()
    windows: Settings = Settings()
    pyodide: Settings = Settings()

    @property
    def common(self) -> Settings:
        """The keys that hold for every platform."""
        return Settings(**{field: getattr(self, field) for field in Settings.__struct_fields__})


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
        origin: Key → where its value was written: ``tool.pyz3.overrides[0].glibc``.
    """

    optimize: Optimize
    glibc: str | None
    macos: str | None
    cpu: str
    lto: Lto | Literal[""]
    settings: Settings
    origin: dict[str, str]


class VersionTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version = { attr = "hello.__version__" }`` or ``{ path = "src/hello/_version.py" }``."""

    attr: str | None = None
    path: str | None = None


class SdistTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[tool.pyz3.sdist]``: patterns as in ``.gitignore`` of what sdists hold besides, or lack."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class ToolTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The ``[tool.pyz3]`` table."""

    packages: tuple[str, ...] | None = None
    optimize: Optimize = DEFAULT_OPTIMIZE
    platforms: tuple[str, ...] | None = None
    build: str | tuple[str, ...] | None = None
    skip: str | tuple[str, ...] | None = None
    glibc: str | None = None
    macos: str | None = None
    abi3: str | None = None
    build_zig: bool = False
    fallback: bool = False
    version: VersionTable | None = None
    sdist: SdistTable = SdistTable()
    cpu: str | None = None
    lto: bool | Lto = False
    extensions: tuple[ExtensionTable, ...] = ()
    libraries: tuple[LibraryTable, ...] = ()
    overrides: tuple[OverrideTable, ...] = ()

    def for_identifier(self, identifier: str) -> WheelOptions:
        """Give what holds for the wheel ``identifier``: this table and its overrides, the last of which wins.

        Raises:
            ConfigError: The braces of an override's ``select`` stand for too many patterns.
        """
        values: dict[str, Any] = {key: getattr(self, key) for key in _VARIABLE}
        origin = {key: f"tool.pyz3.{key}" for key in _VARIABLE}
        settings = Settings()
        for index, override in enumerate(self.overrides):
            if not matches(split_words(override.select), identifier):
                continue
            said = {key: value for key in _VARIABLE if (value := getattr(override, key)) is not None}
            values |= said
            origin |= {key: f"tool.pyz3.overrides[{index}].{key}" for key in said}
            settings = settings.plus(override.settings)
        values["cpu"] = values["cpu"] or ""
        values["lto"] = "full" if values["lto"] is True else values["lto"] or ""
        return WheelOptions(**values, settings=settings, origin=origin)


# The keys that an override may set anew.
_VARIABLE = ("optimize", "glibc", "macos", "cpu", "lto")


@dataclass(frozen=True, kw_only=True)
class Component:
    """What is compiled, with its sources found: an extension module or a library.

    Attributes:
        name: Dotted name of the module, ``hello._speed``, or of the library.
        common: Settings for every platform.
        families: Settings added for one family of platforms.
        export_symbols: Names or globs of what it exports besides the init function.
    """

    name: str
    common: Settings
    families: dict[str, Settings]
    export_symbols: tuple[str, ...] = ()

    @property
    def all_sources(self) -> tuple[str, ...]:
        """The sources for any platform."""
        return tuple(s for settings in (self.common, *self.families.values()) for s in settings.sources)

    def settings(self, family: str) -> Settings:
        """Give the settings that hold for platforms of ``family``."""
        extra = self.families.get(family)
        return self.common if extra is None else self.common.plus(extra)


@dataclass(frozen=True, kw_only=True)
class Library(Component):
    """A library that knows nothing of Python.

    A shared one is part of the package; its name is its place there: ``hello.core``.

    Attributes:
        static: It is linked into what names it, and is no file of the wheel.
        public_include_dirs: Folders of headers for itself and for all that link it.
    """

    static: bool = False
    public_include_dirs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Extension(Component):
    """An extension module.

    Attributes:
        abi3: Oldest Python of the stable ABI that it is built for (``3.10``); empty: one build per Python.
        optional: Where it cannot be built, the wheel is made without it.
        disable_env: The environment variable that turns it off; empty: none.
        build_info: Its sources get the ``PYZ3_*`` macros that say how they are built.
        off: Why it is not to be built at all, as a clause; empty: it is.
    """

    abi3: str = ""
    optional: bool = False
    disable_env: str = ""
    build_info: bool = False
    off: str = ""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project as every frontend describes it.

    Attributes:
        root: The folder that holds ``pyproject.toml``, absolute.
        tool: Its ``[tool.pyz3]`` table.
        extensions: Its extension modules; with ``build-zig`` they are known only once built.
        libraries: The libraries built with them.
        requires_python: ``project.requires-python`` or empty.
        classified: The Pythons (``3.13``) that ``project.classifiers`` name.
    """

    root: Path
    tool: ToolTable
    extensions: tuple[Extension, ...]
    libraries: tuple[Library, ...] = ()
    requires_python: str = ""
    classified: tuple[str, ...] = ()

    @property
    def enabled(self) -> tuple[Extension, ...]:
        """The extension modules that are to be built."""
        return tuple(extension for extension in self.extensions if not extension.off)

    @property
    def has_binaries(self) -> bool:
        """Whether there is anything to compile."""
        shared = any(not library.static for library in self.libraries)
        return bool(self.enabled) or shared or self.tool.build_zig

    @property
    def all_sources(self) -> tuple[str, ...]:
        """Every source of every component, for any platform."""
        return tuple(s for component in (*self.extensions, *self.libraries) for s in component.all_sources)


def read_pyproject(root: Path) -> dict[str, Any]:
    """Read ``pyproject.toml`` of the project in ``root``.

    Raises:
        ConfigError: There is none, or it is no TOML.
    """
    path = root / "pyproject.toml"
    try:
        return load_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{root}: no pyproject.toml here",
            tip="name the folder of a project: pyz3 wheel path/to/project",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error


def read_tool_table(data: dict[str, Any], *, file: str = "pyproject.toml") -> ToolTable:
    """Validate the ``[tool.pyz3]`` table of ``data``.

    Raises:
        ConfigError: A key is unknown or has a value of the wrong type.
    """
    tool = data.get("tool", {})
    table = tool.get("pyz3", {}) if isinstance(tool, dict) else tool
    return convert(table, ToolTable, where="tool.pyz3", file=file)

"""The scheme of ``[tool.pyz3]``: its tables, and what they say of one wheel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

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


def _says(meaning: str, *examples: Any) -> msgspec.Meta:
    """Give what a key means, for the reference and for editors: plain text, and values as TOML has them."""
    return msgspec.Meta(description=meaning, examples=[*examples])


_IncludeDirs: TypeAlias = Annotated[tuple[str, ...], _says("Folders of headers.", ["include"])]
_LibraryDirs: TypeAlias = Annotated[tuple[str, ...], _says("Folders of libraries to link.", ["vendor/linux"])]
_Define: TypeAlias = Annotated[
    dict[str, Macro],
    _says("Macros. `true` defines 1, `false` defines nothing.", {"NAME": "value", "LEVEL": 2, "FAST": True}),
]
_Cflags: TypeAlias = Annotated[
    tuple[str, ...],
    _says(
        "Flags for C and assembly, written as for gcc, clang or MSVC. What zig does not know is left out and "
        "told, or an error. Folders and headers in them are the project's.",
        ["-std=c99"],
        ["-include", "src/config.h"],
    ),
]
_Cxxflags: TypeAlias = Annotated[tuple[str, ...], _says("Flags for C++, likewise.", ["-std=c++20"])]
_Ldflags: TypeAlias = Annotated[
    tuple[str, ...],
    _says(
        "Flags for the linker: `-lNAME`, `-LDIR`, `-framework NAME`, `-Wl,-rpath,DIR`, "
        "`-Wl,--version-script=FILE`.",
        ["-framework", "CoreFoundation"],
    ),
]
_Libraries: TypeAlias = Annotated[
    tuple[str, ...],
    _says("Libraries to link: the project's own, else the system's.", ["zfoo", "m"]),
]
_Optimize: TypeAlias = Annotated[
    Optimize,
    _says(
        "Zig's build mode. ReleaseFast is `-O3` (Windows: `-O2`), ReleaseSafe `-O2`, ReleaseSmall `-Os`. "
        "A Debug wheel tells debuggers where things lie on the machine that built it.",
        "ReleaseSmall",
    ),
]
_Glibc: TypeAlias = Annotated[
    str | None, _says("Oldest glibc that is promised. Default: 2.17, which is the least.", "2.28")
]
_Macos: TypeAlias = Annotated[
    str | None,
    _says(
        "Oldest macOS that is promised, if newer than the default. Default: what that Python needs.", "12.0"
    ),
]
_Cpu: TypeAlias = Annotated[
    str | None,
    _says(
        "A processor, by zig's name; features may follow. Other machines keep their oldest. Default: the "
        "oldest. A wheel's tag cannot say it: pip installs such a wheel on any machine.",
        "x86_64_v3",
        "generic+crc",
    ),
]
_LtoValue: TypeAlias = bool | Lto
_Lto: TypeAlias = Annotated[
    _LtoValue,
    _says(
        "Link-time optimisation; `true` means full. Not on macOS, Windows and ppc64le, where a note says so.",
        "thin",
    ),
]
_TestCommand: TypeAlias = Annotated[
    Words,
    _says(
        "What tests an installed wheel, for a shell, in an empty folder: `pyz3 test` runs it. `{project}` "
        "and `{package}` are the project's folder, `{wheel}` is the wheel.",
        "pytest {project}/tests",
    ),
]
_TestRequires: TypeAlias = Annotated[Words, _says("What the test-command needs.", ["pytest"])]
_TestExtras: TypeAlias = Annotated[Words, _says("Extras of the wheel that tests need.", ["test"])]
_TestGroups: TypeAlias = Annotated[
    Words, _says("Groups of requirements (`[dependency-groups]`) that tests need.", ["test"])
]
_TestSources: TypeAlias = Annotated[
    Words, _says("Files and folders of the project that are copied to where tests run.", ["tests"])
]
_TestEnvironment: TypeAlias = Annotated[
    Assignments, _says("Variables for tests. `$NAME` and `${NAME}` are variables set before.", {"A": "1"})
]
_Environment: TypeAlias = Annotated[
    Assignments,
    _says(
        "Variables for the project's own build, also when it is asked what it requires. `$NAME` and "
        "`${NAME}` are variables set before; there is no shell.",
        {"USE_SSE": "1", "FLAGS": "$FLAGS -x"},
        "USE_SSE=1",
    ),
]
_BeforeBuild: TypeAlias = Annotated[
    Words,
    _says(
        "Commands that are run before each wheel is built, in a copy of the project, without a shell. "
        "`{project}` is its folder, `{config}` that of the file which --config names, `{prefix}` the place "
        "for libraries.",
        "python {config}/build_libyaml.py",
    ),
]
_ConfigSettings: TypeAlias = Annotated[
    ConfigSettings,
    _says("What the project's build backend is told (PEP 517).", {"--build-option": ["--fast"]}),
]
_ExportSymbols: TypeAlias = Annotated[
    tuple[str, ...],
    _says(
        "C names that are exported, with `*` and `?`. Of a module: besides its init function. Of a shared "
        "library: instead of everything.",
        ["hello_*"],
    ),
]


class Settings(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True
):
    """How a module is compiled and linked; the same keys for every platform and for one family.

    Paths are relative to the project and written with ``/``; ``sources`` are globs in the
    configuration and plain paths once a frontend has expanded them.
    """

    sources: Annotated[
        tuple[str, ...],
        _says("Files or globs. Suffixes: `.c .cc .cpp .cxx .S .zig`.", ["src/hello/*.c", "src/**/*.zig"]),
    ] = ()
    include_dirs: _IncludeDirs = ()
    library_dirs: _LibraryDirs = ()
    define: _Define = {}
    cflags: _Cflags = ()
    cxxflags: _Cxxflags = ()
    ldflags: _Ldflags = ()
    libraries: _Libraries = ()

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

    linux: Annotated[Settings, _says("Added for Linux, with glibc and with musl: keys as above.")] = (
        Settings()
    )
    manylinux: Annotated[Settings, _says("Added for Linux with glibc: keys as above.")] = Settings()
    musllinux: Annotated[Settings, _says("Added for Linux with musl: keys as above.")] = Settings()
    macos: Annotated[Settings, _says("Added for macOS: keys as above.")] = Settings()
    windows: Annotated[Settings, _says("Added for Windows: keys as above.")] = Settings()
    pyodide: Annotated[Settings, _says("Added for Pyodide: keys as above.")] = Settings()

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

    name: Annotated[
        str,
        _says(
            "The module's dotted name, as Python imports it; of a static library a plain name, of a shared "
            "one its place in the package.",
            "hello._speed",
        ),
    ]
    export_symbols: _ExportSymbols = ()


class LibraryTable(ComponentTable, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One ``[[tool.pyz3.libraries]]`` table."""

    static: Annotated[
        bool, _says("Linked into what names it in its `libraries`, and no file of the wheel.", True)
    ] = False
    public_include_dirs: Annotated[
        tuple[str, ...],
        _says("Folders of headers for the library and for all that link it.", ["vendor/zfoo/include"]),
    ] = ()


class ExtensionTable(ComponentTable, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One ``[[tool.pyz3.extensions]]`` table."""

    abi3: Annotated[
        str | bool | None, _says("As `tool.pyz3.abi3`, for this module; `false`: none.", "3.10", False)
    ] = None
    optional: Annotated[bool, _says("Where it cannot be built, the wheel is made without it.", True)] = False
    disable_env: Annotated[
        str | None, _says("The environment variable that turns the extension off.", "HELLO_DISABLE_EXT")
    ] = None
    build_info: Annotated[
        bool,
        _says(
            "The sources get `PYZ3_VERSION`, `PYZ3_TARGET`, `PYZ3_OPTIMIZE` and `PYZ3_SOURCE_DATE`: strings.",
            True,
        ),
    ] = False


_Joins: TypeAlias = Annotated[
    Inherit, _says("How the value joins the one before: behind it, before it, or in its place.", "append")
]


class InheritTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """``inherit = { environment = "append" }`` of an override: its value joins the earlier one."""

    environment: _Joins = "none"
    before_build: _Joins = "none"
    config_settings: _Joins = "none"
    test_command: _Joins = "none"
    test_requires: _Joins = "none"
    test_extras: _Joins = "none"
    test_groups: _Joins = "none"
    test_sources: _Joins = "none"
    test_environment: _Joins = "none"


class OverrideTable(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab", omit_defaults=True
):
    """One ``[[tool.pyz3.overrides]]`` table: what differs for the identifiers that ``select`` matches."""

    select: Annotated[
        str | tuple[str, ...], _says("Patterns of the identifiers that are meant.", "*-musllinux_*")
    ]
    optimize: _Optimize | None = None
    glibc: _Glibc = None
    macos: _Macos = None
    cpu: _Cpu = None
    lto: _Lto | None = None
    include_dirs: _IncludeDirs = ()
    library_dirs: _LibraryDirs = ()
    define: _Define = {}
    cflags: _Cflags = ()
    cxxflags: _Cxxflags = ()
    ldflags: _Ldflags = ()
    libraries: _Libraries = ()
    environment: _Environment | None = None
    before_build: _BeforeBuild | None = None
    config_settings: _ConfigSettings | None = None
    test_command: _TestCommand | None = None
    test_requires: _TestRequires | None = None
    test_extras: _TestExtras | None = None
    test_groups: _TestGroups | None = None
    test_sources: _TestSources | None = None
    test_environment: _TestEnvironment | None = None
    inherit: Annotated[
        InheritTable,
        _says(
            "For `environment`, `before-build`, `config-settings` and `test-…`: whether they join what was "
            "said before (`append`, `prepend`) in place of replacing it.",
            {"environment": "append"},
        ),
    ] = InheritTable()

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
        test_extras: Extras of the wheel that they need.
        test_groups: Groups of requirements that they need (PEP 735).
        test_sources: Files and folders of the project that they need beside them.
        test_environment: Variables for them; values may refer to others.
        test_skipped: This wheel is not tested; ``test_command`` is empty.
    """

    settings: Settings
    environment: dict[str, str]
    before_build: tuple[str, ...]
    config_settings: dict[str, str | tuple[str, ...]]
    test_command: tuple[str, ...]
    test_requires: tuple[str, ...]
    test_extras: tuple[str, ...] = ()
    test_groups: tuple[str, ...] = ()
    test_sources: tuple[str, ...] = ()
    test_environment: dict[str, str] = field(default_factory=dict)
    test_skipped: bool = False


class VersionTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version = { attr = "hello.__version__" }`` or ``{ path = "src/hello/_version.py" }``."""

    attr: Annotated[
        str | None, _says("A module and its attribute, a literal string.", "hello.__version__")
    ] = None
    path: Annotated[
        str | None, _says("A file that assigns `__version__` a literal string.", "src/hello/_version.py")
    ] = None


class SdistTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[tool.pyz3.sdist]``: patterns as in ``.gitignore`` of what sdists hold besides, or lack."""

    include: Annotated[
        tuple[str, ...],
        _says("Files to add. A pattern that matches nothing is an error.", ["/tests", "/docs/*.md"]),
    ] = ()
    exclude: Annotated[
        tuple[str, ...],
        _says("Files to leave out; goes before `include`. What the build needs stays.", ["*.bak"]),
    ] = ()


class SbomTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[tool.pyz3.sbom]``: which bills of materials wheels hold (PEP 770)."""

    binaries: Annotated[
        bool,
        _says(
            "Wheels with binaries hold `sboms/pyz3.cdx.json`, which says what is in them, and the licence "
            "texts that go with that.",
            False,
        ),
    ] = True


class CheckTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[tool.pyz3.check]`` table: what ``pyz3 check`` goes by in this folder."""

    select: Annotated[
        tuple[str, ...],
        _says("Rules to go by: codes or how they begin. Default: all.", ["PW1", "PW203"]),
    ] = ()
    ignore: Annotated[
        tuple[str, ...],
        _says("Rules to leave out; of this and `select` the longer code goes before.", ["PW110"]),
    ] = ()
    strict: Annotated[bool, _says("Warnings are errors.", True)] = False


class ToolTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The ``[tool.pyz3]`` table.

    The first keys are for all projects, those after them for one that pyz3 builds itself, the last
    for one that another backend builds.
    """

    optimize: _Optimize = DEFAULT_OPTIMIZE
    platforms: Annotated[
        tuple[str, ...] | None,
        _says(
            "What `--all-platforms` means: names or globs. Default: the platforms marked so.",
            ["linux-*", "windows-x64"],
        ),
    ] = None
    build: Annotated[
        str | tuple[str, ...] | None, _says("Identifiers to build. Default: all.", ["cp31{2,3}-*"])
    ] = None
    skip: Annotated[
        str | tuple[str, ...] | None, _says("Identifiers to leave out. Default: none.", ["*-win_arm64"])
    ] = None
    test_command: _TestCommand = ()
    test_requires: _TestRequires = ()
    test_extras: _TestExtras = ()
    test_groups: _TestGroups = ()
    test_sources: _TestSources = ()
    test_environment: _TestEnvironment = {}
    test_skip: Annotated[
        str | tuple[str, ...] | None, _says("Identifiers of wheels that are not tested.", ["*-win_arm64"])
    ] = None
    glibc: _Glibc = None
    macos: _Macos = None
    cpu: _Cpu = None
    lto: _Lto = False
    sbom: Annotated[SbomTable, _says("The bill of materials (SBOM) in wheels.", {"binaries": False})] = (
        SbomTable()
    )
    overrides: Annotated[
        tuple[OverrideTable, ...], _says("What differs for the wheels whose identifier matches.")
    ] = ()

    packages: Annotated[
        tuple[str, ...] | None,
        _says(
            "Import names of packages and lone modules, in src/ or beside pyproject.toml; an empty list: "
            "none. Default: those that are found.",
            ["hello"],
        ),
    ] = None
    abi3: Annotated[
        str | None, _says("Oldest Python of the stable ABI: one wheel for it and all later ones.", "3.10")
    ] = None
    build_zig: Annotated[
        bool, _says("The project's own build.zig makes the modules. Excludes `extensions`.", True)
    ] = False
    fallback: Annotated[
        bool, _says("`pyz3 wheel` adds a wheel without extension modules, for all other systems.", True)
    ] = False
    version: Annotated[
        VersionTable | None,
        _says(
            "Where a dynamic version stands. Default: `__version__` in `__init__.py` of the only package.",
            {"attr": "hello.__version__"},
        ),
    ] = None
    sdist: Annotated[
        SdistTable, _says("Files that source distributions hold besides, or lack.", {"include": ["/tests"]})
    ] = SdistTable()
    check: Annotated[CheckTable, _says("What `pyz3 check` goes by.", {"ignore": ["PW110"]})] = CheckTable()
    extensions: Annotated[tuple[ExtensionTable, ...], _says("The extension modules, a table for each.")] = ()
    libraries: Annotated[
        tuple[LibraryTable, ...], _says("Libraries that are built with them, a table for each.")
    ] = ()

    environment: _Environment = {}
    before_build: _BeforeBuild = ()
    config_settings: _ConfigSettings = {}
    locked: Annotated[
        bool,
        _says("Build requirements are installed from `pylock.pyz3.toml` alone; `pyz3 lock` writes it.", True),
    ] = False
    extra: Annotated[
        FamilyTable, _says("Flags, folders and libraries for every extension.", {"cflags": ["-O2"]})
    ] = FamilyTable()

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
        skipped = self.test_skip is not None and matches(split_words(self.test_skip), identifier)
        if skipped:
            said["test_command"] = ()
        return HookOptions(**said, settings=settings, test_skipped=skipped)


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
    "test_extras": _requirements,
    "test_groups": _requirements,
    "test_sources": _requirements,
    "test_environment": _environment,
}


def _joined(earlier: Any, later: Any, inherit: Inherit) -> Any:
    if inherit == "none":
        return later
    first, second = (earlier, later) if inherit == "append" else (later, earlier)
    return {**first, **second} if isinstance(first, dict) else first + second

"""What a project says: the scheme of ``[tool.pyz3]`` and the :class:`Project` every frontend gives.

The scheme is strict.  A key that is unknown or of the wrong type is refused with the file, the
key, what was expected and the nearest key that exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from pyz3._schema import convert
from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

Optimize: TypeAlias = Literal["Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall"]
OPTIMIZE_MODES: tuple[Optimize, ...] = ("Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall")
DEFAULT_OPTIMIZE: Optimize = "ReleaseFast"

FAMILIES = ("linux", "musllinux", "macos", "windows")

Macro: TypeAlias = str | int | bool


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


class ExtensionTable(Settings, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One ``[[tool.pyz3.extensions]]`` table."""

    name: str
    linux: Settings = Settings()
    musllinux: Settings = Settings()
    macos: Settings = Settings()
    windows: Settings = Settings()

    @property
    def common(self) -> Settings:
        """The keys that hold for every platform."""
        return Settings(**{field: getattr(self, field) for field in Settings.__struct_fields__})


class VersionTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``version = { attr = "hello.__version__" }`` or ``{ path = "src/hello/_version.py" }``."""

    attr: str | None = None
    path: str | None = None


class ToolTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The ``[tool.pyz3]`` table."""

    packages: tuple[str, ...] | None = None
    optimize: Optimize = DEFAULT_OPTIMIZE
    platforms: tuple[str, ...] | None = None
    glibc: str | None = None
    macos: str | None = None
    build_zig: bool = False
    version: VersionTable | None = None
    extensions: tuple[ExtensionTable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Extension:
    """An extension module with its sources found.

    Attributes:
        name: Dotted name of the module: ``hello._speed``.
        common: Settings for every platform.
        families: Settings added for one family of platforms.
    """

    name: str
    common: Settings
    families: dict[str, Settings]

    @property
    def all_sources(self) -> tuple[str, ...]:
        """The sources for any platform."""
        return tuple(s for settings in (self.common, *self.families.values()) for s in settings.sources)

    def settings(self, family: str) -> Settings:
        """Give the settings that hold for platforms of ``family``."""
        extra = self.families.get(family)
        return self.common if extra is None else self.common.plus(extra)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project as every frontend describes it.

    Attributes:
        root: The folder that holds ``pyproject.toml``, absolute.
        tool: Its ``[tool.pyz3]`` table.
        extensions: Its extension modules; with ``build-zig`` they are known only once built.
        requires_python: ``project.requires-python`` or empty.
    """

    root: Path
    tool: ToolTable
    extensions: tuple[Extension, ...]
    requires_python: str = ""


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

"""A project as every frontend describes it, whoever builds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.config.scheme import Settings, ToolTable


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
class Backend:
    """The build backend of a project that pyz3 does not build itself, but through PEP 517's hooks.

    Attributes:
        kind: The backend that does the work, whatever wraps it, as its users call it: ``meson-python``.
        build_backend: ``setuptools.build_meta``; one within the project has a name of its own.
        backend_path: Folders that it is imported from, relative to the project (PEP 517).
        requires: What it needs to run (PEP 508); more may come from its hooks.
        name: The distribution's name; empty: only its hooks know.
        version: The distribution's version; empty: only its hooks know.
        compiled_by: What compiles, as the subject of a sentence: ``hatchling's build hook 'mypyc'``; empty:
            nothing is known to.
        idle: Why nothing is compiled, where a wheel turns out to be pure; empty: there is nothing to say.
    """

    kind: str
    build_backend: str
    backend_path: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    compiled_by: str = ""
    idle: str = ""

    @property
    def is_recorded(self) -> bool:
        """Whether what its compilers would do can be written down: setuptools runs them itself."""
        return self.kind == "setuptools"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project as every frontend describes it.

    Attributes:
        root: The folder that holds ``pyproject.toml``, absolute.
        tool: Its ``[tool.pyz3]`` table, or what stands in for it.
        extensions: Its extension modules; with ``build-zig`` or a ``backend`` they are known only once built.
        libraries: The libraries built with them.
        requires_python: ``project.requires-python`` or empty.
        classified: The Pythons (``3.13``) that ``project.classifiers`` name.
        backend: What builds it; None: pyz3 itself.
        config_file: The file that ``tool`` was read from, as messages call it.
        config_table: Where it stands there; empty: at the top.
        notes: What the user should know of its configuration.
    """

    root: Path
    tool: ToolTable
    extensions: tuple[Extension, ...]
    libraries: tuple[Library, ...] = ()
    requires_python: str = ""
    classified: tuple[str, ...] = ()
    backend: Backend | None = None
    config_file: str = "pyproject.toml"
    config_table: str = "tool.pyz3"
    notes: tuple[str, ...] = ()

    def where(self, key: str) -> str:
        """Give what messages call a key of ``tool``: ``pyproject.toml: tool.pyz3.build``."""
        return f"{self.config_file}: {'.'.join(filter(None, (self.config_table, key)))}"

    @property
    def enabled(self) -> tuple[Extension, ...]:
        """The extension modules that are to be built."""
        return tuple(extension for extension in self.extensions if not extension.off)

    @property
    def has_binaries(self) -> bool:
        """Whether there is anything to compile, as far as it is known before the build."""
        shared = any(not library.static for library in self.libraries)
        return bool(self.enabled) or shared or self.tool.build_zig or self.backend is not None

    @property
    def all_sources(self) -> tuple[str, ...]:
        """Every source of every component, for any platform."""
        return tuple(s for component in (*self.extensions, *self.libraries) for s in component.all_sources)

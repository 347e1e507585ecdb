"""What Python code builds with: one wheel, or every combination of platforms and Pythons."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.builder.project_build import ProjectBuild
from pyz3.builder.switches import switched
from pyz3.capi import best_headers, find_headers
from pyz3.config import DEFAULT_OPTIMIZE
from pyz3.engine.toolchain import find_toolchain
from pyz3.events import Activity
from pyz3.frontends import load_project
from pyz3.sources import ArchiveSource, FolderSource, classify, pristine_folder
from pyz3.targets import Platform, implementation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyz3.capi import HeaderTree
    from pyz3.config import Project
    from pyz3.events import Listener
    from pyz3.results import Summary, WheelResult


@dataclass(frozen=True)
class BuildConfig:
    """One wheel to build.

    Attributes:
        target_platform: For which platform.
        optimize: ``Debug``, ``ReleaseSafe``, ``ReleaseFast`` or ``ReleaseSmall``.
        python_version: ``3.13``, ``3.13t``; None is the Python that runs pyz3.
        output_dir: Where the wheel goes; made if need be.
    """

    target_platform: Platform
    optimize: str = DEFAULT_OPTIMIZE
    python_version: str | None = None
    output_dir: Path = Path("dist")


class WheelBuilder:
    """Builds the wheels of one project.

    Making a builder does nothing yet; every method reads the project anew.

    Args:
        project_dir: The folder that holds ``pyproject.toml``.
        cache_dir: Overrides ``PYZ3_CACHE_DIR`` and the user's cache folder.
        python_headers: Folders that hold a ``Python.h``, before those that are found.
        jobs: How many compilers run at a time; default: the number of processors.
        config: A file in place of the project's ``[tool.pyz3]``, where another backend builds it.
        environ: Environment variables; default: this process's.
        locked: Build requirements are installed from the project's lock file, or not at all; as
            ``tool.pyz3.locked``.
        listener: Is told what happens, from several threads.
    """

    def __init__(
        self,
        project_dir: str | os.PathLike[str] = ".",
        *,
        cache_dir: str | os.PathLike[str] | None = None,
        python_headers: Sequence[str | os.PathLike[str]] = (),
        jobs: int | None = None,
        config: str | os.PathLike[str] | None = None,
        environ: Mapping[str, str] | None = None,
        locked: bool = False,
        listener: Listener | None = None,
    ) -> None:
        self.project_dir = Path(project_dir)
        self._cache_dir = Path(cache_dir) if cache_dir is not None else None
        self._python_headers = tuple(Path(path) for path in python_headers)
        self._jobs = jobs or os.cpu_count() or 1
        self._config = Path(config) if config is not None else None
        self._environ: Mapping[str, str] = os.environ if environ is None else environ
        self._locked = locked
        self._listener = listener

    @classmethod
    def of(
        cls,
        source: str,
        *,
        python_headers: Sequence[str | os.PathLike[str]] = (),
        jobs: int | None = None,
        config: str | os.PathLike[str] | None = None,
        locked: bool = False,
        listener: Listener | None = None,
    ) -> WheelBuilder:
        """Give the builder of what ``source`` names: a folder, an sdist, or a requirement (``thing==1.2``).

        The other arguments are those of the class.

        Raises:
            Pyz3Error: It names none of them, or the sdist cannot be had.
        """
        found = classify(source)
        folder = Path(source)
        if not isinstance(found, FolderSource):
            cache = find_toolchain(os.environ).cache
            if listener is not None and not isinstance(found, ArchiveSource):
                listener(Activity(platform="", text=f"fetching {source}"))
            folder = pristine_folder(found, cache=cache, environ=os.environ)
        return cls(
            folder,
            python_headers=python_headers,
            jobs=jobs,
            config=config,
            locked=locked,
            listener=listener,
        )

    def build(self, config: BuildConfig) -> Path:
        """Build one wheel.

        Raises:
            Pyz3Error: It could not be built; the class and message say why.
        """
        return _build_one(
            self,
            str(config.target_platform),
            python=config.python_version,
            optimize=config.optimize,
            output_dir=config.output_dir,
        )

    def build_all_platforms(
        self,
        *,
        pythons: Sequence[str] = (),
        optimize: str | None = None,
        output_dir: str | os.PathLike[str] = "dist",
    ) -> list[Path]:
        """Build for every platform that the project lists.

        Args:
            pythons: Versions, or ``all``; default: the Python that runs pyz3.
            optimize: Overrides the project's mode.
            output_dir: Where the wheels go.

        Raises:
            Pyz3Error: One error for all wheels that could not be built; the others are delivered.
        """
        results = self.build_matrix(pythons=pythons, optimize=optimize, output_dir=output_dir)
        return [result.path for result in results]

    def build_matrix(
        self,
        *,
        platforms: Sequence[str] | None = None,
        pythons: Sequence[str] = (),
        build: str | Sequence[str] | None = None,
        skip: str | Sequence[str] | None = None,
        optimize: str | None = None,
        output_dir: str | os.PathLike[str] = "dist",
        fallback: bool | None = None,
        require_extensions: bool = False,
        debug_files: str | os.PathLike[str] | None = None,
    ) -> tuple[WheelResult, ...]:
        """Build every combination; as :meth:`build_all_platforms`, with a result object per wheel.

        Args:
            platforms: Names, aliases or globs; default: those that the project lists.
            pythons: Versions, or ``all``; default: the Python that runs pyz3, with ``build`` all.
            build: Patterns of the identifiers to build; default: the project's ``build``.
            skip: Patterns of the identifiers to leave out; default: the project's ``skip``.
            optimize: Overrides the project's mode.
            output_dir: Where the wheels go.
            fallback: Add a wheel without extension modules; default: the project's ``fallback``.
            require_extensions: An optional extension that cannot be built is an error.
            debug_files: Where the debug data of binaries for Linux and Windows goes; default: it is not kept.

        Raises:
            Pyz3Error: One error for all wheels that could not be built, or debug data that could not be had;
                the others are delivered.
        """
        found = self.open()
        selection = found.select(platforms=platforms, pythons=pythons, build=build, skip=skip)
        plan = found.plan(
            selection,
            optimize=optimize,
            fallback=found.project.tool.fallback if fallback is None else fallback,
            require_extensions=require_extensions,
        )
        place = None if debug_files is None else Path(debug_files)
        return _delivered(found.run(plan, output_dir=Path(output_dir), debug_files=place))

    def headers(self) -> dict[str, HeaderTree]:
        """Give the header tree that is used for each Python version (``3.13``)."""
        return best_headers(find_headers(extra=self._python_headers, environ=self._environ))

    def open(self, project: Project | None = None) -> ProjectBuild:
        """Read the project, once, for whatever is to be built of it.

        Args:
            project: What a frontend has read already.

        Raises:
            ConfigError: Its configuration is wrong.
        """
        if project is None:
            project = load_project(self.project_dir, config=self._config)
        return ProjectBuild(
            project=switched(project, environ=self._environ, implementation=implementation()),
            environ=self._environ,
            toolchain=lambda: find_toolchain(self._environ, self._cache_dir),
            headers=self.headers,
            jobs=self._jobs,
            tell=self._listener or (lambda _: None),
            locked=self._locked or project.tool.locked,
        )


def build_wheel(
    platform: str | Platform | None = None,
    optimize: str = DEFAULT_OPTIMIZE,
    output_dir: str | os.PathLike[str] = "dist",
) -> Path:
    """Build one wheel of the project in the current folder, for the Python that runs this.

    Args:
        platform: A platform or its name (``linux-x86_64``); default: this machine's.
        optimize: Zig's build mode.
        output_dir: Where the wheel goes.

    Raises:
        Pyz3Error: It could not be built.
    """
    name = str(Platform.current() if platform is None else platform)
    return _build_one(WheelBuilder(), name, optimize=optimize, output_dir=Path(output_dir))


def _build_one(
    builder: WheelBuilder, platform: str, *, python: str | None = None, optimize: str, output_dir: Path
) -> Path:
    build = builder.open()
    selection = build.select_one(platform, python=python)
    summary = build.run(build.plan(selection, optimize=optimize), output_dir=output_dir)
    return _delivered(summary)[0].path


def _delivered(summary: Summary) -> tuple[WheelResult, ...]:
    error = summary.error()
    if error is not None:
        raise error
    return summary.wheels

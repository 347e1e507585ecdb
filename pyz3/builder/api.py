"""The builder: the only module that knows the order of the stages."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.builder.choice import Request, choose
from pyz3.builder.inputs import read_mode, read_source_date
from pyz3.builder.platform import PlatformBuild
from pyz3.builder.run import Run, prepare_includes
from pyz3.builder.single import select_one
from pyz3.builder.switches import switched, switched_off
from pyz3.capi import best_headers, find_headers
from pyz3.config import DEFAULT_OPTIMIZE
from pyz3.engine.plan_file import PlanFile
from pyz3.engine.toolchain import find_toolchain
from pyz3.engine.zig import ZigRunner
from pyz3.errors import ConfigError
from pyz3.events import Activity
from pyz3.frontends import load_project
from pyz3.plan import make_job, make_plan
from pyz3.sources import ArchiveSource, FolderSource, classify, pristine_folder
from pyz3.targets import Platform, implementation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyz3.builder.delivery import Contents
    from pyz3.capi import HeaderTree
    from pyz3.config import Project
    from pyz3.events import Event, Listener
    from pyz3.plan import Job
    from pyz3.results import Summary, WheelResult
    from pyz3.targets.selection import Selection


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
        listener: Listener | None = None,
    ) -> None:
        self.project_dir = Path(project_dir)
        self._cache_dir = Path(cache_dir) if cache_dir is not None else None
        self._python_headers = tuple(Path(path) for path in python_headers)
        self._jobs = jobs or os.cpu_count() or 1
        self._config = Path(config) if config is not None else None
        self._environ: Mapping[str, str] = os.environ if environ is None else environ
        self._listener = listener

    @classmethod
    def of(
        cls,
        source: str,
        *,
        python_headers: Sequence[str | os.PathLike[str]] = (),
        jobs: int | None = None,
        config: str | os.PathLike[str] | None = None,
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
        return cls(folder, python_headers=python_headers, jobs=jobs, config=config, listener=listener)

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

        Raises:
            Pyz3Error: One error for all wheels that could not be built; the others are delivered.
        """
        selection = self.select(platforms=platforms, pythons=pythons, build=build, skip=skip)
        plan = self.plan(
            selection,
            optimize=optimize,
            fallback=self.project().tool.fallback if fallback is None else fallback,
            require_extensions=require_extensions,
        )
        return _delivered(self.run(plan, output_dir=Path(output_dir)))

    def headers(self) -> dict[str, HeaderTree]:
        """Give the header tree that is used for each Python version (``3.13``)."""
        return best_headers(find_headers(extra=self._python_headers, environ=self._environ))

    def project(self) -> Project:
        """Read the project's configuration.

        Raises:
            ConfigError: It is wrong.
        """
        return load_project(self.project_dir, config=self._config)

    def _buildable(self) -> Project:
        """Read the project; what is not to be built here is marked."""
        return switched(self.project(), environ=self._environ, implementation=implementation())

    def select(
        self,
        *,
        platforms: Sequence[str] | None = None,
        pythons: Sequence[str] = (),
        build: str | Sequence[str] | None = None,
        skip: str | Sequence[str] | None = None,
        only: str | None = None,
        allow_empty: bool = False,
        sources: Mapping[str, str] | None = None,
    ) -> Selection:
        """Give the targets asked for.

        Args:
            platforms: Names, aliases or globs; default: those that the project lists.
            pythons: Versions, or ``all``; default: the Python that runs pyz3, with ``build`` all.
            build: Patterns of the identifiers to build; default: the project's ``build``.
            skip: Patterns of the identifiers to leave out; default: the project's ``skip``.
            only: One identifier, whatever all others say.
            allow_empty: Selecting nothing is no error.
            sources: Name of an argument → what to call it in messages, in place of the option.

        Raises:
            ConfigError: There is no such platform, Python or identifier, or its headers are missing.
            NothingSelectedError: Nothing is left.
        """
        request = Request(
            platforms=platforms,
            pythons=pythons,
            build=build,
            skip=skip,
            only=only,
            allow_empty=allow_empty,
            sources=sources or {},
        )
        return choose(self._buildable(), request, headers=self.headers)

    def plan(
        self,
        selection: Selection,
        *,
        optimize: str | None = None,
        fallback: bool = False,
        require_extensions: bool = False,
        allow_pure: bool = False,
    ) -> tuple[Job, ...]:
        """Give the jobs for what was selected; nothing is built.

        Of a project with a build backend of its own, the modules are known only when it runs.

        Args:
            selection: What :meth:`select` gave.
            optimize: Overrides the project's mode.
            fallback: Add a wheel without extension modules, ``py3-none-any``.
            require_extensions: An optional extension that cannot be built is an error.
            allow_pure: Likewise, that none of its extension modules is built is none.

        Raises:
            ConfigError: The configuration is wrong.
        """
        project = self._buildable()
        if selection.without:
            project = switched_off(project, selection.without, required=require_extensions)
        mode = read_mode(optimize)
        macos = self._environ.get("MACOSX_DEPLOYMENT_TARGET") or None
        if project.backend is not None:
            _refuse_own_options({"--fallback": fallback, "--require-extensions": require_extensions})
            jobs = (
                make_job(project, target, optimize=mode, macos=macos, glibc=selection.glibc)
                for target in selection.targets
            )
            return tuple(msgspec.structs.replace(job, allow_pure=allow_pure) for job in jobs)
        return make_plan(
            project,
            selection.targets,
            optimize=mode,
            macos=macos,
            glibc=selection.glibc,
            fallback=fallback,
            require_extensions=require_extensions,
            source_date=read_source_date(self._environ),
        )

    def plan_file(self, zig_target: str | None) -> str:
        """Give the plan file of one platform and the Python that runs pyz3, for ``build.zig``.

        Args:
            zig_target: Zig's target, with or without versions; None is this machine's.

        Raises:
            ConfigError: No platform has that target.
        """
        platform = Platform.current() if zig_target is None else Platform.from_zig_target(zig_target)
        jobs = self.plan(select_one(self, str(platform)))
        if zig_target is not None and zig_target != platform.spec.zig:
            jobs = tuple(msgspec.structs.replace(job, zig_targets=(zig_target,)) for job in jobs)
        toolchain = find_toolchain(self._environ, self._cache_dir)
        build = PlatformBuild(
            self._buildable(),
            jobs,
            includes=prepare_includes(jobs, self.headers(), toolchain),
            runner=ZigRunner(toolchain, self._environ, root=self.project().root),
            jobs_at_once=1,
            tell=self._tell,
        )
        return msgspec.json.encode(PlanFile(artifacts=build.artifacts())).decode()

    def run(self, jobs: Sequence[Job], *, output_dir: Path, contents: Contents | None = None) -> Summary:
        """Do the jobs, platforms side by side; one that fails stops no other.

        Args:
            jobs: What :meth:`plan` gave.
            output_dir: Where the wheels go.
            contents: What they hold besides binaries; default: the project's packages.

        Raises:
            ConfigError: The project's metadata, the cache or the output folder is unusable.
        """
        project = self._buildable()
        run = Run(
            project,
            environ=self._environ,
            toolchain=lambda: find_toolchain(self._environ, self._cache_dir),
            headers=self.headers,
            jobs_at_once=self._jobs,
            tell=self._tell,
        )
        return run(jobs, contents=contents, output_dir=Path(output_dir))

    def _tell(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)


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
    selection = select_one(builder, platform, python=python)
    summary = builder.run(builder.plan(selection, optimize=optimize), output_dir=output_dir)
    return _delivered(summary)[0].path


def _delivered(summary: Summary) -> tuple[WheelResult, ...]:
    error = summary.error()
    if error is not None:
        raise error
    return summary.wheels


def _refuse_own_options(options: Mapping[str, bool]) -> None:
    """Refuse what only projects that pyz3 itself builds can obey: it must not be lost in silence."""
    for option, given in options.items():
        if given:
            raise ConfigError(
                f"{option}: another build backend builds this project, and it decides what a wheel holds",
                tip="leave the option out",
            )

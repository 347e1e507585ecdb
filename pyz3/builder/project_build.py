"""One project, read once: what is asked for → the plan → wheels."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import unwritable
from pyz3.archive import require_output
from pyz3.builder.choice import Choice, choose
from pyz3.builder.compiling import header_search, prepare_includes
from pyz3.builder.debug_files import naming_pdbs, plan_of_debug, write_debug_files, write_pdbs
from pyz3.builder.line import Line
from pyz3.builder.packing import read_epoch
from pyz3.builder.platform import PlatformBuild
from pyz3.builder.switches import switched_off
from pyz3.config import OPTIMIZE_MODES
from pyz3.engine.warmth import Warmth
from pyz3.engine.zig import ZigRunner
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.events import Activity, CommandRun, Note
from pyz3.plan import Pure, Recipe, make_orders, make_plan
from pyz3.results import DebugFiles
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from pyz3.builder.packing import Contents
    from pyz3.capi import HeaderTree
    from pyz3.config import Optimize, Project
    from pyz3.engine.toolchain import Toolchain
    from pyz3.events import Event, Listener
    from pyz3.plan import Planned
    from pyz3.results import Summary
    from pyz3.targets import Selection


@dataclass(frozen=True, kw_only=True)
class ProjectBuild:
    """A project as it was when it was read, and what builds it.

    Attributes:
        project: What a frontend read; what is not to be built here is marked.
        environ: The user's environment variables.
        toolchain: Finds zig and the cache; asked only if something is to be compiled.
        headers: Finds the header tree of each Python (``3.13``); likewise.
        jobs: How many compilers run at a time.
        tell: Is told what happens, from several threads.
        locked: Build requirements are installed from the project's lock file, or not at all.
    """

    project: Project
    environ: Mapping[str, str]
    toolchain: Callable[[], Toolchain]
    headers: Callable[[], Mapping[str, HeaderTree]]
    jobs: int
    tell: Listener
    locked: bool = False

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
        request = Choice(
            platforms=platforms,
            pythons=pythons,
            build=build,
            skip=skip,
            only=only,
            allow_empty=allow_empty,
            sources=sources or {},
        )
        return choose(self.project, request, headers=self.headers)

    def select_one(
        self,
        platform: str | None = None,
        *,
        python: str | None = None,
        sources: Mapping[str, str] | None = None,
    ) -> Selection:
        """Give the one target asked for, whatever the project's patterns say; default: this interpreter.

        Args:
            platform: A name or an alias.
            python: A version.
            sources: Name of an argument → what to call it in messages, as for :meth:`select`.

        Raises:
            ConfigError: There is no such target, or there are several.
            NothingSelectedError: The project does not support it.
        """
        platform = platform or str(Platform.current())
        python = python or str(PythonVersion.current())
        selection = self.select(
            platforms=[platform],
            pythons=[python],
            build="*",
            skip=(),
            sources={"platforms": "platform", "pythons": "python", **(sources or {})},
        )
        if len(selection.targets) > 1:
            raise ConfigError(
                f"{platform!r} with Python {python} are several wheels: "
                + ", ".join(map(str, selection.targets)),
                tip="name one platform; pyz3 wheel builds several at once",
            )
        return selection

    def plan(
        self,
        selection: Selection,
        *,
        optimize: str | None = None,
        fallback: bool = False,
        require_extensions: bool = False,
        allow_pure: bool = False,
    ) -> tuple[Planned, ...]:
        """Give the wheels for what was selected; nothing is built.

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
        project = self.project
        if selection.without:
            project = switched_off(project, selection.without, required=require_extensions)
        if project.backend is not None:
            _refuse_own_options({"--fallback": fallback})
        orders = make_orders(
            project,
            # Without binaries, no floor is promised that could be wrong.
            selection.targets if project.has_binaries else (),
            optimize=read_mode(optimize),
            macos=self.environ.get("MACOSX_DEPLOYMENT_TARGET") or None,
            glibc=selection.glibc,
            allow_pure=allow_pure,
            # What pyz3 itself builds is settled with the plan.
            require_extensions=require_extensions and project.backend is not None,
        )
        if project.backend is not None:
            return orders
        return make_plan(
            project,
            orders,
            fallback=fallback,
            require_extensions=require_extensions,
            source_date=read_source_date(self.environ),
        )

    def plan_file(self, zig_target: str | None) -> str:
        """Give the plan file of one platform and the Python that runs pyz3, for ``build.zig``.

        Args:
            zig_target: Zig's target, with or without versions; None is this machine's.

        Raises:
            ConfigError: No platform has that target.
        """
        platform = Platform.current() if zig_target is None else Platform.from_zig_target(zig_target)
        plan = self.plan(self.select_one(str(platform)))
        recipes = tuple(one for one in plan if isinstance(one, Recipe))
        if zig_target is not None and zig_target != platform.spec.zig:
            recipes = tuple(msgspec.structs.replace(one, zig_targets=(zig_target,)) for one in recipes)
        toolchain = self.toolchain()
        runner = ZigRunner(toolchain, self.environ, root=self.project.root)
        build = PlatformBuild(
            self.project,
            recipes,
            includes=prepare_includes(recipes, self.headers(), toolchain),
            runner=runner,
            search=header_search(toolchain),
            warmth=Warmth(toolchain.warm_parts, lambda _, __: None),
            jobs_at_once=1,
            tell=self.tell,
        )
        return runner.plan(build.artifacts()).decode()

    def run(
        self,
        plan: Sequence[Planned],
        *,
        output_dir: Path,
        contents: Contents | None = None,
        debug_files: Path | None = None,
    ) -> Summary:
        """Make the wheels of a plan, platforms side by side; one that fails stops no other.

        Args:
            plan: What :meth:`plan` gave.
            output_dir: Where the wheels go.
            contents: What they hold besides binaries; default: the project's packages.
            debug_files: Where the debug data of the binaries goes; default: it is not kept.

        Raises:
            ConfigError: The project's metadata, the cache or the output folder is unusable.
        """
        require_output(output_dir.absolute(), what="wheel")
        if debug_files is not None:
            require_output(debug_files.absolute(), what="debug file")
            plan = naming_pdbs(plan)
        with self.using_cache(plan):
            summary = Line(self)(plan, contents=contents, output_dir=output_dir)
            if debug_files is None:
                return summary
            return replace(summary, debug=self._debug(plan, summary, contents, debug_files.absolute()))

    def _debug(
        self, plan: Sequence[Planned], summary: Summary, contents: Contents | None, folder: Path
    ) -> DebugFiles:
        """Build a second time, with debug data, and keep that; what was told the first time is not again."""
        found = DebugFiles(folder=folder)
        orders = plan_of_debug(plan, summary, found)
        try:
            write_pdbs(plan, summary, found)
            if orders:
                self.tell(Activity(platform="", text="building once more, with debug data"))
                again = Line(replace(self, tell=self._tell_steps))
                with self.toolchain().cache.scratch() as scratch:
                    made = again(orders, contents=contents, output_dir=Path(scratch))
                    write_debug_files(summary, made, found)
        except OSError as error:
            found.failures.append(str(unwritable(f"--debug-files: {error.filename or folder}", error)))
        except Pyz3Error as error:  # the wheels are there, and count for more
            found.failures.append(f"no debug files: {error}")
        if summary.wheels and not (found.files or found.notes or found.failures):
            found.notes.append("no debug files: there is no binary")
        return found

    def _tell_steps(self, event: Event) -> None:
        if isinstance(event, (Activity, CommandRun)):
            self.tell(event)

    def using_cache(self, plan: Sequence[Planned]) -> AbstractContextManager[None]:
        """Give what keeps the cache as it is while a plan's wheels are made, and until its end.

        Args:
            plan: Wheels without binaries need no cache.

        Raises:
            ConfigError: The cache is unusable.
        """
        if all(isinstance(one, Pure) for one in plan):
            return contextlib.nullcontext()
        return self.toolchain().in_use(lambda text: self.tell(Note(text=text)))


def _refuse_own_options(options: Mapping[str, bool]) -> None:
    """Refuse what only projects that pyz3 itself builds can obey: it must not be lost in silence."""
    for option, given in options.items():
        if given:
            raise ConfigError(
                f"{option}: another build backend builds this project, and it decides what a wheel holds",
                tip="leave the option out",
            )


def read_mode(optimize: str | None) -> Optimize | None:
    """Give one of zig's build modes; None stays None.

    Raises:
        ConfigError: There is no such mode.
    """
    if optimize is None:
        return None
    for mode in OPTIMIZE_MODES:
        if mode == optimize:
            return mode
    raise ConfigError(f"optimize: {optimize!r} is not one of {', '.join(OPTIMIZE_MODES)}")


def read_source_date(environ: Mapping[str, str]) -> str:
    """Give ``SOURCE_DATE_EPOCH`` as ``2026-01-31T12:00:00Z``; empty if it is not set.

    Raises:
        ConfigError: It is no number, or none that a calendar has.
    """
    if not environ.get("SOURCE_DATE_EPOCH"):
        return ""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(read_epoch(environ)))
    except (OverflowError, ValueError, OSError) as error:
        raise ConfigError(
            f"SOURCE_DATE_EPOCH: {environ['SOURCE_DATE_EPOCH']!r} is no date: {error}"
        ) from None

"""``pyz3 watch``: rebuild when a file changes."""

from __future__ import annotations

import contextlib
import importlib
import os
import shlex
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from pyz3.builder import WheelBuilder, read_contents
from pyz3.cli.options import place_option, project_argument
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.cli.ui import BuildView, print_error, print_failures
from pyz3.develop import (
    Stamps,
    build_binaries,
    build_in_place,
    find_place,
    find_redirect,
    in_place_files,
    is_installed,
    refresh,
)
from pyz3.engine.toolchain import find_toolchain
from pyz3.errors import ConfigError, Pyz3Error, abridged
from pyz3.frontends import load_own_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyz3.builder import ProjectBuild
    from pyz3.config import Project
    from pyz3.develop import Place
    from pyz3.results import Summary

# Often enough that nobody waits for it; a thousand files cost a few ms each time.
_POLL_SECONDS = 0.1
# Where the words behind -- are kept while click reads the others.
_COMMAND = "pyz3.watch.command"
# In how many runs, one after the other, a file must have changed to be called the command's own.  Nothing
# tells who wrote a file: one may save it twice while the command runs, and formatters change what was saved.
_RUNS = 3


class _WatchCommand(click.Command):
    """A command with another one behind ``--``, which is not taken for the project."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line."""
        end = args.index("--") if "--" in args else len(args)
        ctx.meta[_COMMAND] = tuple(args[end + 1 :])
        return super().parse_args(ctx, args[:end])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Give what stands behind the command's name in the line of usage."""
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND...]"]


@click.command(cls=_WatchCommand, context_settings=SETTINGS, short_help="Rebuild when a file changes.")
@project_argument
@place_option
@click.pass_context
def watch(context: click.Context, *, project: Path, python: str | None) -> None:
    """Build the project in PROJECT, and again whenever a source, a header or pyproject.toml changes.

    Brings the editable install of the active environment up to date, or the modules in the source
    tree; without either it tells whether everything compiles.  COMMAND is run after each build that
    went well, and when a Python file changes: pyz3 watch -- pytest -q.  Ctrl-C ends it.
    """
    console = SafeConsole()
    load_own_project(project, what="pyz3 watch", tip="pyz3 wheel builds again only what has changed")
    place = find_place(project, python=python, environ=os.environ)
    watcher = _Watcher(console, project=project, place=place, command=_found(context.meta[_COMMAND]))
    with _importing("lief"):
        try:
            watcher.run()
        except KeyboardInterrupt:
            console.print("stopped")


@contextlib.contextmanager
def _importing(name: str) -> Iterator[None]:
    """Import meanwhile what takes long to, and is needed when the first change has been compiled."""
    thread = threading.Thread(target=importlib.import_module, args=(name,))
    thread.start()
    try:
        yield
    finally:
        # Python ends a daemon wherever it is: within C++ the whole process ends with an abort.
        thread.join()


def _found(command: tuple[str, ...]) -> tuple[str, ...]:
    """Give a command whose program is there.

    Raises:
        ConfigError: It is not.
    """
    program = shutil.which(command[0]) if command else None
    if command and program is None:
        raise ConfigError(f"{command[0]}: there is no such program on PATH", tip="pyz3 watch -- pytest")
    return command if program is None else (program, *command[1:])


@dataclass(frozen=True, kw_only=True)
class _Watched:
    """What is compared to notice a change.

    Attributes:
        sources: What compilers read.
        scripts: The project's Python files, for the command; none without one.
    """

    sources: Stamps
    scripts: Stamps

    def again(self) -> _Watched:
        """Look at the same files as they are now."""
        return _Watched(sources=self.sources.again(), scripts=self.scripts.again())

    def since(self, before: _Watched) -> frozenset[str]:
        """Give the files and folders that are not as they were ``before``."""
        return self.sources.since(before.sources) | self.scripts.since(before.scripts)

    def taking(self, paths: frozenset[str], now: _Watched) -> _Watched:
        """Give the same with ``paths`` as they are ``now``."""
        return _Watched(
            sources=self.sources.taking(paths, now.sources), scripts=self.scripts.taking(paths, now.scripts)
        )


class _Writes:
    """Which files the command itself writes each time: a version file, a log of results as Python."""

    def __init__(self) -> None:
        self._runs: dict[str, int] = {}
        self._told: set[str] = set()

    def learn(self, changed: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
        """Take note of what changed during a run of the command.

        Args:
            changed: Paths of files and folders.

        Returns:
            Those of them that are the command's own, and of these the ones that nobody has been told of yet.
        """
        self._runs = {path: self._runs.get(path, 0) + 1 for path in changed}
        own = frozenset(path for path, runs in self._runs.items() if runs >= _RUNS)
        new = tuple(sorted(own - self._told))
        self._told |= own
        return own, new


class _Watcher:
    """Builds again and again.

    Args:
        console: Where it says so.
        project: The project's folder.
        place: The environment that is kept up to date.
        command: What is run after each build; may be empty.
    """

    def __init__(
        self, console: SafeConsole, *, project: Path, place: Place, command: tuple[str, ...]
    ) -> None:
        self._console = console
        self._project = project
        self._place = place
        self._command = command
        self._writes = _Writes()

    def run(self) -> None:
        """Build, and wait for changes; only an interruption ends it."""
        found = self._open().project
        self._announce(found)
        self._seen = self._look(found)
        self._round()
        while True:
            time.sleep(_POLL_SECONDS)
            built = self._seen.sources.changed()
            if built or self._seen.scripts.changed():
                # Taken before the build: what is saved meanwhile is built next.
                self._seen = self._look_again(self._seen)
                if built:
                    self._round()
                else:
                    self._run_command()

    def _announce(self, project: Project) -> None:
        contents = read_contents(project)
        if is_installed(project, contents, self._place):
            what = f"the editable install in {self._place}"
        elif in_place_files(project, find_toolchain(os.environ).cache):
            what = f"the modules in the source tree, for Python {self._place.version}"
        else:
            what = f"nothing but whether it compiles, for Python {self._place.version} (see pyz3 develop)"
        self._console.print(f"watching {project.root}: {what}; Ctrl-C ends it", soft_wrap=True)

    def _open(self) -> ProjectBuild:
        listener = BuildView(self._console, verbose=False, quiet=False)
        headers = self._place.python_headers
        return WheelBuilder(self._project, python_headers=headers, listener=listener).open()

    def _look(self, project: Project) -> _Watched:
        rules = read_contents(project).rules
        scripts: set[Path] = set()
        if self._command:
            walked = rules.walk(project.root, hidden=False)
            scripts = {path for path in walked if path.suffix == ".py"}
        return _Watched(
            sources=Stamps.take(project, rules), scripts=Stamps.of(scripts, suffixes=(".py", ".pyi"))
        )

    def _look_again(self, before: _Watched) -> _Watched:
        """Look at what is there now; while pyproject.toml is wrong, at what was there before."""
        try:
            return self._look(self._open().project)
        except Pyz3Error:
            return before.again()

    def _round(self) -> None:
        """Build once and say what came of it; a mistake ends nothing, as it will be mended."""
        started = time.perf_counter()
        try:
            summary, names = self._build(self._open())
        except Pyz3Error as error:
            print_error(error)
            return
        if print_failures(summary) is None:
            done = f"{', '.join(names) or 'nothing had changed'}  {time.perf_counter() - started:.2f} s"
            self._console.print(Text.assemble(("✓ ", "green"), done), soft_wrap=True)
            self._run_command()

    def _build(self, build: ProjectBuild) -> tuple[Summary, tuple[str, ...]]:
        project, python = build.project, self._place.version
        contents = read_contents(project)
        redirect = find_redirect(project, contents, self._place)
        if redirect is not None:
            return refresh(build, redirect, python=python)
        cache = find_toolchain(os.environ).cache
        if in_place_files(project, cache):
            return build_in_place(build, cache, python=python)
        summary, files = build_binaries(build, contents, optimize=None, python=python)
        return summary, tuple(files)

    def _run_command(self) -> None:
        """Run the command to its end, and say how it ended."""
        if not self._command:
            return
        name = shlex.join((Path(self._command[0]).name, *self._command[1:]))
        self._console.print(f"$ {name}", style="bold", soft_wrap=True)
        before = self._seen.again()
        try:
            status = subprocess.run(self._command, check=False).returncode
        except OSError as error:
            print_error(ConfigError(f"{self._command[0]}: {error.strerror or error}"))
            return
        # Before its end is told: what is edited from then on is not the command's own.
        now = self._seen.again()
        text = ("✓ ", "green") if status == 0 else ("✗ ", "red")
        self._console.print(Text.assemble(text, f"exit code {status}"), soft_wrap=True)
        self._pass_over(before, now)

    def _pass_over(self, before: _Watched, now: _Watched) -> None:
        """See to it that what the command writes each time does not start it again, and say so once."""
        own, new = self._writes.learn(now.since(before))
        self._seen = self._seen.taking(own, now)
        if new:
            root = Path(os.path.abspath(self._project))  # noqa: PTH100 - links stay what they are
            names = [
                str(Path(path).relative_to(root)) if root in Path(path).parents else path for path in new
            ]
            text = (
                f"note: {abridged(names)} changed in each of {_RUNS} runs of the command, which seems to "
                "write there: that starts nothing any more, and counts with the next change"
            )
            self._console.print(text, style="yellow", soft_wrap=True)

"""``pyz3 watch``: rebuild when a file changes."""

from __future__ import annotations

import importlib
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from pyz3.builder import WheelBuilder, read_contents
from pyz3.cli.options import SETTINGS, project_argument
from pyz3.cli.terminal import SafeConsole
from pyz3.cli.ui import print_error, print_failures
from pyz3.develop import Stamps, build_binaries, build_in_place, find_redirect, in_place_files, refresh
from pyz3.engine.toolchain import find_toolchain
from pyz3.errors import Pyz3Error
from pyz3.frontends import load_own_project

if TYPE_CHECKING:
    from pyz3.builder import ProjectBuild
    from pyz3.results import Summary

# Often enough that nobody waits for it; a thousand files cost a few ms each time.
_POLL_SECONDS = 0.1


@click.command(context_settings=SETTINGS, short_help="Rebuild when a file changes.")
@project_argument
def watch(*, project: Path) -> None:
    """Build the project in PROJECT, and again whenever a source, a header or pyproject.toml changes.

    Brings the editable install of this environment up to date, or the modules in the source tree;
    without either it tells whether everything compiles.  Ctrl-C ends it.
    """
    console = SafeConsole()
    load_own_project(project, what="pyz3 watch", tip="pyz3 wheel builds again only what has changed")
    # What the audit needs takes long to import: not when the first change has been compiled.
    threading.Thread(target=importlib.import_module, args=("lief",), daemon=True).start()
    try:
        stamps = _stamps(project)
        _round(console, project)
        while True:
            time.sleep(_POLL_SECONDS)
            if stamps.changed():
                # Taken before the build: what is saved meanwhile is built next.
                stamps = _stamps_again(project, stamps)
                _round(console, project)
    except KeyboardInterrupt:
        console.print("stopped")


def _stamps(project: Path) -> Stamps:
    found = WheelBuilder(project).open().project
    return Stamps.take(found, read_contents(found).rules)


def _stamps_again(project: Path, before: Stamps) -> Stamps:
    """Stamp what is there now; while pyproject.toml is wrong, what was there before."""
    try:
        return _stamps(project)
    except Pyz3Error:
        return Stamps.of({Path(path) for path in before.files})


def _round(console: SafeConsole, project: Path) -> None:
    """Build once and say what came of it; a mistake ends nothing, as it will be mended."""
    started = time.perf_counter()
    try:
        summary, names = _build(WheelBuilder(project).open())
    except Pyz3Error as error:
        print_error(error)
        return
    if print_failures(summary) is None:
        done = f"{', '.join(names) or 'nothing had changed'}  {time.perf_counter() - started:.2f} s"
        console.print(Text.assemble(("✓ ", "green"), done), soft_wrap=True)


def _build(build: ProjectBuild) -> tuple[Summary, tuple[str, ...]]:
    project = build.project
    contents = read_contents(project)
    redirect = find_redirect(project, contents)
    if redirect is not None:
        return refresh(build, redirect)
    cache = find_toolchain(os.environ).cache
    if in_place_files(project, cache):
        return build_in_place(build, cache)
    summary, files = build_binaries(build, contents, optimize=None)
    return summary, tuple(files)

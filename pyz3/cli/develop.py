"""``pyz3 develop``, ``pyz3 clean`` and the command behind ``PYZ3_EDITABLE_REBUILD``."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pyz3.builder import WheelBuilder, read_contents
from pyz3.cli.options import optimize_option, place_option, project_argument
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.cli.ui import BuildView, print_failures
from pyz3.develop import (
    build_here,
    build_in_place,
    editable_contents,
    find_place,
    is_installed,
    mark_editable,
    refresh,
    remove_in_place,
)
from pyz3.engine.toolchain import find_toolchain
from pyz3.errors import ConfigError
from pyz3.frontends import load_own_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.builder import ProjectBuild
    from pyz3.develop import Place


@click.command(context_settings=SETTINGS, short_help="Install so that the sources can be worked on.")
@project_argument
@click.option("--in-place", is_flag=True, help="Put the modules into the source tree; install nothing.")
@place_option
@optimize_option
def develop(*, project: Path, in_place: bool, python: str | None, optimize: str | None) -> int:
    """Install the project in PROJECT into the active environment so that its sources can be worked on.

    As `pip install -e PROJECT` does, with the pyz3 that runs this: the environment needs none.
    """
    console = SafeConsole()
    found = load_own_project(project, what="pyz3 develop", tip=f"pip install -e {project}")
    place = find_place(project, python=python, environ=os.environ)
    view = BuildView(console, verbose=False, quiet=False)
    build = WheelBuilder(project, python_headers=place.python_headers, listener=view).open(found)
    if not in_place:
        return _develop(console, build, place, optimize=optimize)
    cache = find_toolchain(os.environ).cache
    summary, names = build_in_place(build, cache, optimize=optimize, python=place.version)
    error = print_failures(summary)
    for name in names:
        console.print(f"✓ {name}", soft_wrap=True)
    if error is None and not names:
        console.print("nothing had changed")
    return error.exit_code if error else 0


def _develop(console: SafeConsole, build: ProjectBuild, place: Place, *, optimize: str | None) -> int:
    """Build the wheel of an editable install, and have it installed."""
    place.require_open()
    installer = _installer(place)
    project = build.project
    contents = read_contents(project)
    editable = editable_contents(project, contents, optimize=optimize, builder=sys.executable)
    with tempfile.TemporaryDirectory(prefix="pyz3-", ignore_cleanup_errors=True) as scratch:
        summary = build_here(
            build, editable, output_dir=Path(scratch), optimize=optimize, python=place.version
        )
        error = print_failures(summary)
        if error is not None:
            return error.exit_code
        required = contents.metadata.requires_dist
        for words in (required, ("--force-reinstall", "--no-deps", str(summary.wheels[0].path))):
            if words and (status := installer.run("install", *words)):
                return status
    mark_editable(project, contents, place)
    name = f"{contents.metadata.name} {contents.metadata.version}"
    console.print(f"✓ {name} in {place}{_because(place)}: its sources can be worked on", soft_wrap=True)
    return 0


@click.command(context_settings=SETTINGS, short_help="Remove what develop put anywhere.")
@project_argument
@place_option
def clean(*, project: Path, python: str | None) -> int:
    """Remove what `pyz3 develop` put into the active environment and the source tree, and nothing else."""
    console = SafeConsole()
    found = load_own_project(project, what="pyz3 clean", tip="pip uninstall, and git clean -X")
    place = find_place(project, python=python, environ=os.environ)
    removed, kept = remove_in_place(found, find_toolchain(os.environ).cache)
    for name in removed:
        console.print(f"removed {name}", soft_wrap=True)
    for name in kept:
        console.print(f"kept {name}: it was changed since pyz3 put it there", style="yellow", soft_wrap=True)
    contents = read_contents(found)
    if is_installed(found, contents, place):
        status = _installer(place).run("uninstall", contents.metadata.name)
        if status == 0:
            console.print(f"removed {contents.metadata.name} from {place}", soft_wrap=True)
        return status
    if not removed and not kept:
        console.print(f"nothing to remove from {place}", soft_wrap=True)
    return 0


@click.command("refresh", hidden=True)
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--python", default=sys.executable)
def refresh_command(*, project: Path, folder: Path, python: str) -> int:
    """Bring the editable install in FOLDER, of PYTHON, up to date: what importing it asks for."""
    found = load_own_project(project, what="PYZ3_EDITABLE_REBUILD", tip=f"pip install -e {project}")
    place = find_place(project, python=python, environ=os.environ)
    build = WheelBuilder(project, python_headers=place.python_headers).open(found)
    summary, _ = refresh(build, folder, python=place.version)
    error = print_failures(summary)
    return error.exit_code if error else 0


def _because(place: Place) -> str:
    """Say why it is this environment, where that is not plain to see."""
    if not place.source:
        return ", where pyz3 runs"
    return f", named by {place.source}" if place.source.isupper() else ""


class _Installer:
    """pip or uv, for one environment.

    Args:
        words: The command without what is to be done.
        options: What each command gets.
    """

    def __init__(self, words: Sequence[str], **options: Sequence[str]) -> None:
        self._words = words
        self._options = options

    def run(self, command: str, *args: str) -> int:
        """Run one of its commands, and give the exit code."""
        words = [*self._words, command, *self._options.get(command, ()), *args]
        return subprocess.run(words, check=False).returncode


def _installer(place: Place) -> _Installer:
    """Give what installs: the environment's own pip, this one's, or uv.

    Raises:
        ConfigError: None of them is there.
    """
    quiet = ("-q", "--disable-pip-version-check")
    pip = {"install": quiet, "uninstall": ("-q", "-y")}
    if place.has_pip:
        return _Installer([str(place.python), "-m", "pip"], **pip)
    if importlib.util.find_spec("pip") is not None:
        return _Installer([sys.executable, "-m", "pip", "--python", str(place.python)], **pip)
    uv = shutil.which("uv")
    if uv is None:
        raise ConfigError(
            f"{place.prefix}: neither pip nor uv is there to install with",
            tip=f"{place.python} -m ensurepip, or pyz3 develop --in-place",
        )
    to = ("-q", "--python", str(place.python))
    return _Installer([uv, "pip"], install=to, uninstall=to)

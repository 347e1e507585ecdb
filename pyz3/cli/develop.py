"""``pyz3 develop``, ``pyz3 clean`` and the command behind ``PYZ3_EDITABLE_REBUILD``."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from pyz3.builder import WheelBuilder, read_contents
from pyz3.cli.options import SETTINGS, optimize_option, project_argument
from pyz3.cli.terminal import SafeConsole
from pyz3.cli.ui import BuildView, print_failures
from pyz3.develop import build_in_place, is_installed, refresh, remove_in_place
from pyz3.engine.toolchain import find_toolchain
from pyz3.errors import ConfigError
from pyz3.frontends import load_own_project


@click.command(context_settings=SETTINGS, short_help="Install so that the sources can be worked on.")
@project_argument
@click.option("--in-place", is_flag=True, help="Put the modules into the source tree; install nothing.")
@optimize_option
def develop(*, project: Path, in_place: bool, optimize: str | None) -> int:
    """Install the project in PROJECT into this environment so that its sources can be worked on.

    The same as: pip install --no-build-isolation -e PROJECT.
    """
    console = SafeConsole()
    found = load_own_project(project, what="pyz3 develop", tip=f"pip install -e {project}")
    if not in_place:
        settings = [] if optimize is None else ["-C", f"optimize={optimize}"]
        return _install("install", "--no-build-isolation", *settings, "-e", os.path.abspath(project))  # noqa: PTH100 - links stay
    build = WheelBuilder(project, listener=BuildView(console, verbose=False, quiet=False)).open(found)
    summary, names = build_in_place(build, find_toolchain(os.environ).cache, optimize=optimize)
    error = print_failures(summary)
    for name in names:
        console.print(f"✓ {name}", soft_wrap=True)
    if error is None and not names:
        console.print("nothing had changed")
    return error.exit_code if error else 0


@click.command(context_settings=SETTINGS, short_help="Remove what develop put anywhere.")
@project_argument
def clean(*, project: Path) -> int:
    """Remove what `pyz3 develop` put into this environment and into the source tree, and nothing else."""
    console = SafeConsole()
    found = load_own_project(project, what="pyz3 clean", tip="pip uninstall, and git clean -X")
    removed, kept = remove_in_place(found, find_toolchain(os.environ).cache)
    for name in removed:
        console.print(f"removed {name}", soft_wrap=True)
    for name in kept:
        console.print(f"kept {name}: it was changed since pyz3 put it there", style="yellow", soft_wrap=True)
    contents = read_contents(found)
    if is_installed(found, contents):
        yes = ["-y"] if _installer()[0] == sys.executable else []
        return _install("uninstall", *yes, contents.metadata.name)
    if not removed and not kept:
        console.print("nothing to remove")
    return 0


@click.command("refresh", hidden=True)
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
def refresh_command(*, project: Path, folder: Path) -> int:
    """Bring the editable install in FOLDER up to date: what importing it asks for."""
    found = load_own_project(project, what="PYZ3_EDITABLE_REBUILD", tip=f"pip install -e {project}")
    summary, _ = refresh(WheelBuilder(project).open(found), folder)
    error = print_failures(summary)
    return error.exit_code if error else 0


def _install(*args: str) -> int:
    """Have pip or uv do it in this environment, and give the exit code."""
    program, command = _installer()[0], args[0]
    words = [*_installer(), command]
    if program != sys.executable:
        words += ["--python", sys.executable]
    return subprocess.run([*words, *args[1:]], check=False).returncode


def _installer() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    uv = shutil.which("uv")
    if uv is None:
        raise ConfigError(
            f"{sys.prefix}: neither pip nor uv is there to install with",
            tip="python -m ensurepip, or pyz3 develop --in-place",
        )
    return [uv, "pip"]

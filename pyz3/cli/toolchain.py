"""``pyz3 toolchain``: what other build systems need to compile for another platform."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pyz3._files import unwritable
from pyz3.cli.cc import PYTHON, TARGET, setup_for
from pyz3.cli.settings import SETTINGS
from pyz3.driver.build_systems import shell_lines
from pyz3.driver.tools import toolchain_folder, write_cross_file, write_tools
from pyz3.engine.toolchain import find_toolchain

if TYPE_CHECKING:
    from pyz3.driver.target import DriverTarget
    from pyz3.driver.tools import Tools


@click.command(context_settings=SETTINGS, short_help="Give other build systems a compiler for a platform.")
@TARGET
@PYTHON
@click.option(
    "--format",
    "kind",
    type=click.Choice(["env", "cmake", "meson"]),
    default="env",
    show_default=True,
    help="Commands for a shell, a toolchain file for CMake, or a cross file for Meson.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it there, too.",
)
def toolchain(*, target: str, python: str | None, kind: str, output: Path | None) -> int:
    """Write compilers for another platform, and what a build system reads to find them.

    Of env the commands are printed, of the others the file's name:

    \b
    eval "$(pyz3 toolchain --target linux-aarch64)"
    cmake -B build -DCMAKE_TOOLCHAIN_FILE="$(pyz3 toolchain --target linux-aarch64 --format cmake)"
    meson setup build --cross-file "$(pyz3 toolchain --target linux-aarch64 --format meson)"
    """  # noqa: D301 - click keeps the lines of a paragraph after a backspace
    found = find_toolchain(os.environ)
    setup = setup_for(target, python, None, toolchain=found, local_cache="")
    tools = write_tools(toolchain_folder(found.cache.tools, setup), setup, alone=True)
    file, text = _written(tools, setup.target, kind)
    if output is not None:
        _write(output, text)
    click.echo(text if kind == "env" else str(output or file), nl=kind != "env")
    return 0


def _written(tools: Tools, target: DriverTarget, kind: str) -> tuple[Path | None, str]:
    """Give the file that a build system reads, and its text."""
    if kind == "cmake":
        return tools.cmake_toolchain, tools.cmake_toolchain.read_text(encoding="utf-8")
    if kind == "meson":
        cross = write_cross_file(tools, target)
        return cross, cross.read_text(encoding="utf-8")
    # What pkg-config finds on this machine is for this machine.
    variables = {**tools.environment, "STRIP": str(tools.strip), "PKG_CONFIG_LIBDIR": os.devnull}
    return None, shell_lines(variables, windows=sys.platform == "win32")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(f"--output: {path}", error) from error

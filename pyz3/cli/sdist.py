"""``pyz3 sdist``: write the source distribution."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pyz3.builder import build_sdist, read_epoch
from pyz3.cli.lines import human_size
from pyz3.cli.options import output_dir_option, project_argument
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.cli.ui import BuildView
from pyz3.frontends import load_own_project

if TYPE_CHECKING:
    from pathlib import Path


@click.command(context_settings=SETTINGS, short_help="Write the source distribution.")
@project_argument
@output_dir_option("it goes")
def sdist(*, project: Path, output_dir: Path) -> None:
    """Write the source distribution of the project in PROJECT, the current folder by default."""
    console = SafeConsole()
    view = BuildView(console, verbose=False, quiet=False)
    found = load_own_project(project, what="pyz3 sdist", tip="python -m build --sdist")
    written = build_sdist(found, output_dir=output_dir, epoch=read_epoch(os.environ), tell=view)
    console.print(
        f"✓ {written.path.name}  {human_size(written.size)}  sha256={written.sha256}", soft_wrap=True
    )

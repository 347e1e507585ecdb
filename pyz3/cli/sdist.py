"""``pyz3 sdist``: write the source distribution."""

from __future__ import annotations

import os
from pathlib import Path

import click
from rich.console import Console

from pyz3.builder.inputs import read_epoch
from pyz3.builder.source import build_sdist
from pyz3.cli.ui import BuildView, human_size
from pyz3.frontends import load_project


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("project", type=click.Path(path_type=Path), default=".")
@click.option(
    "-o",
    "--output-dir",
    type=click.Path(path_type=Path),
    default="dist",
    show_default=True,
    envvar="PYZ3_OUTPUT_DIR",
    show_envvar=True,
    help="Where it goes.",
)
def sdist(*, project: Path, output_dir: Path) -> None:
    """Write the source distribution of the project in PROJECT, the current folder by default."""
    console = Console(highlight=False, markup=False)
    view = BuildView(console, verbose=False, quiet=False)
    written = build_sdist(
        load_project(project), output_dir=output_dir, epoch=read_epoch(os.environ), tell=view
    )
    console.print(
        f"✓ {written.path.name}  {human_size(written.size)}  sha256={written.sha256}", soft_wrap=True
    )

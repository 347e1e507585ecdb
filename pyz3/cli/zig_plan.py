"""``pyz3 zig-plan``: what ``build.zig`` asks for when it is run by hand."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pyz3.builder import WheelBuilder
from pyz3.frontends import load_own_project


@click.command("zig-plan", hidden=True)
@click.argument("project", type=click.Path(path_type=Path))
def zig_plan(*, project: Path) -> None:
    """Print the plan file for ZIG_TARGET and the Python that runs this."""
    found = load_own_project(project, what="build.zig", tip="pyz3 wheel builds it for every platform")
    build = WheelBuilder(project).open(found)
    click.echo(build.plan_file(os.environ.get("ZIG_TARGET") or None))

"""``pyz3 pythons``: the C headers there are, and how to get the others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from pyz3.capi import best_headers, fetch_with_uv, find_headers, how_to_get
from pyz3.cli.options import SETTINGS, python_headers_option
from pyz3.targets import SUPPORTED

if TYPE_CHECKING:
    from pathlib import Path


@click.command(context_settings=SETTINGS)
@python_headers_option
@click.option("--fetch", is_flag=True, help="Get what is missing with uv.")
def pythons(*, python_headers: tuple[Path, ...], fetch: bool) -> None:
    """List the Pythons that wheels can be built for here, and what is missing."""
    console = Console(highlight=False)
    versions = list(dict.fromkeys(python.base for python in SUPPORTED))
    found = best_headers(find_headers(extra=python_headers, environ=os.environ))
    if fetch:
        for version in versions:
            if version not in found:
                console.print(f"uv python install {version}", style="dim")
                fetch_with_uv(version, environ=os.environ)
        found = best_headers(find_headers(extra=python_headers, environ=os.environ))
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("Python", "release", "found by", "headers"):
        table.add_column(title, overflow="fold")
    for version in versions:
        tree = found.get(version)
        if tree is None:
            table.add_row(version, "", "missing", how_to_get(version), style="yellow")
        else:
            table.add_row(version, tree.full_version, tree.origin, str(tree.include))
    console.print(table)

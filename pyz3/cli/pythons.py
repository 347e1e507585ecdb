"""``pyz3 pythons``: the C headers there are, and how to get the others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from rich.text import Text

from pyz3.capi import best_headers, fetch_with_uv, find_headers, how_to_get
from pyz3.cli.lines import columns
from pyz3.cli.options import python_headers_option
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.targets import SUPPORTED

if TYPE_CHECKING:
    from pathlib import Path


@click.command(context_settings=SETTINGS, short_help="List the C headers that are found.")
@python_headers_option
@click.option("--fetch", is_flag=True, help="Get what is missing with uv.")
def pythons(*, python_headers: tuple[Path, ...], fetch: bool) -> None:
    """List the Pythons that wheels can be built for here, and what is missing."""
    console = SafeConsole()
    versions = list(dict.fromkeys(python.base for python in SUPPORTED))
    found = best_headers(find_headers(extra=python_headers, environ=os.environ))
    if fetch:
        for version in versions:
            if version not in found:
                console.print(f"uv python install {version}", style="dim")
                fetch_with_uv(version, environ=os.environ)
        found = best_headers(find_headers(extra=python_headers, environ=os.environ))
    rows = [("Python", "release", "found by", "headers")]
    for version in versions:
        tree = found.get(version)
        if tree is None:
            rows.append((version, "", "missing", how_to_get(version)))
        else:
            rows.append((version, tree.full_version, tree.origin, str(tree.include)))
    for number, (row, line) in enumerate(zip(rows, columns(rows), strict=True)):
        style = "bold" if number == 0 else "yellow" if row[2] == "missing" else ""
        console.print(Text(line, style=style), soft_wrap=True)

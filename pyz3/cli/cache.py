"""``pyz3 cache``: where the cache is, and what it holds."""

from __future__ import annotations

import os

import click

from pyz3.cli.lines import human_size
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.store import cache_place, contents


@click.group(context_settings=SETTINGS, short_help="Say where the cache is, and what it holds.")
def cache() -> None:
    """Say where the cache is, and what it holds.

    Deleting the folder, or one in it, costs time and nothing else; no build may be running.
    """


@cache.command(context_settings=SETTINGS)
def path() -> None:
    """Print the folder; PYZ3_CACHE_DIR chooses another."""
    click.echo(cache_place(os.environ))


@cache.command(context_settings=SETTINGS)
def info() -> None:
    """List what the cache holds, and how large it is."""
    console = SafeConsole(soft_wrap=True)
    root = cache_place(os.environ)
    found = contents(root)
    rows = [*((name, size) for name, size in found.items()), ("in all", sum(found.values()))]
    console.print(str(root))
    for name, size in rows:
        console.print(f"{human_size(size):>10}  {name}")

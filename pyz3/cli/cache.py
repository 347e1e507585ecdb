"""``pyz3 cache``: where the cache is, what it holds, and what can be done about it."""

from __future__ import annotations

import os

import click

from pyz3.cli.hinting import HintingGroup
from pyz3.cli.lines import human_size
from pyz3.cli.options import jobs_option, optimize_option, platforms_option, pythons_option
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import abridged
from pyz3.store import VARIABLE, Cache, Cleared, cache_place, clear, contents, measure, open_cache, read_limit

_ELSEWHERE = {
    "clear": "clean",
    "delete": "clean",
    "dir": "path",
    "list": "info",
    "prune": "clean",
    "purge": "clean",
}


@click.group(
    cls=HintingGroup,
    elsewhere=_ELSEWHERE,
    context_settings=SETTINGS,
    short_help="Look at the cache, fill it, or empty it.",
)
def cache() -> None:
    """Look at the cache, fill it ahead of time, or empty it.

    What is deleted is made anew when it is needed: that costs time, and nothing else.
    """


@cache.command(context_settings=SETTINGS)
def path() -> None:
    """Print the folder; PYZ3_CACHE_DIR chooses another."""
    click.echo(cache_place(os.environ))


@cache.command(context_settings=SETTINGS)
def info() -> None:
    """List what the cache holds, how large it is, and how large it may be."""
    console = SafeConsole(soft_wrap=True)
    root = cache_place(os.environ)
    found = contents(root)
    rows = [*((name, size) for name, size in found.items()), ("in all", sum(found.values()))]
    console.print(str(root))
    for name, size in rows:
        console.print(f"{human_size(size):>10}  {name}")
    console.print(_limit(Cache(root, limit=read_limit(os.environ))))


def _limit(found: Cache) -> str:
    if not found.limit:
        return f"{'no limit':>10}  ({VARIABLE}=0)"
    going = measure(found).going
    gone = f"; the next build deletes {human_size(sum(size for _, size in going))} of it" if going else ""
    return f"{human_size(found.limit):>10}  is the limit ({VARIABLE}){gone}"


@cache.command(context_settings=SETTINGS)
@platforms_option("prepare", default="those that --all-platforms builds for where a project lists none")
@pythons_option("prepare")
@click.option("--c++", "cxx", is_flag=True, help="What C++ needs, too: libc++.")
@click.option("--zig", is_flag=True, help="What Zig sources need, too: the header translator.")
@optimize_option
@jobs_option
def warm(
    *,
    platforms: tuple[str, ...],
    pythons: tuple[str, ...],
    cxx: bool,
    zig: bool,
    optimize: str | None,
    jobs: int | None,
) -> int:
    """Compile ahead of time what is compiled once.

    Builds afterwards compile only their own sources, and need no network.
    """
    from pyz3.cli.warming import warm_cache  # noqa: PLC0415 - the other commands need none of it

    return warm_cache(
        SafeConsole(soft_wrap=True),
        platforms=platforms or None,
        pythons=pythons,
        cxx=cxx,
        zig=zig,
        optimize=optimize,
        jobs=jobs,
    )


@cache.command(context_settings=SETTINGS)
def clean() -> None:
    """Delete what the cache holds; refused while a build is running.

    The list of what develop put into projects stays: pyz3 clean needs it.
    """
    console = SafeConsole(soft_wrap=True)
    root = cache_place(os.environ)
    cleared = clear(open_cache(os.environ)) if root.exists() else Cleared(files=0, size=0, strangers=())
    files = "1 file" if cleared.files == 1 else f"{cleared.files} files"
    console.print(f"deleted {files}, {human_size(cleared.size)}: {root}")
    if cleared.strangers:
        console.print(f"note: not pyz3's, and still there: {abridged(cleared.strangers)}", style="yellow")

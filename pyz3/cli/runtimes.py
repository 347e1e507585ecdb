"""``pyz3 runtimes``: the interpreters that can try wheels here, and adding more."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from pyz3.cli.hinting import HintingGroup
from pyz3.cli.lines import columns
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole, safe_json
from pyz3.cli.ui import print_error
from pyz3.errors import Pyz3Error, abridged
from pyz3.runtimes import (
    add_runtime,
    command_of,
    find_runtimes,
    missing_here,
    named_origins,
    origins,
    runtimes_dir,
)
from pyz3.store import open_cache
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyz3.runtimes import Runtime
    from pyz3.store import Cache

VERSION = "1.0"
"""Of the JSON, in docs/howto/test.md: what is added changes the second number, else the first."""
_HERE = "this machine"


_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")


@click.group(
    cls=HintingGroup,
    elsewhere={"install": "add"},
    context_settings=SETTINGS,
    invoke_without_command=True,
    short_help="List or add interpreters that can try wheels.",
)
@_JSON
@click.pass_context
def runtimes(context: click.Context, *, as_json: bool) -> None:
    """List the interpreters that can try wheels here, or add some of other platforms.

    They are this machine's own, and those of other platforms: Windows in Wine, other processors in qemu,
    Alpine's musl, Pyodide in node. Without a command they are listed.
    """
    if context.invoked_subcommand is None:
        _list(as_json=as_json)
    elif as_json:
        raise click.UsageError("--json stands behind list: pyz3 runtimes list --json")


@runtimes.command("list", context_settings=SETTINGS)
@_JSON
def list_command(*, as_json: bool) -> None:
    """List the interpreters that are here, and the platforms that there is none for."""
    _list(as_json=as_json)


@runtimes.command(context_settings=SETTINGS)
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option(
    "--list", "only_list", is_flag=True, help="List the names, and which cannot be had here; add none."
)
def add(*, names: tuple[str, ...], only_list: bool) -> int:
    """Add interpreters of other platforms: win_amd64-3.13, pyodide, 'win_amd64-*', all.

    They are fetched by pip and npm, and compared with the SHA-256 that pyz3 knows; on Debian others by
    apt-get, and nothing is installed. Each is run once. PYZ3_RUNTIMES chooses the folder that they are put
    into. The exit code is 1 if one of them cannot be had.
    """
    if not names and not only_list:
        raise click.UsageError(
            "name the runtimes to add, as in pyz3 runtimes add pyodide; --list shows them all"
        )
    console, folder = SafeConsole(soft_wrap=True), runtimes_dir(os.environ)
    chosen = named_origins(names or ("all",))
    if only_list:
        return _list_origins(console, chosen, folder)
    cache = open_cache(os.environ)
    return max([_add(console, name, folder, cache) for name in chosen])


def _add(console: SafeConsole, name: str, folder: Path, cache: Cache) -> int:
    """Add one, and say what came of it; give the exit code."""
    started = time.perf_counter()

    def tell(text: str) -> None:
        console.print(Text(f"{name}: {text}", style="dim"))

    try:
        said = add_runtime(name, folder=folder, cache=cache, environ=os.environ, tell=tell)
    except Pyz3Error as error:
        if not error.message.startswith(name):
            error.message = f"{name}: {error.message}"
        print_error(error)
        return 1
    if said:
        console.print(Text(f"✓ {name}  {said}, {time.perf_counter() - started:.1f} s", style="green"))
    else:
        console.print(f"{name} is there already: {command_of(name, folder)}")
    return 0


def _list_origins(console: SafeConsole, names: Sequence[str], folder: Path) -> int:
    rows = [("runtime", "from", "here")]
    tips: dict[str, list[str]] = {}
    for name in names:
        there = os.access(command_of(name, folder), os.X_OK)
        lack = None if there else missing_here(name, folder, os.environ)
        rows.append((name, str(origins()[name]), "yes" if there else lack.reason if lack else "can be added"))
        if lack is not None:
            tips.setdefault(lack.tip, []).append(name)
    for number, line in enumerate(columns(rows)):
        console.print(line, style="bold" if number == 0 else "")
    for tip, which in tips.items():
        console.print(Text(f"note: {abridged(which)}: {tip}", style="yellow"))
    return 0


def _list(*, as_json: bool) -> None:
    found, strangers = find_runtimes(environ=os.environ, cache=open_cache(os.environ))
    if as_json:
        click.echo(safe_json(_public(found)))
        return
    console = SafeConsole(soft_wrap=True)
    rows = [("runtime", "platform", "Python", "runs by", "executable")]
    rows += [
        (one.name, str(one.platform), str(one.python), one.runs_by or _HERE, str(one.command))
        for one in found
    ]
    for number, line in enumerate(columns(rows)):
        console.print(line, style="bold" if number == 0 else "")
    for note in _notes(found, strangers):
        console.print(Text(f"note: {note}", style="yellow"))


def _notes(found: Sequence[Runtime], strangers: Sequence[str]) -> list[str]:
    there = {one.platform for one in found}
    lacking = [one for one in Platform if there.isdisjoint(one.slices)]
    added = [str(one) for one in lacking if one.spec.runtime]
    never = [str(one) for one in lacking if not one.spec.runtime]
    folder = runtimes_dir(os.environ)
    notes = []
    if strangers:
        notes.append(f"{folder}: these names stand for no runtime: {abridged(strangers)}")
    if added:
        notes.append(f"none for {', '.join(added)}: pyz3 runtimes add provides them; see its --list")
    if never:
        notes.append(f"none for {', '.join(never)}: wheels for them are tried on such a machine")
    return notes


def _public(found: Sequence[Runtime]) -> dict[str, Any]:
    return {
        "version": VERSION,
        "folder": str(runtimes_dir(os.environ)),
        "runtimes": [
            {
                "name": one.name,
                "platform": str(one.platform),
                "python": str(one.python),
                "runs_by": one.runs_by,
                "command": str(one.command),
            }
            for one in found
        ],
    }

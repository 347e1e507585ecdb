"""``pyz3 runtimes``: the interpreters that can try wheels here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from pyz3.cli.lines import columns
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole, safe_json
from pyz3.errors import abridged
from pyz3.runtimes import find_runtimes, runtimes_dir
from pyz3.store import open_cache
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.runtimes import Runtime

VERSION = "1.0"
"""Of the JSON, in docs/howto/test.md: what is added changes the second number, else the first."""
_HERE = "this machine"


@click.command(context_settings=SETTINGS, short_help="List the interpreters that can try wheels.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def runtimes(*, as_json: bool) -> None:
    """List the interpreters that can try wheels here, and the platforms that there is none for.

    They are this machine's own, and those of other platforms that scripts/runtimes.sh of pyz3's sources has
    made: Windows in Wine, other processors in qemu, Alpine's musl, Pyodide in node.
    """
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
    script = [str(one) for one in lacking if one.spec.runtime]
    never = [str(one) for one in lacking if not one.spec.runtime]
    folder = runtimes_dir(os.environ)
    notes = []
    if strangers:
        notes.append(f"{folder}: these names stand for no runtime: {abridged(strangers)}")
    if script:
        notes.append(
            f"none for {', '.join(script)}: scripts/runtimes.sh of pyz3's sources, on Linux x86_64, puts "
            f"them into {folder}"
        )
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

"""``pyz3 doctor``: why a wheel does not install, or a module does not load."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole, safe_json
from pyz3.doctor import diagnose, subjects_of


@click.command(context_settings=SETTINGS, short_help="Say why a wheel or a module does not load.")
@click.argument("names", nargs=-1, required=True, metavar="WHEEL|MODULE...")
@click.option(
    "--path",
    "folders",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="A site-packages folder to look for modules in, before this Python's own; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.pass_context
def doctor(
    context: click.Context, *, names: tuple[str, ...], folders: tuple[Path, ...], as_json: bool
) -> None:
    """Say what a wheel, module or binary is for, what it needs, and what is missing.

    WHEEL|MODULE is a .whl, a binary, a folder of such, or the name of an installed module.  Nothing
    is imported or run, so files for other systems can be examined, too.  The exit code is 1 if
    something is wrong.
    """
    search = [*map(str, folders), *sys.path]
    subjects = [subject for name in names for subject in subjects_of(name)]
    found = [diagnose(subject, search=search, environ=os.environ) for subject in subjects]
    if as_json:
        click.echo(safe_json(found))
    else:
        console = SafeConsole(soft_wrap=True)
        for diagnosis in found:
            console.print(diagnosis)
    if not all(diagnosis.ok for diagnosis in found):
        context.exit(1)

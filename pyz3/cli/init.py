"""``pyz3 init``: a new project, or pyz3 in one that exists."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

import click
from rich.text import Text

from pyz3.cli.options import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError
from pyz3.scaffold import LANGUAGES, Draft, Wishes, adopt, new_project, refuse_overwriting, refuse_setup_files

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command(context_settings=SETTINGS, short_help="Make a project, or add pyz3 to one.")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".", metavar="[DIR]")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="c",
    show_default=True,
    help="Language of the extension module; mixed is C and Zig in one module.",
)
@click.option("--name", help="Name of the project.  [default: the folder's]")
@click.option("--fallback", is_flag=True, help="The package works without its extension module, too.")
@click.option("--abi3", metavar="X.Y", default="", help="One wheel per platform for all Pythons from X.Y on.")
@click.option("-y", "--yes", is_flag=True, help="Change a pyproject.toml without asking.")
def init(*, directory: Path, language: str, name: str | None, fallback: bool, abi3: str, yes: bool) -> None:
    """Make a new project in DIR, the current folder by default.

    Where there is a pyproject.toml, it gets the tables that pyz3 needs, and nothing else changes.
    Files that are there are never overwritten.
    """
    directory = directory.absolute()
    wishes = Wishes(
        name=name or directory.resolve().name,
        language=next(one for one in LANGUAGES if one == language),
        fallback=fallback,
        abi3=abi3,
    )
    console = SafeConsole()
    exists = (directory / "pyproject.toml").exists()
    if exists and name is not None:
        raise click.UsageError("--name: the project has one, in pyproject.toml")
    if not exists:
        refuse_setup_files(directory)
    draft = adopt(directory, wishes) if exists else new_project(wishes)
    refuse_overwriting(directory, draft)
    if exists:
        _show(console, draft)
        if not yes and not _confirmed():
            raise click.Abort
    _write(directory, draft)
    if not exists:
        for path in draft.files:
            console.print(f"  {path}", soft_wrap=True)
    _say_next(console, directory, wishes, exists=exists)


def _show(console: SafeConsole, draft: Draft) -> None:
    lines = difflib.unified_diff(
        draft.before.splitlines(keepends=True),
        draft.after.splitlines(keepends=True),
        "pyproject.toml",
        "pyproject.toml, with pyz3",
    )
    for line in lines:
        style = _COLOURS.get(line[0], "")
        console.print(Text(line.rstrip("\r\n"), style=style), soft_wrap=True)
    for name in draft.files:
        console.print(Text(f"new file: {name}", style=_COLOURS["+"]), soft_wrap=True)


def _confirmed() -> bool:
    """Ask; without a terminal nobody could answer.

    Raises:
        ConfigError: There is no terminal.
    """
    if not _has_terminal():
        raise ConfigError(
            "nothing is written: there is no terminal to ask at", tip="agree beforehand: pyz3 init --yes"
        )
    return click.confirm("Write this?", default=True)


def _has_terminal() -> bool:
    return sys.stdin.isatty()


def _write(root: Path, draft: Draft) -> None:
    for name, text in draft.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # "x": never over a file that came into being meanwhile.
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    if draft.after:
        (root / "pyproject.toml").write_text(draft.after, encoding="utf-8", newline="")


def _say_next(console: SafeConsole, directory: Path, wishes: Wishes, *, exists: bool) -> None:
    if exists:
        console.print("pyproject.toml uses pyz3 now.  Build:  pyz3 wheel", soft_wrap=True)
        if wishes.fallback:
            console.print("The package must catch ImportError: docs/optional-extensions.md", soft_wrap=True)
        return
    here = "" if directory == Path.cwd() else f" {directory}"
    console.print(f"{wishes.name} is ready.  Build:  pyz3 wheel{here}", soft_wrap=True)

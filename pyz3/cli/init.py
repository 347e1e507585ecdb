"""``pyz3 init``: a new project, or pyz3 in one that exists."""

from __future__ import annotations

import difflib
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError
from pyz3.scaffold import (
    LANGUAGE_ALIASES,
    LANGUAGES,
    Draft,
    Wishes,
    adopt,
    has_code,
    new_project,
    refuse_overwriting,
    refuse_setup_files,
)

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


class _LanguageChoice(click.Choice[str]):
    """A choice that knows what else languages are called."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the language's name here."""
        return super().convert(LANGUAGE_ALIASES.get(str(value).lower(), value), param, ctx)


@click.command(context_settings=SETTINGS, short_help="Make a project, or add pyz3 to one.")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".", metavar="[DIR]")
@click.option(
    "--language",
    type=_LanguageChoice(LANGUAGES, case_sensitive=False),
    help="Language of the extension module; mixed is C and Zig in one module.  [default: c]",
)
@click.option("--name", help="Name of the project.  [default: the folder's]")
@click.option("--fallback", is_flag=True, help="The package works without its extension module, too.")
@click.option("--abi3", metavar="X.Y", default="", help="One wheel per platform for all Pythons from X.Y on.")
@click.option("-y", "--yes", is_flag=True, help="Change a pyproject.toml without asking.")
def init(
    *, directory: Path, language: str | None, name: str | None, fallback: bool, abi3: str, yes: bool
) -> None:
    """Make a new project in DIR, the current folder by default, or take pyz3 into the one that is there.

    Where there is a pyproject.toml, it gets the tables that pyz3 needs, and nothing else changes.  The
    project's own sources become extension modules, or a library for ctypes.  Files that are there are
    never overwritten.
    """
    directory = directory.absolute()
    wishes = Wishes(
        name=name or directory.resolve().name,
        language=next((one for one in LANGUAGES if one == language), LANGUAGES[0]),
        fallback=fallback,
        abi3=abi3,
    )
    console = SafeConsole()
    exists = (directory / "pyproject.toml").exists()
    if exists and name is not None:
        raise click.UsageError("--name: the project has one, in pyproject.toml")
    draft = _draft(directory, wishes, exists=exists, example=language is not None)
    refuse_overwriting(directory, draft)
    if exists:
        _show(console, draft)
    for text in draft.notes:
        console.print(Text(f"note: {text}", style="yellow"), soft_wrap=True)
    if exists and not yes and not _confirmed():
        raise click.Abort
    _write(directory, draft)
    if not exists:
        for path in draft.files:
            console.print(f"  {path}", soft_wrap=True)
    _say_next(console, directory, wishes, exists=exists)


def _draft(directory: Path, wishes: Wishes, *, exists: bool, example: bool) -> Draft:
    """Give what is to be written: a project, or what makes one of what is there."""
    refuse_setup_files(directory)
    if exists or has_code(directory, wishes):
        return adopt(directory, wishes, example=example)
    wishes.check_new()
    if owners := packages_distributions().get(wishes.package):
        wishes.refuse(f"is how {', '.join(sorted({*owners}))} is imported, which is installed here")
    there = [path.name for path in directory.iterdir()] if directory.exists() else []
    return new_project(wishes, there=there)


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

"""``pyz3 init``: a new project, or pyz3 in one that exists."""

from __future__ import annotations

import contextlib
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from pyz3._files import DISK_FULL, write_atomically
from pyz3.cli.difference import STYLES, show_difference
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
    migrate,
    new_project,
    refuse_overwriting,
    refuse_setup_files,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.scaffold import MigrationRow

# What pyz3 does with an option of cibuildwheel, as the table says it, and its colour.
_DOES = {
    "taken": ("kept", "green"),
    "asked": ("command line", "cyan"),
    "needless": ("not needed", "dim"),
    "elsewhere": ("not done", "yellow"),
    "lost": ("NOT OBEYED", "bold red"),
}


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
@click.option(
    "--from-cibuildwheel",
    is_flag=True,
    help="Show what becomes of each option of cibuildwheel, and write [tool.pyz3]; the build backend stays.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("-y", "--yes", is_flag=True, help="Change a pyproject.toml without asking.")
def init(
    *,
    directory: Path,
    language: str | None,
    name: str | None,
    fallback: bool,
    abi3: str,
    from_cibuildwheel: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Make a new project in DIR, the current folder by default, or take pyz3 into the one that is there.

    Where there is a pyproject.toml, it gets the tables that pyz3 needs, and nothing else changes.  The
    project's own sources become extension modules, or a library for ctypes.  Files that are there are
    never overwritten.
    """
    directory = directory.absolute()
    said = {"--language": language, "--name": name, "--fallback": fallback, "--abi3": abi3}
    others = [option for option, value in said.items() if value]
    if from_cibuildwheel and others:
        raise click.UsageError(f"--from-cibuildwheel and {', '.join(others)} exclude each other")
    if from_cibuildwheel:
        _migrate(directory, dry_run=dry_run, yes=yes)
        return
    wishes = Wishes(
        name=name or directory.resolve().name,
        language=next((one for one in LANGUAGES if one == language), LANGUAGES[0]),
        fallback=fallback,
        abi3=abi3,
    )
    exists = (directory / "pyproject.toml").exists()
    if exists and name is not None:
        raise click.UsageError("--name: the project has one, in pyproject.toml")
    draft = _draft(directory, wishes, exists=exists, example=language is not None)
    refuse_overwriting(directory, draft)
    console = SafeConsole()
    if exists:
        _show(console, draft)
    if not _carried_out(
        console, directory, draft, notes=draft.notes, asks=exists and not yes, dry_run=dry_run
    ):
        return
    if not exists:
        for path in draft.files:
            console.print(f"  {path}", soft_wrap=True)
    _say_next(console, directory, wishes, exists=exists)


def _carried_out(
    console: SafeConsole, directory: Path, draft: Draft, *, notes: Sequence[str], asks: bool, dry_run: bool
) -> bool:
    """Tell what is to be known, ask, and write; tell whether it was done."""
    for text in notes:
        console.print(Text(f"note: {text}", style="yellow"), soft_wrap=True)
    if dry_run:
        if not draft.before:
            for path in draft.files:
                console.print(f"  {path}", soft_wrap=True)
        console.print("nothing is written: --dry-run", soft_wrap=True)
        return False
    if asks and not _confirmed():
        raise click.Abort
    _write(directory, draft)
    return True


def _migrate(directory: Path, *, dry_run: bool, yes: bool) -> None:
    """Show what becomes of what is said to cibuildwheel, and write ``[tool.pyz3]``."""
    console = SafeConsole()
    found = migrate(directory)
    _show_rows(console, found.rows)
    draft = found.draft
    if not draft.after:
        console.print(
            "Nothing has to be written.  Build:  pyz3 wheel --all-platforms --python all", soft_wrap=True
        )
        return
    console.print()
    _show(console, draft)
    notes = (*draft.notes, "what is there for cibuildwheel stays; pyz3 reads [tool.pyz3] in its place")
    if not _carried_out(console, directory, draft, notes=notes, asks=not yes, dry_run=dry_run):
        return
    console.print(
        "[tool.pyz3] is written.  Build:  pyz3 wheel --all-platforms --python all\n"
        "A workflow that does it on GitHub:  pyz3 ci github",
        soft_wrap=True,
    )


def _show_rows(console: SafeConsole, rows: Sequence[MigrationRow]) -> None:
    """Show each option of cibuildwheel in the order of the files, with what becomes of it."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("cibuildwheel", overflow="fold", min_width=12)
    table.add_column("pyz3", no_wrap=True)
    table.add_column("what becomes of it", overflow="fold", ratio=1)
    for row in rows:
        said, style = _DOES[row.does]
        table.add_row(Text(row.option), Text(said, style=style), Text(row.note))
    console.print(table)


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
    names = ("pyproject.toml", "pyproject.toml, with pyz3")
    show_difference(console, draft.before, draft.after, names=names)
    for name in draft.files:
        console.print(Text(f"new file: {name}", style=STYLES["+"]), soft_wrap=True)


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
    """Write all of a draft, or nothing.

    Raises:
        ConfigError: A file cannot be written; those that were written before it are deleted again.
    """
    made: list[Path] = []
    path = root
    try:
        for name, text in draft.files.items():
            path = root / name
            _make_folder(path.parent, made)
            # "x": never over a file that came into being meanwhile.
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
        if draft.after:
            path = root / "pyproject.toml"
            mode = path.stat().st_mode
            write_atomically(path.resolve(), draft.after.encode())  # it may be a link
            path.chmod(mode)  # what is written atomically is the owner's alone
    except OSError as error:
        for one in reversed(made):
            with contextlib.suppress(OSError):
                one.rmdir() if one.is_dir() else one.unlink()
        full = error.errno in DISK_FULL
        raise ConfigError(
            f"{path}: cannot be written, so nothing is: {error.strerror or error}",
            tip=f"{'make room on the disk' if full else 'see who may write there'}, or choose another folder",
        ) from error


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; note each that was not there."""
    for one in reversed((folder, *folder.parents)):
        if not one.exists():
            one.mkdir()
            made.append(one)


def _say_next(console: SafeConsole, directory: Path, wishes: Wishes, *, exists: bool) -> None:
    if exists:
        console.print("pyproject.toml uses pyz3 now.  Build:  pyz3 wheel", soft_wrap=True)
        if wishes.fallback:
            console.print("The package must catch ImportError: docs/optional-extensions.md", soft_wrap=True)
        return
    here = "" if directory == Path.cwd() else f" {directory}"
    console.print(f"{wishes.name} is ready.  Build:  pyz3 wheel{here}", soft_wrap=True)

"""How a file would change, line by line."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from pyz3.cli.terminal import SafeConsole

STYLES = {"+": "green", "-": "red", "@": "cyan"}
"""What a line of a difference begins with → how it is shown."""


def show_difference(console: SafeConsole, before: str, after: str, *, names: tuple[str, str]) -> None:
    """Show the difference of two texts, as ``diff -u`` has it.

    Args:
        console: Where it is shown.
        before: The file as it is; empty if there is none.
        after: What it would be.
        names: What the two are called.
    """
    # With their ends: a file whose lines end otherwise is another one.
    for line in difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), *names
    ):
        console.print(Text(line.rstrip("\r\n"), style=STYLES.get(line[0], "")), soft_wrap=True)


def check_file(console: SafeConsole, before: str, after: str, *, path: str) -> int:
    """Show whether a file that is generated is up to date; give the exit code of ``--check``.

    Args:
        console: Where it is shown.
        before: The file as it is; empty if there is none.
        after: What it would be.
        path: What it is called.
    """
    if before == after:
        console.print(f"{path} is up to date", soft_wrap=True)
        return 0
    show_difference(console, before, after, names=(path, f"{path}, as it would be written"))
    return 1

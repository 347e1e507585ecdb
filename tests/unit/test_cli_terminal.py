"""What comes from outside is shown, and commands no terminal."""

from __future__ import annotations

import io
import json

import pytest
from rich.table import Table
from rich.text import Text

from pyz3.cli.terminal import SafeConsole, safe_json, safe_text
from pyz3.cli.ui import print_error
from pyz3.errors import BuildFailedError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ✓ text\n\tof lines", "plain ✓ text\n\tof lines"),
        ("\x1b[1;31merror:\x1b[0m x", "error: x"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x1b]52;c;ZXZpbA==\x1b\\", "\\x1b]52;c;ZXZpbA==\\x1b\\"),
        ("\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"),
        ("\x9b2J", "\\x9b2J"),
        ("10%\r20%\r\n", "10%\n20%\n"),
        ("a\x08b\x7f\0", "a\\x08b\\x7f\\x00"),
        ("if\u202e { evil", "if\\u202e { evil"),
        ("\udcff.c", "\\udcff.c"),
    ],
)
def test_text(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_json_means_the_same() -> None:
    value = {"a\x1b": ["\x9b31m", "\u202e", "é\x7f"]}
    text = safe_json(value)
    assert json.loads(text) == value
    assert text.replace("\n", "").isprintable()


@pytest.mark.parametrize("what", [str, Text], ids=["str", "Text"])
def test_a_console(what: type[str | Text]) -> None:
    console = SafeConsole()
    console.file = io.StringIO()
    console.print(what("[red]\x1b]0;x\x07 :smile:"), style="bold")
    table = Table(box=None)
    table.add_column("a\x1bb")
    table.add_row(what("c\x1bd"))
    console.print(table)
    shown = console.file.getvalue()
    assert "\x1b" not in shown
    assert "[red]\\x1b]0;x :smile:" in shown  # rich itself leaves the bell out


def test_errors(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(BuildFailedError("\x1b[2Jm", tip="\x07t", compiler=(("mod\x1bule", "\x1b[31mx\x1b[m"),)))
    assert capsys.readouterr().err == "mod\\x1bule:\nx\nerror: \\x1b[2Jm\ntip: t\n"

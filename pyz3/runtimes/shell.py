"""A test-command for a shell, with its places filled in.  Pure."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyz3.runtimes.testing import WheelTests


def shell_command(tests: WheelTests, wheel: Path, *, windows: bool = os.name == "nt") -> Sequence[str]:
    """Give the command that runs tests; several are run one after the other, until one fails.

    ``{project}``, ``{package}`` and ``{wheel}`` are filled in as cibuildwheel does.

    Args:
        tests: What is to be run.
        wheel: Absolute.
        windows: The shell is cmd; else it is POSIX'.
    """
    places = {"wheel": str(wheel)}
    if tests.project is not None:
        places |= dict.fromkeys(("project", "package"), str(tests.project))
    fill = _fill_cmd if windows else _fill_posix
    text = " && ".join(fill(one, places) for one in tests.command)
    return f'cmd /d /s /c "{text}"' if windows else ("/bin/sh", "-c", text)


def _fill_posix(text: str, places: Mapping[str, str]) -> str:
    """Fill in paths that stay one word, within quotes or without (POSIX, "Quoting")."""
    quote, filled = "", ""
    for piece in re.findall(r"\\.|\{\w+\}|.", text, re.DOTALL):
        path = places.get(piece[1:-1]) if piece.startswith("{") and piece.endswith("}") else None
        if path is None:
            if piece in {"'", '"'} and quote in {"", piece}:
                quote = "" if quote else piece
            filled += piece
        elif quote == '"':
            filled += re.sub(r'([\\"$`])', r"\\\1", path)
        else:
            filled += path.replace("'", "'\"'\"'") if quote else shlex.quote(path)
    return filled


def _fill_cmd(text: str, places: Mapping[str, str]) -> str:
    quoted, filled = False, ""
    for piece in re.findall(r"\{\w+\}|.", text, re.DOTALL):
        path = places.get(piece[1:-1]) if len(piece) > 1 else None
        quoted ^= piece == '"'
        filled += piece if path is None else f'"{path}"' if " " in path and not quoted else path
    return filled

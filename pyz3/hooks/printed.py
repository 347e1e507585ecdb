"""What a project's build printed → the part of it that is about the project.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HEAD = "Traceback (most recent call last):"
_FRAME = re.compile(r'  File "(?P<file>.*?)"(?P<place>, line \d+.*)')
# setuptools runs setup.py as a text.
_SETUP = "<string>"


def essence(output: str, *, source: str, said: str = "", lines: int = 30) -> str:
    """Give the end of what a build printed, in words that mean something to the project's maintainer.

    Of tracebacks the project's own frames are left, and its files are named as it names them.

    Args:
        output: All of it.
        source: The folder that the project was built in.
        said: What is told beside it anyway: the line is not given again at the end.
        lines: How many to give at most.
    """
    found = [line.rstrip() for line in _own(output.splitlines(), source) if line.strip()]
    if found and said and found[-1] == said:
        found.pop()
    return "\n".join(found[-lines:]).replace(f"{source}/", "").replace(f"{source}\\", "")


def _own(output: Iterable[str], source: str) -> Iterator[str]:
    """Leave frames of others out, and a traceback's head if none is left."""
    head = ""
    kept = True
    for line in output:
        if line == _HEAD:
            head, kept = line, False
            continue
        frame = _FRAME.fullmatch(line)
        if frame is not None:
            kept = _is_own(frame["file"], source)
            if kept and head:
                yield head
                head = ""
            if kept:
                file = "setup.py" if frame["file"] == _SETUP else frame["file"]
                yield f'  File "{file}"{frame["place"]}'
        elif not line.startswith("    ") or kept:
            # Indented more are the lines of code and their marks.
            head, kept = "", True
            yield line


def _is_own(file: str, source: str) -> bool:
    return file == _SETUP or file.startswith((f"{source}/", f"{source}\\"))

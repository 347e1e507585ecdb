"""docs/windows.md explains the messages that the doctor knows."""

from __future__ import annotations

import re
from pathlib import Path

from pyz3.doctor.symptoms import _INIT, _MESSAGES

DOCUMENT = (Path(__file__).parents[2] / "docs" / "windows.md").read_text(encoding="utf-8")


def test_the_messages_of_windows_are_explained() -> None:
    table = DOCUMENT.partition("<!-- messages -->\n")[2].split("\n\n")[0]
    explained = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    known = [text for (kind, _), text in _MESSAGES.items() if kind == "pe"] + [_INIT]
    # Python's own, before a file is found at all.
    assert explained.pop() == "No module named"
    assert len(explained) == len(known)
    for text in known:
        assert any(part in text for part in explained), text

"""The rooms of the package, from the top down: one imports only what stands below it, or its own.

``docs/design.md`` and CONTRIBUTING.md show them (``scripts/readme.py rooms``); the test checks them.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

ROOMS = (
    "wheel",
    "__main__",
    "backend",
    "cli",
    "_interruption",  # of the command line, and imported before it
    "scaffold",
    "develop",
    "conda",
    "reproduce",
    "repair",
    "check",
    "doctor",
    "release",
    "unchanged",
    "builder",
    "hooks",
    "events",
    "results",
    "archive",
    "audit",
    "engine",
    "driver",
    "runtimes",
    "environments",
    "sources",
    "plan",
    "linking",
    "frontends",
    "capi",
    "targets",
    "config",
    "_schema",
    "_patterns",
    "_nearest",
    "_toml",
    "store",
    "_records",
    "_files",
    "_processes",
    "_ending",
    "pages",
    "guests",
    "errors",
    "",  # pyz3/__init__.py: the version
)


def says(room: str) -> str:
    """Give the first sentence of a room's docstring, in Markdown."""
    folder = ROOT / "pyz3" / room
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    text = " ".join(docstring.partition("\n\n")[0].split()).replace("``", "`")
    return re.sub(r":class:`(?:\w+\.)*(\w+)`", r"`\1`", text)


def table(*, packages_only: bool) -> str:
    """Give a row per room, in Markdown, from what users see down to what everything stands on."""
    names = [room for room in ROOMS if room and not (packages_only and not (ROOT / "pyz3" / room).is_dir())]
    rows = [("room", "does"), ("---", "---"), *((f"`{name}`", says(name)) for name in names)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)

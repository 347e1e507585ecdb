"""The documentation at hand: what messages mean, exit codes, and the sections of its pages.

A page says of a message what it means below a heading that quotes it, or in a table of messages; ``…``
stands for what differs.  Wheels of pyz3 have the pages in ``pyz3/documentation``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3 import errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# In the order in which what they say of one message counts.
PAGES = (
    *("distribution", "install", "setuptools", "windows", "optional-extensions", "pyodide", "conda"),
    "migration",
)
"""The pages that wheels of pyz3 have."""

_SITE = "docs"
_HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| `([^`]+)` \| (.*?) \|$", re.MULTILINE)
_TABLE = re.compile(r"^\| message \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
_LINK = re.compile(r"\[(`[^`]+`|[^\[\]]+)\]\([^)]*\)")
# What besides errors has a code.
_MORE = {1: "Or what was looked for was found: pyz3 doctor, and commands with --check."}
# Codes that no class of errors has: shells' own for what a signal ended (128 and its number), and success.
_OTHER_CODES = {
    0: "All went well.",
    130: "Stopped by Ctrl-C. Nothing half-written is left.",
    143: "Ended by SIGTERM, as Ctrl-C does it.",
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is said of something.

    Attributes:
        title: The message as it is quoted, or the section's heading.
        text: Markdown.
        origin: The page: ``distribution.md``.
    """

    title: str
    text: str
    origin: str


@cache
def messages() -> tuple[Page, ...]:
    """Give what is said of each message."""
    found: dict[str, Page] = {}
    for name, text in _texts().items():
        for title, body in _sections(text):
            if re.fullmatch(r"`[^`]+`", title):
                found.setdefault(title, Page(title=title.strip("`"), text=body, origin=name))
        for table in _TABLE.finditer(text):
            for row in _ROW.finditer(table[1]):
                found.setdefault(f"`{row[1]}`", _row(row, name))
    return tuple(found.values())


@cache
def topics() -> Mapping[str, Page]:
    """Give the pages and their sections by their names: ``setuptools``, ``glibc-and-macos``."""
    found: dict[str, Page] = {}
    for name, text in _texts().items():
        title, _, body = text.partition("\n")
        found[name.removesuffix(".md")] = Page(
            title=title.strip("# "), text=_plain(body.strip()), origin=name
        )
    for name, text in _texts().items():
        for title, body in _sections(text):
            if "`" not in title:
                found.setdefault(slug(title), Page(title=title, text=body, origin=name))
    return found


def explain_message(said: str) -> Page | None:
    """Give what is said of a message; of several that fit, the one of which most is quoted."""
    said = " ".join(said.split())
    fitting = [page for page in messages() if _pattern(page.title).search(said)]
    return max(fitting, key=lambda page: len(page.title.replace("…", "")), default=None)


def explain_code(code: int) -> str:
    """Say what an exit code means; empty: pyz3 has none of that number."""
    for one in vars(errors).values():
        # Pyz3Error and MatrixError have the code of what they stand for; the first class of a code is the
        # general one.
        general = isinstance(one, type) and issubclass(one, errors.Pyz3Error)
        if general and one.exit_code == code and one not in {errors.Pyz3Error, errors.MatrixError}:
            meaning = re.sub(r" \(exit code \d+\)", "", (one.__doc__ or "").partition("\n")[0])
            return " ".join(filter(None, (meaning, _MORE.get(code, ""))))
    return _OTHER_CODES.get(code, "")


def exit_codes() -> dict[int, str]:
    """Give every exit code with what it means."""
    return {code: said for code in range(256) if (said := explain_code(code))}


def slug(title: str) -> str:
    """Give a heading's name: ``glibc and macOS`` → ``glibc-and-macos``."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _row(row: re.Match[str], origin: str) -> Page:
    """Give what a row of a table of messages says: what to do, or the cause and what to do."""
    return Page(title=row[1], text=_plain(row[2].replace(" | ", "\n\n")), origin=origin)


def _texts() -> dict[str, str]:
    own = resources.files("pyz3") / "documentation"
    folder = own if own.is_dir() else Path(__file__).parents[1] / _SITE
    pages = {f"{name}.md": folder / f"{name}.md" for name in PAGES}
    return {name: path.read_text(encoding="utf-8") for name, path in pages.items() if path.is_file()}


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Give headings of the second and third level, each with what stands below it."""
    # A line of code may begin with #.
    masked = re.sub(
        r"^```.*?^```$", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.MULTILINE | re.DOTALL
    )
    headings = [*_HEADING.finditer(masked)]
    for index, heading in enumerate(headings):
        later = (one.start() for one in headings[index + 1 :] if len(one[1]) <= len(heading[1]))
        yield heading[2], _plain(text[heading.end() : next(later, len(text))].strip())


def _plain(text: str) -> str:
    """Give Markdown without its links: the pages lie elsewhere for who reads it here."""
    return _LINK.sub(r"\1", text)


@cache
def _pattern(title: str) -> re.Pattern[str]:
    parts = [re.escape(" ".join(part.split())) for part in title.split("…")]
    return re.compile(".+?".join(parts).removeprefix(".+?"))

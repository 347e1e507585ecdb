"""The documentation at hand: what messages mean, exit codes, the sections of its pages, and its reference.

A page says of a message what it means below a heading that quotes it, or in a table of messages; ``…``
stands for what differs.  The reference has a row for each key, variable and platform.  Wheels of pyz3 have
the pages in ``pyz3/documentation``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# In the order in which what they say of one message counts.
_GUIDES = (
    *("distribution", "install", "setuptools", "windows", "optional-extensions", "pyodide", "conda"),
    *("migration", "backends"),
)
# Those with a row for each name.
_NAMING = ("reference/configuration", "reference/variables", "reference/platforms")
_REFERENCE = (*_NAMING, "reference/commands", "reference/exit-codes", "reference/rules")
PAGES = (*_GUIDES, *_REFERENCE)
"""The pages that wheels of pyz3 have."""

_SITE = "docs"
_HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
# A heading that is a message, not a command's or a table's name.
_QUOTED = re.compile(r"`(?!pyz3 |\[|\w+`)[^`]+`")
_ROW = re.compile(r"^\| `([^`]+)` \| (.*?) \|$", re.MULTILINE)
_TABLE = re.compile(r"^\| message \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
# A table whose first column has names: its head, then its rows.
_NAMES = re.compile(r"^\| (.+) \|\n\|[-| ]+\|\n((?:\| `.*\n)+)", re.MULTILINE)
_CELL = re.compile(r" (?<!\\)\| ")
# What a shell would take for something else in double quotes.
_SHELL = re.compile(r"[\"$`\\!]")
_SAID = 4000
_CODE = re.compile(r"`PW\d+` ")
_LINK = re.compile(r"\[(`[^`]+`|[^\[\]]+)\]\([^)]*\)")
# A row of the table of exit codes: the code, and one of its meanings.
_EXIT_CODE = re.compile(r"^\| (\d+) \| .*? \| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is said of something.

    Attributes:
        title: The message as it is quoted, or the section's heading.
        text: Markdown.
        origin: The page: ``distribution.md``, ``reference/variables.md``.
    """

    title: str
    text: str
    origin: str


@cache
def messages() -> tuple[Page, ...]:
    """Give what is said of each message."""
    found: dict[str, Page] = {}
    for name, text in _texts(_GUIDES).items():
        for title, body in _sections(text):
            if _QUOTED.fullmatch(title):
                found.setdefault(title, Page(title=title.strip("`"), text=body, origin=name))
        for table in _TABLE.finditer(text):
            for row in _ROW.finditer(table[1]):
                found.setdefault(f"`{row[1]}`", _row(row, name))
    return tuple(found.values())


@cache
def topics() -> Mapping[str, Page]:
    """Give the pages and their sections by their names: ``windows``, ``glibc-and-macos``, ``pyz3-wheel``."""
    found: dict[str, Page] = {}
    for name, text in _texts(PAGES).items():
        title, _, body = text.partition("\n")
        body = re.sub(r"^<!-- .* -->\n+", "", _plain(body.strip()))
        found[name.removesuffix(".md").rpartition("/")[2]] = Page(
            title=title.strip("# "), text=body, origin=name
        )
    for name, text in _texts(PAGES).items():
        for title, body in _sections(text):
            # Of the reference, only what is about a command or a table.
            if not _QUOTED.fullmatch(title) and ("`" in title or not name.startswith("reference/")):
                found.setdefault(_topic(title), Page(title=title.replace("`", ""), text=body, origin=name))
    return found


def _topic(title: str) -> str:
    """Give the name of a section; a rule of pyz3 check is called by its code alone."""
    return slug(title.partition(" ")[0] if _CODE.match(title) else title)


@cache
def entries() -> Mapping[str, Page]:
    """Give what the reference says of a key (``abi3``, ``tool.pyz3.abi3``), a variable, a platform.

    What a key means in several tables is in one page.
    """
    # Name → what is said of it → the tables that it is said of.
    found: dict[str, dict[str, list[str]]] = {}
    origins: dict[str, str] = {}
    for origin, place, text in _tables():
        for head, (name, *cells) in _rows(text):
            said = "\n".join(f"- {what}: {cell}" for what, cell in zip(head, cells, strict=True) if cell)
            for known in (name, f"{place}.{name}") if place else (name,):
                found.setdefault(known, {}).setdefault(said, []).append(place)
                origins.setdefault(known, origin)
    return {
        name: Page(title=name, text="\n\n".join(map(_entry, texts, texts.values())), origin=origins[name])
        for name, texts in found.items()
    }


def find_topic(name: str) -> Page | None:
    """Give a page, a section, or what the reference says of a name; None: there is nothing of it."""
    wanted = slug(name)
    by_slug = {slug(one): page for one, page in entries().items()}
    return topics().get(wanted) or by_slug.get(wanted)


def command_for(said: str) -> str:
    """Give the command that explains a message; empty: nothing is said of it."""
    page = explain_message(said[:_SAID])
    # What stands before a message, as a file's name, need not be there.
    title = page.title.removeprefix("…").lstrip(" :") if page else ""
    return f'pyz3 explain "{title}"' if title and not _SHELL.search(title) else ""


def explain_message(said: str) -> Page | None:
    """Give what is said of a message; of several that fit, the one of which most is quoted."""
    said = " ".join(said.split())
    fitting = [page for page in messages() if _pattern(page.title).search(said)]
    return max(fitting, key=lambda page: len(page.title.replace("…", "")), default=None)


def explain_code(code: int) -> str:
    """Say what an exit code means; empty: pyz3 has none of that number."""
    return exit_codes().get(code, "")


@cache
def exit_codes() -> Mapping[int, str]:
    """Give every exit code with all that it may mean, as the reference's table has it."""
    found: dict[int, list[str]] = {}
    for code, meaning in _EXIT_CODE.findall(_texts(_REFERENCE).get("reference/exit-codes.md", "")):
        found.setdefault(int(code), []).append(meaning.replace("`", ""))
    return {code: " Or: ".join(meanings) for code, meanings in found.items()}


def slug(title: str) -> str:
    """Give a heading's name: ``glibc and macOS`` → ``glibc-and-macos``."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _row(row: re.Match[str], origin: str) -> Page:
    """Give what a row of a table of messages says: what to do, or the cause and what to do."""
    return Page(title=row[1], text=_plain(row[2].replace(" | ", "\n\n")), origin=origin)


def _tables() -> Iterator[tuple[str, str, str]]:
    """Give what has tables of names: the page, the TOML table that it is about or nothing, and the text."""
    for origin, text in _texts(_NAMING).items():
        if not origin.endswith("configuration.md"):
            yield origin, "", text
            continue
        for title, body in _sections(text):
            table = title.strip("`[]")
            # Sections below a section come by themselves.
            yield (
                origin,
                table if table.startswith("tool.") else f"tool.pyz3.{table}",
                body.split("\n### ")[0],
            )


def _rows(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Give rows that begin with a name: what the cells after it are called, and all cells."""
    for table in _NAMES.finditer(text):
        for line in table[2].splitlines():
            cells = [cell.strip() for cell in _CELL.split(line.removeprefix("| ").removesuffix("|") + " ")]
            yield table[1].split(" | ")[1:], [cells[0].strip("`"), *cells[1:]]


def _entry(said: str, places: list[str]) -> str:
    named = ", ".join(f"`{place}`" for place in dict.fromkeys(places) if place)
    return f"In {named}:\n\n{said}" if named else said


@cache
def _texts(names: tuple[str, ...]) -> dict[str, str]:
    own = resources.files("pyz3") / "documentation"
    folder = own if own.is_dir() else Path(__file__).parents[1] / _SITE
    pages = {f"{name}.md": folder / f"{name}.md" for name in names}
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
    # What stands before a message, as a file's name, need not be there.
    said = title.removeprefix("…").lstrip(" :")
    return re.compile(".+?".join(re.escape(" ".join(part.split())) for part in said.split("…")))

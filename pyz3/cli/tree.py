"""Which binary of a wheel needs which library, as a tree: ``pyz3 check --tree``."""

from __future__ import annotations

import posixpath
from itertools import islice
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyz3.check import Need

_MOST_LINES, _DEEPEST = 1000, 20
_SAID = {
    "wheel": ("in the wheel", "green"),
    "python": ("comes with Python", "green"),
    "unlisted": ("not on every such system", "yellow"),
    "missing": ("missing", "red"),
}


def library_tree(needs: Mapping[str, tuple[Need, ...]]) -> Iterator[Text]:
    """Give the lines of a wheel's tree.

    Binaries that no other one needs are at its top.  What the libraries of the wheel need themselves stands
    below the first line that names them.

    Args:
        needs: Binary, by path in the wheel → all that it needs.
    """
    lines = _lines(needs)
    yield from islice(lines, _MOST_LINES)
    if more := sum(1 for _ in lines):
        yield Text(f"and {more} more lines: --format json has all", style="dim")


def _lines(needs: Mapping[str, tuple[Need, ...]]) -> Iterator[Text]:
    within = {one.where for file, several in needs.items() for one in several if one.where != file}
    seen: set[str] = set()
    for file in (*(one for one in needs if one not in within), *needs):
        if file not in seen:
            yield Text(file, style="bold")
            yield from _below(file, needs, seen, ())


def _below(
    file: str, needs: Mapping[str, tuple[Need, ...]], seen: set[str], indents: tuple[str, ...]
) -> Iterator[Text]:
    """Give a line for each library that a file needs, and below it what that needs; one for the system's."""
    seen.add(file)
    rows: list[Need | str] = [one for one in needs[file] if one.status != "system"]
    if system := [one.name for one in needs[file] if one.status == "system"]:
        rows.append(", ".join(system))
    for number, row in enumerate(rows, 1):
        last = number == len(rows)
        start = f"{''.join(indents)}{'└── ' if last else '├── '}"
        if isinstance(row, str):
            yield Text.assemble(start, ("part of the system: ", "green"), row)
            continue
        below, there = needs.get(row.where), row.where in needs
        line = Text.assemble(start, row.name, "  ", _who(row))
        if below and row.where in seen:
            line.append(", see above", style="dim")
        elif below and len(indents) == _DEEPEST:
            line.append(", and what it needs: --format json", style="dim")
        yield line
        if there and row.where not in seen and len(indents) < _DEEPEST:
            yield from _below(row.where, needs, seen, (*indents, "    " if last else "│   "))


def _who(need: Need) -> tuple[str, str]:
    """Give who has a library, and the colour to say it in; of a path the folder alone if that says it all."""
    words, style = _SAID[need.status]
    folder, _, name = need.where.rpartition("/")
    if need.where:
        same = posixpath.basename(need.name) == name
        words += f": {folder}/" if same and folder else f": {need.where}" if not same else ""
    return words, style

"""Patterns over build identifiers as cibuildwheel has them: ``fnmatch`` after a shell's braces.

``cp3{9,1{0,1}}-*`` means ``cp39-*``, ``cp310-*`` and ``cp311-*``; ``{9..11}`` counts.  Case matters on
every system.
"""

from __future__ import annotations

import itertools
import re
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# There are some two hundred identifiers: a pattern that stands for more than this is a mistake.
MOST_ALTERNATIVES = 1000


def split_words(value: str | Sequence[str], *, commas: bool = False) -> tuple[str, ...]:
    """Give the patterns in one text or several, which white space separates.

    Args:
        value: As it was written; both forms are usual.
        commas: Commas outside of braces separate too.
    """
    words: list[str] = []
    for text in (value,) if isinstance(value, str) else value:
        depth = 0
        word = ""
        for char in text:
            depth = max(0, depth + (char == "{") - (char == "}"))
            if char.isspace() or (commas and char == "," and depth == 0):
                words.append(word)
                word = ""
                depth = 0
            else:
                word += char
        words.append(word)
    return tuple(filter(None, words))


def matches(patterns: Iterable[str], text: str) -> bool:
    """Whether one of ``patterns`` matches the whole of ``text``.

    Raises:
        ConfigError: A pattern's braces stand for too many patterns.
    """
    return any(fnmatchcase(text, plain) for pattern in patterns for plain in expand(pattern))


@cache
def expand(pattern: str) -> tuple[str, ...]:
    """Give the patterns that braces stand for, in a shell's order; what is no alternative stays as it is.

    Raises:
        ConfigError: They are more than ``MOST_ALTERNATIVES``.
    """
    found = tuple(itertools.islice(_expand(pattern), MOST_ALTERNATIVES + 1))
    if len(found) > MOST_ALTERNATIVES:
        shown = pattern if len(pattern) <= 80 else f"{pattern[:80]}…"  # noqa: PLR2004 - a line's worth
        raise ConfigError(
            f"pattern {shown!r} stands for more than {MOST_ALTERNATIVES} patterns",
            tip="use * and ? in place of some braces",
        )
    return found


def _expand(pattern: str) -> Iterator[str]:
    # Text that is done, and text still to be looked at.
    pending = [("", pattern)]
    while pending:
        done, text = pending.pop()
        group = _first_group(text)
        if group is None:
            yield done + text
            continue
        start, options, end = group
        pending += [(done + text[:start], option + text[end:]) for option in reversed(options)]


def _first_group(text: str) -> tuple[int, list[str], int] | None:
    """Give where the first ``{a,b}`` or ``{1..3}`` begins, its options, and where what follows begins."""
    opened: list[tuple[int, list[int]]] = []  # each brace that is open, with its own commas
    best: tuple[int, list[str], int] | None = None
    for index, char in enumerate(text):
        if char == "{":
            opened.append((index, []))
        elif char == "," and opened:
            opened[-1][1].append(index)
        elif char == "}" and opened:
            start, commas = opened.pop()
            cuts = [start, *commas, index]
            options = [text[a + 1 : b] for a, b in itertools.pairwise(cuts)]
            if len(options) == 1:
                options = _counted(options[0])
            if options and (best is None or start < best[0]):
                best = (start, options, index + 1)
        if best is not None and not any(start < best[0] for start, _ in opened):
            break
    return best


def _counted(text: str) -> list[str]:
    match = re.fullmatch(r"(\d{1,3})\.\.(\d{1,3})", text, re.ASCII)
    if match is None:
        return []
    first, last = int(match[1]), int(match[2])
    step = 1 if first <= last else -1
    return [str(number) for number in range(first, last + step, step)]

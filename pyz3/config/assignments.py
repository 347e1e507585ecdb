"""``NAME=value`` texts, and the variables that values refer to.  Pure: no shell, no process's environment."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))", re.ASCII)


def parse_assignments(text: str) -> dict[str, str]:
    """Read ``A=1 B='x y'``: words as a POSIX shell separates and unquotes them.

    Raises:
        ValueError: A quote is not closed, or a word is no assignment.
    """
    found: dict[str, str] = {}
    for word in shlex.split(text):
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise ValueError(f"{word!r} is no assignment like NAME=value")
        found[name] = value
    return found


def expand_variables(values: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Replace ``$NAME`` and ``${NAME}`` in ``values``.

    A name is looked for among the values before it, then in ``environ``.  One that is nowhere is
    empty, as in a shell.

    Args:
        values: Name → value, in the order they are to be set.
        environ: The variables there are already.
    """
    known = dict(environ)
    expanded: dict[str, str] = {}
    for name, value in values.items():
        known[name] = expanded[name] = _REFERENCE.sub(lambda m: known.get(m[1] or m[2], ""), value)
    return expanded

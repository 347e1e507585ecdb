"""The name that a misspelt one may mean."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# difflib's own 0.6 takes prune for runtimes.
_CUTOFF = 0.7


def nearest(word: str, names: Iterable[str]) -> str:
    """Give the one of ``names`` that is most like ``word``; empty: none is like it.  Case does not matter."""
    by_lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=_CUTOFF)
    return by_lower[near[0]] if near else ""

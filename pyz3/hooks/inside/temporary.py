"""Temporary names that are the same run after run.

Backends copy projects to temporary folders and build there; what is built from the same path is cached.
"""

from __future__ import annotations

import itertools
import tempfile


def repeatable_names() -> None:
    """Let ``tempfile`` count instead of rolling dice, from now on until the process ends.

    Names that exist are passed over, as ``tempfile`` does with dice, too.
    """
    # A map of a count is safe where several threads ask; a generator is not.
    names = map("pyz3{:04}".format, itertools.count())
    tempfile._get_candidate_names = lambda: names  # type: ignore[attr-defined]  # noqa: SLF001 - no other way

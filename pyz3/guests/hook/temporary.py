"""Temporary names that are the same run after run.

Backends copy projects to temporary folders and build there; what is built from the same path is cached.
"""

# ruff: noqa: PTH118 - paths of others are strings here

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from typing import Any


def repeatable_names() -> None:
    """Let ``tempfile`` count instead of rolling dice, from now on until the process ends.

    Names that exist are passed over, as ``tempfile`` does with dice, too.
    """
    # A map of a count is safe where several threads ask; a generator is not.
    names = map("pyz3{:04}".format, itertools.count())
    tempfile._get_candidate_names = lambda: names  # type: ignore[attr-defined]  # noqa: SLF001 - no other way


def keep_temporary(folder: str) -> None:
    """Let nothing below ``folder`` be removed by tree, from now on until the process ends.

    What was written down there is compiled when the backend has long gone.  The next run clears it.

    Args:
        folder: For temporary files, absolute.
    """
    rmtree = shutil.rmtree
    inside = os.path.join(os.path.realpath(folder), "")

    def keep(path: Any, *args: Any, **kwargs: Any) -> None:
        if not os.path.realpath(path).startswith(inside):
            rmtree(path, *args, **kwargs)

    shutil.rmtree = keep  # type: ignore[assignment]

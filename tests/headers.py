"""Headers for tests that compile: this machine's own, or those of scripts/runtimes.sh."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runtimes import missing, runtimes_dir

from pyz3.capi import best_headers, find_headers, prepare_include
from pyz3.capi.discovery import read_tree
from pyz3.store import Cache

if TYPE_CHECKING:
    from pathlib import Path


def include_of(version: str, cache: Path) -> Path:
    """Give headers of Python ``version`` to compile against, or skip the test, as `missing` does."""
    tree = best_headers(find_headers(environ=os.environ)).get(version)
    tree = tree or read_tree(runtimes_dir() / "include" / f"python{version}", origin="runtimes")
    if tree is None:
        missing(f"no headers of Python {version}: run scripts/runtimes.sh include-{version}")
    return prepare_include(tree, Cache(cache))

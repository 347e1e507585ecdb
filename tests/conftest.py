"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def pyz3_cache() -> Path:
    """The user's own cache: zig compiles libc++ and mingw once, not once per test run."""
    return Path(os.environ.get("PYZ3_CACHE_DIR") or platformdirs.user_cache_path("pyz3", appauthor=False))


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"

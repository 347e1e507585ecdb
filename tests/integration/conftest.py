"""Fixtures for tests that run zig and interpreters."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session", autouse=True)
def unlimited() -> Iterator[None]:
    """The cache of all tests may be of any size: what one has compiled is there for the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYZ3_CACHE_SIZE", "0")
        yield


@pytest.fixture
def copy_example(examples: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Copy an example to a folder that the test may change."""

    def copy(name: str) -> Path:
        ignored = shutil.ignore_patterns("__pycache__", "dist", "build", ".zig-cache", "zig-out")
        return shutil.copytree(examples / name, tmp_path / name, ignore=ignored)

    return copy

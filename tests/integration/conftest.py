"""Fixtures for tests that run zig and interpreters."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def copy_example(examples: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Copy an example to a folder that the test may change."""

    def copy(name: str) -> Path:
        ignored = shutil.ignore_patterns("__pycache__", "dist", "build", ".zig-cache", "zig-out")
        return shutil.copytree(examples / name, tmp_path / name, ignore=ignored)

    return copy

"""A CMake of this machine that is too old for the stable ABI and for other machines is not what builds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pyz3.environments.cmake import newer_cmake

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="what stands for CMake is a shell script")


@pytest.mark.parametrize(
    ("says", "more"),
    [
        ("cmake version 3.25.1", ("cmake>=3.26",)),
        ("cmake version 2.8.12.2-g123", ("cmake>=3.26",)),
        ("cmake version 3.26.0", ()),
        ("cmake version 4.1.0-rc2", ()),
        ("something else", ()),
    ],
)
def test_an_old_one_is_replaced(says: str, more: tuple[str, ...], tmp_path: Path) -> None:
    program = tmp_path / "cmake"
    program.write_text(f"#!/bin/sh\necho '{says}'\n\n", encoding="utf-8")
    program.chmod(0o755)
    assert newer_cmake("scikit-build-core", {"PATH": str(tmp_path)}) == more
    assert newer_cmake("setuptools", {"PATH": str(tmp_path)}) == ()


def test_without_one_the_backend_asks_itself(tmp_path: Path) -> None:
    assert newer_cmake("scikit-build-core", {"PATH": str(tmp_path)}) == ()
    (tmp_path / "cmake").write_bytes(b"\x7fELF, but no program")
    (tmp_path / "cmake").chmod(0o755)
    assert newer_cmake("scikit-build-core", {"PATH": str(tmp_path)}) == ()

"""Paths that Windows finds too long, and files that are for users."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pyz3._files import long_path_advice, write_for_user

if TYPE_CHECKING:
    from pathlib import Path

DRIVE = "C:" + chr(92)


def folder(length: int) -> str:
    """Give a path of that many characters, as Windows writes it."""
    return (DRIVE + "pack age" + chr(92) * 1 + "x" * length)[:length]


@pytest.mark.parametrize("doubled", [False, True])
def test_a_path_beyond_the_limit_is_told_of(doubled: bool) -> None:
    path = folder(260)
    shown = path.replace(chr(92), chr(92) * 2) if doubled else path
    advice = long_path_advice(f"FileNotFoundError: [Errno 2] No such file: '{shown}'", windows=True)
    assert advice is not None
    assert advice.startswith(
        "a path of 260 characters is longer than the 259 that Windows takes: turn on long paths"
    )
    assert "PYZ3_CACHE_DIR" in advice


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        (f"No such file: '{folder(259)}'", True),
        (f"No such file: '{folder(260)}'", False),
        (f"{folder(200)}' and '{folder(200)}", True),
        (f"https://{'x' * 300}", True),
        ("no path at all", True),
    ],
)
def test_what_is_short_enough_is_not(text: str, windows: bool) -> None:
    assert long_path_advice(text, windows=windows) is None


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_what_is_for_users_may_be_read_by_others(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_for_user(tmp_path / "file", b"a")
    write_for_user(tmp_path / "file", b"b")
    assert (tmp_path / "file").read_bytes() == b"b"
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "usual"]

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from pyz3._records import recall, remember
from pyz3._seals import is_whole, seal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "cache" / "tree"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "a.h").write_bytes(b"one\n")
    (folder / "b").write_bytes(b"two\n")
    (folder / "link").symlink_to("b")
    seal(folder)
    return folder


def overwrite_secretly(path: Path) -> None:
    """Same size, same date."""
    status = path.stat()
    path.write_bytes(path.read_bytes().swapcase())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_what_is_sealed_is_whole(tree: Path) -> None:
    assert is_whole(tree)
    assert not is_whole(tree.parent)
    os.utime(tree / "b", (1, 1))  # the same content
    assert is_whole(tree)


@pytest.mark.parametrize(
    "damage", ["flipped", "missing", "added", "folder", "link", "mode", "seal", "no seal"]
)
def test_damage_is_seen(damage: str, tree: Path) -> None:
    file = tree / "below" / "a.h"
    note = tree.with_name("tree.seal")
    if damage == "flipped":
        overwrite_secretly(file)
    elif damage == "missing":
        file.unlink()
    elif damage == "added":
        (tree / "c").touch()
    elif damage == "folder":
        file.unlink()
        file.mkdir()
    elif damage == "link":
        (tree / "link").unlink()
        (tree / "link").symlink_to("below")
    elif damage == "mode":
        file.chmod(0o755)
    elif damage == "seal":
        note.write_bytes(note.read_bytes().replace(b'"b"', b'"c"'))
    else:
        note.unlink()
    assert not is_whole(tree)
    seal(tree)
    assert is_whole(tree)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX has them")
def test_a_pipe_is_not_read(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    seal(tree)
    assert is_whole(tree)


def test_a_single_file(tmp_path: Path) -> None:
    file = tmp_path / "python313.lib"
    assert not is_whole(file)
    file.write_bytes(b"!<arch>\n")
    seal(file)
    assert is_whole(file)
    overwrite_secretly(file)
    assert not is_whole(file)


@pytest.mark.parametrize("place", range(0, 80, 7))
def test_a_record_that_was_damaged_is_not_recalled(place: int, tmp_path: Path) -> None:
    file = tmp_path / "record"
    remember(file, {"requires": ["cython"]})
    assert recall(file, dict[str, list[str]]) == {"requires": ["cython"]}
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert recall(file, dict[str, list[str]]) is None

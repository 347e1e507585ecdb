from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pyz3.store import (
    Remembered,
    begin_growing,
    has_only_grown,
    is_settled,
    is_whole,
    note_growing,
    seal,
    seals,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
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


def put(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


@pytest.fixture
def growing(tmp_path: Path) -> Path:
    begin_growing(tmp_path, ["o", "*/o"])
    put(tmp_path / "o" / "1" / "a.o", b"one")
    put(tmp_path / "below" / "o" / "2" / "b.o", b"two")
    put(tmp_path / "h" / "1.txt", b"a list")
    assert has_only_grown(tmp_path, ["o", "*/o"])
    return tmp_path


def test_what_has_come_is_noted(growing: Path) -> None:
    put(growing / "o" / "3" / "c.o", b"three")
    put(growing / "h" / "1.txt", b"another")
    put(growing / "o" / ".tmp-x" / "c.o", b"being made")
    assert has_only_grown(growing, ["o", "*/o"])
    (growing / "o" / ".tmp-x" / "c.o").unlink()
    overwrite_secretly(growing / "o" / "3" / "c.o")
    assert not has_only_grown(growing, ["o", "*/o"])


@pytest.mark.parametrize("damage", ["flipped", "below", "missing", "all", "note", "no note"])
def test_what_was_there_is_to_stay(damage: str, growing: Path) -> None:
    if damage == "flipped":
        overwrite_secretly(growing / "o" / "1" / "a.o")
    elif damage == "below":
        put(growing / "below" / "o" / "2" / "b.o", b"owt")
    elif damage == "missing":
        (growing / "o" / "1" / "a.o").unlink()
    elif damage == "all":
        shutil.rmtree(growing / "o")
    elif damage == "note":
        (growing / "pyz3.seal").write_bytes(b"{}")
    else:
        (growing / "pyz3.seal").unlink()
        begin_growing(growing, ["o", "*/o"])  # there is something, and nothing vouches for it
    assert not has_only_grown(growing, ["o", "*/o"])


def test_what_is_made_again_is_no_damage(growing: Path) -> None:
    now = (growing / "o" / "1" / "a.o").stat().st_ctime_ns
    put(growing / "o" / "1" / "a.o", b"anew")
    assert not has_only_grown(growing, ["o", "*/o"])
    assert has_only_grown(growing, ["o", "*/o"], since_ns=now)
    assert has_only_grown(growing, ["o", "*/o"])


def test_what_another_process_is_writing_is_noted_later(growing: Path) -> None:
    put(growing / "o" / "3" / "c.o", b"")
    put(growing / "o" / "4" / "d.o", b"fo")
    written_ns = (growing / "o" / "4" / "d.o").stat().st_ctime_ns
    assert has_only_grown(growing, ["o", "*/o"], settled_ns=written_ns)
    assert not is_settled(growing)
    put(growing / "o" / "3" / "c.o", b"three")
    put(growing / "o" / "4" / "d.o", b"four and more")
    written_ns = (growing / "o" / "4" / "d.o").stat().st_ctime_ns
    assert has_only_grown(growing, ["o", "*/o"], settled_ns=written_ns + 1)
    assert is_settled(growing)
    put(growing / "o" / "4" / "d.o", b"damage")
    assert not has_only_grown(growing, ["o", "*/o"], settled_ns=0), "what was noted is looked at, however new"


def test_what_was_noted_may_be_new(growing: Path) -> None:
    assert has_only_grown(growing, ["o", "*/o"], settled_ns=0)
    assert is_settled(growing)


def test_what_is_complete(tmp_path: Path) -> None:
    put(tmp_path / "venv.cfg", b"home = /\n")
    assert not has_only_grown(tmp_path, ["*"])
    note_growing(tmp_path, ["*"])
    assert has_only_grown(tmp_path, ["*"])
    put(tmp_path / "venv.cfg", b"home = .\n")
    assert not has_only_grown(tmp_path, ["*"])


@pytest.mark.parametrize("place", range(0, 80, 7))
def test_a_record_that_was_damaged_is_not_recalled(place: int, tmp_path: Path) -> None:
    file = tmp_path / "record"
    memory = Remembered(file, dict[str, list[str]])
    memory.remember({"requires": ["cython"]})
    assert memory.recall() == {"requires": ["cython"]}
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert memory.recall() is None


def test_threads_that_wait_are_answered_by_one_look(growing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, asked, go = threading.Event(), threading.Semaphore(0), threading.Event()
    looks: list[bool] = []
    grown, clock = seals._grown, time.monotonic_ns

    def look(folder: Path, below: list[str]) -> Iterator[tuple[str, str]]:
        looks.append(True)
        begun.set()
        assert go.wait(60)
        yield from grown(folder, below)

    def now() -> int:
        asked.release()
        return clock()

    monkeypatch.setattr(seals, "_grown", look)
    monkeypatch.setattr(seals.time, "monotonic_ns", now)
    found: list[bool] = []

    def ask() -> None:
        found.append(has_only_grown(growing, ["o", "*/o"], settled_ns=sys.maxsize))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    threads[0].start()
    assert begun.wait(60)
    for thread in threads[1:]:
        thread.start()
    for _ in range(2 + 3):  # the first asked and began, the others asked
        assert asked.acquire(timeout=60)
    go.set()
    for thread in threads:
        thread.join()
    assert (found, len(looks)) == ([True] * 4, 2)
    assert has_only_grown(growing, ["o", "*/o"], settled_ns=sys.maxsize)
    assert len(looks) == 3, "who asks later has another look"

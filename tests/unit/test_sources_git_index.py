from __future__ import annotations

import hashlib
import stat
import struct
from typing import TYPE_CHECKING

import pytest

from pyz3.sources.git_index import Index, IndexEntry, UnknownIndexError, read_index

if TYPE_CHECKING:
    from pathlib import Path

PLAIN, PROGRAM, LINK, GITLINK = 0o100644, 0o100755, 0o120000, 0o160000


def entry(
    path: bytes, *, name: bytes | None = None, size: int = 20, more: int = 0, mode: int = PLAIN
) -> IndexEntry:
    return IndexEntry(
        path=path,
        status=(1, 2, 3, 4, 5, 6, mode, 7, 8, 9),
        object_id=hashlib.new({20: "sha1", 32: "sha256"}[size], b"blob 1\0x").digest(),
        flags=min(len(path), 0xFFF) | (0x4000 if more else 0),
        more=more,
        name=path if name is None else name,
    )


def skipped(content: bytes) -> list[bytes]:
    return [one.path for one in read_index(content).entries if one.is_skipped]


PREFIXED = (entry(b"a/b", name=b"\0a/b"), entry(b"a/c", name=b"\1c"), entry(b"z", name=b"\3z"))


@pytest.mark.parametrize(
    ("version", "entries"),
    [
        (2, tuple(entry(b"n" * length) for length in range(1, 20))),
        (2, (entry(b"a" * 5000), entry(b"b", size=20))),
        (3, (entry(b"a"), entry(b"b", more=0x2000), entry(b"c", mode=GITLINK))),
        (4, PREFIXED),
        (2, (entry(b"a", size=32), entry(b"b", size=32))),
        (2, ()),
    ],
)
def test_an_index_is_read_as_it_is_written(version: int, entries: tuple[IndexEntry, ...]) -> None:
    extensions = b"TREE" + struct.pack(">L", 3) + b"abc"
    own = Index(version=version, entries=entries, extensions=extensions)
    content = own.without(())
    assert read_index(content) == own
    assert content[4:8] == struct.pack(">L", version)
    wanted = {one.path for one in entries[1:]}
    changed = own.without(wanted)
    assert skipped(changed) == sorted(wanted)
    assert changed[4:8] == struct.pack(">L", 3 if version == 2 and wanted else version)
    assert [one.path for one in read_index(changed).entries] == [one.path for one in entries]
    assert read_index(changed).digest == own.digest


def test_what_tells_of_places_in_the_index_is_left_out() -> None:
    kinds = (b"EOIE", b"TREE", b"UNTR", b"IEOT", b"FSMN", b"sdir")
    extensions = b"".join(kind + struct.pack(">L", 2) + b"xy" for kind in kinds)
    content = Index(version=2, entries=(entry(b"a"),), extensions=extensions).without(())
    assert [kind in content for kind in kinds] == [False, True, False, False, False, True]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged"),
        (b"DIRC\0\0\0\2\0\0\0\7" + bytes(30), "damaged"),
        (b"DIRC\0\0\0\5\0\0\0\0" + bytes(20), "version"),
        (b"PACK\0\0\0\2\0\0\0\0" + bytes(20), "version"),
    ],
)
def test_what_is_no_index(content: bytes, why: str) -> None:
    with pytest.raises(UnknownIndexError, match=why):
        read_index(content)


def test_a_split_index_is_refused() -> None:
    index = Index(version=2, entries=(entry(b"a"),), extensions=b"link" + struct.pack(">L", 0))
    with pytest.raises(UnknownIndexError, match="split"):
        index.without(())


def test_whether_a_file_is_as_it_was_listed(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_text("x")
    file.chmod(0o644)
    status = file.stat()
    dates = [
        part & 0xFFFFFFFF for ns in (status.st_ctime_ns, status.st_mtime_ns) for part in divmod(ns, 10**9)
    ]
    one = entry(b"x")
    listed = IndexEntry(
        path=b"x",
        status=(*dates, 0, status.st_ino & 0xFFFFFFFF, PLAIN, 0, 0, 1),
        object_id=one.object_id,
        flags=1,
        more=0,
        name=b"x",
    )
    later = status.st_mtime_ns + 1
    assert listed.looks_like(status, before_ns=later)
    assert not listed.looks_like(status, before_ns=status.st_mtime_ns)  # "racy Git"
    assert (listed.holds(b"x"), listed.holds(b"y")) == (True, False)
    file.chmod(0o755)
    assert not listed.has_kind(file.stat())
    assert stat.S_ISREG(PROGRAM)
    assert not entry(b"l", mode=LINK).has_kind(file.stat())
    assert [entry(b"a", mode=mode).is_judged for mode in (PLAIN, LINK, GITLINK)] == [True, True, False]
    assert not entry(b"a", more=0x4000).is_judged

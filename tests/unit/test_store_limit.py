from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from pyz3.errors import ConfigError, Pyz3Error
from pyz3.store import Cache, clear, in_use, measure, open_cache, read_limit, trim

if TYPE_CHECKING:
    from pathlib import Path

HOUR = 3600


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 5 * 10**9),
        ("0", 0),
        ("500M", 500 * 10**6),
        ("2g", 2 * 10**9),
        ("1.5 GB", 1_500_000_000),
        ("1GiB", 2**30),
        ("3Ti", 3 * 2**40),
        ("10k", 10_000),
        ("0 G", 0),
    ],
)
def test_sizes_are_written_as_ccache_writes_them(text: str, size: int) -> None:
    assert read_limit({"PYZ3_CACHE_SIZE": text}) == size


@pytest.mark.parametrize("text", ["5", "much", "-1G", "5 apples", "1e9", "G", "5GG"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="PYZ3_CACHE_SIZE"):
        read_limit({"PYZ3_CACHE_SIZE": text})


def entry(root: Path, name: str, size: int, *, hours: float, beside: tuple[str, ...] = ()) -> Path:
    """An entry of the cache that was used so many hours ago."""
    folder = root / name
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "file").write_bytes(b"x" * size)
    then = time.time() - hours * HOUR
    for suffix in beside:
        note = folder.with_name(folder.name + suffix)
        note.write_bytes(b"")
        os.utime(note, (then, then))
    os.utime(folder, (then, then))
    return folder


def left(root: Path) -> list[str]:
    return sorted(path.name for path in root.glob("*/*") if not path.name.startswith("."))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    entry(tmp_path, "environments/" + "a" * 24, 400, hours=1, beside=(".lock",))
    entry(tmp_path, "work/old-1", 300, hours=3)
    entry(tmp_path, "work/new-2", 300, hours=0.5)
    entry(tmp_path, "target-wheels/oldest", 100, hours=9, beside=(".seal",))
    entry(tmp_path, "capi/headers", 50, hours=90)
    return tmp_path


def test_the_least_recently_used_go_until_there_is_room(root: Path) -> None:
    gone = trim(Cache(root, limit=1000))
    assert gone is not None
    # 1150 bytes are too many, and so are 1050; 750 are less than four fifths of the limit.
    assert [entry.name for entry, _ in gone.going] == ["target-wheels/oldest", "work/old-1"]
    assert (gone.total, gone.freed) == (1150, 400)
    assert left(root) == ["a" * 24, "a" * 24 + ".lock", "headers", "new-2"]
    assert not (root / "trash").exists()
    assert trim(Cache(root, limit=1000)) is None


def test_what_fits_stays(root: Path) -> None:
    before = left(root)
    for limit in (0, 1150, 10**9):
        assert trim(Cache(root, limit=limit)) is None
        assert measure(Cache(root, limit=limit)).going == ()
    assert left(root) == before


def test_what_is_asked_to_stay_goes_last_and_others_keep_what_they_know(root: Path) -> None:
    gone = trim(Cache(root, limit=100), last=frozenset((root / "target-wheels" / "oldest",)))
    assert gone is not None
    assert [entry.name for entry, _ in gone.going][-1] == "target-wheels/oldest"
    assert left(root) == ["headers"]


def test_zigs_own_parts_go_together(tmp_path: Path) -> None:
    zig = tmp_path / "zig-0.16.0"
    entry(zig, "global", 500, hours=1)
    for name in ("h", "o"):
        entry(zig / "local", name, 10, hours=1)
    (zig / "local" / "pyz3.seal").write_bytes(b"")
    project = entry(zig / "local" / "projects" / "p", "x86_64-linux-ReleaseFast", 20, hours=-1)
    gone = trim(Cache(tmp_path, limit=100))
    assert gone is not None
    assert [entry.name for entry, _ in gone.going] == ["zig-0.16.0/global"]
    assert [path.name for path in zig.rglob("*") if path.is_dir()] == [
        "local", "projects", "p", project.name, "below",
    ]  # fmt: skip


def test_nothing_goes_while_a_build_is_running(root: Path) -> None:
    cache = Cache(root, limit=100)
    before = left(root)
    with in_use(cache.lock), in_use(cache.lock):
        assert trim(cache) is None
        assert left(root) == before
    assert trim(cache) is not None


def test_what_is_measured_is_known_the_next_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(root, limit=2000)
    trim(cache)
    measured = []
    monkeypatch.setattr("pyz3.store.limit.size_of", lambda path: measured.append(path.name) or (1, 2000))
    os.utime(root / "work" / "old-1")
    gone = trim(cache)
    assert measured == ["old-1"]
    assert gone is not None
    # It is the one that was used last now.
    assert [entry.name for entry, _ in gone.going][-1] == "work/old-1"


def test_a_cache_with_room_is_looked_at_now_and_then(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trim(Cache(root, limit=10**9))
    monkeypatch.setattr("pyz3.store.limit._entries", lambda _: pytest.fail("looked at"))
    trim(Cache(root, limit=10**9))
    with pytest.raises(pytest.fail.Exception):
        trim(Cache(root, limit=2 * 10**9))  # another limit
    now = time.time_ns()
    for later in (601 * 10**9, -(10**9)):  # the clock was set back
        monkeypatch.setattr(time, "time_ns", lambda later=later: now + later)
        with pytest.raises(pytest.fail.Exception):
            trim(Cache(root, limit=10**9))


def test_measuring_and_deleting_end_in_time_and_go_on_later(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyz3.store.limit._PATIENCE", -1.0)
    assert trim(Cache(root, limit=10)) is None
    monkeypatch.undo()
    assert trim(Cache(root, limit=10)) is not None
    (root / "trash" / "1" / "x").mkdir(parents=True)
    trim(Cache(root, limit=10))
    assert left(root) == ["headers"]


def test_clear_deletes_what_is_pyz3s_and_keeps_what_develop_noted(root: Path) -> None:
    environ = {"PYZ3_CACHE_DIR": str(root), "PYZ3_TRUST_CACHE": "1"}
    cache = open_cache(environ)
    entry(root, "in-place", 10, hours=1)
    entry(root, "photos", 10, hours=1)
    with in_use(cache.lock), pytest.raises(Pyz3Error, match="a build is running"):
        clear(cache)
    cleared = clear(cache)
    assert (cleared.files, cleared.size, cleared.strangers) == (7, 1150, ("photos",))
    assert sorted(path.name for path in root.iterdir()) == ["CACHEDIR.TAG", "in-place", "lock", "photos"]


def test_a_folder_of_somebody_elses_is_neither_tagged_nor_cleared(tmp_path: Path) -> None:
    entry(tmp_path, "photos", 10, hours=1)
    cache = open_cache({"PYZ3_CACHE_DIR": str(tmp_path), "PYZ3_TRUST_CACHE": "1"})
    assert not (tmp_path / "CACHEDIR.TAG").exists()
    with pytest.raises(ConfigError, match=r"no CACHEDIR\.TAG"):
        clear(cache)

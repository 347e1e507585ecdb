from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import pytest

from pyz3.capi import HeaderTree, prepare_include
from pyz3.store import Cache

OURS = {
    name: resources.files("pyz3.capi").joinpath("pyconfig", name).read_bytes()
    for name in ("pyconfig.h", "pyz3_python.h")
}
SOURCE = {
    "Python.h": b'#include "pyconfig.h"\n',
    "patchlevel.h": b"#define PY_VERSION ...\n",
    "cpython/object.h": b"object\n",
    "internal/mimalloc/mimalloc/types.h": b"types\n",
}


def make(folder: Path, **more: bytes) -> HeaderTree:
    others = {
        "pyconfig.h": b"the interpreter's own\n",
        "cpython/README": b"not a header\n",
        "greenlet/greenlet.h": b"another package's\n",
    }
    for name, content in (SOURCE | others | more).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return HeaderTree(version="3.13", full_version="3.13.0", include=folder, origin="system")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def tree(tmp_path: Path) -> HeaderTree:
    return make(tmp_path / "source")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def test_holds_cpythons_headers_and_ours(tree: HeaderTree, cache: Cache) -> None:
    include = prepare_include(tree, cache)
    assert contents(include) == SOURCE | OURS
    assert include.parent.parent == cache.headers
    assert include.parent.name.startswith("3.13-")


def test_equal_headers_share_a_folder(tree: HeaderTree, cache: Cache) -> None:
    other = make(cache.root / "elsewhere")
    assert prepare_include(other, cache) == prepare_include(tree, cache)


def test_changed_header_gives_another_folder(tree: HeaderTree, cache: Cache) -> None:
    before = prepare_include(tree, cache)
    path = tree.include / "cpython" / "object.h"
    path.write_bytes(b"OBJECT\n")
    os.utime(path, (1, 1))
    after = prepare_include(tree, cache)
    assert (after / "cpython" / "object.h").read_bytes() == b"OBJECT\n"
    assert (before / "cpython" / "object.h").read_bytes() == b"object\n"


def test_second_call_reads_no_header(tree: HeaderTree, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    include = prepare_include(tree, cache)
    read: list[str] = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: (read.append(path.name), real(path))[1])
    assert prepare_include(tree, cache) == include
    assert read == ["include.seal"]


@pytest.mark.parametrize("damage", ["missing", "truncated", "rewritten", "added", "no seal", "bad seal"])
def test_damaged_copy_is_repaired(tree: HeaderTree, cache: Cache, damage: str) -> None:
    include = prepare_include(tree, cache)
    seal = include.parent / "include.seal"
    if damage == "missing":
        (include / "cpython" / "object.h").unlink()
    elif damage == "truncated":
        (include / "pyconfig.h").write_bytes(b"")
    elif damage == "rewritten":
        (include / "cpython" / "object.h").write_bytes(b"tcejbo\n")
    elif damage == "added":
        (include / "cpython" / "more.h").write_bytes(b"")
    elif damage == "no seal":
        seal.unlink()
    else:
        seal.write_bytes(b"{")
    assert prepare_include(tree, cache) == include
    assert contents(include) == SOURCE | OURS


def test_damaged_index_is_not_believed(tree: HeaderTree, cache: Cache) -> None:
    include = prepare_include(tree, cache)
    (note,) = (cache.headers / "seen").iterdir()
    for nonsense in (b"", b"\xff", b"3.13-gone"):
        note.write_bytes(nonsense)
        assert prepare_include(tree, cache) == include


def test_many_at_once_agree_and_leave_nothing_behind(tree: HeaderTree, cache: Cache) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: prepare_include(tree, cache), range(16)))
    assert set(made) == {made[0]}
    assert contents(made[0]) == SOURCE | OURS
    left = sorted(path.name for path in (cache.headers).iterdir())
    assert left == [made[0].parent.name, "seen"]
    assert len(list((cache.headers / "seen").iterdir())) == 1

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from trees import write

from pyz3.sources import ALONE, Scope, describe_tree, scope_of, sync_copy, tree, walk_tree, widen_scope
from pyz3.sources import scope as scope_module
from pyz3.sources.scope import asked_above, name_above, note_asked, present, scope_with
from pyz3.store import Cache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests run in the folder for temporary files, which is apart."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "home" / "tmp"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "r/VERSION", "r/core/core.c", "r/core/deep/x.h", "r/other/y.c", text="1")
    return write(tmp_path, "r/a/p/setup.py", "r/a/beside.txt") / "r" / "a" / "p"


def test_the_scope_is_of_what_is_there() -> None:
    assert scope_with("/r/a/p", ()) == ALONE == Scope()
    assert scope_with("/r/a/p", ("../x", "../../VERSION")).inside == "a/p"
    scope = scope_with("/r/a/p", ("..", "../../core"))
    assert [scope.covers(name) for name in ("../../core/core.c", "../../core2", "../x")] == [
        True,
        False,
        False,
    ]


def test_what_is_asked_for_is_remembered_and_copied_while_it_is_there(root: Path, tmp_path: Path) -> None:
    cache, into = tmp_path / "cache", tmp_path / "copies" / "p"
    assert scope_of(root, cache=Cache(cache)) == ALONE
    asked = (
        "../../VERSION",
        "../../core/core.c",
        "../../core",
        "../../gone",
        "..",
        "../../../r/a/p/setup.py",
    )
    scope = widen_scope(root, asked, cache=Cache(cache))
    assert scope == Scope(names=("..", "../../VERSION", "../../core"), inside="a/p")
    assert scope_of(root, cache=Cache(cache)) == scope
    before = describe_tree(root, scope)
    assert sync_copy(root, into, before, scope=scope)
    assert not sync_copy(root, into, before, scope=scope)
    found = sorted(path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file())
    assert found == ["VERSION", "a/beside.txt", "a/p/setup.py", "core/core.c", "core/deep/x.h"]
    status = (root / "../../VERSION").stat()
    (root / "../../VERSION").write_text("2")
    os.utime(root / "../../VERSION", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert describe_tree(root, scope).digest != before.digest
    assert sync_copy(root, into, scope=scope)
    assert (into / "VERSION").read_text() == "2"
    (root / "../../VERSION").unlink()
    (root / "../../gone").touch()
    now = scope_of(root, cache=Cache(cache))
    assert now.names == ("..", "../../core", "../../gone")
    sync_copy(root, into, scope=now)
    assert sorted(path.name for path in into.iterdir()) == ["a", "core", "gone"]
    # As it was at first.
    sync_copy(root, into)
    assert [path.name for path in into.iterdir()] == ["setup.py"]


def test_texts_name_what_nobody_is_seen_to_read(root: Path, tmp_path: Path) -> None:
    write(root, "src/x.c", text='#include "../../../core/core.h"\n// ../../../none.h, ../setup.py\n')
    write(root, "../../core/core.h", text='__asm__(".incbin \\"../data/blob\\"");\n#include "deep/x.h"\n')
    write(root, "../../data/blob")
    assert widen_scope(root, (), cache=Cache(tmp_path / "cache")).names == (
        "../../core/core.h",
        "../../data/blob",
    )


def test_what_is_never_copied(root: Path, tmp_path: Path) -> None:
    write(tmp_path, "home/x/p/setup.py", "home/VERSION", "home/x/.hg/hgrc")
    home = str(tmp_path / "home" / "x" / "p")
    assert present(home, ("../../VERSION", "../..", "../../..", "..", "../.hg")) == ("..", "../../VERSION")
    assert present(str(root), ("../../..", "../../../home", "../../a", "../p/setup.py")) == ()
    write(tmp_path, "r/.git/HEAD")
    assert present(str(root), ("../../.git",)) == ("../../.git",)
    write(root, ".git")
    assert present(str(root), ("../../.git",)) == ()
    # What pyz3 itself unpacked has nothing beside it.
    cache = Cache(tmp_path / "r")
    assert widen_scope(root, ("../../VERSION",), cache=cache) == ALONE


def test_what_is_too_much_is_left_out(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "_MOST_FILES", 2)
    write(root, *(f"../../other/{number}" for number in range(9)))
    scope = widen_scope(root, ("../../core", "../../other"), cache=Cache(tmp_path / "cache"))
    assert scope.names == ("../../core",)


def test_of_folders_around_the_project_the_names_count(root: Path) -> None:
    found = [entry.name for entry in walk_tree(root, scope_with(str(root), ("../..",)))]
    assert found == ["setup.py", "../../VERSION", "../../core", "../../other"]


def test_names_above() -> None:
    assert name_above("/r/core/x.c", "/r/p") == name_above("../core/x.c", "/r/p") == "../core/x.c"
    assert name_above("x.c", "/r/p") == name_above("/p", "/1/2/3/4/5") == ""


def test_few_names_are_remembered(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope_module, "_MOST_ASKED", 4)
    cache = Cache(tmp_path / "cache")
    note_asked(root, ("../../core/core.c", "../../core", "../x/__pycache__/y.pyc", "../x/y.py"), cache=cache)
    assert asked_above(root, cache=cache) == ("../../core", "../x/y.py")
    note_asked(root, (f"../tmp{number}" for number in range(9)), cache=cache)
    assert asked_above(root, cache=cache) == ("../../core", "../tmp0", "../tmp1", "../tmp2")
    note_asked(root, ("../../VERSION",), cache=cache)
    assert asked_above(root, cache=cache) == ("../../VERSION", "../../core", "../tmp0", "../tmp1")

"""What belongs to a tree of files, its digest, and what Git says of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from trees import POSIX, names, write

from pyz3.errors import ConfigError
from pyz3.sources import describe_tree, tree, tree_digest, tree_looks
from pyz3.sources.git import git_folders, git_state

if TYPE_CHECKING:
    from pathlib import Path


def test_what_belongs_to_a_checkout(tmp_path: Path) -> None:
    write(
        tmp_path,
        *("setup.py", "pkg/__init__.py", "pkg/_m.c", "pkg/_m.so", "pkg/dist/data.json", "build/rules.mk"),
        *("pkg/dist/old.zip", "pkg/build/lib/x", "pkg/tests/x.egg-info/PKG-INFO"),
        *("pkg/_m.cpython-313-x86_64-linux-gnu.so", "pkg/_m.cp313-win_amd64.pyd", "pkg/__pycache__/x.pyc"),
        *(".git/HEAD", ".hg/x", ".tox/x", ".nox/x", "node_modules/x", "env/pyvenv.cfg", "env/lib/x.py"),
        *("dist/t-1.tar.gz", "dist/t-1-py3-none-any.whl", "src/t.egg-info/SOURCES.txt", ".gitignore"),
    )
    assert names(tmp_path) == [
        *(".gitignore", "build/rules.mk", "pkg/__init__.py", "pkg/_m.c", "pkg/_m.so", "pkg/build/lib/x"),
        *("pkg/dist/data.json", "pkg/dist/old.zip", "pkg/tests/x.egg-info/PKG-INFO", "setup.py"),
    ]


def test_what_belongs_to_an_sdist(tmp_path: Path) -> None:
    write(tmp_path, "PKG-INFO", "t.egg-info/SOURCES.txt", "p/_m.cpython-313-darwin.so", "build/lib/x.py")
    assert names(tmp_path) == ["PKG-INFO", "p/_m.cpython-313-darwin.so", "t.egg-info/SOURCES.txt"]


@pytest.mark.parametrize(
    ("inside", "kept"),
    [
        (["lib/x.py"], False),
        (["lib.linux-x86_64-cpython-313/x.so", "temp.linux-x86_64-cpython-313/x.o"], False),
        (["bdist.linux-x86_64/x"], False),
        (["lib/x.py", "rules.mk"], True),
        (["library/x.py"], True),
    ],
)
def test_build_folders(inside: list[str], kept: bool, tmp_path: Path) -> None:
    write(tmp_path, *(f"build/{name}" for name in inside))
    assert names(tmp_path) == ([f"build/{name}" for name in inside] if kept else [])


def test_the_digest_is_of_names_bytes_and_bits(tmp_path: Path) -> None:
    one, two = (write(tmp_path / name, "a/x.c", "b") for name in ("one", "two"))
    before = tree_digest(one)
    assert len(before) == 64
    assert tree_digest(two) == before
    os.utime(two / "b", (1, 1))
    write(two, "dist/x.whl", "__pycache__/x")
    assert tree_digest(two) == before
    (two / "b").write_text("y")
    assert tree_digest(two) != before
    (two / "b").write_text("x")
    assert tree_digest(two) == before
    (two / "b").rename(two / "c")
    assert tree_digest(two) != before


@POSIX
def test_the_digest_tells_programs_and_links(tmp_path: Path) -> None:
    write(tmp_path, "a", "b")
    seen = {tree_digest(tmp_path)}
    (tmp_path / "a").chmod(0o755)
    seen.add(tree_digest(tmp_path))
    (tmp_path / "b").unlink()
    (tmp_path / "b").symlink_to("a")
    seen.add(tree_digest(tmp_path))
    assert len(seen) == 3


def test_where_a_name_ends_counts(tmp_path: Path) -> None:
    one = write(tmp_path / "one", "a", text="bc")
    two = write(tmp_path / "two", "ab", text="c")
    assert tree_digest(one) != tree_digest(two)


def test_git_of_worktrees_and_submodules(tmp_path: Path) -> None:
    git = write(tmp_path / "main/.git", "HEAD", "worktrees/w/HEAD", "modules/s/HEAD")
    write(git, "worktrees/w/commondir", text="../..\n")
    write(tmp_path, "w/.git", text=f"gitdir: {git / 'worktrees/w'}\n")
    write(tmp_path, "main/s/.git", text="gitdir: ../.git/modules/s\n")
    write(tmp_path, "plain/x")
    write(tmp_path, "odd/.git", text="nonsense")
    assert git_folders(tmp_path / "main") == (git, git)
    assert git_folders(tmp_path / "w") == (git / "worktrees/w", git)
    assert git_folders(tmp_path / "main/s") == (git / "modules/s", git / "modules/s")
    assert git_folders(tmp_path / "plain") is None
    assert git_folders(tmp_path / "odd") is None


def test_commit_and_tags_are_part_of_the_digest(tmp_path: Path) -> None:
    write(tmp_path, "x")
    assert git_state(tmp_path) == b""
    git = write(tmp_path / ".git", "HEAD", text="ref: refs/heads/main\n")
    seen = [tree_digest(tmp_path)]
    write(git, "refs/heads/main", text="1")
    seen.append(tree_digest(tmp_path))
    write(git, "refs/tags/v1", text="1")
    seen.append(tree_digest(tmp_path))
    write(git, "packed-refs", text="1 refs/tags/v0")
    seen.append(tree_digest(tmp_path))
    assert len(set(seen)) == 4
    write(git, "index", "refs/heads/other")
    assert tree_digest(tmp_path) == seen[-1]


@POSIX
def test_links_that_are_not_followed_are_told(tmp_path: Path) -> None:
    root = write(tmp_path, "p/setup.py", "p/pkg/x.c", "elsewhere/y.c") / "p"
    write(tmp_path, "ring/z.c")
    (tmp_path / "ring" / "again").symlink_to(tmp_path / "ring")
    for name, target in {
        "everything": "/",
        "above": "..",
        "kernel": "/proc/self",
        "zero": "/dev/zero",
        "gone": "../nothing",
        "shared": "../elsewhere",
        "ring": "../ring",
        "inside": "pkg",
        "itself": ".",
    }.items():
        (root / name).symlink_to(target)
    os.mkfifo(root / "pkg" / "pipe")
    found = describe_tree(root)
    assert list(found.files) == ["inside", "itself", "pkg/x.c", "ring/z.c", "setup.py", "shared/y.c"]
    assert [note.replace(str(tmp_path), "") for note in found.notes] == [
        "above is a link to , a folder that the project lies in: left out",
        "everything is a link to /, a folder that the project lies in: left out",
        "gone is a link to /nothing, where nothing is: left out",
        f"kernel is a link to /proc/{os.getpid()}, which is no file of a project: left out",
        "pkg/pipe is a pipe, socket or device: left out",
        "ring/again is a link to /ring, which leads here: left out",
        "zero is a link to /dev/zero, which is no file of a project: left out",
    ]


@POSIX
@pytest.mark.parametrize("limit", ["_MOST_FILES", "_MOST_BYTES"])
def test_what_links_bring_is_bounded(limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, limit, 3)
    root = write(tmp_path, "p/setup.py", *(f"p/own/{number}" for number in range(9))) / "p"
    write(tmp_path, *(f"data/{number}" for number in range(9)))
    describe_tree(root)  # what lies in the project is its own affair
    (root / "data").symlink_to("../data")
    with pytest.raises(
        ConfigError, match=r"data is a link to .*/data, outside of the project, where more than"
    ):
        describe_tree(root)


def test_how_files_look(tmp_path: Path) -> None:
    project = write(tmp_path / "project", "x.c", "out/x-1.whl", "out/report", "y.whl")
    out = project / "out"
    before = tree_looks(project, without=out)
    assert list(before) == ["x.c"]
    assert sorted(tree_looks(project, without=project)) == ["out/report", "x.c"]
    (out / "more").write_text("")
    assert tree_looks(project, without=out) == before
    os.utime(project / "x.c", (1, 1))
    assert tree_looks(project, without=out) != before
    assert tree_looks(tmp_path / "none") == {}


def test_what_a_build_says_into_its_project_is_no_change_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.c").touch()
    before = tree_looks(tmp_path)
    (tmp_path / "build.log").write_text("of tee, for one")
    with (tmp_path / "said.txt").open("w") as said:
        real = os.fstat
        monkeypatch.setattr(os, "fstat", lambda number: real(said.fileno() if number == 1 else number))
        said.write("compiling")
        said.flush()
        assert tree_looks(tmp_path) == before
        monkeypatch.undo()
        assert sorted(tree_looks(tmp_path)) == ["said.txt", "x.c"]

"""Copies of trees, and where they are kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from trees import POSIX, files, names, tar, write

from pyz3.sources import ArchiveSource, describe_tree, pristine_folder, sync_copy, tree_digest
from pyz3.store import Cache

if TYPE_CHECKING:
    from pathlib import Path


def test_a_copy_follows_its_source(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "setup.py", "pkg/x.pyx", "pkg/old/y.c")
    os.utime(source / "setup.py", ns=(10**18, 10**18 + 5))
    into = tmp_path / "cache" / "copy"
    assert sync_copy(source, into) is True
    assert files(into) == ["pkg/old/y.c", "pkg/x.pyx", "setup.py"]
    assert (into / "setup.py").stat().st_mtime_ns == 10**18 + 5
    assert sync_copy(source, into) is False
    # What a build made stays; what it changed does not, nor what has left the source.
    write(into, "pkg/x.c", text="generated")
    write(into, "setup.py", text="patched")
    (source / "pkg/old/y.c").unlink()
    (source / "pkg/old").rmdir()
    assert sync_copy(source, into) is True
    assert files(into) == ["pkg/x.c", "pkg/x.pyx", "setup.py"]
    assert (into / "setup.py").read_text() == "x"
    assert not (into / "pkg/old").exists()
    # The source gets a file of that name.
    write(source, "pkg/x.c", text="by hand")
    assert sync_copy(source, into) is True
    assert (into / "pkg/x.c").read_text() == "by hand"
    assert sync_copy(source, into) is False
    (source / "pkg/x.c").unlink()
    assert sync_copy(source, into) is True
    assert files(into) == ["pkg/x.pyx", "setup.py"]


def test_same_size_and_another_date_is_copied(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "a", text="1")
    sync_copy(source, tmp_path / "copy")
    (source / "a").write_text("2")
    os.utime(source / "a", (5, 5))
    assert sync_copy(source, tmp_path / "copy") is True
    assert (tmp_path / "copy/a").read_text() == "2"


def test_files_and_folders_change_places(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "a", "b/c/d")
    into = tmp_path / "copy"
    sync_copy(source, into)
    (source / "a").unlink()
    (source / "b/c/d").unlink()
    (source / "b/c").rmdir()
    (source / "b").rmdir()
    write(source, "a/x", "b")
    assert sync_copy(source, into) is True
    assert files(into) == ["a/x", "b"]


def test_empty_folders_are_copied(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "setup.py")
    digest = tree_digest(source)
    (source / "a/b").mkdir(parents=True)
    assert names(source) == ["a/b", "setup.py"]
    assert tree_digest(source) != digest
    into = tmp_path / "copy"
    assert sync_copy(source, into) is True
    assert (into / "a/b").is_dir()
    write(into, "a/b/made")
    assert sync_copy(source, into) is False
    write(source, "a/b/x")
    assert sync_copy(source, into) is True
    assert files(into) == ["a/b/made", "a/b/x", "setup.py"]
    (into / "a/b/made").unlink()
    (source / "a/b/x").unlink()
    (source / "a/b").rmdir()
    assert sync_copy(source, into) is True
    assert (into / "a").is_dir()
    (source / "a").rmdir()
    assert sync_copy(source, into) is True
    assert not (into / "a").exists()


@POSIX
def test_read_only_sources_become_writable_copies(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "run.sh")
    (source / "run.sh").chmod(0o555)
    into = tmp_path / "copy"
    sync_copy(source, into)
    assert (into / "run.sh").stat().st_mode & 0o777 == 0o755
    assert sync_copy(source, into) is False
    (source / "run.sh").chmod(0o444)
    assert sync_copy(source, into) is True
    assert (into / "run.sh").stat().st_mode & 0o777 == 0o644


@POSIX
def test_links(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", "lib/z.c", "one.h")
    source = write(tmp_path / "source", "a/x.c")
    (outside / "lib/ring").symlink_to(outside / "lib")
    (source / "relative.c").symlink_to("a/x.c")
    (source / "absolute.c").symlink_to(source / "a" / "x.c")
    (source / "folder").symlink_to("a")
    (source / "one.h").symlink_to("../outside/one.h")
    (source / "lib").symlink_to(outside / "lib")
    (source / "broken").symlink_to("../gone")
    (source / "a/up").symlink_to("..")
    into = tmp_path / "copy"
    assert sync_copy(source, into) is True
    assert files(into) == [
        *("a/up", "a/x.c", "absolute.c", "folder", "lib/z.c", "one.h", "relative.c"),
    ]
    links = {name: str((into / name).readlink()) for name in files(into) if (into / name).is_symlink()}
    assert links == {"a/up": "..", "absolute.c": "a/x.c", "folder": "a", "relative.c": "a/x.c"}
    assert sync_copy(source, into) is False
    (source / "relative.c").unlink()
    write(source, "relative.c", text="now a file")
    assert sync_copy(source, into) is True
    assert (into / "relative.c").read_text() == "now a file"
    assert (source / "a/x.c").read_text() == "x"


def test_copies_have_a_place_of_their_own(tmp_path: Path) -> None:
    one = Cache(tmp_path / "cache").copy_of(tmp_path / "a" / "my project")
    two = Cache(tmp_path / "cache").copy_of(tmp_path / "b" / "my project")
    assert one.name == two.name == "my_project"
    assert one.parent.parent == two.parent.parent == tmp_path / "cache" / "sources" / "copies"
    assert one != two
    assert one == Cache(tmp_path / "cache").copy_of(tmp_path / "a" / "my project")


def test_an_sdist_is_unpacked_once(tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"))
    source = ArchiveSource(path=archive)
    root = pristine_folder(source, cache=Cache(tmp_path / "cache"), environ={})
    assert root.name == "t-1"
    assert files(root) == ["setup.py"]
    made = root.stat().st_ino
    assert pristine_folder(source, cache=Cache(tmp_path / "cache"), environ={}) == root
    assert root.stat().st_ino == made
    tar(archive, ("t-1/setup.py", b"b"))
    other = pristine_folder(source, cache=Cache(tmp_path / "cache"), environ={})
    assert (other / "setup.py").read_text() == "b"
    assert (root / "setup.py").read_text() == "a"


def test_a_damaged_unpacked_sdist_is_unpacked_again(tmp_path: Path) -> None:
    source = ArchiveSource(path=tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a")))
    root = pristine_folder(source, cache=Cache(tmp_path / "cache"), environ={})
    (root / "setup.py").write_text("x")
    assert pristine_folder(source, cache=Cache(tmp_path / "cache"), environ={}) == root
    assert (root / "setup.py").read_text() == "a"


def test_other_content_of_the_same_size_and_date_is_copied(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "a.pyx", "b.pyx", text="1")
    into = tmp_path / "copy"
    for name in ("a.pyx", "b.pyx"):
        os.utime(source / name, ns=(10**18, 10**18))
    sync_copy(source, into)
    write(into, "a.c", text="made of 1")
    (source / "a.pyx").write_text("2")
    os.utime(source / "a.pyx", ns=(10**18, 10**18))
    assert sync_copy(source, into) is True
    assert (into / "a.pyx").read_text() == "2"
    # Cython and make go by dates: what was made of the old content must be older.
    assert (into / "a.pyx").stat().st_mtime_ns >= (into / "a.c").stat().st_mtime_ns
    assert (into / "b.pyx").stat().st_mtime_ns == 10**18
    assert sync_copy(source, into) is False


def test_what_is_copied_together_has_one_date(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "configure", "configure.ac", text="1")
    into = tmp_path / "copy"
    sync_copy(source, into)
    for name in ("configure", "configure.ac"):
        (source / name).write_text("2")
        os.utime(source / name, ns=(10**18, 10**18))
    sync_copy(source, into)
    dates = {(into / name).stat().st_mtime_ns for name in ("configure", "configure.ac")}
    assert len(dates) == 1


def test_a_file_that_is_touched_is_not_copied(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "a")
    into = tmp_path / "copy"
    sync_copy(source, into)
    os.utime(source / "a", ns=(10**18, 10**18))
    before = (into / "a").stat()
    assert sync_copy(source, into, describe_tree(source)) is False
    assert (into / "a").stat().st_mtime_ns == before.st_mtime_ns


@POSIX
def test_names_that_are_no_text(tmp_path: Path) -> None:
    source, into = tmp_path / "source", tmp_path / "into"
    source.mkdir()
    try:
        (source / "\udcff.c").write_text("x")
    except OSError:  # macOS has no such names
        pytest.skip("the file system takes text alone")
    assert sync_copy(source, into)
    assert not sync_copy(source, into)
    (source / "\udcff.c").unlink()
    assert sync_copy(source, into)
    assert list(into.iterdir()) == []

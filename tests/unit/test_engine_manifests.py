"""Zig's lists of what it read, held against what is there."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pyz3.engine.manifests import Manifests

if TYPE_CHECKING:
    from pathlib import Path

DATE = "1577836800"
# A date that files of releases have.
OLD = 10**18


class Lists:
    """A project, and a cache of zig's with lists of its files."""

    def __init__(self, tmp_path: Path) -> None:
        self.project = tmp_path / "project"
        self.own = tmp_path / "own"
        self.cache = tmp_path / "cache"
        for folder in (self.project, self.own, self.cache / "h"):
            folder.mkdir(parents=True)

    def write(self, name: str, text: str, folder: Path | None = None) -> Path:
        """Lay a file, in place, with an old date."""
        path = (folder or self.project) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+" if path.exists() else "w", encoding="utf-8") as file:
            file.truncate()
            file.write(text)
        os.utime(path, ns=(OLD, OLD))
        return path

    def list(self, name: str, *files: Path, ago: int = 0) -> None:
        """Write what zig would about files as they are, so many seconds ago."""
        lines = ["0"]
        for path in files:
            status, content = path.stat(), path.read_bytes()
            digest = hashlib.md5(content, usedforsecurity=False).hexdigest()  # any would do
            lines.append(f"{status.st_size} {status.st_ino} {status.st_mtime_ns} {digest} 0 {path}")
        path = self.cache / "h" / name
        path.write_text("\n".join(lines), encoding="utf-8")
        if ago:
            os.utime(path, ns=(time.time_ns() - ago * 10**9,) * 2)

    def of(self, date: str = DATE, **more: object) -> Manifests:
        """What is to be looked through."""
        given = Manifests(cache=self.cache, date=date, own=(self.own,))
        return replace(given, **more)  # type: ignore[arg-type]


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(tmp_path)


def test_other_content_that_looks_the_same(lists: Lists) -> None:
    source, other = lists.write("x.c", "int a;"), lists.write("y.c", "int y;")
    header = lists.write("x.h", "int h;")
    lists.list("x.txt", source, header)
    lists.list("y.txt", other)
    assert lists.of().prune() == ()
    before = header.stat()
    lists.write("x.h", "int i;")
    after = header.stat()
    assert (before.st_size, before.st_mtime_ns, before.st_ino) == (
        after.st_size, after.st_mtime_ns, after.st_ino,
    )  # fmt: skip
    parsed = lists.cache / "z" / "abc"
    parsed.parent.mkdir()
    parsed.touch()
    assert lists.of().prune() == ("x.txt",)
    assert not parsed.exists()
    assert sorted(path.name for path in (lists.cache / "h").iterdir()) == ["y.txt"]


def test_equal_content_with_another_date_is_believed(lists: Lists) -> None:
    source = lists.write("x.c", "int a;")
    lists.list("x.txt", source)
    assert lists.of().prune() == ()
    source.touch()
    assert lists.of().prune() == ()
    # As it was at first, whatever was there in between.
    lists.write("x.c", "int b;")
    lists.write("x.c", "int a;")
    assert lists.of().prune() == ()


def test_what_zig_reads_again_is_left_to_zig(lists: Lists) -> None:
    source = lists.write("x.c", "int a;")
    lists.list("x.txt", source)
    assert lists.of().prune() == ()
    source.write_text("int ab;")
    assert lists.of().prune() == ()
    source.unlink()
    assert lists.of().prune() == ()


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps no time of a file's change")
def test_what_was_laid_after_zig_had_read_is_not_believed_though_nobody_saw_it_before(lists: Lists) -> None:
    lists.list("x.txt", lists.write("x.c", "int a;"), ago=60)
    assert lists.of().prune() == ("x.txt",)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps no time of a file's change")
def test_content_decides_though_the_clock_was_set_back(lists: Lists) -> None:
    source = lists.write("x.c", "int a;")
    lists.list("x.txt", source)
    lists.of().note()
    os.utime(lists.cache / "h" / "x.txt", ns=(2 * OLD, 2 * OLD))  # written later than anything
    lists.of().note()
    lists.write("x.c", "int b;")
    assert lists.of().prune() == ("x.txt",)


def test_what_uses_the_date_is_made_anew_for_another_date(lists: Lists) -> None:
    dated = lists.write("stamp.h", "#define BUILT __DATE__")
    lists.list("dated.txt", lists.write("x.c", '#include "stamp.h"'), dated)
    lists.list("plain.txt", lists.write("y.c", "int y;"))
    assert lists.of().prune() == ("dated.txt",)  # of which date is what lies there?
    lists.list("dated.txt", lists.project / "x.c", dated)
    assert lists.of().prune() == ()
    assert lists.of("1000000000").prune() == ("dated.txt",)
    lists.list("dated.txt", lists.project / "x.c", dated)
    assert lists.of("1000000000").prune() == ()


def test_a_flag_may_use_the_date(lists: Lists) -> None:
    lists.list("x.txt", lists.write("x.c", "int x;"))
    assert lists.of().prune() == ()
    assert lists.of("1000000000", dated=True).prune() == ("x.txt",)


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        ('__asm__(".incbin \\"data.bin\\"\\n");', True),
        ('#define EMBED(x) __asm__(".inc" "bin " x) /* incbin */', True),
        ('__asm__(".data\\n.include \\"table.inc\\"\\n");', True),
        ('\t.include "table.inc"\n', True),
        ('.text; .include "table.inc"\n', True),
        ("options.include(other);", False),
        ("builder\n    .include(other)\n", False),
        ('#include "x.h"\n', False),
        ("config.include = 1;", False),
    ],
)
def test_what_the_assembler_reads_is_in_no_list(lists: Lists, text: str, *, opaque: bool) -> None:
    lists.list("x.txt", lists.write("x.c", text))
    assert lists.of().note() is opaque
    assert lists.of().prune() == (("x.txt",) if opaque else ())


@pytest.mark.parametrize("text", ['#include "config.h"', "#if __has_include(<sub/config.h>)\n#endif"])
def test_a_header_that_would_be_found_now(lists: Lists, text: str) -> None:
    folder = lists.project / "include"
    lists.list("x.txt", lists.write("x.c", text))
    lists.list("y.txt", lists.write("y.c", "int y;"))
    about = lists.of(folders=(str(folder),))
    assert about.prune() == ()
    lists.write("other.h", "", folder)
    assert about.prune() == ()
    name = "sub/config.h" if "sub" in text else "config.h"
    lists.write(name, "", folder)
    assert about.prune() == ("x.txt",)


def test_a_header_that_was_there_when_zig_read_is_none(lists: Lists) -> None:
    lists.write("config.h", "", lists.project / "include")
    lists.list("x.txt", lists.write("x.c", '#ifdef OTHER\n#include "config.h"\n#endif'))
    about = lists.of(folders=(str(lists.project / "include"),))
    assert about.prune() == ()
    assert about.prune() == ()


def test_a_header_of_the_project_in_front_of_pythons_own(lists: Lists) -> None:
    python = lists.write("object.h", "", lists.own)
    lists.list("x.txt", lists.write("x.c", "#include <Python.h>"), python)
    assert lists.of().prune() == ()
    lists.write("object.h", "")
    assert lists.of().prune() == ("x.txt",)


def test_what_never_changes_is_not_looked_at(lists: Lists) -> None:
    header = lists.write("Python.h", "__DATE__", lists.own)
    lists.list("x.txt", lists.write("x.c", "int x;"), header)
    assert lists.of().prune() == ()
    lists.write("Python.h", "incbin 1", lists.own)
    assert lists.of().prune() == ()


def test_relative_paths(lists: Lists) -> None:
    source = lists.write("x.c", "int a;")
    lists.list("x.txt", source)
    path = lists.cache / "h" / "x.txt"
    path.write_text(path.read_text().replace(f"{lists.project}{os.sep}", ""))
    assert lists.of(base=lists.project).prune() == ()
    lists.write("x.c", "int b;")
    assert lists.of(base=lists.project).prune() == ("x.txt",)


def test_without_what_was_found_the_last_time(lists: Lists) -> None:
    lists.list("x.txt", lists.write("x.c", "int a;"))
    assert lists.of().prune() == ()
    (lists.cache / "pyz3.json").write_text("{")
    assert lists.of().prune() == ()


def test_no_cache_yet(tmp_path: Path) -> None:
    about = Manifests(cache=tmp_path / "none", date=DATE, own=())
    assert about.prune() == ()
    assert about.note() is False

"""The path of zig's own files that is the same for every environment."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from pyz3.engine.zig_lib import record_name, stable_lib

if TYPE_CHECKING:
    from pathlib import Path

LINES = ["ziglang/lib/a.h,sha256=A,1", "ziglang/lib/b.c,sha256=B,2"]
NAME = f"0.16.0-{hashlib.sha256(chr(10).join(LINES).encode()).hexdigest()[:16]}"

posix = pytest.mark.skipif(os.name != "posix", reason="links need a privilege there")


@pytest.fixture(autouse=True)
def _forgetful() -> None:
    stable_lib.cache_clear()


def install(site: Path, *lines: str, version: str = "0.16.0") -> Path:
    """A ziglang that lists these files."""
    lib = site / "ziglang" / "lib"
    lib.mkdir(parents=True, exist_ok=True)
    info = site / f"ziglang-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "RECORD").write_text("\n".join([*lines, f"{info.name}/RECORD,,"]) + "\n")
    return lib


def test_the_name_is_of_the_files_alone() -> None:
    first = record_name("\n".join(LINES).encode(), version="0.16.0")
    other = ["ziglang/__init__.py,sha256=C,3", *reversed(LINES), "../../../bin/python-zig,sha256=D,4", ""]
    assert first == NAME
    assert record_name("\r\n".join(other).encode(), version="0.16.0") == NAME
    assert record_name("\n".join(LINES[:1]).encode(), version="0.16.0") != NAME
    assert record_name("\n".join(LINES).encode(), version="0.16.1") != NAME
    assert record_name(b"ziglang/zig,sha256=E,5\n", version="0.16.0") == ""


@posix
def test_two_installations_have_one_path(tmp_path: Path) -> None:
    one = install(tmp_path / "one", *LINES)
    two = install(tmp_path / "two", *reversed(LINES))
    links = tmp_path / "cache" / "zig-lib"
    assert stable_lib(one, links) == links / NAME
    # It leads where it led, so that nothing has to be looked at again.
    assert stable_lib(two, links) == links / NAME
    assert (links / NAME).readlink() == one
    assert sorted(path.name for path in links.iterdir()) == [NAME, "known.json"]


@posix
@pytest.mark.parametrize("change", ["vanished", "other files", "two lists"])
def test_an_installation_that_is_no_longer_the_same_is_left(tmp_path: Path, change: str) -> None:
    one = install(tmp_path / "one", *LINES)
    two = install(tmp_path / "two", *LINES)
    links = tmp_path / "zig-lib"
    stable_lib(one, links)
    if change == "vanished":
        shutil.rmtree(tmp_path / "one")
    elif change == "other files":
        install(tmp_path / "one", LINES[0])
    else:
        install(tmp_path / "one", *LINES, version="0.16.1")
    assert stable_lib(two, links) == links / NAME
    assert (links / NAME).readlink() == two


@posix
def test_other_files_have_another_path(tmp_path: Path) -> None:
    links = tmp_path / "zig-lib"
    one, two = install(tmp_path / "one", *LINES), install(tmp_path / "two", LINES[0])
    assert stable_lib(one, links) != stable_lib(two, links)
    assert {stable_lib(one, links).readlink(), stable_lib(two, links).readlink()} == {one, two}


def test_without_a_list_it_is_the_folder_itself(tmp_path: Path) -> None:
    lib = tmp_path / "ziglang" / "lib"
    lib.mkdir(parents=True)
    assert stable_lib(lib, tmp_path / "zig-lib") == lib
    assert not (tmp_path / "zig-lib").exists()


@posix
def test_where_no_link_can_be_made_it_is_the_folder_itself(tmp_path: Path) -> None:
    lib = install(tmp_path / "one", *LINES)
    (tmp_path / "zig-lib" / NAME).mkdir(parents=True)
    assert stable_lib(lib, tmp_path / "zig-lib") == lib
    (tmp_path / "file").touch()
    assert stable_lib(lib, tmp_path / "file") == lib

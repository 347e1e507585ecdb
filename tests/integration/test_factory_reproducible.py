"""The same source gives the same bytes: elsewhere, at another time, in another order, from nothing."""

from __future__ import annotations

import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import factory
import pytest

from pyz3.targets import Platform, PythonVersion
from pyz3.wheel import WheelBuilder

THIS = PythonVersion.current()
EIGHT = [word for platform in Platform if platform.spec.default for word in ("--platform", str(platform))]
EXAMPLES = ("hello", "cpp", "zig", "mixed")


def copy(example: Path, to: Path, *, mode: int, mtime: int) -> Path:
    """Copy a project with all its files of one mode and time."""
    shutil.copytree(example, to, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    for path in to.rglob("*"):
        path.chmod(mode | 0o111 if path.is_dir() else mode)
        os.utime(path, (mtime, mtime))
    return to


def test_two_places_two_clocks_two_users(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    first = copy(examples / "hello", tmp_path / "a", mode=0o600, mtime=315532800)
    second = copy(examples / "hello", tmp_path / "b c" / "ä" / ("deep" * 20), mode=0o664, mtime=2**31 - 1)
    # A cache without anything of this project in it; zig's own part is what takes a minute to make.
    other = tmp_path / "other cache"
    shutil.copytree(pyz3_cache / "zig-0.16.0" / "global", other / "zig-0.16.0" / "global", symlinks=True)
    before = os.umask(0o077)
    try:
        done = factory.pyz3(
            *("wheel", first, *EIGHT, "-q", "-j", "1", "-o", tmp_path / "1"),
            cache=pyz3_cache,
            TZ="Asia/Tokyo",
        )
        assert (done.returncode, done.stderr) == (0, "")
        os.umask(0o002)
        done = factory.pyz3(
            *("wheel", ".", *EIGHT, "-q", "-j", "4", "-o", "../out"),
            cache=other,
            cwd=second,
            TZ="America/Caracas",
            LC_ALL="C",
            USER="somebody",
        )
        assert (done.returncode, done.stderr) == (0, "")
    finally:
        os.umask(before)
    digests = factory.digests(tmp_path / "1")
    assert len(digests) == 8
    assert factory.digests(second.parent / "out") == digests


def test_other_languages_in_another_place(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    # C++, Zig and both in one module; their libraries of zig's are the users' and warm.
    place = copy(examples / "mixed", tmp_path / "somewhere" / "else", mode=0o644, mtime=10**9)
    for project, out in ((examples / "mixed", "1"), (place, "2")):
        done = factory.pyz3("wheel", project, *EIGHT, "-q", "-o", tmp_path / out, cache=pyz3_cache)
        assert (done.returncode, done.stderr) == (0, "")
    digests = factory.digests(tmp_path / "1")
    assert len(digests) == 8
    assert factory.digests(tmp_path / "2") == digests


@pytest.mark.parametrize(
    ("epoch", "date"),
    [
        (None, (2020, 1, 1, 0, 0, 0)),
        ("1700000000", (2023, 11, 14, 22, 13, 20)),
        ("0", (1980, 1, 1, 0, 0, 0)),  # a zip file knows nothing older
    ],
)
def test_the_date_of_all_files(
    epoch: str | None, date: tuple[int, ...], pyz3_cache: Path, examples: Path, tmp_path: Path
) -> None:
    changes = {} if epoch is None else {"SOURCE_DATE_EPOCH": epoch}
    args = ("wheel", examples / "hello", "--platform", "linux-x86_64", "-q", "-o", tmp_path / "out")
    done = factory.pyz3(*args, cache=pyz3_cache, TZ="Asia/Tokyo", **changes)
    assert (done.returncode, done.stderr) == (0, "")
    (wheel,) = (tmp_path / "out").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        assert {info.date_time for info in archive.infolist()} == {date}
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644, 0o100755}


def test_a_date_that_is_none(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    args = ("wheel", examples / "hello", "-q", "-o", tmp_path / "out")
    done = factory.pyz3(*args, cache=pyz3_cache, SOURCE_DATE_EPOCH="yesterday")
    assert (done.returncode, done.stderr) == (
        2,
        "error: SOURCE_DATE_EPOCH: 'yesterday' is no number of seconds\n",
    )
    assert factory.listing(tmp_path) == []


@pytest.mark.parametrize("optimize", ["ReleaseFast", "ReleaseSafe"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_no_place_of_this_machine_is_in_a_binary(
    example: str, optimize: str, pyz3_cache: Path, examples: Path, tmp_path: Path
) -> None:
    project = copy(examples / example, tmp_path / "secret-place", mode=0o644, mtime=10**9)
    platforms = [str(platform) for platform in Platform if platform.spec.default]
    if optimize == "ReleaseSafe":  # a mode in which zig compiles its own libc++ and mingw again
        platforms = ["linux-x86_64"] if example in {"cpp", "mixed"} else ["linux-x86_64", "windows-x64"]
    results = WheelBuilder(project, cache_dir=pyz3_cache).build_matrix(
        platforms=platforms, optimize=optimize, output_dir=tmp_path / "out"
    )
    assert len(results) == len(platforms)
    places = {
        *("secret-place", str(tmp_path), str(pyz3_cache), str(Path.home()), str(Path(sys.prefix).resolve())),
        *("zig-0.16.0", "/site-packages/", str(Path(sys.base_prefix).resolve())),
    } - {"/"}
    pattern = re.compile(b"|".join(re.escape(os.fsencode(place)) for place in places))
    for result in results:
        with zipfile.ZipFile(result.path) as archive:
            for name in archive.namelist():
                found = pattern.findall(archive.read(name))
                assert found == [], f"{result.identifier}: {name}"

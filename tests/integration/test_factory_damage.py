"""A damaged cache is built anew, not believed: the same wheel comes out, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import factory
import pytest

from pyz3.store import Cache, in_use
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LIBRARIES = (".so", ".dylib", ".dll", ".pyd")
OBJECTS = (".o", ".obj")


class Place(NamedTuple):
    """A cache of its own in which a project was built, a copy of it, and what came of the project."""

    project: Path
    cache: Path
    pristine: Path
    digests: dict[str, str]

    @property
    def zig(self) -> Path:
        return self.cache / "zig-0.16.0"

    def build(self, output_dir: Path) -> str:
        """Build the project; what is printed to stdout."""
        args = ("wheel", self.project, "-v", "-o", output_dir)
        done = factory.pyz3(*args, cache=self.cache)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert factory.digests(output_dir) == self.digests
        return done.stdout


@pytest.fixture(scope="module")
def built(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("damage")
    project = shutil.copytree(examples / "hello", folder / "hello")
    warm = factory.pyz3("cache", "warm", "--platform", str(Platform.current()), cache=folder / "cache")
    assert (warm.returncode, warm.stderr) == (0, ""), warm.stdout
    assert "compiling the build script" in warm.stdout
    assert warm.stdout.splitlines()[-1].startswith("warm for 1 wheel, ")
    done = factory.pyz3("wheel", project, "-o", folder / "first", cache=folder / "cache")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "first time only" not in done.stdout  # nothing is cold
    shutil.copytree(folder / "cache", folder / "pristine", symlinks=True)
    return Place(project, folder / "cache", folder / "pristine", factory.digests(folder / "first"))


@pytest.fixture
def place(built: Place) -> Place:
    """The cache as it was after the first build."""
    shutil.rmtree(built.cache)
    shutil.copytree(built.pristine, built.cache, symlinks=True)
    return built


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garble(path: Path) -> None:
    path.write_bytes(b"garbage\n" * 20)


def flip(path: Path) -> None:
    """Change one bit in the middle: the file stays what it looks like."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_line(path: Path) -> None:
    """Leave a list that ends within a line, as on a full disk."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def files(folder: Path, suffixes: Iterable[str] = ()) -> list[Path]:
    found = [
        p for p in folder.rglob("*") if p.is_file() and (not suffixes or p.name.endswith(tuple(suffixes)))
    ]
    assert found, folder
    return found


def spoil(paths: Iterable[Path], how: Callable[[Path], None]) -> None:
    for path in paths:
        how(path)


def test_an_undamaged_cache_is_used(place: Place, tmp_path: Path) -> None:
    assert place.build(tmp_path / "out").endswith("(nothing had to be compiled)\n")


@pytest.mark.parametrize("how", [flip, Path.unlink])
def test_libraries(how: Callable[[Path], None], place: Place, tmp_path: Path) -> None:
    spoil(files(place.zig / "local" / "projects", LIBRARIES), how)
    stdout = place.build(tmp_path / "out")
    assert f"{Platform.current()}: the cache is damaged, building anew\n" in stdout
    assert not stdout.endswith("(nothing had to be compiled)\n")
    assert place.build(tmp_path / "out").endswith("(nothing had to be compiled)\n")


@pytest.mark.parametrize("how", [truncate, flip])
def test_objects_when_the_linker_needs_them(
    how: Callable[[Path], None], place: Place, tmp_path: Path
) -> None:
    # The object is believed to be there; the library must be linked from it again.
    second = place.project / "src" / "hello" / "more.c"
    second.write_text("int hello_more(void) { return 1; }\n")
    try:
        factory.pyz3("wheel", place.project, "-q", "-o", tmp_path / "more", cache=place.cache)
        spoil(files(place.zig / "local" / "projects", OBJECTS), how)
        second.write_text("int hello_more(void) { return 2; }\n")
        done = factory.pyz3("wheel", place.project, "-v", "-o", tmp_path / "out", cache=place.cache)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert "the cache is damaged, building anew" in done.stdout
    finally:
        second.unlink()


@pytest.mark.parametrize("how", [empty, cut_line])
def test_manifests(how: Callable[[Path], None], place: Place, tmp_path: Path) -> None:
    spoil(files(place.zig / "local", [".txt"]), how)
    place.build(tmp_path / "out")


def test_everything_that_zig_made_of_sources(place: Place, tmp_path: Path) -> None:
    for folder in [*(place.zig / "local").rglob("o")]:
        shutil.rmtree(folder)
        folder.mkdir()
    place.build(tmp_path / "out")


def test_what_zig_noted_of_its_own_library(place: Place, tmp_path: Path) -> None:
    for folder in [*(place.zig / "local").rglob("o")]:  # with pyz3's build script as a program
        shutil.rmtree(folder)
        folder.mkdir()
    spoil(files(place.zig / "global" / "z"), flip)
    place.build(tmp_path / "out")


def test_libraries_that_nobody_has_read(place: Place, tmp_path: Path) -> None:
    shutil.rmtree(place.cache / "ledger")  # as after a build that was interrupted before its audit
    spoil(files(place.zig / "local" / "projects", LIBRARIES), flip)
    assert "the cache is damaged, building anew" in place.build(tmp_path / "out")


def test_what_zig_made_of_its_own(place: Place, tmp_path: Path) -> None:
    # Zig's own part of the cache: it lies below, in what all projects share.
    if Platform.current().family != "linux":
        pytest.skip("glibc's stubs are made on Linux")
    spoil(files(place.zig / "global" / "o", [".so.6", ".a"]), flip)
    source = place.project / "src" / "hello" / "_speed.c"
    before = source.read_bytes()
    source.write_bytes(before + b"\n")  # to be compiled and linked again, to the same bytes
    try:
        stdout = place.build(tmp_path / "out")
    finally:
        source.write_bytes(before)
    assert "the cache is damaged, building anew" in stdout


@pytest.mark.parametrize("how", [garble, empty, Path.unlink])
def test_the_ledger(how: Callable[[Path], None], place: Place, tmp_path: Path) -> None:
    spoil(files(place.cache / "ledger"), how)
    assert not place.build(tmp_path / "out").endswith("(nothing had to be compiled)\n")
    assert place.build(tmp_path / "out").endswith("(nothing had to be compiled)\n")


@pytest.mark.parametrize("how", [truncate, garble, Path.unlink])
def test_a_header(how: Callable[[Path], None], place: Place, tmp_path: Path) -> None:
    (header,) = (place.cache / "capi" / "headers").glob("*/include/object.h")
    before = header.read_bytes()
    how(header)
    place.build(tmp_path / "out")
    assert header.read_bytes() == before


def test_files_of_pyz3(place: Place, tmp_path: Path) -> None:
    spoil(files(place.cache / "engine"), garble)
    place.build(tmp_path / "out")


def test_everything(place: Place, tmp_path: Path) -> None:
    spoil(files(place.cache), garble)
    place.build(tmp_path / "out")


def test_what_the_limit_took_away_comes_back_the_same_and_clean_leaves_nothing(
    place: Place, tmp_path: Path
) -> None:
    shutil.rmtree(place.cache / "answers")
    for name, note in (("first", True), ("second", False)):
        args = ("wheel", place.project, "-o", tmp_path / name)
        limit = "1M" if note else "1G"
        done = factory.pyz3(*args, cache=place.cache, PYZ3_CACHE_SIZE=limit)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert ("note: PYZ3_CACHE_SIZE is less than a build needs" in done.stdout) == note
        assert factory.digests(tmp_path / name) == place.digests
        assert (place.zig / "global").exists() != note

    with in_use(Cache(place.cache).lock):
        done = factory.pyz3("cache", "clean", cache=place.cache)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"error: the cache {place.cache} is in use: a build is running\n")
    done = factory.pyz3("cache", "clean", cache=place.cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in place.cache.iterdir()) == ["CACHEDIR.TAG", "lock"]
    done = factory.pyz3("cache", "clean", cache=place.cache)
    assert done.stdout == f"deleted 0 files, 0 B: {place.cache}\n"

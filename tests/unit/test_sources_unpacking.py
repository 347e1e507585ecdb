"""Archives that must not be trusted."""

from __future__ import annotations

import io
import os
import random
import stat
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from trees import POSIX, files, tar, write

from pyz3.errors import ConfigError
from pyz3.sources import unpack_sdist
from pyz3.sources.archives import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_unpacking_keeps_dates_and_bits(tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"), ("t-1/src/x.c", b"b"))
    write(tmp_path, "into/old")
    root = unpack_sdist(archive, tmp_path / "into")
    assert root == tmp_path / "into" / "t-1"
    assert files(tmp_path / "into") == ["t-1/setup.py", "t-1/src/x.c"]
    status = (root / "setup.py").stat()
    assert status.st_mtime == 1_600_000_000
    assert sys.platform == "win32" or status.st_mode & stat.S_IXUSR
    assert sorted(p.name for p in tmp_path.iterdir()) == ["into", "t-1.tar.gz"]


def test_a_zip_file(tmp_path: Path) -> None:
    path = tmp_path / "t-1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("t-1/run.sh", date_time=(2020, 1, 2, 3, 4, 6))
        info.external_attr = (stat.S_IFREG | 0o755) << 16
        archive.writestr(info, "x")
        archive.writestr("t-1/setup.py", "y")
    root = unpack_sdist(path, tmp_path / "into")
    assert files(root) == ["run.sh", "setup.py"]
    assert sys.platform == "win32" or (root / "run.sh").stat().st_mode & 0o777 == 0o755
    assert not (root / "setup.py").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize(
    "member",
    [
        ("../evil", b"x"),
        ("t-1/../../evil", b"x"),
        link("t-1/evil", "../../outside"),
        link("t-1/evil", "/etc/passwd"),
        link("t-1/evil", "../outside", tarfile.LNKTYPE),
        link("t-1/evil", "", tarfile.FIFOTYPE),
    ],
    ids=["up", "up within", "symlink up", "absolute symlink", "hard link up", "pipe"],
)
def test_archives_that_lead_outside(member: tuple[str, bytes] | tarfile.TarInfo, tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"), member)
    with pytest.raises(ConfigError, match=r"^t-1\.tar\.gz cannot be unpacked: "):
        unpack_sdist(archive, tmp_path / "a" / "into")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "t-1.tar.gz"]


def chain(depth: int) -> list[tarfile.TarInfo]:
    """Links whose path is beyond PATH_MAX once resolved, and one that climbs out (CVE-2025-4517)."""
    letters = "abcdefghijklmnop"[:depth]
    found, inner = [], "t-1"
    for letter in letters:
        folder = tarfile.TarInfo(f"{inner}/{'d' * 247}")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        found += [folder, link(f"{inner}/{letter}", "d" * 247)]
        inner = f"{inner}/{letter}"
    steps = "/".join(letters)
    return [
        *found,
        link(f"t-1/{steps}/{'l' * 254}", "../" * depth),
        link("t-1/escape", f"{steps}/{'l' * 254}/../../../outside"),
    ]


# How archives that harmed others tried to get out, or to get hold of something else.
HOSTILE: dict[str, list[tuple[str, bytes] | tarfile.TarInfo]] = {
    "link, then a file through it": [link("t-1/x", ".."), ("t-1/x/evil", b"")],
    "link inside, then a file through it": [link("t-1/x", "y"), ("t-1/y/a", b""), ("t-1/x/evil", b"")],
    "file, then a link of that name": [("t-1/x", b"a"), link("t-1/x", "../../evil")],
    "links through links": [link("t-1/a", "b/.."), link("t-1/b", ".."), link("t-1/c", "a/../evil")],
    "a link whose way out is another link": [
        ("t-1/d/e/x", b""),
        link("t-1/d/e/up", "../.."),
        link("t-1/out", "d/e/up/../../evil"),
    ],
    "ring": [link("t-1/a", "b"), link("t-1/b", "a")],
    "itself": [link("t-1/a", "a")],
    "the archive's root": [link("t-1/a", "..")],
    "beside the project": [link("t-1/a", "../evil")],
    "hard link to what is not there": [link("t-1/a", "t-1/b", tarfile.LNKTYPE)],
    "hard link through a link": [link("t-1/a", "../.."), link("t-1/b", "t-1/a/evil", tarfile.LNKTYPE)],
    "hard link, absolute": [link("t-1/a", "/etc/passwd", tarfile.LNKTYPE)],
    "link to a drive": [link("t-1/a", "C:/evil")],
    "link with backslashes": [link("t-1/a", "\\\\host\\share")],
    "absolute": [("/evil", b"")],
    "drive": [("C:/evil", b"")],
    "drive-relative": [("C:evil", b"")],
    "backslashes": [("t-1/..\\..\\evil", b"")],
    "file where a folder is": [("t-1/a/b", b""), ("t-1/a", b"")],
    "folder where a file is": [("t-1/a", b""), ("t-1/a/b", b"")],
    "case of a link": [link("t-1/d/e/a", "../.."), link("t-1/q", "d/e/A/../../..")],
    "device": [link("t-1/a", "", tarfile.CHRTYPE)],
    "block device": [link("t-1/a", "", tarfile.BLKTYPE)],
    "unknown kind": [link("t-1/a", "", b"Q")],
    "long name": [("t-1/" + "a/" * 600 + "b", b"")],
    "long part": [("t-1/" + "a" * 300, b"")],
    "no name": [("", b"")],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_what_harmed_others(members: list[tuple[str, bytes] | tarfile.TarInfo], tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"), *members)
    with pytest.raises(ConfigError, match=r"^t-1\.tar\.gz cannot be unpacked: "):
        unpack_sdist(archive, tmp_path / "a" / "into")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "t-1.tar.gz"]


@pytest.mark.parametrize("depth", [3, 16])
def test_links_beyond_path_max(depth: int, tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"), *chain(depth))
    with pytest.raises(ConfigError, match=r"^t-1\.tar\.gz cannot be unpacked: "):
        unpack_sdist(archive, tmp_path / "a" / "into")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "t-1.tar.gz"]


@POSIX
def test_links_inside_lead_where_they_led(tmp_path: Path) -> None:
    archive = tar(
        tmp_path / "t-1.tar.gz",
        link("t-1/b/y.c", "../a/./x.c"),  # before what it leads to
        link("t-1/c", "b"),
        link("t-1/z.c", "c/y.c"),
        link("t-1/self", "."),
        link("t-1/nothing", "a/gone"),
        ("t-1/a/x.c", b"a"),
        link("t-1/hard", "t-1/a/x.c", tarfile.LNKTYPE),
    )
    root = unpack_sdist(archive, tmp_path / "into")
    assert {p.name: str(p.readlink()) for p in root.rglob("*") if p.is_symlink()} == {
        "y.c": "../a/x.c",
        "c": "b",
        "z.c": "a/x.c",
        "self": ".",
        "nothing": "a/gone",
    }
    assert (root / "z.c").read_bytes() == b"a"
    # A build that writes to one must not change the other.
    assert (root / "hard").read_bytes() == b"a"
    assert (root / "hard").stat().st_nlink == 1


@POSIX
def test_no_bits_but_the_executable_one(tmp_path: Path) -> None:
    path = tmp_path / "t-1.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, mode in (("t-1/plain", 0o6666), ("t-1/run", 0o7777), ("t-1/none", 0)):
            info = tarfile.TarInfo(name)
            info.mode, info.uid, info.mtime = mode, 12345, -5
            archive.addfile(info)
    root = unpack_sdist(path, tmp_path / "into")
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) & ~0o022 for p in root.iterdir()}
    assert modes == {"plain": 0o644, "run": 0o755, "none": 0o644}
    assert (root / "run").stat().st_mtime == 0
    assert (root / "run").stat().st_uid == os.getuid()


def test_the_last_of_one_name_counts(tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("./t-1/x", b"old"), ("t-1//x", b"new"))
    assert (unpack_sdist(archive, tmp_path / "into") / "x").read_bytes() == b"new"


@pytest.mark.parametrize("date", ["nan", "inf", "-1e300", "1e300"])
def test_dates_that_are_none(date: str, tmp_path: Path) -> None:
    info = tarfile.TarInfo("t-1/x")
    info.pax_headers = {"mtime": date}
    root = unpack_sdist(tar(tmp_path / "t-1.tar.gz", info), tmp_path / "into")
    assert (root / "x").stat().st_mtime == 0


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(members=2), "it holds more than 2 files, the limit"),
        (Limits(size=5000), "it unpacks to more than 0 MB, the limit for an archive of 0.0 MB"),
    ],
)
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_limits(kind: str, limits: Limits, why: str, tmp_path: Path) -> None:
    members = [(f"t-1/{number}", bytes(10_000)) for number in range(3)]
    path = tmp_path / f"t-1.{kind}"
    if kind == "tar":
        tar(path, *members)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
    with pytest.raises(ConfigError) as raised:
        unpack_sdist(path, tmp_path / "into", limits=limits)
    assert raised.value.message == f"t-1.{kind} cannot be unpacked: {why}"
    assert files(tmp_path) == [path.name]


def test_hard_links_count_for_what_they_lead_to(tmp_path: Path) -> None:
    copies = [link(f"t-1/{number}", "t-1/x", tarfile.LNKTYPE) for number in range(100)]
    path = tar(tmp_path / "t-1.tar.gz", ("t-1/x", bytes(10_000)), *copies)
    with pytest.raises(ConfigError, match="it unpacks to more than"):
        unpack_sdist(path, tmp_path / "into", limits=Limits(size=500_000))


def test_a_header_that_would_fill_the_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("t-1/x")
    info.type, info.size = tarfile.XHDTYPE, 50_000_000
    path = tmp_path / "t-1.tar"
    path.write_bytes(info.tobuf() + bytes(1024))
    with pytest.raises(ConfigError, match="it is damaged: a header of 50000000 bytes"):
        unpack_sdist(path, tmp_path / "into")


def archives_of(folder: Path, members: Sequence[tuple[str, bytes]]) -> list[Path]:
    """Write archives of every kind that hold the same."""
    found = [folder / f"t-1.{kind}" for kind in ("tar", "gz", "xz", "bz2", "zip")]
    modes: tuple[Any, ...] = ("w", "w:gz", "w:xz", "w:bz2")
    for path, mode in zip(found[:-1], modes, strict=True):
        with tarfile.open(path, mode) as archive:
            for name, content in members:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    with zipfile.ZipFile(found[-1], "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members:
            zipped.writestr(name, content)
    return found


def test_archives_damaged_anywhere(tmp_path: Path) -> None:
    good = archives_of(tmp_path, [("t-1/setup.py", b"print()\n" * 50), ("t-1/a/x.c", b"int x;\n" * 50)])
    chance = random.Random(1)  # noqa: S311 - the same trials each time
    outcomes: set[str] = set()
    damaged = tmp_path / "damaged"
    for trial in range(400):
        content = bytearray(chance.choice(good).read_bytes())
        for _ in range(chance.choice([1, 1, 3])):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        if trial % 4 == 0:
            del content[chance.randrange(len(content)) :]
        damaged.write_bytes(content)
        try:
            unpack_sdist(damaged, tmp_path / "into")
            outcomes.add("unpacked")
        except ConfigError as error:
            outcomes.add(f"refused: {error.message.partition(' ')[0]}")
    assert outcomes == {"refused: damaged", "unpacked"}
    assert {p.name for p in tmp_path.iterdir()} == {"damaged", "into", *(path.name for path in good)}


def zipped(path: Path, name: str, content: bytes, *, mode: int, flags: int = 0) -> Path:
    """Write a zip file whose last member is of any mode; ``flags`` are those of APPNOTE.TXT 4.4.4."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t-1/setup.py", "y")
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content)
    data = path.read_bytes()
    at = data.rindex(b"PK\x01\x02")
    path.write_bytes(data[: at + 8] + bytes([flags]) + data[at + 9 :])
    return path


@pytest.mark.parametrize(
    ("name", "content", "mode", "flags"),
    [
        ("t-1/x", b"../../evil", stat.S_IFLNK | 0o777, 0),
        ("t-1/x", b"/etc/passwd", stat.S_IFLNK | 0o777, 0),
        ("t-1/x", b"", stat.S_IFIFO | 0o644, 0),
        ("t-1/x", b"", stat.S_IFCHR | 0o644, 0),
        ("/evil", b"", 0o644, 0),
        ("C:\\evil", b"", 0o644, 0),
        ("t-1\\..\\..\\evil", b"", 0o644, 0),
        ("t-1/setup.py/x", b"", 0o644, 0),
        ("t-1/x", b"secret", 0o644, 1),
    ],
    ids=[
        "link up",
        "link",
        "pipe",
        "device",
        "absolute",
        "drive",
        "backslashes",
        "below a file",
        "encrypted",
    ],
)
def test_zip_files_that_harm(name: str, content: bytes, mode: int, flags: int, tmp_path: Path) -> None:
    path = zipped(tmp_path / "t-1.zip", name, content, mode=mode, flags=flags)
    with pytest.raises(ConfigError, match=r"^t-1\.zip cannot be unpacked: "):
        unpack_sdist(path, tmp_path / "a" / "into")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "t-1.zip"]


def test_a_zip_file_that_leads_outside(tmp_path: Path) -> None:
    path = tmp_path / "t-1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t-1/../../evil", "x")
    with pytest.raises(ConfigError, match="would be written outside of the folder"):
        unpack_sdist(path, tmp_path / "into")
    assert files(tmp_path) == ["t-1.zip"]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ([("a/x", b""), ("b/y", b"")], "a, b"),
        ([("setup.py", b"")], "setup.py"),
        ([], "nothing"),
    ],
)
def test_more_or_less_than_one_folder(members: list[tuple[str, bytes]], found: str, tmp_path: Path) -> None:
    archive = tar(tmp_path / "t.tar.gz", *members)
    with pytest.raises(ConfigError) as raised:
        unpack_sdist(archive, tmp_path / "into")
    assert raised.value.message == (
        f"t.tar.gz is no sdist: it holds {found}, where one folder NAME-VERSION is expected"
    )


def test_a_damaged_archive(tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/x", os.urandom(50_000)))
    archive.write_bytes(archive.read_bytes()[:20_000])
    with pytest.raises(ConfigError, match=r"^t-1\.tar\.gz cannot be unpacked: "):
        unpack_sdist(archive, tmp_path / "into")
    assert files(tmp_path) == ["t-1.tar.gz"]

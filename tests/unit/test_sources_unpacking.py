"""Archives that must not be trusted."""

from __future__ import annotations

import os
import stat
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from trees import POSIX, files, tar, write

from pyz3.errors import ConfigError
from pyz3.sources import unpack_sdist, unpacking

if TYPE_CHECKING:
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


@pytest.mark.parametrize("by_hand", [False, True], ids=["PEP 706", "by hand"])
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
def test_archives_that_lead_outside(
    member: tuple[str, bytes] | tarfile.TarInfo,
    by_hand: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if by_hand:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"), member)
    with pytest.raises(ConfigError, match=r"^t-1\.tar\.gz cannot be unpacked: "):
        unpack_sdist(archive, tmp_path / "a" / "into")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "t-1.tar.gz"]


@POSIX
def test_by_hand_links_inside_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/a/x.c", b"a"), link("t-1/b/y.c", "../a/x.c"))
    with tarfile.open(archive) as opened:
        assert [member.name for member in unpacking._checked(opened)] == ["t-1/a/x.c", "t-1/b/y.c"]


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

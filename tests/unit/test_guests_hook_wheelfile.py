"""setuptools' wheel, written in pieces: RECORD and all but the compression are the library's."""

from __future__ import annotations

import os
import sys
import zipfile
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from wheel import wheelfile  # type: ignore[import-untyped]

from pyz3.guests.hook import wheelfile as pieces

if TYPE_CHECKING:
    from pathlib import Path

NAME = "probe-1-py3-none-any.whl"


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The library's class, as a hook has it; the library itself stays as it is."""

    class WheelFile(wheelfile.WheelFile):  # type: ignore[misc] # untyped
        write = wheelfile.WheelFile.write
        writestr = wheelfile.WheelFile.writestr

    copy = ModuleType("setuptools._vendor.wheel.wheelfile")
    vars(copy).update(WheelFile=WheelFile, get_zipinfo_datetime=wheelfile.get_zipinfo_datetime)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "modules", {copy.__name__: copy})
        pieces.install(slashes=True)
    return WheelFile


def written(kind: Any, files: list[Path], folder: Path) -> list[tuple[object, ...]]:
    folder.mkdir()
    with kind(folder / NAME, "w") as wheel:
        for file in files:
            wheel.write(str(file), f"probe/{file.name}")
    with zipfile.ZipFile(folder / NAME) as archive:
        assert archive.testzip() is None
        fields = ("filename", "date_time", "external_attr", "create_system", "flag_bits", "extract_version")
        return [
            (*(getattr(info, name) for name in fields), archive.read(info)) for info in archive.infolist()
        ]


def test_the_wheel_is_the_librarys(in_pieces: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")  # RECORD has the time of day otherwise
    files = [tmp_path / "empty", tmp_path / "tool", tmp_path / "large.bin"]
    for file, content in zip(files, (b"", b"#!/bin/sh\n", os.urandom(100_000) * 50), strict=True):
        file.write_bytes(content)
        os.utime(file, (10**9, 10**9))
    files[1].chmod(0o755)
    ours = written(in_pieces, files, tmp_path / "ours")
    assert ours == written(wheelfile.WheelFile, files, tmp_path / "library")
    assert [row[0] for row in ours] == [
        "probe/empty", "probe/tool", "probe/large.bin", "probe-1.dist-info/RECORD"
    ]  # fmt: skip


def test_a_name_as_windows_has_it(in_pieces: Any, tmp_path: Path) -> None:
    (tmp_path / "a\\b").write_bytes(b"")
    (row, _) = written(in_pieces, [tmp_path / "a\\b"], tmp_path / "out")
    assert row[0] == "probe/a/b"


def test_a_class_of_the_projects_own_is_asked(in_pieces: Any, tmp_path: Path) -> None:
    class Upper(in_pieces):  # type: ignore[misc] # as above
        def writestr(self, info: Any, data: Any, compress_type: Any = None) -> None:
            super().writestr(info, data if isinstance(data, str) else data.upper(), compress_type)

    (tmp_path / "text").write_bytes(b"abc")
    (row, _) = written(Upper, [tmp_path / "text"], tmp_path / "out")
    assert row[-1] == b"ABC"

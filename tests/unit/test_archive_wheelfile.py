from __future__ import annotations

import copy
import errno
import hashlib
import inspect
import os
import random
import stat
import sys
import typing
import zlib
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wheel.wheelfile import WheelFile

from pyz3._files import CHUNK
from pyz3.archive import (
    DEFAULT_EPOCH,
    Metadata,
    WheelEntry,
    ZippedFile,
    dist_info_entries,
    require_output,
    write_wheel,
)
from pyz3.archive import wheelfile as module
from pyz3.errors import BuildFailedError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyz3.archive import Compressor

TAG = "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64"
FILENAME = f"hello_world-1.0-{TAG}.whl"
METADATA = Metadata(
    name="Hello.World",
    version="1.0",
    requires_python=None,
    core=b"Metadata-Version: 2.4\nName: Hello.World\nVersion: 1.0\n\n",
    entry_points=b"[console_scripts]\nhi = hello:main\n",
    license_files=(),
    warnings=(),
)
FILES = (
    WheelEntry(arcname="hello/z.so", source=b"\x7fELF" * 500, executable=True),
    WheelEntry(arcname="hello/a,b.txt", source=b"data\n"),
    WheelEntry(arcname="hello/__init__.py", source=b""),
)

WHEEL = """\
Wheel-Version: 1.0
Generator: pyz3 9.9
Root-Is-Purelib: false
Tag: cp313-cp313-manylinux2014_x86_64
Tag: cp313-cp313-manylinux_2_17_x86_64
"""

# Digests by openssl.
RECORD = """\
hello/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0
"hello/a,b.txt",sha256=Zmey0aq2oAyqWu5a-K2fFGXlZ6vxwgnRVyfVez6Pbl8,5
hello/z.so,sha256=4ygkcVHWmZhaERQYb0XlDVb5lRlBieRpcI4hc68_f9A,2000
hello_world-1.0.dist-info/METADATA,sha256=p_lFN8dTTNfRTHL2uCqLfQQ1NhrFQnvLhpPo_YorZvo,54
hello_world-1.0.dist-info/WHEEL,sha256=FQG-RfCtFw1e7OZyLOdb65k7HZ1tFTCRbElcyfnuLfA,139
hello_world-1.0.dist-info/entry_points.txt,sha256=CAOFNawqyUiW13pIIYd5c0PaLTl7jRH8s8pTVB6NqWY,34
hello_world-1.0.dist-info/RECORD,,
"""


def compressor() -> Compressor:
    return zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)


def write(output_dir: Path, *files: WheelEntry, epoch: int = DEFAULT_EPOCH) -> Path:
    return write_wheel(
        output_dir=output_dir,
        metadata=METADATA,
        tag=TAG,
        files=files or FILES,
        compressor=compressor,
        epoch=epoch,
        generator="pyz3 9.9",
    ).path


def test_result_describes_the_file(tmp_path: Path) -> None:
    written = write_wheel(
        output_dir=tmp_path / "new" / "dist", metadata=METADATA, tag=TAG, files=FILES, compressor=compressor
    )
    content = written.path.read_bytes()
    assert written.path == tmp_path / "new" / "dist" / FILENAME
    assert written.sha256 == hashlib.sha256(content).hexdigest()
    assert written.size == len(content)
    assert list(written.path.parent.iterdir()) == [written.path]


def test_entries_order_modes_and_dates(tmp_path: Path) -> None:
    with ZipFile(write(tmp_path)) as archive:
        infos = archive.infolist()
    assert [(info.filename, oct(info.external_attr >> 16)) for info in infos] == [
        ("hello/__init__.py", "0o100644"),
        ("hello/a,b.txt", "0o100644"),
        ("hello/z.so", "0o100755"),
        ("hello_world-1.0.dist-info/METADATA", "0o100644"),
        ("hello_world-1.0.dist-info/WHEEL", "0o100644"),
        ("hello_world-1.0.dist-info/entry_points.txt", "0o100644"),
        ("hello_world-1.0.dist-info/RECORD", "0o100644"),
    ]
    assert {info.date_time for info in infos} == {(2020, 1, 1, 0, 0, 0)}
    assert {(info.create_system, info.compress_type, info.extra) for info in infos} == {
        (3, ZIP_DEFLATED, b"")
    }


def test_exact_wheel_and_record(tmp_path: Path) -> None:
    with ZipFile(write(tmp_path)) as archive:
        assert archive.read("hello_world-1.0.dist-info/WHEEL").decode() == WHEEL
        assert archive.read("hello_world-1.0.dist-info/METADATA") == METADATA.core
        assert archive.read("hello_world-1.0.dist-info/entry_points.txt") == METADATA.entry_points
        assert archive.read("hello_world-1.0.dist-info/RECORD").decode() == RECORD


def test_the_wheel_library_verifies_every_hash(tmp_path: Path) -> None:
    with WheelFile(write(tmp_path)) as wheel:
        assert wheel.testzip() is None
        assert wheel.read("hello/a,b.txt") == b"data\n"


@pytest.mark.parametrize(
    ("epoch", "expected"),
    [
        (1700000001, (2023, 11, 14, 22, 13, 20)),  # a zip file counts in steps of two seconds
        (0, (1980, 1, 1, 0, 0, 0)),
        (-5, (1980, 1, 1, 0, 0, 0)),
        (10**11, (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_date_is_the_epoch_for_record_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epoch: int, expected: tuple[int, ...]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1111111111")  # read above this stage, never in it
    with ZipFile(write(tmp_path, epoch=epoch)) as archive:
        assert {info.date_time for info in archive.infolist()} == {expected}


def test_bytes_depend_on_names_and_contents_alone(tmp_path: Path) -> None:
    written = []
    for place, mode, mtime in (("a", 0o600, 1), ("b/c", 0o777, 1800000000)):
        source = tmp_path / place / "x.py"
        source.parent.mkdir(parents=True)
        source.write_bytes(b"x = 1\n")
        source.chmod(mode)
        os.utime(source, (mtime, mtime))
        entry = WheelEntry(arcname="hello/x.py", source=source)
        files = (entry, *FILES) if place == "a" else (*FILES, entry)
        written.append(write(tmp_path / place / "dist", *files).read_bytes())
    assert written[0] == written[1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no umask")
def test_umask_decides_the_mode_of_the_file_not_its_bytes(tmp_path: Path) -> None:
    written = {}
    for umask in (0o022, 0o027):
        before = os.umask(umask)
        try:
            path = write(tmp_path / str(umask))
        finally:
            os.umask(before)
        written[stat.S_IMODE(path.stat().st_mode)] = path.read_bytes()
    assert set(written) == {0o644, 0o640}
    assert written[0o644] == written[0o640]


def test_licence_files_and_extra_metadata_lie_in_dist_info(tmp_path: Path) -> None:
    licence = tmp_path / "LICENSE"
    licence.write_text("text")
    metadata = Metadata(
        name="a",
        version="1",
        requires_python=None,
        core=b"x",
        entry_points=b"",
        license_files=(("sub/LICENSE", licence),),
        warnings=(),
    )
    assert dist_info_entries(metadata, tag="py3-none-any", root_is_purelib=True, generator="g 1") == (
        WheelEntry(arcname="a-1.dist-info/METADATA", source=b"x"),
        WheelEntry(
            arcname="a-1.dist-info/WHEEL",
            source=b"Wheel-Version: 1.0\nGenerator: g 1\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        ),
        WheelEntry(arcname="a-1.dist-info/licenses/sub/LICENSE", source=licence),
    )
    sbom = WheelEntry(arcname="a-1.dist-info/sboms/x.json", source=b"{}")
    written = write_wheel(
        output_dir=tmp_path,
        metadata=metadata,
        tag="py3-none-any",
        files=(sbom, FILES[0]),
        compressor=compressor,
    )
    with ZipFile(written.path) as archive:
        assert archive.namelist() == [
            "hello/z.so",
            "a-1.dist-info/METADATA",
            "a-1.dist-info/WHEEL",
            "a-1.dist-info/licenses/sub/LICENSE",
            "a-1.dist-info/sboms/x.json",
            "a-1.dist-info/RECORD",
        ]


def test_every_single_tag_is_listed_in_order() -> None:
    entries = dist_info_entries(
        METADATA, tag="py3.py2-none.abi3-win32.any", root_is_purelib=True, generator="g"
    )
    (wheel,) = (entry.read().decode() for entry in entries if entry.arcname.endswith("/WHEEL"))
    assert [line for line in wheel.splitlines() if line.startswith("Tag: ")] == [
        f"Tag: {python}-{abi}-{platform}"
        for python in ("py2", "py3")
        for abi in ("abi3", "none")
        for platform in ("any", "win32")
    ]


def test_every_file_is_compressed_by_what_is_given(tmp_path: Path) -> None:
    class Stored:
        """Deflate without compression, which zlib would not choose for a text."""

        def __init__(self) -> None:
            self._zlib = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)

        def compress(self, data: bytes, /) -> bytes:
            return self._zlib.compress(data)

        def flush(self) -> bytes:
            return self._zlib.flush()

    written = write_wheel(output_dir=tmp_path, metadata=METADATA, tag=TAG, files=FILES, compressor=Stored)
    with ZipFile(written.path) as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
        assert [one.compress_type for one in infos] == [ZIP_DEFLATED] * len(infos)
        assert [one.compress_size for one in infos] == [one.file_size + 5 for one in infos]
        assert infos[-1].filename.endswith("/RECORD")


def test_a_windows_host_gives_the_same_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with module._ReproducibleWheelFile(
        tmp_path / FILENAME, epoch=DEFAULT_EPOCH, compressor=compressor
    ) as wheel:
        monkeypatch.setattr(sys, "platform", "win32")  # zipfile asks this for "version made by"
        info = wheel._info("x", executable=False)
        monkeypatch.undo()
    assert info.create_system == 3


def test_file_is_closed_when_record_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = module._ReproducibleWheelFile(tmp_path / FILENAME, epoch=DEFAULT_EPOCH, compressor=compressor)
    wheel.add(FILES[0])

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(wheel, "_info", full)
    with pytest.raises(OSError, match="full"):
        wheel.close()
    assert wheel.fp is None


def test_large_files_have_the_bytes_that_they_had_in_one_piece(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311 - the same each time
    contents = {
        "noise": chance.randbytes(3_500_000),
        "zeros": bytes(5_000_001),
        "text": b"".join(b"%d %s\n" % (number % 977, chance.randbytes(3)) for number in range(400_000)),
        "text2": inspect.getsource(typing).encode() * 30,
    }
    entries = []
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        entries.append(WheelEntry(arcname=name, source=tmp_path / name))
    with ZipFile(tmp_path / "in.zip", "w") as zipped:
        zipped.write(tmp_path / "text", "text3")
    contents["text3"] = contents["text"]
    there = ZippedFile(archive=tmp_path / "in.zip", name="text3", size=len(contents["text"]))
    wheel = write(tmp_path, *entries, WheelEntry(arcname="text3", source=there))
    with ZipFile(wheel) as archive, ZipFile(tmp_path / "whole.zip", "w") as whole:
        for info in archive.infolist():
            whole.writestr(copy.copy(info), contents.get(info.filename, archive.read(info)), compresslevel=9)
    assert (tmp_path / "whole.zip").read_bytes() == wheel.read_bytes()
    with WheelFile(wheel) as checked:
        assert checked.read("text3") == contents["text"]


def test_what_a_file_holds(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(bytes(CHUNK - 3) + b"needle" + bytes(CHUNK))
    entry = WheelEntry(arcname="x", source=tmp_path / "x")
    assert entry.holds(b"needle")
    assert not entry.holds(b"needles")
    assert WheelEntry(arcname="y", source=b"a needle").holds(b"needle")


def test_only_the_wheel_of_that_name_is_replaced(tmp_path: Path) -> None:
    (tmp_path / FILENAME).write_text("old")
    (tmp_path / "other.whl").write_text("mine")
    (tmp_path / ".hidden").write_text("mine too")
    write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {FILENAME, "other.whl", ".hidden"}
    assert (tmp_path / "other.whl").read_text() == "mine"
    assert (tmp_path / ".hidden").read_text() == "mine too"
    assert (tmp_path / FILENAME).read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), RuntimeError("boom"), OSError(errno.EIO, "input/output")]
)
@pytest.mark.parametrize("when", ["add", "close"])
def test_nothing_is_left_when_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, when: str
) -> None:
    (tmp_path / FILENAME).write_text("old")
    original = getattr(module._ReproducibleWheelFile, when)

    def interrupted(self: object, *args: object) -> None:
        original(self, *args)
        raise error

    monkeypatch.setattr(module._ReproducibleWheelFile, when, interrupted)
    with pytest.raises(ConfigError if isinstance(error, OSError) else type(error)):
        write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILENAME]
    assert (tmp_path / FILENAME).read_text() == "old"


def test_unreadable_source_is_named(tmp_path: Path) -> None:
    gone = WheelEntry(arcname="hello/x.py", source=tmp_path / "gone.py")
    with pytest.raises(BuildFailedError) as caught:
        write(tmp_path / "dist", gone)
    assert caught.value.message == (
        f"{tmp_path / 'gone.py'}: cannot be read for the wheel's hello/x.py: {os.strerror(errno.ENOENT)}"
    )
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_output_directory_that_cannot_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError) as caught:
        write(tmp_path / place)
    assert caught.value.message.startswith(f"{tmp_path / place / FILENAME}: the wheel cannot be written: ")
    assert caught.value.tip == "Choose another --output-dir."
    assert (tmp_path / "file").read_text() == "mine"


def test_folder_in_place_of_the_wheel(tmp_path: Path) -> None:
    (tmp_path / FILENAME / "x").mkdir(parents=True)
    with pytest.raises(ConfigError, match="the wheel cannot be written"):
        write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILENAME]


@pytest.mark.parametrize(
    ("one", "two"),
    [("a/x.py", "a/x.py"), ("a/X.py", "a/x.py"), ("a/\u00e9.py", "a/e\u0301.py"), ("stra\u00dfe", "STRASSE")],
)
def test_names_that_are_one_name_somewhere_are_refused(tmp_path: Path, one: str, two: str) -> None:
    files = (WheelEntry(arcname=one, source=tmp_path / "1"), WheelEntry(arcname=two, source=tmp_path / "2"))
    with pytest.raises(ConfigError) as caught:
        write(tmp_path, *files)
    assert f"{tmp_path / '1'} and {tmp_path / '2'}" in caught.value.message


def test_files_that_pyz3_writes_cannot_be_given(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"METADATA.* in the wheel: .*mine and generated by pyz3"):
        write(tmp_path, WheelEntry(arcname="hello_world-1.0.dist-info/METADATA", source=tmp_path / "mine"))
    with pytest.raises(ConfigError, match="RECORD is written by pyz3"):
        write(tmp_path, WheelEntry(arcname="hello_world-1.0.dist-info/RECORD", source=b""))


@pytest.mark.parametrize(
    "name", ["", "/a", "a//b", "a/", "../a", "a/../b", "./a", "a\\b", "C:a", "a\nb", "a\udcff"]
)
def test_names_that_no_wheel_may_hold(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="is no name for a file in a wheel"):
        write(tmp_path, WheelEntry(arcname=name, source=b""))


@pytest.mark.parametrize("tag", ["", "cp313", "cp313-cp313", "cp313-cp313-", "a-b-c-d-e"])
def test_tag_must_be_a_tag(tmp_path: Path, tag: str) -> None:
    with pytest.raises(ConfigError, match="no valid wheel"):
        write_wheel(output_dir=tmp_path, metadata=METADATA, tag=tag, files=(), compressor=compressor)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return tmp_path_factory.mktemp("shuffled")


@given(files=st.permutations(FILES))
def test_order_of_the_files_does_not_matter(shared: Path, files: list[WheelEntry]) -> None:
    assert write(shared / "one", *files).read_bytes() == write(shared / "two").read_bytes()


def test_an_output_folder_is_tried_before_the_build(tmp_path: Path) -> None:
    require_output(tmp_path / "a" / "b", what="wheel")
    assert [*tmp_path.iterdir()] == []
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "dist"):
        with pytest.raises(ConfigError) as caught:
            require_output(place, what="wheel")
        assert caught.value.message.startswith(f"{place}: the wheel cannot be written: ")
        assert caught.value.tip == "Choose another --output-dir."
    assert (tmp_path / "file").read_text() == "mine"

"""Wheels and sdists made to harm whoever reads them: refused or told, in bounds, and in one line."""

from __future__ import annotations

import io
import random
import struct
import sys
import tarfile
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from scripted import load

from pyz3.audit import Effort, Facts, facts_of
from pyz3.audit.signature import signature_state
from pyz3.check import check, why_unfit
from pyz3.conda import convert
from pyz3.doctor import diagnose
from pyz3.errors import AuditFailedError, ConfigError, one_line
from pyz3.release import UnreadableFileError, read_file
from pyz3.repair import repair
from pyz3.runtimes import Runtime, Trial, WheelTests, try_all
from pyz3.runtimes.installing import UnfitError, _needs, _scripts
from pyz3.sources import ArchiveError, open_zip, read_directory
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

INFO = "thing-1.0.dist-info"


HOSTILE = load("hostile")
part = HOSTILE.part


def making(folder: Path) -> Any:
    return HOSTILE.Making(folder=folder, rng=random.Random(1), binaries={})  # noqa: S311 - repeatable


def messages(path: Path, *codes: str) -> list[str]:
    return [one.message for one in check([path], environ={}, select=codes or ("ALL",)).all_findings]


def notes(path: Path) -> tuple[str, ...]:
    return check([path], environ={}).wheels[0].notes


class Within:
    """No more than a minute of the processor; without its bound each of these goes on for longer.

    Most take less than a second; a machine that is busy, and coverage, make ten of it.
    """

    def __enter__(self) -> None:
        self.begin = time.process_time()

    def __exit__(self, *_: object) -> None:
        assert time.process_time() - self.begin < 60


def test_what_the_writer_writes_without_a_lie_is_sound(tmp_path: Path) -> None:
    path = making(tmp_path).wheel([part("thing/__init__.py", b"x = 1\n"), HOSTILE.zeros(2)], "py3-none-any")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.getinfo("thing/zeros.bin").file_size == 2 << 20
    assert messages(path, "PW1") == ["thing/zeros.bin has no digest in RECORD"]


# Binaries.


def fat(*parts: tuple[int, int]) -> bytes:
    heads = b"".join(struct.pack(">IIIII", 0x01000007, 3, start, size, 0) for start, size in parts)
    return (b"\xca\xfe\xba\xbe" + struct.pack(">I", len(parts)) + heads).ljust(4096, b"\0")


def needing(count: int) -> bytes:
    """Give a WebAssembly module that needs so many libraries, 64 at least."""

    def long(number: int) -> bytes:
        return bytes([number & 127 | 128, number >> 7])

    libraries = long(count) + b"\1a" * count
    body = b"\x08dylink.0\2" + long(len(libraries)) + libraries
    return b"\0asm\1\0\0\0\0" + long(len(body)) + body


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (fat((0, 4096)), "its parts lie over each other, or outside of it"),
        (fat((2048, 100), (2100, 100)), "its parts lie over each other, or outside of it"),
        (fat((2048, 4096)), "its parts lie over each other, or outside of it"),
        (fat(*[(2048, 1)] * 17), "it announces 17 parts"),
        (b"\0asm\1\0\0\0\0" + b"\x80" * 1_000_000, "damaged WebAssembly module"),
        (
            HOSTILE.elf(20_000, b"\0" + b"a" * 8_000_000 + b"\0", step=300),
            "its names are far larger than the",
        ),
        (HOSTILE.elf(20_000, b"\0" + b"a" * 60_000 + b"\0", step=1), "its names are far larger than the"),
        (needing(501), "it names 501 libraries, and no more than 500 are read"),
    ],
)
def test_binaries_that_cost_time(data: bytes, says: str) -> None:
    with Within(), pytest.raises(AuditFailedError, match=says):
        facts_of(data, name="x.so")


def test_names_of_megabytes_are_cut() -> None:
    facts = facts_of(HOSTILE.elf(3, b"\0short\0" + b"a" * 100_000 + b"\0", step=3), name="x.so")
    assert [len(one.name) for one in facts[0].undefined] == [5, 2, 65_535]


def test_a_signature_with_more_code_directories_than_macos_takes() -> None:
    head = struct.pack(">IIIIIIIII", 0xFADE0C02, 44, 0, 2, 44, 0, 0, 0, 0)
    blob = head + struct.pack(">BBBBI", 32, 2, 0, 12, 0)

    def signature(count: int) -> bytes:
        index = struct.pack(">II", 0, 12 + 8 * count) * count
        return struct.pack(">III", 0xFADE0CC0, 0, count) + index + blob

    assert [signature_state(b"", signature(count)) for count in (1, 6, 7)] == ["adhoc", "adhoc", "invalid"]


def test_how_many_binaries_are_compared() -> None:
    few, many = Effort(), Effort()
    one = (Facts(format="elf", machine="x86_64"),)
    greedy = (Facts(format="elf", machine="x86_64", needed=tuple(map(str, range(500)))),)
    assert [few.takes(one) for _ in range(1001)].count(True) == 1000
    assert sum(many.takes(greedy) for _ in range(1000)) == 12  # 6000 · 6012 comparisons
    assert many.takes(one)  # what costs nothing goes on


# Archives.


def test_a_million_members_are_counted_before_anything_is_made_of_them(tmp_path: Path) -> None:
    path = HOSTILE.CASES["million"](making(tmp_path))
    with Within(), pytest.raises(ArchiveError), open_zip(path):
        pass
    with pytest.raises(ArchiveError) as caught, open_zip(path):
        pass
    assert caught.value.why in {
        "it announces 1000000 files, and no more than 250000 are read",
        "it holds more than 250000 files, the limit",
    }


def test_two_ends_that_contradict_each_other(tmp_path: Path) -> None:
    data = HOSTILE.pack([part("a"), part("b")])
    at = data.rindex(b"PK\5\6")
    start, length = struct.unpack_from("<I", data, at + 16)[0], struct.unpack_from("<I", data, at + 12)[0]
    wide = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 2, 2, length, start)
    wide += struct.pack("<IIQI", 0x07064B50, 0, at, 1)
    lie = data[:at] + wide + data[at : at + 8] + struct.pack("<HH", 1, 1) + data[at + 12 :]
    for name, content in (("lie", lie), ("true", data[:at] + wide + data[at:])):
        (tmp_path / name).write_bytes(content)
    (found,) = read_directory(tmp_path / "lie").mismatches
    assert found.what == "has two ends that contradict each other"
    assert read_directory(tmp_path / "true").mismatches == ()


def test_folders_of_their_own_are_looked_through_once(tmp_path: Path) -> None:
    path = making(tmp_path).wheel(HOSTILE.Part(name=f"t{n}/a.pyi".encode()) for n in range(20_000))
    with Within():
        report = check([path], environ={}, select=["PW409", "PW412"])
    assert report.wheels[0].notes == ("PW412: 19800 more of its findings are left out",)


def test_names_that_are_costly_to_compare(tmp_path: Path) -> None:
    name = ("\u0315\u0316" * 16_000).encode()
    path = making(tmp_path).wheel([HOSTILE.Part(name=b"%d" % n + name) for n in range(20)])
    with Within():
        assert messages(path, "PW110") == []


@pytest.mark.parametrize("name", ["\x1b[2J", "a\n✓ all is well\n", "\u202egnp.exe", "\x9b31m", "a\rb"])
def test_the_doctor_says_names_in_one_line(name: str, tmp_path: Path) -> None:
    path = making(tmp_path).wheel([part(f"{name}.so", b"\x7fELF")])
    text = diagnose(str(path), search=[], environ={}).__rich__().plain
    assert all(line.isprintable() for line in text.split("\n"))
    assert f"{one_line(name)}.so" in text
    assert "✓ all is well" not in text.split("\n")


# What .dist-info says.


def test_a_record_of_more_lines_than_archives_have_files(tmp_path: Path) -> None:
    path = making(tmp_path).wheel([part(f"{INFO}/RECORD", b"a\n" * 500_001)])
    assert messages(path, "PW106") == ["RECORD cannot be read: it has more than 500000 lines"]


def test_more_headers_than_anybody_writes(tmp_path: Path) -> None:
    path = making(tmp_path).wheel([part("thing/__init__.py")], metadata="A: b\n" * 20_000)
    assert f"{INFO}/METADATA was not read: it has 20003 lines of headers" in notes(path)
    assert messages(path, "PW123") == ["it has no METADATA"]


def test_tags_that_stand_for_more_than_can_be_counted(tmp_path: Path) -> None:
    many = ".".join(f"a{n}" for n in range(3000))
    path = making(tmp_path).wheel([], wheel=f"Wheel-Version: 1.0\nTag: {many}-{many}-{many}\n")
    with Within():
        (found,) = messages(path, "PW125")
        diagnose(str(path), search=[], environ={})
    assert found.endswith("…")


def test_numbers_beyond_what_is_read(tmp_path: Path) -> None:
    digits = "1" * 5000
    path = making(tmp_path).wheel([], metadata=f"Requires-Python: >={digits}\nVersion: {digits}\n")
    with Within():
        assert all(text.isprintable() for text in messages(path))
        with pytest.raises(ConfigError, match="its METADATA cannot be used: Exceeds the limit"):
            convert(path, names={}, epoch=0)


def test_a_description_that_takes_minutes_to_show_is_not_tried(tmp_path: Path) -> None:
    pytest.importorskip("readme_renderer")
    text = f"Description-Content-Type: text/x-rst\n\n{'*a* `b`_ |c| ' * 40_000}"
    path = making(tmp_path).wheel([part("thing/__init__.py")], metadata=text)
    with Within():
        assert "whether PyPI can show the description was not tried: METADATA has 0.5 MB" in notes(path)


# What else reads wheels and sdists.


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ([HOSTILE.replace(part("a", b"x"), flags=0x801)], "encrypted"),
        ([HOSTILE.replace(part("a", b"x"), name=b"\xff\xfe")], "can't decode"),
        ([HOSTILE.replace(part("a", b"x"), crc=1)], "Bad CRC-32"),
    ],
)
def test_publish_and_conda_refuse_damaged_wheels(inside: list[Any], says: str, tmp_path: Path) -> None:
    path = making(tmp_path).wheel(inside, "py3-none-any")
    for read in (read_file, lambda path: convert(path, names={}, epoch=0)):
        with pytest.raises((UnreadableFileError, ConfigError)) as caught:
            read(path)
        assert says in caught.value.message


def put_sdist(folder: Path, size: int, kind: bytes = tarfile.REGTYPE) -> Path:
    path = folder / "thing-1.0.tar.gz"
    with tarfile.open(path, "w:bz2") as archive:
        info = tarfile.TarInfo("thing-1.0/PKG-INFO")
        info.type, info.size = kind, size
        archive.addfile(info, io.BytesIO(bytes(size)))
    return path


def test_publish_reads_sdists_within_limits(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="it unpacks to more than 500 MB, the limit for an archive"):
        read_file(put_sdist(tmp_path, 510_000_000))
    with pytest.raises(UnreadableFileError, match="is neither a file nor a folder"):
        read_file(put_sdist(tmp_path, 0, tarfile.FIFOTYPE))
    with pytest.raises(UnreadableFileError, match="it holds more than 100000 files, the limit"):
        read_file(HOSTILE.CASES["tar_crowd"](making(tmp_path)))


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ([part("../x", b"x")], "'../x' is no plain relative path"),
        ([HOSTILE.zeros(120)], "it unpacks to 126 MB, and no more than 100 MB are read"),
        ([part(f"{INFO}/entry_points.txt", b"[console_scripts]\na = b\na = c\n")], "already exists"),
        ([part(f"{INFO}/RECORD", b"a,b,c,d\n")], "this wheel cannot be read: "),
    ],
)
def test_no_conda_package_of_such_a_wheel(inside: list[Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        convert(making(tmp_path).wheel(inside, "py3-none-any"), names={}, epoch=0)
    assert says in caught.value.message


ENTRY_POINTS = f"{INFO}/entry_points.txt"


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ([HOSTILE.zeros(2000)], "it cannot be read as a wheel: it unpacks to 2097 MB, and no more than"),
        ([part("../x")], "'../x' is no plain relative path"),
        ([part("thing-1.0.data/data//x")], "'thing-1.0.data/data//x' is no plain relative path"),
        ([part("a"), part("a")], "a is 2 times in the archive"),
        ([HOSTILE.replace(part("a"), local=b"b")], "a is called 'b' in its local header"),
        ([part("a", b"/etc/passwd", mode=0o120777)], "a is a link or a device, not a file"),
        ([part(f"{INFO}/RECORD", b"a\n" * 500_001)], "RECORD cannot be read: it has more than 500000 lines"),
        ([part(ENTRY_POINTS, b"A" * 4_000_001)], "entry_points.txt was not read: it has 4 MB"),
        ([part(ENTRY_POINTS, b"[x]\ny\n")], "entry_points.txt cannot be read: "),
        ([part(ENTRY_POINTS, b"[console_scripts]\n../../x = a:b\n")], "'../../x' is no name for a command"),
        ([part(ENTRY_POINTS, b"[gui_scripts]\n/x = a:b\n")], "'/x' is no name for a command"),
        ([part(ENTRY_POINTS, b"[console_scripts]\nx = a\n")], "x is 'a', which is no object"),
        ((HOSTILE.Part(name=b"%d" % n) for n in range(100_000)), "it has 100003 files, and no more than"),
    ],
)
def test_what_installers_are_not_given(inside: Any, says: str, tmp_path: Path) -> None:
    wheel = making(tmp_path).wheel(inside, "py3-none-any")
    with Within():
        assert says in why_unfit(wheel)


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ("A: b\n" * 20_000, f"{INFO}/METADATA was not read: it has 20003 lines of headers"),
        (f"Requires-Dist: x; {'(' * 3000}python_version > '3'\n", "which is no requirement: "),
        ("Requires-Dist: x\n" * 10_001, "it has 10001 requirements, and no more than 10000 are read"),
        ("Requires-Dist: x>=1; python_version < '3'\n", ""),
    ],
)
def test_metadata_that_installers_are_not_given(headers: str, says: str, tmp_path: Path) -> None:
    point = part(ENTRY_POINTS, b"[console_scripts]\nx = a.b:c.d [e]\n[other]\ny = z\n")
    found = why_unfit(making(tmp_path).wheel([part("thing/__init__.py"), point], metadata=headers))
    assert says in found
    assert bool(found) == bool(says)


def test_pip_is_not_started_for_what_is_refused(tmp_path: Path) -> None:
    wheel = making(tmp_path).write(b"", "thing-1.0-py3-none-any.whl")
    nowhere = Runtime(
        name="host-3.13",
        platform=Platform("linux-x86_64"),
        python=PythonVersion.parse("3.13"),
        command=tmp_path / "nowhere",  # an error, were it started
    )
    trial = Trial(wheel=wheel, runtime=nowhere, tests=WheelTests(command=("true",)))
    (found,) = try_all([trial], why_unfit=why_unfit, environ={}, jobs=1)
    assert (found.status, found.did, found.output) == ("failed", "", "")
    assert found.reason.startswith("it cannot be read as a wheel: it is no zip file")


def test_more_binaries_than_any_wheel_has_are_not_repaired(tmp_path: Path) -> None:
    needs = b"\0" + b"".join(b"lib%d.so\0" % n for n in range(100))
    library = HOSTILE.elf(1, needs, needed=90, step=9)
    path = making(tmp_path).wheel(part(f"thing/lib{n}.so", library) for n in range(1001))
    with pytest.raises(UnreadableFileError, match=r"binaries were not judged: no wheel needs so many$"):
        repair(path, library_dirs=[], exclude=["*"], output_dir=tmp_path / "out", environ={})
    assert {one.name for one in tmp_path.iterdir()} == {path.name}


def test_damaged_binaries_are_not_repaired(tmp_path: Path) -> None:
    library = HOSTILE.elf(10, b"\0" + b"b" * 4_000_000 + b"\0", needed=10_000, step=300)
    path = making(tmp_path).wheel([part("thing/lib.so", library)])
    with pytest.raises(UnreadableFileError, match=r"thing/lib\.so: an ELF file .* is damaged: "):
        repair(path, library_dirs=[], exclude=["*"], output_dir=tmp_path / "out", environ={})


@pytest.mark.parametrize("requirement", ["((", f"x; {'(' * 3000}python_version > '3'"])
def test_a_requirement_that_is_none_is_told(requirement: str, tmp_path: Path) -> None:
    info = tmp_path / INFO
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nRequires-Dist: {requirement}\n"
    )
    with pytest.raises(UnfitError, match=r"it requires '.*\(\(', which is no requirement: "):
        _needs(tmp_path, {}, {})


@pytest.mark.skipif(sys.platform == "win32", reason="scripts of a POSIX shell")
def test_commands_of_what_a_wheel_needs_lie_in_one_folder(tmp_path: Path) -> None:
    info, folder = tmp_path / "site" / INFO, tmp_path / "home"
    info.mkdir(parents=True)
    folder.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    points = "[console_scripts]\n.. = a:b\n. = a:b\n../x = a:b\n/y = a:b\nz = \nfine = a:b\n"
    (info / "entry_points.txt").write_text(points)
    runtime = Runtime(
        name="musllinux_x86_64-3.13",
        platform=Platform("musllinux-x86_64"),
        python=PythonVersion.parse("3.13"),
        command=tmp_path / "nowhere",
        runs_by="its own musl",
    )
    found = _scripts(runtime, [tmp_path / "site"], folder)
    assert {path.name for path in found.iterdir()} == {"python", "python3", "python3.13", "fine", ".fine.py"}
    assert {path.name for path in tmp_path.iterdir()} == {"site", "home"}
    (info / "entry_points.txt").write_text("[console_scripts]\nx\n")
    with pytest.raises(UnfitError, match="entry points of thing cannot be read: "):
        _scripts(runtime, [tmp_path / "site"], tmp_path / "site")

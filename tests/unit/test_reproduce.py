"""Two wheels compared: what differs, and why; what is to be built to have one again."""

from __future__ import annotations

import importlib.util
import json
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.tags import parse_tag
from wheels import put_wheel

from pyz3.archive import DEFAULT_EPOCH
from pyz3.audit import section_at
from pyz3.cli.terminal import safe_json
from pyz3.errors import ConfigError
from pyz3.plan import Order, Pure
from pyz3.release import UnreadableFileError
from pyz3.reproduce import (
    ArchiveDifference,
    Comparison,
    Here,
    MemberDifference,
    Recorded,
    Reproduction,
    compare,
    likely_causes,
    plan_rebuild,
    read_recorded,
    reproduction_schema,
)
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyz3.builder import ProjectBuild
    from pyz3.plan import Planned
    from pyz3.targets import Selection

FILES = {"thing/__init__.py": "x = 1\ny = 2\n", "thing/data.txt": "word " * 1000}
INFO = "thing-1.0.dist-info"
HERE = Here(pyz3="1.0", zig="0.16.0", python="3.13.1")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders, with a wheel each: the one in question, and the rebuilt one; they are the same."""
    return build(tmp_path / "theirs"), build(tmp_path / "ours")


def build(folder: Path, files: dict[str, str] = FILES) -> Path:
    folder.mkdir(exist_ok=True)
    return pack(put_wheel(folder, "thing", files))


def pack(path: Path, change: Callable[[zipfile.ZipInfo], None] = lambda _: None, *, level: int = 9) -> Path:
    """Pack a wheel again, as pyz3 does: compressed, and all files of one date."""
    with zipfile.ZipFile(path) as archive:
        files = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, data, compresslevel=level)
    return path


def causes(
    found: Comparison, *, generator: str = "pyz3 1.0", rebuilt: str = "thing-1.0-py3-none-any.whl"
) -> list[str]:
    path = Path("thing-1.0-py3-none-any.whl")
    wheel = Recorded(
        path=path, name="thing", version="1.0", tags=parse_tag("py3-none-any"), generator=generator
    )
    return list(likely_causes(found, wheel, HERE, rebuilt=rebuilt))


def test_the_same(pair: tuple[Path, Path]) -> None:
    found = compare(*pair)
    assert found == Comparison(sha256=found.sha256, rebuilt_sha256=found.sha256)
    assert (found.outcome, causes(found)) == ("same", [])


def test_the_same_under_another_name(pair: tuple[Path, Path]) -> None:
    theirs, ours = pair
    found = compare(theirs.rename(theirs.with_name("thing-1.0-py2.py3-none-any.whl")), ours)
    assert (found.same_name, found.same_files, found.outcome) == (False, True, "different")
    assert causes(found) == []
    assert causes(found, rebuilt="thing-1.0-py2.py3-none-any.whl") == [
        "another platform, system or Python was asked for, or the binaries need another system"
    ]
    assert causes(found, rebuilt="thing-1.1-py3-none-any.whl") == ["the source is version 1.1, not 1.0"]


def test_files_of_one_side_and_other_content(pair: tuple[Path, Path], tmp_path: Path) -> None:
    changed = "x = 1\ny = 3\nz = 4\n"
    ours = build(tmp_path / "ours", {"thing/__init__.py": changed, "thing/new.txt": ""})
    found = compare(pair[0], ours)
    assert (found.only_in_wheel, found.only_in_rebuilt) == (("thing/data.txt",), ("thing/new.txt",))
    assert [one.name for one in found.members] == ["thing/__init__.py", f"{INFO}/RECORD"]
    assert found.members[0] == MemberDifference(
        name="thing/__init__.py",
        size=12,
        rebuilt_size=18,
        crc=f"{zlib.crc32(FILES['thing/__init__.py'].encode()):08x}",
        rebuilt_crc=f"{zlib.crc32(changed.encode()):08x}",
        first=10,
        differing=7,
        line=2,
        text="y = 2",
        rebuilt_text="y = 3",
    )
    assert (found.archive, found.outcome) == ((), "different")
    assert causes(found) == [
        "the source is not the one that it was built from: another commit, or changed files"
    ]


def test_line_ends(pair: tuple[Path, Path], tmp_path: Path) -> None:
    theirs = build(tmp_path / "theirs", {**FILES, "thing/__init__.py": "x = 1\r\ny = 2\r\n"})
    found = compare(theirs, pair[1])
    first = found.members[0]
    assert (first.line_ends, first.line, first.first, first.differing) == (True, 1, 5, 9)
    assert causes(found) == [
        "lines of thing/__init__.py end otherwise: Git's core.autocrlf on one of the two machines"
    ]


@pytest.mark.parametrize(
    ("theirs", "ours", "line", "texts"),
    [
        ("a", "a\n", 1, ("a", "a\n")),
        ("a\n", "a\n\n", 2, ("", "\n")),
        ("", "\n", 1, ("", "\n")),
        ("a\nb", "a\nc\n", 2, ("b", "c\n")),
        ("a\nb\n", "a\nc\n", 2, ("b", "c")),
    ],
)
def test_an_end_that_only_one_text_has(
    theirs: str, ours: str, line: int, texts: tuple[str, str], tmp_path: Path
) -> None:
    paths = [
        build(tmp_path / name, {"thing/x.txt": text})
        for name, text in {"theirs": theirs, "ours": ours}.items()
    ]
    first = compare(*paths).members[0]
    assert (first.name, first.line, (first.text, first.rebuilt_text)) == ("thing/x.txt", line, texts)


def test_bytes_far_into_a_large_file(tmp_path: Path) -> None:
    """Beyond the first piece that is read, in a file that is no text."""
    paths = []
    for place in ("theirs", "ours"):
        path = build(tmp_path / place)
        data = bytearray(b"\0" * 3_000_000)
        if place == "theirs":
            data[2_500_000] = data[2_500_007] = 1
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(zipfile.ZipInfo("thing/big.bin"), bytes(data))
        paths.append(path)
    (one,) = compare(*paths).members
    assert (one.name, one.first, one.differing, one.line, one.section) == (
        "thing/big.bin",
        2_500_000,
        2,
        0,
        "",
    )


def test_only_the_compression(pair: tuple[Path, Path]) -> None:
    pack(pair[0], level=1)
    found = compare(*pair)
    assert (found.same_files, found.outcome) == (True, "recompressed")
    assert {one.kind for one in found.archive} == {"compression"}
    named = {one.member: (one.wheel, one.rebuilt) for one in found.archive}
    assert named["thing/data.txt"][0].startswith("deflate, ")
    assert named["thing/data.txt"][0] != named["thing/data.txt"][1]
    assert causes(found) == ["another program packed it: installers unpack the same files from both wheels"]


def test_the_same_size_but_other_packed_bytes(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Two ways of deflate's to say the same: a stored block, split at another place."""
    content, paths = b"ab", []
    for folder, blocks in (("theirs", (b"a", b"b", b"")), ("ours", (b"", b"a", b"b"))):
        packed = b"".join(
            struct.pack("<BHH", index == 2, len(part), len(part) ^ 0xFFFF) + part
            for index, part in enumerate(blocks)
        )
        path = tmp_path / folder / pair[0].name
        with zipfile.ZipFile(path, "w") as archive:
            info = zipfile.ZipInfo("thing/ab", (2020, 1, 1, 0, 0, 0))
            archive.writestr(info, packed)  # stored; then called deflated
        data = bytearray(path.read_bytes())
        for at, method in ((0, 8), (data.index(b"PK\x01\x02"), 10)):
            struct.pack_into("<H", data, at + method, 8)
            struct.pack_into("<I", data, at + method + 6, zlib.crc32(content))
            struct.pack_into("<I", data, at + method + 14, len(content))
        path.write_bytes(data)
        paths.append(path)
    found = compare(*paths)
    assert found.archive == (
        ArchiveDifference(
            kind="compression",
            member="thing/ab",
            wheel="deflate, 17 bytes",
            rebuilt="deflate, 17 bytes, other bytes from 1 on",
        ),
    )
    assert found.outcome == "recompressed"


def test_order_dates_and_attributes(pair: tuple[Path, Path], tmp_path: Path) -> None:
    theirs = build(tmp_path / "theirs", dict(reversed(FILES.items())))

    def change(info: zipfile.ZipInfo) -> None:
        if info.filename == "thing/data.txt":
            info.date_time = (2021, 2, 3, 4, 5, 6)
            info.external_attr = 0o100755 << 16

    found = compare(pack(theirs, change), pair[1])
    assert [one.name for one in found.members] == [f"{INFO}/RECORD"]
    assert [(one.kind, one.member, one.wheel, one.rebuilt) for one in found.archive] == [
        ("order", "thing/data.txt", "thing/data.txt", "thing/__init__.py"),
        ("date", "thing/data.txt", "2021-02-03 04:05:06", "2020-01-01 00:00:00"),
        ("attributes", "thing/data.txt", "mode -rwxr-xr-x", "mode ?rw-------"),
    ]
    assert found.outcome == "different"


def test_what_is_beside_the_files(pair: tuple[Path, Path]) -> None:
    theirs, ours = pair
    sound = theirs.read_bytes()
    with zipfile.ZipFile(theirs, "a") as archive:
        archive.comment = b"\x1b[2Jhello"
    found = compare(theirs, ours)
    assert found.archive == (ArchiveDifference(kind="comment", wheel="b'\\x1b[2Jhello'", rebuilt="b''"),)
    theirs.write_bytes(sound + b"more")
    found = compare(theirs, ours)
    assert found.archive == (ArchiveDifference(kind="headers", wheel="has data behind its end"),)
    at = sound.index(b"PK\x03\x04") + 10  # the time in a local header, which nobody reads
    theirs.write_bytes(sound[:at] + b"\xff" + sound[at + 1 :])
    found = compare(theirs, ours)
    assert found.archive == (
        ArchiveDifference(kind="bytes", wheel=f"1 bytes of the archive's own, the first at {at}"),
    )
    assert (found.same_files, found.outcome) == (True, "different")
    assert causes(found) == [
        "the archive was written or changed by another program: pyz3 check says what is wrong with it"
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name(pair: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(pair[0], "a") as archive:
        archive.writestr(zipfile.ZipInfo("thing/__init__.py"), "evil")
    found = compare(*pair)
    assert (
        ArchiveDifference(kind="duplicate", member="thing/__init__.py", wheel="2 times", rebuilt="once")
        in found.archive
    )
    assert [(one.name, one.text) for one in found.members] == [("thing/__init__.py", "evil")]


def test_a_file_that_cannot_be_read(pair: tuple[Path, Path]) -> None:
    data = bytearray(pair[0].read_bytes())
    at = data.index(b"thing/data.txt") + len("thing/data.txt")
    data[at] ^= 0xFF
    pair[0].write_bytes(data)
    (one,) = compare(*pair).members
    assert (one.name, one.size, one.differing) == ("thing/data.txt", 5000, 0)
    assert one.unread.startswith("it is damaged: ")
    assert causes(compare(*pair)) == ["the wheel is damaged: fetch it again"]


def test_a_bomb(pair: tuple[Path, Path]) -> None:
    data = bytearray(pair[0].read_bytes())
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 600_000_000)  # the size that it announces
    pair[0].write_bytes(data)
    for read in (lambda: read_recorded(pair[0]), lambda: compare(*pair)):
        with pytest.raises(
            UnreadableFileError, match="it unpacks to 600 MB, and no more than 500 MB are read"
        ):
            read()


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(data=st.data())
def test_damage_of_every_kind(data: st.DataObject, pair: tuple[Path, Path]) -> None:
    """Whatever is in a wheel's place, the damage is told, or what differs."""
    sound = pair[1].read_bytes()
    content = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.sampled_from([0, 1, 127, 255]))
    pair[0].write_bytes(content[: data.draw(st.sampled_from([len(content), len(content) - 5, 100]))])
    try:
        read_recorded(pair[0])
        found = compare(*pair)
    except UnreadableFileError as error:
        told = error.message
    else:
        assert (found.outcome == "same") == (pair[0].read_bytes() == sound)
        assert safe_json(found)
        told = " ".join([found.outcome, *causes(found)])
        assert (told == "same") == (found.outcome == "same")
    assert told.isprintable()


def test_no_wheel(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^there is no .*gone-1\.0-py3-none-any\.whl$"):
        read_recorded(tmp_path / "gone-1.0-py3-none-any.whl")
    for name, data, message in (
        ("thing.whl", b"", "no name of a wheel"),
        ("thing-1.0-py3-none-any.whl", b"PK", "it is no zip file: it has no end of a central directory"),
        ("other-1.0-py3-none-any.whl", b"PK\x05\x06" + bytes(8) + b"\xfe" * 10, "it announces 0 files"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(UnreadableFileError, match=message):
            read_recorded(path)


def test_what_a_wheel_says_of_its_build(pair: tuple[Path, Path]) -> None:
    found = read_recorded(pair[0])
    assert (found.name, found.version, found.generator, found.epoch) == (
        "thing",
        "1.0",
        "tests",
        DEFAULT_EPOCH,
    )
    assert found.is_for_any

    def change(info: zipfile.ZipInfo) -> None:
        info.date_time = (2021, 0, 3, 4, 5, 6) if info.filename == "thing/data.txt" else (2021, 2, 3, 4, 5, 6)

    assert read_recorded(pack(pair[0], change)).epoch is None


def test_other_tools_and_binaries() -> None:
    binary = MemberDifference(
        name="thing/_speed.so", size=1, rebuilt_size=1, crc="0", rebuilt_crc="1", differing=1, section=".text"
    )
    record = MemberDifference(
        name=f"{INFO}/RECORD", size=1, rebuilt_size=1, crc="0", rebuilt_crc="1", differing=1, line=1
    )
    found = Comparison(sha256="1", rebuilt_sha256="2", members=(binary, record))
    tools = (
        "another zig, other headers of Python, --optimize, CFLAGS or other variables, or other versions of "
        "build requirements: a wheel does not say which it was built with"
    )
    assert causes(found) == [tools]
    assert causes(found, generator="pyz3 0.9") == [
        "it was built by pyz3 0.9, and this is pyz3 1.0, perhaps with another zig: use that one",
        tools,
    ]
    other = "it was built by setuptools (80.9.0), not by pyz3: other tools give other bytes"
    assert causes(found, generator="setuptools (80.9.0)") == [other, tools]
    # It writes other metadata, and packs otherwise, of the same source.
    found = Comparison(
        sha256="1",
        rebuilt_sha256="2",
        only_in_wheel=("thing/", f"{INFO}/LICENSE"),
        members=(record,),
        archive=(ArchiveDifference(kind="order", wheel="a", rebuilt="b"),),
    )
    assert causes(found, generator="setuptools (80.9.0)") == [other]


def test_bills_of_materials() -> None:
    def differs(name: str) -> MemberDifference:
        return MemberDifference(
            name=f"{INFO}/{name}", size=1, rebuilt_size=1, crc="0", rebuilt_crc="1", differing=1, line=1
        )

    bill, record = differs("sboms/pyz3.cdx.json"), differs("RECORD")
    binary = MemberDifference(
        name="thing/_speed.so", size=1, rebuilt_size=1, crc="0", rebuilt_crc="1", differing=1, section=".text"
    )
    said = "sboms/pyz3.cdx.json of both says which zig, mode and requirements they were built with"
    found = Comparison(sha256="1", rebuilt_sha256="2", members=(bill, record))
    assert causes(found) == [f"other versions of zig or of build requirements: {said}"]
    # A bill has the digests of binaries, and the texts follow from what is in them.
    found = Comparison(
        sha256="1",
        rebuilt_sha256="2",
        members=(binary, bill, record),
        only_in_rebuilt=(f"{INFO}/licenses/pyz3/zig/LICENSE",),
    )
    assert causes(found) == [
        (
            "another zig, other headers of Python, --optimize, CFLAGS or other variables, or other versions "
            f"of build requirements: {said}"
        )
    ]
    found = Comparison(sha256="1", rebuilt_sha256="2", members=(record,), only_in_wheel=(bill.name,))
    assert causes(found) == [
        "one of them alone holds sboms/pyz3.cdx.json: another pyz3, or [tool.pyz3.sbom] says another thing"
    ]


def test_a_wheel_that_somebody_changed(pair: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(pair[0]) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(pair[0], "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data.replace(b"x = 1", b"x = 6"))
    assert causes(compare(*pair)) == [
        "the wheel was changed after it was built: its RECORD has the digests of the rebuilt files"
    ]


def test_sections() -> None:
    for name in ("_queue", "_opcode", "_heapq"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin and spec.origin.endswith(".so"):
            break
    else:
        pytest.skip("this Python has its modules built in")
    with open(spec.origin, "rb") as file:  # noqa: PTH123 - a name
        data = file.read()
    assert data.startswith(b"\x7fELF")
    assert section_at(data, 4) == "headers"
    assert section_at(data, data.rindex(b".shstrtab\0")) == ".shstrtab"
    assert (section_at(b"no binary", 0), section_at(data[:40], 4)) == ("", "")


def test_the_schema_is_that_of_the_report() -> None:
    definitions = json.loads(reproduction_schema())["$defs"]
    assert set(definitions) == {"Reproduction", "Comparison", "MemberDifference", "ArchiveDifference"}
    assert set(definitions["Reproduction"]["properties"]) == set(Reproduction.__struct_fields__)


PROJECT = """\
[project]
name = "thing"
version = "1.0"
requires-python = ">=3.9"

[tool.pyz3]
fallback = true
skip = "*"

[[tool.pyz3.extensions]]
name = "thing._speed"
sources = ["a.c"]
"""


def planned(
    tmp_path: Path, tag: str, *, python: str | None = None, epoch: int | None = DEFAULT_EPOCH, **environ: str
) -> tuple[list[object], list[str], dict[str, str]]:
    """Give what is to be built for a wheel with a tag: identifier and floor; the notes; the variables."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "a.c").touch()
    builder = WheelBuilder(tmp_path, environ=environ)
    build = replace(builder.open(), headers=lambda: dict.fromkeys(("3.10", "3.13")))  # type: ignore[arg-type]
    wheel = Recorded(
        path=tmp_path / f"thing-1.0-{tag}.whl", name="thing", version="1.0", tags=parse_tag(tag), epoch=epoch
    )

    def make(build: ProjectBuild, selection: Selection) -> Sequence[Planned]:
        return build.plan(selection, fallback=wheel.is_for_any)

    found = plan_rebuild(build, wheel, python=python, make=make)
    wanted: list[object] = [
        (one.identifier, one.floor) if isinstance(one, Order) else one.identifier for one in found.plan
    ]
    assert all(isinstance(one, (Order, Pure)) for one in found.plan)
    return wanted, list(found.notes), dict(found.build.environ)


def test_what_is_built_again(tmp_path: Path) -> None:
    for tag, wanted, notes in (
        ("cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", [("cp313-manylinux_x86_64", "2.17")], []),
        ("cp313-cp313t-win_amd64", [("cp313t-win_amd64", "")], []),
        (
            "cp313-cp313-manylinux_2_28_aarch64",
            [("cp313-manylinux_aarch64", "2.28")],
            ["its name promises glibc 2.28, the project 2.17: built for glibc 2.28"],
        ),
        (
            "cp313-cp313-macosx_14_0_universal2",
            [("cp313-macosx_universal2", "14.0")],
            ["its name promises macOS 14.0, the project 10.13: built for macOS 14.0"],
        ),
        ("cp313-cp313-musllinux_1_2_x86_64", [("cp313-musllinux_x86_64", "1.2")], []),
    ):
        assert planned(tmp_path, tag)[:2] == (wanted, notes)


def test_a_wheel_for_several_pythons(tmp_path: Path) -> None:
    wanted, notes, _ = planned(tmp_path, "cp39-abi3-win_amd64")
    assert wanted == [("cp310-win_amd64", "")]  # the oldest that there are headers for
    assert notes == ["it is for several Pythons, and built with 3.10; another: --python X.Y"]
    assert planned(tmp_path, "cp39-abi3-win_amd64", python="3.13")[:2] == ([("cp313-win_amd64", "")], [])
    with pytest.raises(ConfigError, match=r"is for Python 3\.13, not for 3\.10$"):
        planned(tmp_path, "cp313-cp313-win_amd64", python="3.10")


def test_nothing_that_is_built(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pyz3 builds nothing for cp27-cp27m-win_amd64"):
        planned(tmp_path, "cp27-cp27m-win_amd64")


def test_the_date_is_that_of_the_wheel(tmp_path: Path) -> None:
    tag = "cp313-cp313-win_amd64"
    assert planned(tmp_path, tag)[1:] == ([], {})
    _, notes, environ = planned(tmp_path, tag, SOURCE_DATE_EPOCH="1700000000")
    assert environ == {}
    assert notes == ["SOURCE_DATE_EPOCH is 1700000000 here, and not obeyed: the wheel has its own date"]
    _, notes, environ = planned(tmp_path, tag, epoch=1700000000)
    assert environ == {"SOURCE_DATE_EPOCH": "1700000000"}
    assert notes == ["SOURCE_DATE_EPOCH is taken from the date of its files: 1700000000, or a second more"]
    # A zip file cannot tell an odd second.
    kept = planned(tmp_path, tag, epoch=1700000000, SOURCE_DATE_EPOCH="1700000001")
    assert kept[1:] == ([], {"SOURCE_DATE_EPOCH": "1700000001"})
    assert planned(tmp_path, tag, epoch=None)[1] == [
        "its files have several dates: those of the rebuilt one are pyz3's own"
    ]

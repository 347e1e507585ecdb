"""``pyz3 check`` on archives that are wrong in one way each: which rules say so, and of which member."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wheels import put_wheel

from pyz3.check import check, rules
from pyz3.check.catalog import selected
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FILES = {"thing/__init__.py": "x = 1\n", "thing/py.typed": ""}
INFO = "thing-1.0.dist-info"


def found(path: Path, *, ignore: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The code and the member of each finding."""
    report = check([path], environ={}, select=["PW1"], ignore=ignore)
    return [(one.code, one.member) for one in report.all_findings]


def messages(path: Path) -> list[str]:
    return [one.message for one in check([path], environ={}).all_findings]


def sound(folder: Path, files: Mapping[str, str] = FILES, tag: str = "py3-none-any") -> Path:
    return put_wheel(folder, "thing", files, tag)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The wheel with other contents, in its old order."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def record(path: Path, old: str, new: str) -> Path:
    def change(contents: dict[str, bytes]) -> None:
        text = contents[f"{INFO}/RECORD"].decode()
        assert old in text
        contents[f"{INFO}/RECORD"] = text.replace(old, new).encode()

    return rewritten(path, change)


def test_a_sound_wheel(tmp_path: Path) -> None:
    report = check([sound(tmp_path)], environ={})
    assert (report.all_findings, report.errors, report.warnings) == ((), 0, 0)
    assert report.wheels[0].tags == ("py3-none-any",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "thing/__init__.py,sha256=",
            "thing/gone.py,sha256=",
            {"PW101 thing/__init__.py", "PW102 thing/gone.py"},
        ),
        (",6\n", ",7\n", {"PW104 thing/__init__.py"}),
        (",6\n", ",\n", {"PW104 thing/__init__.py"}),
        ("thing/__init__.py,sha256=", "thing/__init__.py,sha256=A", {"PW103 thing/__init__.py"}),
        ("thing/__init__.py,sha256=", "thing/__init__.py,md5=", {"PW105 thing/__init__.py"}),
        (
            "thing/py.typed,",
            "../py.typed,",
            {"PW101 thing/py.typed", "PW102 ../py.typed", "PW107 ../py.typed"},
        ),
        (
            f"{INFO}/RECORD,,\n",
            f"{INFO}/RECORD,,\nthing/py.typed,,0\n",
            {"PW105 thing/py.typed", "PW108 thing/py.typed"},
        ),
    ],
)
def test_record(old: str, new: str, expected: set[str], tmp_path: Path) -> None:
    assert {f"{code} {member}" for code, member in found(record(sound(tmp_path), old, new))} == expected


def test_a_wheel_without_record(tmp_path: Path) -> None:
    path = rewritten(sound(tmp_path), lambda contents: contents.pop(f"{INFO}/RECORD") and None)
    assert messages(path) == ["it has no RECORD"]


def test_a_record_that_is_no_text(tmp_path: Path) -> None:
    path = rewritten(sound(tmp_path), lambda contents: contents.update({f"{INFO}/RECORD": b"\xff\xfe"}))
    assert found(path) == [("PW106", "")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/etc/passwd", ["PW107"]),
        ("../evil.py", ["PW107"]),
        ("thing//two.py", ["PW107"]),
        ("./three.py", ["PW107"]),
        ("thing\\four.py", ["PW107"]),
        ("C:/five.py", ["PW107"]),
        ("thing/six\n::error::.py", ["PW107"]),
        ("thing/\x1b]0;seven\x07.py", ["PW107"]),
        ("thing/AUX.py", ["PW112"]),
        ("thing/eight .", ["PW112"]),
        ("thing/nine?.py", ["PW112"]),
        ("thing/" + "a/" * 100 + "ten.py", ["PW112"]),
        ("THING/__init__.py", ["PW110"]),
    ],
)
def test_names(name: str, expected: list[str], tmp_path: Path) -> None:
    path = sound(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "")
    report = check([path], environ={}, select=["PW1"], ignore=["PW101"])
    assert [one.code for one in report.all_findings] == expected
    assert all(one.message.isprintable() and one.member.isprintable() for one in report.all_findings)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice(tmp_path: Path) -> None:
    path = sound(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("thing/__init__.py", "x = 1\n")
    assert found(path) == [("PW108", "thing/__init__.py")]


def test_a_link(tmp_path: Path) -> None:
    path = sound(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("thing/link")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert found(path, ignore=("PW101",)) == [("PW111", "thing/link")]


def test_what_pypi_refuses(tmp_path: Path) -> None:
    path = sound(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("thing/commented.py")
        info.comment = b"hello"
        archive.writestr(info, "")
    assert found(path, ignore=("PW101",)) == [("PW113", "thing/commented.py")]

    class Unseekable(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece: bytes) -> int:  # type: ignore[override]
            self.data += piece
            return len(piece)

    stream = Unseekable()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as archive:  # type: ignore[arg-type]
        for name in old.namelist()[:-1]:
            archive.writestr(name, old.read(name))
    path.write_bytes(stream.data)
    assert {code for code, _ in found(path, ignore=("PW102",))} == {"PW113"}


def changed(path: Path, change: Callable[[bytearray], None]) -> Path:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


def test_two_wheels_in_one_file(tmp_path: Path) -> None:
    local = changed(sound(tmp_path), lambda data: data.__setitem__(slice(30, 33), b"THI"))
    assert ("PW109", "thing/__init__.py") in found(local)
    assert "thing/__init__.py is called 'THIng/__init__.py' in its local header" in messages(local)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (b"", b"more", "the archive has data behind its end"),
        (b"#!", b"", "it cannot be read as a wheel: it is damaged: its central directory ends too soon"),
    ],
)
def test_bytes_that_no_member_has(before: bytes, after: bytes, message: str, tmp_path: Path) -> None:
    path = sound(tmp_path)
    path.write_bytes(before + path.read_bytes() + after)
    assert messages(path) == [message]


def test_hidden_bytes_between_members(tmp_path: Path) -> None:
    path = sound(tmp_path)
    with zipfile.ZipFile(path) as archive:
        at = archive.infolist()[1].header_offset
        entries, start = archive.infolist(), archive.start_dir
    data = path.read_bytes()
    hidden = data[:at] + b"hidden" + data[at:]
    moved = bytearray(hidden)
    place = start + 6
    for entry in entries:
        offset = entry.header_offset + (6 if entry.header_offset >= at else 0)
        struct.pack_into("<I", moved, place + 42, offset)
        place += 46 + len(entry.filename)
    struct.pack_into("<I", moved, len(moved) - 6, start + 6)
    path.write_bytes(moved)
    assert messages(path) == ["thing/py.typed has 6 unnamed bytes before it"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = sound(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("thing/big", "w") as file:
        for _ in range(600):
            file.write(bytes(1 << 20))
    assert messages(path) == [
        "it cannot be read as a wheel: it unpacks to 629 MB, and no more than 500 MB are read"
    ]


def test_a_million_members_are_not_read(tmp_path: Path) -> None:
    path = sound(tmp_path)
    end = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 46, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 46, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(b"PK\x01\x02" + bytes(42) + end + locator + last)
    assert messages(path) == [
        "it cannot be read as a wheel: it announces 1000000 files, and no more than 250000 are read"
    ]


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\x00" * 100, b"<html>"])
def test_no_zip_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "thing-1.0-py3-none-any.whl"
    path.write_bytes(content)
    codes = {code for code, _ in found(path)}
    assert codes == ({"PW106", "PW122"} if len(content) == 22 else {"PW100"})


def test_more_findings_than_anybody_reads(tmp_path: Path) -> None:
    path = sound(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(250):
            archive.writestr(f"thing/f{number}.py", "")
    report = check([path], environ={})
    assert len(report.all_findings) == 200
    assert report.wheels[0].notes == ("PW101: 50 more of its findings are left out",)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("thing-1.0.whl", ["PW121"]),
        ("thing-2.0-py3-none-any.whl", ["PW122", "PW123"]),
        ("other-1.0-py3-none-any.whl", ["PW122", "PW123"]),
        ("Thing-1.0.0-py3-none-any.whl", []),
        ("thing-1.0-py3-none-win_amd64.whl", ["PW125"]),
    ],
)
def test_the_files_name(name: str, codes: list[str], tmp_path: Path) -> None:
    path = sound(tmp_path).rename(tmp_path / name)
    assert [code for code, _ in found(path)] == codes


@pytest.mark.parametrize(
    ("name", "text", "codes"),
    [
        ("WHEEL", None, ["PW101", "PW124"]),
        ("WHEEL", "Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", ["PW124"]),
        ("WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n", ["PW124"]),
        ("WHEEL", "Wheel-Version: 1.9\nRoot-Is-Purelib: true\nTag: nonsense\n", ["PW125"]),
        ("METADATA", None, ["PW102", "PW123"]),
        ("METADATA", "Name: thing\nVersion: 1.1\n", ["PW123"]),
    ],
)
def test_metadata_and_wheel(name: str, text: str | None, codes: list[str], tmp_path: Path) -> None:
    def change(contents: dict[str, bytes]) -> None:
        if text is None:
            contents.pop(f"{INFO}/{name}")
        else:
            contents[f"{INFO}/{name}"] = text.encode()

    path = rewritten(sound(tmp_path), change)
    assert [code for code, _ in found(path, ignore=("PW101", "PW102", "PW103", "PW104", "PW507"))] == [
        code for code in codes if code not in {"PW101", "PW102"}
    ]


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(data=st.data())
def test_any_damage_is_a_finding_and_never_a_traceback(data: st.DataObject, tmp_path: Path) -> None:
    path = sound(tmp_path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    report = check([path], environ={})
    assert all(one.message.isprintable() for one in report.all_findings)


def test_selection() -> None:
    every = frozenset(rules())
    assert selected((), ()) == every
    assert selected(("ALL",), ("PW1",)) == {code for code in every if not code.startswith("PW1")}
    assert selected(("PW1",), ("PW10",)) == {c for c in every if c.startswith(("PW11", "PW12"))}
    assert selected(("PW101",), ("PW1",)) == {"PW101"}
    assert selected(("PW101",), ("PW101",)) == frozenset()
    with pytest.raises(ConfigError, match="no rule is called 'E501'"):
        selected(("E501",), ())


def test_rules_have_all_that_a_page_says() -> None:
    for code, rule in rules().items():
        assert code == rule.code
        assert rule.name.replace("-", "").isalnum()
        assert all(text.endswith((".", ")")) for text in (rule.what, rule.why, rule.mend)), code
    names = [rule.name for rule in rules().values()]
    assert len(names) == len(set(names))

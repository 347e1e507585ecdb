"""The doctor meets files that are no wheels, or were one: a message, never a traceback."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyz3.doctor import diagnose, subjects_of
from pyz3.doctor.subject import find_subject
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def wheel_bytes(wheel: str, record: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p/__init__.py", "x = 1\n" * 50)
        archive.writestr("p/_m.so", b"\x7fELF nonsense")
        archive.writestr("p-1.dist-info/WHEEL", wheel)
        archive.writestr("p-1.dist-info/RECORD", record)
    return buffer.getvalue()


SOUND = wheel_bytes("Tag: py3-none-any\n", "p/__init__.py,,\np/_m.so,,\np-1.dist-info/WHEEL,,\n")


def examine(path: Path) -> str:
    """What a user would see first."""
    try:
        found = diagnose(str(path), search=[], environ={})
    except ConfigError as error:
        return str(error)
    return " ".join(problem.rule for problem in found.problems)


def test_a_folder_of_wheels_is_its_wheels(tmp_path: Path) -> None:
    for name in ("b-1-py3-none-any.whl", "a-1-py3-none-any.whl", "notes.txt"):
        (tmp_path / name).write_bytes(SOUND)
    assert subjects_of(str(tmp_path)) == [
        str(tmp_path / name) for name in ("a-1-py3-none-any.whl", "b-1-py3-none-any.whl")
    ]
    assert subjects_of("json") == ["json"]


def test_a_folder_without_anything_to_examine_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(ConfigError, match="no wheel and no binary is in this folder"):
        find_subject(str(tmp_path), search=[])


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(at=st.integers(0, len(SOUND) - 1), byte=st.integers(0, 255), end=st.integers(0, len(SOUND)))
def test_any_damaged_wheel(at: int, byte: int, end: int, tmp_path: Path) -> None:
    path = tmp_path / "p-1-py3-none-any.whl"
    path.write_bytes((SOUND[:at] + bytes([byte]) + SOUND[at + 1 :])[: max(end, at)])
    assert examine(path)


def test_a_sound_wheel_with_a_damaged_binary(tmp_path: Path) -> None:
    path = tmp_path / "p-1-py3-none-any.whl"
    path.write_bytes(SOUND)
    assert examine(path) == "damaged"


@pytest.mark.parametrize(
    ("wheel", "record", "rules"),
    [
        ("", "", "record record record tag damaged"),
        ("Tag: nonsense\n", "\0", "record record record tag damaged"),
        ("Tag: py3-none-any\n", 'p/__init__.py,"sha256=', "record record damaged"),
        ("Tag: py3-none-any\n", "p/gone.py,sha256=x,\np/__init__.py,,\np/_m.so,,\n", "record record damaged"),
        (
            "Tag: py3-none-any\n",
            "p/__init__.py,shake_128=AAAA,\np/_m.so,md5=AAAA,\n",
            "record record record damaged",
        ),
        ("Tag: py3-none-any\n", "p/__init__.py,sha256=\x1b]0;\x07,\np/_m.so,=,\n", "record record damaged"),
    ],
)
def test_damaged_metadata(wheel: str, record: str, rules: str, tmp_path: Path) -> None:
    path = tmp_path / "p-1-py3-none-any.whl"
    path.write_bytes(wheel_bytes(wheel, record))
    assert examine(path) == rules


def test_an_installed_wheel_with_nonsense_for_a_tag(tmp_path: Path) -> None:
    info = tmp_path / "p-1.dist-info"
    info.mkdir()
    (info / "WHEEL").write_text("Tag: nonsense\nTag: py3-none-any\n", encoding="utf-8")
    (info / "RECORD").write_text("p/__init__.py,,\n", encoding="utf-8")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "__init__.py").touch()
    assert find_subject("p", search=[str(tmp_path)]).tags == ("py3-none-any",)


def test_a_python_module_has_no_binary(tmp_path: Path) -> None:
    (tmp_path / "lone.py").write_text("raise SystemExit\n", encoding="utf-8")
    found = diagnose("lone", search=[str(tmp_path)], environ={})
    assert (found.binaries, found.problems) == ((), ())


def test_neither_a_wheel_nor_a_binary(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ConfigError, match=r"neither a wheel nor a binary"):
        find_subject(str(tmp_path / "notes.txt"), search=[])


def test_a_wheel_that_would_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "p-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("p/_m.so", "w") as file:
        for _ in range(120):
            file.write(bytes(1 << 20))
    with pytest.raises(ConfigError, match="its binaries have 126 MB, more than the 100 MB"):
        find_subject(str(path), search=[])


def test_more_binaries_than_any_wheel_has(tmp_path: Path) -> None:
    path = tmp_path / "p-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1200):
            archive.writestr(f"p/m{number}.so", b"no binary")
    found = diagnose(str(path), search=[], environ={})
    many = [problem for problem in found.problems if problem.rule == "many"]
    assert [one.message for one in many] == [
        "200 of 1200 binaries were not looked at: no wheel needs so many"
    ]
    assert sum(problem.rule == "damaged" for problem in found.problems) == 1000
    assert found.__rich__().plain.splitlines()[-1] == "and 802 more problems: --json lists all"

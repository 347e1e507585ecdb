"""The level of x86-64 that an ELF file's notes say it needs, on files of a few hundred bytes."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyz3.audit import facts_of
from pyz3.audit.properties import needed_level
from pyz3.errors import AuditFailedError

LOAD, DYNAMIC, NOTE, PROPERTY = 1, 2, 4, 0x6474E553
NEEDED, USED, IBT = 0xC0008002, 0xC0010002, 0xC0000002


def note(*properties: tuple[int, int], owner: bytes = b"GNU\0", kind: int = 5, align: int = 8) -> bytes:
    """A note of properties: type and value."""
    body = b"".join(
        (one := struct.pack("<III", number, 4, value)) + bytes(-len(one) % align)
        for number, value in properties
    )
    return struct.pack("<III", len(owner), len(body), kind) + owner + body


def library(*notes: bytes, kind: int = PROPERTY, wide: bool = True, machine: int = 62) -> bytes:
    """A shared library with nothing in it but notes, each in a segment of its own."""
    start, size = (64, 56) if wide else (52, 32)
    begin = start + size * (2 + len(notes))
    dynamic = begin + sum(map(len, notes))
    empty = bytes(16 if wide else 8)
    end = dynamic + len(empty)
    align = 8 if wide else 4
    rows = [(LOAD, 0, end, 4096), (DYNAMIC, dynamic, len(empty), align)]
    at = begin
    for one in notes:
        rows.append((kind, at, len(one), align))
        at += len(one)
    words = "QQQ" if wide else "III"
    head = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    numbers = (3, machine, 1, 0, start, 0, 0, start, size, len(rows), 64 if wide else 40, 0, 0)
    head += struct.pack(f"<HHI{words}IHHHHHH", *numbers)
    form = "<IIQQQQQQ" if wide else "<IIIIIIII"
    for number, offset, length, step in rows:
        if wide:
            head += struct.pack(form, number, 4, offset, offset, offset, length, length, step)
        else:
            head += struct.pack(form, number, offset, offset, offset, length, length, 4, step)
    return head + b"".join(notes) + empty


@pytest.mark.parametrize(
    ("properties", "level"),
    [
        ([], 0),
        ([(NEEDED, 0b1)], 1),
        ([(NEEDED, 0b11)], 2),
        ([(NEEDED, 0b100)], 3),
        ([(NEEDED, 0b1111)], 4),
        ([(IBT, 3), (NEEDED, 0b10), (USED, 0b1000)], 2),
        ([(USED, 0b1111)], 0),  # is there, and chosen when it runs
    ],
)
@pytest.mark.parametrize("kind", [PROPERTY, NOTE])
@pytest.mark.parametrize(("wide", "machine"), [(True, 62), (False, 3)])
def test_levels(properties: list[tuple[int, int]], level: int, kind: int, wide: bool, machine: int) -> None:
    data = library(note(*properties, align=8 if wide else 4), kind=kind, wide=wide, machine=machine)
    assert [one.level for one in facts_of(data, name="m.so")] == [level]


def test_other_notes_do_not_count() -> None:
    others = note((NEEDED, 4), kind=3), note((NEEDED, 4), owner=b"XYZ\0"), note((NEEDED, 4), kind=1)
    assert needed_level(library(*others)) == 0
    assert needed_level(library(others[0] + note((NEEDED, 2)))) == 2
    wide_value = struct.pack("<III", 4, 16, 5) + b"GNU\0" + struct.pack("<IIQ", NEEDED, 8, 15)
    assert needed_level(library(wide_value)) == 0


def test_another_machine_has_other_properties() -> None:
    (facts,) = facts_of(library(note((NEEDED, 0b100)), machine=183), name="m.so")
    assert (facts.machine, facts.level) == ("aarch64", 0)


@pytest.mark.parametrize("number", [(1 << 20) // 16, 1 << 18])
def test_as_many_notes_as_fit_or_more(number: int) -> None:
    data = library(struct.pack("<III", 0, 0, 5).ljust(16, b"\0") * number)
    begin = time.process_time()
    if number > 1 << 16:
        with pytest.raises(AuditFailedError, match=r"is damaged: its notes are larger than 1048576 bytes$"):
            facts_of(data, name="m.so")
    else:
        assert facts_of(data, name="m.so")[0].level == 0
    assert time.process_time() - begin < 2


@given(st.binary(min_size=12, max_size=120))
def test_any_bytes(noise: bytes) -> None:
    assert 0 <= needed_level(library(noise)) <= 32


def test_sections_that_lie_over_each_other() -> None:
    content = bytes(1 << 20)
    rows = struct.pack("<IIQQQQIIQQ", 0, 1, 0, 0, 64, len(content), 0, 0, 1, 0) * 20_000
    start = 64 + len(content)
    head = b"\x7fELF\2\1\1" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, start, start + 56, 0, 64, 56, 1, 64, 20_000, 0)
    load = struct.pack("<IIQQQQQQ", LOAD, 4, 0, 0, 0, start, start, 4096)
    begin = time.process_time()
    message = r"its parts lie over each other, or are far larger than the file itself$"
    with pytest.raises(AuditFailedError, match=message):
        facts_of(head + content + load + rows, name="m.so")
    with pytest.raises(AuditFailedError, match=message):
        facts_of(
            library(*[note((NEEDED, 1)).ljust(4096, b"\0")] * 2, kind=LOAD).replace(
                struct.pack("<Q", 4096) * 2, struct.pack("<Q", 1 << 40) * 2
            ),
            name="m.so",
        )
    assert time.process_time() - begin < 2

"""Which binary with debug data belongs to which one without."""

from __future__ import annotations

import struct

import pytest

from pyz3.engine.elf_debug import debug_file

ALLOC, CODE = 2, 4
Section = tuple[str, int, int, bytes]
NOTE = struct.pack("<III4s", 4, 4, 3, b"GNU\0")
TEXT: Section = (".text", ALLOC | CODE, 0x1000, b"\xc3" * 8)
DATA: Section = (".data", ALLOC, 0x2000, b"1234")
ID: Section = (".note.gnu.build-id", ALLOC, 0x200, NOTE + b"\xab\xcd\xef\x01")
OTHER_ID: Section = (*ID[:3], NOTE + b"\x99\x99\x99\x99")
DEBUG: Section = (".debug_info", 0, 0, b"lines")


def elf(*sections: Section) -> bytes:
    """A shared library for x86_64 with these sections."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name, *_ in sections) + b".shstrtab\0"
    body, headers, at = b"", [bytes(64)], 64
    for name, flags, address, content in (*sections, (".shstrtab", 0, 0, names)):
        kind = 3 if name == ".shstrtab" else 1
        place = names.index(name.encode() + b"\0")
        headers.append(struct.pack("<IIQQQQIIQQ", place, kind, flags, address, at, len(content), 0, 0, 1, 0))
        body += content
        at += len(content)
    counts = (64, 56, 0, 64, len(headers), len(headers) - 1)
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 3, 62, 1, 0, 0, at, 0, *counts[:1], *counts[1:])
    return head + body + b"".join(headers)


def test_the_same_code_has_the_debug_data() -> None:
    unstripped = elf(TEXT, DATA, DEBUG)
    assert debug_file(elf(TEXT, DATA), unstripped) == (unstripped, "")


def test_the_build_id_is_that_of_what_users_have() -> None:
    made = debug_file(elf(ID, TEXT), elf(OTHER_ID, TEXT, DEBUG))
    assert made == (elf(ID, TEXT, DEBUG), "abcdef01")


@pytest.mark.parametrize(
    ("released", "where"),
    [
        ((DATA, (*TEXT[:3], b"\xc3" * 7 + b"\xcc")), r"\.text"),
        ((DATA, (".text", ALLOC | CODE, 0x1010, b"\xc3" * 8)), r"\.text"),
        (((".data", ALLOC, 0x2000, b"12345"), TEXT), r"\.data"),
        ((DATA,), "its sections"),
        ((DATA, TEXT, ID), "its sections"),
    ],
    ids=["code", "place", "size", "fewer", "more"],
)
def test_other_code_has_none(released: tuple[Section, ...], where: str) -> None:
    with pytest.raises(ValueError, match=rf"^the second build is not the same: {where} differs$"):
        debug_file(elf(*released), elf(DATA, TEXT, DEBUG))


def test_other_data_is_no_other_code() -> None:
    unstripped = elf((".data", ALLOC, 0x2000, b"4321"), TEXT, DEBUG)
    assert debug_file(elf(DATA, TEXT), unstripped).content == unstripped


def test_what_was_stripped_has_none() -> None:
    with pytest.raises(ValueError, match=r"^the second build holds no debug data of it$"):
        debug_file(elf(TEXT), elf(TEXT))


def test_what_is_no_elf_file() -> None:
    with pytest.raises(ValueError, match=r"^its headers cannot be read$"):
        debug_file(elf(TEXT), b"")

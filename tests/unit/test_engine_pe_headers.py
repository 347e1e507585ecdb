from __future__ import annotations

import struct

import pytest

from pyz3.engine.pe_headers import pointers_to_header, with_dll_name, without_time

NAME = b"hello._speed.cp313-win32.dll"
HEADER, SECTION, EXPORTS = 0x40, 0x40 + 24 + 240, 0x200


def dll(*, magic: int = 0x20B) -> bytearray:
    """The parts of a DLL that name times: headers, one section, and its export directory."""
    data = bytearray(0x400)
    struct.pack_into("<I", data, 0x3C, HEADER)
    data[HEADER : HEADER + 4] = b"PE\0\0"
    struct.pack_into("<HHIIIHH", data, HEADER + 4, 0x8664, 1, 0x5F000000, 0, 0, 240, 0x2022)
    struct.pack_into("<H", data, HEADER + 24, magic)
    struct.pack_into("<I", data, HEADER + 24 + (112 if magic == 0x20B else 96), 0x1010)
    struct.pack_into("<8s4I", data, SECTION, b".rdata", 0x100, 0x1000, 0x200, EXPORTS)
    struct.pack_into("<II", data, EXPORTS + 0x10, 0, 0x5F000001)
    struct.pack_into("<I", data, EXPORTS + 0x10 + 12, 0x1080)
    data[EXPORTS + 0x80 : EXPORTS + 0x80 + len(NAME) + 5] = NAME + b"\0PyIn"
    return data


@pytest.mark.parametrize("magic", [0x20B, 0x10B])
def test_both_times_become_zero_and_nothing_else_changes(magic: int) -> None:
    before = dll(magic=magic)
    after = without_time(bytes(before))
    changed = [at for at in range(len(before)) if before[at] != after[at]]
    assert changed == [HEADER + 11, EXPORTS + 0x14, EXPORTS + 0x17]
    assert after == without_time(after)


@pytest.mark.parametrize("magic", [0x20B, 0x10B])
def test_the_name_is_that_of_the_file(magic: int) -> None:
    after = with_dll_name(bytes(dll(magic=magic)), "_speed.cp313-win32.pyd")
    assert after[EXPORTS + 0x80 :].startswith(b"_speed.cp313-win32.pyd" + bytes(7) + b"PyIn")
    assert after[: EXPORTS + 0x80] == dll(magic=magic)[: EXPORTS + 0x80]
    assert with_dll_name(after, "_speed.cp313-win32.pyd") == after
    # There is no room for a longer one.
    assert with_dll_name(bytes(dll()), "x" * len(NAME) + "y") == dll()


@pytest.mark.parametrize("content", [b"", b"MZ", b"\0" * 0x400, bytes(dll()[:0x60])])
def test_what_is_no_dll(content: bytes) -> None:
    with pytest.raises(ValueError, match="PE file"):
        without_time(content)
    with pytest.raises(ValueError, match="PE file"):
        with_dll_name(content, "a.pyd")


@pytest.mark.parametrize("wide", [True, False])
def test_pointers_to_the_first_byte(wide: bool) -> None:
    base, kind, pointer = (0x1_8000_0000, 10, "<Q") if wide else (0x1000_0000, 3, "<I")
    size = struct.calcsize(pointer)
    values = [base, base + 0x1000, 0, base]
    data = b"".join(struct.pack(pointer, value) for value in values)
    # The third is no pointer to be moved; the last entry fills up.
    entries = [kind << 12 | size * at for at in (0, 1, 3)] + [0]
    relocations = struct.pack("<II4H", 0x2000, 16, *entries)
    optional = bytearray(240)
    struct.pack_into("<H", optional, 0, 0x20B if wide else 0x10B)
    struct.pack_into(pointer, optional, 24 if wide else 28, base)
    struct.pack_into("<II", optional, (112 if wide else 96) + 8 * 5, 0x3000, len(relocations))
    sections = b"".join(
        struct.pack("<8sIIII16x", b"", len(content), address, len(content), place)
        for content, address, place in ((data, 0x2000, 0x400), (relocations, 0x3000, 0x500))
    )
    file = bytearray(0x600)
    struct.pack_into("<I", file, 0x3C, 0x40)
    head = b"PE\0\0" + struct.pack("<HHIIIHH", 0, 2, 0, 0, 0, len(optional), 0) + optional + sections
    file[0x40 : 0x40 + len(head)] = head
    file[0x400 : 0x400 + len(data)] = data
    file[0x500 : 0x500 + len(relocations)] = relocations
    assert pointers_to_header(bytes(file)) == 2
    with pytest.raises(ValueError, match=r"^not a PE file$"):
        pointers_to_header(bytes(0x100))

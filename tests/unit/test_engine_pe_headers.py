from __future__ import annotations

import struct

import pytest

from pyz3.engine.pe_headers import with_dll_name, without_time

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

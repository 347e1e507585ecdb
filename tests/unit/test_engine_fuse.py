from __future__ import annotations

import struct

import lief
import pytest

from pyz3.engine.fuse import fuse

X86_64, ARM64 = (0x01000007, 3), (0x0100000C, 0)
PAGE = 1 << 14


def slice_for(machine: tuple[int, int], size: int) -> bytes:
    return struct.pack("<Iii", 0xFEEDFACF, *machine).ljust(size, b"\xaa")


def test_one_slice_stays_as_it_is() -> None:
    assert fuse([b"anything"]) == b"anything"


@pytest.mark.parametrize(("first", "second"), [(100, 200), (PAGE, 1), (3 * PAGE + 5, 2 * PAGE - 1)])
def test_slices_lie_where_the_header_says(first: int, second: int) -> None:
    slices = [slice_for(X86_64, max(first, 12)), slice_for(ARM64, max(second, 12))]
    fat = fuse(slices)
    magic, count = struct.unpack_from(">II", fat)
    assert (magic, count) == (0xCAFEBABE, 2)
    entries = list(struct.iter_unpack(">iiIII", fat[8:48]))
    assert [entry[:2] for entry in entries] == [X86_64, ARM64]
    for (_, _, offset, size, alignment), content in zip(entries, slices, strict=True):
        assert (offset % PAGE, alignment) == (0, 14)
        assert fat[offset : offset + size] == content
    # Nothing but zeros between them, nothing behind the last.
    assert len(fat) == entries[1][2] + entries[1][3]
    between = fat[48 : entries[0][2]] + fat[entries[0][2] + entries[0][3] : entries[1][2]]
    assert set(between) <= {0}


def test_another_reader_finds_both() -> None:
    # lief wants whole headers: a file without load commands.
    slices = [slice_for(machine, 12) + struct.pack("<IIIII", 6, 0, 0, 0, 0) for machine in (X86_64, ARM64)]
    parsed = lief.MachO.parse(list(fuse(slices)))
    assert parsed is not None
    assert [binary.header.cpu_type.name for binary in parsed] == ["X86_64", "ARM64"]


@pytest.mark.parametrize(
    ("slices", "message"),
    [
        ([slice_for(X86_64, 50), slice_for(X86_64, 60)], "two slices are for the same machine"),
        ([slice_for(X86_64, 50), b"short"], "a slice is no Mach-O file"),
        ([slice_for(X86_64, 50), b"\x7fELF" + bytes(60)], "a slice is no 64-bit Mach-O file"),
        ([slice_for(X86_64, 50), b"\xce\xfa\xed\xfe" + bytes(60)], "a slice is no 64-bit Mach-O file"),
    ],
)
def test_what_cannot_be_fused(slices: list[bytes], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        fuse(slices)

"""What an ELF file's property notes demand of the processor: x86-64-v2 and its like.

Sources: "Linux Extensions to gABI" (``NT_GNU_PROPERTY_TYPE_0``), the x86-64 psABI for its levels, and glibc's
``elf.h``.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PT_NOTE, _PT_GNU_PROPERTY = 4, 0x6474E553
_PROPERTIES, _OWNER = 5, b"GNU\0"
_ISA_NEEDED = 0xC0008002  # GNU_PROPERTY_X86_ISA_1_NEEDED
_WIDE = 8
# Linkers write a few hundred bytes of notes.
_MOST_NOTES = 1 << 20
_MOST_HEADERS = 4096


def needed_level(data: bytes) -> int:
    """Give the level of x86-64 that a file says it needs: ``3`` is x86-64-v3, 1 is any; 0: it says nothing.

    The loader reads what lies in segments, and so does this: section headers may be gone.

    Args:
        data: An ELF file for x86.

    Raises:
        ValueError: Its notes are larger than any linker writes.
        struct.error: It is cut short.
    """
    level = 0
    for note, align in _notes(data):
        for kind, value in _properties(note, align):
            if kind == _ISA_NEEDED and len(value) == 4:  # noqa: PLR2004 - one word
                level = max(level, int.from_bytes(value, "little").bit_length())
    return level


def _notes(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Give the contents of each property note, and how they are aligned."""
    left = _MOST_NOTES
    for start, size, align in _segments(data):
        left -= size
        if left < 0:
            raise ValueError(f"its notes are larger than {_MOST_NOTES} bytes")
        part = data[start : start + size]
        at = 0
        while at + 12 <= len(part):
            name_size, length, kind = struct.unpack_from("<III", part, at)
            name_end = at + 12 + name_size
            begin = name_end + -name_end % align
            if kind == _PROPERTIES and part[at + 12 : name_end] == _OWNER:
                yield part[begin : begin + length], align
            at = begin + length + -(begin + length) % align


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Give each segment of notes once: offset, size, alignment."""
    wide = data[4] == 2  # noqa: PLR2004 - ELFCLASS64
    (start,) = struct.unpack_from("<Q" if wide else "<I", data, 32 if wide else 28)
    entry, count = struct.unpack_from("<HH", data, 54 if wide else 42)
    found: dict[tuple[int, int, int], None] = {}
    for at in (start + entry * index for index in range(min(count, _MOST_HEADERS))):
        if wide:
            kind, _, offset, _, _, size, _, align = struct.unpack_from("<IIQQQQQQ", data, at)
        else:
            kind, offset, _, _, size, _, _, align = struct.unpack_from("<IIIIIIII", data, at)
        if kind in {_PT_NOTE, _PT_GNU_PROPERTY}:
            found[offset, size, _WIDE if align == _WIDE else 4] = None
    # Both kinds of segment may be the same bytes.
    yield from found


def _properties(note: bytes, align: int) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 8 <= len(note):
        kind, size = struct.unpack_from("<II", note, at)
        yield kind, note[at + 8 : at + 8 + size]
        at += 8 + size + -size % align

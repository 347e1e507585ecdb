"""PE files without the time of their linking, and by their own names; what their linker dropped.  Pure.

Zig asks lld for reproducible files in release modes only; in Debug the time is in two places, which
Windows does not look at for a DLL that nothing is bound to (PE format, "COFF File Header" and "Export
Directory Table").  The name in that table is what the file was called when it was linked, in zig's cache;
the loader goes by the file, but debuggers and reports of crashes show it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PE32_PLUS = 0x20B
_BLOCK = 8  # bytes of the head of a block of base relocations


def without_time(content: bytes) -> bytes:
    """Give a DLL with zero in place of each time stamp.

    Raises:
        ValueError: It is no PE file, or a damaged one.
    """
    data = bytearray(content)
    try:
        header = _header(data)
        struct.pack_into("<I", data, header + 8, 0)
        for exports, _ in _export_tables(data, header):
            struct.pack_into("<I", data, exports + 4, 0)
    except struct.error as error:
        raise ValueError(f"a damaged PE file: {error}") from error
    return bytes(data)


def with_dll_name(content: bytes, name: str) -> bytes:
    """Give a DLL that calls itself ``name``; one whose table has no room for that as it is.

    Raises:
        ValueError: It is no PE file, or a damaged one.
    """
    data = bytearray(content)
    new = name.encode()
    try:
        for exports, moved in _export_tables(data, _header(data)):
            start = struct.unpack_from("<I", data, exports + 12)[0] + moved
            end = data.find(0, start)
            if start + len(new) <= end:
                data[start:end] = new.ljust(end - start, b"\0")
    except struct.error as error:
        raise ValueError(f"a damaged PE file: {error}") from error
    return bytes(data)


def pointers_to_header(content: bytes) -> int:
    """Count the pointers of a DLL to its own first byte: so one to a function that lld has dropped ends.

    mingw-w64's start-up code has one (``__image_base__``).  Looked at are base relocations of 32 and 64 bits
    (PE format, "The .reloc Section").

    Raises:
        ValueError: It is no PE file, or a damaged one.
    """
    data = bytearray(content)
    try:
        header = _header(data)
        (magic,) = struct.unpack_from("<H", data, header + 24)
        wide = magic == _PE32_PLUS
        kind, size = (10, 8) if wide else (3, 4)
        start = header + (48 if wide else 52)
        first = data[start : start + size]
        sections = [*_sections(data, header)]
        found = 0
        address, length = _directory(data, header, 5)
        at = _place(sections, address) if address else 0
        end = at + length if at else 0
        while at < end:
            page, length = struct.unpack_from("<II", data, at)
            if length < _BLOCK:
                break
            for entry in struct.unpack_from(f"<{(length - _BLOCK) // 2}H", data, at + _BLOCK):
                place = _place(sections, page + (entry & 0xFFF)) if entry >> 12 == kind else 0
                found += place > 0 and data[place : place + size] == first
            at += length
    except struct.error as error:
        raise ValueError(f"a damaged PE file: {error}") from error
    return found


def _header(data: bytearray) -> int:
    (header,) = struct.unpack_from("<I", data, 0x3C)
    if data[header : header + 4] != b"PE\0\0":
        raise ValueError("not a PE file")
    return int(header)


def _export_tables(data: bytearray, header: int) -> Iterator[tuple[int, int]]:
    """Give where the export table is, if there is one, and how far its section lies from its address."""
    exports, _ = _directory(data, header, 0)
    for start, end, raw in _sections(data, header):
        if exports and start <= exports < end:
            yield exports + raw - start, raw - start


def _directory(data: bytearray, header: int, number: int) -> tuple[int, int]:
    """Give address and size of a directory."""
    (magic,) = struct.unpack_from("<H", data, header + 24)
    table = header + 24 + (112 if magic == _PE32_PLUS else 96)
    address, size = struct.unpack_from("<II", data, table + 8 * number)
    return address, size


def _place(sections: Iterable[tuple[int, int, int]], address: int) -> int:
    """Give where in the file what is loaded at an address lies; 0: it is not in the file."""
    return next((address - start + raw for start, end, raw in sections if start <= address < end), 0)


def _sections(data: bytearray, header: int) -> Iterator[tuple[int, int, int]]:
    """Give the addresses where each section begins and ends, and its place in the file."""
    (sections, optional_size) = struct.unpack_from("<2xH12xH", data, header + 4)
    for number in range(sections):
        table = header + 24 + optional_size + 40 * number
        (size, start, raw_size, raw) = struct.unpack_from("<4I", data, table + 8)
        yield start, start + max(size, raw_size), raw

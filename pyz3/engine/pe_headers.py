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
    from collections.abc import Iterator

_PE32_PLUS = 0x20B


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
        kind, size, pointer = (10, 8, "<Q") if wide else (3, 4, "<I")
        (base,) = struct.unpack_from(pointer, data, header + (48 if wide else 52))
        found = 0
        for start, end in _directory(data, header, 5):
            at = start
            while at < end:
                page, length = struct.unpack_from("<II", data, at)
                entries = struct.unpack_from(f"<{(length - 8) // 2}H", data, at + 8)
                for entry in (one for one in entries if one >> 12 == kind):
                    place = _place(data, header, page + (entry & 0xFFF), size)
                    found += place >= 0 and struct.unpack_from(pointer, data, place)[0] == base
                at += max(length, 8)
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
    exports, _ = _named(data, header, 0)
    for start, end, raw in _sections(data, header):
        if exports and start <= exports < end:
            yield exports + raw - start, raw - start


def _directory(data: bytearray, header: int, number: int) -> Iterator[tuple[int, int]]:
    """Give where a directory's data begins and ends, if there is some."""
    address, size = _named(data, header, number)
    place = _place(data, header, address, size) if address else -1
    if place >= 0:
        yield place, place + size


def _named(data: bytearray, header: int, number: int) -> tuple[int, int]:
    """Give address and size of a directory."""
    optional = header + 24
    (magic,) = struct.unpack_from("<H", data, optional)
    address, size = struct.unpack_from(
        "<II", data, optional + (112 if magic == _PE32_PLUS else 96) + 8 * number
    )
    return address, size


def _place(data: bytearray, header: int, address: int, size: int) -> int:
    """Give where in the file what is loaded at an address lies; -1: it is not in the file."""
    found = (address - start + raw for start, end, raw in _sections(data, header) if start <= address < end)
    place = next(found, -1)
    return place if place + size <= len(data) else -1


def _sections(data: bytearray, header: int) -> Iterator[tuple[int, int, int]]:
    """Give the addresses where each section begins and ends, and its place in the file."""
    (sections, optional_size) = struct.unpack_from("<2xH12xH", data, header + 4)
    for number in range(sections):
        table = header + 24 + optional_size + 40 * number
        (size, start, raw_size, raw) = struct.unpack_from("<4I", data, table + 8)
        yield start, start + max(size, raw_size), raw

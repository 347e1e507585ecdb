"""PE files without the time of their linking, and by their own names.  Pure.

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


def _header(data: bytearray) -> int:
    (header,) = struct.unpack_from("<I", data, 0x3C)
    if data[header : header + 4] != b"PE\0\0":
        raise ValueError("not a PE file")
    return int(header)


def _export_tables(data: bytearray, header: int) -> Iterator[tuple[int, int]]:
    """Give where the export table is, if there is one, and how far its section lies from its address."""
    (sections, optional_size) = struct.unpack_from("<2xH12xH", data, header + 4)
    optional = header + 24
    (magic,) = struct.unpack_from("<H", data, optional)
    (exports,) = struct.unpack_from("<I", data, optional + (112 if magic == _PE32_PLUS else 96))
    for number in range(sections):
        table = optional + optional_size + 40 * number
        (size, start, raw_size, raw) = struct.unpack_from("<4I", data, table + 8)
        if exports and start <= exports < start + max(size, raw_size):
            yield exports + raw - start, raw - start

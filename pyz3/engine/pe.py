"""PE files without the time of their linking.  Pure.

Zig asks lld for reproducible files in release modes only; in Debug the time is in two places, which
Windows does not look at for a DLL that nothing is bound to (PE format, "COFF File Header" and "Export
Directory Table").
"""

from __future__ import annotations

import struct

_PE32_PLUS = 0x20B


def without_time(content: bytes) -> bytes:
    """Give a DLL with zero in place of each time stamp.

    Raises:
        ValueError: It is no PE file, or a damaged one.
    """
    data = bytearray(content)
    try:
        (header,) = struct.unpack_from("<I", data, 0x3C)
        if data[header : header + 4] != b"PE\0\0":
            raise ValueError("not a PE file")
        (sections, optional_size) = struct.unpack_from("<2xH12xH", data, header + 4)
        struct.pack_into("<I", data, header + 8, 0)
        optional = header + 24
        (magic,) = struct.unpack_from("<H", data, optional)
        (exports,) = struct.unpack_from("<I", data, optional + (112 if magic == _PE32_PLUS else 96))
        for number in range(sections):
            table = optional + optional_size + 40 * number
            (size, start, raw_size, raw) = struct.unpack_from("<4I", data, table + 8)
            if exports and start <= exports < start + max(size, raw_size):
                struct.pack_into("<I", data, raw + exports - start + 4, 0)
    except struct.error as error:
        raise ValueError(f"a damaged PE file: {error}") from error
    return bytes(data)

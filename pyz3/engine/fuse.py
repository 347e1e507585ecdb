"""Several Mach-O files for different machines → one fat file.  Pure; no Apple tool is needed.

The format is ``<mach-o/fat.h>``: a big-endian header that lists each slice, then the slices as they
are.  A slice's code signature covers the slice alone, so it stays valid.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAT_MAGIC = 0xCAFEBABE
_MACHO_64 = 0xFEEDFACF
# Slices begin at a page of the machine with the largest pages: arm64's 16 KiB.
_ALIGNMENT = 14


def fuse(slices: Sequence[bytes]) -> bytes:
    """Give the fat file of ``slices``; a single one is given back as it is.

    Raises:
        ValueError: A slice is no 64-bit Mach-O file, or two are for one machine.
    """
    if len(slices) == 1:
        return slices[0]
    machines = [_machine(content) for content in slices]
    if len(set(machines)) < len(machines):
        raise ValueError("two slices are for the same machine")
    header = struct.pack(">II", _FAT_MAGIC, len(slices))
    offset = _aligned(len(header) + 20 * len(slices))
    body = b""
    start = offset
    for (cpu, subtype), content in zip(machines, slices, strict=True):
        body += b"\0" * (offset - start - len(body)) + content
        header += struct.pack(">iiIII", cpu, subtype, offset, len(content), _ALIGNMENT)
        offset = _aligned(offset + len(content))
    return header + b"\0" * (start - len(header)) + body


def _machine(content: bytes) -> tuple[int, int]:
    """Give the CPU type and subtype of a thin file."""
    if len(content) < 12:  # noqa: PLR2004 - magic, type, subtype
        raise ValueError("a slice is no Mach-O file")
    magic, cpu, subtype = struct.unpack_from("<Iii", content)
    if magic != _MACHO_64:
        raise ValueError("a slice is no 64-bit Mach-O file")
    return cpu, subtype


def _aligned(offset: int) -> int:
    step = 1 << _ALIGNMENT
    return (offset + step - 1) // step * step

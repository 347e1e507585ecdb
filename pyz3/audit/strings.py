"""How much text the names in a binary are, before anything makes strings of them.

A name ends at the first NUL, and nothing says that it must not begin within another: a string of megabytes
without a NUL is as many names as a file has symbols.  Sources: the System V gABI, and ``elf.h`` of glibc.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 1 << 16  # bytes of a name; those of C++ templates have a few thousand
_PT_LOAD, _PT_DYNAMIC, _SHT_DYNSYM = 1, 2, 11
_DT_NULL, _DT_NEEDED, _DT_HASH, _DT_STRTAB, _DT_SYMTAB = 0, 1, 4, 5, 6
_MOST_HEADERS = 0xFFFF
_SHT_NOBITS = 8  # takes no room in the file
# Segments lie over each other by design: what is read-only after loading, notes, all that is loaded.
_RATIO_OF_TABLES = 8
# Linkers let names share their ends, no more: all of them are hardly larger than the file.
_RATIO, _LEAST = 4, 1 << 26


def without_long_names(data: bytes) -> bytes:
    """Give a binary for a parser of headers and names, in which no name is longer than 64 KiB."""
    runs = [*_long_runs(data)]
    if not runs:
        return data
    changed = bytearray(data)
    for start, end in runs:
        for at in range(start + _LONGEST - 1, end, _LONGEST):
            changed[at] = 0
    return bytes(changed)


def _long_runs(data: bytes) -> Iterator[tuple[int, int]]:
    """Give where bytes without a NUL begin and end; such a run fills one of the blocks that are looked at."""
    block, end = _LONGEST // 2, 0
    for at in range(0, len(data), block):
        if at < end or data.find(b"\0", at, at + block) >= 0:
            continue
        start, end = data.rfind(b"\0", 0, at) + 1, data.find(b"\0", at)
        end = len(data) if end < 0 else end
        if end - start >= _LONGEST:
            yield start, end


def require_bounded_names(data: bytes) -> None:
    """Refuse an ELF file whose names together are far larger than it is.

    Args:
        data: It; headers that cannot be read are the parser's to refuse.

    Raises:
        ValueError: They are.
    """
    left = max(_LEAST, _RATIO * len(data))
    try:
        for start in _names(data):
            if start < len(data):
                end = data.find(b"\0", start)
                left -= (end if end >= 0 else len(data)) - start
            if left < 0:
                raise ValueError("its names are far larger than the file itself")
    except struct.error:
        return


def require_bounded_tables(data: bytes) -> None:
    """Refuse an ELF file whose sections, or segments, are together far larger than it: a parser copies each.

    Args:
        data: It; headers that cannot be read are the parser's to refuse.

    Raises:
        ValueError: They are.
    """
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"  # noqa: PLR2004 - ELFCLASS64
    word = "Q" if wide else "I"
    try:
        starts = struct.unpack_from(f"{order}{word}{word}", data, 32 if wide else 28)
        size, count, section, number = struct.unpack_from(f"{order}HHHH", data, 54 if wide else 42)
        place = starts[0] + (32 if wide else 16)
        segments = sum(struct.unpack_from(f"{order}{word}", data, place + size * n)[0] for n in range(count))
        kinds = f"{order}I{'24x' if wide else '12x'}{word}"
        rows = [struct.unpack_from(kinds, data, starts[1] + section * n + 4) for n in range(number)]
    except struct.error:
        return
    sections = sum(length for kind, length in rows if kind != _SHT_NOBITS)
    if max(segments, sections) > _RATIO_OF_TABLES * len(data):
        raise ValueError("its parts lie over each other, or are far larger than the file itself")


def _names(data: bytes) -> Iterator[int]:
    """Give where each name begins: of symbols and of needed libraries."""
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"  # noqa: PLR2004 - ELFCLASS64
    loads, dynamic = _programs(data, order, wide=wide)
    form = f"{order}{'QQ' if wide else 'II'}"
    found: dict[int, int] = {}
    needed = []
    for at in range(dynamic[0], min(sum(dynamic), len(data)), struct.calcsize(form)):
        tag, value = struct.unpack_from(form, data, at)
        if tag == _DT_NULL:
            break
        if tag == _DT_NEEDED:
            needed.append(value)
        found[tag] = value
    texts = _offset(loads, found.get(_DT_STRTAB, 0))
    yield from (texts + one for one in needed)
    size = 24 if wide else 16
    table = _offset(loads, found.get(_DT_SYMTAB, 0))
    count = _sections_symbols(data, order, wide=wide)
    if _DT_HASH in found:
        hashes = _offset(loads, found[_DT_HASH])
        count = max(count, struct.unpack_from(f"{order}I", data, hashes + 4)[0])
    for at in range(table, min(table + size * count, len(data) - size), size):
        yield texts + struct.unpack_from(f"{order}I", data, at)[0]


def _programs(data: bytes, order: str, *, wide: bool) -> tuple[list[tuple[int, int, int]], tuple[int, int]]:
    """Give what is loaded (address, offset, size), and where the dynamic section is (offset, size)."""
    (start,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, 32 if wide else 28)
    size, count = struct.unpack_from(f"{order}HH", data, 54 if wide else 42)
    loads, dynamic = [], (0, 0)
    for at in range(start, start + size * min(count, _MOST_HEADERS), size or 1):
        if wide:
            kind, _, offset, address, _, length = struct.unpack_from(f"{order}IIQQQQ", data, at)
        else:
            kind, offset, address, _, length = struct.unpack_from(f"{order}IIIII", data, at)
        if kind == _PT_LOAD:
            loads.append((address, offset, length))
        elif kind == _PT_DYNAMIC:
            dynamic = (offset, length)
    return loads, dynamic


def _offset(loads: list[tuple[int, int, int]], address: int) -> int:
    return next((address - at + offset for at, offset, size in loads if at <= address < at + size), address)


def _sections_symbols(data: bytes, order: str, *, wide: bool) -> int:
    """Give how many dynamic symbols the section headers announce."""
    (start,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, 40 if wide else 32)
    size, count = struct.unpack_from(f"{order}HH", data, 58 if wide else 46)
    found = 0
    for at in range(start, start + size * count, size or 1):
        if struct.unpack_from(f"{order}I", data, at + 4)[0] == _SHT_DYNSYM:
            (length,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, at + (32 if wide else 20))
            found = max(found, length // (24 if wide else 16))
    return found

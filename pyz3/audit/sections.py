"""Which section of a binary a byte lies in.

Source of the formats: the System V gABI (ELF), Microsoft's "PE Format", Apple's ``mach-o/loader.h``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.audit.nature import nature_of
from pyz3.audit.reader import load_parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_HEADERS = "headers"


def section_at(data: bytes, offset: int) -> str:
    """Name the section that a byte of a binary lies in: ``.text``, ``__TEXT,__text``, ``headers``.

    Args:
        data: The whole file.
        offset: Of the byte.

    Returns:
        Nothing for what lies between sections, and for a file that is no ELF, PE or Mach-O.
    """
    found = sorted(_ranges(data))
    name = next((name for start, size, name in found if start <= offset < start + size), "")
    return name or (_HEADERS if found and offset < found[0][0] else "")


def _ranges(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Give where each section begins, its size, and its name."""
    nature = nature_of(data)
    if nature is None or not nature.linked:
        return
    load_parser()
    if (read := _READERS.get(nature.format)) is not None:
        yield from read(data)


def _elf(data: bytes) -> Iterator[tuple[int, int, str]]:
    import lief  # noqa: PLC0415 - 0.35 s: only when a binary must be read

    elf = lief.ELF.parse(data)
    for one in elf.sections if elf is not None else ():
        if one.type != lief.ELF.Section.TYPE.NOBITS and one.size:  # that takes no room in the file
            yield one.file_offset, one.size, str(one.name)


def _pe(data: bytes) -> Iterator[tuple[int, int, str]]:
    import lief  # noqa: PLC0415 - see _elf

    pe = lief.PE.parse(data)
    for one in pe.sections if pe is not None else ():
        if one.sizeof_raw_data:
            yield one.pointerto_raw_data, one.sizeof_raw_data, str(one.name)


def _macho(data: bytes) -> Iterator[tuple[int, int, str]]:
    import lief  # noqa: PLC0415 - see _elf

    fat = lief.MachO.parse(data)
    for part in fat if fat is not None else ():
        for one in part.sections:
            if one.offset and one.size:
                yield part.fat_offset + one.offset, one.size, f"{one.segment_name},{one.name!s}"


_READERS: Mapping[str, Callable[[bytes], Iterable[tuple[int, int, str]]]] = {
    "elf": _elf,
    "pe": _pe,
    "macho": _macho,
}

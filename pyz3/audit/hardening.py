"""How hard a binary makes it for an attacker, and what it tells of who built it.

Read from the headers alone.  Sources: the System V gABI and ``elf.h`` of glibc, Microsoft's "PE Format",
Apple's ``mach-o/loader.h``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from pyz3.audit.privacy import homes_in, pdb_path, unpacked_debug_data

if TYPE_CHECKING:
    from collections.abc import Iterator

_PT_LOAD, _PT_DYNAMIC, _PT_GNU_RELRO = 1, 2, 0x6474E552
_PF_X, _PF_W = 1, 2
_HIGH_ENTROPY = 0x20
_PE32_PLUS = 0x20B
_SHF_COMPRESSED = 0x800
_EXECUTE, _WRITE = 0x20000000, 0x80000000
_MOST = 4096  # program headers, sections, load commands: no linker writes so many


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """What the headers of a binary say.

    Attributes:
        relro: ELF: what the loader has filled in becomes read-only (PT_GNU_RELRO).
        writable_code: A part of it can be written and run at once.
        high_entropy: PE of 64 bits: it can be loaded anywhere in the address space.
        debug: It holds debug data: sections of DWARF.
        homes: Paths in home folders of people, as they stand in it; the first few.
        pdb: PE: the absolute path of its PDB file, of the machine that linked it.
    """

    relro: bool = True
    writable_code: bool = False
    high_entropy: bool = True
    debug: bool = False
    homes: tuple[str, ...] = ()
    pdb: str = ""


def hardening_of(data: bytes) -> Hardening:
    """Read a binary; of one that is damaged what can be read."""
    try:
        if data.startswith(b"\x7fELF"):
            return _elf(data)
        if data.startswith(b"MZ"):
            return _pe(data)
        return Hardening(debug=b"__debug_info\0" in data, homes=homes_in([data]))
    except (struct.error, IndexError, OverflowError):
        return Hardening(homes=homes_in([data]))


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """Where the tables of an ELF file are."""

    order: str
    wide: bool
    programs: tuple[int, int, int]  # start, size of an entry, number
    sections: tuple[int, int, int]
    names: int  # index of the section with the sections' names


def _elf(data: bytes) -> Hardening:
    layout = _layout(data)
    start, size, count = layout.programs
    headers = []
    for at in (start + size * index for index in range(min(count, _MOST))):
        (kind,) = struct.unpack_from(f"{layout.order}I", data, at)
        (flags,) = struct.unpack_from(f"{layout.order}I", data, at + (4 if layout.wide else 24))
        headers.append((kind, flags))
    sections = tuple(_sections(data, layout))
    kinds, both = {kind for kind, _ in headers}, _PF_W | _PF_X
    return Hardening(
        relro=_PT_GNU_RELRO in kinds or _PT_DYNAMIC not in kinds,
        writable_code=any(kind == _PT_LOAD and flags & both == both for kind, flags in headers),
        debug=any(name in {b".debug_info", b".zdebug_info"} for name, *_ in sections),
        homes=homes_in(chain([data], unpacked_debug_data(data, sections))),
    )


def _layout(data: bytes) -> _Layout:
    wide = data[4] == 2  # noqa: PLR2004 - ELFCLASS64
    order = "<" if data[5] == 1 else ">"
    programs, sections = struct.unpack_from(f"{order}{'QQ' if wide else 'II'}", data, 32 if wide else 28)
    size, count, section, number, names = struct.unpack_from(f"{order}HHHHH", data, 54 if wide else 42)
    return _Layout(
        order=order,
        wide=wide,
        programs=(programs, size, count),
        sections=(sections, section, number),
        names=names,
    )


def _sections(data: bytes, layout: _Layout) -> Iterator[tuple[bytes, int, int, bool]]:
    """Give each section's name, offset and size, and whether it is compressed."""
    start, size, count = layout.sections
    if not start or layout.names >= count:
        return
    # sh_name, sh_flags, sh_offset, sh_size
    form = f"{layout.order}{'I4xQ8xQQ' if layout.wide else 'I4xI4xII'}"
    table = struct.unpack_from(form, data, start + size * layout.names)[2]
    for index in range(min(count, _MOST)):
        name, flags, offset, length = struct.unpack_from(form, data, start + size * index)
        text = data[table + name : table + name + 24].partition(b"\0")[0]
        yield text, offset, length, bool(flags & _SHF_COMPRESSED)


def _pe(data: bytes) -> Hardening:
    (start,) = struct.unpack_from("<I", data, 0x3C)
    count, optional = struct.unpack_from("<H12xH", data, start + 6)
    magic = struct.unpack_from("<H", data, start + 24)[0]
    (flags,) = struct.unpack_from("<H", data, start + 24 + 70)
    at = start + 24 + optional
    sections = [struct.unpack_from("<I", data, at + 40 * index + 36)[0] for index in range(min(count, _MOST))]
    both = _EXECUTE | _WRITE
    return Hardening(
        writable_code=any(one & both == both for one in sections),
        high_entropy=magic != _PE32_PLUS or bool(flags & _HIGH_ENTROPY),
        homes=homes_in([data]),
        pdb=pdb_path(data),
    )

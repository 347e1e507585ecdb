"""How hard a binary makes it for an attacker, and what it tells of who built it.

Read from the headers alone.  Sources: the System V gABI and ``elf.h`` of glibc, Microsoft's "PE Format",
Apple's ``mach-o/loader.h``.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PT_LOAD, _PT_DYNAMIC, _PT_GNU_RELRO = 1, 2, 0x6474E552
_PF_X, _PF_W = 1, 2
_HIGH_ENTROPY = 0x20
_PE32_PLUS = 0x20B
_EXECUTE, _WRITE = 0x20000000, 0x80000000
_MOST = 4096  # program headers, sections, load commands: no linker writes so many

# A path in somebody's home folder; what stands before it may be any byte.
_HOME = re.compile(
    rb"(?<![\w./\\-])(?:/(?:home|Users)/([\w.-]{1,64})/|[A-Za-z]:[\\/]Users[\\/]([\w .-]{1,64})[\\/])"
    rb"[\x20-\x7e]{1,200}"
)
# Accounts of build services: they say nothing of anybody.
_SERVICES = frozenset({
    *(b"admin", b"administrator", b"appveyor", b"build", b"buildbot", b"builder", b"buildkite", b"buildozer"),
    *(b"circleci", b"cirrus", b"codespace", b"conda", b"conda-bld", b"containeradministrator", b"default"),
    *(b"distiller", b"docker", b"ec2-user", b"gitlab-runner", b"jenkins", b"public", b"python", b"root"),
    *(b"runner", b"runneradmin", b"rust", b"shared", b"travis", b"ubuntu", b"user", b"vsts"),
    *(b"vssadministrator", b"worker"),
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """What the headers of a binary say.

    Attributes:
        relro: ELF: what the loader has filled in becomes read-only (PT_GNU_RELRO).
        writable_code: A part of it can be written and run at once.
        high_entropy: PE of 64 bits: it can be loaded anywhere in the address space.
        debug: It holds debug data: sections of DWARF.
        homes: Paths in home folders of people, as they stand in it; the first few.
    """

    relro: bool = True
    writable_code: bool = False
    high_entropy: bool = True
    debug: bool = False
    homes: tuple[str, ...] = ()


def hardening_of(data: bytes) -> Hardening:
    """Read a binary; of one that is damaged what can be read."""
    homes = _homes(data)
    try:
        if data.startswith(b"\x7fELF"):
            return _elf(data, homes)
        if data.startswith(b"MZ"):
            return _pe(data, homes)
        return Hardening(debug=b"__debug_info\0" in data, homes=homes)
    except (struct.error, IndexError, OverflowError):
        return Hardening(homes=homes)


def _homes(data: bytes) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in _HOME.finditer(data):
        user = (match[1] or match[2]).lower()
        if user not in _SERVICES:
            found[match[0].decode("ascii", "replace")] = None
        if len(found) == 3:  # noqa: PLR2004 - enough to see what it is
            break
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """Where the tables of an ELF file are."""

    order: str
    wide: bool
    programs: tuple[int, int, int]  # start, size of an entry, number
    sections: tuple[int, int, int]
    names: int  # index of the section with the sections' names


def _elf(data: bytes, homes: tuple[str, ...]) -> Hardening:
    layout = _layout(data)
    start, size, count = layout.programs
    headers = []
    for at in (start + size * index for index in range(min(count, _MOST))):
        (kind,) = struct.unpack_from(f"{layout.order}I", data, at)
        (flags,) = struct.unpack_from(f"{layout.order}I", data, at + (4 if layout.wide else 24))
        headers.append((kind, flags))
    kinds, both = {kind for kind, _ in headers}, _PF_W | _PF_X
    return Hardening(
        relro=_PT_GNU_RELRO in kinds or _PT_DYNAMIC not in kinds,
        writable_code=any(kind == _PT_LOAD and flags & both == both for kind, flags in headers),
        debug=not {b".debug_info", b".zdebug_info"}.isdisjoint(_section_names(data, layout)),
        homes=homes,
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


def _section_names(data: bytes, layout: _Layout) -> Iterator[bytes]:
    start, size, count = layout.sections
    if not start or layout.names >= count:
        return
    form, at = (f"{layout.order}Q", 24) if layout.wide else (f"{layout.order}I", 16)
    (table,) = struct.unpack_from(form, data, start + size * layout.names + at)
    for index in range(min(count, _MOST)):
        (name,) = struct.unpack_from(f"{layout.order}I", data, start + size * index)
        yield data[table + name : table + name + 16].partition(b"\0")[0]


def _pe(data: bytes, homes: tuple[str, ...]) -> Hardening:
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
        debug=False,
        homes=homes,
    )

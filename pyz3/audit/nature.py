"""What a file is by its first bytes: machine code for which system, whatever it is called.  Pure, and quick.

Sources: the System V gABI (ELF), Microsoft's "PE Format" (PE, COFF, import objects, ar), Apple's
``mach-o/loader.h`` and ``fat.h``, the tool conventions of WebAssembly (``dylink.0``), ``ar(5)``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyz3.audit.elf import MACHINES as ELF_MACHINES
from pyz3.audit.macho import MACHINES as MACHO_MACHINES
from pyz3.audit.pe import MACHINES as PE_MACHINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyz3.audit.facts import Format

_ELF_OBJECT, _ELF_LINKED = 1, (2, 3)
_MACHO_OBJECT, _MACHO_LINKED = 1, (2, 6, 8)
_MACHO_THIN = {
    b"\xcf\xfa\xed\xfe": "<",
    b"\xce\xfa\xed\xfe": "<",
    b"\xfe\xed\xfa\xcf": ">",
    b"\xfe\xed\xfa\xce": ">",
}
_MACHO_FAT = {b"\xca\xfe\xba\xbe": (20, ">I"), b"\xca\xfe\xba\xbf": (32, ">Q")}
# A Java class begins as a fat file does; the number behind is its version, 45 or more, not of machines.
_OLDEST_JAVA = 45
_AR = (b"!<arch>\n", b"!<thin>\n")
_AR_HEADER, _AR_END = 60, b"`\n"
_COFF_HEADER, _COFF_SECTION = 20, 40
_PE32_PLUS = 0x20B
_CLR_DIRECTORY = 14


@dataclass(frozen=True, kw_only=True)
class Nature:
    """What kind of machine code a file is.

    Attributes:
        format: Object file format.
        machines: As wheel tags spell them.
        linked: A shared library or a program; else something for a linker: an object, an archive of them.
    """

    format: Format
    machines: tuple[str, ...]
    linked: bool


def begins_as_code(start: bytes) -> bool:
    """Tell by a file's first eight bytes whether it may be machine code, so that only such files are read."""
    if start.startswith((b"\x7fELF", b"MZ", b"\0asm", b"\0\0\xff\xff", *_MACHO_THIN, *_MACHO_FAT, *_AR)):
        return True
    return int.from_bytes(start[:2], "little") in PE_MACHINES


def nature_of(data: bytes) -> Nature | None:
    """Tell what machine code a file is; None: none, or none for a system that has wheels.

    Code for no machine of a wheel's is data: the kernel's BPF, graphics cards, microcontrollers.  So is what
    runs on every system: Java, .NET, WebAssembly but for Pyodide's libraries.
    """
    return _first(data, (*_PLAIN, _fat, _archive))


def _first(data: bytes, readers: Iterable[Callable[[bytes], Nature | None]]) -> Nature | None:
    try:
        return next((found for read in readers if (found := read(data)) is not None), None)
    except (struct.error, IndexError):
        return None  # it ends too soon


def _elf(data: bytes) -> Nature | None:
    if not data.startswith(b"\x7fELF"):
        return None
    wide, little = data[4] == 2, data[5] == 1  # noqa: PLR2004 - ELFCLASS64, ELFDATA2LSB
    kind, number = struct.unpack_from("<HH" if little else ">HH", data, 16)
    machine = ELF_MACHINES.get((number, wide, little))
    if machine is None or kind not in {_ELF_OBJECT, *_ELF_LINKED}:
        return None
    return Nature(format="elf", machines=(machine,), linked=kind != _ELF_OBJECT)


def _pe(data: bytes) -> Nature | None:
    if not data.startswith(b"MZ"):
        return None
    (start,) = struct.unpack_from("<I", data, 0x3C)
    if data[start : start + 4] != b"PE\0\0":
        return None
    (number,) = struct.unpack_from("<H", data, start + 4)
    (magic,) = struct.unpack_from("<H", data, start + 24)
    directories = start + 24 + (112 if magic == _PE32_PLUS else 96)
    (count,) = struct.unpack_from("<I", data, directories - 4)
    managed = count > _CLR_DIRECTORY and any(
        struct.unpack_from("<II", data, directories + 8 * _CLR_DIRECTORY)
    )
    if managed or number not in PE_MACHINES:
        return None
    return Nature(format="pe", machines=(PE_MACHINES[number],), linked=True)


def _macho(data: bytes) -> Nature | None:
    order = _MACHO_THIN.get(data[:4])
    if order is None:
        return None
    cpu, variant, kind = struct.unpack_from(f"{order}III", data, 4)
    machine = MACHO_MACHINES.get((cpu, variant & 0x00FFFFFF))
    return Nature(format="macho", machines=(machine,), linked=kind in _MACHO_LINKED) if machine else None


def _fat(data: bytes) -> Nature | None:
    layout = _MACHO_FAT.get(data[:4])
    (count,) = struct.unpack_from(">I", data, 4) if layout else (0,)
    if layout is None or count >= _OLDEST_JAVA:
        return None
    size, word = layout
    starts = [struct.unpack_from(word, data, 8 + size * index + 8)[0] for index in range(count)]
    # A part is no fat file, least of all the one that it is in.
    parts = [part for start in starts if (part := _first(data[start:], (*_PLAIN, _archive))) is not None]
    if not parts or len(parts) != count:
        return None
    machines = tuple(machine for part in parts for machine in part.machines)
    return Nature(format="macho", machines=machines, linked=all(part.linked for part in parts))


def _wasm(data: bytes) -> Nature | None:
    if data.startswith(b"\0asm\1\0\0\0") and b"dylink.0" in data[8:32]:
        return Nature(format="wasm", machines=("wasm32",), linked=True)
    return None


def _archive(data: bytes) -> Nature | None:
    if not data.startswith(_AR):
        return None
    known = (_first(member, _PLAIN) for member in _members(data))
    found = next((one for one in known if one is not None), None)
    return found and Nature(format=found.format, machines=found.machines, linked=False)


def _members(data: bytes) -> Iterator[bytes]:
    at = len(_AR[0])
    while data[at + 58 : at + 60] == _AR_END:
        header = data[at : at + _AR_HEADER]
        size = header[48:58].strip()
        if not size.isdigit():
            return
        start, end = at + _AR_HEADER, at + _AR_HEADER + int(size)
        name = header[:16].strip()
        # BSD's ar, and so Apple's, writes a long name before the content.
        extra = int(name[3:]) if name.startswith(b"#1/") and name[3:].isdigit() else 0
        yield data[start + extra : end]
        at = end + end % 2


def _coff(data: bytes) -> Nature | None:
    number, sections, _, symbols, count, optional = struct.unpack_from("<HHIIIH", data)
    if (number, sections) == (0, 0xFFFF):  # an import object, or one of many sections
        (number,) = struct.unpack_from("<H", data, 6)
        machine = PE_MACHINES.get(number)
        return Nature(format="pe", machines=(machine,), linked=False) if machine else None
    # No magic number but the machine's: all that the header says must be so.
    named = data[_COFF_HEADER : _COFF_HEADER + 1] in {b".", b"/"}
    fits = _COFF_HEADER + _COFF_SECTION * sections <= len(data) and symbols + 18 * count <= len(data)
    if number not in PE_MACHINES or not sections or optional or not named or not fits:
        return None
    return Nature(format="pe", machines=(PE_MACHINES[number],), linked=False)


_PLAIN = (_elf, _pe, _macho, _wasm, _coff)  # what holds no other

"""Mach-O dylibs and bundles, thin and fat, as macOS loads them.

Source of the format: Apple's ``mach-o/loader.h`` and ``mach-o/nlist.h``.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pyz3.audit.facts import Facts, Symbol
from pyz3.audit.signature import signature_state
from pyz3.audit.strings import without_long_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    import lief

# (cputype, cpusubtype without its flag bits) → the name in wheel tags.  The variants x86_64h and
# arm64e are machines of their own: not every Mac, and no ordinary process, loads them.
MACHINES = {
    (0x01000007, 3): "x86_64",
    (0x01000007, 8): "x86_64h",
    (0x0100000C, 0): "arm64",
    (0x0100000C, 2): "arm64e",
    (0x00000007, 3): "i386",
}
# fat_arch and fat_arch_64 of mach-o/fat.h.
_FAT = {b"\xca\xfe\xba\xbe": ">IIIII", b"\xca\xfe\xba\xbf": ">IIQQII"}
_MOST_PARTS = 16  # more machines than macOS ever ran on
_MH_EXECUTE = 2
_MH_DYLIB = 6
_MH_BUNDLE = 8

_N_STAB = 0xE0
_N_TYPE = 0x0E
_N_UNDF = 0x00
_N_WEAK_REF = 0x40
# This ordinal and the next name no library: dynamic lookup, and the executable.
_DYNAMIC_LOOKUP_ORDINAL = 0xFE


def read_macho(data: bytes) -> tuple[Facts, ...]:
    """Read one Mach-O file: one ``Facts`` per machine.

    Raises:
        ValueError: ``data`` is damaged; the message says how.
    """
    import lief  # noqa: PLC0415 - 0.35 s: only when a binary must be read

    _require_parts(data)
    config = lief.MachO.ParserConfig()
    config.parse_dyld_bindings = config.parse_dyld_rebases = False
    fat = lief.MachO.parse(without_long_names(data), config)
    if fat is None or not fat.size:
        raise ValueError("its headers cannot be read")
    return tuple(_slice_facts(binary, data) for binary in fat)


def _require_parts(data: bytes) -> None:
    """Refuse a fat file whose parts lie over each other: a small one would be read as many large ones."""
    form = _FAT.get(data[:4])
    if form is None:
        return
    (count,) = struct.unpack_from(">I", data, 4)
    if count > _MOST_PARTS:
        raise ValueError(f"it announces {count} parts")
    end = 8 + struct.calcsize(form) * count
    parts = [struct.unpack_from(form, data, 8 + struct.calcsize(form) * index) for index in range(count)]
    for _, _, start, size, *_ in sorted(parts, key=lambda part: int(part[2])):
        if start < end or start + size > len(data):
            raise ValueError("its parts lie over each other, or outside of it")
        end = start + size


def _slice_facts(binary: lief.MachO.Binary, data: bytes) -> Facts:
    import lief  # noqa: PLC0415 - see read_macho

    image = data[binary.fat_offset :]
    _, cpu, variant, kind, commands = struct.unpack_from("<IIIII", image)
    end = max(
        (segment.file_offset + segment.file_size for segment in binary.segments), default=len(image) + 1
    )
    if end > len(image) or len(binary.commands) != commands:
        raise ValueError("it is cut short, or its load commands are broken")
    identity = lief.MachO.LoadCommand.TYPE.ID_DYLIB
    libraries = [(str(library.name), library.command) for library in binary.libraries]
    needed = tuple(name for name, command in libraries if command != identity)
    return Facts(
        format="macho",
        machine=MACHINES.get((cpu, variant & 0x00FFFFFF), f"Mach-O machine {cpu:#x}"),
        loadable=kind in {_MH_DYLIB, _MH_BUNDLE},
        use="program" if kind == _MH_EXECUTE else "",
        floor=_minimum(binary),
        needed=needed,
        exported=tuple(_c_name(s.name) for s in binary.symbols if s.has_export_info),
        undefined=tuple(_undefined(binary, needed)),
        rpaths=tuple(str(command.path) for command in binary.rpaths),
        name=next((name for name, command in libraries if command == identity), ""),
        signature=signature_state(image, _signature(binary, image)),
    )


def _c_name(name: str | bytes) -> str:
    """Give the name that C code uses: the platform puts an underscore before it."""
    return str(name).removeprefix("_")


def _minimum(binary: lief.MachO.Binary) -> str:
    """Give ``10.9`` from LC_BUILD_VERSION, or LC_VERSION_MIN_MACOSX before macOS 10.14.

    A file for iOS or Mac Catalyst states no macOS minimum.
    """
    import lief  # noqa: PLC0415 - see read_macho

    build, oldest = binary.build_version, binary.version_min
    if build is not None and build.platform == lief.MachO.BuildVersion.PLATFORMS.MACOS:
        numbers = list(build.minos)
    elif oldest is not None and oldest.command == lief.MachO.LoadCommand.TYPE.VERSION_MIN_MACOSX:
        numbers = list(oldest.version)
    else:
        return ""
    major, minor, patch = numbers
    return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"


def _undefined(binary: lief.MachO.Binary, needed: tuple[str, ...]) -> Iterable[Symbol]:
    import lief  # noqa: PLC0415 - see read_macho

    two_level = binary.header.has(lief.MachO.Header.FLAGS.TWOLEVEL)
    for symbol in binary.symbols:
        if symbol.raw_type & _N_STAB or symbol.raw_type & _N_TYPE != _N_UNDF:
            continue
        if symbol.origin != lief.MachO.Symbol.ORIGIN.SYMTAB or symbol.value:
            continue  # a value makes it a common symbol
        ordinal = (symbol.description >> 8) & 0xFF
        named = two_level and 0 < ordinal <= len(needed) and ordinal < _DYNAMIC_LOOKUP_ORDINAL
        yield Symbol(
            name=_c_name(symbol.name),
            library=needed[ordinal - 1] if named else "",
            weak=bool(symbol.description & _N_WEAK_REF),
        )


def _signature(binary: lief.MachO.Binary, image: bytes) -> bytes:
    command = binary.code_signature
    if command is None:
        return b""
    return image[command.data_offset : command.data_offset + command.data_size]

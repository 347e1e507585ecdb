"""ELF shared libraries, as Linux loads them.

Source of the format: the System V gABI, and the Linux Standard Base for symbol versions.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from pyz3.audit.facts import Facts, Symbol, VersionNeed, version_key
from pyz3.audit.properties import needed_level
from pyz3.audit.strings import require_bounded_names, require_bounded_tables, without_long_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    import lief

# (e_machine, 64 bits, little endian) → the name in wheel tags.
MACHINES = {
    (3, False, True): "i686",
    (21, True, True): "ppc64le",
    (22, True, False): "s390x",
    (40, False, True): "armv7l",
    (62, True, True): "x86_64",
    (183, True, True): "aarch64",
    (243, True, True): "riscv64",
    (258, True, True): "loongarch64",
}
_X86 = frozenset({"i686", "x86_64"})
# Its DT_HASH has words of 8 bytes (its psABI), which the parser takes for 4, and so for more symbols.
_WIDE_HASH = "s390x"
_LEAST = 52  # the smaller header
_ELFCLASS64 = 2
_ELFDATA2LSB = 1
_ET_EXEC = 2
_ET_DYN = 3
_STB_WEAK = 2

# Versions of glibc's loader that are features, not releases, and the release that brought each.
# DT_RELR: glibc 2.36 news.
FEATURES = {"GLIBC_ABI_DT_RELR": "2.36"}

_SHN_UNDEF = 0
_VERSION_INDEX = 0x7FFF  # bit 15 of a versym entry marks a hidden version
_VER_FLG_WEAK = 2


def read_elf(data: bytes) -> tuple[Facts, ...]:
    """Read one ELF file.

    Raises:
        ValueError: ``data`` is damaged; the message says how.
    """
    import lief  # noqa: PLC0415 - 0.35 s: only when a binary must be read

    config = lief.ELF.ParserConfig()
    config.parse_relocations = config.parse_symtab_symbols = config.parse_notes = config.parse_overlay = False
    if len(data) > _LEAST and _identity(data)[0] == _WIDE_HASH:
        config.count_mtd = lief.ELF.ParserConfig.DYNSYM_COUNT.SECTION
    data = without_long_names(data)
    if len(data) > _LEAST:
        require_bounded_names(data)
        require_bounded_tables(data)
    binary = lief.ELF.parse(data, config)
    if not isinstance(binary, lief.ELF.Binary):
        raise ValueError("its headers cannot be read")  # noqa: TRY004 - about the file, not an argument
    header = binary.header
    if len(binary.segments) != header.numberof_segments or len(binary.sections) != header.numberof_sections:
        raise ValueError("it is cut short, or its headers are broken")
    ends = [segment.file_offset + segment.physical_size for segment in binary.segments]
    ends.append(header.section_header_offset + header.numberof_sections * header.section_header_size)
    if max(ends) > len(data):
        raise ValueError(f"it is cut short: its headers announce {max(ends)} bytes")
    machine, kind = _identity(data)
    if kind == _ET_DYN and not binary.segments:
        raise ValueError("it has no segments that could be loaded")
    versions = _version_needs(binary)
    started = kind == _ET_EXEC or _is_pie(binary)
    return (
        Facts(
            format="elf",
            machine=machine,
            loadable=kind == _ET_DYN and not started,
            use="program" if started else "",
            floor=_floor(versions.values()),
            needed=tuple(str(name) for name in binary.libraries),
            exported=tuple(str(s.name) for s in binary.dynamic_symbols if s.exported and s.name),
            undefined=tuple(_undefined(binary, versions)),
            versions=tuple(versions.values()),
            rpaths=tuple(_rpaths(binary)),
            name=_soname(binary),
            executable_stack=_executable_stack(binary),
            text_relocations=_text_relocations(binary),
            level=needed_level(data) if machine in _X86 else 0,
        ),
    )


def _is_pie(binary: lief.ELF.Binary) -> bool:
    """Tell whether it is a program that can lie anywhere: DF_1_PIE, which linkers set for nothing else."""
    import lief  # noqa: PLC0415 - see read_elf

    flags = binary.get(lief.ELF.DynamicEntry.TAG.FLAGS_1)
    return isinstance(flags, lief.ELF.DynamicEntryFlags) and flags.has(lief.ELF.DynamicEntryFlags.FLAG.PIE)


def _identity(data: bytes) -> tuple[str, int]:
    """Give the machine and e_type, from the raw header: a damaged one holds any number."""
    wide, little = data[4] == _ELFCLASS64, data[5] == _ELFDATA2LSB
    kind, number = struct.unpack_from("<HH" if little else ">HH", data, 16)
    name = f"ELF machine {number} ({64 if wide else 32} bits, {'little' if little else 'big'} endian)"
    return MACHINES.get((number, wide, little), name), kind


def _version_needs(binary: lief.ELF.Binary) -> dict[int, VersionNeed]:
    """Give the version table: index in the symbols' version words → what it means."""
    return {
        int(auxiliary.other) & _VERSION_INDEX: VersionNeed(
            library=str(requirement.name),
            version=str(auxiliary.name),
            weak=bool(auxiliary.flags & _VER_FLG_WEAK),
        )
        for requirement in binary.symbols_version_requirement
        for auxiliary in requirement.get_auxiliary_symbols()
    }


def _undefined(binary: lief.ELF.Binary, versions: dict[int, VersionNeed]) -> Iterable[Symbol]:
    for symbol in binary.dynamic_symbols:
        if symbol.shndx != _SHN_UNDEF or not symbol.name:
            continue
        version = symbol.symbol_version
        # Indexes 0 and 1 are in no table: they mean local and global, hence "no version".
        need = versions.get(int(version.value) & _VERSION_INDEX) if version is not None else None
        yield Symbol(
            name=str(symbol.name),
            version=need.version if need else "",
            library=need.library if need else "",
            weak=symbol.information >> 4 == _STB_WEAK,
        )


def _floor(versions: Iterable[VersionNeed]) -> str:
    """Give the highest glibc release demanded; a weak demand does not stop the loader.

    libgcc_s has a version GLIBC_2.0 of its own, for symbols that were once glibc's.
    """
    demanded = {
        release
        for need in versions
        if not need.weak
        and not need.library.startswith("libgcc_s")
        and (release := glibc_release(need.version))
    }
    return max(demanded, key=version_key, default="")


def glibc_release(version: str) -> str:
    """Give the glibc release that brought the symbol version ``GLIBC_2.17``; empty for other ones."""
    match = re.fullmatch(r"GLIBC_(\d+(?:\.\d+)+)", version)
    return match[1] if match else FEATURES.get(version, "")


def _rpaths(binary: lief.ELF.Binary) -> Iterable[str]:
    import lief  # noqa: PLC0415 - see read_elf

    # To glibc an empty folder between others is the current one; musl leaves it out.
    empty = "" if any("musl" in str(name) for name in binary.libraries) else "."
    for entry in binary.dynamic_entries:
        if isinstance(entry, (lief.ELF.DynamicEntryRpath, lief.ELF.DynamicEntryRunPath)):
            text = str(entry.rpath if isinstance(entry, lief.ELF.DynamicEntryRpath) else entry.runpath)
            yield from (found for path in text.split(":") if text and (found := path or empty))


def _soname(binary: lief.ELF.Binary) -> str:
    import lief  # noqa: PLC0415 - see read_elf

    entry = binary.get(lief.ELF.DynamicEntry.TAG.SONAME)
    return str(entry.name) if isinstance(entry, lief.ELF.DynamicSharedObject) else ""


def _executable_stack(binary: lief.ELF.Binary) -> bool:
    """Without PT_GNU_STACK the loader assumes the worst, as old binaries need it."""
    import lief  # noqa: PLC0415 - see read_elf

    stack = binary.get(lief.ELF.Segment.TYPE.GNU_STACK)
    return stack is None or bool(stack.flags & lief.ELF.Segment.FLAGS.X)


def _text_relocations(binary: lief.ELF.Binary) -> bool:
    import lief  # noqa: PLC0415 - see read_elf

    if binary.has(lief.ELF.DynamicEntry.TAG.TEXTREL):
        return True
    flags = binary.get(lief.ELF.DynamicEntry.TAG.FLAGS)
    return isinstance(flags, lief.ELF.DynamicEntryFlags) and flags.has(
        lief.ELF.DynamicEntryFlags.FLAG.TEXTREL
    )

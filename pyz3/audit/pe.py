"""PE DLLs (``.pyd``), as Windows loads them.

Source of the format: Microsoft's "PE Format" specification.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pyz3.audit.facts import Facts, Symbol
from pyz3.audit.strings import without_long_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    import lief

# Machine → the name in wheel tags, or for others in the specification.
MACHINES = {0x8664: "amd64", 0xAA64: "arm64", 0x014C: "x86", 0x01C4: "armnt", 0xA641: "arm64ec"}
_IMAGE_FILE_DLL = 0x2000


def read_pe(data: bytes) -> tuple[Facts, ...]:
    """Read one PE file.

    Raises:
        ValueError: ``data`` is damaged; the message says how.
    """
    import lief  # noqa: PLC0415 - 0.35 s: only when a binary must be read

    config = lief.PE.ParserConfig()
    config.parse_signature = config.parse_rsrc = config.parse_reloc = config.parse_exceptions = False
    binary = lief.PE.parse(without_long_names(data), config)
    if not isinstance(binary, lief.PE.Binary):
        raise ValueError("its headers cannot be read")  # noqa: TRY004 - about the file, not an argument
    (header,) = struct.unpack_from("<I", data, 0x3C)
    machine, count = struct.unpack_from("<HH", data, header + 4)
    (characteristics,) = struct.unpack_from("<H", data, header + 22)
    ends = [section.pointerto_raw_data + section.sizeof_raw_data for section in binary.sections]
    if len(ends) != count or max(ends, default=len(data) + 1) > len(data):
        raise ValueError("it is cut short, or its headers are broken")
    optional = binary.optional_header
    flags = lief.PE.OptionalHeader.DLL_CHARACTERISTICS
    export = binary.get_export()
    undefined = tuple(_imports(binary))
    return (
        Facts(
            format="pe",
            machine=MACHINES.get(machine, f"PE machine {machine:#06x}"),
            loadable=bool(characteristics & _IMAGE_FILE_DLL),
            use="" if characteristics & _IMAGE_FILE_DLL else "program",
            needed=tuple(_libraries(binary)),
            exported=tuple(str(entry.name) for entry in export.entries if entry.name) if export else (),
            undefined=undefined,
            name=str(export.name) if export else "",
            # With a REPRO debug entry the time stamps are a hash of the contents.
            reproducible=binary.header.time_date_stamps == 0 or binary.is_reproducible_build,
            relocatable=optional.has(flags.DYNAMIC_BASE),
            nx_compatible=optional.has(flags.NX_COMPAT),
        ),
    )


def _libraries(binary: lief.PE.Binary) -> Iterable[str]:
    yield from (str(table.name) for table in binary.imports)
    yield from (str(table.name) for table in binary.delay_imports)


def _imports(binary: lief.PE.Binary) -> Iterable[Symbol]:
    for table in binary.imports:
        for entry in table.entries:
            name = f"#{entry.ordinal}" if entry.is_ordinal else str(entry.name)
            yield Symbol(name=name, library=str(table.name))
    for late in binary.delay_imports:
        for call in late.entries:
            name = f"#{call.ordinal}" if call.is_ordinal else str(call.name)
            yield Symbol(name=name, library=str(late.name))

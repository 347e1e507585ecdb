"""Binary files → facts: finds out what a file is and asks the reader of that format."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pyz3.audit.elf import read_elf
from pyz3.audit.macho import read_macho
from pyz3.audit.pe import read_pe
from pyz3.audit.wasm import read_wasm
from pyz3.errors import AuditFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pyz3.audit.facts import Facts

_READERS: Mapping[bytes, tuple[str, Callable[[bytes], tuple[Facts, ...]]]] = {
    b"\x7fELF": ("an ELF file (Linux)", read_elf),
    b"MZ": ("a PE file (Windows)", read_pe),
    b"\xcf\xfa\xed\xfe": ("a Mach-O file (macOS)", read_macho),
    b"\xce\xfa\xed\xfe": ("a 32-bit Mach-O file (macOS)", read_macho),
    b"\xca\xfe\xba\xbe": ("a fat Mach-O file (macOS)", read_macho),
    b"\xca\xfe\xba\xbf": ("a fat Mach-O file (macOS)", read_macho),
    b"\0asm": ("a WebAssembly module (Pyodide)", read_wasm),
}
# The largest in wheels have some fifty libraries, a hundred versions, a few hundred thousand symbols.
_MOST_LIBRARIES, _MOST_VERSIONS, _MOST_SYMBOLS = 500, 1000, 1_000_000
# What else ends up under a module's name.
_FOREIGN: Mapping[bytes, str] = {
    b"!<arch>\n": "a static library or import library (ar archive)",
    b"!<thin>\n": "a static library (thin ar archive)",
    b"BC\xc0\xde": "LLVM bitcode",
    b"PK\x03\x04": "a zip archive",
    b"#!": "a script",
}


def read_facts(path: Path) -> tuple[Facts, ...]:
    """Read what the binary at ``path`` is, as :func:`facts_of` does.

    Raises:
        AuditFailedError: The file is no binary that an interpreter could load, or it is damaged.
        OSError: The file cannot be read.
    """
    return facts_of(path.read_bytes(), name=str(path))


def facts_of(data: bytes, *, name: str) -> tuple[Facts, ...]:
    """Read what a binary is: one ``Facts``, or one per machine of a fat file.

    Args:
        data: The whole file.
        name: What to call it in messages.

    Raises:
        AuditFailedError: It is no binary that an interpreter could load, or it is damaged.
    """
    for magic, (kind, read) in _READERS.items():
        if data.startswith(magic):
            _silence_parser()
            try:
                return _within_bounds(read(data))
            except (ValueError, IndexError, OverflowError, struct.error) as error:
                why = error if isinstance(error, ValueError) else "its headers cannot be read"
                raise AuditFailedError(
                    f"{name}: {kind} of {len(data)} bytes is damaged: {why}",
                    tip="delete it and build again",
                ) from error
    found = next((kind for magic, kind in _FOREIGN.items() if data.startswith(magic)), None)
    if found is None:
        found = f"no binary (it begins with {data[:8]!r})" if data else "empty"
    raise AuditFailedError(
        f"{name} is {found}, but an extension module is a shared library (ELF, Mach-O or PE)",
        tip="link it as a shared library",
    )


def _within_bounds(facts: tuple[Facts, ...]) -> tuple[Facts, ...]:
    """Refuse what is made to cost time: everything that a binary names is compared with its neighbours.

    Raises:
        ValueError: It names more than any linker writes.
    """
    for what, most, sizes in (
        ("libraries", _MOST_LIBRARIES, [len(one.needed) for one in facts]),
        ("folders", _MOST_LIBRARIES, [len(one.rpaths) for one in facts]),
        ("versions", _MOST_VERSIONS, [len(one.versions) for one in facts]),
        ("symbols", _MOST_SYMBOLS, [len(one.exported) + len(one.undefined) for one in facts]),
    ):
        if max(sizes, default=0) > most:
            raise ValueError(f"it names {max(sizes)} {what}, and no more than {most} are read")
    return facts


def load_parser() -> None:
    """Import what binaries are read with, 0.3 s, while something else is waited for."""
    _silence_parser()


def _silence_parser() -> None:
    """Keep the parser from writing to standard error: what matters comes back as an error."""
    import lief  # noqa: PLC0415 - 0.35 s: only when a binary must be read

    lief.logging.disable()

"""What a binary says about itself, in terms that the formats share.

Facts are plain values: they travel through JSON unchanged, so that a build in which nothing
changed reads them from a cache instead of parsing the binary again.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Format = Literal["elf", "macho", "pe", "wasm"]
Signature = Literal["", "adhoc", "signed", "invalid"]
Use = Literal["", "program", "object"]


# The largest wheels hold some hundreds of binaries, which need some thousands of libraries in all.
MOST_BINARIES = 1000
_MOST_SYMBOLS, _MOST_COMPARED = 4_000_000, 40_000_000


class Symbol(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A symbol that the binary takes from elsewhere.

    Attributes:
        name: As C spells it: Mach-O's leading underscore is gone.  ``#7`` is a PE import by ordinal.
        version: ELF symbol version (``GLIBC_2.17``); empty where there is none.
        library: Where it is looked for: PE: the DLL; Mach-O: the dylib (two-level namespace), empty
            for dynamic lookup; ELF: the library that its version belongs to, empty without version.
        weak: May be missing when the binary is loaded.
    """

    name: str
    version: str = ""
    library: str = ""
    weak: bool = False

    def __str__(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name


class VersionNeed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version that an ELF file demands of a library, whether or not a symbol uses it."""

    library: str
    version: str
    weak: bool = False


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One binary; of a fat file: one of its machines.

    Attributes:
        format: Object file format.
        machine: As wheel tags spell it: ``x86_64``, ``aarch64``, ``i686``, ``armv7l``, ``ppc64le``,
            ``s390x``, ``riscv64``; macOS ``x86_64``, ``arm64``; Windows ``amd64``, ``arm64``, ``x86``;
            otherwise the format's own name for it.
        loadable: A shared library: what an interpreter can load.
        use: What else it is: a ``program``, or an ``object`` (or an archive of them) for a linker.
        floor: Oldest system that can load it: highest glibc version demanded (``2.14``) or the macOS
            minimum (``10.13``); empty where the format states none.
        needed: Libraries that the loader must find.
        exported: Names that the binary offers.
        undefined: Symbols that it takes from elsewhere.
        versions: ELF: the versions that it demands of libraries.
        rpaths: Folders that it adds to the library search.
        name: SONAME, install name, or the PE export table's name.
        signature: Mach-O code signature; ``invalid``: its hashes are not those of the file.
        executable_stack: ELF: the stack would become executable.
        text_relocations: ELF: the loader would have to write into code.
        level: ELF for x86: level of x86-64 that its code needs (``3``: x86-64-v3); below 2: any.
        reproducible: PE: the time stamp is zero or a hash of the contents.
        relocatable: PE: DYNAMIC_BASE (ASLR) is set.
        nx_compatible: PE: NX_COMPAT (data execution prevention) is set.
    """

    format: Format
    machine: str
    loadable: bool = True
    use: Use = ""
    floor: str = ""
    needed: tuple[str, ...] = ()
    exported: tuple[str, ...] = ()
    undefined: tuple[Symbol, ...] = ()
    versions: tuple[VersionNeed, ...] = ()
    rpaths: tuple[str, ...] = ()
    name: str = ""
    signature: Signature = ""
    executable_stack: bool = False
    text_relocations: bool = False
    level: int = 0
    reproducible: bool = True
    relocatable: bool = True
    nx_compatible: bool = True

    @property
    def floor_symbols(self) -> tuple[Symbol, ...]:
        """The symbols that set ``floor`` (ELF)."""
        wanted = f"GLIBC_{self.floor}"
        return tuple(symbol for symbol in self.undefined if self.floor and symbol.version == wanted)


class Effort:
    """Counts what comparing the binaries of a wheel with each other will cost, so that it has a bound."""

    def __init__(self) -> None:
        self._binaries = self._libraries = self._symbols = 0

    def takes(self, facts: tuple[Facts, ...]) -> bool:
        """Tell whether one more binary may be compared with those before; if so, count it."""
        binaries = self._binaries + 1
        libraries = self._libraries + sum(len(one.needed) for one in facts)
        symbols = self._symbols + sum(len(one.exported) + len(one.undefined) for one in facts)
        # Each library that one needs is looked for among all, and all are asked who needs it.
        if binaries > MOST_BINARIES or symbols > _MOST_SYMBOLS:
            return False
        if libraries * (binaries + libraries) > _MOST_COMPARED:
            return False
        self._binaries, self._libraries, self._symbols = binaries, libraries, symbols
        return True


def version_key(version: str) -> tuple[int, ...]:
    """Give the sort key of ``2.17``; ``11.0`` and ``11`` are equal.

    Raises:
        ValueError: ``version`` is not made of numbers.
    """
    numbers = [int(part) for part in version.split(".")] if version else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)

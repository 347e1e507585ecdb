"""Debug data of an ELF file for the same file without: what tells that they belong together.

Source of the format: the System V gABI; of the build-id: the manual of GNU ld, ``--build-id``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import lief

ELF = b"\x7fELF"
"""How such a file begins."""

_DATA = ".debug_info"
_BUILD_ID = ".note.gnu.build-id"
# Its header: the sizes of the name and of what it says, its type; and the name "GNU" with a NUL.
_NOTE_HEADER = 16


class DebugFile(NamedTuple):
    """A file for debuggers.

    Attributes:
        content: The binary with its debug data.
        build_id: By which debuggers find it, hexadecimal; empty: the binary states none.
    """

    content: bytes
    build_id: str


class _Section(NamedTuple):
    name: str
    address: int
    offset: int
    size: int
    content: bytes
    is_code: bool


def debug_file(released: bytes, unstripped: bytes) -> DebugFile:
    """Give what a debugger reads of a binary.

    Args:
        released: The binary as users have it.
        unstripped: The same, built with debug data.

    Raises:
        ValueError: There is no debug data, or it is about other code; the text says so.
    """
    ours, theirs = _read(released), _read(unstripped)
    if all(section.name != _DATA for section in theirs.sections):
        raise ValueError("the second build holds no debug data of it")
    before, after = _loaded(ours, released), _loaded(theirs, unstripped)
    differing = [one.name for one, other in zip(before, after, strict=False) if not _is_same(one, other)]
    if differing or len(before) != len(after):
        where = differing[0] if differing else "its sections"
        raise ValueError(f"the second build is not the same: {where} differs")
    # Of a build-id linkers make a digest of the file, debug data and all.
    for one, other in zip(before, after, strict=True):
        if one.name == _BUILD_ID:
            own = one.content
            content = unstripped[: other.offset] + own + unstripped[other.offset + other.size :]
            return DebugFile(content, own[_NOTE_HEADER:].hex())
    return DebugFile(unstripped, "")


def _read(content: bytes) -> lief.ELF.Binary:
    import lief  # noqa: PLC0415 - 0.35 s: rarely needed

    config = lief.ELF.ParserConfig()
    config.parse_relocations = config.parse_symtab_symbols = config.parse_notes = config.parse_overlay = False
    binary = lief.ELF.parse(content, config)
    if not isinstance(binary, lief.ELF.Binary):
        raise ValueError("its headers cannot be read")  # noqa: TRY004 - about the file, not an argument
    return binary


def _loaded(binary: lief.ELF.Binary, content: bytes) -> list[_Section]:
    """Give the sections that a process has in memory."""
    import lief  # noqa: PLC0415 - see _read

    return [
        _Section(
            name=str(one.name),
            address=one.virtual_address,
            offset=one.offset,
            size=one.size,
            content=b""
            if one.type == lief.ELF.Section.TYPE.NOBITS
            else content[one.offset : one.offset + one.size],
            is_code=one.has(lief.ELF.Section.FLAGS.EXECINSTR),
        )
        for one in binary.sections
        if one.has(lief.ELF.Section.FLAGS.ALLOC)
    ]


def _is_same(one: _Section, other: _Section) -> bool:
    """Tell whether what debug data says of a section is true of the other one: where it is, and its code.

    In data clang has been seen to write another order of the same (``.gcc_except_table``).
    """
    alike = (one.name, one.address, one.size) == (other.name, other.address, other.size)
    return alike and not (one.is_code and one.content != other.content)

"""Names that an object keeps to itself, where the linker has to be told in the object.

For macOS: ``-exported_symbols_list`` and its relatives.  Zig's linker exports whatever is not private;
Apple's takes lists.  An object's table of symbols says what is private: ``N_PEXT`` of ``mach-o/nlist.h``.
Apple's ld(1) describes the lists: a name or glob a line.

For Windows: ``inline`` functions of a C header.  C++ defines them in each object for the linker to take any
(COMDAT), C in one for good.  For ELF and Mach-O the linker takes C's; for COFF these are two definitions, and
C++ keeps its own to itself.  Table of symbols: Microsoft's "PE Format", "Section Definitions".
"""

from __future__ import annotations

import struct
from fnmatch import fnmatchcase

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MAGIC = b"\xcf\xfa\xed\xfe"  # MH_MAGIC_64, little-endian
_ARCHIVE = b"!<arch>\n"
_MEMBER = 60  # bytes of ar's header of a member
_INDEXES = ("", "/", "__.SYMDEF", "__.SYMDEF SORTED", "/SYM64/", "/<ECSYMBOLS>/", "/<XFGHASHMAP>/")
_HEADER = 32  # of mach_header_64
_SYMTAB = 2  # LC_SYMTAB
_NLIST = 16  # of nlist_64
_STAB, _PRIVATE, _TYPE, _EXTERNAL = 0xE0, 0x10, 0x0E, 0x01
_COFF_HEADER, _COFF_SECTION, _COFF_SYMBOL = struct.Struct("<HHIIIHH"), 40, struct.Struct("<8sIhHBB")
_COFF_MACHINES = frozenset({0x8664, 0x14C, 0xAA64})
_COFF_EXTERNAL, _COFF_STATIC, _COFF_ANY = 2, 3, 2
_COFF_COMDAT, _COFF_CODE = 0x1000, 0x20
_OBJECTS = (".o", ".a", ".lo", ".obj")


def is_hideable(word: str) -> bool:
    """Whether a word of a link is a file whose names can be hidden."""
    return not word.startswith("-") and word.endswith(_OBJECTS)


def is_kept(hiding: Sequence[tuple[str, str]]) -> Callable[[str], bool]:
    """Give what tells whether the name of a symbol is still exported.

    Args:
        hiding: Names of flags and their values, as in ``Emulated``.

    Raises:
        OSError: A list cannot be read.
    """
    exported: list[str] = []
    hidden: list[str] = []
    for flag, value in hiding:
        names = _read_list(value) if flag.endswith("_list") else [value]
        (hidden if flag.startswith("un") else exported).extend(names)
    only = any(not flag.startswith("un") for flag, _ in hiding)

    def kept(name: str) -> bool:
        if any(fnmatchcase(name, pattern) for pattern in hidden):
            return False
        return not only or any(fnmatchcase(name, pattern) for pattern in exported)

    return kept


def hide(content: bytes, kept: Callable[[str], bool]) -> bytes:
    """Give an object or an archive of objects with each name private that is not ``kept``.

    What is neither stays as it is.
    """
    changed = bytearray(content)
    for start in _starts(content):
        _hide(changed, start, kept)
    return bytes(changed)


def without_second_definitions(
    contents: Sequence[bytes], others: Callable[[], Sequence[bytes]]
) -> list[bytes]:
    """Give the objects of a link for Windows, C++'s inline functions private where C defines them, too.

    Args:
        contents: The objects, and archives, that are named.
        others: Gives those that are only looked up (``-lx``); rarely asked.
    """
    inline = [set(_inline_functions(content)) for content in contents]
    if not any(inline):
        return list(contents)
    defined = {name for content in (*contents, *others()) for name in _definitions(content)}
    return [
        _made_private(content, names & defined) if names & defined else content
        for content, names in zip(contents, inline, strict=True)
    ]


_IMPORTED = "__imp_"
_MACHINES = {"x86": 0x14C, "x86_64": 0x8664, "aarch64": 0xAA64}


def keeping_own(contents: Sequence[bytes], machine: str) -> bytes:
    """Give an object that has the linker keep functions that a DLL calls as if they were another DLL's.

    A function that its own module calls by ``__imp_name`` (``__declspec(dllimport)``: ``PyAPI_FUNC``) and in
    no other way is dropped by lld, and the call ends the process.  Empty: there is none.

    Args:
        contents: All objects, and archives, of the link.
        machine: As zig calls it.
    """
    if not any(_IMPORTED.encode() in content for content in contents):
        return b""
    undefined, defined = coff_names(contents)
    asked = {name[len(_IMPORTED) :] for name in undefined if name.startswith(_IMPORTED)}
    text = "".join(f" -include:{name}" for name in sorted(asked & defined)).encode()
    if not text:
        return b""
    # A section that linkers obey and leave out (PE format, "The .drectve Section").
    head = struct.pack("<HHIIIHH", _MACHINES[machine], 1, 0, 0, 0, 0, 0)
    section = struct.pack("<8sIIIIIIHHI", b".drectve", 0, 0, len(text), 60, 0, 0, 0, 0, 0x100A00)
    return head + section + text


def default_libraries(contents: Sequence[bytes]) -> tuple[str, ...]:
    """Give the libraries that objects for Windows tell the linker to link, as ``-l`` takes them.

    ``#pragma comment(lib, …)`` becomes ``/DEFAULTLIB:`` in an object's section ``.drectve``, which the linker
    follows; but import libraries are made for those alone that a command names.

    Args:
        contents: Objects, and archives of them.
    """
    import re  # noqa: PLC0415 - for Windows alone

    found = (one for content in contents for one in re.findall(rb'(?i)[/-]DEFAULTLIB:"?([\w.+-]+)', content))
    names = (name.decode("ascii", "replace").lower().removesuffix(".lib") for name in found)
    return tuple(dict.fromkeys(names))


def _starts(content: bytes) -> Iterator[int]:
    """Give where objects begin in a file, which may be an archive."""
    if not content.startswith(_ARCHIVE):
        yield 0
        return
    start = len(_ARCHIVE)
    while start + _MEMBER <= len(content):
        size = int(content[start + 48 : start + 58])
        name = content[start : start + 16]
        yield start + _MEMBER + (int(name[3:]) if name.startswith(b"#1/") else 0)
        start += _MEMBER + size + size % 2


def members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the objects in a file: name, content; one without a name if it is no archive.

    Raises:
        ValueError: The archive is damaged.
    """
    if not content.startswith(_ARCHIVE):
        yield "", content
        return
    at, names = len(_ARCHIVE), b""
    while at + _MEMBER <= len(content):
        size = int(content[at + 48 : at + 58])
        name = content[at : at + 16].decode("utf-8", "replace").rstrip()
        data = content[at + _MEMBER : at + _MEMBER + size]
        if name.startswith("#1/"):  # BSD's long names
            length = int(name[3:])
            name, data = data[:length].rstrip(b"\0").decode("utf-8", "replace"), data[length:]
        elif name == "//":
            names = data
        elif name[:1] == "/" and name[1:].isdigit():  # GNU's, behind one another in "//"
            name = names[int(name[1:]) :].partition(b"\n")[0].decode("utf-8", "replace").rstrip("/\0")
        if name.rstrip("/") not in _INDEXES:
            yield name.rstrip("/"), data
        at += _MEMBER + size + size % 2


def coff_names(contents: Sequence[bytes]) -> tuple[set[str], set[str]]:
    """Give what objects for Windows, or archives of them, ask of others, and what they define for others.

    Raises:
        ValueError: One is damaged.
    """
    undefined: set[str] = set()
    defined: set[str] = set()
    for one in (symbol for content in contents for symbol in coff_symbols(content)):
        if one.storage == _COFF_EXTERNAL and (one.section > 0 or not one.value):
            (defined if one.section > 0 else undefined).add(one.name.decode("utf-8", "replace"))
    return undefined - defined, defined


class CoffSymbol:
    """What one entry of an object's table of symbols says.

    Attributes:
        name: Of the symbol.
        at: Where its storage class is in the file.
        storage: Its storage class.
        section: The number of the section that it is in, from 1; 0: in none, -1: it is a constant.
        flags: Of that section.
        value: Where it is there.
        comdat: How the linker chooses among several definitions; 0 if there may be but one.
    """

    __slots__ = ("at", "comdat", "flags", "name", "section", "storage", "value")

    def __init__(
        self, name: bytes, at: int, *, storage: int, section: int, flags: int, value: int, comdat: int
    ) -> None:
        self.name = name
        self.at = at
        self.storage = storage
        self.section = section
        self.flags = flags
        self.value = value
        self.comdat = comdat


def coff_symbols(content: bytes) -> Iterator[CoffSymbol]:
    """Give the tables of symbols of an object for Windows, or of the objects in an archive.

    Raises:
        ValueError: One is damaged.
    """
    for start in _starts(content):
        if start + _COFF_HEADER.size > len(content):
            continue
        machine, sections, _, symbols, count, optional, _ = _COFF_HEADER.unpack_from(content, start)
        if machine not in _COFF_MACHINES:
            continue
        table = start + _COFF_HEADER.size + optional
        kinds = [
            int.from_bytes(content[at + 36 : at + 40], "little")
            for at in range(table, table + sections * _COFF_SECTION, _COFF_SECTION)
        ]
        choices: dict[int, int] = {}
        strings = start + symbols + count * _COFF_SYMBOL.size
        if strings > len(content):
            raise ValueError("file truncated")
        entry = start + symbols
        while entry < strings:
            short, value, section, _, storage, more = _COFF_SYMBOL.unpack_from(content, entry)
            if storage == _COFF_STATIC and more and not value and section > 0 and section not in choices:
                choices[section] = content[entry + _COFF_SYMBOL.size + 14]
            begin = strings + int.from_bytes(short[4:], "little")
            long = short[:4] == bytes(4)
            flags = kinds[section - 1] if 0 < section <= len(kinds) else 0
            yield CoffSymbol(
                content[begin : content.index(0, begin)] if long else short.rstrip(b"\0"),
                entry + 16,
                storage=storage,
                section=section,
                flags=flags,
                value=value,
                comdat=choices.get(section, 0) if flags & _COFF_COMDAT else 0,
            )
            entry += _COFF_SYMBOL.size * (1 + more)


def _coff_definitions(content: bytes) -> Iterator[CoffSymbol]:
    """Give the symbols that objects define for others."""
    return (one for one in coff_symbols(content) if one.storage == _COFF_EXTERNAL and one.section > 0)


def _inline_functions(content: bytes) -> Iterator[bytes]:
    """Give the functions with names of C of which the linker may take any."""
    for one in _coff_definitions(content):
        if (
            one.comdat == _COFF_ANY
            and one.flags & _COFF_CODE
            and not one.name.startswith((b"_Z", b"__Z", b"?"))
        ):
            yield one.name


def _definitions(content: bytes) -> Iterator[bytes]:
    """Give what may be defined but once."""
    return (one.name for one in _coff_definitions(content) if one.comdat != _COFF_ANY)


def _made_private(content: bytes, names: set[bytes]) -> bytes:
    changed = bytearray(content)
    for one in _coff_definitions(content):
        if one.comdat == _COFF_ANY and one.name in names:
            changed[one.at] = _COFF_STATIC
    return bytes(changed)


def _read_list(file: str) -> list[str]:
    with open(file, encoding="utf-8") as stream:  # noqa: PTH123 - pathlib costs 15 ms
        lines = (line.partition("#")[0].strip() for line in stream)
        return [line for line in lines if line]


def _hide(content: bytearray, start: int, kept: Callable[[str], bool]) -> None:
    """Mark the names of the object that begins at ``start``."""
    if content[start : start + 4] != _MAGIC:
        return

    def number(offset: int) -> int:
        return int.from_bytes(content[start + offset : start + offset + 4], "little")

    command = _HEADER
    for _ in range(number(16)):
        if number(command) == _SYMTAB:
            symbols, count, strings = number(command + 8), number(command + 12), number(command + 16)
            for entry in range(symbols, symbols + count * _NLIST, _NLIST):
                kind = content[start + entry + 4]
                defined = kind & _TYPE or any(content[start + entry + 8 : start + entry + 16])
                if kind & _STAB or not kind & _EXTERNAL or not defined:
                    continue
                begin = start + strings + number(entry)
                if not kept(content[begin : content.index(0, begin)].decode("utf-8", "replace")):
                    content[start + entry + 4] = kind | _PRIVATE
        command += number(command + 4)

"""Names in objects for macOS that a module keeps to itself: ``-exported_symbols_list`` and its relatives.

Zig's linker exports whatever is not private; Apple's takes lists.  An object's table of symbols says what is
private: ``N_PEXT`` of ``mach-o/nlist.h``.  Apple's ld(1) describes the lists: a name or glob a line.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MAGIC = b"\xcf\xfa\xed\xfe"  # MH_MAGIC_64, little-endian
_ARCHIVE = b"!<arch>\n"
_MEMBER = 60  # bytes of ar's header of a member
_HEADER = 32  # of mach_header_64
_SYMTAB = 2  # LC_SYMTAB
_NLIST = 16  # of nlist_64
_STAB, _PRIVATE, _TYPE, _EXTERNAL = 0xE0, 0x10, 0x0E, 0x01
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
    if content.startswith(_ARCHIVE):
        start = len(_ARCHIVE)
        while start + _MEMBER <= len(content):
            size = int(content[start + 48 : start + 58])
            name = content[start : start + 16]
            inner = int(name[3:]) if name.startswith(b"#1/") else 0
            _hide(changed, start + _MEMBER + inner, kept)
            start += _MEMBER + size + size % 2
    else:
        _hide(changed, 0, kept)
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

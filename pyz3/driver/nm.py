"""What ``nm`` prints of objects, archives and binaries of any of our platforms: libtool's scripts live by it.

Zig has no nm, and this machine's, if there is one, knows this machine's format.  Letters: nm(1) of GNU
binutils, and Apple's for Mach-O.
"""

from __future__ import annotations

import argparse

from pyz3.driver.local_symbols import coff_symbols, members

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

_NONE = "no symbols"
_ELF = b"\x7fELF"
_MACHO = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_COFF = (b"\x64\x86", b"\x4c\x01", b"\x64\xaa")  # IMAGE_FILE_MACHINE_AMD64, _I386, _ARM64
_IMPORT, _IMPORT_HEADER = b"\0\0\xff\xff", 20  # IMPORT_OBJECT_HEADER of an import library
# Of mach-o/nlist.h: kinds of entries, and who sees them.
_STAB, _TYPE, _EXTERNAL, _PRIVATE = 0xE0, 0x0E, 0x01, 0x10
_UNDEFINED, _ABSOLUTE, _INDIRECT = 0x0, 0x2, 0xA
_MACHO_SECTIONS = {"__text": "T", "__data": "D", "__bss": "B"}
# Of Microsoft's "PE Format": storage classes, flags of sections.
_COFF_EXTERNAL, _COFF_STATIC, _COFF_LABEL, _COFF_WEAK = 2, 3, 6, 105
_COFF_CODE, _COFF_ZEROED, _COFF_WRITE = 0x20, 0x80, 0x80000000


class Entry:
    """A symbol.

    Args:
        name: Of it.
        letter: As nm has it; small: only the file itself sees it, or it may be missing.
        value: Its address in the file, 0 if it is undefined.
    """

    __slots__ = ("letter", "name", "value")

    def __init__(self, name: str, letter: str, value: int) -> None:
        self.name = name
        self.letter = letter
        self.value = value


def list_symbols(
    args: Sequence[str], *, say: Callable[[str], object], complain: Callable[[str], object]
) -> int:
    """Print the symbols of files, as GNU's and LLVM's do.

    Args:
        args: Of the command line.
        say: Takes what is printed.
        complain: Takes errors.

    Returns:
        The exit code: 1 if one of the files could not be read.

    Raises:
        SystemExit: The command line is wrong, or asks for help or the version.
    """
    options = _parser().parse_args(args)
    status = 0
    lines: list[str] = []
    for file in options.files or ["a.out"]:
        found, error = _of_file(file, options)
        lines += found
        if error:
            complain(f"nm: {file}: {error}")
        # That there are no symbols is told, and no failure.
        status = status or int(bool(error) and error != _NONE)
    if lines:
        say("\n".join(lines))
    return status


def _of_file(file: str, options: argparse.Namespace) -> tuple[list[str], str]:
    """Give the lines on a file, and what is wrong with it."""
    lines: list[str] = []
    try:
        with open(file, "rb") as stream:  # noqa: PTH123 - pathlib costs 15 ms
            objects = [*members(stream.read())]
        chosen = [(member, _chosen(_entries(content), options)) for member, content in objects]
    except (OSError, ValueError) as error:
        return lines, getattr(error, "strerror", None) or str(error)
    for member, found in chosen:
        if member or len(options.files) > 1:
            lines += ["", f"{f'{file}[{member}]' if member and options.portability else member or file}:"]
        lines += [_line(entry, options, file=file) for entry in found]
    return lines, "" if any(found for _, found in chosen) else _NONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nm", description="Prints the symbols of files.", allow_abbrev=False
    )
    switch: dict[str, Any] = {"action": "store_true"}
    parser.add_argument("-P", "--portability", **switch)
    parser.add_argument("-f", "--format", choices=("bsd", "posix"), default="bsd")
    parser.add_argument("-g", "--extern-only", **switch)
    parser.add_argument("-u", "--undefined-only", **switch)
    parser.add_argument("-U", "--defined-only", **switch)
    parser.add_argument("-D", "--dynamic", **switch)
    parser.add_argument("-A", "-o", "--print-file-name", **switch)
    parser.add_argument("-n", "-v", "--numeric-sort", **switch)
    parser.add_argument("-j", "--just-symbol-name", **switch)
    parser.add_argument("-p", "--no-sort", **switch)
    # What is printed already, or stays as it is in the file.
    for names in (
        ("-a", "--debug-syms"),
        ("-B",),
        ("-C", "--demangle"),
        ("--no-demangle",),
        ("-r",),
        ("-S",),
    ):
        parser.add_argument(*names, help=argparse.SUPPRESS, **switch)
    parser.add_argument("-V", "--version", action="version", version="pyz3 nm, compatible with GNU nm")
    parser.add_argument("files", nargs="*")
    return parser


def _entries(content: bytes) -> Iterator[Entry]:
    """Give an object's symbols.

    Raises:
        ValueError: It is none that is known, or it is damaged.
    """
    if content.startswith(_IMPORT):
        symbol = content[_IMPORT_HEADER:].partition(b"\0")[0].decode("utf-8", "replace")
        yield Entry(f"__imp_{symbol}", "I", 0)
        yield Entry(symbol, "T", 0)
        return
    if content.startswith(_COFF):
        yield from _coff(content)
        return
    if not content.startswith((_ELF, *_MACHO)):
        raise ValueError("file format not recognized")
    import lief  # noqa: PLC0415 - 0.3 s

    lief.logging.disable()
    parsed: Any = (lief.ELF if content.startswith(_ELF) else lief.MachO).parse(list(content))
    if parsed is None:
        raise ValueError("file truncated")
    yield from _elf(parsed) if content.startswith(_ELF) else _macho(parsed.at(0))


def _elf(binary: Any) -> Iterator[Entry]:
    import lief  # noqa: PLC0415 - as above

    sections = list(binary.sections)
    kinds, bindings, flag = lief.ELF.Symbol.TYPE, lief.ELF.Symbol.BINDING, lief.ELF.Section.FLAGS
    for symbol in binary.symtab_symbols or binary.dynamic_symbols:
        name, at = str(symbol.name), symbol.shndx
        if not name or symbol.type in {kinds.FILE, kinds.SECTION}:
            continue
        weak, thing = symbol.binding == bindings.WEAK, symbol.type == kinds.OBJECT
        if at == 0:
            yield Entry(name, ("v" if thing else "w") if weak else "U", 0)
            continue
        if weak:
            letter = "V" if thing else "W"
        elif at >= len(sections):  # SHN_ABS, SHN_COMMON
            letter = {0xFFF1: "A", 0xFFF2: "C"}.get(at, "N")
        elif sections[at].has(flag.EXECINSTR):
            letter = "T"
        elif sections[at].type == lief.ELF.Section.TYPE.NOBITS:
            letter = "B"
        else:
            letter = "D" if sections[at].has(flag.WRITE) else "R"
        local = symbol.binding == bindings.LOCAL
        yield Entry(name, letter.lower() if local else letter, symbol.value)


def _macho(binary: Any) -> Iterator[Entry]:
    sections = ["", *(str(section.name) for section in binary.sections)]
    for symbol in binary.symbols:
        raw = int(symbol.raw_type)
        if raw & _STAB:
            continue
        kind, external = raw & _TYPE, raw & _EXTERNAL
        if kind == _UNDEFINED:
            letter = "C" if symbol.value else "U"
        elif kind in {_ABSOLUTE, _INDIRECT}:
            letter = "A" if kind == _ABSOLUTE else "I"
        else:
            at = symbol.numberof_sections
            letter = _MACHO_SECTIONS.get(sections[at] if at < len(sections) else "", "S")
        yield Entry(str(symbol.name), letter if external else letter.lower(), symbol.value)


def _coff(content: bytes) -> Iterator[Entry]:
    for symbol in coff_symbols(content):  # lief finds no names that are the ends of others
        name, external = symbol.name.decode("utf-8", "replace"), symbol.storage == _COFF_EXTERNAL
        if symbol.storage == _COFF_WEAK:
            yield Entry(name, "w", 0)
        elif external and symbol.section == 0:
            yield Entry(name, "C" if symbol.value else "U", symbol.value)
        elif external or symbol.storage in {_COFF_STATIC, _COFF_LABEL}:
            letter = "D" if symbol.flags & _COFF_WRITE else "R"
            if symbol.section < 0:
                letter = "A"
            elif symbol.flags & (_COFF_CODE | _COFF_ZEROED):
                letter = "T" if symbol.flags & _COFF_CODE else "B"
            yield Entry(name, letter if external else letter.lower(), symbol.value)


def _chosen(entries: Iterator[Entry], options: argparse.Namespace) -> list[Entry]:
    found = list(entries)
    if options.extern_only or options.dynamic:
        found = [entry for entry in found if entry.letter in "Uwv" or entry.letter.isupper()]
    if options.undefined_only or options.defined_only:
        found = [entry for entry in found if (entry.letter in "Uwv") == options.undefined_only]
    if not options.no_sort:
        found.sort(key=lambda entry: (entry.value if options.numeric_sort else 0, entry.name))
    return found


def _line(entry: Entry, options: argparse.Namespace, *, file: str) -> str:
    undefined = entry.letter in "Uwv"
    prefix = f"{file}:" if options.print_file_name else ""
    if options.just_symbol_name:
        return f"{prefix}{entry.name}"
    if options.portability or options.format == "posix":
        value = "" if undefined else f" {entry.value:x} 0"
        return f"{prefix}{' ' if prefix else ''}{entry.name} {entry.letter}{value}"
    return f"{prefix}{' ' * 16 if undefined else f'{entry.value:016x}'} {entry.letter} {entry.name}"

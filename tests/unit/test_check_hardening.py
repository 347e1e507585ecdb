"""What headers say about hardening and privacy, on files of a few hundred bytes."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import msgspec
import pytest
from audited import ELF, MACHO, PE
from hypothesis import given
from hypothesis import strategies as st

from pyz3.audit import Facts, Hardening, hardening_of
from pyz3.check.checking import _OF_SUBJECTS
from pyz3.check.subject import Binary, Subject
from pyz3.doctor import FileName

LOAD, DYNAMIC, RELRO = 1, 2, 0x6474E552
change = msgspec.structs.replace


def elf(
    *headers: tuple[int, int], wide: bool = True, big: bool = False, sections: tuple[bytes, ...] = ()
) -> bytes:
    """An ELF file of program headers (kind, flags), and sections that have names."""
    order = ">" if big else "<"
    ident = b"\x7fELF" + bytes([2 if wide else 1, 2 if big else 1, 1]) + bytes(9)
    start, size, section = (64, 56, 64) if wide else (52, 32, 40)
    names = b"\0" + b"".join(name + b"\0" for name in sections)
    table = start + size * len(headers)
    place = table + len(names)
    words = "QQQ" if wide else "III"
    head = struct.pack(
        f"{order}HHI{words}IHHHHHH",
        *(3, 62, 1, 0, start, place, 0, start, size, len(headers), section, len(sections), 0),
    )
    if wide:
        rows = [struct.pack(f"{order}II", kind, flags).ljust(size, b"\0") for kind, flags in headers]
    else:
        rows = [struct.pack(f"{order}I20xI4x", kind, flags) for kind, flags in headers]
    parts = [
        struct.pack(f"{order}II{'QQQ' if wide else 'III'}", names.index(name), 1, 0, 0, table).ljust(
            section, b"\0"
        )
        for name in sections
    ]
    return ident + head + b"".join(rows) + names + b"".join(parts)


def pe(*sections: int, flags: int = 0x160, wide: bool = True) -> bytes:
    optional = bytearray(112)
    struct.pack_into("<H", optional, 0, 0x20B if wide else 0x10B)
    struct.pack_into("<H", optional, 70, flags)
    coff = struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, len(optional), 0x2022)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + coff + optional
    return head + b"".join(bytes(36) + struct.pack("<I", one) for one in sections)


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("big", [True, False])
def test_elf(wide: bool, big: bool) -> None:
    def of(*headers: tuple[int, int], sections: tuple[bytes, ...] = ()) -> Hardening:
        return hardening_of(elf(*headers, wide=wide, big=big, sections=sections))

    assert of((LOAD, 5), (LOAD, 6), (DYNAMIC, 6), (RELRO, 4)) == Hardening()
    assert of((LOAD, 5), (DYNAMIC, 6)) == Hardening(relro=False)
    assert of((LOAD, 7)) == Hardening(writable_code=True)
    assert of((LOAD, 5), sections=(b".shstrtab", b".debug_info")) == Hardening(debug=True)
    assert of((LOAD, 5), sections=(b".shstrtab", b".debug_infos")) == Hardening()


def test_pe() -> None:
    assert hardening_of(pe(0x60000020, 0xC0000040)) == Hardening()
    assert hardening_of(pe(0xE0000020)) == Hardening(writable_code=True)
    assert hardening_of(pe(flags=0x140)) == Hardening(high_entropy=False)
    assert hardening_of(pe(flags=0x140, wide=False)) == Hardening()


@pytest.mark.parametrize(
    ("text", "homes"),
    [
        ("/{home}/alice/src/m.c", ("/{home}/alice/src/m.c",)),
        ("/{users}/alice/src/m.c", ("/{users}/alice/src/m.c",)),
        ("C:\\{users}\\Alice B\\m.pdb", ("C:\\{users}\\Alice B\\m.pdb",)),
        ("/{home}/runner/m.c", ()),
        ("C:\\{users}\\runneradmin\\m.pdb", ()),
        ("https://example.org/{home}/alice/x", ()),
        ("/srv/{home}/alice/x", ()),
    ],
)
def test_homes(text: str, homes: tuple[str, ...]) -> None:
    names = {"home": "home", "users": "Users"}
    content = b"\0" + text.format(**names).encode() + b"\0"
    assert hardening_of(content).homes == tuple(one.format(**names) for one in homes)


def test_homes_of_names_that_are_not_ascii() -> None:
    path = "C:\\{}\\Jürgen Öß\\x.pdb".format("Users")
    assert hardening_of(b"\0" + path.encode() + b"\0").homes == (path,)
    assert hardening_of(b"\0\0" + path.encode("utf-16-le") + b"\0\0").homes == (path,)
    runner = "D:\\{}\\RunnerAdmin\\x.pdb".format("Users")
    assert hardening_of(b"\0\0" + runner.encode("utf-16-le") + b"\0\0").homes == ()


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("big", [True, False])
def test_compressed_debug_data(wide: bool, big: bool) -> None:
    path = b"/home" + b"/alice/src/m.c"
    text = zlib.compress(bytes(40) + path + bytes(40))
    order = ">" if big else "<"
    header = struct.pack(f"{order}IIQQ", 1, 0, 96, 1) if wide else struct.pack(f"{order}III", 1, 96, 1)
    zdebug = b"ZLIB" + struct.pack(">Q", 96) + text
    for name, content, flags in (
        (b".debug_str", header + text, 0x800),
        (b".zdebug_str", zdebug, 0),
    ):
        found = hardening_of(elf_with(name, content, flags, wide=wide, big=big))
        assert found.homes == (path.decode(),)
    # Neither marked nor of a name that says so; Zstandard; damaged; a bomb, of which the start is read.
    bomb = zlib.compress(bytes(10_000_000) + path)
    for name, content, flags in (
        (b".debug_str", header + text, 0),
        (b".rodata", header + text, 0x800),
        (b".debug_str", b"\2" * 24 + text, 0x800),
        (b".debug_str", header + text[:8] + b"\xff" * 20, 0x800),
        (b".debug_str", header + bomb, 0x800),
    ):
        assert hardening_of(elf_with(name, content, flags, wide=wide, big=big)).homes == ()


def elf_with(name: bytes, content: bytes, flags: int, *, wide: bool, big: bool) -> bytes:
    """An ELF file with one section behind everything else."""
    data = bytearray(
        elf((LOAD, 5), (DYNAMIC, 6), (RELRO, 4), wide=wide, big=big, sections=(b".shstrtab", name))
    )
    order = ">" if big else "<"
    (table,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", data, 40 if wide else 32)
    row = table + (64 if wide else 40)
    word = "Q" if wide else "I"
    struct.pack_into(f"{order}{word}", data, row + 8, flags)
    struct.pack_into(f"{order}{word}{word}", data, row + (24 if wide else 16), len(data), len(content))
    return bytes(data) + content


def pe_with_pdb(path: bytes, *, record: bytes = b"RSDS", wide: bool = True, entries: int = 1) -> bytes:
    """A PE file with a section, and in it a debug directory."""
    optional = bytearray((112 if wide else 96) + 16 * 8)
    struct.pack_into("<H", optional, 0, 0x20B if wide else 0x10B)
    struct.pack_into("<H", optional, 70, 0x160)
    count = 112 if wide else 96
    struct.pack_into("<I", optional, count - 4, 16)
    struct.pack_into("<II", optional, count + 8 * 6, 0x1000, 28 * entries)
    coff = struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0x2022)
    start = 64 + 24 + len(optional) + 40
    content = record + bytes(20 if record == b"RSDS" else 12) + path + b"\0"
    place = start + 28 * entries
    section = b".rdata\0\0" + struct.pack("<IIII12xI", 4096, 0x1000, 4096, start, 0x40000040)
    entry = struct.pack("<12xIIII", 2, len(content), 0, place)
    blank = struct.pack("<12xIIII", 13, 0, 0, 0)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + coff + optional + section
    return head + blank * (entries - 1) + entry + content


@pytest.mark.parametrize("record", [b"RSDS", b"NB10"])
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize(
    ("path", "told"),
    [
        (r"D:\work\thing\x.pdb", True),
        (r"\\server\share\thing\x.pdb", True),
        ("/srv/thing/x.pdb", True),
        ("x.pdb", False),
        (r"D:\a\thing\thing\x.pdb", False),
        (r"D:\a\_work\1\s\x.pdb", False),
        (r"C:\projects\thing\x.pdb", False),
        ("", False),
    ],
)
def test_pdb_paths(path: str, told: bool, record: bytes, wide: bool) -> None:
    data = pe_with_pdb(path.encode(), record=record, wide=wide, entries=3)
    assert hardening_of(data) == Hardening(pdb=path if told else "")


def test_pdb_paths_of_a_damaged_directory() -> None:
    assert hardening_of(pe_with_pdb(b"/x", record=b"XXXX")).pdb == ""
    assert hardening_of(pe_with_pdb(b"/x", entries=65)).pdb == ""
    long = hardening_of(pe_with_pdb(b"/" + b"x" * 5000)).pdb
    assert long == "/" + "x" * 1023
    whole = pe_with_pdb(b"/x")
    assert {hardening_of(whole[:end]).pdb for end in range(len(whole) - 3)} == {""}


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe"]))
def test_any_bytes(data: bytes, start: bytes) -> None:
    assert isinstance(hardening_of(start + data), Hardening)


@pytest.mark.parametrize(
    ("facts", "hardening", "codes"),
    [
        (ELF, Hardening(), []),
        (change(ELF, executable_stack=True), Hardening(), ["PW601"]),
        (change(ELF, text_relocations=True), Hardening(), ["PW602"]),
        (ELF, Hardening(relro=False), ["PW603"]),
        (ELF, Hardening(writable_code=True), ["PW604"]),
        (change(PE, relocatable=False), Hardening(), ["PW605"]),
        (change(PE, nx_compatible=False), Hardening(), ["PW606"]),
        (PE, Hardening(high_entropy=False), ["PW607"]),
        (change(MACHO, signature="invalid"), Hardening(), ["PW608"]),
        (change(MACHO, signature=""), Hardening(), ["PW608"]),
        (change(MACHO, signature="", machine="x86_64"), Hardening(), []),
        (ELF, Hardening(homes=("x",)), ["PW701"]),
        (ELF, Hardening(debug=True), ["PW702"]),
        (PE, Hardening(pdb="D:\\x.pdb"), ["PW703"]),
        (PE, Hardening(pdb="D:\\x.pdb", homes=("D:\\x.pdb",)), ["PW701"]),
    ],
)
def test_rules(facts: Facts, hardening: Hardening, codes: list[str]) -> None:
    binary = Binary(facts=(facts,), said=FileName(), hardening=hardening)
    subject = Subject(path=Path("thing-1.0-py3-none-any.whl"), binaries={"thing/_m.so": binary})
    found = [
        (code, hit.member)
        for code, rule in _OF_SUBJECTS.items()
        if code.startswith(("PW6", "PW7"))
        for hit in rule(subject)
    ]
    assert found == [(code, "thing/_m.so") for code in codes]

"""What headers say about hardening and privacy, on files of a few hundred bytes."""

from __future__ import annotations

import struct
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

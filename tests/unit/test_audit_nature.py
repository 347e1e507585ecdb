"""What machine code a file is, by its first bytes."""

from __future__ import annotations

import struct

import pytest

from pyz3.audit.nature import Nature, nature_of


def elf(kind: int, machine: int = 62) -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", kind, machine) + bytes(40)


def pe(machine: int = 0x8664, *, managed: bool = False) -> bytes:
    optional = struct.pack("<H", 0x20B) + bytes(106) + struct.pack("<I", 16)
    directories = bytearray(16 * 8)
    if managed:
        struct.pack_into("<II", directories, 14 * 8, 0x2000, 72)
    header = b"PE\0\0" + struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, 240, 0x22)
    return b"MZ" + bytes(0x3A) + struct.pack("<I", 0x40) + header + optional + bytes(directories)


def macho(kind: int = 6, cpu: int = 0x0100000C) -> bytes:
    return b"\xcf\xfa\xed\xfe" + struct.pack("<III", cpu, 0, kind) + bytes(16)


def fat(*parts: bytes) -> bytes:
    start = 8 + 20 * len(parts)
    heads, bodies = b"", b""
    for part in parts:
        heads += struct.pack(">IIIII", 0, 0, start + len(bodies), len(part), 0)
        bodies += part
    return b"\xca\xfe\xba\xbe" + struct.pack(">I", len(parts)) + heads + bodies


def archive(*members: bytes, name: bytes = b"x.o/") -> bytes:
    data = b"!<arch>\n"
    for member in members:
        data += name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"644".ljust(8)
        data += str(len(member)).encode().ljust(10) + b"`\n" + member + b"\n" * (len(member) % 2)
    return data


COFF = struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 0, 0) + b".text\0\0\0" + bytes(32)
IMPORT = struct.pack("<HHHHIIHH", 0, 0xFFFF, 0, 0xAA64, 0, 12, 0, 0) + b"f\0x.dll\0"


@pytest.mark.parametrize(
    ("data", "format_", "machines", "linked"),
    [
        (elf(3), "elf", ("x86_64",), True),
        (elf(2, 183), "elf", ("aarch64",), True),
        (elf(1), "elf", ("x86_64",), False),
        (pe(), "pe", ("amd64",), True),
        (macho(), "macho", ("arm64",), True),
        (macho(1), "macho", ("arm64",), False),
        (fat(macho(), macho(2)), "macho", ("arm64", "arm64"), True),
        (fat(archive(macho(1))), "macho", ("arm64",), False),
        (b"\0asm\1\0\0\0\0\x0a\x08dylink.0", "wasm", ("wasm32",), True),
        (archive(b"index", elf(1)), "elf", ("x86_64",), False),
        (archive(IMPORT), "pe", ("arm64",), False),
        (COFF, "pe", ("amd64",), False),
    ],
)
def test_machine_code(data: bytes, format_: str, machines: tuple[str, ...], linked: bool) -> None:
    assert nature_of(data) == Nature(format=format_, machines=machines, linked=linked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x7fELF",
        b"a text",
        b"MZ is no program",
        b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40),  # Java 8
        elf(1, 247),  # BPF: for Linux, on every machine
        elf(2, 83),  # AVR
        pe(managed=True),  # .NET
        archive(b"debian-binary", name=b"debian-binary"),
        b"\0asm\1\0\0\0\1\0",  # WebAssembly without a dynamic linker's section
        COFF[:40],
        struct.pack("<H", 0x8664) + b"some other binary data of a file" * 4,
    ],
)
def test_other_files(data: bytes) -> None:
    assert nature_of(data) is None

"""Where binaries have libraries looked for, read from files of a few hundred bytes."""

from __future__ import annotations

import struct

import pytest

from pyz3.audit import facts_of

RPATH, RUNPATH = 15, 29


def elf(text: str, *, tag: int = RUNPATH, needed: str = "libc.so.6") -> bytes:
    """A shared library that needs one library and has a run path."""
    strings = b"\0" + needed.encode() + b"\0" + text.encode() + b"\0"
    begin = 64 + 2 * 56
    dynamic = begin + len(strings) + -len(strings) % 8
    entries = ((1, 1), (tag, 2 + len(needed)), (5, begin), (10, len(strings)), (0, 0))
    end = dynamic + 16 * len(entries)
    head = b"\x7fELF\2\1\1" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    head += struct.pack("<IIQQQQQQ", 1, 6, 0, 0, 0, end, end, 4096)
    size = 16 * len(entries)
    head += struct.pack("<IIQQQQQQ", 2, 6, dynamic, dynamic, dynamic, size, size, 8)
    return (head + strings).ljust(dynamic, b"\0") + b"".join(struct.pack("<QQ", *one) for one in entries)


@pytest.mark.parametrize("tag", [RPATH, RUNPATH])
@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("$ORIGIN/../a.libs", ("$ORIGIN/../a.libs",)),
        ("$ORIGIN:/opt/lib", ("$ORIGIN", "/opt/lib")),
        ("$ORIGIN::/opt/lib", ("$ORIGIN", ".", "/opt/lib")),
        ("$ORIGIN:", ("$ORIGIN", ".")),
        (":$ORIGIN", (".", "$ORIGIN")),
        ("", ()),
    ],
)
def test_elf(text: str, folders: tuple[str, ...], tag: int) -> None:
    (facts,) = facts_of(elf(text, tag=tag), name="m.so")
    assert (facts.needed, facts.rpaths) == (("libc.so.6",), folders)


def test_musl_leaves_out_what_is_empty() -> None:
    (facts,) = facts_of(elf("$ORIGIN::/opt/lib", needed="libc.musl-x86_64.so.1"), name="m.so")
    assert facts.rpaths == ("$ORIGIN", "/opt/lib")


def macho(*folders: str) -> bytes:
    """A dylib of an arm64 Mac that has run paths and nothing else."""
    commands = b""
    for folder in folders:
        text = folder.encode() + b"\0"
        text += bytes(-(12 + len(text)) % 8)
        commands += struct.pack("<III", 0x8000001C, 12 + len(text), 12) + text
    end = 32 + 72 + len(commands)
    segment = struct.pack("<II16sQQQQIIII", 0x19, 72, b"__TEXT", 0, end, 0, end, 5, 5, 0, 0)
    head = struct.pack(
        "<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 6, 1 + len(folders), len(segment + commands), 0, 0
    )
    return head + segment + commands


def test_macho() -> None:
    (facts,) = facts_of(macho("/usr/local/lib", "@loader_path/../.dylibs"), name="m.dylib")
    assert (facts.machine, facts.rpaths) == ("arm64", ("/usr/local/lib", "@loader_path/../.dylibs"))

"""Small WebAssembly modules, made byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = b"\0asm\1\0\0\0"


def section(number: int, body: bytes) -> bytes:
    """Give a section; its body is shorter than 128 bytes, as everything here."""
    assert len(body) < 128
    return bytes([number, len(body)]) + body


def name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def wasm(
    *, imports: Sequence[str], exports: Sequence[str], needed: Sequence[str] = (), shared: bool = True
) -> bytes:
    """Give a module that takes and offers functions."""
    dylink = section(1, b"\0\0\0\0") + section(2, bytes([len(needed)]) + b"".join(map(name, needed)))
    taken = b"".join(name("env") + name(one) + b"\0\1" for one in imports)
    offered = b"".join(name(one) + b"\0\3" for one in exports)
    return (
        HEADER
        + (section(0, name("dylink.0") + dylink) if shared else b"")
        + section(2, bytes([len(imports)]) + taken)
        + section(7, bytes([len(exports)]) + offered)
    )

"""WebAssembly modules read: what they take and offer, and what the dynamic loader is told.

lief reads no WebAssembly.  Format: WebAssembly core specification, "Modules" (binary format);
section ``dylink.0``: WebAssembly tool conventions, "Dynamic Linking".
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["function", "table", "memory", "global", "tag"]

_MAGIC = b"\0asm\1\0\0\0"
_KINDS: tuple[Kind, ...] = ("function", "table", "memory", "global", "tag")
_CUSTOM, _IMPORT, _EXPORT = 0, 2, 7
_DYLINK_NEEDED = 2
_WIDEST = 70  # bits of the ten bytes that 64 bits need


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """Something the module takes.

    Attributes:
        module: ``env`` for what is called; ``GOT.mem`` and ``GOT.func`` for what has an address.
        name: As C or C++ (mangled) spells it.
        kind: What it is.
    """

    module: str
    name: str
    kind: Kind


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Something the module offers."""

    name: str
    kind: Kind


class WasmModule(msgspec.Struct, frozen=True, kw_only=True):
    """One WebAssembly binary.

    Attributes:
        imports: In the binary's order.
        exports: In the binary's order.
        shared: It has a ``dylink.0`` section: a dynamic loader can load it.
        needed: Libraries that the loader must find.
    """

    imports: tuple[Import, ...]
    exports: tuple[Export, ...]
    shared: bool
    needed: tuple[str, ...]


class _Reader:
    """A place in bytes.  Reading past the end is an ``IndexError``."""

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = start
        self.end = len(data) if end is None else end
        if self.end > len(data):
            raise IndexError

    def byte(self) -> int:
        if self.at >= self.end:
            raise IndexError
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """Read a LEB128 of any width that there is; the sign of signed ones is not needed here."""
        value = 0
        for shift in range(0, _WIDEST, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:  # noqa: PLR2004 - the format's "more follows" bit
                return value
        raise IndexError

    def part(self) -> _Reader:
        """Give the bytes that a length announces, and go behind them."""
        size = self.number()
        part = _Reader(self.data, self.at, self.at + size)
        if part.end > self.end:
            raise IndexError
        self.at = part.end
        return part

    def name(self) -> str:
        part = self.part()
        return self.data[part.at : part.end].decode("utf-8")

    def limits(self) -> None:
        flags = self.byte()
        self.number()
        if flags & 1:
            self.number()


def parse_wasm(data: bytes) -> WasmModule:
    """Read a module's imports, exports and ``dylink.0`` section.

    Raises:
        ValueError: ``data`` is no WebAssembly module, or a damaged one.
    """
    if not data.startswith(_MAGIC):
        msg = "no WebAssembly module of version 1"
        raise ValueError(msg)
    imports: tuple[Import, ...] = ()
    exports: tuple[Export, ...] = ()
    needed: tuple[str, ...] | None = None
    try:
        reader = _Reader(data, len(_MAGIC))
        while reader.at < reader.end:
            section = reader.byte()
            body = reader.part()
            if section == _IMPORT:
                imports = tuple(_import(body) for _ in range(body.number()))
            elif section == _EXPORT:
                exports = tuple(_export(body) for _ in range(body.number()))
            elif section == _CUSTOM and body.name() == "dylink.0":
                needed = _needed(body)
    except (IndexError, UnicodeDecodeError) as error:
        msg = "damaged WebAssembly module"
        raise ValueError(msg) from error
    return WasmModule(imports=imports, exports=exports, shared=needed is not None, needed=needed or ())


def _import(body: _Reader) -> Import:
    module, name, kind = body.name(), body.name(), _KINDS[body.byte()]
    if kind == "table":
        body.byte()  # the type of its elements
    if kind in {"table", "memory"}:
        body.limits()
    elif kind == "global":
        body.byte()  # its type
        body.byte()  # whether it changes
    elif kind == "tag":
        body.byte()  # always an exception
        body.number()
    else:
        body.number()  # the function's type
    return Import(module=module, name=name, kind=kind)


def _export(body: _Reader) -> Export:
    name, kind = body.name(), _KINDS[body.byte()]
    body.number()
    return Export(name=name, kind=kind)


def _needed(body: _Reader) -> tuple[str, ...]:
    needed: tuple[str, ...] = ()
    while body.at < body.end:
        subsection = body.byte()
        part = body.part()
        if subsection == _DYLINK_NEEDED:
            needed = tuple(part.name() for _ in range(part.number()))
    return needed

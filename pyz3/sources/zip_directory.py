"""A zip file twice: as its central directory has it, and as its local headers have it.

Installers read the central directory, others stream the local headers; where these differ, two programs see
two wheels.  PyPI refuses such files (its blog of 7 August 2025).  Source of the format: PKWARE's APPNOTE.TXT.
Nothing is decompressed here.
"""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_END_SIZE, _END64_SIZE, _LOCATOR_SIZE, _LOCAL_SIZE, _CENTRAL_SIZE = 22, 56, 20, 30, 46
_MOST_COMMENT = 0xFFFF
_ALL_ONES, _ALL_ONES_SHORT = 0xFFFFFFFF, 0xFFFF
_ZIP64 = 0x0001
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = 0, 8
_MOST_MEMBERS = 250_000
_MOST_DIRECTORY = 100_000_000
_UNIX = 3


class DirectoryError(Exception):
    """It is no zip file, or more than is read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A member, as the central directory has it.

    Attributes:
        name: Decoded as ``zipfile`` does it, but whole: NUL and backslash are kept.
        size: Unpacked, in bytes.
        packed: In the archive, in bytes.
        offset: Of its local header.
        flags: The general purpose bits.
        method: Of compression.
        mode: Unix' mode; 0 if another system wrote it.
        comment: Whether it has one.
        plain: Whether its name has only ASCII, or is marked as UTF-8.
    """

    name: str
    size: int
    packed: int
    offset: int
    flags: int
    method: int
    mode: int
    comment: bool
    plain: bool

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.name.endswith("/")

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link, or what else is no file and no folder."""
        kind = stat.S_IFMT(self.mode)
        return kind not in {0, stat.S_IFREG, stat.S_IFDIR}


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """Where two readers of the archive may see two things.

    Attributes:
        name: The member; empty: the archive as a whole.
        what: What is wrong, after the name.
    """

    name: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Directory:
    """What an archive holds, and where it contradicts itself."""

    entries: tuple[Entry, ...]
    mismatches: tuple[Mismatch, ...]


def read_directory(path: Path) -> Directory:
    """Read a zip file's central directory, and compare it with the local headers.

    Raises:
        DirectoryError: It is no zip file, is cut off, or has more members than is read.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        found: list[Mismatch] = []
        try:
            end = _find_end(file, size, found)
            entries = tuple(_central(_read(file, end.start, end.length), end.count))
            found += _compare(file, entries, end.start)
        except struct.error as error:
            raise DirectoryError(f"it is damaged: {error}") from None
    return Directory(entries=entries, mismatches=tuple(found))


def _read(file: IO[bytes], start: int, length: int) -> bytes:
    file.seek(start)
    data = file.read(length)
    if len(data) != length:
        raise DirectoryError("it is cut off")
    return data


def count_members(path: Path, most: int) -> int:
    """Count a zip file's members as ``zipfile`` would, which makes an object of a kilobyte of each.

    Args:
        path: The file.
        most: Of more than these no more are counted.

    Raises:
        DirectoryError: It is no zip file, or announces more than is read.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        try:
            end = _find_end(file, file.seek(0, 2), [])
            # That it lies there, and not where the file says, lets archives have something before them.
            data = _read(file, end.before - end.length, end.length)
        except struct.error as error:
            raise DirectoryError(f"it is damaged: {error}") from None
    at = count = 0
    while count <= most and data[at : at + 4] == _CENTRAL and at + _CENTRAL_SIZE <= len(data):
        at += _CENTRAL_SIZE + sum(struct.unpack_from("<HHH", data, at + 28))
        count += 1
    return count


@dataclass(frozen=True, kw_only=True)
class _End:
    """What the end says: where the central directory begins, its length and number; what it lies before."""

    start: int
    length: int
    count: int
    before: int


def _find_end(file: IO[bytes], size: int, found: list[Mismatch]) -> _End:
    length = min(size, _END_SIZE + _MOST_COMMENT)
    tail = _read(file, size - length, length)
    # The last mark that has room for a record behind it, as zipfile looks for it.
    at = tail.rfind(_END, 0, max(len(tail) - _END_SIZE + len(_END), 0))
    if at < 0:
        raise DirectoryError("it is no zip file: it has no end of a central directory")
    disk, _, here, count, length, start, comment = struct.unpack_from("<HHHHIIH", tail, at + 4)
    end = size - len(tail) + at
    if end + _END_SIZE + comment != size:
        found.append(Mismatch(name="", what="has data behind its end"))
    before = end
    said = (start, length, count)
    # Some readers look for ZIP64's end only where the other one says so, zipfile always.
    if _ALL_ONES in said[:2] or count == _ALL_ONES_SHORT or _has_locator(file, end):
        before, start, length, count, here = _find_end64(file, end)
        both = zip(said, (start, length, count), strict=True)
        if any(one not in {wide, _ALL_ONES, _ALL_ONES_SHORT} for one, wide in both):
            found.append(Mismatch(name="", what="has two ends that contradict each other"))
    if disk not in {0, _ALL_ONES_SHORT} or here != count:
        raise DirectoryError("it is a part of several")
    if count > _MOST_MEMBERS or length > _MOST_DIRECTORY:
        raise DirectoryError(f"it announces {count} files, and no more than {_MOST_MEMBERS} are read")
    if start + length > before:
        raise DirectoryError("its central directory lies outside of it")
    if start + length != before:
        found.append(Mismatch(name="", what="has data between its central directory and its end"))
    return _End(start=start, length=length, count=count, before=before)


def _has_locator(file: IO[bytes], end: int) -> bool:
    return end >= _LOCATOR_SIZE and _read(file, end - _LOCATOR_SIZE, _LOCATOR_SIZE).startswith(_LOCATOR64)


def _find_end64(file: IO[bytes], end: int) -> tuple[int, int, int, int, int]:
    locator = _read(file, max(end - _LOCATOR_SIZE, 0), _LOCATOR_SIZE)
    if not locator.startswith(_LOCATOR64):
        raise DirectoryError("it is damaged: ZIP64's locator is missing")
    (at,) = struct.unpack_from("<Q", locator, 8)
    if at + _END64_SIZE > end:
        raise DirectoryError("it is damaged: ZIP64's end lies outside of it")
    record = _read(file, at, _END64_SIZE)
    if not record.startswith(_END64):
        raise DirectoryError("it is damaged: ZIP64's end is missing")
    here, count, length, start = struct.unpack_from("<QQQQ", record, 24)
    return at, start, length, count, here


def _central(data: bytes, count: int) -> Iterator[Entry]:
    at = 0
    for _ in range(count):
        if data[at : at + 4] != _CENTRAL:
            raise DirectoryError("it is damaged: its central directory ends too soon")
        (made, _, flags, method, _, _, packed, size, names, extras, comments, _, _, outer, offset) = (
            struct.unpack_from("<HHHHIIIIHHHHHII", data, at + 4)
        )
        name = data[at + _CENTRAL_SIZE : at + _CENTRAL_SIZE + names]
        extra = data[at + _CENTRAL_SIZE + names : at + _CENTRAL_SIZE + names + extras]
        at += _CENTRAL_SIZE + names + extras + comments
        if at > len(data):
            raise DirectoryError("it is damaged: its central directory is cut off")
        size, packed, offset = _wide(extra, (size, packed, offset))
        yield Entry(
            name=_decoded(name, flags),
            size=size,
            packed=packed,
            offset=offset,
            flags=flags,
            method=method,
            mode=outer >> 16 if made >> 8 == _UNIX else 0,
            comment=bool(comments),
            plain=name.isascii() or bool(flags & _UTF8),
        )
    if at != len(data):
        raise DirectoryError("it is damaged: its central directory has more than its number of files")


def _decoded(name: bytes, flags: int) -> str:
    return name.decode("utf-8", "backslashreplace") if flags & _UTF8 else name.decode("cp437")


def _wide(extra: bytes, values: tuple[int, ...]) -> tuple[int, ...]:
    """Give sizes that may stand in ZIP64's extra field instead (APPNOTE.TXT 4.5.3)."""
    if _ALL_ONES not in values:
        return values
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64:
            wide = [
                struct.unpack_from("<Q", extra, at + 4 + 8 * i)[0]
                for i in range(values.count(_ALL_ONES))
                if 8 * (i + 1) <= length
            ]
            return tuple(wide.pop(0) if value == _ALL_ONES and wide else value for value in values)
        at += 4 + length
    return values


def _compare(file: IO[bytes], entries: tuple[Entry, ...], start: int) -> Iterator[Mismatch]:
    """Walk over the local headers in their order: they must be the members, one behind the other."""
    expected = 0
    for entry in sorted(entries, key=lambda one: one.offset):
        if entry.offset > expected:
            yield Mismatch(name=entry.name, what=f"has {entry.offset - expected} unnamed bytes before it")
        elif entry.offset < expected:
            yield Mismatch(name=entry.name, what="lies over another member")
        if entry.offset + _LOCAL_SIZE > start:
            raise DirectoryError(f"{entry.name!r} lies outside of it")
        header = _read(file, entry.offset, _LOCAL_SIZE)
        if not header.startswith(_LOCAL):
            raise DirectoryError(f"{entry.name!r} has no local header")
        _, flags, method, _, _, _, packed, size, names, extras = struct.unpack_from("<HHHHHIIIHH", header, 4)
        rest = _read(file, entry.offset + _LOCAL_SIZE, names + extras)
        size, packed = _wide(rest[names:], (size, packed))
        yield from _differences(entry, _decoded(rest[:names], flags), flags, method, (size, packed))
        expected = entry.offset + _LOCAL_SIZE + names + extras + entry.packed
        if entry.flags & _DESCRIPTOR:
            expected += _descriptor_size(file, expected, entry)
    if expected != start:
        yield Mismatch(name="", what="has data between its files and its central directory")


def _differences(
    entry: Entry, name: str, flags: int, method: int, sizes: tuple[int, ...]
) -> Iterator[Mismatch]:
    if name != entry.name:
        yield Mismatch(name=entry.name, what=f"is called {name!r} in its local header")
    if (flags ^ entry.flags) & (_ENCRYPTED | _DESCRIPTOR) or method != entry.method:
        yield Mismatch(name=entry.name, what="has another compression or other flags in its local header")
    # With a data descriptor the sizes may be behind the data, and zero here.
    if not flags & _DESCRIPTOR and sizes != (entry.size, entry.packed):
        yield Mismatch(name=entry.name, what="has another size in its local header")
    if entry.method == _STORED and entry.size != entry.packed:
        yield Mismatch(name=entry.name, what="is stored as it is, but in another size")
    if entry.method not in {_STORED, _DEFLATED}:
        yield Mismatch(name=entry.name, what=f"is compressed by method {entry.method}, not by deflate")
    if entry.flags & _ENCRYPTED:
        yield Mismatch(name=entry.name, what="is encrypted")


def _descriptor_size(file: IO[bytes], at: int, entry: Entry) -> int:
    """Give the size of a data descriptor: with or without a mark, with sizes of 4 or 8 bytes (4.3.9)."""
    file.seek(at)
    data = file.read(24)
    for mark in (4, 0):
        for form in ("<II", "<QQ"):
            end = mark + 4 + struct.calcsize(form)
            if len(data) >= end and struct.unpack_from(form, data, mark + 4) == (entry.packed, entry.size):
                return end
    return 0

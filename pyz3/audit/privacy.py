"""Paths of the machine that built a binary, as far as they tell of somebody.

Sources: the System V gABI (``SHF_COMPRESSED``), Microsoft's "PE Format" (debug directory), LLVM's
``DebugInfo/CodeView`` for what a CodeView record holds.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A path in somebody's home folder; what stands before it may be any byte.  Names are UTF-8 or of a code page.
_HOME = re.compile(
    rb"(?<![\w./\\-])(?:/(?:home|Users)/([\w.\x80-\xff-]{1,64})/"
    rb"|[A-Za-z]:[\\/]Users[\\/]([\w .\x80-\xff-]{1,64})[\\/])[\x20-\x7e\x80-\xff]{1,200}"
)
# The same as Windows' own functions take it: UTF-16.
_WIDE_HOME = re.compile(
    rb"[A-Za-z]\0:\0[\\/]\0U\0s\0e\0r\0s\0[\\/]\0(?:[^\0-\x1f\\/]\0){1,64}[\\/]\0(?:[\x20-\x7e]\0){1,200}"
)
_WORDS, _WIDE_WORD = (b"home/", b"Users"), "Users".encode("utf-16-le")
# Accounts of build services: they say nothing of anybody.
_SERVICES = frozenset({
    *(b"admin", b"administrator", b"appveyor", b"build", b"buildbot", b"builder", b"buildkite", b"buildozer"),
    *(b"circleci", b"cirrus", b"codespace", b"conda", b"conda-bld", b"containeradministrator", b"default"),
    *(b"distiller", b"docker", b"ec2-user", b"gitlab-runner", b"jenkins", b"public", b"python", b"root"),
    *(b"runner", b"runneradmin", b"rust", b"shared", b"travis", b"ubuntu", b"user", b"vsts"),
    *(b"vssadministrator", b"worker"),
})  # fmt: skip
_FEW = 3  # enough to see what it is

_ZLIB = 1  # ELFCOMPRESS_ZLIB
# Debug data compresses to a quarter or so; more is not worth the time that a bomb would take.
_RATIO, _MOST_UNPACKED = 8, 1 << 26

_DEBUG_DIRECTORY, _CODEVIEW = 6, 2
_MOST_ENTRIES, _LONGEST_PATH = 64, 1024
_RECORDS = {b"RSDS": 24, b"NB10": 16}  # where the path begins: behind a GUID and an age, or a time and an age
_ABSOLUTE = re.compile(r"[A-Za-z]:[\\/]|\\\\|/")
# Of GitHub Actions and Azure Pipelines, and of AppVeyor.
_SERVICE_FOLDERS = re.compile(r"(?:[A-Za-z]:[\\/]a|C:[\\/]projects)[\\/]", re.IGNORECASE)


def homes_in(parts: Iterable[bytes]) -> tuple[str, ...]:
    """Give paths in home folders of people, as they stand there; the first few.

    Args:
        parts: A file, and what is compressed in it.
    """
    found: dict[str, None] = {}
    for data in parts:
        for text, user in _homes(data):
            if user.lower().encode() not in _SERVICES:
                found[text] = None
            if len(found) == _FEW:
                return tuple(found)
    return tuple(found)


def _homes(data: bytes) -> Iterator[tuple[str, str]]:
    # Most files have none of these, and looking for a word is ten times as fast as for a pattern.
    for match in _HOME.finditer(data) if any(word in data for word in _WORDS) else ():
        yield match[0].decode("utf-8", "replace"), (match[1] or match[2]).decode("utf-8", "replace")
    for match in _WIDE_HOME.finditer(data) if _WIDE_WORD in data else ():
        text = match[0].decode("utf-16-le", "replace")
        yield text, re.split(r"[\\/]", text)[2]


def unpacked_debug_data(data: bytes, sections: Iterable[tuple[bytes, int, int, bool]]) -> Iterator[bytes]:
    """Give the contents of compressed debug sections of an ELF file, each up to eight times its size.

    Of Zstandard nothing is given: the standard library has it only since Python 3.14.

    Args:
        data: The file.
        sections: Name, offset, size, and whether it is marked as compressed.
    """
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"  # noqa: PLR2004 - ELFCLASS64
    left, room = _MOST_UNPACKED, len(data)
    for name, start, size, compressed in sections:
        if not name.startswith((b".debug_", b".zdebug_")) or start + 24 > len(data):
            continue
        room -= size  # sections that lie over each other
        if room < 0:
            return
        if compressed:
            (kind,) = struct.unpack_from(f"{order}I", data, start)
            begin = start + (24 if wide else 12) if kind == _ZLIB else 0
        else:
            begin = start + 12 if data[start : start + 4] == b"ZLIB" else 0
        packed = data[begin : start + size] if begin else b""
        most = min(left, _RATIO * len(packed))
        if most <= 0:
            continue
        try:
            part = zlib.decompressobj().decompress(packed, most)
        except zlib.error:
            continue  # debug data is nothing that the loader reads
        left -= len(part)
        yield part


def pdb_path(data: bytes) -> str:
    r"""Give the absolute path of the PDB file that a PE file names; empty: it names none, or no folder.

    ``C:\work\thing\x.pdb`` is given; what lies in the folders of build services is not.
    """
    try:
        paths = [path for path in _pdb_paths(data) if _ABSOLUTE.match(path)]
    except struct.error:
        return ""  # it is cut short
    return next((path for path in paths if not _SERVICE_FOLDERS.match(path)), "")


def _pdb_paths(data: bytes) -> Iterator[str]:
    (start,) = struct.unpack_from("<I", data, 0x3C)
    sections, optional = struct.unpack_from("<H12xH", data, start + 6)
    wide = struct.unpack_from("<H", data, start + 24)[0] == 0x20B  # noqa: PLR2004 - PE32+
    directories = start + 24 + (112 if wide else 96)
    (count,) = struct.unpack_from("<I", data, directories - 4)
    if count <= _DEBUG_DIRECTORY:
        return
    address, size = struct.unpack_from("<II", data, directories + 8 * _DEBUG_DIRECTORY)
    place = _offset(data, start + 24 + optional, sections, address)
    for number in range(min(size // 28, _MOST_ENTRIES) if place else 0):
        kind, length, _, record = struct.unpack_from("<12xIIII", data, place + 28 * number)
        begin = _RECORDS.get(data[record : record + 4], 0)
        if kind == _CODEVIEW and begin:
            end = record + min(length, begin + _LONGEST_PATH)
            yield data[record + begin : end].partition(b"\0")[0].decode("utf-8", "replace")


def _offset(data: bytes, table: int, count: int, address: int) -> int:
    """Give where in the file an address lies; 0: nowhere."""
    for at in range(table, table + 40 * min(count, 4096), 40):
        size, start, raw, place = struct.unpack_from("<IIII", data, at + 8)
        if start <= address < start + max(size, raw):
            return int(address - start + place)
    return 0

"""Two wheels → what differs.  One of them must not be trusted: it is read within limits."""

from __future__ import annotations

import stat
import struct
from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING

from pyz3._files import CHUNK, file_chunks, file_digest
from pyz3.audit import section_at
from pyz3.check import open_wheel, spelled
from pyz3.release import UnreadableFileError
from pyz3.reproduce.report import ArchiveDifference, Comparison, MemberDifference
from pyz3.sources import ArchiveError, DirectoryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from zipfile import ZipInfo

    from pyz3.reproduce.report import Kind
    from pyz3.sources import Directory, OpenZip

# Larger files are compared, but neither line nor section is looked for.
_MOST_TEXT, _MOST_BINARY = 1_000_000, 100_000_000
_MOST_LINE, _MOST_VALUE = 200, 60
_LOCAL_SIZE = 30  # APPNOTE.TXT 4.3.7
_METHODS = {0: "stored", 8: "deflate"}


def compare(wheel: Path, rebuilt: Path) -> Comparison:
    """Compare two wheels.

    Args:
        wheel: The one in question; it is not trusted.
        rebuilt: What was built here.

    Raises:
        UnreadableFileError: The wheel is damaged, or holds more than is read.
        OSError: A file cannot be read.
    """
    digests, same_name = (file_digest(wheel), file_digest(rebuilt)), wheel.name == rebuilt.name
    if digests[0] == digests[1]:
        return Comparison(sha256=digests[0], rebuilt_sha256=digests[1], same_name=same_name)
    try:
        with open_wheel(wheel) as (directory, left), open_wheel(rebuilt) as (_, right):
            found = _Comparing(_Side(wheel, left), _Side(rebuilt, right))
            members = tuple(found.members())
            archive = (*_own_faults(directory, left), *found.archive({one.name for one in members}))
            only_left, only_right = found.only()
    except DirectoryError as error:
        why = str(error)
    except ArchiveError as error:
        why = error.why
    else:
        if not (members or archive or only_left or only_right):
            archive = (_other_bytes(wheel, rebuilt),)
        return Comparison(
            sha256=digests[0],
            rebuilt_sha256=digests[1],
            same_name=same_name,
            only_in_wheel=only_left,
            only_in_rebuilt=only_right,
            members=members,
            archive=archive,
        )
    raise UnreadableFileError(f"{wheel}: cannot be read as a wheel: {spelled(why)}")


def _own_faults(directory: Directory, wheel: OpenZip) -> Iterator[ArchiveDifference]:
    """Give where the wheel's archive contradicts itself, which what pyz3 writes never does."""
    for mismatch in directory.mismatches:
        yield ArchiveDifference(kind="headers", member=mismatch.name, wheel=spelled(mismatch.what))
    for name, count in Counter(info.orig_filename for info in wheel.infos).items():
        if count > 1:
            yield ArchiveDifference(kind="duplicate", member=name, wheel=f"{count} times", rebuilt="once")


class _Side:
    """One of the wheels.

    Args:
        path: The file.
        archive: It, opened.
    """

    def __init__(self, path: Path, archive: OpenZip) -> None:
        self.path = path
        self.archive = archive
        # By the name as it is written: of the one that is used all behind a NUL is gone.
        self.infos: Mapping[str, ZipInfo] = {info.orig_filename: info for info in archive.infos}

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give a file in pieces, all but the last of them of one size."""
        info = self.infos[name]
        return iter(()) if info.is_dir() else self.archive.chunks(info.filename)

    def whole(self, name: str) -> bytes:
        """Give a file."""
        return b"".join(self.chunks(name))

    def packed(self, name: str) -> Iterator[bytes]:
        """Give a file as it lies in the archive, in pieces of one size."""
        info = self.infos[name]
        with self.path.open("rb") as file:
            file.seek(info.header_offset)
            names, extras = struct.unpack_from("<HH", file.read(_LOCAL_SIZE), _LOCAL_SIZE - 4)
            file.seek(info.header_offset + _LOCAL_SIZE + names + extras)
            left = info.compress_size
            while chunk := file.read(min(left, CHUNK)):
                left -= len(chunk)
                yield chunk


class _Comparing:
    """Compares what two wheels hold.

    Args:
        wheel: The one in question.
        rebuilt: The other.
    """

    def __init__(self, wheel: _Side, rebuilt: _Side) -> None:
        self._wheel = wheel
        self._rebuilt = rebuilt
        self._both = [name for name in wheel.infos if name in rebuilt.infos]

    def only(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Give the names that only the wheel has, and those that only the rebuilt one has."""
        left, right = self._wheel.infos, self._rebuilt.infos
        return tuple(name for name in left if name not in right), tuple(
            name for name in right if name not in left
        )

    def members(self) -> Iterator[MemberDifference]:
        """Give the files with other content."""
        return (found for name in self._both if (found := self._content(name)) is not None)

    def _content(self, name: str) -> MemberDifference | None:
        try:
            first, differing = _first_and_count(self._wheel.chunks(name), self._rebuilt.chunks(name))
            return self._known(name, first, differing) if differing else None
        except ArchiveError as error:
            return self._member(name, unread=error.why)

    def _known(self, name: str, first: int, differing: int) -> MemberDifference:
        sizes = [side.infos[name].file_size for side in (self._wheel, self._rebuilt)]
        if max(sizes) <= _MOST_TEXT:
            said = _lines(self._wheel.whole(name), self._rebuilt.whole(name))
            if said is not None:
                line, texts, line_ends = said
                return self._member(
                    name,
                    first=first,
                    differing=differing,
                    line=line,
                    text=texts[0],
                    rebuilt_text=texts[1],
                    line_ends=line_ends,
                )
        # The rebuilt one is trusted to be what it seems, and its sections are where the other's are.
        section = section_at(self._rebuilt.whole(name), first) if sizes[1] <= _MOST_BINARY else ""
        return self._member(name, first=first, differing=differing, section=section)

    def _member(self, name: str, **known: object) -> MemberDifference:
        left, right = self._wheel.infos[name], self._rebuilt.infos[name]
        return MemberDifference(
            name=name,
            size=left.file_size,
            rebuilt_size=right.file_size,
            crc=f"{left.CRC:08x}",
            rebuilt_crc=f"{right.CRC:08x}",
            **known,  # type: ignore[arg-type]
        )

    def archive(self, other_content: set[str]) -> Iterator[ArchiveDifference]:
        """Give what differs besides content.

        Args:
            other_content: Files with other content, whose compression differs with it.
        """
        wheel, rebuilt = self._wheel, self._rebuilt
        order = [name for name in rebuilt.infos if name in wheel.infos]
        for left, right in zip(self._both, order, strict=True):
            if left != right:
                yield ArchiveDifference(kind="order", member=left, wheel=left, rebuilt=right)
                break
        for name in self._both:
            infos = wheel.infos[name], rebuilt.infos[name]
            yield from _differing("date", name, *map(_date, infos))
            yield from _attributes(name, *infos)
            if name not in other_content:
                yield from self._packing(name)
        if wheel.archive.comment != rebuilt.archive.comment:
            comments = (repr(side.archive.comment[:_MOST_LINE]) for side in (wheel, rebuilt))
            yield from _differing("comment", "", *comments)

    def _packing(self, name: str) -> Iterator[ArchiveDifference]:
        packed = [_packing(side.infos[name]) for side in (self._wheel, self._rebuilt)]
        if packed[0] != packed[1]:
            yield ArchiveDifference(kind="compression", member=name, wheel=packed[0], rebuilt=packed[1])
            return
        first, differing = _first_and_count(self._wheel.packed(name), self._rebuilt.packed(name))
        if differing:
            said = f"{packed[0]}, other bytes from {first} on"
            yield ArchiveDifference(kind="compression", member=name, wheel=packed[0], rebuilt=said)


def _first_and_count(left: Iterable[bytes], right: Iterable[bytes]) -> tuple[int, int]:
    """Give where two files begin to differ, and how many bytes differ: 0: they are the same.

    Both come in pieces of one size.
    """
    first, differing, at = 0, 0, 0
    for one, other in zip_longest(left, right, fillvalue=b""):
        if one != other:
            size = min(len(one), len(other))
            # Bytes that are the same are zero in this; integers do in a moment what a loop does in seconds.
            both = int.from_bytes(one[:size], "big") ^ int.from_bytes(other[:size], "big")
            marks = both.to_bytes(size, "big")
            if not differing:
                first = at + size - len(marks.lstrip(b"\0"))
            differing += size - marks.count(0) + abs(len(one) - len(other))
        at += len(one)
    return first, differing


def _lines(left: bytes, right: bytes) -> tuple[int, tuple[str, str], bool] | None:
    """Give the first line that differs: its number, both; whether only line ends do.  None: it is no text."""
    if b"\0" in left or b"\0" in right:
        return None
    try:
        texts = left.decode("utf-8"), right.decode("utf-8")
    except UnicodeDecodeError:
        return None
    line_ends = left.replace(b"\r\n", b"\n") == right.replace(b"\r\n", b"\n")
    number, pair = next(
        (number, pair)
        for number, pair in enumerate(zip_longest(*map(_ended, texts), fillvalue=""), 1)
        if pair[0] != pair[1]
    )
    if all(line.endswith("\n") for line in pair):
        pair = (pair[0][:-1], pair[1][:-1])
    return number, (pair[0][:_MOST_LINE], pair[1][:_MOST_LINE]), line_ends


def _ended(text: str) -> Iterator[str]:
    """Give the lines of a text with their ends: the last may have none, and that is a difference, too."""
    *whole, last = text.split("\n")
    yield from (f"{line}\n" for line in whole)
    if last:
        yield last


def _differing(kind: Kind, name: str, wheel: str, rebuilt: str) -> Iterator[ArchiveDifference]:
    if wheel != rebuilt:
        yield ArchiveDifference(kind=kind, member=name, wheel=wheel, rebuilt=rebuilt)


def _date(info: ZipInfo) -> str:
    year, month, day, hour, minute, second = info.date_time
    return f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def _attributes(name: str, left: ZipInfo, right: ZipInfo) -> Iterator[ArchiveDifference]:
    """Compare what the central directory says besides (APPNOTE.TXT 4.3.12)."""
    labels = [label for label, read in _ATTRIBUTES.items() if read(left) != read(right)]
    if labels:
        wheel, rebuilt = (
            ", ".join(f"{label} {str(_ATTRIBUTES[label](info))[:_MOST_VALUE]}" for label in labels)
            for info in (left, right)
        )
        yield ArchiveDifference(kind="attributes", member=name, wheel=wheel, rebuilt=rebuilt)


_ATTRIBUTES: Mapping[str, Callable[[ZipInfo], object]] = {
    "mode": lambda info: stat.filemode(info.external_attr >> 16),
    "DOS attributes": lambda info: info.external_attr & 0xFFFF,
    "internal attributes": lambda info: info.internal_attr,
    "system": lambda info: info.create_system,
    "made by version": lambda info: info.create_version,
    "needs version": lambda info: info.extract_version,
    "flags": lambda info: info.flag_bits,
    "extra": lambda info: info.extra,
    "comment": lambda info: info.comment,
}


def _packing(info: ZipInfo) -> str:
    method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
    return f"{method}, {info.compress_size} bytes"


def _other_bytes(wheel: Path, rebuilt: Path) -> ArchiveDifference:
    first, differing = _first_and_count(file_chunks(wheel), file_chunks(rebuilt))
    return ArchiveDifference(
        kind="bytes", wheel=f"{differing} bytes of the archive's own, the first at {first}"
    )

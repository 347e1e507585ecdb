"""Git's index: what it lists, and the same list for a copy that lacks some of the files.

The format is described in gitformat-index(5): versions 2, 3 and 4, with SHA-1 or SHA-256.  Pure.
"""

from __future__ import annotations

import hashlib
import stat
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import os
    from collections.abc import Collection

# ctime and mtime in seconds and nanoseconds, dev, ino, mode, uid, gid, size.
_STAT = struct.Struct(">10L")
_EXTENDED = 0x4000  # of the flags: more of them follow
_SKIP_WORKTREE = 0x4000  # of these
_ASSUME_VALID = 0x8000
_LONG_NAME = 0xFFF
_VERSIONS = (2, 3, 4)
_WITH_PREFIXES = 4
# They tell of places in the index, or of the folder that it was made for.
_DROPPED = frozenset((b"EOIE", b"IEOT", b"UNTR", b"FSMN"))
_LOW = 0xFFFFFFFF
_GITLINK, _FOLDER = 0o160000, 0o040000


class UnknownIndexError(ValueError):
    """An index is damaged, or of a kind that is not known; the text says which."""


class IndexEntry(NamedTuple):
    """A file that is listed.

    Attributes:
        path: Relative to the top of the worktree.
        status: As in the index: dates, inode, mode, size.
        object_id: Of the blob.
        flags: The first 16 bits.
        more: The next 16 of those that have them.
        name: The path as it is written, without what is filled up.
    """

    path: bytes
    status: tuple[int, ...]
    object_id: bytes
    flags: int
    more: int
    name: bytes

    @property
    def is_judged(self) -> bool:
        """Whether Git compares the file with what is listed."""
        kind = stat.S_IFMT(self.status[6])
        ignored = self.flags & _ASSUME_VALID or self.more & _SKIP_WORKTREE
        return not ignored and kind not in {_GITLINK, _FOLDER}

    @property
    def is_skipped(self) -> bool:
        """Whether Git takes the file for one that need not be there."""
        return bool(self.more & _SKIP_WORKTREE)

    def looks_like(self, status: os.stat_result, *, before_ns: int) -> bool:
        """Tell whether a file looks as it did when it was listed.

        Args:
            status: Of the file.
            before_ns: When the index was written: a younger file may have changed since ("racy Git").
        """
        changed_s, changed_ns, modified_s, modified_ns, _, inode, mode, _, _, size = self.status
        return (
            _is_date(status.st_mtime_ns, modified_s, modified_ns)
            and _is_date(status.st_ctime_ns, changed_s, changed_ns)
            and status.st_mtime_ns < before_ns
            and (status.st_size & _LOW, status.st_ino & _LOW) == (size, inode)
            and self.has_kind(status)
            and mode != 0
        )

    def has_kind(self, status: os.stat_result) -> bool:
        """Tell whether a file is of the kind that is listed: plain, executable, link."""
        mode = self.status[6]
        if stat.S_IFMT(mode) != stat.S_IFMT(status.st_mode):
            return False
        return not stat.S_ISREG(mode) or not (mode ^ status.st_mode) & stat.S_IXUSR

    def holds(self, content: bytes) -> bool:
        """Tell whether a file's content is the blob's, as it is, without any filter."""
        digest = hashlib.new(_HASHES[len(self.object_id)], b"blob %d\0" % len(content))
        digest.update(content)
        return digest.digest() == self.object_id


@dataclass(frozen=True, kw_only=True)
class Index:
    """What an index lists.

    Attributes:
        version: Of the format.
        entries: The files, in order of names.
        extensions: All that follows, without the digest.
    """

    version: int
    entries: tuple[IndexEntry, ...]
    extensions: bytes

    @property
    def digest(self) -> bytes:
        """Digest of names and blobs: what a commit would be made of."""
        listed = (b"%s %o %s\n" % (one.object_id, one.status[6], one.path) for one in self.entries)
        return hashlib.sha256(b"".join(listed)).digest()

    def kept_extensions(self) -> list[bytes]:
        """Give what follows the entries, as far as it holds for another folder.

        Raises:
            UnknownIndexError: It is half of a split one.
        """
        kept = []
        place = 0
        while place < len(self.extensions):
            name = self.extensions[place : place + 4]
            (size,) = struct.unpack_from(">L", self.extensions, place + 4)
            end = place + 8 + size
            if name == b"link":
                raise UnknownIndexError("it is half of a split one (core.splitIndex)")
            if name not in _DROPPED:
                kept.append(self.extensions[place:end])
            place = end
        return kept

    def without(self, paths: Collection[bytes]) -> bytes:
        """Give an index that says of some files that they need not be there (``skip-worktree``).

        Args:
            paths: Of the files.

        Raises:
            UnknownIndexError: It is half of a split one.
        """
        extended = any(one.flags & _EXTENDED or one.path in paths for one in self.entries)
        version = 3 if self.version == 2 and extended else self.version  # noqa: PLR2004 - which has none
        written = [struct.pack(">4sLL", b"DIRC", version, len(self.entries))]
        written += [_written(one, version, skip=one.path in paths) for one in self.entries]
        written += self.kept_extensions()
        content = b"".join(written)
        size = len(self.entries[0].object_id) if self.entries else 20
        return content + hashlib.new(_HASHES[size], content).digest()


_HASHES = {20: "sha1", 32: "sha256"}


def read_index(content: bytes) -> Index:
    """Read an index.

    Raises:
        UnknownIndexError: It is damaged, or of a kind that is not known.
    """
    try:
        magic, version, count = struct.unpack_from(">4sLL", content)
        if magic != b"DIRC" or version not in _VERSIONS:
            raise UnknownIndexError("it is of a version that is not known")
        size = 32 if hashlib.sha256(content[:-32]).digest() == content[-32:] else 20
        place, path = 12, b""
        entries = []
        for _ in range(count):
            entry, place = _read(content, place, before=path, version=version, size=size)
            path = entry.path
            entries.append(entry)
    except (struct.error, IndexError, ValueError) as error:
        if isinstance(error, UnknownIndexError):
            raise
        raise UnknownIndexError("it is damaged") from error
    return Index(version=version, entries=tuple(entries), extensions=content[place:-size])


def _read(content: bytes, start: int, *, before: bytes, version: int, size: int) -> tuple[IndexEntry, int]:
    """Read an entry; give it and where the next one begins."""
    status = _STAT.unpack_from(content, start)
    place = start + _STAT.size
    object_id = content[place : place + size]
    place += size
    (flags,) = struct.unpack_from(">H", content, place)
    place += 2
    more = 0
    if flags & _EXTENDED:
        (more,) = struct.unpack_from(">H", content, place)
        place += 2
    if version == _WITH_PREFIXES:
        first = place
        left_out, place = _number(content, place)
        end = content.index(b"\0", place)
        path = before[: len(before) - left_out] + content[place:end]
        name, after = content[first:end], end + 1
    else:
        length = flags & _LONG_NAME
        end = place + length if length < _LONG_NAME else content.index(b"\0", place)
        path = name = content[place:end]
        after = start + ((end - start + 8) & ~7)
    entry = IndexEntry(path=path, status=status, object_id=object_id, flags=flags, more=more, name=name)
    return entry, after


def _number(content: bytes, place: int) -> tuple[int, int]:
    """Read an integer as in a pack's offsets (gitformat-pack(5))."""
    byte = content[place]
    value = byte & 0x7F
    while byte & 0x80:
        place += 1
        byte = content[place]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, place + 1


def _written(entry: IndexEntry, version: int, *, skip: bool) -> bytes:
    more = entry.more | (_SKIP_WORKTREE if skip else 0)
    flags = entry.flags | (_EXTENDED if skip else 0)
    text = _STAT.pack(*entry.status) + entry.object_id + struct.pack(">H", flags)
    text += struct.pack(">H", more) if flags & _EXTENDED else b""
    text += entry.name
    filled = 1 if version == _WITH_PREFIXES else 8 - len(text) % 8
    return text + b"\0" * filled


def _is_date(date_ns: int, seconds: int, nanoseconds: int) -> bool:
    """Tell whether a date is the one that is listed; some Gits write no parts of seconds."""
    whole, part = divmod(date_ns, 10**9)
    return whole & _LOW == seconds and nanoseconds in {0, part}

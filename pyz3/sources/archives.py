"""Archives that must not be trusted: read within bounds, and unpacked inside of one folder.

The standard library's filter (PEP 706) asks the file system where a link leads while the archive is unpacked;
chains of links and paths beyond PATH_MAX deceive it (CVE-2025-4517).  Here no link exists until every file is
written, and where it leads is worked out from the archive's own names.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from pyz3._files import CHUNK
from pyz3.errors import ConfigError, one_line
from pyz3.sources.zip_directory import DirectoryError, count_members

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

_ENDS = 500_000_000  # whatever a small archive unpacks to, a disk has room for this
_EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH
_MOST_NAME = 1000  # below PATH_MAX of every system
_MOST_PART = 255  # NAME_MAX
_MOST_LINKS = 40  # Linux' own limit
_MOST_HEADER = 1 << 20  # names and PAX records; tarfile holds them in memory
_HEADERS = frozenset((
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
))  # fmt: skip
_TIP = "fetch it again; if it must be so, unpack it by hand, and name the folder"


class ArchiveError(ConfigError):
    """An archive is damaged, larger than the limits, or would write outside of its folder.

    Args:
        name: The archive.
        why: What is wrong with it.
    """

    def __init__(self, name: str, why: str) -> None:
        why = one_line(why)
        super().__init__(f"{name} cannot be unpacked: {why}", tip=_TIP)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much an archive may hold.

    Attributes:
        members: Files, folders and links.
        size: Bytes unpacked.
        ratio: Bytes unpacked for each byte of the archive, once half a gigabyte is passed.
    """

    members: int = 250_000
    size: int = 16_000_000_000
    ratio: int = 200

    def size_for(self, packed: int) -> int:
        """Give the bytes that an archive of ``packed`` bytes may unpack to."""
        return min(self.size, max(_ENDS, self.ratio * packed))


@dataclass(frozen=True, kw_only=True)
class Member:
    """What an archive holds.

    Attributes:
        name: As the archive spells it.
        kind: A ``copy`` is a hard link.
        target: Of a link or copy.
        executable: Whether a file is.
        date: Seconds since 1970.
        chunks: The content; it can be read once, before the next member.
    """

    name: str
    kind: Literal["file", "folder", "link", "copy"]
    target: str = ""
    executable: bool = False
    date: float = 0.0
    chunks: Iterable[bytes] = ()


MOST_UNPACKED = 100_000
"""Files of an archive that is written to the disk: that takes a minute, where reading takes seconds."""

UNPACKED = Limits(members=MOST_UNPACKED)


class Budget:
    """Counts what is read of an archive.

    Args:
        path: The archive.
        limits: What it may hold.

    Raises:
        OSError: There is no such file.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._name = path.name
        self._packed = path.stat().st_size
        self._members, self.most_members = 0, limits.members
        self._size, self._most = 0, limits.size_for(self._packed)

    def take(self, size: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            ArchiveError: They are too many.
        """
        self._size += size
        if self._size > self._most:
            raise self.refusal(
                f"it unpacks to more than {self._most / 1e6:.0f} MB, "
                f"the limit for an archive of {self._packed / 1e6:.1f} MB"
            )

    def count(self) -> None:
        """Count a member.

        Raises:
            ArchiveError: They are too many.
        """
        self._members += 1
        self.expect(self._members)

    def expect(self, members: int) -> None:
        """Refuse an archive that has more members than are read.

        Raises:
            ArchiveError: It has.
        """
        if members > self.most_members:
            raise self.refusal(f"it holds more than {self.most_members} files, the limit")

    def refusal(self, why: str) -> ArchiveError:
        """Give the error that says why the archive is refused."""
        return ArchiveError(self._name, why)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Have whatever a damaged archive makes the standard library raise told as damage."""
        try:
            yield
        except ArchiveError:
            raise
        except DirectoryError as error:
            raise self.refusal(str(error)) from None
        except Exception as error:
            why = str(error) or type(error).__name__
            raise self.refusal(f"it is damaged: {why}") from error


class OpenZip:
    """A zip file (or wheel) that is read within limits.

    Args:
        archive: The file.
        budget: What may be read of it.

    Attributes:
        files: Its files by name; of several with one name the last.
        infos: All that it holds, in its order.
        comment: That of the archive.
    """

    def __init__(self, archive: zipfile.ZipFile, budget: Budget) -> None:
        self._archive = archive
        self._budget = budget
        self.comment = archive.comment
        self.infos = tuple(archive.infolist())
        self.files: dict[str, zipfile.ZipInfo] = {}
        for info in self.infos:
            budget.count()
            if not info.is_dir():
                self.files[info.filename] = info

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give a file in pieces.

        Raises:
            ArchiveError: It is damaged, or there is too much of it.
        """
        return zip_chunks(self._archive, self.files[name], self._budget)

    def start(self, name: str) -> bytes:
        """Give how a file begins: 4 KiB, or all of it.

        Raises:
            ArchiveError: It is damaged.
        """
        return next(zip_chunks(self._archive, self.files[name], self._budget, size=4096), b"")

    def read(self, name: str) -> bytes:
        """Give a file as a whole.

        Raises:
            ArchiveError: It is damaged, or there is too much of it.
        """
        return b"".join(self.chunks(name))


@contextmanager
def open_zip(path: Path, limits: Limits | None = None) -> Iterator[OpenZip]:
    """Open a zip file (or wheel), to be read within limits.

    Args:
        path: The file.
        limits: How much it may hold; None: it comes from this machine, and is trusted to have a meaning.

    Raises:
        ArchiveError: It is no zip file, or holds too much.
        OSError: It is not there.
    """
    budget = Budget(path, limits or Limits(ratio=2000))
    with budget.reading():
        budget.expect(count_members(path, budget.most_members))
        archive = zipfile.ZipFile(path)
    with archive:
        with budget.reading():
            opened = OpenZip(archive, budget)
        yield opened


def zip_chunks(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget, *, size: int = CHUNK
) -> Iterator[bytes]:
    """Give a file of a zip file in pieces, counted."""
    with budget.reading(), archive.open(info) as file:
        while chunk := file.read(size):
            budget.take(len(chunk))
            yield chunk


def zip_members(path: Path, budget: Budget) -> Iterator[Member]:
    """Give what a zip file holds, in its order.

    Raises:
        ArchiveError: It is damaged, or holds what is no file, folder or link.
    """
    with budget.reading():
        budget.expect(count_members(path, budget.most_members))
    with budget.reading(), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            budget.count()
            mode = info.external_attr >> 16
            kind = stat.S_IFMT(mode)
            chunks = zip_chunks(archive, info, budget)
            if info.is_dir():
                yield Member(name=info.filename, kind="folder")
            elif kind == stat.S_IFLNK:
                target = b"".join(chunks).decode("utf-8", "surrogateescape")
                yield Member(name=info.filename, kind="link", target=target)
            elif kind in {0, stat.S_IFREG}:
                yield Member(
                    name=info.filename,
                    kind="file",
                    executable=bool(mode & _EXECUTABLE),
                    date=_zip_date(info),
                    chunks=chunks,
                )
            else:
                raise budget.refusal(f"{info.filename} is neither a file nor a folder")


def _zip_date(info: zipfile.ZipInfo) -> float:
    """Give a date that is of local time, without a zone, 1980 at the earliest; months may be 0."""
    try:
        return datetime(*info.date_time).timestamp()  # noqa: DTZ001 - so it is
    except (ValueError, OverflowError):
        return 0.0


def tar_members(path: Path, budget: Budget) -> Iterator[Member]:
    """Give what a tar file holds, in its order; it may be compressed by gzip, bzip2 or xz.

    Raises:
        ArchiveError: It is damaged, cut off, or holds what is no file, folder or link.
    """
    with budget.reading(), _decompressed(path) as raw:
        counted = _Counted(raw, budget)
        archive = tarfile.open(  # noqa: SIM115 - nothing of it is to be closed
            fileobj=counted, mode="r|", tarinfo=_TarInfo, encoding="utf-8", errors="surrogateescape"
        )
        while (info := archive.next()) is not None:
            budget.count()
            yield _tar_member(archive, info, budget)
            archive.members.clear()  # type: ignore[attr-defined]  # it would keep all of them
        while counted.read(CHUNK):
            pass  # what comes last is the check sum


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Member:
    if info.isdir():
        return Member(name=info.name, kind="folder")
    if info.issym() or info.islnk():
        return Member(name=info.name, kind="link" if info.issym() else "copy", target=info.linkname)
    if not info.isreg() or info.issparse():
        raise budget.refusal(f"{info.name} is neither a file nor a folder")
    return Member(
        name=info.name,
        kind="file",
        executable=bool(info.mode & stat.S_IXUSR),
        # A PAX header may say anything, nan and inf too; what is no date is 1970.
        date=info.mtime if 0 <= info.mtime < 1 << 33 else 0.0,
        chunks=_tar_chunks(archive, info, budget),
    )


def _tar_chunks(archive: tarfile.TarFile, info: tarfile.TarInfo, budget: Budget) -> Iterator[bytes]:
    with budget.reading():
        file = archive.extractfile(info)
        left = info.size
        while file is not None and left > 0:
            chunk = file.read(min(left, CHUNK))
            if not chunk:
                raise budget.refusal(f"it is damaged: {info.name} is cut off")
            left -= len(chunk)
            yield chunk


def _decompressed(path: Path) -> IO[bytes] | gzip.GzipFile:
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"\x1f\x8b"):
        return gzip.open(path)
    if start.startswith(b"BZh"):
        return bz2.open(path)
    if start.startswith(b"\xfd7zXZ"):
        return lzma.open(path)
    return path.open("rb")


class _Counted(io.RawIOBase):
    """A file whose bytes are counted as they are read."""

    def __init__(self, raw: IO[bytes] | gzip.GzipFile, budget: Budget) -> None:
        self._raw = raw
        self._budget = budget

    def read(self, size: int = -1) -> bytes:
        chunk = self._raw.read(size)
        self._budget.take(len(chunk))
        return chunk


class _TarInfo(tarfile.TarInfo):
    """Refuses headers that tarfile takes for the archive's end, or reads whatever their size."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _TarInfo:
        try:
            info = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if bytes(buf).strip(b"\0"):
                msg = f"{error} between two members"
                raise tarfile.ReadError(msg) from error
            raise
        if info.type in _HEADERS and info.size > _MOST_HEADER:
            msg = f"a header of {info.size} bytes"
            raise tarfile.ReadError(msg)
        return info


_Parts = tuple[str, ...]


class Unpacking:
    """Writes members into a folder, files first; :meth:`finish` makes the links.

    Args:
        folder: An empty folder.
        budget: Of the archive.
    """

    def __init__(self, folder: Path, budget: Budget) -> None:
        self._folder = str(folder)
        self._budget = budget
        self._folders: set[_Parts] = {()}
        self._files: set[_Parts] = set()
        self._links: dict[_Parts, str] = {}
        self._folded: dict[_Parts, _Parts] = {}

    def add(self, member: Member) -> None:
        """Write a file or folder; remember a link.

        Raises:
            ArchiveError: It would be outside of the folder, or where something else is.
            OSError: It cannot be written.
        """
        parts = self._parts(member.name)
        if member.kind == "folder":
            self._make_folder(parts)
            return
        if not parts or parts in self._folders:
            raise self._budget.refusal(f"{member.name} is both a file and a folder")
        self._make_folder(parts[:-1])
        if member.kind == "link":
            self._links[parts] = member.target
        elif member.kind == "copy":
            self._copy(parts, member)
        else:
            self._write(parts, member)

    def finish(self) -> None:
        """Make the links: whatever the archive's order was, nothing has been written through one.

        Raises:
            ArchiveError: One leads outside, in a ring, or is where something else is.
            OSError: It cannot be made.
        """
        self._folded = {_folded(parts): parts for parts in self._links}
        for parts in self._links:
            if parts in self._files or any(parts[:count] in self._links for count in range(len(parts))):
                raise self._budget.refusal(f"{'/'.join(parts)} is both a link and something else")
        places = {parts: self._resolve(parts, "/".join(parts)) for parts in self._links}
        for parts, place in places.items():
            self._make_link(parts, place)

    def _parts(self, name: str) -> _Parts:
        # A backslash separates on some system: it must not lead outside there.
        parts = name.replace("\\", "/").split("/")
        if parts[0] == "" or ".." in parts or ":" in parts[0] or "\0" in name or os.path.isabs(name):  # noqa: PTH117 - a name
            raise self._budget.refusal(f"{name!r} would be written outside of the folder")
        parts = [part for part in name.replace(os.sep, "/").split("/") if part not in {"", "."}]
        if len(name) > _MOST_NAME or any(len(os.fsencode(part)) > _MOST_PART for part in parts):
            raise self._budget.refusal(f"{name[:60]}… is a name of {len(name)} characters, beyond the limit")
        return tuple(parts)

    def _make_folder(self, parts: _Parts) -> None:
        if parts in self._folders:
            return
        self._make_folder(parts[:-1])
        if parts in self._files or parts in self._links:
            raise self._budget.refusal(f"{'/'.join(parts)} is both a file and a folder")
        try:
            os.mkdir(self._path(parts))  # noqa: PTH102 - fast
        except FileExistsError:
            raise self._clash(parts) from None
        self._folders.add(parts)

    def _write(self, parts: _Parts, member: Member) -> None:
        path = self._path(parts)
        if parts in self._files:
            os.unlink(path)  # noqa: PTH108 - fast; the last of one name counts
        try:
            with open(path, "xb") as file:  # noqa: PTH123 - fast
                file.writelines(member.chunks)
        except FileExistsError:
            raise self._clash(parts) from None
        self._files.add(parts)
        if member.executable:
            os.chmod(path, 0o755)  # noqa: PTH101, S103 - as executables are
        os.utime(path, (member.date, member.date))

    def _copy(self, parts: _Parts, member: Member) -> None:
        """Copy what a hard link leads to: a build that writes to one must not change the other."""
        source = self._parts(member.target)
        if source == parts:
            return
        if source not in self._files:
            raise self._budget.refusal(
                f"{member.name} is a link to {member.target}, which is no file before it"
            )
        self._budget.take(os.path.getsize(self._path(source)))  # noqa: PTH202 - fast
        path = self._path(parts)
        if parts in self._files:
            os.unlink(path)  # noqa: PTH108
        shutil.copy2(self._path(source), path)
        self._files.add(parts)

    def _resolve(self, link: _Parts, name: str) -> _Parts:
        """Tell what a link leads to, as the system would, from the archive's names alone."""
        followed = 0
        place: list[str] = []
        waiting = list(reversed(link))
        while waiting:
            part = waiting.pop()
            if part == "..":
                if not place:
                    raise self._leads_out(name)
                place.pop()
                continue
            place.append(part)
            here = tuple(place)
            if self._folded.get(_folded(here), here) != here:
                raise self._clash(here)
            target = self._links.get(here)
            if target is None:
                continue
            followed += 1
            if followed > _MOST_LINKS:
                raise self._budget.refusal(f"{name} is a link that leads in a ring")
            if target.startswith(("/", "\\")) or ":" in target.split("/")[0] or not target or "\0" in target:
                raise self._leads_out(name)
            place.pop()
            steps = target.replace(os.sep, "/").split("/")
            waiting += [step for step in reversed(steps) if step not in {"", "."}]
        there = tuple(place)
        # The first part is the project's own folder: beside it is nothing but what the archive holds there.
        if place[:1] != [link[0]] and (not there or there not in self._files | self._folders):
            raise self._leads_out(name)
        return there

    def _make_link(self, parts: _Parts, place: _Parts) -> None:
        path, target = Path(self._path(parts)), Path(self._path(place))
        text = os.path.relpath(self._path(place), self._path(parts[:-1]))
        try:
            path.symlink_to(text, target_is_directory=target.is_dir())
        except FileExistsError:
            raise self._clash(parts) from None
        except (OSError, NotImplementedError):  # Windows without the privilege
            if not target.is_file():
                raise
            self._budget.take(target.stat().st_size)
            shutil.copy2(target, path)

    def _leads_out(self, name: str) -> ArchiveError:
        target = self._links[tuple(name.split("/"))]
        return self._budget.refusal(f"{name} is a link to {target!r}, outside of the archive")

    def _clash(self, parts: Sequence[str]) -> ArchiveError:
        return self._budget.refusal(f"two names of {'/'.join(parts)} differ in case only")

    def _path(self, parts: _Parts) -> str:
        return os.path.join(self._folder, *parts)  # noqa: PTH118 - fast


def _folded(parts: _Parts) -> _Parts:
    return tuple(part.casefold() for part in parts)


def unpack(
    members: Iterator[Member], folder: Path, budget: Budget, *, leave_out: re.Pattern[str] | None = None
) -> None:
    """Write what an archive holds into an empty folder.

    Args:
        members: What it holds.
        folder: Where it goes.
        budget: Of the archive.
        leave_out: Members whose whole name this pattern matches are not written.

    Raises:
        ArchiveError: It is damaged, holds too much, or something that would be outside of the folder.
        OSError: The folder cannot be written.
    """
    unpacking = Unpacking(folder, budget)
    for member in members:
        if leave_out is None or not leave_out.fullmatch(member.name):
            unpacking.add(member)
    unpacking.finish()

"""A wheel, read once and within bounds: its archive, its metadata, its binaries.  Rules see nothing else."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import struct
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.parser import HeaderParser
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from pyz3._records import from_json
from pyz3.audit import Effort, Hardening, begins_as_code, facts_of, hardening_of, nature_of
from pyz3.check.findings import spelled
from pyz3.doctor import is_binary, most_of_binaries, read_name
from pyz3.errors import AuditFailedError
from pyz3.sources import ArchiveError, DirectoryError, Limits, open_zip, read_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from email.message import Message
    from pathlib import Path

    from packaging.tags import Tag

    from pyz3.audit import Facts
    from pyz3.doctor import FileName
    from pyz3.sources import Directory, Entry, OpenZip

DIGESTS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"})
"""Those of ``hashlib`` that are not weaker than SHA-256, as the binary distribution format wants them."""

# Of CPython's moduleobject.h: the slot's number, and what says that no lock is needed.
_GIL_SLOT = (4, 1)
_SET_GIL = "PyUnstable_Module_SetGIL"
_NARROW = frozenset({"x86", "i686", "armv7l", "wasm32"})
_MOST_SBOMS = 20
_TEXTS = ("METADATA", "WHEEL", "RECORD")
MOST_TEXT = 4_000_000
"""Of a text in ``.dist-info`` no more is read, in bytes; RECORD apart."""

TOO_MANY = "no wheel needs so many"
"""How the note ends that tells of binaries which would take too long."""

_MOST_RECORD = 64_000_000
_MOST_ROWS = 500_000  # twice the members that an archive may have
# Descriptions of old metadata are headers of some thousand lines.
_MOST_HEADERS = 20_000
_END_OF_HEADERS = re.compile(rb"\n\r?\n|\r\r")


@dataclass(frozen=True, kw_only=True)
class WheelName:
    """What the file's name says; ``name`` is normalized (PEP 503)."""

    name: str
    version: str
    build: str
    tags: frozenset[Tag]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of RECORD; ``size`` is as it is written."""

    path: str
    digest: str
    size: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A file of the archive as it was read.

    Attributes:
        size: In bytes.
        sha256: In hexadecimal.
        digest: As RECORD would have it, by the algorithm that RECORD names; empty: it names none.
        start: How it begins.
    """

    size: int
    sha256: str
    digest: str
    start: bytes


@dataclass(frozen=True, kw_only=True)
class Binary:
    """A shared library or a program.

    Attributes:
        facts: One for each machine.
        said: What its name says.
        hardening: What its headers say.
        says_gil: Whether it seems to say that it can do without the global lock, or that it cannot.
    """

    facts: tuple[Facts, ...]
    said: FileName
    hardening: Hardening = field(default_factory=Hardening)
    says_gil: bool = True


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A wheel.

    Attributes:
        path: The file.
        named: What its name says; None: it is no name of a wheel.
        name_error: Why not.
        unreadable: Why nothing but the name is known; empty: more is.
        directory: Its members as the archive has them.
        infos: Its ``.dist-info`` folders.
        record: RECORD's lines; None: it is not there.
        record_error: Why it cannot be read.
        texts: METADATA, WHEEL and RECORD, by these names.
        broken_sboms: Bills of materials in JSON (PEP 770) that are none, and why.
        members: What was read, by name.
        unread: Members that cannot be read, and why.
        binaries: What is machine code for a system that has wheels.
        damaged: What is called as binaries are, or begins so, and cannot be read: why.
        notes: What was not looked at, and why.
    """

    path: Path
    named: WheelName | None = None
    name_error: str = ""
    unreadable: str = ""
    directory: Directory | None = None
    infos: tuple[str, ...] = ()
    record: tuple[Row, ...] | None = None
    record_error: str = ""
    texts: Mapping[str, bytes] = field(default_factory=dict)
    broken_sboms: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    binaries: Mapping[str, Binary] = field(default_factory=dict)
    damaged: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The archive's members."""
        return self.directory.entries if self.directory else ()

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files, each once."""
        return tuple(dict.fromkeys(entry.name for entry in self.entries if not entry.is_folder))

    @property
    def info(self) -> str:
        """Its ``.dist-info`` folder; empty: there is none."""
        return self.infos[0] if self.infos else ""

    def headers(self, name: str) -> Message | None:
        """Give the headers of METADATA or WHEEL; None: it is not there."""
        text = self.texts.get(name)
        return _headers(text) if text is not None else None


@lru_cache(maxsize=8)
def _headers(text: bytes) -> Message:
    """Read headers once: a dozen rules ask for them."""
    return HeaderParser().parsestr(text.decode("utf-8", "replace"))


def read_subject(path: Path) -> Subject:
    """Read a wheel.

    Raises:
        OSError: The file cannot be read.
    """
    return _read(path, _Reading.subject)


def read_outline(path: Path) -> Subject:
    """Read what a wheel says of itself: names, METADATA, WHEEL and RECORD; no other member.

    Raises:
        OSError: The file cannot be read.
    """
    return _read(path, _Reading.outline)


def _read(path: Path, how: Callable[[_Reading, WheelName | None, str], Subject]) -> Subject:
    named, name_error = _read_file_name(path.name)
    try:
        with open_wheel(path) as (directory, archive):
            return how(_Reading(path, archive, directory), named, name_error)
    except DirectoryError as error:
        why = str(error)
    except ArchiveError as error:
        why = error.why
    return Subject(path=path, named=named, name_error=name_error, unreadable=spelled(why))


@contextmanager
def open_wheel(path: Path) -> Iterator[tuple[Directory, OpenZip]]:
    """Open a wheel that must not be trusted: what its central directory says, and what reads its files.

    Raises:
        DirectoryError: It is no zip file, is damaged, or announces more than is read.
        ArchiveError: The same, of what is read.
        OSError: The file cannot be read.
    """
    directory = read_directory(path)
    limits = Limits()
    _require_size(directory, limits.size_for(path.stat().st_size))
    with open_zip(path, limits) as archive:
        yield directory, archive


def _require_size(directory: Directory, most: int) -> None:
    """Refuse a bomb by what it announces: no reader takes more than that from it."""
    size = sum(entry.size for entry in directory.entries)
    if size > most:
        said = f"{size / 1e6:.0f} MB, and no more than {most / 1e6:.0f} MB are read"
        raise DirectoryError(f"it unpacks to {said}")


def _read_file_name(name: str) -> tuple[WheelName | None, str]:
    try:
        project, version, build, tags = parse_wheel_filename(name)
    except InvalidWheelFilename as error:
        return None, str(error)
    number = "".join(map(str, build))
    return WheelName(
        name=canonicalize_name(project), version=str(version), build=number, tags=frozenset(tags)
    ), ""


class _Reading:
    """Reads an archive's members, each once.

    Args:
        path: The wheel.
        archive: It, opened.
        directory: Its members.
    """

    def __init__(self, path: Path, archive: OpenZip, directory: Directory) -> None:
        self._path = path
        self._archive = archive
        self._directory = directory
        self._most = most_of_binaries(path.stat().st_size)
        self._unread: dict[str, str] = {}
        self._binaries: dict[str, Binary] = {}
        self._damaged: dict[str, str] = {}
        self._notes: list[str] = []
        self._effort = Effort()
        self._missed = 0

    def outline(self, named: WheelName | None, name_error: str) -> Subject:
        """Read what it says of itself."""
        tops = (entry.name.partition("/")[0] for entry in self._directory.entries)
        infos = tuple(dict.fromkeys(top for top in tops if top.endswith(".dist-info")))
        texts = self._texts(infos[0]) if infos else {}
        record, record_error = _read_record(texts.get("RECORD"))
        return Subject(
            path=self._path,
            named=named,
            name_error=name_error,
            directory=self._directory,
            infos=infos,
            record=record,
            record_error=record_error,
            texts=texts,
            unread=self._unread,
            notes=tuple(self._notes),
        )

    def subject(self, named: WheelName | None, name_error: str) -> Subject:
        """Read everything."""
        outline = self.outline(named, name_error)
        wanted: dict[str, str] = {}
        for row in outline.record or ():  # one of several lines for a file has to have a digest
            wanted[row.path] = wanted.get(row.path) or row.digest.partition("=")[0]
        members = {}
        for name in self._archive.files:
            if (member := self._member(name, wanted.get(name, ""))) is not None:
                members[name] = member
        if self._missed:
            self._notes.append(f"{self._missed} binaries were not judged: {TOO_MANY}")
        return replace(
            outline,
            broken_sboms=self._broken_sboms(outline.info) if outline.info else {},
            members=members,
            unread=self._unread,
            binaries=self._binaries,
            damaged=self._damaged,
            notes=tuple(self._notes),
        )

    def _texts(self, info: str) -> dict[str, bytes]:
        found = {}
        for rest in _TEXTS:
            name = f"{info}/{rest}"
            member = self._archive.files.get(name)
            if member is None:
                continue
            if member.file_size > (_MOST_RECORD if rest == "RECORD" else MOST_TEXT):
                self._notes.append(f"{spelled(name)} was not read: it has {member.file_size / 1e6:.0f} MB")
                continue
            try:
                text = self._archive.read(name)
            except ArchiveError as error:
                self._unread[name] = error.why
                continue
            lines = len(_END_OF_HEADERS.split(text, 1)[0].splitlines())
            if rest != "RECORD" and lines > _MOST_HEADERS:
                self._notes.append(f"{spelled(name)} was not read: it has {lines} lines of headers")
                continue
            found[rest] = text
        return found

    def _broken_sboms(self, info: str) -> dict[str, str]:
        found = {}
        names = [name for name in self._archive.files if name.startswith(f"{info}/sboms/")]
        names = [name for name in names if name.endswith(".json")]
        if len(names) > _MOST_SBOMS:
            self._notes.append(f"{len(names) - _MOST_SBOMS} bills of materials were not read")
        for name in names[:_MOST_SBOMS]:
            if (size := self._archive.files[name].file_size) > MOST_TEXT:
                self._notes.append(f"{spelled(name)} was not read: it has {size / 1e6:.0f} MB")
                continue
            try:
                text = self._archive.read(name).decode()
                from_json(text.encode(), dict[str, msgspec.Raw])  # read, and not kept
            except ArchiveError as error:
                self._unread[name] = error.why
            except (UnicodeDecodeError, msgspec.MsgspecError) as error:
                found[name] = str(error)
        return found

    def _member(self, name: str, algorithm: str) -> Member | None:
        sha256 = hashlib.sha256()
        named = hashlib.new(algorithm) if algorithm in DIGESTS and algorithm != "sha256" else sha256
        kept: list[bytes] = []
        size, start, keep = 0, b"", False
        try:
            for chunk in self._archive.chunks(name):
                if not size:
                    start = chunk[:4096]
                    keep = is_binary(name) or begins_as_code(start)
                    if keep and self._archive.files[name].file_size > self._most:
                        keep = False
                        self._notes.append(f"{spelled(name)} was not judged: it is too large")
                size += len(chunk)
                sha256.update(chunk)
                if named is not sha256:
                    named.update(chunk)
                if keep:
                    kept.append(chunk)
        except ArchiveError as error:
            self._unread[name] = error.why
            return None
        if keep:
            self._binary(name, b"".join(kept))
        digest = base64.urlsafe_b64encode(named.digest()).decode().rstrip("=") if algorithm else ""
        return Member(size=size, sha256=sha256.hexdigest(), digest=digest, start=start)

    def _binary(self, name: str, data: bytes) -> None:
        nature = nature_of(data)
        if nature is not None and not nature.linked:
            return
        if nature is None and not is_binary(name):
            return  # data that begins as code does, or code for what has no wheels
        if self._missed:
            self._missed += 1
            return
        try:
            facts = facts_of(data, name=spelled(name))
        except AuditFailedError as error:
            facts, self._damaged[name] = (), error.message
        if not self._effort.takes(facts):
            self._missed += 1
        elif facts:
            self._binaries[name] = Binary(
                facts=facts,
                said=read_name(name, facts),
                hardening=hardening_of(data),
                says_gil=_says_gil(data, facts),
            )


def _says_gil(data: bytes, facts: tuple[Facts, ...]) -> bool:
    """Look for ``{Py_mod_gil, Py_MOD_GIL_NOT_USED}``: a slot number of 4 and a pointer of 1, as data.

    Modules of one phase call a function instead; so do those whose slots are made when they run.
    """
    if any(symbol.name == _SET_GIL for one in facts for symbol in one.undefined):
        return True
    wide = all(one.machine not in _NARROW for one in facts)
    order = ">" if any(one.machine == "s390x" for one in facts) else "<"
    return struct.pack(f"{order}{'ixxxxq' if wide else 'ii'}", *_GIL_SLOT) in data


def _read_record(text: bytes | None) -> tuple[tuple[Row, ...] | None, str]:
    if text is None:
        return None, ""
    try:
        return tuple(_rows(text.decode("utf-8"))), ""
    except (UnicodeDecodeError, csv.Error) as error:
        return (), str(error)


def _rows(text: str) -> Iterator[Row]:
    for number, cells in enumerate(csv.reader(io.StringIO(text))):
        if number >= _MOST_ROWS:
            raise csv.Error(f"it has more than {_MOST_ROWS} lines")
        if cells:
            path, digest, size = (*cells, "", "")[:3]
            yield Row(path=path, digest=digest, size=size)

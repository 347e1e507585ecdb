"""What zig's cache believes of the files that it read, held against what they are.

Zig keeps a list of files for everything that it makes (``h/*.txt``; ``std/Build/Cache.zig`` of 0.16 writes
them): size, inode, date and digest of each.  A file whose size, inode and date are as they were is not read
again.  A tree that is laid anew with the dates of a release, or of ``SOURCE_DATE_EPOCH``, is another one all
the same; and some of what a compiler reads is in no list.  So a list is removed, and what it is about made
anew, when

* a file looks as it did to zig, and its content is another one;
* a file uses the date of the build (``__DATE__`` and its like), and that is another one;
* a file has the assembler read others (``.incbin``, ``.include``), of which zig knows nothing;
* there is a file now that an ``#include`` or ``__has_include`` might find, and there was none.

What is of pyz3 and zig themselves does not change, and is not looked at.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.driver.compiler_variables import DATES
from pyz3.errors import BuildFailedError
from pyz3.store import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(rb"^(\d+) (\d+) (-?\d+) ([0-9a-f]{32}) (\d) ([^\n]+)$", re.MULTILINE)
# What zig shortens paths by: nothing, its own files or the build script's folder, its caches.
_WHOLE, _SCRIPTS = b"0", b"1"

_DATED = tuple(date.encode() for date in DATES)
_INCBIN = b"incbin"
# In assembly, or in a text of inline assembly; `x.include(…)` is C++.
_INCLUDE = re.compile(rb'(?:^|[\s";:]|\\[nt])\.include\b(?!\s*\()', re.MULTILINE)
# Whatever may be the name of a header, in a directive or in a macro that one uses.
_NAME = re.compile(rb'["<]([\w./+-]*[\w+-])[">]')
_TEXT = 8192
# Beside zig's lists: what was found the last time.
_KEPT = "pyz3.json"


class _Listed(msgspec.Struct, frozen=True, array_like=True):
    """A file as zig saw it."""

    path: str
    size: int
    modified_ns: int
    inode: int
    digest: str


class _List(msgspec.Struct, frozen=True, array_like=True):
    """What zig read for one thing that it made; ``others`` are names of files that are pyz3's or its own."""

    written_ns: int
    files: tuple[_Listed, ...]
    others: tuple[str, ...]


class Content(msgspec.Struct, frozen=True, array_like=True):
    """What is in a file: the names in it, and whether it uses the date or has an assembler read more."""

    names: tuple[str, ...] = ()
    dated: bool = False
    opaque: bool = False


class _State(msgspec.Struct, frozen=True, kw_only=True):
    """What was found the last time.

    Attributes:
        date: Of that build.
        lists: By their names.
        digests: Zig's digest of a content → ours.
        contents: By our digest.
        there: Files that a header's name might mean.
        unseen: Some of it depends on what zig knows nothing of.
    """

    date: str = ""
    unseen: bool = False
    lists: dict[str, _List] = {}
    digests: dict[str, str] = {}
    contents: dict[str, Content] = {}
    there: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A file as it is."""

    size: int
    modified_ns: int
    inode: int
    changed_ns: int
    digest: str

    def looks_like(self, listed: _Listed) -> bool:
        """Tell whether zig would not read it again."""
        return (self.size, self.modified_ns, self.inode) == (
            listed.size, listed.modified_ns, listed.inode,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Manifests:
    """Zig's lists in one of its caches.

    Attributes:
        cache: Zig's local cache for one project and target.
        date: What the compiler takes for the date of the build.
        own: Folders whose files do not change.
        base: What relative paths are relative to; None: there are none that matter.
        folders: Where headers are looked for, besides those where some were found.
        dated: A flag of the compiler's uses the date.
    """

    cache: Path
    date: str
    own: tuple[Path, ...]
    base: Path | None = None
    folders: tuple[str, ...] = ()
    dated: bool = False

    def prune(self) -> tuple[str, ...]:
        """Remove the lists that zig must not believe, before it is run with that cache.

        Returns:
            Their names.

        Raises:
            BuildFailedError: A list cannot be read or removed.
        """
        with _legible(self.cache):
            state = _state(self.cache).recall() or _State()
            look = _Look(state, self)
            left, removed = {}, []
            for name, one in sorted(look.lists()):
                changed_date = self.date != state.date and (self.dated or look.is_dated(one))
                outdated = look.is_outdated(name, one)
                if outdated:
                    # What zig has parsed it believes by the same token: of each Zig file, by its path.
                    shutil.rmtree(self.cache / "z", ignore_errors=True)
                if changed_date or outdated or look.is_opaque(one):
                    (self.cache / "h" / name).unlink(missing_ok=True)
                    removed.append(name)
                else:
                    left[name] = one
            unseen = any(look.is_dated(one) for one in left.values())
            _write_state(self.cache, state, look.state(self.date, left, unseen=unseen))
        return tuple(removed)

    def note(self) -> bool:
        """Notice what zig has read, when it has ended.

        Returns:
            Whether some of it has an influence that zig knows nothing of: what has one name may differ.

        Raises:
            BuildFailedError: A list cannot be read.
        """
        with _legible(self.cache):
            state = _state(self.cache).recall() or _State()
            look = _Look(state, self)
            lists = dict(look.lists())
            known = {name: one for name, one in lists.items() if state.lists.get(name) is one}
            new = {name: one for name, one in lists.items() if name not in known}
            if not new:
                return self.dated or state.unseen
            unseen = state.unseen or any(look.is_dated(one) or look.is_opaque(one) for one in new.values())
            # What was changed while zig was at work is looked at before it is believed.
            known |= {name: one for name, one in new.items() if not look.is_outdated(name, one)}
            now = look.state(state.date, known, unseen=unseen, before=state)
            _write_state(self.cache, state, now)
            return self.dated or unseen


def reads_elsewhere(cache: Path, folders: Sequence[Path]) -> bool:
    """Tell whether what zig keeps in a cache was, or might have been, made from files of other folders.

    Args:
        cache: Zig's local cache for one project and target.
        folders: The folders; those that do not change need not be among them.
    """
    state = _state(cache).recall()
    if state is None or any(content.opaque for content in state.contents.values()):
        return True
    known = tuple(f"{folder}{os.sep}" for folder in folders)
    return any(not listed.path.startswith(known) for one in state.lists.values() for listed in one.files)


@contextlib.contextmanager
def _legible(cache: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BuildFailedError(
            f"{error.filename or cache}: {error.strerror or error}",
            tip=f"delete {cache}: it costs time, nothing else",
        ) from error


def _state(cache: Path) -> Remembered[_State]:
    return Remembered(cache / _KEPT, _State)


def _write_state(cache: Path, before: _State, now: _State) -> None:
    if now != before:
        _state(cache).remember(now)


class _Look:
    """One look at the files that a cache knows; each is read once."""

    def __init__(self, state: _State, about: Manifests) -> None:
        self._state = state
        self._lists = about.cache / "h"
        self._own = tuple(f"{folder}{os.sep}" for folder in about.own)
        self._base = about.base
        self._folders = about.folders
        self._before = frozenset(state.there)
        self._found: dict[str, _Found | None] = {}
        self._contents: dict[str, Content] = {}
        self._digests: dict[str, str] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._dates: dict[str, int | None] = {}
        self._there: set[str] = set()

    def lists(self) -> Iterator[tuple[str, _List]]:
        """Give zig's lists; those that are as they were are not read again."""
        try:
            entries = os.scandir(self._lists)
        except FileNotFoundError:
            return
        with entries:
            for entry in entries:
                if not entry.name.endswith(".txt"):
                    continue
                written = entry.stat().st_mtime_ns
                known = self._state.lists.get(entry.name)
                if known is None or known.written_ns != written:
                    known = self._parse(Path(entry.path).read_bytes(), written)
                yield entry.name, known

    def _parse(self, text: bytes, written_ns: int) -> _List:
        files, others = [], set()
        for size, inode, modified, digest, prefix, name in _LINE.findall(text):
            path = self._resolved(os.fsdecode(name), prefix)
            if path and not path.startswith(self._own):
                files.append(_Listed(path, int(size), int(modified), int(inode), digest.decode()))
            elif not name.endswith((b".zig", b".c", b".cpp", b".o")):
                others.add(os.path.basename(os.fsdecode(name)))  # noqa: PTH119 - text
        return _List(written_ns, tuple(files), tuple(sorted(others)))

    def _resolved(self, path: str, prefix: bytes) -> str:
        """Give the absolute path of a file that may be the project's; empty for another one."""
        if os.path.isabs(path):  # noqa: PTH117 - text
            return path
        if self._base is None or prefix not in {_WHOLE, _SCRIPTS}:
            return ""
        joined = os.path.join(self._base, path)  # noqa: PTH118 - text
        return joined if prefix == _WHOLE or os.path.exists(joined) else ""  # noqa: PTH110 - text

    def is_dated(self, one: _List) -> bool:
        """Tell whether a file uses the date of the build."""
        return any(content.dated for content in self._contents_of(one))

    def is_opaque(self, one: _List) -> bool:
        """Tell whether a file has the assembler read others."""
        return any(content.opaque for content in self._contents_of(one))

    def _contents_of(self, one: _List) -> list[Content]:
        found = [self._find(listed.path) for listed in one.files]
        return [self._contents[file.digest] for file in found if file is not None]

    def is_outdated(self, name: str, one: _List) -> bool:
        """Tell whether zig believes of a file what is not so."""
        for listed in one.files:
            found = self._find(listed.path)  # zig itself notices that there is none
            if found is not None and not self._is_known(listed, found, one.written_ns):
                return True
        new = self._state.lists.get(name) is not one
        names = {name for content in self._contents_of(one) for name in content.names}
        return any(
            path not in self._before and not (new and changed_ns <= one.written_ns)
            for path, changed_ns in self._candidates(one, names.union(one.others))
        )

    def _is_known(self, listed: _Listed, found: _Found, written_ns: int) -> bool:
        """Tell whether a file has the content that zig's digest stands for, or zig will read it."""
        if not found.looks_like(listed):
            return True
        known = self._digests.get(listed.digest) or self._state.digests.get(listed.digest)
        if known is None and found.changed_ns > written_ns:
            return False  # laid there after zig had read what was there
        self._digests[listed.digest] = known or found.digest
        return known in {None, found.digest}

    def _candidates(self, one: _List, names: set[str]) -> Iterator[tuple[str, int]]:
        """Give files that a name might mean and that were not read, and when each came there."""
        read = {listed.path for listed in one.files}
        folders = dict.fromkeys((*(os.path.dirname(path) for path in read), *self._folders))  # noqa: PTH120 - text
        plain = {name for name in names if "/" not in name}
        below = names - plain
        for folder in folders:
            there = [f"{folder}{os.sep}{name}" for name in plain & self._listing(folder)]
            for name in below:
                path = os.path.normpath(f"{folder}{os.sep}{name}")
                parent, last = os.path.split(path)
                if last in self._listing(parent):
                    there.append(path)
            for path in there:
                if path not in read:
                    self._there.add(path)
                    if (changed_ns := self._changed(path)) is not None:
                        yield path, changed_ns

    def _changed(self, path: str) -> int | None:
        """Give when a file came to its place, in ns; None: it is gone.  Many lists ask of the same few."""
        if path not in self._dates:
            try:
                self._dates[path] = os.stat(path).st_ctime_ns  # noqa: PTH116 - text
            except OSError:
                self._dates[path] = None
        return self._dates[path]

    def _listing(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(os.listdir(folder))  # noqa: PTH208 - names alone
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]

    def _find(self, path: str) -> _Found | None:
        if path not in self._found:
            self._found[path] = self._read(path)
        return self._found[path]

    def _read(self, path: str) -> _Found | None:
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - a third of the time
                status = os.fstat(file.fileno())
                data = file.read()
        except OSError:
            return None
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._contents:
            self._contents[digest] = self._state.contents.get(digest) or scan_text(data)
        return _Found(
            size=status.st_size,
            modified_ns=status.st_mtime_ns,
            inode=status.st_ino,
            changed_ns=status.st_ctime_ns,
            digest=digest,
        )

    def state(
        self, date: str, lists: dict[str, _List], *, unseen: bool, before: _State | None = None
    ) -> _State:
        """Give what is to be known the next time, ``before`` included where not all was looked at."""
        used = {listed.digest for one in lists.values() for listed in one.files}
        digests = {**self._state.digests, **self._digests}
        before = before or _State()
        return _State(
            date=date,
            unseen=unseen,
            lists=dict(sorted(lists.items())),
            digests={digest: ours for digest, ours in sorted(digests.items()) if digest in used},
            contents=dict(sorted({**before.contents, **self._contents}.items())),
            there=tuple(sorted({*before.there, *self._there})),
        )


def scan_text(data: bytes) -> Content:
    """Give what is in a file."""
    if b"\0" in data[:_TEXT]:  # an object or a library
        return Content()
    names = {name.decode() for name in _NAME.findall(data)}
    return Content(
        names=tuple(sorted(names)),
        dated=any(word in data for word in _DATED),
        opaque=_INCBIN in data or _INCLUDE.search(data) is not None,
    )

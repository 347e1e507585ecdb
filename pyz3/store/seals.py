"""What lies in the cache, checked by digests that are kept apart from it.

They are in a file ``NAME.seal`` beside what does not change any more, and in ``pyz3.seal`` within a folder
that grows.

A file whose size, dates and place on the disk are those of the seal is believed to be what it was, as Git
believes its index: whatever writes to a file changes one of them.  Any other is read.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pyz3._files import file_digest
from pyz3.store.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Entry: TypeAlias = tuple[int, int, int, int, str]
"""Size, dates of content and of status in ns, inode, and whether it is executable with its digest."""

_WITHIN = "pyz3.seal"
_BEING_MADE = ".tmp-"
_noting = threading.Lock()
# Folder → when the last look began that found it whole, in ns of the monotonic clock.
_looks: dict[Path, int] = {}
# Folders where the last look left something to another one.
_unsettled: set[Path] = set()


def seal(path: Path) -> None:
    """Note what a file, or a folder and all below it, is now.

    Raises:
        OSError: It cannot be read, or the note cannot be written.
    """
    note = _note(path)
    before = note.recall() or {}
    note.remember({name: describe_file(file, before.get(name)) for name, file in _files(path)})


def is_whole(path: Path) -> bool:
    """Tell whether a file or folder was noted and is as it was then."""
    note = _note(path)
    noted = note.recall()
    if noted is None:
        return False
    try:
        now = {name: describe_file(file, noted.get(name)) for name, file in _files(path)}
    except OSError:
        return False
    if {name: entry[-1] for name, entry in now.items()} != {n: entry[-1] for n, entry in noted.items()}:
        return False
    if now != noted:  # copied or touched: the next one need not read it again
        note.remember(now)
    return True


def begin_growing(folder: Path, below: Collection[str]) -> None:
    """Note that nothing has been made in a folder, if that is so: whatever comes is then known to be new.

    Args:
        folder: It is made if it is not there.
        below: What matters of it, as globs.

    Raises:
        OSError: The folder or the note cannot be written.
    """
    if not any(next(folder.glob(name), None) for name in below) and not (folder / _WITHIN).exists():
        note_growing(folder, below)


def note_growing(folder: Path, below: Collection[str]) -> None:
    """Note what is in a folder now, and will be changed no more.

    Args:
        folder: The folder.
        below: What matters of it, as globs.

    Raises:
        OSError: It cannot be read, or the note cannot be written.
    """
    found, _ = _look(folder, below, {})
    _note_within(folder).remember(found)


def is_noted(folder: Path) -> bool:
    """Tell whether there is a note of what was in a folder that grows, however that is now."""
    return _note_within(folder).recall() is not None


def has_only_grown(
    folder: Path, below: Collection[str], *, since_ns: int = sys.maxsize, settled_ns: int | None = None
) -> bool:
    """Tell whether all that was noted of a folder is as it was; what has come is noted, too.

    Args:
        folder: The folder; without a note of what was in it, it is not what it was.
        below: What matters of it, as globs.
        since_ns: What was written at that time or later was made anew, and is noted.
        settled_ns: Others may be writing there now: what is new, and was changed at that time or later, is
            left to another look (:func:`is_settled`).  Threads that ask while one looks are all answered by
            the next look.

    Raises:
        OSError: The note cannot be written.
    """
    note, asked = _note_within(folder), time.monotonic_ns()
    with _noting:  # what is new is read once
        began = time.monotonic_ns()
        if settled_ns is not None and _looks.get(folder, 0) > asked:
            return True
        noted = note.recall()
        if noted is None:
            return False
        now, left = _look(folder, below, noted, settled_ns)
        (_unsettled.add if left else _unsettled.discard)(folder)
        for name, before in noted.items():
            found = now.get(name)
            if found is None or (found[-1] != before[-1] and max(found[1:3]) < since_ns):
                return False
        if now != noted:
            note.remember(now)
        _looks[folder] = began
        return True


def is_settled(folder: Path) -> bool:
    """Tell whether the last look of this process at a folder that grows noted all that it found."""
    return folder not in _unsettled


def _look(
    folder: Path, below: Collection[str], noted: Mapping[str, Entry], settled_ns: int | None = None
) -> tuple[dict[str, Entry], bool]:
    """Give what is there, and whether something new was left out, as it was changed since ``settled_ns``."""
    found: dict[str, Entry] = {}
    left = False
    for name, file in _grown(folder, below):
        with contextlib.suppress(FileNotFoundError):  # another process is at work
            if settled_ns is not None and name not in noted and _changed_ns(file) >= settled_ns:
                left = True
                continue
            entry = describe_file(file, noted.get(name))
            if entry[0] or name in noted:  # a compiler makes a file long before it fills it
                found[name] = entry
    return found, left


def _changed_ns(file: str) -> int:
    status = os.lstat(file)
    return max(status.st_mtime_ns, status.st_ctime_ns)


def _grown(folder: Path, below: Collection[str]) -> Iterator[tuple[str, str]]:
    for path in sorted(path for name in below for path in folder.glob(name)):
        own = path.relative_to(folder).as_posix()
        is_folder = path.is_dir() and not path.is_symlink()
        for name, file in _below(str(path), f"{own}/") if is_folder else [(own, str(path))]:
            if name != _WITHIN:
                yield name, file


def _note(path: Path) -> Remembered[dict[str, Entry]]:
    return Remembered(path.with_name(f"{path.name}.seal"), dict[str, Entry])


def _note_within(folder: Path) -> Remembered[dict[str, Entry]]:
    return Remembered(folder / _WITHIN, dict[str, Entry])


def _files(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_dir():
        yield from _below(str(path), "")
    else:
        yield "", str(path)


def _below(folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    # By text, and one folder after the other: there are thousands of files, and each build looks at them all.
    waiting = [(folder, prefix)]
    while waiting:
        folder, prefix = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                name = prefix + entry.name
                if entry.name.startswith(_BEING_MADE):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{name}/"))
                else:
                    text = name if name.isascii() else os.fsencode(name).decode("utf-8", "backslashreplace")
                    yield text, entry.path


def describe_file(file: str | Path, before: Entry | None) -> Entry:
    """Give what a file is: its marks, and what it holds; it is read if the marks are not those of ``before``.

    Raises:
        OSError: There is none, or it cannot be read.
    """
    status = os.lstat(file)
    marks = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    if before is not None and before[:-1] == marks:
        return before
    path = Path(file)
    if path.is_symlink():
        return (*marks, f"link {os.fsencode(path.readlink()).decode('utf-8', 'backslashreplace')}")
    if not stat.S_ISREG(status.st_mode):  # a pipe or a socket: reading it might never end
        return (*marks, "no file")
    return (*marks, f"{status.st_mode >> 6 & 1} {file_digest(path)}")

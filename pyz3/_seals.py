"""What lies in the cache, checked by digests that are kept beside it, in a file ``NAME.seal``.

A file whose size, dates and place on the disk are those of the seal is believed to be what it was, as Git
believes its index: whatever writes to a file changes one of them.  Any other is read.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import file_digest
from pyz3._records import recall, remember

if TYPE_CHECKING:
    from collections.abc import Iterator

# Size, dates of content and of status in ns, inode, digest.
_Entry = tuple[int, int, int, int, str]


def seal(path: Path) -> None:
    """Note what a file, or a folder and all below it, is now.

    Raises:
        OSError: It cannot be read, or the note cannot be written.
    """
    before = recall(_note(path), dict[str, _Entry]) or {}
    remember(_note(path), {name: _describe(file, before.get(name)) for name, file in _files(path)})


def is_whole(path: Path) -> bool:
    """Tell whether a file or folder was noted and is as it was then."""
    noted = recall(_note(path), dict[str, _Entry])
    if noted is None:
        return False
    try:
        now = {name: _describe(file, noted.get(name)) for name, file in _files(path)}
    except OSError:
        return False
    if {name: entry[-1] for name, entry in now.items()} != {n: entry[-1] for n, entry in noted.items()}:
        return False
    if now != noted:  # copied or touched: the next one need not read it again
        remember(_note(path), now)
    return True


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.seal")


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_dir():
        yield from _below(path, "")
    else:
        yield "", path


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path), f"{prefix}{entry.name}/")
            else:
                yield os.fsencode(prefix + entry.name).decode("utf-8", "backslashreplace"), Path(entry.path)


def _describe(path: Path, before: _Entry | None) -> _Entry:
    status = path.lstat()
    marks = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    if before is not None and before[:-1] == marks:
        return before
    if path.is_symlink():
        return (*marks, f"link {os.fsencode(path.readlink()).decode('utf-8', 'backslashreplace')}")
    if not stat.S_ISREG(status.st_mode):  # a pipe or a socket: reading it might never end
        return (*marks, "no file")
    return (*marks, f"{status.st_mode >> 6 & 1} {file_digest(path)}")

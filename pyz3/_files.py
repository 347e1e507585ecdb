"""Files: digests, writing that other processes may watch; paths that Windows finds too long."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.errors import BuildFailedError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyz3.errors import Pyz3Error

CHUNK = 1 << 20
"""How much of a large file is held in memory, in bytes."""

# What Windows takes of a path unless told otherwise: MAX_PATH is 260 with the NUL at its end
# (learn.microsoft.com, "Maximum Path Length Limitation").
_LONGEST = 259
_WINDOWS_PATH = re.compile(rf"(?<![A-Za-z])[A-Za-z]:[\\/][^\"'<>|*?:\n]{{{_LONGEST - 2},}}")


DISK_FULL = frozenset((errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)))
"""What the system says when nothing more can be written."""

_WRITING = {
    errno.ENOENT: "name a file in a folder that exists",
    errno.ENOTDIR: "name a file in a folder that exists",
    errno.EISDIR: "name a file, not a folder",
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS), "name a file in a folder that you may write to"
    ),
}


def unwritable(what: str, error: OSError) -> Pyz3Error:
    """Give the error that says why a file that the user named cannot be written, and what to do.

    Args:
        what: The option and the file: ``--report: report.json``.
        error: What the system says.
    """
    message = f"{what} cannot be written: {error.strerror or error}"
    if error.errno in DISK_FULL:
        return BuildFailedError(message, tip="make room on that disk, or name a file on another one")
    return ConfigError(message, tip=_WRITING.get(error.errno or 0, "name another file"))


def long_path_advice(text: str, *, windows: bool = os.name == "nt") -> str | None:
    """Say what to do about a path that Windows finds too long; None if there is none in a message.

    Windows itself says only that there is no such file.

    Args:
        text: What a program printed.
        windows: Whether it ran on Windows.
    """
    # Python's messages have the path as it would be written in Python.
    found = _WINDOWS_PATH.search(text.replace("\\\\", "\\")) if windows else None
    if found is None:
        return None
    return (
        f"a path of {len(found[0])} characters is longer than the {_LONGEST} that Windows takes: "
        "turn on long paths (LongPathsEnabled in the registry), or choose a shorter folder with "
        "PYZ3_CACHE_DIR: C:\\pyz3"
    )


def file_chunks(path: Path) -> Iterator[bytes]:
    """Give a file in pieces.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def file_digest(path: Path) -> str:
    """Give a file's SHA-256 in hexadecimal.

    Raises:
        OSError: It cannot be read.
    """
    return digest_of(file_chunks(path))


def digest_of(pieces: Iterable[bytes]) -> str:
    """Give the SHA-256 in hexadecimal of what comes in pieces."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def write_for_user(path: Path, content: bytes) -> None:
    """Write ``content`` as :func:`write_atomically`, with the mode that the umask gives: others may read it.

    Args:
        path: The file; its folder is there.
        content: All of it.

    Raises:
        OSError: It cannot be written.
    """
    # A folder rather than a file: a temporary file is its owner's alone.
    with tempfile.TemporaryDirectory(prefix=".pyz3-", dir=path.absolute().parent) as scratch:
        unfinished = Path(scratch, path.name)
        unfinished.write_bytes(content)
        unfinished.replace(path)


def write_atomically(path: Path, content: bytes, *, time_ns: int | None = None) -> None:
    """Write ``content`` so that other processes see all of it or none.

    Args:
        path: The file; its folder is made.
        content: All of it.
        time_ns: Modification time in ns since the epoch; now if not given.

    Raises:
        OSError: The folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if time_ns is not None:
            os.utime(temporary, ns=(time_ns, time_ns))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def place_file(path: Path, content: bytes) -> None:
    """Write a small file of ours, unless it is there; several processes may do it at a time.

    Raises:
        OSError: The folder cannot be made or written.
    """
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        pass
    write_atomically(path, content)

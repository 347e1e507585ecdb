"""Files that other processes may be reading while they are written."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK = 1 << 20
"""How much of a large file is held in memory, in bytes."""


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

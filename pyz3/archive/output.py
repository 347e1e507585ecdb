"""An archive gets its place at once or not at all."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import DISK_FULL, file_digest
from pyz3.errors import BuildFailedError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyz3.errors import Pyz3Error


@dataclass(frozen=True, kw_only=True)
class WrittenArchive:
    """A wheel or source distribution in its place.

    Attributes:
        path: Where it is.
        sha256: Its digest, in hexadecimal.
        size: Its size in bytes.
    """

    path: Path
    sha256: str
    size: int


def put_in_place(path: Path, write: Callable[[Path], object], *, what: str) -> WrittenArchive:
    """Have an archive written; it appears under its name when it is complete, and replaces one of that name.

    Args:
        path: Where it goes; its folder is made if need be.
        write: Writes the archive to the path that it is given, which has the final name.
        what: The kind of archive, for messages: ``wheel``.

    Raises:
        ConfigError: The folder cannot be made or written.
        BuildFailedError: The disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A folder rather than a file: the wheel library wants the final name, and the file gets
        # the mode that the umask gives.
        with tempfile.TemporaryDirectory(prefix=".pyz3-", dir=path.parent) as scratch:
            unfinished = Path(scratch, path.name)
            write(unfinished)
            sha256, size = file_digest(unfinished), unfinished.stat().st_size
            with unfinished.open("rb+") as file:
                os.fsync(file.fileno())  # or a power failure may leave an empty file under the final name
            unfinished.replace(path)
    except OSError as error:
        raise _output_error(path, error, what=what) from error
    return WrittenArchive(path=path, sha256=sha256, size=size)


def require_output(folder: Path, *, what: str) -> None:
    """Refuse an output folder that cannot be made or written, before there is something to lose.

    Args:
        folder: Where archives are to go; it need not be there.
        what: The kind of archive, for messages: ``wheel``.

    Raises:
        ConfigError: The folder cannot be made or written.
        BuildFailedError: The disk is full.
    """
    try:
        place = next(one for one in (folder, *folder.parents) if one.exists())
        with tempfile.TemporaryDirectory(prefix=".pyz3-", dir=place):
            pass
    except OSError as error:
        raise _output_error(folder, error, what=what) from error


def _output_error(path: Path, error: OSError, *, what: str) -> Pyz3Error:
    """Say what is wrong with the output directory."""
    if error.errno in DISK_FULL:
        return BuildFailedError(
            f"{path}: the {what} cannot be written: {error.strerror}",
            tip="Free some space, or choose another --output-dir.",
        )
    return ConfigError(
        f"{path}: the {what} cannot be written: {os.strerror(error.errno) if error.errno else error}",
        tip="Choose another --output-dir.",
    )

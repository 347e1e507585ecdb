"""Source distributions: what the build needs, in an archive whose bytes depend on nothing else.

PEP 517, PEP 625 and the source distribution format of packaging.python.org.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyz3.archive.entries import WheelEntry, is_portable, require_inside
from pyz3.archive.inputs import found_inputs, named_inputs
from pyz3.archive.output import put_in_place
from pyz3.archive.wheelfile import DEFAULT_EPOCH
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyz3.archive.exclusion import FileRules
    from pyz3.archive.metadata import Metadata
    from pyz3.archive.output import WrittenArchive
    from pyz3.config import Project

# The seconds of a gzip header are 32 bits (RFC 1952, 2.3.1); those of tar's are more.
_NEWEST_EPOCH = 2**32 - 1
_COMPRESSION_LEVEL = 9


def sdist_files(
    project: Project, metadata: Metadata, package_files: Sequence[WheelEntry], rules: FileRules
) -> tuple[WheelEntry, ...]:
    """List what a source distribution holds besides ``PKG-INFO``: what the build needs.

    Args:
        project: What a frontend read.
        metadata: What `read_metadata` gave.
        package_files: What every wheel holds.
        rules: What is left out, and what ``include`` adds.

    Returns:
        The files in order of their names, each once.

    Raises:
        ConfigError: ``exclude`` names a file without which nothing can be built, ``include`` names
            none, or a link leaves the project.
    """
    needed = {*metadata.files, *named_inputs(project)}
    for path in sorted(needed):
        if rules.excludes(path):
            raise ConfigError(
                f"pyproject.toml: tool.pyz3.sdist.exclude leaves out {_name(project.root, path)}, "
                "which the build needs",
                tip="take it out of exclude, or out of what needs it",
            )
    own = {entry.source for entry in package_files if isinstance(entry.source, Path)}
    files = needed | own | set(found_inputs(project, rules)) | set(rules.included())
    for path in files:
        require_inside(project.root, path, key="sdist")
    names = {_name(project.root, path): path for path in files}
    names.pop("PKG-INFO", None)  # of an unpacked sdist: it is written anew
    return tuple(
        WheelEntry(arcname=name, source=names[name], executable=_is_script(names[name]))
        for name in sorted(names)
    )


def write_sdist(
    *,
    output_dir: Path,
    metadata: Metadata,
    files: Sequence[WheelEntry],
    epoch: int = DEFAULT_EPOCH,
) -> WrittenArchive:
    """Write the archive; it appears under its name when it is complete, and replaces one of that name.

    Args:
        output_dir: Where it goes; made if need be.
        metadata: What `read_metadata` gave.
        files: What `sdist_files` gave.
        epoch: Date of all files, in seconds since 1970 (SOURCE_DATE_EPOCH).

    Raises:
        ConfigError: The output directory cannot be made or written, or a name cannot be unpacked everywhere.
        BuildFailedError: A file cannot be read, or the disk is full.
    """
    date = min(max(epoch, 0), _NEWEST_EPOCH)
    path = output_dir / f"{metadata.stem}.tar.gz"
    entries = [*files, WheelEntry(arcname="PKG-INFO", source=metadata.core)]
    for entry in entries:
        if not is_portable(entry.arcname):
            raise ConfigError(f"{entry.origin}: {entry.arcname!r} is no name for a file in an sdist")

    def write(unfinished: Path) -> None:
        # No name and a fixed date in gzip's header; PAX headers only where a name needs one.
        with (
            unfinished.open("wb") as raw,
            gzip.GzipFile(
                filename="", mode="wb", compresslevel=_COMPRESSION_LEVEL, fileobj=raw, mtime=date
            ) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8") as archive,
        ):
            for entry in sorted(entries, key=lambda entry: entry.arcname):
                info = _info(f"{metadata.stem}/{entry.arcname}", entry, entry.size(), date)
                archive.addfile(info, io.BufferedReader(_Pieces(entry.chunks())))

    return put_in_place(path, write, what="sdist")


class _Pieces(io.RawIOBase):
    """Pieces as a file that is read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._left:
            self._left = memoryview(next(self._pieces, b""))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _info(name: str, entry: WheelEntry, size: int, date: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mtime = date
    info.mode = 0o755 if entry.executable else 0o644
    return info  # its owner is 0 and has no name


def _name(root: Path, path: Path) -> str:
    return Path(os.path.normpath(path)).relative_to(root).as_posix()


def _is_script(path: Path) -> bool:
    """Tell whether the system would run the file through an interpreter: the same on every host."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False  # reading it whole will say why

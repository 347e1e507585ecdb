"""Sdists unpacked: nothing is written outside of the folder, whatever the archive says."""

from __future__ import annotations

import lzma
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pyz3.errors import ConfigError

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, NotImplementedError)
_EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


def unpack_sdist(path: Path, into: Path) -> Path:
    """Unpack an sdist; what ``into`` held before is gone.

    Args:
        path: ``.tar.gz`` (PEP 625), another compressed tar file, or ``.zip``.
        into: A folder, made here: all of it appears at once, or nothing.

    Returns:
        The project's root, the one folder within ``into``; dates and executable bits are the archive's.

    Raises:
        ConfigError: It is damaged, holds a member that leads outside (PEP 706), or more than one folder.
        OSError: ``into`` cannot be written.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=into.parent, prefix=".unpack-", ignore_cleanup_errors=True
    ) as scratch:
        folder = Path(scratch) / "x"
        folder.mkdir()
        try:
            if zipfile.is_zipfile(path) and not tarfile.is_tarfile(path):
                _unpack_zip(path, folder)
            else:
                _unpack_tar(path, folder)
        except _DAMAGED as error:
            raise ConfigError(f"{path.name} cannot be unpacked: {error}", tip="fetch it again") from error
        root = _only_folder(path, folder)
        if into.exists():
            into.replace(Path(scratch) / "old")
        folder.replace(into)
    return into / root


def unpack_wheel(path: Path, into: Path, *, leave_out: re.Pattern[str] | None = None) -> None:
    """Unpack a wheel into the new folder ``into``, which appears at once.

    Args:
        path: The wheel.
        into: The folder; its parent exists.
        leave_out: Members whose whole name matches are not unpacked.

    Raises:
        ConfigError: It is damaged, or holds a member that leads outside.
        OSError: ``into`` cannot be written.
    """
    with tempfile.TemporaryDirectory(dir=into.parent, ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "x"
        folder.mkdir()
        try:
            _unpack_zip(path, folder, leave_out)
        except _DAMAGED as error:
            raise ConfigError(f"{path.name} cannot be unpacked: {error}", tip="fetch it again") from error
        folder.replace(into)


def _unpack_tar(path: Path, folder: Path) -> None:
    with tarfile.open(path) as archive:
        if hasattr(tarfile, "data_filter"):  # PEP 706: 3.12, and the last releases of 3.10 and 3.11
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder, members=list(_checked(archive)))  # noqa: S202 - checked


def _checked(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Do what PEP 706's filter ``data`` does, for a Python without it: plain files, inside."""
    for member in archive:
        _check_name(member.name)
        if member.issym() or member.islnk():
            base = PurePosixPath(member.name).parent if member.issym() else PurePosixPath()
            inside = os.path.normpath(base / member.linkname)
            if PurePosixPath(member.linkname).is_absolute() or Path(inside).parts[:1] == (os.pardir,):
                msg = f"{member.name} is a link to {member.linkname}, outside of the archive"
                raise tarfile.ExtractError(msg)
        elif not (member.isfile() or member.isdir()):
            msg = f"{member.name} is neither a file nor a folder"
            raise tarfile.ExtractError(msg)
        member.mode = 0o755 if member.isdir() or member.mode & stat.S_IXUSR else 0o644
        member.uid = member.gid = os.getuid() if hasattr(os, "getuid") else 0
        member.uname = member.gname = ""
        yield member


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if os.path.isabs(name) or parts[0] == "" or ".." in parts or ":" in parts[0]:  # noqa: PTH117 - a name
        msg = f"{name} would be written outside of the folder"
        raise tarfile.ExtractError(msg)


def _unpack_zip(path: Path, folder: Path, leave_out: re.Pattern[str] | None = None) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            _check_name(member.filename)
            if leave_out is not None and leave_out.fullmatch(member.filename):
                continue
            target = Path(archive.extract(member, folder))
            if member.is_dir():
                continue
            if member.external_attr >> 16 & _EXECUTABLE:
                target.chmod(0o755)
            # A zip file's dates are of local time, without a zone; 1980 at the earliest.
            when = datetime(*member.date_time).timestamp()  # noqa: DTZ001 - so it is
            os.utime(target, (when, when))


def _only_folder(path: Path, folder: Path) -> str:
    names = sorted(entry.name for entry in folder.iterdir() if entry.name != "pax_global_header")
    if len(names) == 1 and (folder / names[0]).is_dir():
        return names[0]
    found = ", ".join(names[:5]) or "nothing"
    raise ConfigError(
        f"{path.name} is no sdist: it holds {found}, where one folder NAME-VERSION is expected",
        tip="unpack it, and name the project's folder",
    )


def remove_tree(folder: Path) -> None:
    """Remove a folder that may hold files without permission to write."""

    def again(function: object, name: str, _: object) -> None:
        Path(name).chmod(stat.S_IRWXU)
        if callable(function):
            function(name)

    if folder.exists():
        shutil.rmtree(folder, onerror=again)

"""Sdists and wheels unpacked: all of one at once, or nothing."""

from __future__ import annotations

import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.errors import ConfigError
from pyz3.sources.archives import UNPACKED, Budget, tar_members, unpack, zip_members

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from pyz3.sources.archives import Limits, Member


def unpack_sdist(path: Path, into: Path, *, limits: Limits | None = None) -> Path:
    """Unpack an sdist; what ``into`` held before is gone.

    Args:
        path: ``.tar.gz`` (PEP 625), another compressed tar file, or ``.zip``.
        into: A folder, made here: all of it appears at once, or nothing.
        limits: How much it may hold; the usual limits unless given.

    Returns:
        The project's root, the one folder within ``into``; dates and executable bits are the archive's.

    Raises:
        ConfigError: It is damaged, too large, holds a member that leads outside, or more than one folder.
        OSError: ``into`` cannot be written.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=into.parent, prefix=".unpack-", ignore_cleanup_errors=True
    ) as scratch:
        folder = Path(scratch) / "x"
        folder.mkdir()
        budget = Budget(path, limits or UNPACKED)
        unpack(_members(path, budget), folder, budget)
        root = _only_folder(path, folder)
        if into.exists():
            into.replace(Path(scratch) / "old")
        folder.replace(into)
    return into / root


def packed_names(path: Path) -> Iterator[str]:
    """Give the names in an sdist or wheel, which is read within limits, and as a whole.

    Raises:
        ConfigError: It is damaged, too large, or holds what is no file, folder or link.
        OSError: It cannot be read.
    """
    budget = Budget(path, UNPACKED)
    return (member.name for member in _members(path, budget))


def _members(path: Path, budget: Budget) -> Iterator[Member]:
    with path.open("rb") as file:
        is_zip = file.read(2) == b"PK"
    return (zip_members if is_zip else tar_members)(path, budget)


def unpack_wheel(path: Path, into: Path, *, leave_out: re.Pattern[str] | None = None) -> None:
    """Unpack a wheel into the new folder ``into``, which appears at once.

    Args:
        path: The wheel.
        into: The folder; its parent exists.
        leave_out: Members whose whole name matches are not unpacked.

    Raises:
        ConfigError: It is damaged, too large, or holds a member that leads outside.
        OSError: ``into`` cannot be written.
    """
    with tempfile.TemporaryDirectory(dir=into.parent, ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "x"
        folder.mkdir()
        budget = Budget(path, UNPACKED)
        unpack(zip_members(path, budget), folder, budget, leave_out=leave_out)
        folder.replace(into)


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

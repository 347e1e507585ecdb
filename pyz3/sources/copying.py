"""A private copy of a project, at a place that stays: hooks may write there, the user's tree stays clean."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock

from pyz3._files import file_digest, write_atomically
from pyz3._records import from_file
from pyz3.sources.fetching import fetch_sdist
from pyz3.sources.git import attach_git
from pyz3.sources.naming import ArchiveSource, FolderSource, Source
from pyz3.sources.tree import TreeEntry, walk_tree
from pyz3.sources.unpacking import remove_tree, unpack_sdist

if TYPE_CHECKING:
    from collections.abc import Mapping


def pristine_folder(source: Source, *, cache: Path, environ: Mapping[str, str]) -> Path:
    """Give the folder of what the user named, as it is: not to be written to.

    Args:
        source: Folder, sdist or requirement.
        cache: pyz3's cache; sdists are fetched to and unpacked in it, once each.
        environ: Environment variables, for pip.

    Raises:
        Pyz3Error: There is no such sdist, or it cannot be unpacked.
    """
    if isinstance(source, FolderSource):
        return source.path
    if isinstance(source, ArchiveSource):
        path = source.path
    else:
        path = fetch_sdist(source.requirement, cache=cache, environ=environ)
    digest = file_digest(path)
    folder = cache / "sources" / "unpacked" / digest
    marker = folder.with_suffix(".root")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        with contextlib.suppress(OSError):
            root = folder / marker.read_text(encoding="utf-8")
            if root.is_dir():
                return root
        root = unpack_sdist(path, folder)
        write_atomically(marker, root.name.encode())
    return root


def copy_folder(pristine: Path, *, cache: Path) -> Path:
    """Give the place of the private copy of a folder, always the same one; its name is readable."""
    name = re.sub(r"[^A-Za-z0-9._-]", "_", pristine.name) or "project"
    return cache / "sources" / "copies" / _digest(os.fsencode(pristine))[:16] / name


def sync_copy(source: Path, into: Path) -> bool:
    """Make ``into`` a copy of the project in ``source``, writing only what differs.

    A file is copied when size, date (ns) or executable bit differ, and gets the source's date.  A file
    that was copied earlier and has left the source is removed.  Any other file in ``into`` was made by
    a build there (Cython's C, a version file) and stays, until the source has a file of that name.
    What is copied is told by :func:`pyz3.sources.tree.walk_tree`; a link that leaves the project becomes
    what it leads to; ``.git`` becomes a worktree's file (see :mod:`pyz3.sources.git`).

    Args:
        source: The project; only read.
        into: The copy, made if needed.  ``into`` with ``.files`` and ``.git`` appended is used, too.

    Returns:
        Whether anything was copied or removed.

    Raises:
        OSError: A file cannot be read or written.
    """
    into.mkdir(parents=True, exist_ok=True)
    listing = into.with_name(f"{into.name}.files")
    entries = {entry.name: entry for entry in walk_tree(source)}
    changed = False
    known = _listed(listing)
    for name in sorted(known - entries.keys()):
        changed |= _remove(into, name)
    folders: set[str] = set()
    for name, entry in entries.items():
        folder = name.rpartition("/")[0]
        if folder not in folders:
            _make_folder(into, folder)
            folders.add(folder)
        changed |= _copy(entry, f"{into}{os.sep}{name}")
    if known != entries.keys():
        write_atomically(listing, msgspec.json.encode(sorted(entries)))
    attach_git(source, into, into.with_name(f"{into.name}.git"))
    return changed


def _listed(listing: Path) -> set[str]:
    return set(from_file(listing, list[str]) or ())


def _remove(into: Path, name: str) -> bool:
    path = into / name
    try:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()
    except OSError:
        return False
    for parent in path.parents:
        if parent == into:
            break
        try:
            parent.rmdir()
        except OSError:
            break
    return True


def _make_folder(into: Path, folder: str) -> None:
    """Make a folder where a build, or an older copy, may have left a file of that name."""
    path = into / folder
    for part in (*reversed(path.relative_to(into).parents), path.relative_to(into)):
        place = into / part
        if place.is_symlink() or place.is_file():
            place.unlink()
    path.mkdir(parents=True, exist_ok=True)


def _copy(entry: TreeEntry, target: str) -> bool:
    try:
        status = os.lstat(target)
    except OSError:
        status = None
    if stat.S_ISDIR(entry.status.st_mode):
        return _copy_folder(Path(target), status)
    if entry.link is not None and _same_link(entry.link, target):
        return False
    if entry.link is None and status is not None and _same_file(entry.status, status):
        return False
    if status is not None:
        _clear(Path(target), status)
    if entry.link is not None:
        try:
            Path(target).symlink_to(entry.link, target_is_directory=os.path.isdir(entry.path))  # noqa: PTH112
        except OSError:  # Windows without the privilege
            _copy_contents(entry.path, target)
        return True
    _copy_contents(entry.path, target)
    return True


def _copy_folder(target: Path, status: os.stat_result | None) -> bool:
    """Have a folder there; what a build has put into it stays."""
    if status is not None and stat.S_ISDIR(status.st_mode):
        return False
    target.unlink(missing_ok=True)
    target.mkdir()
    return True


def _copy_contents(path: str, target: str) -> None:
    if os.path.isdir(path):  # noqa: PTH112 - fast
        shutil.copytree(path, target, dirs_exist_ok=True)
        return
    shutil.copy2(path, target)
    # A source may be read-only (unpacked sdists are); a build in the copy may want to write.
    mode = stat.S_IMODE(Path(target).stat().st_mode)
    if not mode & stat.S_IWUSR:
        Path(target).chmod(mode | stat.S_IWUSR)


def _same_link(link: str, target: str) -> bool:
    try:
        return os.readlink(target) == link  # noqa: PTH115 - fast
    except OSError:
        return False


def _same_file(source: os.stat_result, copy: os.stat_result) -> bool:
    return (
        stat.S_ISREG(copy.st_mode)
        and source.st_size == copy.st_size
        and source.st_mtime_ns == copy.st_mtime_ns
        and (source.st_mode ^ copy.st_mode) & stat.S_IXUSR == 0
    )


def _clear(target: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        remove_tree(target)
    else:
        target.unlink()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

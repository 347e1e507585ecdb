"""A private copy of a project, at a place that stays: hooks may write there, the user's tree stays clean."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock

from pyz3._files import file_digest, write_atomically
from pyz3.sources.fetching import fetch_sdist
from pyz3.sources.git import attach_git, worktree_of
from pyz3.sources.naming import ArchiveSource, FolderSource, Source
from pyz3.sources.scope import ALONE
from pyz3.sources.tree import TreeEntry, walk_tree
from pyz3.sources.unpacking import remove_tree, unpack_sdist
from pyz3.store import Remembered, is_whole, mark_used, seal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.sources.scope import Scope
    from pyz3.sources.tree import Tree
    from pyz3.store import Cache


_BLOCK = 1 << 20


def pristine_folder(source: Source, *, cache: Cache, environ: Mapping[str, str]) -> Path:
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
    folder = cache.unpacked(digest)
    marker = folder.with_suffix(".root")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        with contextlib.suppress(OSError):
            root = folder / marker.read_text(encoding="utf-8")
            if root.is_dir() and is_whole(folder):
                mark_used(folder)
                return root
        root = unpack_sdist(path, folder)
        seal(folder)
        write_atomically(marker, root.name.encode())
    return root


class _Copied(msgspec.Struct, frozen=True, array_like=True):
    """A file of the source as it was copied: digest of its content, and size and date of the copy."""

    digest: str = ""
    size: int = 0
    modified_ns: int = 0


class _Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What was copied, when that was, and where in the copy the project's folder is."""

    files: dict[str, _Copied] = {}
    copied_ns: int = 0
    inside: str = ""


_FOLDER = "folder"


def sync_copy(source: Path, into: Path, tree: Tree | None = None, *, scope: Scope = ALONE) -> bool:
    """Make ``into`` a copy of the project in ``source``, writing only what differs.

    Where files above the project belong to it, ``into`` is the copy of a folder above: the project's own is
    below, as :class:`pyz3.sources.scope.Scope` says.

    A file is copied when its content is another one, whatever its date; and when the copy's size, date or
    executable bit are no longer those that it had.  A new copy has its files' dates.  Later, what is new or
    has other content is newer than the copy was till then, for whoever goes by dates there (Cython, make).
    A file that was copied earlier and has left the source is removed.  Any other file in ``into`` was made by
    a build there (Cython's C, a version file) and stays, until the source has a file of that name.
    What is copied is told by :func:`pyz3.sources.tree.walk_tree`; a link that leaves the project becomes
    what it leads to; ``.git`` becomes a worktree's file (see :mod:`pyz3.sources.git`).

    Args:
        source: The project; only read.
        into: The copy, made if needed.  ``into`` with ``.files`` and ``.git`` appended is used, too.
        tree: What the project's files are, as far as it is known.
        scope: What belongs to the project above its folder.

    Returns:
        Whether anything was copied or removed.

    Raises:
        OSError: A file cannot be read or written.
    """
    listing = Remembered(into.with_name(f"{into.name}.files"), _Listing)
    known = listing.recall() or _Listing()
    if known.inside != scope.inside:  # a project's folder is another one's parent
        remove_tree(into)
        known = _Listing()
    project = scope.project(into)
    project.mkdir(parents=True, exist_ok=True)
    entries = {entry.name: entry for entry in walk_tree(source, scope)}
    copied = {_from_text(name): one for name, one in known.files.items()}
    now = time.time_ns()
    changed = False
    for name in sorted(copied.keys() - entries.keys()):
        changed |= _remove(into, _place(project, name))
    folders: set[str] = set()
    files: dict[str, _Copied] = {}
    for name, entry in entries.items():
        folder = name.rpartition("/")[0]
        if folder not in folders:
            _make_folder(into, _place(project, folder))
            folders.add(folder)
        before = copied.get(name, _Copied())
        date = entry.status.st_mtime_ns
        date = date if date > known.copied_ns else now
        files[name] = _copy(
            entry, f"{project}{os.sep}{name}", before, digest=_digest_in(tree, name), date_ns=date
        )
        changed |= files[name] is not before
    if changed:
        listed = {_to_text(name): one for name, one in files.items()}
        listing.remember(_Listing(files=listed, copied_ns=now, inside=scope.inside))
    worktree = worktree_of(source, scope)
    top = _place(project, os.path.relpath(worktree, os.path.realpath(source)))
    attach_git(worktree, top, into.with_name(f"{into.name}.git"))
    return changed


def _place(project: Path, name: str) -> Path:
    return Path(os.path.normpath(project / name))


# A name need not be text, as JSON is; no name holds a null character.
def _to_text(name: str) -> str:
    return re.sub("[\udc80-\udcff]", lambda match: f"\0{ord(match[0]) - 0xDC00:02x}", name)


def _from_text(text: str) -> str:
    return re.sub("\0([89a-f][0-9a-f])", lambda match: chr(0xDC00 + int(match[1], 16)), text)


def _digest_in(tree: Tree | None, name: str) -> str:
    """Give the digest of a file's content; empty: the tree does not tell."""
    return tree.files.get(name, "").partition(" ")[2] if tree is not None else ""


def _remove(into: Path, path: Path) -> bool:
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


def _make_folder(into: Path, path: Path) -> None:
    """Make a folder where a build, or an older copy, may have left a file of that name."""
    for part in (*reversed(path.relative_to(into).parents), path.relative_to(into)):
        place = into / part
        if place.is_symlink() or place.is_file():
            place.unlink()
    path.mkdir(parents=True, exist_ok=True)


def _copy(entry: TreeEntry, target: str, before: _Copied, *, digest: str, date_ns: int) -> _Copied:
    """Copy a file, link or empty folder; give ``before`` itself if the copy is as it was then."""
    try:
        status = os.lstat(target)
    except OSError:
        status = None
    if stat.S_ISDIR(entry.status.st_mode):
        made = _copy_folder(Path(target), status)
        return before if before.digest == _FOLDER and not made else _Copied(digest=_FOLDER)
    if entry.link is not None:
        text = _to_text(f"-> {entry.link}")
        if before.digest == text and _same_link(entry.link, target):
            return before
        if status is not None:
            _clear(Path(target), status)
        return _copy_link(entry, target) or _Copied(digest=text)
    digest = digest or _digest_of(entry.path)
    if status is not None and digest == before.digest and _is_as_copied(status, before, entry.status):
        return before
    if status is not None:
        _clear(Path(target), status)
    # What a build changed is as it was: it gets its date again.
    date_ns = before.modified_ns if digest == before.digest else date_ns
    return _copy_file(entry.path, target, date_ns=date_ns)


def _is_as_copied(copy: os.stat_result, before: _Copied, source: os.stat_result) -> bool:
    return (
        stat.S_ISREG(copy.st_mode)
        and (copy.st_size, copy.st_mtime_ns) == (before.size, before.modified_ns)
        and (source.st_mode ^ copy.st_mode) & stat.S_IXUSR == 0
    )


def _copy_link(entry: TreeEntry, target: str) -> _Copied | None:
    """Make a link; None: there is one."""
    try:
        Path(target).symlink_to(entry.link or "", target_is_directory=os.path.isdir(entry.path))  # noqa: PTH112
    except OSError:  # Windows without the privilege
        if not os.path.isdir(entry.path):  # noqa: PTH112 - fast
            return _copy_file(entry.path, target, date_ns=os.stat(entry.path).st_mtime_ns)  # noqa: PTH116
        shutil.copytree(entry.path, target, dirs_exist_ok=True)
    return None


def _copy_file(path: str, target: str, *, date_ns: int) -> _Copied:
    """Copy a file and its mode; the digest is of what was copied, whatever becomes of the file meanwhile."""
    digest = hashlib.sha256()
    with open(path, "rb") as source, open(target, "wb") as copy:  # noqa: PTH123 - fast
        while block := source.read(_BLOCK):
            digest.update(block)
            copy.write(block)
        # A source may be read-only (unpacked sdists are); a build in the copy may want to write.
        mode = stat.S_IMODE(os.fstat(source.fileno()).st_mode) | stat.S_IWUSR
    os.chmod(target, mode)  # noqa: PTH101 - fast
    os.utime(target, ns=(date_ns, date_ns))
    status = os.stat(target)  # noqa: PTH116 - fast; a file system may keep less of a date
    return _Copied(digest.hexdigest(), status.st_size, status.st_mtime_ns)


def _digest_of(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:  # noqa: PTH123 - fast
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _copy_folder(target: Path, status: os.stat_result | None) -> bool:
    """Have a folder there; what a build has put into it stays.  Tell whether it was made."""
    if status is not None and stat.S_ISDIR(status.st_mode):
        return False
    target.unlink(missing_ok=True)
    target.mkdir()
    return True


def _same_link(link: str, target: str) -> bool:
    try:
        return os.readlink(target) == link  # noqa: PTH115 - fast
    except OSError:
        return False


def _clear(target: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        remove_tree(target)
    else:
        target.unlink()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

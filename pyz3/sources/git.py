"""Git beside a copy of a project: version numbers come from it (setuptools-scm, versioneer).

A copy gets a Git folder of its own, as a linked worktree has (gitrepository-layout(5)): ``HEAD`` and
``index`` are its own, ``commondir`` leads to the user's.  So Git may refresh the index for the copy's
files, and the user's repository stays as it is.  No Git is run.

Where a project is part of a repository, the copy has few of its files.  Those that are as the index has them
need not be there (``skip-worktree``); those that are not (:func:`git_changes`) are copied as well, so that
Git judges them itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import write_atomically
from pyz3.errors import ConfigError
from pyz3.sources.git_index import Index, IndexEntry, UnknownIndexError, read_index

if TYPE_CHECKING:
    from pyz3.sources.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How a worktree differs from its index.

    Attributes:
        modified: Files that may have other content than the index has: relative to the top.
        state: Digest of the index, and of what is listed there and gone.
    """

    modified: tuple[str, ...] = ()
    state: bytes = b""


def git_folders(root: Path) -> tuple[Path, Path] | None:
    """Give the Git folder of the worktree ``root`` and the one that holds its objects.

    They differ in a linked worktree; in a submodule ``.git`` is a file that names the folder.

    Returns:
        ``None`` if ``root`` is not the top of a worktree.
    """
    dot = root / ".git"
    own = _named(dot, prefix="gitdir:") if dot.is_file() else dot
    if own is None or not (own / "HEAD").is_file():
        return None
    return own, _named(own / "commondir") or own


def worktree_of(root: Path, scope: Scope) -> Path:
    """Give the top of the worktree that a build asks for: the project's own, or the nearest one above.

    Where there is none, it is the project's folder.
    """
    top = Path(os.path.realpath(root))
    names = [name for name in scope.names if name.endswith("/.git")] if git_folders(top) is None else []
    # The nearest has the fewest folders up.
    return Path(os.path.normpath(top / min(names, key=len))).parent if names else top


def git_changes(worktree: Path) -> Changes:
    """Give how a worktree differs from its index, as Git itself would see it; no Git is run.

    Raises:
        ConfigError: The index is of a kind that is not known.
    """
    found = git_folders(worktree)
    listed = found[0] / "index" if found is not None else None
    if listed is None or not listed.is_file():
        return Changes()
    index = _known_index(listed)
    before_ns = listed.stat().st_mtime_ns
    modified, gone = [], []
    for entry in index.entries:
        if not entry.is_judged:
            continue
        name = os.fsdecode(entry.path)
        path = f"{worktree}{os.sep}{name}"
        try:
            status = os.lstat(path)
        except OSError:
            gone.append(entry.path)
            continue
        if not entry.looks_like(status, before_ns=before_ns) and not _holds(entry, Path(path), status):
            modified.append(name)
    state = hashlib.sha256(b"\0".join((index.digest, *gone))).digest()
    return Changes(modified=tuple(modified), state=state)


def _holds(entry: IndexEntry, path: Path, status: os.stat_result) -> bool:
    """Tell whether a file that looks changed is as it was: Git filters (line ends) are not looked through."""
    if not entry.has_kind(status):
        return False
    try:
        content = os.fsencode(path.readlink()) if stat.S_ISLNK(status.st_mode) else path.read_bytes()
    except OSError:
        return False
    return entry.holds(content)


def _known_index(file: Path) -> Index:
    try:
        index = read_index(file.read_bytes())
        index.kept_extensions()
    except UnknownIndexError as error:
        raise ConfigError(
            f"{file}, which the project's build asks Git about, cannot be read: {error}",
            tip="git update-index --no-split-index --index-version 2 writes it anew",
        ) from error
    return index


def listed_names(file: Path) -> str:
    """Give a digest of the names that an index lists; empty: it is of a kind that is not known.

    Raises:
        OSError: It cannot be read.
    """
    try:
        index = read_index(file.read_bytes())
        index.kept_extensions()
    except UnknownIndexError:
        return ""
    return hashlib.sha256(b"\0".join(one.path for one in index.entries)).hexdigest()


def git_state(root: Path) -> bytes:
    """Give what versions are made of: the commit and the tags; empty without Git."""
    found = git_folders(root)
    if found is None:
        return b""
    own, common = found
    head = _read(own / "HEAD")
    parts = [head, _read(common / "packed-refs")]
    if head.startswith(b"ref:"):
        parts.append(_read(common / os.fsdecode(head[4:].strip())))
    for folder, _, names in sorted(os.walk(common / "refs" / "tags")):
        for name in sorted(names):
            path = Path(folder) / name
            parts += [path.relative_to(common).as_posix().encode(), _read(path)]
    return b"\0".join(parts)


def attach_git(source: Path, copy: Path, store: Path) -> None:
    """Make ``copy`` a worktree of the repository of ``source``, if it has one.

    Args:
        source: The user's worktree.
        copy: Its copy, with all files that it is to have.
        store: The copy's own Git folder, made here.
    """
    found = git_folders(source)
    dot = copy / ".git"
    before = _named(store / "gitdir")
    if (before is not None and before != dot) or found is None:
        for stale in filter(None, (before, dot)):
            with contextlib.suppress(OSError):
                stale.unlink()
    if found is None:
        shutil.rmtree(store, ignore_errors=True)
        return
    own, common = found
    store.mkdir(parents=True, exist_ok=True)
    _update(store / "HEAD", _read(own / "HEAD"))
    _update(store / "commondir", os.fsencode(f"{common}\n"))
    _update(store / "gitdir", os.fsencode(f"{dot}\n"))
    _copy_index(own / "index", store, source=source, copy=copy)
    _update(dot, os.fsencode(f"gitdir: {store}\n"))


def _copy_index(file: Path, store: Path, *, source: Path, copy: Path) -> None:
    """Take the user's index again only when it would be another: refreshed, ours is of more use."""
    if not file.is_file():
        return
    content = file.read_bytes()
    with contextlib.suppress(UnknownIndexError):
        index = read_index(content)
        lacking = {one.path for one in index.entries if _is_lacking(one, source, copy)}
        content = index.without(lacking) if lacking else content
    seen = hashlib.sha256(content).hexdigest().encode()
    if _read(store / "pyz3-index") != seen or not (store / "index").is_file():
        write_atomically(store / "index", content)
        write_atomically(store / "pyz3-index", seen)
    # A split index (core.splitIndex) needs its other half.
    for shared in file.parent.glob("sharedindex.*"):
        if not (store / shared.name).exists():
            shutil.copy2(shared, store / shared.name)


def _is_lacking(entry: IndexEntry, source: Path, copy: Path) -> bool:
    """Tell whether a file is in a worktree, and not in its copy."""
    path = os.fsdecode(entry.path)
    return not (entry.is_skipped or os.path.lexists(copy / path)) and os.path.lexists(source / path)


def _named(file: Path, prefix: str = "") -> Path | None:
    text = os.fsdecode(_read(file)).strip()
    if not text.startswith(prefix) or not text:
        return None
    return Path(os.path.normpath(file.parent / text.removeprefix(prefix).strip()))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _update(path: Path, content: bytes) -> None:
    if _read(path) != content:
        write_atomically(path, content)

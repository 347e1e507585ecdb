"""Git beside a copy of a project: version numbers come from it (setuptools-scm, versioneer).

A copy gets a Git folder of its own, as a linked worktree has (gitrepository-layout(5)): ``HEAD`` and
``index`` are its own, ``commondir`` leads to the user's.  So Git may refresh the index for the copy's
files, and the user's repository stays as it is.  No Git is run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from pyz3._files import write_atomically


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
        copy: Its copy.
        store: The copy's own Git folder, made here.
    """
    found = git_folders(source)
    dot = copy / ".git"
    if found is None:
        with contextlib.suppress(OSError):
            dot.unlink()
        shutil.rmtree(store, ignore_errors=True)
        return
    own, common = found
    store.mkdir(parents=True, exist_ok=True)
    _update(store / "HEAD", _read(own / "HEAD"))
    _update(store / "commondir", os.fsencode(f"{common}\n"))
    _update(store / "gitdir", os.fsencode(f"{dot}\n"))
    _copy_index(own / "index", store)
    _update(dot, os.fsencode(f"gitdir: {store}\n"))


def _copy_index(index: Path, store: Path) -> None:
    """Take the user's index again only when it has changed: refreshed, ours is of more use."""
    try:
        status = index.stat()
    except OSError:
        return
    seen = f"{status.st_mtime_ns} {status.st_size}".encode()
    if _read(store / "pyz3-index") != seen or not (store / "index").is_file():
        write_atomically(store / "index", index.read_bytes())
        write_atomically(store / "pyz3-index", seen)
    # A split index (core.splitIndex) needs its other half.
    for shared in index.parent.glob("sharedindex.*"):
        if not (store / shared.name).exists():
            shutil.copy2(shared, store / shared.name)


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

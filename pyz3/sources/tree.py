"""What belongs to a project's tree, and its digest."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import CHUNK
from pyz3.errors import ConfigError
from pyz3.sources.git import Changes, git_changes, git_state, worktree_of
from pyz3.sources.scope import ALONE, is_around, is_sdist, levels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pyz3.sources.scope import Scope

# Other tools' own folders, by name.
_OTHERS = frozenset((
    *(".git", ".hg", ".svn", ".bzr", ".tox", ".nox", "__pycache__", "node_modules", ".eggs"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".zig-cache", "zig-out"),
))  # fmt: skip
_SETUPTOOLS_BUILD = re.compile(r"lib|lib\..+|temp\..+|bdist\..+|scripts-\d.+")
_DISTRIBUTION = (".whl", ".tar.gz", ".zip", ".egg", ".exe", ".msi", ".asc", ".sig", ".attestation")
# Built in place, or compiled: the tag tells that they are of one Python, and not of the source.
_BUILT = re.compile(r".+\.(cpython-3\d+t?-[\w-]+\.so|cp3\d+t?-win\w+\.pyd)|.+\.pyc")

# What links, and names above its folder, may bring into a project from outside of it.
_MOST_FILES = 50_000
_MOST_BYTES = 4_000_000_000
# What Git goes by in the folders above a project, whether it is committed or not.
_GIT_FILES = (".gitattributes", ".gitignore")
# Files there have no content of their own; reading some never ends.
_KERNEL = ("/dev/", "/proc/", "/sys/")


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    """A file of a project, or a folder without any.

    Attributes:
        name: Relative to the project, with forward slashes: ``x.c``, ``../core/core.c``.
        path: Where it is.
        link: Text of a symbolic link that stays within the project.
        status: Of the file or folder, or of what a link leads to outside.
    """

    name: str
    path: str
    link: str | None
    status: os.stat_result


def walk_tree(
    root: Path, scope: Scope = ALONE, *, tell: Callable[[str], None] = lambda _: None
) -> Iterator[TreeEntry]:
    """Give every file and empty folder of the project in ``root``, in order of names, folder by folder.

    Then those above that belong to it.

    Left out are: version control; virtual environments (``pyvenv.cfg``) and other tools' folders; at the
    top ``build`` if setuptools made it, and ``dist`` if it holds nothing but distributions; extension
    modules that were built in place.  ``*.egg-info`` is left out of a checkout, where it is a remnant,
    but not of an sdist (``PKG-INFO`` beside it), whose list of files setuptools reads.

    A link that leaves the project becomes what it leads to.  Not followed are links that lead nowhere, to a
    folder that the project lies in, or to the kernel's own files; pipes, sockets and devices are no sources.

    Args:
        root: The project.
        scope: What belongs to it above.
        tell: Called with a sentence for each of what is left out for such a reason.

    Raises:
        ConfigError: More lies outside of the project's folder than a build can copy.
    """
    yield from _walk(root, scope, tell, lambda worktree: git_changes(worktree).modified)


def _walk(
    root: Path, scope: Scope, tell: Callable[[str], None], modified: Callable[[Path], Iterable[str]]
) -> Iterator[TreeEntry]:
    top = os.path.realpath(root)
    walk = _Walk(top, tell, is_sdist=is_sdist(top))
    yield from walk.entries(top, "", within=(top,))
    above: dict[str, TreeEntry] = {}
    for name in scope.names:
        above.update((entry.name, entry) for entry in walk.above(name))
    worktree = worktree_of(root, scope)
    if str(worktree) != top:
        above.update((entry.name, entry) for entry in walk.of_git(str(worktree), modified(worktree)))
    yield from (above[name] for name in sorted(above))


def fits(root: Path, scope: Scope) -> bool:
    """Tell whether what belongs to a project above its folder is no more than a build can copy."""
    top = os.path.realpath(root)
    walk = _Walk(top, lambda _: None, is_sdist=False)
    try:
        for name in scope.names:
            for _ in walk.above(name):
                pass
    except (ConfigError, OSError):
        return False
    return True


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's files are, without their dates.

    Attributes:
        git: Digest of commit and tags of a Git checkout; of one above the project also of the index.
        files: Name → kind (file ``f``, executable ``x``, link ``l``, empty folder ``d``) and digest.
        notes: What was left out that its author may have meant to be there.
    """

    git: str
    files: dict[str, str]
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode([self.git, [*self.files.items()]])).hexdigest()


def describe_tree(root: Path, scope: Scope = ALONE) -> Tree:
    """Read a project: names, bytes, executable bits; of a Git checkout also commit and tags.

    Dates do not count, nor does what :func:`walk_tree` leaves out.

    Args:
        root: The project.
        scope: What belongs to it above.

    Raises:
        ConfigError: More lies outside of the project's folder than a build can copy.
    """
    files = {}
    notes: list[str] = []
    worktree = worktree_of(root, scope)
    changes = git_changes(worktree) if str(worktree) != os.path.realpath(root) else Changes()
    for entry in _walk(root, scope, lambda text: notes.append(_as_text(text)), lambda _: changes.modified):
        digest = hashlib.sha256()
        if entry.link is not None:
            digest.update(entry.link.encode("utf-8", "surrogateescape"))
            kind = "l"
        elif stat.S_ISDIR(entry.status.st_mode):
            kind = "d"
        else:
            with open(entry.path, "rb") as file:  # noqa: PTH123 - a third of the time
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
            kind = "x" if entry.status.st_mode & stat.S_IXUSR else "f"
        files[_as_text(entry.name)] = f"{kind} {digest.hexdigest()}"
    return Tree(git=git_digest(worktree, changes.state), files=files, notes=tuple(notes))


def git_digest(worktree: Path, changes: bytes = b"") -> str:
    """Give ``Tree.git``: by itself, of a project that lies at the top of the worktree."""
    return hashlib.sha256(git_state(worktree) + changes).hexdigest()


def tree_looks(
    root: Path, scope: Scope = ALONE, *, without: Path | None = None
) -> dict[str, tuple[int, ...]]:
    """Give how the files of a project look without reading them: kind, size, date, inode.

    Args:
        root: The project.
        scope: What belongs to it above.
        without: A folder that does not count: what is built may go there.  Nor do wheels, logs, and files
            that this process writes what it says to.

    Returns:
        Without what differs from Git's index elsewhere in a repository.  Empty if it cannot be told: a folder
        that cannot be read, links to too much.
    """
    apart = "" if without is None else os.path.realpath(without) + os.sep
    if os.path.realpath(root).startswith(apart.rstrip(os.sep)):
        apart = ""
    said = _open_files(1, 2)
    looks: dict[str, tuple[int, ...]] = {}
    try:
        for entry in _walk(root, scope, lambda _: None, lambda _: ()):
            status = entry.status
            if stat.S_ISDIR(status.st_mode) or entry.name.endswith((".whl", ".log")):
                continue
            if (status.st_dev, status.st_ino) in said:
                continue
            if not apart or not entry.path.startswith(apart):
                look = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
                looks[_as_text(entry.name)] = look
    except (OSError, ConfigError):
        return {}
    return looks


def _open_files(*numbers: int) -> set[tuple[int, int]]:
    """Give device and inode of what file descriptors lead to."""
    found = set()
    for number in numbers:
        with contextlib.suppress(OSError):  # closed
            status = os.fstat(number)
            found.add((status.st_dev, status.st_ino))
    return found


def _as_text(name: str) -> str:
    """Give a name that is no text as one nonetheless."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def tree_digest(root: Path, scope: Scope = ALONE) -> str:
    """Give a digest of what :func:`describe_tree` reads: 64 hexadecimal digits."""
    return describe_tree(root, scope).digest


class _Walk:
    """One walk through a project.

    Args:
        top: The project's real folder.
        tell: Told of what is left out.
        is_sdist: It is an unpacked sdist.
    """

    def __init__(self, top: str, tell: Callable[[str], None], *, is_sdist: bool) -> None:
        self._top = top
        self._tell = tell
        self._is_sdist = is_sdist
        self._outside = {"files": 0, "bytes": 0}

    def entries(
        self, folder: str, prefix: str, *, within: tuple[str, ...], link: str = ""
    ) -> Iterator[TreeEntry]:
        """Give what lies below a folder.

        Args:
            folder: The folder.
            prefix: Its name in the project, with a slash at the end.
            within: The real folders by which links led here, to see rings.
            link: The link by which the project was left; empty: this is part of it.
        """
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        if not entries and prefix:
            # Git misses the folder of a submodule that is not checked out; a build may write to another.
            yield TreeEntry(name=prefix[:-1], path=folder, link=None, status=os.stat(folder))  # noqa: PTH116
        for entry in entries:
            name = prefix + entry.name
            if entry.is_symlink():
                yield from self._linked(entry, folder, name, within=within, link=link)
            elif entry.is_dir():
                if not _left_out_folder(entry.path, name, is_sdist=self._is_sdist):
                    yield from self.entries(entry.path, f"{name}/", within=within, link=link)
            else:
                yield from self._file(entry, name, link=link)

    def above(self, name: str) -> Iterator[TreeEntry]:
        """Give what a name above the project brings: a file, all in a folder, or what is in one around it."""
        path = os.path.normpath(os.path.join(self._top, name))  # noqa: PTH118 - fast
        if is_around(name):
            yield from self._around(path, name)
        elif os.path.isdir(path) and not name.endswith("/.git"):  # noqa: PTH112 - fast
            real = os.path.realpath(path)
            yield from self.entries(real, f"{name}/", within=(self._top, real), link=name)
        elif os.path.isfile(path) and not name.endswith("/.git"):  # noqa: PTH113 - fast
            yield self._plain(path, name)

    def of_git(self, worktree: str, modified: Iterable[str]) -> Iterator[TreeEntry]:
        """Give what Git looks at above the project: files that are not as its index has them, its own files.

        Args:
            worktree: The top of its worktree.
            modified: Those files, relative to it.
        """
        start = os.path.relpath(worktree, self._top).replace(os.sep, "/")
        for name in modified:
            path = os.path.join(worktree, name)  # noqa: PTH118 - fast
            here = os.path.relpath(path, self._top).replace(os.sep, "/")
            if not here.startswith("../"):
                continue
            if os.path.islink(path):  # noqa: PTH114 - fast
                text, status = os.readlink(path), os.lstat(path)  # noqa: PTH115 - fast
                yield TreeEntry(name=here, path=path, link=text, status=status)
            else:
                yield self._plain(path, here)
        for level in range(1, levels(start) + 1):
            for file in _GIT_FILES:
                name = "../" * level + file
                path = os.path.normpath(os.path.join(self._top, name))  # noqa: PTH118 - fast
                if os.path.isfile(path):  # noqa: PTH113 - fast
                    yield self._plain(path, name)

    def _around(self, path: str, name: str) -> Iterator[TreeEntry]:
        """Give the files in a folder that the project lies in, and its folders as if they were empty."""
        for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
            inner = f"{name}/{entry.name}"
            if entry.is_dir():
                # Where the project lies, the copy's own folders are.
                inside = self._top == entry.path or self._top.startswith(entry.path + os.sep)
                if not inside and not _left_out_folder(entry.path, entry.name, is_sdist=False):
                    yield TreeEntry(name=inner, path=entry.path, link=None, status=entry.stat())
            elif entry.is_file() and os.access(entry.path, os.R_OK) and not entry.name.endswith(".whl"):
                yield self._plain(entry.path, inner)

    def _plain(self, path: str, name: str) -> TreeEntry:
        status = os.stat(path)  # noqa: PTH116 - fast
        self._count(status.st_size, name)
        return TreeEntry(name=name, path=path, link=None, status=status)

    def _linked(
        self, entry: os.DirEntry[str], folder: str, name: str, *, within: tuple[str, ...], link: str
    ) -> Iterator[TreeEntry]:
        real = os.path.realpath(entry.path)
        if real == self._top or real.startswith(self._top + os.sep):
            text = os.path.relpath(real, os.path.realpath(folder))
            yield TreeEntry(name=name, path=entry.path, link=text, status=entry.stat(follow_symlinks=False))
            return
        why = self._unfollowed(real, within)
        if why:
            self._tell(f"{name} is a link to {real}, {why}: left out")
        elif not os.path.isdir(real):  # noqa: PTH112 - fast
            yield from self._file(entry, name, link=link or name)
        elif not _left_out_folder(entry.path, name, is_sdist=self._is_sdist):
            yield from self.entries(real, f"{name}/", within=(*within, real), link=link or name)

    def _unfollowed(self, real: str, within: tuple[str, ...]) -> str:
        """Give why a link out of the project is not followed; empty: it is."""
        if not os.path.exists(real):  # noqa: PTH110 - fast
            return "where nothing is"
        if real in within:
            return "which leads here"
        if self._top.startswith(real.rstrip(os.sep) + os.sep):
            return "a folder that the project lies in"
        if f"{real}{os.sep}".startswith(_KERNEL):
            return "which is no file of a project"
        return ""

    def _file(self, entry: os.DirEntry[str], name: str, *, link: str) -> Iterator[TreeEntry]:
        if entry.name == ".git" or (not self._is_sdist and _BUILT.fullmatch(entry.name)):
            return
        status = entry.stat()
        if not stat.S_ISREG(status.st_mode):
            self._tell(f"{name} is a pipe, socket or device: left out")
            return
        if link:
            self._count(status.st_size, link)
        yield TreeEntry(name=name, path=entry.path, link=None, status=status)

    def _count(self, size: int, link: str) -> None:
        self._outside["files"] += 1
        self._outside["bytes"] += size
        if self._outside["files"] > _MOST_FILES or self._outside["bytes"] > _MOST_BYTES:
            real = os.path.realpath(os.path.join(self._top, link))  # noqa: PTH118 - fast
            what = f"{link} is {'' if link.startswith(os.pardir) else 'a link to '}{real}"
            raise ConfigError(
                f"{what}, outside of the project, "
                f"where more than {_MOST_FILES} files or {_MOST_BYTES // 10**9} GB lie: too much to copy",
                tip="remove the link, or have it lead to what the build needs",
            )


def _left_out_folder(path: str, name: str, *, is_sdist: bool) -> bool:
    last = name.rpartition("/")[2]
    if last in _OTHERS or os.path.exists(os.path.join(path, "pyvenv.cfg")):  # noqa: PTH110, PTH118 - fast
        return True
    if name == "build":
        inside = os.listdir(path)  # noqa: PTH208 - names alone
        return bool(inside) and all(_SETUPTOOLS_BUILD.fullmatch(entry) for entry in inside)
    if name == "dist":
        return all(entry.endswith(_DISTRIBUTION) for entry in os.listdir(path))  # noqa: PTH208
    # setuptools writes it to the root, or to the folder that packages lie in; deeper ones are data.
    return last.endswith(".egg-info") and not is_sdist and name.count("/") <= 1

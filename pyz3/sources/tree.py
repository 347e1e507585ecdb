"""What belongs to a project's tree, and its digest."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import CHUNK
from pyz3.errors import ConfigError
from pyz3.sources.git import git_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Other tools' own folders, by name.
_OTHERS = frozenset((
    *(".git", ".hg", ".svn", ".bzr", ".tox", ".nox", "__pycache__", "node_modules", ".eggs"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".zig-cache", "zig-out"),
))  # fmt: skip
_SETUPTOOLS_BUILD = re.compile(r"lib|lib\..+|temp\..+|bdist\..+|scripts-\d.+")
_DISTRIBUTION = (".whl", ".tar.gz", ".zip", ".egg", ".exe", ".msi", ".asc", ".sig", ".attestation")
# Built in place, or compiled: the tag tells that they are of one Python, and not of the source.
_BUILT = re.compile(r".+\.(cpython-3\d+t?-[\w-]+\.so|cp3\d+t?-win\w+\.pyd)|.+\.pyc")

# What links may bring into a project from outside of it.
_MOST_FILES = 50_000
_MOST_BYTES = 4_000_000_000
# Files there have no content of their own; reading some never ends.
_KERNEL = ("/dev/", "/proc/", "/sys/")


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    """A file of a project, or a folder without any.

    Attributes:
        name: Relative to the root, with forward slashes.
        path: Where it is.
        link: Text of a symbolic link that stays within the project.
        status: Of the file or folder, or of what a link leads to outside.
    """

    name: str
    path: str
    link: str | None
    status: os.stat_result


def walk_tree(root: Path, *, tell: Callable[[str], None] = lambda _: None) -> Iterator[TreeEntry]:
    """Give every file and empty folder of the project in ``root``, in order of names, folder by folder.

    Left out are: version control; virtual environments (``pyvenv.cfg``) and other tools' folders; at the
    top ``build`` if setuptools made it, and ``dist`` if it holds nothing but distributions; extension
    modules that were built in place.  ``*.egg-info`` is left out of a checkout, where it is a remnant,
    but not of an sdist (``PKG-INFO`` beside it), whose list of files setuptools reads.

    A link that leaves the project becomes what it leads to.  Not followed are links that lead nowhere, to a
    folder that the project lies in, or to the kernel's own files; pipes, sockets and devices are no sources.

    Args:
        root: The project.
        tell: Called with a sentence for each of what is left out for such a reason.

    Raises:
        ConfigError: Links lead out of the project to more than a build can copy.
    """
    top = os.path.realpath(root)
    is_sdist = os.path.isfile(os.path.join(top, "PKG-INFO"))  # noqa: PTH113, PTH118 - fast
    yield from _Walk(top, tell, is_sdist=is_sdist).entries(top, "", within=(top,))


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's files are, without their dates.

    Attributes:
        git: Digest of commit and tags of a Git checkout.
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


def describe_tree(root: Path) -> Tree:
    """Read a project: names, bytes, executable bits; of a Git checkout also commit and tags.

    Dates do not count, nor does what :func:`walk_tree` leaves out.
    """
    files = {}
    notes: list[str] = []
    for entry in walk_tree(root, tell=lambda text: notes.append(_as_text(text))):
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
    return Tree(git=hashlib.sha256(git_state(root)).hexdigest(), files=files, notes=tuple(notes))


def tree_looks(root: Path, *, without: Path | None = None) -> dict[str, tuple[int, ...]]:
    """Give how the files of a project look without reading them: kind, size, date, inode.

    Args:
        root: The project.
        without: A folder that does not count, nor do wheels: what is built may go there.

    Returns:
        Empty if it cannot be told: a folder that cannot be read, links to too much.
    """
    apart = "" if without is None else os.path.realpath(without) + os.sep
    if os.path.realpath(root).startswith(apart.rstrip(os.sep)):
        apart = ""
    looks: dict[str, tuple[int, ...]] = {}
    try:
        for entry in walk_tree(root):
            status = entry.status
            if stat.S_ISDIR(status.st_mode) or entry.name.endswith(".whl"):
                continue
            if not apart or not entry.path.startswith(apart):
                look = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
                looks[_as_text(entry.name)] = look
    except (OSError, ConfigError):
        return {}
    return looks


def _as_text(name: str) -> str:
    """Give a name that is no text as one nonetheless."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def tree_digest(root: Path) -> str:
    """Give a digest of what :func:`describe_tree` reads: 64 hexadecimal digits."""
    return describe_tree(root).digest


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
            raise ConfigError(
                f"{link} is a link to {real}, outside of the project, "
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

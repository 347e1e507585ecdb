"""What belongs to a project's tree, and its digest."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from pyz3.sources.git import git_state

if TYPE_CHECKING:
    from collections.abc import Iterator
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


def walk_tree(root: Path) -> Iterator[TreeEntry]:
    """Give every file and empty folder of the project in ``root``, in order of names, folder by folder.

    Left out are: version control; virtual environments (``pyvenv.cfg``) and other tools' folders; at the
    top ``build`` if setuptools made it, and ``dist`` if it holds nothing but distributions; extension
    modules that were built in place.  ``*.egg-info`` is left out of a checkout, where it is a remnant,
    but not of an sdist (``PKG-INFO`` beside it), whose list of files setuptools reads.
    """
    top = os.path.realpath(root)
    is_sdist = os.path.isfile(os.path.join(top, "PKG-INFO"))  # noqa: PTH113, PTH118 - fast
    yield from _walk(top, top, "", is_sdist=is_sdist, within=(top,))


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's files are, without their dates.

    Attributes:
        git: Digest of commit and tags of a Git checkout.
        files: Name → kind (file ``f``, executable ``x``, link ``l``, empty folder ``d``) and digest.
    """

    git: str
    files: dict[str, str]

    @property
    def digest(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode([self.git, [*self.files.items()]])).hexdigest()


def describe_tree(root: Path) -> Tree:
    """Read a project: names, bytes, executable bits; of a Git checkout also commit and tags.

    Dates do not count, nor does what :func:`walk_tree` leaves out.
    """
    files = {}
    for entry in walk_tree(root):
        if entry.link is not None:
            content, kind = entry.link.encode("utf-8", "surrogateescape"), "l"
        elif stat.S_ISDIR(entry.status.st_mode):
            content, kind = b"", "d"
        else:
            with open(entry.path, "rb") as file:  # noqa: PTH123 - a third of the time
                content = file.read()
            kind = "x" if entry.status.st_mode & stat.S_IXUSR else "f"
        # A name that is no text is one nonetheless.
        name = entry.name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        files[name] = f"{kind} {hashlib.sha256(content).hexdigest()}"
    return Tree(git=hashlib.sha256(git_state(root)).hexdigest(), files=files)


def tree_digest(root: Path) -> str:
    """Give a digest of what :func:`describe_tree` reads: 64 hexadecimal digits."""
    return describe_tree(root).digest


def _walk(
    folder: str, top: str, prefix: str, *, is_sdist: bool, within: tuple[str, ...]
) -> Iterator[TreeEntry]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    if not entries and prefix:
        # Git misses the folder of a submodule that is not checked out; a build may write to another.
        yield TreeEntry(name=prefix[:-1], path=folder, link=None, status=os.stat(folder))  # noqa: PTH116
    for entry in entries:
        name = prefix + entry.name
        if entry.is_symlink():
            real = os.path.realpath(entry.path)
            if real == top or real.startswith(top + os.sep):
                link = os.path.relpath(real, os.path.realpath(folder))
                yield TreeEntry(
                    name=name, path=entry.path, link=link, status=entry.stat(follow_symlinks=False)
                )
                continue
            if not os.path.exists(real) or real in within:  # noqa: PTH110 - leads nowhere, or in a ring
                continue
            if os.path.isdir(real) and not _left_out_folder(entry.path, name, is_sdist=is_sdist):  # noqa: PTH112
                yield from _walk(real, top, f"{name}/", is_sdist=is_sdist, within=(*within, real))
                continue
        if entry.is_dir():
            if not _left_out_folder(entry.path, name, is_sdist=is_sdist):
                yield from _walk(entry.path, top, f"{name}/", is_sdist=is_sdist, within=within)
        elif entry.is_file() and (is_sdist or not _BUILT.fullmatch(entry.name)) and entry.name != ".git":
            yield TreeEntry(name=name, path=entry.path, link=None, status=entry.stat())


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

"""Which files of a project are left out of archives: by Git's rules and by ``[tool.pyz3.sdist]``.

The same rules hold for wheels and source distributions, so that a wheel built from either tree is
the same.  What Git ignores, and the package cannot be imported without, is there: tools write such files
(``_version.py`` of setuptools-scm).  Patterns are read by pathspec; Git itself is asked only which of the
files that match are tracked all the same.
"""

from __future__ import annotations

import os
import subprocess
import warnings
from typing import TYPE_CHECKING

from pyz3.archive.imports import importer_of
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pathspec import GitIgnoreSpec

    from pyz3.config import SdistTable

_KEY = "pyproject.toml: tool.pyz3.sdist"
# Never content, whatever a pattern says: byte code, and what other tools keep for themselves.
_NEVER_FOLDERS = frozenset((".git", ".hg", ".svn", "__pycache__"))
_NEVER_SUFFIXES = frozenset((".pyc", ".pyo"))


class FileRules:
    """Says of each file of a project whether archives leave it out.

    Args:
        root: The folder that holds ``pyproject.toml``, absolute.
        table: ``[tool.pyz3.sdist]``.

    Raises:
        ConfigError: A pattern is not valid.
    """

    def __init__(self, root: Path, table: SdistTable) -> None:
        self.root = root
        self._patterns = table.include
        self._include = _spec("include", table.include)
        self._exclude = _spec("exclude", table.exclude)
        self._named = {root / pattern for pattern in table.include}
        self._checkout = _checkout(root)
        self._specs: dict[Path, GitIgnoreSpec | None] = {}
        self._tracked: frozenset[Path] | None = None
        self._importers: dict[Path, Path | None] = {}
        # A project whose own pyproject.toml is ignored lies in a repository that is none of its business.
        self._is_foreign = self._git_ignores(root / "pyproject.toml")

    @property
    def is_checkout(self) -> bool:
        """Whether the project lies in a Git repository."""
        return self._checkout is not None and not self._is_foreign

    def excludes(self, path: Path) -> bool:
        """Tell whether ``exclude`` names a file below the project."""
        return bool(self._exclude and self._exclude.match_file(path.relative_to(self.root).as_posix()))

    def ignores(self, path: Path) -> bool:
        """Tell whether Git ignores a file that neither ``include`` nor its package names."""
        if self._is_foreign or path in self._named or not self._git_ignores(path):
            return False
        if path not in self._importers:
            self._importers[path] = importer_of(path)
        return self._importers[path] is None

    @property
    def imported(self) -> dict[Path, Path]:
        """What Git ignores and is there all the same → a file that imports it; as far as it was asked for."""
        return {path: file for path, file in self._importers.items() if file is not None}

    def leaves_out(self, path: Path) -> bool:
        """Tell whether archives leave a file out that they would otherwise hold."""
        return self.excludes(path) or self.ignores(path)

    def tracked(self) -> frozenset[Path]:
        """Give the files that Git tracks; none if there is no Git."""
        if self._tracked is None:
            self._tracked = _tracked(self.root) if self._checkout is not None else frozenset()
        return self._tracked

    def included(self) -> Iterator[Path]:
        """Yield the files that ``include`` names.

        Raises:
            ConfigError: A pattern matches nothing.
        """
        if self._include is None:
            return
        wanted = {pattern: _spec("include", (pattern,)) for pattern in self._patterns}
        for path in self.walk(self.root):
            name = path.relative_to(self.root).as_posix()
            for pattern in [
                p for p, spec in wanted.items() if spec and spec.check_file(name).include is not None
            ]:
                del wanted[pattern]
            if self._include.match_file(name) and not self.leaves_out(path):
                yield path
        for pattern in wanted:
            raise ConfigError(
                f"{_KEY}.include: {pattern!r} matches no file",
                tip="patterns are written as in .gitignore, from the folder of pyproject.toml",
            )

    def walk(self, folder: Path, *, hidden: bool = True) -> Iterator[Path]:
        """Yield the files below ``folder`` in order of their names; links to folders are not followed.

        Args:
            folder: Where to begin.
            hidden: Whether to look into folders whose names begin with a dot.

        Raises:
            ConfigError: A folder cannot be read, and archives do not leave it out.
        """
        try:
            children = sorted(folder.iterdir())
        except PermissionError as error:
            if self.leaves_out(folder / "any"):
                return  # a database's own folder, say
            raise ConfigError(
                f"{folder}: cannot be read: {error.strerror}",
                tip="if it is no part of the project, git-ignore it, or name it in tool.pyz3.sdist.exclude",
            ) from None
        except OSError:
            return  # gone by now
        for child in children:
            if child.is_dir():
                skipped = child.name in _NEVER_FOLDERS or (child.name.startswith(".") and not hidden)
                if not skipped and not child.is_symlink() and not _is_environment(child):
                    yield from self.walk(child, hidden=hidden)
            elif child.is_file() and child.suffix not in _NEVER_SUFFIXES:
                yield child

    def _git_ignores(self, path: Path) -> bool:
        """Ask the ``.gitignore`` files, the nearest first, and then whether the file is tracked."""
        stop = self._checkout or self.root
        for folder in path.parents:
            spec = self._gitignore(folder)
            verdict = spec.check_file(path.relative_to(folder).as_posix()).include if spec else None
            if verdict is not None:
                return verdict and path not in self.tracked()
            if folder == stop:
                break
        return False

    def _gitignore(self, folder: Path) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            try:
                lines = (folder / ".gitignore").read_text(encoding="utf-8", errors="replace").splitlines()
            except OSError:
                lines = []
            self._specs[folder] = _spec(".gitignore", tuple(lines))
        return self._specs[folder]


def _spec(key: str, patterns: tuple[str, ...]) -> GitIgnoreSpec | None:
    if not patterns:
        return None
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - slow to import, and most projects have no patterns

    try:
        with warnings.catch_warnings():
            # Of the expression that a pattern becomes: ``[[]`` is one of Git's, and means what it means.
            warnings.simplefilter("ignore", FutureWarning)
            return GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:  # pathspec's errors are ValueErrors
        if key == ".gitignore":
            return None  # Git itself passes over what it does not understand
        raise ConfigError(f"{_KEY}.{key}: {error}") from error


def _checkout(root: Path) -> Path | None:
    """Give the top folder of the Git repository that ``root`` lies in; a worktree's ``.git`` is a file."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def _is_environment(folder: Path) -> bool:
    """Tell whether it is a virtual environment, which is never the project's."""
    return os.access(folder / "pyvenv.cfg", os.F_OK)  # False, too, if it cannot be looked into


def _tracked(root: Path) -> frozenset[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--recurse-submodules"]
    try:
        done = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return frozenset()  # no Git on this machine
    names = done.stdout.decode("utf-8", errors="surrogateescape").split("\0")
    return frozenset(root / name for name in names if name)

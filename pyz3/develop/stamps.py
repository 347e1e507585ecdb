"""Whether anything that compilers read has changed, told by ``stat`` alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.archive import INPUT_SUFFIXES, found_inputs, named_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.archive import FileRules
    from pyz3.config import Project

# New files with these suffixes may match a glob or be included from now on.
_SUFFIXES = tuple(sorted(INPUT_SUFFIXES))


@dataclass(frozen=True, kw_only=True)
class Stamps:
    """Files and folders as they were; ``_finder.py`` compares the same in an editable install.

    Attributes:
        files: Path → modification time in ns since the epoch, and size in bytes.
        folders: Path → the names of sources and headers in it.
        suffixes: What a source or header ends with.
    """

    files: Mapping[str, tuple[int, int]]
    folders: Mapping[str, tuple[str, ...]]
    suffixes: tuple[str, ...] = _SUFFIXES

    @classmethod
    def take(cls, project: Project, rules: FileRules) -> Stamps:
        """Stamp the project's inputs as they are now; to be taken before a build begins."""
        paths = {
            project.root / "pyproject.toml",
            *named_inputs(project),
            *found_inputs(project, rules),
        }
        return cls.of(paths)

    @classmethod
    def of(cls, paths: set[Path], *, suffixes: tuple[str, ...] = _SUFFIXES) -> Stamps:
        """Stamp files, and the folders that they are in, for what ends with one of ``suffixes``."""
        files = {str(path): _stamp(str(path)) for path in sorted(paths)}
        folders = {str(path.parent): _names(str(path.parent), suffixes) for path in sorted(paths)}
        return cls(files=files, folders=folders, suffixes=suffixes)

    def again(self) -> Stamps:
        """Stamp the same files as they are now."""
        return self.of({Path(path) for path in self.files}, suffixes=self.suffixes)

    def since(self, before: Stamps) -> frozenset[str]:
        """Give the files that are not as they were ``before``, and the folders in which names are not."""
        return frozenset(
            {path for path, now in self.files.items() if before.files.get(path) != now}
            | {path for path, now in self.folders.items() if before.folders.get(path) != now}
        )

    def taking(self, paths: frozenset[str], now: Stamps) -> Stamps:
        """Give these stamps with those of ``paths`` as they are ``now``."""
        return replace(
            self,
            files={path: now.files[path] if path in paths else was for path, was in self.files.items()},
            folders={path: now.folders[path] if path in paths else was for path, was in self.folders.items()},
        )

    def changed(self) -> bool:
        """Whether a file was changed, added or removed."""
        return any(_stamp(path) != tuple(was) for path, was in self.files.items()) or any(
            _names(path, self.suffixes) != tuple(was) for path, was in self.folders.items()
        )


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - called often
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _names(folder: str, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(sorted(name for name in os.listdir(folder) if name.endswith(suffixes)))  # noqa: PTH208 - called often
    except OSError:
        return ()

"""Modules in the source tree, for those who import from there; and removing exactly these again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyz3._files import write_atomically
from pyz3.builder import read_contents
from pyz3.develop.binaries import build_binaries
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyz3.builder import ProjectBuild
    from pyz3.config import Project
    from pyz3.results import Summary
    from pyz3.store import Cache
    from pyz3.targets import PythonVersion


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What was put into a source tree; it is kept in pyz3's cache, as the tree stays clean.

    Attributes:
        path: Its file.
        digests: Path below the project → SHA-256 of what was put there, hexadecimal.
    """

    path: Path
    digests: Mapping[str, str]

    @classmethod
    def read(cls, cache: Cache, project: Project) -> Manifest:
        """Read the project's; empty if there is none.

        Args:
            cache: pyz3's.
            project: What a frontend read.
        """
        path = cache.in_place(project.root)
        try:
            digests = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            digests = {}
        return cls(path=path, digests=digests)


def build_in_place(
    build: ProjectBuild, cache: Cache, *, optimize: str | None = None, python: PythonVersion | None = None
) -> tuple[Summary, tuple[str, ...]]:
    """Build one Python's modules into the source tree, beside the packages that they belong to.

    Args:
        build: The project's.
        cache: It remembers what was put there.
        optimize: Zig's build mode; None is the project's.
        python: For which Python; None is the one that runs this.

    Returns:
        What came of the build, and the names of the files that are different now.

    Raises:
        ConfigError: The configuration is wrong, or a file is there that pyz3 did not put there.
        OSError: The tree cannot be written.
    """
    project = build.project
    contents = read_contents(project)
    summary, files = build_binaries(build, contents, optimize=optimize, python=python)
    manifest = Manifest.read(cache, project)
    places = {_place(project.root, contents.roots, name): content for name, content in files.items()}
    changed = {name: c for name, c in places.items() if _digest(project.root / name) != _sha256(c)}
    for name in changed:
        digest = _digest(project.root / name)
        if digest is not None and digest != manifest.digests.get(name):
            raise ConfigError(
                f"{project.root / name}: is there already, and pyz3 did not put it there",
                tip="remove it, and try again",
            )
    # Noted first: what a run that is stopped leaves can be removed, too.
    digests = {**manifest.digests, **{name: _sha256(content) for name, content in changed.items()}}
    if changed:
        write_atomically(manifest.path, json.dumps(digests, indent=1, sort_keys=True).encode())
    for name, content in changed.items():
        write_atomically(project.root / name, content)
    return summary, tuple(sorted(changed))


def in_place_files(project: Project, cache: Cache) -> tuple[str, ...]:
    """Give the files in the tree that pyz3 put there, sorted."""
    return tuple(sorted(Manifest.read(cache, project).digests))


def remove_in_place(project: Project, cache: Cache) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Remove what was put into the source tree, and nothing else.

    Args:
        project: What a frontend read.
        cache: pyz3's.

    Returns:
        The files that were removed, and those that stay because somebody changed them since.

    Raises:
        OSError: A file cannot be removed.
    """
    manifest = Manifest.read(cache, project)
    removed, kept = [], []
    for name, digest in sorted(manifest.digests.items()):
        found = _digest(project.root / name)
        if found == digest:
            (project.root / name).unlink()
            removed.append(name)
        elif found is not None:
            kept.append(name)
    manifest.path.unlink(missing_ok=True)
    return tuple(removed), tuple(kept)


def _place(root: Path, roots: tuple[Path, ...], name: str) -> str:
    """Give where a file of the wheel belongs in the tree, relative to the project."""
    folder = next((r for r in roots if (r / name).parent.is_dir()), roots[0] if roots else root)
    return (folder / name).relative_to(root).as_posix()


def _digest(path: Path) -> str | None:
    try:
        return _sha256(path.read_bytes())
    except OSError:
        return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

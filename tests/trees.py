"""Trees of files for tests, written and listed; sdists, and installed distributions."""

from __future__ import annotations

import io
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from pyz3.sources import walk_tree

if TYPE_CHECKING:
    from pathlib import Path

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="symbolic links and executable bits are POSIX's")


def write(root: Path, *names: str, text: str = "x") -> Path:
    """Write files below ``root``, all with the same text."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(root: Path) -> list[str]:
    """What belongs to a tree, in its order."""
    return [entry.name for entry in walk_tree(root)]


def files(root: Path) -> list[str]:
    """All files and links below ``root``, sorted."""
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_symlink() or p.is_file())


def tar(path: Path, *members: tuple[str, bytes] | tarfile.TarInfo) -> Path:
    """Write an sdist of files, given by name and content, and of other members."""
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size, info.mtime, info.mode = len(member[1]), 1_600_000_000, 0o755
            archive.addfile(info, io.BytesIO(member[1]))
    return path


def install(site: Path, name: str, record: str, wheel: str | None) -> None:
    """Write the metadata of a distribution, version 1.0; ``record`` and ``wheel`` are texts of its files."""
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (folder / "RECORD").write_text(record)
    if wheel is not None:
        (folder / "WHEEL").write_text(f"Wheel-Version: 1.0\n{wheel}")

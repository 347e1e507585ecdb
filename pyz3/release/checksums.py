"""``SHA256SUMS``, beside the files: ``sha256sum -c SHA256SUMS`` says whether they are what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3._files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyz3.release.files import ReleaseFile

CHECKSUMS = "SHA256SUMS"
"""Its name, as Debian, GitHub's releases and many others have it."""


def checksums(files: Sequence[ReleaseFile]) -> str:
    """Give its text: digest, two spaces, name; by name."""
    return "".join(f"{one.sha256}  {one.path.name}\n" for one in sorted(files, key=lambda one: one.path.name))


def write_checksums(files: Sequence[ReleaseFile]) -> tuple[Path, ...]:
    """Write one into each folder that files lie in, whole or not at all; give where.

    Raises:
        OSError: It cannot be written.
    """
    folders: dict[Path, list[ReleaseFile]] = {}
    for one in files:
        folders.setdefault(one.path.parent, []).append(one)
    for folder, inside in folders.items():
        write_atomically(folder / CHECKSUMS, checksums(inside).encode())
    return tuple(folder / CHECKSUMS for folder in folders)

"""``SHA256SUMS``, beside the files: ``sha256sum -c SHA256SUMS`` says whether they are what they were."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyz3._files import write_for_user
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyz3.release.files import ReleaseFile

CHECKSUMS = "SHA256SUMS"
"""Its name, as Debian, GitHub's releases and many others have it."""

# As sha256sum writes it: a star before the name says that the file was read as bytes.
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([^/\\]+)")


def checksums(digests: Mapping[str, str]) -> str:
    """Give its text, of digests by name: digest, two spaces, name; by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def write_checksums(files: Sequence[ReleaseFile]) -> tuple[Path, ...]:
    """Write one into each folder that files lie in, whole or not at all; give where.

    Raises:
        OSError: It cannot be written.
    """
    folders: dict[Path, dict[str, str]] = {}
    for one in files:
        folders.setdefault(one.path.parent, {})[one.path.name] = one.sha256
    for folder, digests in folders.items():
        write_for_user(folder / CHECKSUMS, checksums(digests).encode())
    return tuple(folder / CHECKSUMS for folder in folders)


def read_checksums(folder: Path) -> dict[str, str]:
    """Give the digests, by name, that a folder's file has; none if there is no such file.

    Raises:
        ConfigError: It is there, and not what ``sha256sum`` writes of files beside it.
    """
    path = folder / CHECKSUMS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", tip="move it away first") from None
    found = [_LINE.fullmatch(line) for line in lines]
    if None in found:
        raise ConfigError(
            f"{path}: line {found.index(None) + 1} is not what sha256sum writes of a file beside it",
            tip="move it away first: it would be lost",
        )
    return {match[2]: match[1] for match in found if match is not None}


def add_checksums(folder: Path, digests: Mapping[str, str]) -> tuple[str, ...]:
    """Write the digests of files into their folder's file; those of other files that are there stay.

    Args:
        folder: Where the files are.
        digests: SHA-256 in hexadecimal, by name.

    Returns:
        Names that the file had, and has no more: there are no such files.

    Raises:
        ConfigError: The file is there, and not what ``sha256sum`` writes.
        OSError: It cannot be written.
    """
    before = read_checksums(folder)
    folder.mkdir(parents=True, exist_ok=True)
    there = {name: digest for name, digest in before.items() if (folder / name).is_file()}
    write_for_user(folder / CHECKSUMS, checksums({**there, **digests}).encode())
    return tuple(sorted(before.keys() - there.keys() - digests.keys()))

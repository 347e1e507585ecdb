"""The files of a release, read back: name, version, tags, metadata, and a wheel's files but for binaries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from pyz3._files import CHUNK, file_digest
from pyz3.audit import begins_as_code
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.sources import ArchiveError, Limits, open_zip, packed_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from packaging.tags import Tag

_SDISTS = (".tar.gz", ".zip")
# What a wheel has to itself: its tag and its files' digests (binary distribution format), what its binaries
# are made of (PEP 770), and the licence texts that go with that.
_OWN = ("WHEEL", "RECORD", "RECORD.jws", "RECORD.p7s", "sboms/", "licenses/pyz3/")
# No METADATA is larger than this, in bytes; it is held in memory.
_MOST_METADATA = 16 * CHUNK


class UnreadableFileError(Pyz3Error):
    """A file is no wheel or sdist, or is damaged (exit code 9)."""

    exit_code = 9


@dataclass(frozen=True, kw_only=True)
class ReleaseFile:
    """A wheel or an sdist.

    Attributes:
        path: Where it is.
        kind: Which of them it is.
        name: Normalized name of the project (PEP 503).
        version: Normalized version (PEP 440).
        tags: The wheel's tags; an sdist has none.
        size: In bytes.
        sha256: In hexadecimal.
        metadata: Its METADATA; empty for an sdist.
        pure: Name → SHA-256 of each file in a wheel but binaries and what is the wheel's own, as RECORD is.
    """

    path: Path
    kind: Literal["wheel", "sdist"]
    name: str
    version: str
    tags: frozenset[Tag] = frozenset()
    size: int = 0
    sha256: str = ""
    metadata: bytes = b""
    pure: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The tag as the file's name has it: ``cp313-cp313-win_amd64``; ``sdist`` for an sdist."""
        return "-".join(self.path.stem.split("-")[-3:]) if self.kind == "wheel" else "sdist"

    @property
    def is_pure(self) -> bool:
        """Whether it is a wheel for every platform."""
        return any(tag.platform == "any" for tag in self.tags)


def named_files(names: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Give the wheels and sdists that are named, wheels first, and what else lies in the folders named.

    Args:
        names: Wheels, sdists, and folders of such.

    Raises:
        ConfigError: There is no such file or folder, it is neither wheel nor sdist, or there is none in it.
    """
    found: dict[Path, None] = {}
    others: list[Path] = []
    for name in names:
        if name.is_dir():
            inside = sorted(path for path in name.iterdir() if path.is_file())
            known = [path for path in inside if _is_distribution(path)]
            if not known:
                raise ConfigError(f"{name}: no wheel and no sdist is in it", tip="pyz3 wheel builds wheels")
            others += [path for path in inside if path not in known]
        elif not name.exists():
            raise ConfigError(f"there is no {name}", tip="pyz3 wheel and pyz3 sdist write into dist")
        elif not _is_distribution(name):
            raise ConfigError(f"{name}: neither a wheel nor an sdist (.whl, .tar.gz)")
        else:
            known = [name]
        found.update(dict.fromkeys(known))
    twice = [path for path in found if [one.name for one in found].count(path.name) > 1]
    if twice:
        raise ConfigError(f"two files are called {twice[0].name}: {' and '.join(map(str, twice[:2]))}")
    return tuple(sorted(found, key=lambda path: (path.suffix != ".whl", path.name))), tuple(others)


def _is_distribution(path: Path) -> bool:
    return path.name.endswith((".whl", *_SDISTS))


def read_file(path: Path) -> ReleaseFile:
    """Read a wheel or an sdist.

    Raises:
        UnreadableFileError: Its name is not that of one, or it is damaged.
    """
    try:
        if path.name.endswith(".whl"):
            return _read_wheel(path)
        name, version = parse_sdist_filename(path.name)
        _require_sdist(path)
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        raise UnreadableFileError(f"{path}: {error}", tip="build it again") from None
    except ArchiveError as error:
        raise UnreadableFileError(f"{path}: {error.why}", tip="build it again") from None
    except OSError as error:
        raise UnreadableFileError(f"{path}: it is damaged: {error}", tip="build it again") from None
    return ReleaseFile(
        path=path,
        kind="sdist",
        name=name,
        version=str(version),
        size=path.stat().st_size,
        sha256=file_digest(path),
    )


def _require_sdist(path: Path) -> None:
    # All names are read, though one would do: what is behind it may be damaged.
    found = [name.count("/") == 1 and name.endswith("/PKG-INFO") for name in packed_names(path)]
    if not any(found):
        raise UnreadableFileError(f"{path}: an sdist holds a PKG-INFO, and this one does not")


def _read_wheel(path: Path) -> ReleaseFile:
    name, version, _, tags = parse_wheel_filename(path.name)
    pure: dict[str, str] = {}
    metadata = None
    with open_zip(path, Limits()) as archive:
        for file in archive.files:
            if _is_metadata(file):
                metadata = b"".join(_first(archive.chunks(file), _MOST_METADATA))
            elif belongs_to_all(file) and (digest := _digest_unless_code(archive.chunks(file))) is not None:
                pure[file] = digest
    if metadata is None:
        raise UnreadableFileError(f"{path}: a wheel holds a METADATA, and this one does not")
    return ReleaseFile(
        path=path,
        kind="wheel",
        name=canonicalize_name(name),
        version=str(version),
        tags=frozenset(tags),
        size=path.stat().st_size,
        sha256=file_digest(path),
        metadata=metadata,
        pure=pure,
    )


def belongs_to_all(name: str) -> bool:
    """Tell whether a file's name is one of those that all wheels of a release share, unless it is a binary.

    METADATA is compared by itself.
    """
    folder, _, rest = name.partition("/")
    return not folder.endswith(".dist-info") or not (rest.startswith(_OWN) or rest == "METADATA")


def _is_metadata(name: str) -> bool:
    folder, _, rest = name.partition("/")
    return folder.endswith(".dist-info") and rest == "METADATA"


def _digest_unless_code(chunks: Iterator[bytes]) -> str | None:
    start = next(chunks, b"")
    if begins_as_code(start):
        return None
    digest = hashlib.sha256(start)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _first(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:most]
        most -= len(chunk)
        if most <= 0:
            return

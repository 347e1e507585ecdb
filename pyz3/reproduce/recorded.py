"""What a wheel says of how it was built: its name, WHEEL, and the date of its files."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from pyz3.check import open_wheel, spelled
from pyz3.errors import ConfigError
from pyz3.release import UnreadableFileError
from pyz3.sources import ArchiveError, DirectoryError

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.tags import Tag

    from pyz3.sources import OpenZip

_MOST_TEXT = 1_000_000
_TIP = "download or copy it again; pyz3 check says more"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What is known of a wheel's build.

    Attributes:
        path: The wheel.
        name: The project, normalized (PEP 503).
        version: Of the project.
        tags: The wheel's.
        generator: ``Generator`` of its WHEEL; empty: there is none.
        epoch: The date of all its files, in seconds since 1970; None: they have several.
    """

    path: Path
    name: str
    version: str
    tags: frozenset[Tag]
    generator: str = ""
    epoch: int | None = None

    @property
    def is_for_any(self) -> bool:
        """Whether it is for every platform: ``py3-none-any``."""
        return any(tag.platform == "any" for tag in self.tags)


def read_recorded(path: Path) -> Recorded:
    """Read what a wheel says of its build; the wheel is not trusted.

    Raises:
        ConfigError: There is no such file.
        UnreadableFileError: It is no wheel, is damaged, or holds more than is read.
        OSError: The file cannot be read.
    """
    if not path.is_file():
        raise ConfigError(f"there is no {path}", tip="name a wheel: dist/thing-1.2-py3-none-any.whl")
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        raise UnreadableFileError(f"{path}: no name of a wheel: {error}") from None
    try:
        with open_wheel(path) as (_, archive):
            return Recorded(
                path=path,
                name=canonicalize_name(name),
                version=str(version),
                tags=frozenset(tags),
                generator=_generator(archive),
                epoch=_epoch(archive),
            )
    except DirectoryError as error:
        why = str(error)
    except ArchiveError as error:
        why = error.why
    raise UnreadableFileError(f"{path}: cannot be read as a wheel: {spelled(why)}", tip=_TIP)


def _generator(archive: OpenZip) -> str:
    for name, info in archive.files.items():
        folder, _, rest = name.partition("/")
        if folder.endswith(".dist-info") and rest == "WHEEL" and info.file_size <= _MOST_TEXT:
            text = archive.read(name).decode("utf-8", "replace")
            return spelled(str(HeaderParser().parsestr(text).get("Generator", "")).strip())
    return ""


def _epoch(archive: OpenZip) -> int | None:
    """Give the one date of all files: without a zone it is that of UTC, as pyz3 writes it."""
    dates = {info.date_time for info in archive.infos}
    if len(dates) != 1:
        return None
    try:
        return calendar.timegm((*dates.pop(), 0, 0, 0))
    except (ValueError, OverflowError):
        return None  # a month may be 0 there

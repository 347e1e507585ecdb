"""Reading a wheel: what it is for, its metadata, and its files, each checked against RECORD."""

from __future__ import annotations

import configparser
import stat
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from packaging.metadata import ExceptionGroup, Metadata
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from wheel.wheelfile import WheelError, WheelFile  # type: ignore[import-untyped]

from pyz3.archive import is_portable
from pyz3.conda.aims import Aim, aim_of
from pyz3.errors import ConfigError
from pyz3.sources import ArchiveError, Limits, open_zip

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Code compresses to a third, with debug data to a tenth.
_LEAST, _RATIO = 100_000_000, 30
# What a damaged archive makes the standard library raise.
_DAMAGE = (zlib.error, LookupError, OSError, EOFError, RuntimeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A file.

    Attributes:
        name: Its path in the archive.
        content: All of it.
        executable: Whether its mode says so.
    """

    name: str
    content: bytes
    executable: bool = False


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """What a wheel holds.

    Attributes:
        name: The distribution's, canonical.
        version: The release.
        aim: What it is for.
        metadata: The core metadata, not validated.
        dist_info: The folder of the metadata.
        files: All but those of ``.data``, and RECORD.
        data: Those of ``.data``, named from there on: ``scripts/x``.
        scripts: The entry points of ``console_scripts`` and ``gui_scripts``: ``x = thing:main``.
    """

    name: str
    version: str
    aim: Aim
    metadata: Metadata
    dist_info: str
    files: tuple[Member, ...]
    data: tuple[Member, ...]
    scripts: tuple[str, ...]


def read_wheel(path: Path) -> Wheel:
    """Read a wheel.

    Raises:
        ConfigError: It is none, it is damaged, or it is for something that conda does not have.
    """
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
        aim = aim_of(tags, file=path.name)
        _require_plain(path)
        with WheelFile(path) as archive:
            dist_info = str(archive.dist_info_path)
            members = [
                Member(
                    name=info.filename,
                    content=archive.read(info),
                    executable=bool(stat.S_IMODE(info.external_attr >> 16) & 0o111),
                )
                for info in archive.infolist()
                if not info.is_dir() and info.filename != f"{dist_info}/RECORD"
            ]
    except InvalidWheelFilename as error:
        raise ConfigError(f"{path}: no wheel: {error}") from None
    except ArchiveError as error:
        raise ConfigError(f"{path}: this wheel cannot be read: {error.why}") from None
    except (WheelError, BadZipFile, *_DAMAGE) as error:
        raise ConfigError(f"{path}: this wheel cannot be read: {error}") from None
    data = f"{dist_info.removesuffix('.dist-info')}.data/"
    texts = {one.name.removeprefix(f"{dist_info}/"): one.content for one in members}
    return Wheel(
        name=name,
        version=str(version),
        aim=aim,
        metadata=_metadata(path, texts),
        dist_info=dist_info,
        files=tuple(one for one in members if not one.name.startswith(data)),
        data=tuple(
            Member(name=one.name.removeprefix(data), content=one.content, executable=one.executable)
            for one in members
            if one.name.startswith(data)
        ),
        scripts=_scripts(path, texts.get("entry_points.txt", b"")),
    )


def _require_plain(path: Path) -> None:
    """Refuse a wheel that would fill the memory, as all of it is held there, or whose names lead elsewhere.

    Raises:
        ArchiveError: It would, or they do.
    """
    with open_zip(path, Limits()) as archive:
        size = sum(info.file_size for info in archive.files.values())
        most = max(_LEAST, _RATIO * path.stat().st_size)
        odd = next((name for name in archive.files if not is_portable(name)), None)
        if odd is not None:
            raise ArchiveError(path.name, f"{odd!a} is no plain relative path")
        if size > most:
            said = f"it unpacks to {size / 1e6:.0f} MB, and no more than {most / 1e6:.0f} MB are read"
            raise ArchiveError(path.name, said)


def _metadata(path: Path, texts: Mapping[str, bytes]) -> Metadata:
    try:
        return Metadata.from_email(texts["METADATA"], validate=False)
    except KeyError:
        raise ConfigError(f"{path}: this wheel has no METADATA") from None
    except (ExceptionGroup, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: its METADATA cannot be read: {error}") from None


def _scripts(path: Path, text: bytes) -> tuple[str, ...]:
    parser = configparser.RawConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_string(text.decode("utf-8"))
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: its entry_points.txt cannot be read: {error}") from None
    groups = [group for group in ("console_scripts", "gui_scripts") if parser.has_section(group)]
    # An extra that a script needs (``[x]``) is nothing that conda knows.
    return tuple(
        f"{name} = {value.partition('[')[0].strip()}"
        for group in groups
        for name, value in parser.items(group)
    )

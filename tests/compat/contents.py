"""What is in a wheel, sorted by what it means for a comparison."""

from __future__ import annotations

import configparser
import email
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DIST_INFO = re.compile(r"[^/]+\.dist-info/(?P<rest>.+)")
_DATA = re.compile(r"[^/]+\.data/(?P<scheme>[^/]+)/(?P<rest>.+)")
# Where auditwheel, delocate and delvewheel put libraries of others.
_VENDORED = re.compile(r"(^|/)([^/]+\.libs|\.dylibs)/")
_MODULE = re.compile(r"(?P<stem>.*/[^/.]+|[^/.]+)(\.[^/]+)?\.(so|pyd)")
_LIBRARY = re.compile(r".*\.(dll|dylib|so\.[0-9.]+)")
# Build front ends and repair tools write these, not the project.
_NOT_THE_PROJECTS = re.compile(
    r"RECORD|WHEEL|DELVEWHEEL|INSTALLER|sboms/.*|licenses/pyz3/.*|.*\.sig|top_level\.txt"
)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A wheel's content.

    Attributes:
        filename: The wheel's.
        modules: Module name → its file in the wheel.
        libraries: Shared libraries that are no modules, those of repair tools among them.
        files: Everything else but ``.dist-info``: name → bytes.
        dist_info: Names below ``.dist-info`` that the project decides on, without ``licenses/``.
        metadata: METADATA's headers, a list for each.
        entry_points: Group → name → object.
    """

    filename: str
    modules: Mapping[str, str]
    libraries: frozenset[str]
    files: Mapping[str, bytes]
    dist_info: frozenset[str]
    metadata: Mapping[str, tuple[str, ...]]
    entry_points: Mapping[str, Mapping[str, str]]

    @property
    def is_pure(self) -> bool:
        """Whether it is for every platform by its name."""
        return all(tag.platform == "any" for tag in parse_wheel_filename(self.filename)[3])

    @property
    def requires(self) -> tuple[str, ...]:
        """What it needs to be installed beside, extras included."""
        return self.metadata.get("requires-dist", ())


def read_wheel(path: Path) -> Contents:
    """Read a wheel.

    Raises:
        zipfile.BadZipFile: It is none.
    """
    modules: dict[str, str] = {}
    files: dict[str, bytes] = {}
    libraries, dist_info = set(), set()
    metadata: dict[str, tuple[str, ...]] = {}
    entry_points: dict[str, dict[str, str]] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            # Bytecode is of who packed it, not of the project.
            if name.endswith("/") or "__pycache__/" in name:
                continue
            place = _DATA.fullmatch(name)
            where = name
            if place is not None:
                in_site = place["scheme"] in {"platlib", "purelib"}
                where = place["rest"] if in_site else f".data/{place['scheme']}/{place['rest']}"
            if inside := _DIST_INFO.fullmatch(where):
                if inside["rest"] == "METADATA":
                    metadata = _headers(archive.read(name))
                elif inside["rest"] == "entry_points.txt":
                    entry_points = _entry_points(archive.read(name).decode())
                if not _NOT_THE_PROJECTS.fullmatch(inside["rest"]):
                    dist_info.add(inside["rest"].removeprefix("licenses/").removeprefix("license_files/"))
            elif _VENDORED.search(where) or _LIBRARY.fullmatch(where):
                libraries.add(where)
            elif module := _MODULE.fullmatch(where):
                modules[module["stem"].replace("/", ".")] = name
            else:
                files[where] = archive.read(name)
    return Contents(
        filename=path.name,
        modules=modules,
        libraries=frozenset(libraries),
        files=files,
        dist_info=frozenset(dist_info),
        metadata=metadata,
        entry_points=entry_points,
    )


def _headers(text: bytes) -> dict[str, tuple[str, ...]]:
    message = email.message_from_bytes(text)
    found = {name.lower(): tuple(map(str, message.get_all(name, []))) for name in message}
    body = str(message.get_payload()).replace("\r\n", "\n").strip()
    return {**found, "description": (body,)} if body else found


def _entry_points(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read_string(text)
    return {section: dict(parser[section]) for section in parser.sections() if parser[section]}

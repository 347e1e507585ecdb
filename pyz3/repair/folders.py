"""The folders in which a wheel's libraries are looked for, and from which of them one was taken."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pyz3._files import file_chunks
from pyz3.audit import load_parser, machines_of, read_facts
from pyz3.errors import AuditFailedError, ConfigError
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VARIABLE = "PYZ3_PREFIX"
"""Names prefixes, separated as ``PATH`` is."""

# DLLs are in `bin`.
_FOLDERS = ("lib", "lib64", "bin")
# What auditwheel and delvewheel put into the name of a library: the beginning of its SHA-256.
_DIGEST = re.compile(r"-([0-9a-f]{8}|[0-9a-f]{32})(?=\.|$)")


def read_prefixes(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Give the folders that ``PYZ3_PREFIX`` names.

    Raises:
        ConfigError: One of them is none.
    """
    prefixes = tuple(Path(text).resolve() for text in environ.get(VARIABLE, "").split(os.pathsep) if text)
    for one in prefixes:
        if not one.is_dir():
            raise ConfigError(f"{VARIABLE}: there is no folder {one}")
    return prefixes


def platforms_of(wheel: Path) -> tuple[Platform, ...]:
    """Give the platforms that a wheel's name says; none: it is for all, or for none that pyz3 knows."""
    try:
        tags = parse_wheel_filename(wheel.name)[3]
    except InvalidWheelFilename:
        return ()
    found = {found[0] for tag in tags if (found := Platform.of_wheel_tag(tag.platform))}
    return tuple(sorted(found, key=str))


def folders_in(prefixes: Sequence[Path], wheel: Path) -> tuple[Path, ...]:
    """Give the folders of prefixes that may have a wheel's libraries, and are there.

    Those of its platform (``PREFIX/windows-x64/bin``) come before those that do not say whose they are.
    """
    places = [prefix / str(platform) for prefix in prefixes for platform in platforms_of(wheel)]
    folders = [place / name for place in (*places, *prefixes) for name in _FOLDERS]
    return tuple(dict.fromkeys(one.resolve() for one in folders if one.is_dir()))


def named(library: str, folders: Sequence[Path]) -> Iterator[Path]:
    """Give the files of a name, however its letters are written, in the order of the folders."""
    for folder in folders:
        for one in sorted(folder.iterdir()):
            if one.name.lower() == library.lower() and one.is_file():
                yield one


def is_for(library: Path, platforms: Sequence[Platform]) -> bool:
    """Tell whether a library is for one of these platforms' processors; what cannot be read is for none."""
    try:
        facts = read_facts(library)
    except (AuditFailedError, OSError):
        return False
    return any(machines_of(facts, platform) for platform in platforms)


def source_of(name: str, content: bytes, folders: Sequence[Path]) -> Path | None:
    """Give the file that a library in a repaired wheel was made of; None: that is not known for sure.

    Args:
        name: Its name in the wheel: ``libanswer-5fc14a90.so.1``.
        content: The library, as it is in the wheel.
        folders: Where it was looked for.
    """
    digest = _DIGEST.search(name)
    candidates = named(_DIGEST.sub("", name), folders)
    return next((path for path in candidates if _is_source(path, digest and digest[1], content)), None)


def _is_source(path: Path, digest: str | None, content: bytes) -> bool:
    try:
        if digest:
            return _sha256(path).startswith(digest)
        return _is_same_mach_o(path.read_bytes(), content)
    except OSError:  # it was not this one: the tool could read it
        return False


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in file_chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def _is_same_mach_o(one: bytes, other: bytes) -> bool:
    """Tell whether a linker made both at once: delocate changes names and signature, and no UUID."""
    first = _uuids(one)
    return bool(first) and first == _uuids(other)


def _uuids(content: bytes) -> list[list[int]]:
    import lief  # noqa: PLC0415 - 0.35 s: only when a binary must be read

    load_parser()  # which says nothing to standard error
    fat = lief.MachO.parse(content)
    return [command.uuid for one in fat or () if (command := one.uuid) is not None]

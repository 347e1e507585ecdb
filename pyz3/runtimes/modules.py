"""The modules of a wheel, from the names of its files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyz3.sources import open_zip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyz3.sources import OpenZip

# What stands between name and ending says that it is one: PEP 3149, PEP 384, PEP 803, Windows' CPython.
_TAGGED = re.compile(r"(?P<name>\w+)\.(?:cpython-[\w-]+|cp3\w+-\w+|abi3t?)\.(?:so|pyd)|(?P<plain>\w+)\.pyd")
_BARE = re.compile(r"(?P<name>\w+)\.so")
_PURE = re.compile(r"(?P<name>\w+)\.py")


def modules_of(wheel: Path) -> tuple[str, ...]:
    """Give the outermost packages and modules of a wheel, and all that are compiled.

    Args:
        wheel: The file.

    Raises:
        ArchiveError: It is no wheel, or damaged.
        OSError: It cannot be read.
    """
    with open_zip(wheel) as archive:
        names = {_place(name): name for name in archive.files}
        packages = {name.rpartition("/")[0] for name in names if name.endswith("/__init__.py")}
        found = {_dotted(package) for package in packages if not _within(package, packages)}
        for path, name in names.items():
            folder, _, file = path.rpartition("/")
            pure = _PURE.fullmatch(file)
            if pure and not folder and pure["name"] != "__main__":
                found.add(pure["name"])
            elif compiled := _compiled(file, name, archive):
                found.add(
                    _dotted("/".join(filter(None, (folder, "" if compiled == "__init__" else compiled))))
                )
    return tuple(sorted(name for name in found if all(part.isidentifier() for part in name.split("."))))


def _place(name: str) -> str:
    """Give where a file is installed, below the folder of modules (``.data``: PEP 427)."""
    match = re.fullmatch(r"[^/]+\.data/(?:purelib|platlib)/(.+)", name)
    return match[1] if match else name


def _within(package: str, packages: Iterable[str]) -> bool:
    return any(parent in packages for parent in _parents(package))


def _parents(package: str) -> Iterator[str]:
    while package := package.rpartition("/")[0]:
        yield package


def _compiled(file: str, name: str, archive: OpenZip) -> str:
    """Give the name of the extension module that a file is; empty: it is none."""
    if match := _TAGGED.fullmatch(file):
        return match["name"] or match["plain"]
    match = _BARE.fullmatch(file)
    # Such a file may be a library, too: a module exports the function that makes it (PEP 489).
    return match["name"] if match and f"PyInit_{match['name']}".encode() in archive.read(name) else ""


def _dotted(path: str) -> str:
    return path.replace("/", ".")

"""Zig's own files under a name that is the same wherever zig is installed.

Zig's cache goes by the paths of what it compiles.  Its own files (libc++, mingw's runtime, the build
system) lie in ``site-packages``, so each new virtual environment would have them compiled anew, for 44 s
in all.  A link in pyz3's cache, named after what the files are, leads to those of one installation, and
``ZIG_LIB_DIR`` names the link.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from functools import cache
from pathlib import Path

import msgspec

from pyz3.store import Remembered


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """A list of installed files as it was read, and what it says."""

    size: int
    modified_ns: int
    name: str


@cache
def stable_lib(lib: Path, folder: Path) -> Path:
    """Give a path of zig's ``lib`` folder that does not depend on where zig is installed.

    The link leads where it leads as long as the same files are installed there, else to ``lib``.
    It is switched at one stroke; several processes may do it.

    Args:
        lib: The folder of this installation, absolute.
        folder: Where the links are.

    Returns:
        ``lib`` itself where there are no links without a privilege (Windows), where no list tells what was
        installed, or where the link cannot be made.
    """
    if sys.platform == "win32":
        return lib
    try:
        return _link(lib, folder)
    except OSError:
        return lib


def _link(lib: Path, folder: Path) -> Path:
    name = _name_of(lib, folder)
    if not name:
        return lib
    link = folder / name
    try:
        target = link.readlink()
    except FileNotFoundError:
        target = None
    if target == lib or (target is not None and target.is_dir() and _name_of(target, folder) == name):
        return link
    scratch = folder / f".{name}.{os.getpid()}.{threading.get_ident()}"
    scratch.unlink(missing_ok=True)
    scratch.symlink_to(lib, target_is_directory=True)
    os.replace(scratch, link)  # noqa: PTH105 - replaces on every system
    return link


def _name_of(lib: Path, folder: Path) -> str:
    """Give version and digest of the files that were installed as ``lib``; empty: no list of them is there.

    The list is ``RECORD``, with a digest of each (PEP 376, PEP 627); it has 20000 lines and is read once.
    """
    records = [*lib.parent.parent.glob("ziglang-*.dist-info/RECORD")]
    if len(records) != 1:
        return ""
    (record,) = records
    status = record.stat()
    memory = Remembered(folder / "known.json", dict[str, _Known])
    remembered = memory.recall() or {}
    known = remembered.get(str(record))
    if known is not None and (known.size, known.modified_ns) == (status.st_size, status.st_mtime_ns):
        return known.name
    version = record.parent.name.removeprefix("ziglang-").removesuffix(".dist-info")
    name = record_name(record.read_bytes(), version=version)
    known = _Known(size=status.st_size, modified_ns=status.st_mtime_ns, name=name)
    there = {path: one for path, one in remembered.items() if Path(path).exists()}
    memory.remember({**there, str(record): known})
    return name


def record_name(record: bytes, *, version: str) -> str:
    """Give the name of what a ``RECORD`` lists as zig's ``lib`` folder; empty if that is nothing.  Pure.

    Installers add lines of their own, in an order of their own.

    Args:
        record: The file.
        version: Of the package.
    """
    files = sorted(line.strip() for line in record.splitlines() if line.startswith(b"ziglang/lib/"))
    digest = hashlib.sha256(b"\n".join(files)).hexdigest()[:16]
    return f"{version}-{digest}" if files else ""

"""A header tree as compilers see it: CPython's files with pyz3's own ``pyconfig.h`` among them.

``Python.h`` includes ``"pyconfig.h"``, and a compiler looks beside the including file first: so
the headers are copied, once, into the cache.  The copy's folder is named by its content, because
zig's cache keys hold paths: equal headers from two interpreters compile once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import write_atomically
from pyz3.store import is_whole, seal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyz3.capi.discovery import HeaderTree
    from pyz3.store import Cache

# CPython's own; other packages install folders of theirs beside them (greenlet, numpy).
_FOLDERS = ("cpython", "internal")
_OURS = ("pyconfig.h", "pyz3_python.h")
# Every copied file gets this time, 1980-01-01: what differs later was changed by someone.
_TIME_NS = 315_532_800 * 10**9
_FORMAT = b"pyz3 headers 1\n"


@dataclass(frozen=True, kw_only=True)
class _File:
    name: str
    path: str
    size: int
    mtime_ns: int


def prepare_include(tree: HeaderTree, cache: Cache) -> Path:
    """Give a folder to compile against: ``tree`` with pyz3's ``pyconfig.h`` and ``pyz3_python.h``.

    Made on first use; afterwards only file sizes and times are looked at.  Several processes may
    call this at once.  A damaged copy is repaired.

    Args:
        tree: Headers of one CPython.
        cache: pyz3's.

    Returns:
        ``<headers>/<version>-<digest>/include``.

    Raises:
        OSError: The headers cannot be read, or the cache cannot be written.
    """
    root = cache.headers
    files = sorted(_list(tree.include), key=lambda file: file.name)
    note = root / "seen" / _fingerprint(tree, files)
    try:
        name = note.read_text(encoding="ascii")
    except (OSError, ValueError):
        name = ""
    if name and is_whole(root / name / "include"):
        return root / name / "include"
    contents = {file.name: Path(file.path).read_bytes() for file in files} | _our_headers()
    name = f"{tree.version}-{_digest(contents)}"
    _install(root, name, contents)
    write_atomically(note, name.encode("ascii"))
    return root / name / "include"


def headers_fingerprint(tree: HeaderTree) -> str:
    """Give what tells headers from others: place, version, and how each file looks.

    Raises:
        OSError: They cannot be read.
    """
    return _fingerprint(tree, sorted(_list(tree.include), key=lambda file: file.name))


@cache
def _our_headers() -> dict[str, bytes]:
    folder = resources.files("pyz3.capi").joinpath("pyconfig")
    return {name: folder.joinpath(name).read_bytes() for name in _OURS}


def _list(include: Path) -> Iterator[_File]:
    """List the headers that are CPython's own, its ``pyconfig.h`` left out."""
    with os.scandir(include) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name in _FOLDERS:
                    yield from _walk(entry.path, entry.name + "/")
            elif entry.name.endswith(".h") and entry.name not in _OURS:
                yield _file(entry, entry.name)


def _walk(folder: str, prefix: str) -> Iterator[_File]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir():
                yield from _walk(entry.path, name + "/")
            elif entry.name.endswith(".h"):
                yield _file(entry, name)


def _file(entry: os.DirEntry[str], name: str) -> _File:
    stat = entry.stat()
    return _File(name=name, path=entry.path, size=stat.st_size, mtime_ns=stat.st_mtime_ns)


def _fingerprint(tree: HeaderTree, files: list[_File]) -> str:
    # The place and the full version belong to it: where builds fix all times, two patch releases
    # differ in neither size nor time.
    digest = hashlib.sha256(_FORMAT)
    digest.update(f"{os.path.realpath(tree.include)}\n{tree.full_version}\n".encode())
    for file in files:
        digest.update(f"{file.name}\0{file.size}\0{file.mtime_ns}\n".encode())
    for content in _our_headers().values():
        digest.update(content)
    return digest.hexdigest()[:32]


def _digest(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256(_FORMAT)
    for name, content in sorted(contents.items()):
        digest.update(f"{name}\0{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _install(root: Path, name: str, contents: dict[str, bytes]) -> None:
    target = root / name
    if target.exists():
        if not is_whole(target / "include"):
            _repair(target, contents)
        return
    root.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=root, prefix=".tmp-"))
    try:
        _repair(temporary, contents)
        temporary.rename(target)
    except OSError:
        # Another process was first: what it made is the same, or about to be seen as damaged.
        if not is_whole(target / "include"):
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _repair(folder: Path, contents: dict[str, bytes]) -> None:
    """Put every file in its place, one by one: other processes may be compiling against it."""
    include = folder / "include"
    for name, content in contents.items():
        write_atomically(include / name, content, time_ns=_TIME_NS)
    for file in list(_walk(str(include), "")):
        if file.name not in contents:
            Path(file.path).unlink(missing_ok=True)
    seal(include)

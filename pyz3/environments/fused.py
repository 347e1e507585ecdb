"""Headers for a platform whose binaries are fused from several (universal2): one folder for all slices."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.errors import Pyz3Error
from pyz3.sources import remove_tree
from pyz3.store import is_whole, seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What the compiler predefines, by the slice's architecture.
_CONDITIONS = {"arm64": "defined(__aarch64__)", "x86_64": "defined(__x86_64__)"}
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".inc", ".inl", ".tcc")


def fuse_headers(slices: Mapping[str, Path], parent: Path) -> Path:
    """Make one folder of the same wheel's folders for several architectures.

    A file that is the same in all is taken over; a header that differs becomes one that includes the
    right one.  Any other file that differs is left out: a build that needs it fails, instead of
    taking the wrong one.

    Args:
        slices: Folder by architecture: ``arm64``, ``x86_64``.
        parent: Where the folder is made, under a name that tells what it was made of.

    Raises:
        OSError: A file cannot be read or written.
    """
    names = "\n".join(f"{arch} {folder}" for arch, folder in sorted(slices.items()))
    into = parent / f"fused-{hashlib.sha256(names.encode()).hexdigest()[:16]}"
    if is_whole(into):
        return into
    remove_tree(into)
    with tempfile.TemporaryDirectory(dir=parent, ignore_cleanup_errors=True) as scratch:
        made = Path(scratch) / "x"
        made.mkdir()
        for name, content in _contents(slices):
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        try:
            made.replace(into)
        except OSError as error:
            if not into.is_dir():  # another process was faster
                raise Pyz3Error(f"{into} cannot be made: {error.strerror or error}") from error
    seal(into)
    return into


def _contents(slices: Mapping[str, Path]) -> Iterator[tuple[str, bytes]]:
    names = {name for folder in slices.values() for name in _files(folder)}
    for name in sorted(names):
        found = {
            arch: (folder / name).read_bytes() for arch, folder in slices.items() if (folder / name).is_file()
        }
        if len(found) == len(slices) and len(set(found.values())) == 1:
            yield name, next(iter(found.values()))
        elif name.endswith(_HEADERS):
            yield name, _choice({arch: slices[arch] / name for arch in found})


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _choice(headers: Mapping[str, Path]) -> bytes:
    lines = []
    for arch, path in sorted(headers.items()):
        lines += [f"#if {_CONDITIONS[arch]}", f'#include "{path.as_posix()}"', "#endif"]
    return os.fsencode("\n".join(lines) + "\n")

"""Which compiler made a file: no compiler of this machine has any part in a wheel.

GCC and clang name themselves in a section ``.comment`` (``.ident``, in GCC's manual): each text ends with a
zero.  Linkers keep them all, once each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.plan import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_MARKS = (b"GCC: (", b"clang version ")
_LONGEST = 200
_LIBRARIES = (".a", ".o", ".obj", ".lib")


def other_compilers(content: bytes, *, ours: str) -> tuple[str, ...]:
    """Give what other compilers than zig's say of themselves in a file; empty: there is none.

    Args:
        content: Of a binary, an object file or a static library.
        ours: What zig's says: ``clang version 21.1.0``.
    """
    found: dict[str, None] = {}
    for mark in _MARKS:
        place = content.find(mark)
        while place >= 0:
            start = content.rfind(b"\0", max(0, place - _LONGEST), place) + 1
            end = content.find(b"\0", place, place + _LONGEST)
            text = content[start:end]
            if start > 0 and end > 0 and text.isascii() and (mark != _MARKS[0] or start == place):
                found[text.decode()] = None
            place = content.find(mark, place + 1)
    return tuple(text for text in found if text != ours)


def refuse_others(
    files: Mapping[str, bytes], *, delivered: Iterable[Path], ours: str
) -> tuple[Trouble | None, tuple[str, ...]]:
    """Refuse files that a compiler of this machine had a part in.

    Args:
        files: Name → content of what goes into a wheel, or is linked with what does.
        delivered: Folders of what was built before: the project as it was, packages that it builds with.
        ours: What zig's compiler says of itself.

    Returns:
        Why there is no wheel, if so, and the names of files with parts that were delivered so.
    """
    others = {name: found for name, data in files.items() if (found := other_compilers(data, ours=ours))}
    if not others:
        return None, ()
    known = _known(delivered, ours=ours)
    for name, found in others.items():
        strange = [text for text in found if text not in known]
        if strange:
            return _trouble(name, strange), ()
    return None, tuple(others)


def _known(folders: Iterable[Path], *, ours: str) -> set[str]:
    """Give what compilers say of themselves in the object files and libraries below some folders."""
    paths = (path for folder in folders for path in sorted(folder.rglob("*")))
    libraries = (path for path in paths if path.suffix in _LIBRARIES and path.is_file())
    return {text for path in libraries for text in other_compilers(path.read_bytes(), ours=ours)}


def _trouble(name: str, said: Sequence[str]) -> Trouble:
    return Trouble(
        message=f"{name}: another compiler made it, or a part of it: {', '.join(said)}",
        tip="let the project's scripts call $CC, $CXX, $AR and $LD, or gcc, clang and ar without a folder: "
        "pyz3 stands in for them",
    )

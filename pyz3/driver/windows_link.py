"""Links for Windows by commands of a project: with no more of mingw-w64's runtime than they need.

``build.zig`` does the same for what pyz3 links itself.  The linker decides: it fails where something is
undefined, and then the next way is tried, at last zig's own with all of the runtime and of libc++.
"""

from __future__ import annotations

from pyz3.driver.lean import COMPILER_RT, MARKS, lean_link, startup_flags
from pyz3.driver.local_symbols import coff_names, members
from pyz3.driver.zig_parts import parts_having, zig_parts

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyz3.driver.target import DriverTarget

_MISSING = "undefined symbol: "
_IMPORTED = "__declspec(dllimport) "


def link_lean(
    words: Sequence[str],
    target: DriverTarget,
    *,
    zig_lib: str,
    folder: str,
    contents: Sequence[bytes],
    own: Sequence[bytes],
    attempt: Callable[[Sequence[str]], str | None],
    read: Callable[[str], bytes],
) -> bool:
    """Link a DLL with what it needs; tell whether that could be done.

    Args:
        words: The command line; it ends with ``-o FILE``.
        target: What it is for.
        zig_lib: Zig's own files.
        folder: Where libraries of the target are.
        contents: The objects and archives that it links.
        own: Libraries of pyz3's own that it links besides.
        attempt: Makes the libraries that a command line names, and runs it; gives what it says if it fails.
        read: Gives what is in a file.
    """
    line = lean_link(words, target, zig_lib=zig_lib, folder=folder, contents=contents)
    if line is None:
        return False
    cxx = words[1] == "c++" or "-lc++" in words
    compiler_rt = f"{folder}/{COMPILER_RT}"
    missing: Sequence[str] = ()
    if not (cxx or _has_marks(contents) or _is_asked(contents, own)):
        for more in ((), (compiler_rt,)):
            said = attempt((*line[:-2], *more, *line[-2:]))
            if said is None:
                return True
            missing = _names(said)
    if target.debug:  # the parts are compiled for speed
        return False
    parts = zig_parts(target, folder=folder, zig_lib=zig_lib)
    base = [one.file for one in parts if not one.marks and (cxx or not one.cxx)]
    started = (*line[:-2], f"-Wl,-e,{startup_flags(target)[0].partition(':')[2]}", *base)
    chosen: list[str] = []
    while True:
        chosen += (one.file for one in parts_having(missing, parts) if one.file not in chosen)
        said = attempt((*started, *chosen, compiler_rt, *line[-2:]))
        if said is None:
            return True
        missing = _names(said)
        if cxx and not chosen:  # the linker tells C++'s names as users read them
            asked, _ = coff_names(contents)
            _, there = coff_names([read(file) for file in base])
            missing = [*missing, *(asked - there)]
        if all(one.file in chosen for one in parts_having(missing, parts)):
            return False


def _names(said: str) -> list[str]:
    """Give the names of C that the linker says are missing."""
    found = (line.partition(_MISSING)[2] for line in said.splitlines() if _MISSING in line)
    return [name for one in found if (name := one.removeprefix(_IMPORTED)).isidentifier()]


def _has_marks(contents: Iterable[bytes]) -> bool:
    return any(mark in content for content in contents for mark in MARKS)


def _is_asked(contents: Sequence[bytes], own: Sequence[bytes]) -> bool:
    """Tell whether something is asked for that pyz3's own library sets up when a DLL is loaded."""
    undefined, _ = coff_names(contents)
    _, defined = coff_names([one for library in own for one in members(library) if _has_marks([one])])
    return not undefined.isdisjoint(defined)

"""Links for Windows by commands of a project: with no more of mingw-w64's runtime than they need.

``build.zig`` does the same for what pyz3 links itself.  The linker decides: it fails where something is
undefined, and then the next way is tried, at last zig's own with all of the runtime and of libc++.
"""

from __future__ import annotations

from pyz3.driver.flag_table import is_source
from pyz3.driver.lean import (
    COMPILER_RT,
    PART_OF_C,
    STARTUP_SECTIONS,
    definition_of,
    entry,
    lean_libraries,
)
from pyz3.driver.local_symbols import coff_names, members
from pyz3.driver.zig_parts import parts_having, zig_parts

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from pyz3.driver.target import DriverTarget

# Objects with the numbers of Windows' interfaces.  CMake names them in each link, and few need them: who does
# is linked in the other way.
_GUIDS = "uuid"
# Of a link that says itself how it starts, or where the linker compiles.
_UNFIT = (
    "-nostdlib", "-nostartfiles", "-nodefaultlibs", "-static", "-flto", "-fsanitize",
    "-Wl,-e,", "-Wl,--entry", "-l:",
)  # fmt: skip
# Of files that a word for the linker names: what is in them is not looked at.
_FILES = (".a", ".o", ".lib", ".obj")
# In objects: what only start-up code looks at, and the beginning of LLVM's bitcode: the linker compiles it.
_MARKS = tuple(section.encode() for section in STARTUP_SECTIONS)
_BITCODE = b"BC\xc0\xde"
_MISSING = "undefined symbol: "
_IMPORTED = "__declspec(dllimport) "


def link_lean(
    words: Sequence[str],
    target: DriverTarget,
    *,
    zig_lib: str,
    folder: str,
    objects: Sequence[bytes],
    libraries: Sequence[tuple[str, bytes]],
    own: Sequence[bytes],
    attempt: Callable[[Sequence[str]], str | None],
    read: Callable[[str], bytes],
) -> bool:
    """Link a DLL by ``zig cc`` or ``zig c++`` with what it needs; tell whether that could be done.

    Args:
        words: The command line; it ends with ``-o FILE``.
        target: What it is for.
        zig_lib: Zig's own files.
        folder: Where libraries of the target are.
        objects: The objects and archives that it names.
        libraries: Those that it looks for in folders of its own: name, content.
        own: Libraries of pyz3's own that it links besides.
        attempt: Makes the libraries that a command line names, and runs it; gives what it says if it fails.
        read: Gives what is in a file.
    """
    contents = (*objects, *(content for _, content in libraries))
    found = {name for name, _ in libraries}
    line = _without_runtime(words, target, zig_lib=zig_lib, folder=folder, found=found)
    if line is None or any(_BITCODE in content for content in contents):
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
    started = (*line[:-2], f"-Wl,-e,{entry(target)}", *base)
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


def _without_runtime(
    words: Sequence[str], target: DriverTarget, *, zig_lib: str, folder: str, found: Collection[str]
) -> tuple[str, ...] | None:
    """Give the command line without mingw-w64's runtime and libc++; None: it has words that forbid that.

    What is ``found`` are libraries of the project's own, whatever the system has under these names.
    """
    if "-shared" not in words:
        return None
    handed = [word for word in words if word.startswith("-Wl,") and not word.startswith("-Wl,--out-implib")]
    named = any(part.endswith(_FILES) for word in handed for part in word.split(","))
    if named or any(word.startswith(_UNFIT) or is_source(word) for word in words):
        return None
    names = [word[2:] for word in words if word.startswith("-l") and word[2:] not in found]
    system = [name for name in names if name in PART_OF_C or definition_of(name, target, zig_lib)]
    libraries = lean_libraries(system, target, zig_lib=zig_lib)
    if libraries is None:
        return None
    dropped = {f"-l{name}" for name in (*system, _GUIDS) if name not in found}
    kept = [word for word in words if word not in dropped]
    return (*kept[:-2], "-nostdlib", *(f"{folder}/{name}" for name in libraries), *kept[-2:])


def _names(said: str) -> list[str]:
    """Give the names of C that the linker says are missing."""
    found = (line.partition(_MISSING)[2] for line in said.splitlines() if _MISSING in line)
    return [name for one in found if (name := one.removeprefix(_IMPORTED)).isidentifier()]


def _has_marks(contents: Iterable[bytes]) -> bool:
    return any(mark in content for content in contents for mark in _MARKS)


def _is_asked(contents: Sequence[bytes], own: Sequence[bytes]) -> bool:
    """Tell whether something is asked for that pyz3's own library sets up when a DLL is loaded."""
    undefined, _ = coff_names(contents)
    _, defined = coff_names([one for library in own for _, one in members(library) if _has_marks([one])])
    return not undefined.isdisjoint(defined)

"""Whether the loader finds what lies in the same wheel.

Sources: ld.so(8), dyld(1), and Microsoft's "Dynamic-link library search order" as Python asks for it
since 3.8 (``os.add_dll_directory``): PATH and the current folder are not searched.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.audit.facts import Facts
    from pyz3.targets import Platform


def carried_as(name: str, siblings: Mapping[str, tuple[Facts, ...]], *, platform: Platform) -> str:
    """Give the path in the wheel of a library; empty if it is not there.

    Args:
        name: As a binary asks for it.
        siblings: The wheel's binaries by path.
        platform: What they are for.
    """
    wanted = posixpath.basename(name)
    for path in siblings:
        last = posixpath.basename(path)
        if last == wanted or (platform.family == "windows" and last.lower() == wanted.lower()):
            return path
    return ""


def is_reached(
    file: str, facts: Facts, name: str, siblings: Mapping[str, tuple[Facts, ...]], *, platform: Platform
) -> bool:
    """Tell whether the loader looks where the wheel has a library, or another file may have it loaded.

    Args:
        file: Path in the wheel of what needs it.
        facts: Of that file.
        name: The library, as that file asks for it.
        siblings: The wheel's binaries by path; the library is among them.
        platform: What they are for.
    """
    own, wanted = posixpath.dirname(file), posixpath.dirname(carried_as(name, siblings, platform=platform))
    if platform.family == "windows":
        # delvewheel and its like call os.add_dll_directory() for this folder in __init__.py.
        found = own == wanted or wanted.endswith(".libs")
    elif name.startswith("@loader_path/"):
        found = expanded(posixpath.dirname(name), own) == wanted
    elif not name.startswith("@rpath/") and platform.family == "macos":
        found = False
    else:
        found = any(expanded(folder, own) == wanted for folder in facts.rpaths)
    return found or _is_loaded_by_another(file, siblings)


def expanded(folder: str, own: str) -> str:
    """Give the folder in the wheel that a run path means.

    Args:
        folder: The run path.
        own: The folder of the file that has it.
    """
    for origin in ("$ORIGIN", "${ORIGIN}", "@loader_path"):
        if folder == origin or folder.startswith(f"{origin}/"):
            joined = posixpath.normpath(posixpath.join(own or ".", folder[len(origin) :].lstrip("/")))
            return "" if joined == "." else joined
    return folder


def how_to_reach(file: str, carried: str, *, platform: Platform) -> str:
    """Say what lets the loader find ``carried``, which ``file`` needs."""
    if platform.family == "windows":
        return (
            "put the DLL into the folder of the module, or call os.add_dll_directory() with its folder "
            "before the import"
        )
    origin = platform.traits.origin or "$ORIGIN"
    own, there = posixpath.dirname(file) or ".", posixpath.dirname(carried) or "."
    return f"link with -Wl,-rpath,{origin}/{posixpath.relpath(there, own)}".removesuffix("/.")


def _is_loaded_by_another(file: str, siblings: Mapping[str, tuple[Facts, ...]]) -> bool:
    """Tell whether another file of the wheel needs this one.

    Then that one's folders may count: DT_RPATH is inherited, and what is loaded is not looked for.
    """
    own = posixpath.basename(file)
    return any(
        own == posixpath.basename(name)
        for several in siblings.values()
        for one in several[:1]
        for name in one.needed
    )

"""Names of libraries for Windows, whose files are found there however they are spelled."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# What zig looks for as -lNAME (its "Library search"): what stands before the name, and behind it.
_FORMS = (("", ".lib"), ("lib", ".a"), ("lib", ".dll.a"), ("", ".dll"))


def as_spelled(
    name: str, folders: Iterable[str], *, names_in: Callable[[str], Sequence[str]] = os.listdir
) -> tuple[str, str]:
    """Give the folder that holds a library, and the library's name as its file has it.

    For example, ``mylib`` is ``MyLib`` where there is ``MyLib.lib``.  One that is spelled alike counts first.

    Args:
        name: As after ``-l``.
        folders: Where it is looked for, in that order.
        names_in: Gives the names in a folder; OSError: there is none.

    Returns:
        Empty, and the name in small letters, as zig's own are spelled, if no folder holds it.
    """
    for folder in folders:
        try:
            there = names_in(folder)
        except OSError:
            continue
        for before, behind in _FORMS:
            wanted = f"{before}{name}{behind}".lower()
            # zig finds no file that ends in .LIB, by any name.
            own = [one for one in there if one.lower() == wanted and one.startswith(before)]
            stems = [one[len(before) : -len(behind)] for one in own if one.endswith(behind)]
            if stems:
                return folder, name if name in stems else min(stems)
    return "", name.lower()

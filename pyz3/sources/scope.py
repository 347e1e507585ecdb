"""What is copied of the folders above a project's: a monorepo's sources, ``../VERSION``, Git's folder.

pip builds a project where it stands.  Here a copy is built, and beside a copy there is nothing: at first the
project's folder alone is copied.  What its build asks for above is remembered by the project's path; whatever
of that exists is part of the project from then on: copied, compared, told apart by its content.  So a file
that was asked for in vain is no surprise when it appears, nor is one that vanishes.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.store import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyz3.store import Cache

# How many folders above its own a project may ask for something in; guests/reads.py says it, too.
MOST_LEVELS = 4
# How many times a backend is run again for what it asked for above.
MOST_ROUNDS = 4
# How many names are remembered of what is not there.
_MOST_ASKED = 500
# Of other version control nothing but a whole copy would be of use.
_NOT_COPIED = frozenset((".hg", ".svn", ".bzr", ".jj"))
_KERNEL = ("/dev", "/proc", "/sys")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What belongs to a project besides its folder.

    Attributes:
        names: Relative to the project, sorted: files, folders with all in them, and folders that the project
            lies in (``..``), of which only the names in them and the files among these count.
        inside: The project's folder in a copy: ``packages/python``; empty: the copy itself.
    """

    names: tuple[str, ...] = ()
    inside: str = ""

    def project(self, copy: Path) -> Path:
        """Give the project's folder in a copy."""
        return copy / self.inside

    def covers(self, name: str) -> bool:
        """Tell whether a name above the project (``../core/core.c``) is copied."""
        return any(f"{name}/".startswith(f"{one}/") for one in self.names if not is_around(one))


ALONE = Scope()


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What builds of a project have asked for above its folder, ever."""

    names: tuple[str, ...] = ()


def is_sdist(top: str) -> bool:
    """Tell an unpacked sdist from a checkout: nothing but an sdist has ``PKG-INFO`` (PEP 643)."""
    return os.path.isfile(os.path.join(top, "PKG-INFO"))  # noqa: PTH113, PTH118 - text, and fast


def asked_above(root: Path, *, cache: Cache) -> tuple[str, ...]:
    """Give what builds of a project have asked for above its folder, be it there or not."""
    if cache.holds(root):
        return ()  # an sdist that was unpacked there: what lies beside it is not its own
    return (_memory(os.path.realpath(root), cache).recall() or _Asked()).names


def note_asked(root: Path, names: Iterable[str], *, cache: Cache) -> None:
    """Remember what a build asked for above the project's folder."""
    top = os.path.realpath(root)
    memory = _memory(top, cache)
    known = (memory.recall() or _Asked()).names
    fresh = {_plain(name) for name in names if 0 < levels(name) <= MOST_LEVELS}
    kept = _without_parts({*known, *(name for name in fresh if "__pycache__" not in name.split("/"))})
    there = [name for name in kept if os.path.lexists(os.path.join(top, name))]  # noqa: PTH118 - text
    # Names may be made up: those of temporary files are others each time.
    others = [name for name in kept if name not in {*there}][: max(0, _MOST_ASKED - len(there))]
    now = tuple(sorted({*there, *others}))
    if now != known:
        memory.remember(_Asked(names=now))


def present(top: str, names: Iterable[str]) -> tuple[str, ...]:
    """Give those names above a project that are there and may be copied; none lies in another.

    Never copied are a file system, a home folder and the folder for temporary files, nor anything that
    those lie in.

    Args:
        top: The project's real folder.
        names: What was asked for.
    """
    apart = [os.path.realpath(folder) for folder in (os.path.expanduser("~"), tempfile.gettempdir())]  # noqa: PTH111 - text
    apart.append(os.path.realpath(os.sep))
    own_git = os.path.lexists(os.path.join(top, ".git"))  # noqa: PTH118 - fast
    found: list[str] = []
    for name in sorted({*names}):
        path = os.path.realpath(os.path.join(top, name))  # noqa: PTH118 - fast
        wanted = (
            os.path.exists(path)  # noqa: PTH110 - fast
            and not any(_lies_in(folder, path) for folder in apart)
            and not any(_lies_in(path, folder) for folder in _KERNEL)
            and not _lies_in(path, top)
            and _NOT_COPIED.isdisjoint(name.split("/"))
            and (is_around(name) or not _lies_in(top, path))
            and not (own_git and name.endswith("/.git"))
        )
        if wanted and not Scope(names=tuple(found)).covers(name):
            found.append(name)
    return tuple(found)


def scope_with(top: str, names: Iterable[str]) -> Scope:
    """Give the scope of a project with these names above its folder."""
    names = tuple(names)
    height = max(map(levels, names), default=0)
    return Scope(names=names, inside="/".join(Path(top).parts[-height:]) if height else "")


def name_above(path: str, folder: str) -> str:
    """Give the name of a file above a folder, relative to it; empty: it is elsewhere.

    Args:
        path: The file, absolute or relative to the folder.
        folder: Absolute.
    """
    try:
        name = os.path.relpath(os.path.join(folder, path), folder).replace(os.sep, "/")  # noqa: PTH118 - text
    except ValueError:  # another drive
        return ""
    return name if 0 < levels(name) <= MOST_LEVELS else ""


def levels(name: str) -> int:
    """Count the folders up that a name begins with."""
    parts = name.split("/")
    return next((number for number, part in enumerate(parts) if part != os.pardir), len(parts))


def is_around(name: str) -> bool:
    """Tell whether a name is that of a folder that the project lies in: ``..``, ``../..``."""
    return {*name.split("/")} == {os.pardir}


def _without_parts(names: set[str]) -> list[str]:
    """Give names without those that lie in others of them, sorted."""

    def lies_in_one(name: str) -> bool:
        parts = name.split("/")
        lengths = range(levels(name) + 1, len(parts))
        return any("/".join(parts[:length]) in names for length in lengths)

    return sorted(name for name in names if not lies_in_one(name))


def _plain(name: str) -> str:
    """Give what of Git's folder is to be had: all of it, or nothing."""
    before, git, _ = name.partition("/.git/")
    return f"{before}/.git" if git else name


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _memory(top: str, cache: Cache) -> Remembered[_Asked]:
    return Remembered(cache.asked_above(top), _Asked)

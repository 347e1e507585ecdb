"""What a build backend has read of a copy of a project: a change of anything else needs no second run.

A build backend says what is to be compiled; it rarely reads it.  Its answer holds for a tree of files if
it held for another one, and the two differ only so:

* the same names are there, of the same kinds: a name may be listed without being read;
* the files that differ are C, C++, assembly, or headers: what is Python, Cython, metadata or a template is
  the backend's own business, however it is read;
* no such file was read by any run in this copy: opened, linked, renamed, asked for its date or
  size, nor was its folder opened.  Earlier runs count, too: what they made of a file lies in the copy
  still, and is the reason why later runs have no need to read it;
* a file that was copied for the wheel, and its copies packed into it, is told apart from all others by
  its content: its copies, and what the wheel holds of it, can be brought up to date;
* nothing ran unwatched: no other process, no library called by ctypes, no compiled module of others.

Outside of the project, all that was read must be as it was, and all that was there or not.

``pyz3/guests/reads.py`` is what watches.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import file_digest
from pyz3.errors import abridged
from pyz3.sources.scope import is_around, is_sdist, name_above
from pyz3.sources.unpacking import remove_tree
from pyz3.store import Remembered

if TYPE_CHECKING:
    from pyz3.sources.scope import Scope
    from pyz3.sources.tree import Tree

_COMPILED = frozenset((
    *("c", "cc", "cpp", "cxx", "c++", "m", "mm", "s", "asm"),
    *("h", "hh", "hpp", "hxx", "h++", "inc", "inl", "ipp", "tpp", "def"),
))  # fmt: skip


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """What was read.

    Attributes:
        files: Names relative to the project, with forward slashes; a folder means all in it.
        copies: Names of those that were copied, and where the copies are.
        unknown: Why it cannot be told; empty: it can.
        outside: Absolute paths outside of the project: files, folders whose names were listed.
        asked: Those of which it was asked whether something is there.
        above: What was asked for in the folders above the project's: ``../VERSION``.
        variables: Environment variables that were asked for; an asterisk ends what names begin with.
        every_variable: Why each may have been asked for; empty: only those.
        state: Digest of what is there; empty: nothing was looked at.
    """

    files: tuple[str, ...] = ()
    copies: dict[str, tuple[str, ...]] = {}
    unknown: str = ""
    outside: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    every_variable: str = ""
    state: str = ""

    def plus(self, other: Reads) -> Reads:
        """Give what was read by either."""
        return Reads(
            files=tuple(sorted({*self.files, *other.files})),
            copies={
                name: tuple(sorted({*self.copies.get(name, ()), *other.copies.get(name, ())}))
                for name in sorted({*self.copies, *other.copies})
            },
            unknown=self.unknown or other.unknown,
            outside=tuple(sorted({*self.outside, *other.outside})),
            asked=tuple(sorted({*self.asked, *other.asked})),
            above=tuple(sorted({*self.above, *other.above})),
            variables=tuple(sorted({*self.variables, *other.variables})),
            every_variable=self.every_variable or other.every_variable,
        )

    def looked_at(self) -> Reads:
        """Give the same with the state of what is outside of the project, as it is now."""
        return msgspec.structs.replace(self, state=self._outer_state())

    def is_as_it_was(self) -> bool:
        """Tell whether all that was read outside of the project is as it was."""
        return self.state == self._outer_state()

    def _outer_state(self) -> str:
        states = [(path, _state(path, content=True)) for path in self.outside]
        states += [(path, _state(path, content=False)) for path in self.asked]
        return hashlib.sha256(msgspec.json.encode(states)).hexdigest() if states else ""


def _state(path: str, *, content: bool) -> str:
    """Give what is at a path: nothing, a folder and the names in it, or a file and its content."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - text
        if not content or not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            return str(stat.S_IFMT(mode))
        if stat.S_ISDIR(mode):
            names = "\0".join(sorted(os.listdir(path)))  # noqa: PTH208 - names alone
            return hashlib.sha256(os.fsencode(names)).hexdigest()
        return file_digest(Path(path))
    except (OSError, ValueError) as error:  # none, unreadable, or no path: a word of a command line
        return type(error).__name__


def missed_above(root: Path, reads: Reads | None, scope: Scope) -> str:
    """Tell what a build asked for above its project's folder, that is there, and was not copied.

    Args:
        root: The project.
        reads: What was read in the copy.
        scope: What was copied of what lies above.

    Returns:
        A sentence; empty: there is nothing of the kind.
    """
    top = os.path.realpath(root)
    if is_sdist(top):
        return ""  # an sdist holds all that it needs: whatever lies beside it is another's
    own_git = os.path.lexists(os.path.join(top, ".git"))  # noqa: PTH118 - text
    found = []
    for name in reads.above if reads is not None else ():
        git = name.endswith("/.git")
        known = (git and own_git) or name in scope.names or (scope.covers(name) and "/.git/" not in name)
        around = not is_around(name) and is_around(name_above(name, top) or "..")
        if not known and not around and os.path.lexists(os.path.join(top, name)):  # noqa: PTH118 - text
            found.append(name)
    if not found:
        return ""
    git = any(name.endswith("/.git") for name in found)
    return (
        f"the project asks for {abridged(found)} above its folder, "
        "which is not copied, and a copy is built: "
        + (
            "give the version by a variable (SETUPTOOLS_SCM_PRETEND_VERSION)"
            if git
            else "what a link in the folder leads to is copied with it"
        )
    )


def unread_changes(before: Tree, now: Tree, reads: Reads) -> tuple[str, ...] | None:
    """Give what differs between two trees, if what was said of one holds for the other; see above.  Pure.

    Args:
        before: The tree that it was said of.
        now: As it is.
        reads: What was read in the copy, ever.

    Returns:
        Names of files; None: a backend must be asked again.
    """
    if reads.unknown or before.git != now.git or before.files.keys() != now.files.keys():
        return None
    changed = tuple(name for name, digest in before.files.items() if now.files[name] != digest)
    # As file systems that do not tell a from A.
    seen = {name.casefold() for name in reads.files}
    copied = {name.casefold() for name in reads.copies}
    contents = [*before.files.values()]
    for name in changed:
        if name.startswith("../"):  # of what lies there a backend's answer is made more often
            return None
        if not (_is_unread(name, seen) and now.files[name][:2] == before.files[name][:2] == "f "):
            return None
        alone = name in reads.copies and contents.count(before.files[name]) == 1
        if name.casefold() in copied and not alone:
            return None
    return changed


def changes_of(before: Tree, now: Tree) -> tuple[str, ...]:
    """Say of each file of a project that is another, there, or gone since, which that is.  Pure."""
    new, gone = now.files.keys() - before.files.keys(), before.files.keys() - now.files.keys()
    told = [
        f"{name} {'is new' if name in new else 'is gone' if name in gone else 'changed'}"
        for name in sorted({*before.files, *now.files})
        if before.files.get(name) != now.files.get(name)
    ]
    return (*told, *(["what git says of the project changed"] if before.git != now.git else []))


def _is_unread(name: str, seen: set[str]) -> bool:
    parts = name.casefold().split("/")
    folders = {"/".join(parts[:count]) for count in range(len(parts) + 1)}
    return name.rpartition(".")[2].lower() in _COMPILED and seen.isdisjoint(folders)


def reads_of(copy: Path) -> Reads | None:
    """Give what has ever been read in a copy; None: that is not known."""
    return _memory(copy).recall()


def begin_reading(copy: Path) -> Reads:
    """Give what has been read in a copy, before a backend runs there again.

    Where that is not known, the copy is removed; where there is no copy, it begins anew.  Until
    :func:`note_reads` says how the run ended, it is not known.
    """
    known = reads_of(copy)
    _memory(copy).path.unlink(missing_ok=True)
    if not copy.exists():
        return Reads()
    if known is None:
        remove_tree(copy)
    return known or Reads()


def note_reads(copy: Path, reads: Reads) -> None:
    """Keep what has ever been read in a copy."""
    _memory(copy).remember(reads)


def _memory(copy: Path) -> Remembered[Reads]:
    return Remembered(copy.with_name(f"{copy.name}.reads"), Reads)

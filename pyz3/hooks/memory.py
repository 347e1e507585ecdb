"""What hooks said before, as long as it holds."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import zipfile
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import file_chunks, file_digest, write_atomically
from pyz3._records import from_file
from pyz3.errors import abridged
from pyz3.hooks.protocol import Result
from pyz3.hooks.requests import MadeFor
from pyz3.sources import (
    ALONE,
    Reads,
    Scope,
    Tree,
    begin_reading,
    changes_of,
    note_reads,
    open_zip,
    reads_of,
    remove_tree,
    sync_copy,
    unread_changes,
)
from pyz3.store import Remembered, is_whole, seal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.hooks.requests import Place

_SILENT = "the hook did not say what it read"
_COMMANDS = "commands were run before the hook"
_UNKNOWN = Reads(unknown=_SILENT, every_variable=_SILENT)
_BEFORE_BUILD = Reads(unknown=_COMMANDS, every_variable=_COMMANDS)


class Memory:
    """Remembers results, each with all that it depends on: the project's files, and what else there is.

    Args:
        root: The project.
        tree: What its files are.
        scope: What of them lies above its folder.

    Attributes:
        updated: Something has changed, and no hook has to be asked about it.
    """

    def __init__(self, root: Path, tree: Tree, scope: Scope = ALONE) -> None:
        self._root = root
        self._scope = scope
        self._tree = tree
        self._digest = tree.digest
        self.updated = False
        self._before: dict[Path, Reads] = {}

    def recall(self, place: Place, now: MadeFor) -> Result | None:
        """Give the result that a hook would give now; its copy of the project is as the project is."""
        try:
            digest = place.key.read_text(encoding="utf-8")
            result = read_result(place)
        except OSError:
            return None
        reads = reads_of(place.copy)
        if reads is None or not self._is_made_for(place, now, reads) or not reads.is_as_it_was():
            return None
        if result is None or not _says_something(result) or not is_whole(place.folder):
            return None
        if digest != self._digest and not self._update(place, Path(result.wheel), reads):
            return None
        return result

    def why(self, place: Place, now: MadeFor) -> str:
        """Say why what a hook said here does not hold; empty: it has said nothing.

        Args:
            place: Where it ran.
            now: What its answer is to be made for.
        """
        reads, before = reads_of(place.copy), Remembered(place.tree, Tree).recall()
        known = from_file(place.made_for, MadeFor)
        if reads is None or known is None or before is None:
            return ""
        told = [*known.changes(now, reads), *changes_of(before, self._tree)]
        if not reads.is_as_it_was():
            told.append("what it read outside of the project changed")
        return abridged(told) or "what it left is damaged, or it failed"

    @staticmethod
    def _is_made_for(place: Place, now: MadeFor, reads: Reads) -> bool:
        known = from_file(place.made_for, MadeFor)
        return known is not None and not known.changes(now, reads)

    @staticmethod
    def forget(place: Place) -> None:
        """Forget what a hook has said and left: it was made with what is damaged."""
        place.key.unlink(missing_ok=True)
        remove_tree(place.copy)

    def begin(self, place: Place, now: MadeFor) -> None:
        """Forget what was said; make the copy as the project is: a hook is about to run there.

        What hooks have left there stays if it is as they left it, and was made for the same: a ``config.h``
        tells of one compiler.
        """
        reads = reads_of(place.copy)
        if reads is None or not self._is_made_for(place, now, reads) or not is_whole(place.folder):
            remove_tree(place.copy)
        for stale in (place.key, place.result, place.dropped):
            stale.unlink(missing_ok=True)
        place.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(place.made_for, msgspec.json.encode(now, order="deterministic"))
        self._before[place.folder] = begin_reading(place.copy)
        sync_copy(self._root, place.copy, self._tree, scope=self._scope)

    def end(self, place: Place, *, commands: bool) -> None:
        """Remember what a hook has said.

        Args:
            place: Where it ran.
            commands: The configuration had commands run before.
        """
        result = read_result(place)
        if result is None:
            return
        reads = self._before[place.folder].plus(result.reads or _UNKNOWN)
        reads = reads.plus(_BEFORE_BUILD) if commands else reads
        note_reads(place.copy, reads.looked_at())
        if _says_something(result):
            self._note(place)

    def _note(self, place: Place) -> None:
        Remembered(place.tree, Tree).remember(self._tree)
        write_atomically(place.key, self._digest.encode())
        with contextlib.suppress(OSError):  # what cannot be read, or changes now, is not remembered
            seal(place.folder)

    def _update(self, place: Place, wheel: Path, reads: Reads) -> bool:
        """Bring what a hook left up to date, if nothing has changed that it read; else it must run again."""
        before = Remembered(place.tree, Tree).recall()
        if before is None:
            return False
        changed = unread_changes(before, self._tree, reads)
        if changed is None:
            return False
        place.key.unlink()  # in between, what lies there is of neither tree
        sync_copy(self._root, place.copy, self._tree, scope=self._scope)
        packed = {}
        for name in changed:
            if name not in reads.copies:
                continue
            now = place.source / name
            old = before.files[name].partition(" ")[2]
            packed[old] = (name.rpartition("/")[2], now)
            for other in map(Path, reads.copies[name]):
                if other.is_file():
                    if file_digest(other) != old:
                        return False
                    shutil.copyfile(now, other)
        if packed and not (wheel.is_file() and _repack(wheel, packed)):
            return False
        self._note(place)
        self.updated = True
        return True


def _says_something(result: Result) -> bool:
    """Tell whether a result is to be remembered: a wheel, or that only the project's commands make it."""
    return bool(result.works_on or (result.wheel and not result.error))


def _repack(wheel: Path, changed: Mapping[str, tuple[str, Path]]) -> bool:
    """Replace files of a backend's wheel by their new content.

    Args:
        wheel: The wheel.
        changed: Digest of the old content → name without folder, the file as it is now.

    Returns:
        False: a file has that content under another name; it cannot be told why.
    """
    scratch = wheel.with_name(f"{wheel.name}.new")
    with open_zip(wheel) as old, zipfile.ZipFile(scratch, "w") as new:
        for file, info in old.files.items():
            digest = hashlib.sha256()
            for chunk in old.chunks(file):
                digest.update(chunk)
            name, now = changed.get(digest.hexdigest(), ("", None))
            if name and file.rpartition("/")[2] != name:
                return False
            fresh = copy(info)
            fresh.file_size = info.file_size if now is None else now.stat().st_size
            with new.open(fresh, "w") as target:
                for chunk in old.chunks(file) if now is None else file_chunks(now):
                    target.write(chunk)
    scratch.replace(wheel)
    return True


def read_result(place: Place) -> Result | None:
    """Give what a hook wrote; None if it came to grief."""
    return from_file(place.result, Result)

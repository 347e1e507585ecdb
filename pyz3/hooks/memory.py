"""What hooks said before, as long as it holds."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import zipfile
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import file_chunks, file_digest, write_atomically
from pyz3._records import from_file
from pyz3.hooks.protocol import Result
from pyz3.sources import (
    ALONE,
    Reads,
    Scope,
    Tree,
    begin_reading,
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

_UNKNOWN = Reads(unknown="the hook did not say what it read")
_BEFORE_BUILD = Reads(unknown="commands were run before the hook")


class Memory:
    """Remembers results, each by a key of everything but the project's files, and the files it was made of.

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

    def recall(self, place: Place, key: str) -> Result | None:
        """Give the result that a hook would give now; its copy of the project is as the project is."""
        try:
            known, _, digest = place.key.read_text(encoding="utf-8").partition(" ")
            result = read_result(place)
        except OSError:
            return None
        if known != key or result is None or not _says_something(result) or not is_whole(place.folder):
            return None
        reads = reads_of(place.copy)
        if reads is None or not reads.is_as_it_was():
            return None
        if digest != self._digest and not self._update(place, key, Path(result.wheel), reads):
            return None
        return result

    @staticmethod
    def forget(place: Place) -> None:
        """Forget what a hook has said and left: it was made with what is damaged."""
        place.key.unlink(missing_ok=True)
        remove_tree(place.copy)

    def begin(self, place: Place, key: str) -> None:
        """Forget what was said; make the copy as the project is: a hook is about to run there.

        What hooks have left there stays if it is as they left it, and was made for the same: a ``config.h``
        tells of one compiler.
        """
        if _text(place.made_for) != key or not is_whole(place.folder):
            remove_tree(place.copy)
        for stale in (place.key, place.result, place.dropped):
            stale.unlink(missing_ok=True)
        place.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(place.made_for, key.encode())
        self._before[place.folder] = begin_reading(place.copy)
        sync_copy(self._root, place.copy, self._tree, scope=self._scope)

    def end(self, place: Place, key: str, *, commands: bool) -> None:
        """Remember what a hook has said.

        Args:
            place: Where it ran.
            key: Of everything that the result depends on but the project's files.
            commands: The configuration had commands run before.
        """
        result = read_result(place)
        if result is None:
            return
        reads = self._before[place.folder].plus(result.reads or _UNKNOWN)
        reads = reads.plus(_BEFORE_BUILD) if commands else reads
        note_reads(place.copy, reads.looked_at())
        if _says_something(result):
            self._note(place, key)

    def _note(self, place: Place, key: str) -> None:
        Remembered(place.tree, Tree).remember(self._tree)
        write_atomically(place.key, f"{key} {self._digest}".encode())
        with contextlib.suppress(OSError):  # what cannot be read, or changes now, is not remembered
            seal(place.folder)

    def _update(self, place: Place, key: str, wheel: Path, reads: Reads) -> bool:
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
        self._note(place, key)
        self.updated = True
        return True


def _says_something(result: Result) -> bool:
    """Tell whether a result is to be remembered: a wheel, or that only the project's commands make it."""
    return bool(result.works_on or (result.wheel and not result.error))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""


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

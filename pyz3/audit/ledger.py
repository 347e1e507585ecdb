"""What the audit read before: facts by the binary's place in zig's cache, checked by its digest.

Zig names a result after a hash of everything it was made from, and believes what lies under that
name.  The ledger does not: a binary that is no longer what it was when it was read first is
corrupt, and the caller builds it anew.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from pyz3.audit.facts import Facts
from pyz3.store import Remembered

if TYPE_CHECKING:
    from pathlib import Path

# Raise it when Facts or their readers change, or what is done to binaries before: all is read anew then.
_FORMAT = 5


class CorruptBinaryError(Exception):
    """A binary in the cache is not what it was."""


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A binary as it was when it was read."""

    format: int
    sha256: str
    facts: tuple[Facts, ...]


class Ledger:
    """Facts of binaries, kept in a folder.

    Args:
        folder: Where; made when the first entry is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def look_up(self, key: str, content: bytes) -> tuple[Facts, ...] | None:
        """Give the facts of a binary that was read before, or None.

        Args:
            key: The binary's name in zig's cache: its content hash and file name.
            content: The binary.

        Raises:
            CorruptBinaryError: The content is not what it was.
        """
        entry = self._entry(key).recall()
        if entry is None or entry.format != _FORMAT:
            return None
        if entry.sha256 != hashlib.sha256(content).hexdigest():
            raise CorruptBinaryError(key)
        return entry.facts

    def note(self, key: str, content: bytes, facts: tuple[Facts, ...]) -> None:
        """Keep the facts of a binary."""
        entry = LedgerEntry(format=_FORMAT, sha256=hashlib.sha256(content).hexdigest(), facts=facts)
        self._entry(key).remember(entry)

    def _entry(self, key: str) -> Remembered[LedgerEntry]:
        return Remembered(self._folder / f"{key}.json", LedgerEntry)

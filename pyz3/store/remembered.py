"""Records that are kept in the cache, with their digest: what damages the file is noticed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from pyz3._files import write_atomically
from pyz3._records import from_json

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")


@dataclass(frozen=True)
class Remembered(Generic[T]):
    """A record in a file of the cache, if it is there.

    Attributes:
        path: The file; its folder is made.
        kind: What it holds: anything that msgspec encodes.
    """

    path: Path
    kind: type[T]

    def recall(self) -> T | None:
        """Give the record; None: it is not there, or not as it was written."""
        try:
            digest, _, content = self.path.read_bytes().partition(b"\n")
            if digest.decode("ascii") != hashlib.sha256(content).hexdigest():
                return None
            return from_json(content, self.kind)
        except (OSError, UnicodeDecodeError, msgspec.MsgspecError):
            return None

    def remember(self, record: T) -> None:
        """Keep a record: other processes see the one before or this one.

        Raises:
            OSError: It cannot be written.
        """
        content = msgspec.json.encode(record, order="deterministic")
        write_atomically(self.path, b"%s\n%s" % (hashlib.sha256(content).hexdigest().encode(), content))

"""The licence texts that must go with a binary: read from what zig was installed with."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pyz3.sbom.parts import parts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER = "licenses/pyz3"
"""Where they are, below ``.dist-info``."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def texts_of(names: Iterable[str], zig_lib: Path) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Give the texts that must go with parts.

    Args:
        names: The parts'.
        zig_lib: Zig's own files.

    Returns:
        Name below ``FOLDER`` → text; and the names of those that are not installed here.
    """
    wanted = {name: source for part in sorted(names) for name, source in parts()[part].texts.items()}
    found = {name: _read(source, zig_lib) for name, source in sorted(wanted.items())}
    there = {name: text.encode() for name, text in found.items() if text}
    return there, tuple(name for name, text in found.items() if not text)


@lru_cache(maxsize=64)
def _read(source: str, zig_lib: Path) -> str:
    """Give a text; empty: it is not there."""
    place, _, name = source.rpartition(":")
    name, _, head = name.partition("#")
    folder = zig_lib.resolve().parent if place == "zig" else zig_lib
    try:
        text = (folder / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    match = _COMMENT.search(text) if head else None
    return text if not head else f"{match[0]}\n" if match else ""

"""TOML reading on every supported Python (``tomllib`` is new in 3.11)."""

from __future__ import annotations

import sys
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pragma: no cover

TOMLDecodeError = tomllib.TOMLDecodeError


def load_toml(text: str) -> dict[str, Any]:
    """Parse ``text``.

    Raises:
        TOMLDecodeError: ``text`` is no TOML.
    """
    table: dict[str, Any] = tomllib.loads(text)
    return table

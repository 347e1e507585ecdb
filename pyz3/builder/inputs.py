"""What comes as text, from arguments and variables, checked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pyz3.archive import DEFAULT_EPOCH
from pyz3.config import OPTIMIZE_MODES
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.config import Optimize


def read_mode(optimize: str | None) -> Optimize | None:
    """Give one of zig's build modes; None stays None.

    Raises:
        ConfigError: There is no such mode.
    """
    if optimize is None:
        return None
    for mode in OPTIMIZE_MODES:
        if mode == optimize:
            return mode
    raise ConfigError(f"optimize: {optimize!r} is not one of {', '.join(OPTIMIZE_MODES)}")


def read_epoch(environ: Mapping[str, str]) -> int:
    """Give ``SOURCE_DATE_EPOCH``, or the date that files in wheels have without it.

    Raises:
        ConfigError: It is no number.
    """
    text = environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return DEFAULT_EPOCH
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"SOURCE_DATE_EPOCH: {text!r} is no number of seconds") from None


def read_source_date(environ: Mapping[str, str]) -> str:
    """Give ``SOURCE_DATE_EPOCH`` as ``2026-01-31T12:00:00Z``; empty if it is not set.

    Raises:
        ConfigError: It is no number, or none that a calendar has.
    """
    if not environ.get("SOURCE_DATE_EPOCH"):
        return ""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(read_epoch(environ)))
    except (OverflowError, ValueError, OSError) as error:
        raise ConfigError(
            f"SOURCE_DATE_EPOCH: {environ['SOURCE_DATE_EPOCH']!r} is no date: {error}"
        ) from None

"""Bytes of our wheels against those of the official ones."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compat.verdicts import ProjectResult


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """What the wheels of one platform come to.

    Attributes:
        platform: ``linux-x86_64``.
        wheels: How many there are of both.
        larger: How many of ours are larger.
        median: Of the ratios, ours by the official one; below 1 ours is smaller.
        worst: The highest ratio.
        worst_project: Whose it is.
    """

    platform: str
    wheels: int
    larger: int
    median: float
    worst: float
    worst_project: str


def sizes(results: Iterable[ProjectResult]) -> tuple[Sizes, ...]:
    """Give what each platform's wheels come to; cells whose sizes are unknown do not count."""
    ratios: dict[str, list[tuple[float, str]]] = {}
    for result in results:
        for cell in result.cells:
            if cell.size and cell.official_size:
                ratio = cell.size / cell.official_size
                ratios.setdefault(cell.platform, []).append((ratio, result.name))
    return tuple(_of_platform(platform, found) for platform, found in ratios.items())


def _of_platform(platform: str, ratios: list[tuple[float, str]]) -> Sizes:
    worst, project = max(ratios)
    return Sizes(
        platform=platform,
        wheels=len(ratios),
        larger=sum(ratio > 1 for ratio, _ in ratios),
        median=round(statistics.median(ratio for ratio, _ in ratios), 2),
        worst=round(worst, 2),
        worst_project=project,
    )


def sizes_line(of: Sizes) -> str:
    """``linux-x86_64: 0.32 of the official size (median of 58 wheels), at most 1.40 (enaml); …``"""
    larger = "1 is larger" if of.larger == 1 else f"{of.larger} are larger"
    return (
        f"{of.platform}: {of.median:.2f} of the official size (median of {of.wheels} wheels), "
        f"at most {of.worst:.2f} ({of.worst_project}); {larger}"
    )

"""The same in Python: what the C++ module replaces."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def shortest_paths(edges: Iterable[tuple[str, str, float]], sources: Iterable[str]) -> list[dict[str, float]]:
    """Give for each source the distance of every vertex that can be reached from it.

    Raises:
        KeyError: A source is no vertex.
        ValueError: A length is negative or NaN.
    """
    neighbours: dict[str, list[tuple[str, float]]] = {}
    for start, end, length in edges:
        if not length >= 0:
            raise ValueError(f"edge {start!r} to {end!r}: a length may not be negative or NaN")
        neighbours.setdefault(start, []).append((end, length))
        neighbours.setdefault(end, [])
    return [_distances(neighbours, source) for source in sources]


def _distances(neighbours: dict[str, list[tuple[str, float]]], source: str) -> dict[str, float]:
    if source not in neighbours:
        raise KeyError(source)
    distances = {source: 0.0}
    queue = [(0.0, source)]
    while queue:
        distance, here = heapq.heappop(queue)
        if distance > distances[here]:
            continue
        for end, length in neighbours[here]:
            through = distance + length
            if through < distances.get(end, float("inf")):
                distances[end] = through
                heapq.heappush(queue, (through, end))
    return distances

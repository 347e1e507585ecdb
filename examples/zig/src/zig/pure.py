"""The same in Python: what the Zig module replaces."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def find_all(patterns: Sequence[bytes], data: bytes) -> list[tuple[int, int]]:
    """Give (start, pattern number) of every occurrence, by its end."""
    edges: list[dict[int, int]] = [{}]
    suffix, ends = [0], [[]]
    for number, pattern in enumerate(patterns):
        if not pattern:
            raise ValueError("a pattern may not be empty")
        state = 0
        for byte in pattern:
            if byte not in edges[state]:
                edges[state][byte] = len(edges)
                edges.append({})
                suffix.append(0)
                ends.append([])
            state = edges[state][byte]
        ends[state].insert(0, number)

    def step(state: int, byte: int) -> int:
        while state and byte not in edges[state]:
            state = suffix[state]
        return edges[state].get(byte, 0)

    queue = deque(edges[0].values())
    while queue:
        state = queue.popleft()
        for byte, child in edges[state].items():
            suffix[child] = step(suffix[state], byte)
            ends[child] += ends[suffix[child]]
            queue.append(child)

    found = []
    state = 0
    for end, byte in enumerate(data, 1):
        state = step(state, byte)
        found += [(end - len(patterns[number]), number) for number in ends[state]]
    return found

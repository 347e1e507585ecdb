"""How much faster is the C++ module than its Python twin?  ``python benchmark.py``."""

from __future__ import annotations

import random
import time

import cpp
from cpp import pure


def road_map(size: int) -> list[tuple[str, str, float]]:
    """Make a grid of size by size crossings, with roads of random length both ways."""
    rng = random.Random(1)  # noqa: S311 - a repeatable map, no secret
    edges = []
    for x in range(size):
        for y in range(size):
            for end in ((x + 1, y), (x, y + 1)):
                if max(end) < size:
                    here, there, length = f"{x},{y}", f"{end[0]},{end[1]}", rng.uniform(1, 2)
                    edges += [(here, there, length), (there, here, length)]
    return edges


if __name__ == "__main__":
    edges = road_map(60)
    sources = [f"{i},{i}" for i in range(0, 60, 2)]
    times = []
    for function in (pure.shortest_paths, cpp.shortest_paths):
        start = time.perf_counter()
        function(edges, sources)
        times.append(time.perf_counter() - start)
    slow, fast = times
    print(f"Python {slow * 1e3:.0f} ms   C++ {fast * 1e3:.0f} ms   {slow / fast:.1f} times faster")

"""How much faster is the Zig module than its Python twin?  ``python benchmark.py``."""

from __future__ import annotations

import random
import time

import zig
from zig import pure

if __name__ == "__main__":
    rng = random.Random(1)  # noqa: S311 - repeatable texts, no secret
    letters = b"abcdefghijklmnopqrstuvwxyz"
    patterns = [bytes(rng.choices(letters, k=rng.randint(4, 8))) for _ in range(200)]
    data = bytes(rng.choices(letters, k=400_000)) + b"".join(patterns)
    times = []
    for function in (pure.find_all, zig.find_all):
        start = time.perf_counter()
        function(patterns, data)
        times.append(time.perf_counter() - start)
    slow, fast = times
    print(f"Python {slow * 1e3:.0f} ms   Zig {fast * 1e3:.1f} ms   {slow / fast:.1f} times faster")

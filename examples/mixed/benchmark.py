"""How much faster are the compiled modules than their Python twins?  ``python benchmark.py``."""

from __future__ import annotations

import random
import time

import mixed
from mixed import pure


def seconds(call: object) -> float:
    """Give the time of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    rng = random.Random(1)  # noqa: S311 - repeatable places, no secret
    places = [(rng.uniform(-80, 80), rng.uniform(-180, 180)) for _ in range(2000)]
    calls = {
        "nearest": lambda module: module.nearest(places, places[:300]),
        "encode": lambda module: [module.encode(*place) for place in places],
    }
    for name, call in calls.items():
        slow, fast = (seconds(lambda m=module, c=call: c(m)) for module in (pure, mixed))
        factor = slow / fast
        print(
            f"{name}: Python {slow * 1e3:.1f} ms   compiled {fast * 1e3:.2f} ms   {factor:.1f} times faster"
        )

"""How much faster is the C module than its Python twin?  ``python benchmark.py``."""

from __future__ import annotations

import timeit

import hello
from hello import pure

WORDS = ("the quick brown fox jumps over the lazy dog", "a quack crown box dumps under the crazy frog")
DATA = bytes(range(256)) * 400


def seconds(function: object, *args: object) -> float:
    """Give the best time of one call."""
    timer = timeit.Timer(lambda: function(*args))
    number, _ = timer.autorange()
    return min(timer.repeat(3, number)) / number


if __name__ == "__main__":
    for name, args in (("distance", WORDS), ("crc32c", (DATA,))):
        slow, fast = seconds(getattr(pure, name), *args), seconds(getattr(hello, name), *args)
        print(f"{name}: Python {slow * 1e6:.1f} µs   C {fast * 1e6:.1f} µs   {slow / fast:.1f} times faster")

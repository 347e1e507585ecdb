"""The same in Python."""

from __future__ import annotations

import os
import threading
import time


def count(buffer: bytes, byte: int, threads: int = 4) -> int:
    """Give how often ``byte`` is in ``buffer``."""
    step = -(-len(buffer) // threads) or 1
    found = [0] * threads

    def work(index: int) -> None:
        found[index] = bytes(buffer[index * step : (index + 1) * step]).count(byte)

    running = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(found)


def read_at(file: int, offset: int, size: int) -> bytes:
    """Give ``size`` bytes of the file descriptor ``file``, fewer at its end."""
    os.lseek(file, offset, os.SEEK_SET)
    return os.read(file, size)


def nanoseconds() -> int:
    """Give the monotonic clock's time."""
    return time.monotonic_ns()


class Tally:
    """A counter that any number of threads may add to."""

    def __init__(self) -> None:
        """Begin at 0."""
        self.count = 0
        self._lock = threading.Lock()

    def add(self, amount: int) -> None:
        """Add ``amount``."""
        with self._lock:
            self.count += amount

    def hammer(self, threads: int, rounds: int) -> int:
        """Add 1 ``rounds`` times from each of several threads; give how many threads there were."""
        running = [
            threading.Thread(target=lambda: [self.add(1) for _ in range(rounds)]) for _ in range(threads)
        ]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        return threads

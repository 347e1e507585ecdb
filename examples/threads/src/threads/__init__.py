"""Counting with several threads, in C: an extension module, and a shared library behind ctypes."""

from threads._scan import count, read_at
from threads.tally import Tally, nanoseconds

__all__ = ["Tally", "count", "nanoseconds", "read_at"]

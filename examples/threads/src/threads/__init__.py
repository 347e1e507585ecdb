"""Counting with several threads, in C: an extension module, and a shared library behind ctypes."""

from threads._scan import count, read_at

try:
    from threads.tally import Tally, nanoseconds
except ModuleNotFoundError:  # some Pythons are built without ctypes
    from threads.pure import Tally, nanoseconds

__all__ = ["Tally", "count", "nanoseconds", "read_at"]

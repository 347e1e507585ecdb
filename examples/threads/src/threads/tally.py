"""The shared library of this package, loaded with ctypes."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import threads

_NAMES = {"win32": "tally.dll", "darwin": "libtally.dylib"}
_name = _NAMES.get(sys.platform, "libtally.so")
# The package may have several folders: an editable install keeps what is built apart from the sources.
_files = [Path(folder, _name) for folder in threads.__path__]
# A whole path: Windows then also looks beside the DLL for what it needs, and nothing is looked for elsewhere.
_library = ctypes.CDLL(str(next((file for file in _files if file.is_file()), _files[0])))

_library.tally_new.restype = ctypes.c_void_p
_library.tally_new.argtypes = []
_library.tally_delete.restype = None
_library.tally_delete.argtypes = [ctypes.c_void_p]
_library.tally_add.restype = None
_library.tally_add.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_library.tally_count.restype = ctypes.c_size_t
_library.tally_count.argtypes = [ctypes.c_void_p]
_library.tally_hammer.restype = ctypes.c_int
_library.tally_hammer.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
_library.tally_nanoseconds.restype = ctypes.c_int64
_library.tally_nanoseconds.argtypes = []


def nanoseconds() -> int:
    """Give the monotonic clock's time."""
    return int(_library.tally_nanoseconds())


class Tally:
    """A counter that any number of threads may add to."""

    def __init__(self) -> None:
        """Begin at 0."""
        self._tally = _library.tally_new()
        if not self._tally:
            raise MemoryError

    def __del__(self) -> None:
        """Free the counter."""
        if getattr(self, "_tally", None):
            _library.tally_delete(self._tally)

    @property
    def count(self) -> int:
        """The sum so far."""
        return int(_library.tally_count(self._tally))

    def add(self, amount: int) -> None:
        """Add ``amount``."""
        _library.tally_add(self._tally, amount)

    def hammer(self, threads: int, rounds: int) -> int:
        """Add 1 ``rounds`` times from each of several threads of C; give how many threads there were."""
        return int(_library.tally_hammer(self._tally, threads, rounds))

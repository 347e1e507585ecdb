"""Who uses the cache: any number of builds at a time, or one process that takes something away.

The locks are the system's: they end with the process that holds them, however that ends.  A file system
without locks is no reason not to build; from a cache there, nothing is taken away.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
# Lock → how many times this process uses the cache now: for a project, and for the sdist that it is from.
_uses: Counter[Path] = Counter()


@contextlib.contextmanager
def in_use(lock: Path) -> Iterator[None]:
    """Have nothing taken away meanwhile; waits while another process does so.

    Args:
        lock: The file; it is made.
    """
    with _opened(lock) as file:
        if file is not None:
            with contextlib.suppress(OSError):
                _share(file)
        _uses[lock] += 1
        try:
            yield
        finally:
            _uses[lock] -= 1


def is_in_use_here(lock: Path) -> bool:
    """Tell whether this process has said :func:`in_use`, and is not done."""
    return _uses[lock] > 0


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[bool]:
    """Tell whether nobody uses the cache, without waiting; if so, whoever wants to waits meanwhile.

    Args:
        lock: The file; it is made.
    """
    with _opened(lock) as file:
        free = False
        if file is not None:
            with contextlib.suppress(OSError):
                _claim(file)
                free = True
        yield free


@contextlib.contextmanager
def _opened(lock: Path) -> Iterator[int | None]:
    try:
        file = os.open(lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError:
        file = None
    try:
        yield file
    finally:
        if file is not None:
            os.close(file)


if sys.platform == "win32":
    import msvcrt
    import random

    # msvcrt has no shared locks.  Each user holds one byte of a range, which need not exist; all of it is
    # free when there is no user.
    _RANGE = 2**31 - 1
    _PAUSE = 0.05

    def _share(file: int) -> None:
        while True:
            os.lseek(file, random.randrange(_RANGE), os.SEEK_SET)  # noqa: S311 - no secret
            try:
                msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            except OSError as error:
                if error.errno not in _HELD:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def _claim(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, _RANGE)

else:
    import fcntl

    def _share(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_SH)

    def _claim(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

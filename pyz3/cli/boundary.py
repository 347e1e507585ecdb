"""The one place where what ends a command becomes a message and an exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from pyz3._ending import forget_ending
from pyz3._interruption import INTERRUPTED
from pyz3.errors import Pyz3Error

if TYPE_CHECKING:
    from collections.abc import Iterator


# A disk with less than this is called full, in bytes.
_ROOM = 1 << 20


class Ended(KeyboardInterrupt):
    """A signal asks the process to end.

    Args:
        number: Which.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextlib.contextmanager
def boundary(*, explained: bool = True) -> Iterator[None]:
    """Show errors as messages: neither users nor front ends want a traceback.

    Args:
        explained: Name the command that explains an error, where there is more to say: who installs a project
            with pip may have no ``pyz3``.

    Raises:
        SystemExit: With the exit code of the error.
    """
    try:
        yield
    except Pyz3Error as error:
        _complain(error, explained=explained)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt as error:
        forget_ending()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # it has been heard
        with contextlib.suppress(OSError):  # the terminal is gone
            sys.stderr.write(": ".join(("stopped", *error.args)) + "\n")
        # As shells report a program that a signal ended.
        raise SystemExit(128 + error.number if isinstance(error, Ended) else INTERRUPTED) from None
    except BrokenPipeError:
        _drop_output()  # whoever read it went away
        raise SystemExit(1) from None
    except OSError as error:
        # Also where stages let the system speak for itself: a full disk, a cache that is read-only.
        reason = error.strerror or str(error)
        full = _full() if error.errno in {errno.ENOSPC, errno.EDQUOT} else ""
        message = f"{error.filename}: {reason}" if error.filename else reason
        tip = f"make room on the disk of {full}" if full else None
        _complain(Pyz3Error(message, tip=tip), explained=explained)
        _drop_output()
        raise SystemExit(1) from None


def _complain(error: Pyz3Error, *, explained: bool) -> None:
    from pyz3._files import long_path_advice  # noqa: PLC0415 - rich and hashlib are for those who need them
    from pyz3.cli.ui import print_error  # noqa: PLC0415

    error.tip = error.tip or long_path_advice(error.message)
    print_error(error, explained=explained)


def _full() -> str:
    """Give which folder's disk is full, of those that are written to; empty: none, as a stream may be."""
    import shutil  # noqa: PLC0415 - seldom needed, as the others
    import tempfile  # noqa: PLC0415

    from pyz3.store import cache_place  # noqa: PLC0415

    places = {
        "the cache (PYZ3_CACHE_DIR)": str(cache_place(os.environ, None)),
        "this folder": os.curdir,
        "temporary files": tempfile.gettempdir(),
    }
    for name, place in places.items():
        with contextlib.suppress(OSError):
            if shutil.disk_usage(place).free < _ROOM:
                return name
    return ""


def _drop_output() -> None:
    """Send what is left of stdout nowhere: Python would try to write it at exit, and fail."""
    with contextlib.suppress(OSError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)

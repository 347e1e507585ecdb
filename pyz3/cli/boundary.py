"""The one place where what ends a command becomes a message and an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from pyz3.errors import Pyz3Error

if TYPE_CHECKING:
    from collections.abc import Iterator

# 128 + SIGINT, as shells report a program that Ctrl-C ended.
INTERRUPTED = 130


@contextlib.contextmanager
def boundary() -> Iterator[None]:
    """Show errors as messages: neither users nor front ends want a traceback.

    Raises:
        SystemExit: With the exit code of the error.
    """
    try:
        yield
    except Pyz3Error as error:
        _complain(error)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        _drop_output()  # whoever read it went away
        raise SystemExit(1) from None
    except OSError as error:
        # Also where stages let the system speak for itself: a full disk, a cache that is read-only.
        reason = error.strerror or str(error)
        _complain(Pyz3Error(f"{error.filename}: {reason}" if error.filename else reason))
        _drop_output()
        raise SystemExit(1) from None


def _complain(error: Pyz3Error) -> None:
    from pyz3.cli.ui import print_error  # noqa: PLC0415 - rich is for those who need it

    print_error(error)


def _drop_output() -> None:
    """Send what is left of stdout nowhere: Python would try to write it at exit, and fail."""
    with contextlib.suppress(OSError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)

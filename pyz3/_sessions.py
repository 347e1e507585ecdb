"""Ending all of a session's processes, as a program of its own, too: ``python _sessions.py ID...``.

A build tool may put what it starts into groups of their own (ninja does): the end of its own group does not
reach them.  The session they keep.  The standard library alone, and POSIX.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

TYPE_CHECKING = False  # it starts when everything else is to end
if TYPE_CHECKING:
    from collections.abc import Iterable


def end_session(session: int) -> None:
    """Kill every process of a session, its leader and those that are started meanwhile among them.

    Args:
        session: The number of the process that leads it.
    """
    ended: set[int] = set()
    # What has ended and that nobody has asked about is still there, and counts once.
    while found := _members(session) - ended:
        for process in found:
            with contextlib.suppress(OSError):  # it has ended, or is another user's
                os.kill(process, signal.SIGKILL)
        ended |= found


def _members(session: int) -> set[int]:
    found = set()
    for process in _processes():
        with contextlib.suppress(OSError):  # it has ended
            if os.getsid(process) == session:
                found.add(process)
    return found


def _processes() -> Iterable[int]:
    try:
        names = os.listdir("/proc")  # noqa: PTH208 - it imports little
    except OSError:  # macOS, the BSDs
        listed = subprocess.run(["/bin/ps", "-A", "-o", "pid="], capture_output=True, check=False, text=True)
        names = listed.stdout.split()
    return [int(name) for name in names if name.isdigit()]


if __name__ == "__main__":
    for word in sys.argv[1:]:
        end_session(int(word))

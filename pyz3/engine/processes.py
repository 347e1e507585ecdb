"""Child processes, run from several threads and ended all at once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future


# Ctrl-C is acted upon within this time, in seconds.
_ALERT = 0.1


def wait_alert(futures: Sequence[Future[Any]]) -> None:
    """Wait for all ``futures``, and notice Ctrl-C whichever thread the system tells of it.

    Python's handlers run in the main thread alone, and only when it does something.
    """
    while wait(futures, timeout=_ALERT).not_done:
        pass


class Processes:
    """Runs processes, each in a group of its own, and ends them all when told to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> tuple[int, str]:
        """Run a command to its end; give its exit code and what it printed.

        Raises:
            OSError: It could not be started.
        """
        with self._lock:
            if self._stopped:
                return 1, "stopped"
            process = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                **_own_group(),
            )
            self._running.add(process)
        try:
            output, _ = process.communicate()
        finally:
            with self._lock:
                self._running.discard(process)
        return process.returncode, output.decode("utf-8", errors="replace")

    def stop(self) -> None:
        """End every process, and start no more."""
        with self._lock:
            self._stopped = True
            running = tuple(self._running)
        for process in running:
            _kill_group(process)


# A group of its own: Ctrl-C on the terminal reaches pyz3 alone, which then ends zig and its children.
if sys.platform == "win32":

    def _own_group() -> dict[str, Any]:
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}

    def _kill_group(process: subprocess.Popen[bytes]) -> None:
        taskkill = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "taskkill.exe"
        subprocess.run([taskkill, "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True)

else:

    def _own_group() -> dict[str, Any]:
        return {"start_new_session": True}

    def _kill_group(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

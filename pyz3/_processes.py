"""Child processes, run from several threads, ended all at once, and never left behind."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import wait
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from pyz3._ending import end_if_told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path


# Ctrl-C is acted upon within this time, in seconds.
_ALERT = 0.1
# What a process printed is there when it has ended; whoever it left behind may hold the pipe for ever.
_REST = 1.0


def wait_alert(futures: Sequence[Future[Any]]) -> None:
    """Wait for all ``futures``, and notice Ctrl-C whichever thread the system tells of it.

    Python's handlers run in the main thread alone, and only when it does something.

    Raises:
        KeyboardInterrupt: The process is to end.
    """
    while wait(futures, timeout=_ALERT).not_done:
        end_if_told()


def temporary_in(folder: Path) -> dict[str, str]:
    """Give the variables that have a program put its temporary files into a folder (Python's tempfile)."""
    return dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))


class Processes:
    """Runs processes, each in a group of its own, and ends them all when told to.

    They end, too, when this process does, whatever ends it: see :func:`_watch`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[_Group] = set()
        self._stopped = False

    @classmethod
    def of_this_thread(cls) -> Processes:
        """Give those that this thread has adopted; else others, which end with what waits for them."""
        return _adopted.get() or cls()

    def adopt(self) -> None:
        """Have what this thread runs end with these: it works for a build that may be stopped."""
        _adopted.set(self)

    def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        heard: Callable[[bytes], None] | None = None,
        timeout: float | None = None,
    ) -> tuple[int, str]:
        """Run a command to its end; give its exit code and what it printed.

        Args:
            command: Its command line.
            env: Its environment variables.
            cwd: Where it is run.
            heard: Called with a part of what it prints as soon as that is there, in another thread.
            timeout: Seconds after which it is ended; None: never.

        It is the process that is waited for, not the end of its output: a daemon that it leaves behind may
        hold that open.

        Raises:
            OSError: It could not be started.
            subprocess.TimeoutExpired: It took longer.
        """
        with self._lock:
            if self._stopped:
                return 1, "stopped"
            _Group.prepare()
            process = subprocess.Popen(
                command,
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                **_OWN_GROUP,
            )
            group = _Group(process)
            self._running.add(group)
        output: list[bytes] = []
        reader = threading.Thread(target=_read, args=(process, output, heard), daemon=True)
        try:
            reader.start()
            process.wait(timeout)
            reader.join(_REST)
        except BaseException:
            group.kill()
            process.wait()
            raise
        finally:
            group.forget()
            with self._lock:
                self._running.discard(group)
        return process.returncode, b"".join(output).decode("utf-8", errors="replace")

    @property
    def stopped(self) -> bool:
        """Whether they were ended: what comes of those that ran tells nothing."""
        return self._stopped

    def stop(self) -> None:
        """End every process, and start no more."""
        with self._lock:
            self._stopped = True
            running = tuple(self._running)
        for group in running:
            group.kill()


_adopted: ContextVar[Processes | None] = ContextVar("processes", default=None)


def _read(
    process: subprocess.Popen[bytes], output: list[bytes], heard: Callable[[bytes], None] | None
) -> None:
    if process.stdout is not None:
        with process.stdout as stream:
            while chunk := os.read(stream.fileno(), 1 << 16):
                output.append(chunk)
                if heard is not None:
                    heard(chunk)


# A group of its own: Ctrl-C on the terminal reaches pyz3 alone, which then ends zig and its children.
if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    # winnt.h: JOBOBJECTINFOCLASS and the limit that ends a job's processes with its last handle.
    _EXTENDED_LIMITS = 9
    _KILL_ON_CLOSE = 0x2000

    class _Basic(ctypes.Structure):
        """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

        _fields_ = (
            ("per_process_user_time", ctypes.c_int64),
            ("per_job_user_time", ctypes.c_int64),
            ("flags", wintypes.DWORD),
            ("minimum_working_set", ctypes.c_size_t),
            ("maximum_working_set", ctypes.c_size_t),
            ("active_processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("priority", wintypes.DWORD),
            ("scheduling", wintypes.DWORD),
        )

    class _Extended(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; IO_COUNTERS are six numbers of 64 bits."""

        _fields_ = (("basic", _Basic), ("io", ctypes.c_uint64 * 6), ("memory", ctypes.c_size_t * 4))

    _OWN_GROUP: dict[str, Any] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}

    @cache
    def _kernel() -> Any:
        kernel = ctypes.WinDLL("kernel32")
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
        kernel.SetInformationJobObject.argtypes = (
            wintypes.HANDLE,
            ctypes.c_int,
            wintypes.LPVOID,
            wintypes.DWORD,
        )
        kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        kernel.TerminateJobObject.argtypes = (wintypes.HANDLE, wintypes.UINT)
        kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
        return kernel

    class _Group:
        """A process with its children: a job, whose only handle this process holds."""

        @staticmethod
        def prepare() -> None:
            """Windows needs nothing beforehand."""

        def __init__(self, process: subprocess.Popen[bytes]) -> None:
            self._job = _kernel().CreateJobObjectW(None, None)
            self._limit(_KILL_ON_CLOSE)
            _kernel().AssignProcessToJobObject(self._job, int(process._handle))  # type: ignore[attr-defined]  # noqa: SLF001

        def kill(self) -> None:
            if self._job:
                _kernel().TerminateJobObject(self._job, 1)

        def forget(self) -> None:
            """Let live on what the process has left behind on purpose."""
            self._limit(0)
            _kernel().CloseHandle(self._job)
            self._job = None

        def _limit(self, flags: int) -> None:
            limits = _Extended(basic=_Basic(flags=flags))
            _kernel().SetInformationJobObject(
                self._job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
            )

else:
    from pyz3 import _sessions
    from pyz3._sessions import end_session

    _OWN_GROUP: dict[str, Any] = {"start_new_session": True}

    class _Group:
        """A process with its children: a session of its own, that a watcher knows of."""

        @staticmethod
        def prepare() -> None:
            """Start the watcher first: who is killed while it starts would leave the process behind."""
            with _one_at_a_time:
                _watch(os.getpid())

        def __init__(self, process: subprocess.Popen[bytes]) -> None:
            self._process = process
            _tell_watcher("+", process.pid)

        def kill(self) -> None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            end_session(self._process.pid)

        def forget(self) -> None:
            _tell_watcher("-", self._process.pid)

    _one_at_a_time = threading.Lock()

    # It reads which sessions run until the pipe's end, which the kernel brings about when this process ends,
    # and ends those that are left.  A death signal of Linux' reaches no grandchildren; macOS has none.
    _WATCHER = """\
while read -r what id; do
  case $what in
  +) running="$running $id" ;;
  *) rest=; for one in $running; do [ "$one" = "$id" ] || rest="$rest $one"; done; running=$rest ;;
  esac
done
[ -z "$running" ] || exec "$@" $running
"""

    @cache
    def _watch(_process: int) -> int:
        """Start the watcher of this process; give the end of the pipe to write to, or -1: there is none."""
        reading, writing = os.pipe()
        try:
            watcher = subprocess.Popen(
                ["/bin/sh", "-c", _WATCHER, "sh", sys.executable, "-IS", _sessions.__file__],
                cwd="/",
                env={},
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            os.close(writing)
            return -1
        finally:
            os.close(reading)

        def end() -> None:
            os.close(writing)
            watcher.wait()

        atexit.register(end)
        return writing

    def _tell_watcher(what: str, group: int) -> None:
        with _one_at_a_time, contextlib.suppress(OSError):  # the watcher was killed
            # A fork of this process has the pipe, too, but children of its own.
            os.write(_watch(os.getpid()), f"{what} {group}\n".encode())

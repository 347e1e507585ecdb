"""Trying wheels: each in a fresh place, with its tests, several at a time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pyz3._processes import Processes, wait_alert
from pyz3.config import expand_variables
from pyz3.guests import IMPORT
from pyz3.runtimes.installing import Home, UnfitError, install
from pyz3.runtimes.modules import modules_of
from pyz3.runtimes.shell import shell_command
from pyz3.sources import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyz3.runtimes.runtime import Runtime
    from pyz3.runtimes.testing import WheelTests

Status = Literal["passed", "failed", "not run", "skipped"]
# A shell reports a signal as 128 and its number (POSIX, "Exit Status for Commands").
_SHELLS_SIGNALS = 128


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A wheel that is to be tried.

    Attributes:
        wheel: The file.
        runtime: What tries it; None: nothing does.
        tests: What with; None: nothing is known of it, as nothing tries it.
        reason: Why it is not run; empty: it is.
    """

    wheel: Path
    runtime: Runtime | None = None
    tests: WheelTests | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of it.

    Attributes:
        trial: What was to be tried.
        status: ``not run`` is what could not be tried, ``skipped`` what the project wants no tests of.
        reason: Why it did not pass; empty: it did.
        did: What was done to try it: the command, or which modules were imported.
        output: What was printed.
        seconds: How long it took.
    """

    trial: Trial
    status: Status
    reason: str = ""
    did: str = ""
    output: str = ""
    seconds: float = 0.0


def try_all(
    trials: Sequence[Trial],
    *,
    why_unfit: Callable[[Path], str],
    environ: Mapping[str, str],
    jobs: int,
    timeout: float | None = None,
) -> Iterator[Outcome]:
    """Try wheels, ``jobs`` at a time; give what came of each, in their order, as soon as it is known.

    Args:
        trials: What is to be tried.
        why_unfit: Says of a wheel why pip must not be given it; empty: it may be.
        environ: The user's environment variables; pip's settings are obeyed.
        jobs: How many at a time.
        timeout: Seconds that the tests of one may take; None: any number.

    Raises:
        ConfigError: A requirement is not written as PEP 508 says, or there is no pip.
    """
    processes = Processes()

    def attempt(trial: Trial) -> Outcome:
        processes.adopt()
        return _try(trial, why_unfit, environ, timeout)

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        futures = [pool.submit(attempt, trial) for trial in trials]
        try:
            for future in futures:
                wait_alert([future])
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.stop()


def _try(
    trial: Trial, why_unfit: Callable[[Path], str], environ: Mapping[str, str], timeout: float | None
) -> Outcome:
    runtime, tests = trial.runtime, trial.tests
    if tests is not None and tests.skipped:
        return Outcome(trial=trial, status="skipped", reason="test-skip names it")
    if runtime is None or tests is None or trial.reason:
        return Outcome(trial=trial, status="not run", reason=trial.reason)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="pyz3-test-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve()
        did = ""
        try:
            _require(why_unfit(trial.wheel))
            modules = () if tests.command else _modules(trial.wheel)
            did = " && ".join(tests.command) or f"import {', '.join(modules)}"
            home = install(trial.wheel.absolute(), runtime, tests, folder=folder, environ=environ)
            command = (
                shell_command(tests, trial.wheel.absolute())
                if tests.command
                else (str(home.python), str(IMPORT), *modules)
            )
            status, reason, output = _run(command, tests, home, environ, timeout)
            if status == "passed" and runtime.has_crashed(output):
                status, reason = "failed", "it crashed, although its exit code is 0"
        except UnfitError as error:
            status, reason, output = error.status, error.reason, error.output
    seconds = time.perf_counter() - started
    return Outcome(trial=trial, status=status, reason=reason, did=did, output=output, seconds=seconds)


def _require(why_unfit: str) -> None:
    if why_unfit:
        raise UnfitError("failed", why_unfit)


def _modules(wheel: Path) -> tuple[str, ...]:
    try:
        modules = modules_of(wheel)
    except (ArchiveError, OSError) as error:
        raise UnfitError("failed", f"it cannot be read: {error}") from error
    if not modules:
        raise UnfitError("not run", "there is no test-command, and it has no module to import")
    return modules


def _run(
    command: Sequence[str], tests: WheelTests, home: Home, environ: Mapping[str, str], timeout: float | None
) -> tuple[Status, str, str]:
    """Run the tests; give what came of it, why, and what was printed."""
    place = home.folder / "run"
    place.mkdir()
    _copy_sources(tests, place)
    variables = {**home.variables, "PYTHONFAULTHANDLER": "1"}
    variables["PATH"] = os.pathsep.join(filter(None, (str(home.scripts), environ.get("PATH", ""))))
    variables |= expand_variables(tests.environment, variables)
    printed: list[bytes] = []
    try:
        code, output = Processes.of_this_thread().run(
            command, env=variables, cwd=place, heard=printed.append, timeout=timeout
        )
    except subprocess.TimeoutExpired:
        output = b"".join(printed).decode("utf-8", errors="replace")
        return "failed", f"no end after {timeout:g} s", output
    except OSError as error:
        return "not run", f"{command[0]} cannot be run: {error.strerror or error}", ""
    return ("failed", _ending(code), output) if code else ("passed", "", output)


def _copy_sources(tests: WheelTests, place: Path) -> None:
    for source in tests.sources if tests.project else ():
        origin, copy = Path(tests.project or ".") / source, place / source
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, copy, dirs_exist_ok=True)
        else:
            shutil.copy2(origin, copy)


def _ending(code: int) -> str:
    """Say how a process ended: ``exit code 1``, ``ended by signal 11 (SIGSEGV)``."""
    number = -code if code < 0 else code - _SHELLS_SIGNALS
    try:
        return f"ended by signal {number} ({signal.Signals(number).name}), exit code {code}"
    except ValueError:
        return f"exit code {code}"

"""What runs ends with pyz3, whatever ends it; and pyz3 ends with what runs, whatever that leaves behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pytest

from pyz3._processes import Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /bin/sh")

# Holds a lock until it ends: the system tells of its end, whoever it was a child of.
HOLDER = """\
import fcntl, os, pathlib, time
def hold(path=os.environ["PROBE_LOCK"], seconds=120):
    lock = open(path, "a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    pathlib.Path(path + ".held").touch()
    time.sleep(seconds)
    lock.close()
"""


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def is_free(path: Path) -> bool:
    import fcntl  # noqa: PLC0415 - Windows has none

    with path.open("a") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


@contextlib.contextmanager
def started(command: list[str], **changes: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        env=factory.environment(Path(changes.pop("cache")), **changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        # A shell that runs tests in the background has them ignore these, and so does nohup.
        preexec_fn=lambda: [signal.signal(one, signal.SIG_DFL) for one in (signal.SIGINT, signal.SIGHUP)],  # noqa: PLW1509 - no threads here
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def slow_requirement(folder: Path) -> str:
    """A requirement whose own build takes two minutes, unless somebody ends it."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "slow"\nbackend-path = ["."]\n'
        '[project]\nname = "slow"\nversion = "1"\n'
    )
    (folder / "slow.py").write_text(f"{HOLDER}\ndef build_wheel(*_, **__):\n    hold()\n")
    return f"slow @ {folder.as_uri()}"


def write_project(root: Path, setup: str, requires: str = "setuptools") -> Path:
    (root / "probe").mkdir(parents=True)
    (root / "probe" / "__init__.py").touch()
    (root / "setup.py").write_text(setup)
    (root / "pyproject.toml").write_text(
        f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "setuptools.build_meta"\n'
    )
    return root


SETUP = "from setuptools import setup\nsetup(name='probe', version='1', packages=['probe'])\n"
HOLDING = f"{HOLDER}\nimport sys\nif 'bdist_wheel' in sys.argv:\n    hold()\n{SETUP}"
# As ninja starts compilers: in a group of their own.
GROUPING = f"""\
import os, subprocess, sys
if 'bdist_wheel' in sys.argv:
    code = {HOLDER!r} + "hold()"
    subprocess.run([sys.executable, "-c", code], preexec_fn=os.setpgrp)
{SETUP}"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("who", ["installer", "hook", "group"])
def test_what_runs_ends_with_pyz3(who: str, number: signal.Signals, pyz3_cache: Path, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    if who == "installer":
        project = write_project(tmp_path / "p", SETUP, slow_requirement(tmp_path / "slow"))
    else:
        project = write_project(tmp_path / "p", HOLDING if who == "hook" else GROUPING)
    command = factory.pyz3_command("wheel", project, "-o", tmp_path / "out")
    with started(command, cache=str(pyz3_cache), PROBE_LOCK=str(lock)) as process:
        wait_for(lambda: Path(f"{lock}.held").exists())
        os.kill(process.pid, number)
        _, stderr = process.communicate(timeout=10)
    wait_for(lambda: is_free(lock), seconds=5)
    if number == signal.SIGKILL:
        assert process.returncode == -number
    else:
        assert (process.returncode, stderr.splitlines()[-1]) == (
            128 + number,
            f"stopped: 0 of 1 wheel in {tmp_path / 'out'}",
        )


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="running processes are listed in /proc")
def test_zig_ends_with_a_pyz3_that_is_killed(examples: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    project = shutil.copytree(examples / "hello", tmp_path / "hello")
    command = factory.pyz3_command("wheel", project, "--platform", "linux-x86_64", "-o", tmp_path / "out")
    with started(command, cache=str(cache)) as process:
        wait_for(lambda: any(" --build-file " in line for line in running(cache)))
        process.kill()
        process.communicate()
    wait_for(lambda: not running(cache), seconds=5)


def running(folder: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in found if str(folder) in line]


def test_a_hook_that_leaves_a_daemon_behind(pyz3_cache: Path, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    daemon = f"{HOLDER}\nhold(seconds=60)\n"
    setup = (
        "import subprocess, sys\nif 'bdist_wheel' in sys.argv:\n"
        f"    subprocess.Popen([sys.executable, '-c', {daemon!r}], start_new_session=True)\n{SETUP}"
    )
    project = write_project(tmp_path / "p", setup)
    began = time.monotonic()
    done = factory.pyz3("wheel", project, "-o", tmp_path / "out", cache=pyz3_cache, PROBE_LOCK=str(lock))
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 45
    assert not is_free(lock)  # it may go on


def test_what_was_printed_before_a_daemon_took_over(tmp_path: Path) -> None:
    script = "import os, sys\nos.fork() or os.execlp('sleep', 'sleep', '30')\nprint('x' * 300_000)\n"
    began = time.monotonic()
    status, text = Processes().run([sys.executable, "-c", script], env=dict(os.environ), cwd=tmp_path)
    assert (status, len(text), time.monotonic() - began < 20) == (0, 300_001, True)


def test_no_process_is_started_after_the_end(tmp_path: Path) -> None:
    processes = Processes()
    with ThreadPoolExecutor(1, initializer=processes.adopt) as pool:
        assert pool.submit(Processes.of_this_thread).result() is processes
    assert Processes.of_this_thread() is not processes
    processes.stop()
    assert processes.run(["false"], env={}, cwd=tmp_path) == (1, "stopped")


@pytest.mark.parametrize("module", ["pyz3", "pyz3.wheel"])
def test_ctrl_c_while_modules_are_imported(module: str, tmp_path: Path) -> None:
    # Stands before the real one.
    (tmp_path / "msgspec.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)\n"
    )
    (tmp_path / "click.py").write_text((tmp_path / "msgspec.py").read_text())
    with started(
        [sys.executable, "-m", module, "--version"], cache=str(tmp_path), PYTHONPATH=str(tmp_path)
    ) as process:
        assert (*process.communicate(timeout=9), process.returncode) == ("", "", 130)

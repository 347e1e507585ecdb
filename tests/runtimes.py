"""The interpreters that tests run wheels in: this machine's own, and those of scripts/runtimes.sh.

A test asks for one by name or by target.  One that is missing skips the test, with the reason;
with ``PYZ3_REQUIRE_RUNTIMES=1`` it fails it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyz3.runtimes import HOST, Runtime, provisioned_runtime
from pyz3.runtimes import runtimes_dir as folder_of
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from pyz3.targets import Target

# What scripts/runtimes.sh makes by default, without the headers.
_PROVISIONED = (
    *(f"win_amd64-3.{minor}" for minor in range(9, 14)),
    *(f"linux_aarch64-3.{minor}" for minor in (11, 13, 14, 15)),
    *(f"linux_x86_64-{version}" for version in ("3.13t", "3.14", "3.15")),
    *(f"linux_{machine}-3.13" for machine in ("i686", "armv7l", "ppc64le", "s390x", "riscv64")),
    "musllinux_x86_64-3.13",
    *("pyodide-0.27.7", "pyodide-0.29.4", "pyodide", "pyodide-315.0.0-alpha.2"),
)
_OWN = tuple(PythonVersion(3, minor) for minor in range(9, 14))

# Wine and qemu on a busy machine; a hanging interpreter is what this is for.
_TIMEOUT_SECONDS = 120


def runtimes_dir() -> Path:
    """Where scripts/runtimes.sh puts what it makes."""
    return folder_of(os.environ)


@cache
def all_known() -> tuple[Runtime, ...]:
    """Every runtime that tests may use, whether it is there or not: a fixed list to parametrise over."""
    own = tuple(
        Runtime(
            name=f"{HOST}-{python}", platform=Platform.current(), python=python, command=_own_python(python)
        )
        for python in _OWN
    )
    provisioned = tuple(filter(None, (provisioned_runtime(name, runtimes_dir()) for name in _PROVISIONED)))
    assert len(provisioned) == len(_PROVISIONED)
    return own + provisioned


def _own_python(python: PythonVersion) -> Path:
    """This machine's own interpreter: pyenv's newest of that version, else PATH's, pyenv's shims apart."""
    name = f"python{python}"
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    of_pyenv = sorted(
        root.glob(f"versions/{python}.[0-9]*/bin/{name}"),
        key=lambda path: int(path.parts[-3].rpartition(".")[2]),
    )
    if of_pyenv:
        return of_pyenv[-1]
    path = os.pathsep.join(p for p in os.get_exec_path() if Path(p) != root / "shims")
    return Path(shutil.which(name, path=path) or name)


def missing(reason: str) -> NoReturn:
    """Skip the test that lacks something, or fail it with ``PYZ3_REQUIRE_RUNTIMES=1``."""
    if os.environ.get("PYZ3_REQUIRE_RUNTIMES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def require(name: str) -> Runtime:
    """Give the runtime of that name, or skip the test, as `missing` does."""
    runtime = next((runtime for runtime in all_known() if runtime.name == name), None)
    if runtime is None:
        pytest.fail(f"no runtime is called {name!r}; there are {', '.join(map(str, all_known()))}")
    if not runtime.command.is_file():
        own = runtime.is_native
        remedy = f"install Python {runtime.python}" if own else f"run scripts/runtimes.sh {name}"
        reason = f"runtime {name} is missing ({runtime.command}): {remedy}"
        missing(reason)
    return runtime


def runtime_for(target: Target) -> Runtime | None:
    """Give the runtime that runs wheels for ``target``, as :func:`require` does; None if none is known."""
    for runtime in all_known():
        if (runtime.platform, runtime.python) == (target.platform, target.python):
            return require(runtime.name)
    return None


def run_python(
    runtime: Runtime,
    code: str,
    *,
    wheels: Sequence[Path],
    tmp_path: Path,
    args: Sequence[str] = (),
) -> str:
    """Run ``code`` in ``runtime`` with ``wheels`` on its path, and give what it printed.

    Paths in ``args`` are this machine's: they are the same in Wine (drive ``Z:`` is the current
    one), under qemu and in Pyodide, which has no subprocesses, though.

    Raises:
        AssertionError: It ended with another exit code than 0, or not at all.
    """
    folder = Path(tempfile.mkdtemp(dir=tmp_path, prefix=f"{runtime}-"))
    site = folder / "site"
    site.mkdir()
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    script = folder / "run" / "code.py"  # in a folder of its own, which python puts on its path
    script.parent.mkdir()
    script.write_text(code, encoding="utf-8")
    try:
        done = start(
            runtime,
            str(script),
            *args,
            cwd=folder,
            env=runtime.variables(os.environ, path=[site]),
            timeout=_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(
            f"{runtime}: no end after {_TIMEOUT_SECONDS} s\n{error.stdout!r}\n{error.stderr!r}"
        ) from None
    if done.returncode != 0:
        raise AssertionError(f"{runtime}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout.replace("\r\n", "\n")


def start(
    runtime: Runtime, *args: str, cwd: Path, env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run ``runtime`` to its end, which it must reach within ``timeout`` seconds.

    Once in some ten thousand starts Wine ends with exit code 1 and not a word, before Python is there: a
    Python that fails says why, and a module that crashes ends with another code.  Such a start is repeated,
    once, and told on stderr.
    """

    def run() -> subprocess.CompletedProcess[str]:
        # Python under Wine wants pipes for all of its streams.
        return subprocess.run(
            [runtime.command, *args],
            input="",
            capture_output=True,
            check=False,
            cwd=cwd,
            encoding="utf-8",
            env=env,
            errors="replace",
            timeout=timeout,
        )

    done = run()
    if runtime.runs_by == "Wine" and done.returncode == 1 and not (done.stdout or done.stderr):
        sys.stderr.write(f"{runtime}: Wine did not start; tried again\n")
        done = run()
    return done

"""Trying wheels: importing every extension module and running a project's tests, where there is a runtime."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtimes import all_known, start

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runtimes import Runtime

    from compat.cells import Cell
    from compat.contents import Contents
    from compat.projects import Suite

_IMPORT_SECONDS = 300  # Wine and qemu on a busy machine
_SUITE_SECONDS = 3600
_IMPORT = """\
import importlib, json, sys
for name in sys.argv[1:]:
    print("begin", name, flush=True)
    try:
        importlib.import_module(name)
    except BaseException as error:
        result = type(error).__name__ + ": " + str(error)
    else:
        result = ""
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    print("end", json.dumps([name, [result, file]]), flush=True)
"""
# What pytest -rfE and unittest say about a test that fails.
_FAILED_TEST = re.compile(r"^(?:FAILED|ERROR) (\S+::\S+|\S+\.py)|^(?:FAIL|ERROR): (.+)$", re.MULTILINE)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


@dataclass(frozen=True, kw_only=True)
class SuiteRun:
    """A run of a project's tests.

    Attributes:
        code: The exit code; None: it was stopped after an hour.
        failures: The tests that failed.
        summary: The last line that says something.
        output: All of it.
    """

    code: int | None
    failures: frozenset[str]
    summary: str
    output: str


def runtime_of(cell: Cell) -> Runtime | None:
    """Give the interpreter that runs the cell's wheels here, if there is one."""
    for runtime in all_known():
        if (runtime.platform, runtime.python) == (cell.platform, cell.python) and runtime.command.is_file():
            return runtime
    return None


def unpack(wheel: Path, dependencies: Path | None, site: Path) -> None:
    """Put a wheel beside what it needs; files of the dependencies are linked, and must not be changed."""
    if dependencies is not None:
        shutil.copytree(dependencies, site, copy_function=os.link, dirs_exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            data = re.fullmatch(r"[^/]+\.data/(?:platlib|purelib)/(.+)", name)
            target = site / (data[1] if data else name)
            if name.endswith("/"):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)  # a link into the dependencies stays as it is
            target.write_bytes(archive.read(name))


def import_modules(runtime: Runtime, contents: Contents, site: Path, folder: Path) -> dict[str, str]:
    """Import every extension module of a wheel; give those that fail, with the error.

    A module that takes the interpreter down does not keep the others from being tried.
    """
    script = folder / "run" / "import_modules.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(_IMPORT, encoding="utf-8")
    results, failures = for_each_module(runtime, script, contents.modules, site=site, folder=folder)
    for name, (error, file) in results.items():
        expected = contents.modules[name].split(".data/")[-1].rpartition("/")[2]
        if error:
            failures[name] = _ADDRESS.sub("0x…", error).replace(str(folder), "…")
        elif file and Path(file.replace("\\", "/")).name != expected:
            failures[name] = f"another file was imported: {file}"
    return failures


def for_each_module(
    runtime: Runtime, script: Path, modules: Iterable[str], *, site: Path, folder: Path
) -> tuple[dict[str, Any], dict[str, str]]:
    """Run a script for modules, all in one process as long as none of them ends it.

    For each the script prints ``begin NAME``, then ``end [NAME, RESULT]`` as JSON.

    Returns:
        Name → result, and name → how the interpreter ended.
    """
    results: dict[str, Any] = {}
    failures: dict[str, str] = {}
    left = sorted(modules)
    while left:
        done = _run(runtime, [str(script), *left], site=site, cwd=folder, seconds=_IMPORT_SECONDS)
        output = done.stdout.splitlines()
        finished = dict(json.loads(line[4:]) for line in output if line.startswith("end "))
        begun = [line[6:] for line in output if line.startswith("begin ")]
        results |= finished
        crashed = [name for name in begun if name not in finished]
        if crashed:
            failures[crashed[0]] = f"the interpreter ended with code {done.returncode}"
        elif len(finished) < len(left):
            code = f"the interpreter did not start: {done.returncode} {done.stderr.strip()[-200:]}"
            return results, failures | dict.fromkeys((name for name in left if name not in finished), code)
        left = [name for name in left if name not in finished and name not in crashed]
    return results, failures


def run_text(runtime: Runtime, code: str, *, site: Path, folder: Path) -> str:
    """Run code that sees ``site``; give what it prints, or how it ended."""
    script = folder / "run" / "check.py"
    script.parent.mkdir()
    script.write_text(code, encoding="utf-8")
    done = _run(runtime, [str(script)], site=site, cwd=folder, seconds=_IMPORT_SECONDS)
    if done.returncode == 0:
        return done.stdout.strip()
    last = (done.stderr.strip().splitlines() or [""])[-1]
    return f"exit code {done.returncode}: {_ADDRESS.sub('0x…', last)}"


def run_suite(runtime: Runtime, suite: Suite, *, source: Path, site: Path, folder: Path) -> SuiteRun:
    """Run a project's tests on an unpacked wheel, in a copy of the test files alone."""
    cwd = folder / "suite"
    cwd.mkdir()
    for name in suite.paths:
        target = cwd / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target)
        else:
            shutil.copy(source / name, target)
    done = _run(
        runtime, suite.arguments, site=site, cwd=cwd, seconds=_SUITE_SECONDS, environment=suite.environment
    )
    output = done.stdout + "\n" + done.stderr
    failures = frozenset(a or b for a, b in _FAILED_TEST.findall(output.replace("\\", "/")))
    lines = [line.strip(" =") for line in output.splitlines()]
    telling = [x for x in lines if re.search(r"\d+ (passed|failed|error)|^(OK|FAILED)\b|^Ran \d+", x)]
    summary = " · ".join(telling[-2:]) if telling else next((x for x in reversed(lines) if x), "")
    return SuiteRun(code=done.returncode, failures=failures, summary=summary, output=output)


def scratch_folder(work: Path) -> tempfile.TemporaryDirectory[str]:
    """Give a folder to unpack in, on the file system of the dependencies, so that they can be linked."""
    work.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=work, prefix="trial-", ignore_cleanup_errors=True)


def _run(
    runtime: Runtime,
    arguments: Sequence[str],
    *,
    site: Path,
    cwd: Path,
    seconds: int,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run an interpreter that sees ``site``; Python under Wine wants pipes for all of its streams."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    variables |= {"PYTHONPATH": str(site), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    variables |= environment or {}
    try:
        return start(runtime, *arguments, cwd=cwd, env=variables, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        streams = [text.decode(errors="replace") if text else "" for text in (error.stdout, error.stderr)]
        return subprocess.CompletedProcess(
            [str(runtime.command), *arguments], -1, streams[0], f"{streams[1]}\nno end after {seconds} s"
        )

"""How many compilers a build runs at a time, as this machine sees it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import factory
import pytest

MODULES = 8
# What zig starts itself again as, besides "build".
COMPILERS = {"clang", "build-exe", "build-lib", "build-obj", "lld-link", "ld.lld"}
SOURCE = """\
#include <Python.h>
static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, "{name}", NULL, {number}}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModule_Create(&definition); }}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_compilers_run_than_jobs(jobs: int, pyz3_cache: Path, tmp_path: Path) -> None:
    names = [f"m{number}" for number in range(MODULES)]
    tables = "".join(factory.extension(name, f"{name}.c") for name in names)
    # Each time another text: nothing of it is in the cache.
    files = {f"{name}.c": SOURCE.format(name=name, number=time.time_ns() % 1000 * jobs) for name in names}
    project = factory.write_project(tmp_path / "p", f"{factory.NATIVE}{tables}", files)
    platforms = ("--platform", "linux-x86_64", "--platform", "macos-arm64", "--platform", "windows-x64")
    args = ("wheel", project, *platforms, "--python", "3.13", "-j", str(jobs), "-q", "-o", tmp_path / "out")
    build = subprocess.Popen(factory.pyz3_command(*args), env=factory.environment(pyz3_cache))
    most = 0
    while build.poll() is None:
        most = max(most, compilers(build.pid))
        time.sleep(0.005)
    assert build.returncode == 0
    assert len([*(tmp_path / "out").glob("*.whl")]) == 3
    assert 0 < most <= jobs


def compilers(pid: int) -> int:
    """Count those among a process' descendants that have started no other: a compiler waits for its own."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            commands[int(path.name)] = (path / "cmdline").read_text(errors="replace").split("\0")[1]
    ours = {pid}
    while more := {one for one, parent in parents.items() if parent in ours} - ours:
        ours |= more
    found = {one for one in ours if commands.get(one) in COMPILERS}
    return len(found - {parents[one] for one in found})

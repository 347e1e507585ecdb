"""Which wheels are built a second time for their debug data, and what is told of the others."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from pyz3.builder.debug_files import plan_of_debug, write_debug_files
from pyz3.errors import BuildFailedError
from pyz3.plan import Order, Pure
from pyz3.results import DebugFiles, Failure, Summary, WheelResult

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.config import Optimize


def order(identifier: str, platform: str, optimize: Optimize = "ReleaseFast") -> Order:
    return Order(
        identifier=identifier,
        platform=platform,
        python="3.13",
        optimize=optimize,
        zig_targets=("t",),
        floor="",
        wheel_platform="w",
    )


def result(one: Order, path: Path) -> WheelResult:
    return WheelResult(
        identifier=one.identifier, path=path, tag="", size=0, sha256="", seconds=0, cached=False
    )


LINUX = order("cp313-manylinux_x86_64", "linux-x86_64")
PYODIDE = [order(f"cp31{n}-pyodide_wasm32", "pyodide") for n in (2, 3)]
WASM = "no debugger reads a file apart from a module of WebAssembly"
DEBUG = order("cp314-manylinux_x86_64", "linux-x86_64", "Debug")
FAILED = order("cp313-musllinux_x86_64", "musllinux-x86_64")


def test_what_came_for_linux_is_built_again(tmp_path: Path) -> None:
    found = DebugFiles(folder=tmp_path)
    plan = (LINUX, *PYODIDE, DEBUG, FAILED, Pure())
    summary = Summary(
        wheels=tuple(result(one, tmp_path) for one in (LINUX, *PYODIDE, DEBUG)),
        failures=(Failure(planned=FAILED, error=BuildFailedError("no")),),
        seconds=0,
    )
    (again,) = plan_of_debug(plan, summary, found)
    assert (again.identifier, again.debug_info) == (LINUX.identifier, True)
    assert found.notes == [
        f"no debug files of {', '.join(one.identifier for one in PYODIDE)}: {WASM}",
        "no debug files of cp314-manylinux_x86_64: the wheel itself holds its debug data",
    ]


def test_a_wheel_without_binaries_and_one_that_failed_the_second_time(tmp_path: Path) -> None:
    found = DebugFiles(folder=tmp_path / "debug")
    path = tmp_path / "one.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("one.py", "")
    other = order("cp314-manylinux_x86_64", "linux-x86_64")
    wheels = (result(LINUX, path), result(other, path))
    summary = Summary(wheels=wheels, failures=(), seconds=0)
    failure = Failure(planned=other, error=BuildFailedError("no compiler"))
    write_debug_files(summary, Summary(wheels=wheels[:1], failures=(failure,), seconds=0), found)
    assert found.notes == ["no debug files of one.whl: it holds no binary"]
    assert found.failures == ["no debug files of cp314-manylinux_x86_64: no compiler"]
    assert found.files == []
    assert not (tmp_path / "debug").exists()
    with pytest.raises(BuildFailedError, match=r"^no debug files of cp314-manylinux_x86_64: no compiler$"):
        raise Summary(wheels=wheels, failures=(), seconds=0, debug=found).error() or AssertionError

"""Zig's translation of CPython's headers, where it once stumbled; reference counts from Zig."""

from __future__ import annotations

from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.targets import Target
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """\
const py = @import("python");
fn keep(_: ?*py.PyObject, object: ?*py.PyObject) callconv(.c) ?*py.PyObject {
    py.Py_INCREF(object);
    py.Py_XINCREF(object);
    py.Py_DECREF(object);
    py.Py_INCREF(py.Py_None());
    return py.Py_None();
}
fn drop(_: ?*py.PyObject, object: ?*py.PyObject) callconv(.c) ?*py.PyObject {
    py.Py_XDECREF(object);
    return py.PyLong_FromLong(0);
}
var methods = [_]py.PyMethodDef{
    .{ .ml_name = "keep", .ml_meth = keep, .ml_flags = py.METH_O, .ml_doc = null },
    .{ .ml_name = "drop", .ml_meth = drop, .ml_flags = py.METH_O, .ml_doc = null },
    .{},
};
var module: py.PyModuleDef = .{ .m_name = "counts", .m_size = -1, .m_methods = &methods };
pub export fn PyInit_counts() ?*py.PyObject {
    return py.PyModule_Create(&module);
}
"""
CODE = """
import sys, counts
thing = object()
before = sys.getrefcount(thing)
for _ in range(5):
    counts.keep(thing)
print(sys.getrefcount(thing) - before)
for _ in range(5):
    counts.drop(thing)
print(sys.getrefcount(thing) - before)
"""
RUN = (
    *("host-3.9", "host-3.11", "host-3.12", "host-3.13"),
    *("linux_x86_64-3.13t", "linux_x86_64-3.14", "linux_x86_64-3.15", "linux_aarch64-3.13"),
    *("win_amd64-3.12", "pyodide", "linux_riscv64-3.13"),
)
# What nothing here runs, and what the translator did not understand there.
COMPILED = {
    "cp39-win32": "_ALLOCA_S_MARKER_SIZE",
    "cp313-win32": "the same",
    "cp313t-win32": "__readfsdword",
    "cp313t-win_arm64": "__getReg",
    "cp314t-win_amd64": "_Alignas twice, __readgsqword",
    "cp314t-macosx_arm64": "assembly",
    "cp315t-manylinux_s390x": "__builtin_thread_pointer",
}


def identifier(name: str) -> str:
    runtime = next(runtime for runtime in runtimes.all_known() if runtime.name == name)
    return Target(platform=runtime.platform, python=runtime.python).identifier


@pytest.fixture(scope="module")
def wheels(pyz3_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("counts")
    table = factory.extension("counts", "counts.zig")
    builder = WheelBuilder(
        factory.write_project(folder / "project", table, {"counts.zig": SOURCE}),
        cache_dir=pyz3_cache,
        environ=factory.BARE,
        python_headers=factory.more_headers(),
    )
    built = builder.build_matrix(
        platforms=["*"],
        pythons=["all"],
        build=[*map(identifier, RUN), *COMPILED],
        output_dir=folder / "dist",
    )
    return {wheel.identifier: wheel.path for wheel in built}


@pytest.mark.runtime
@pytest.mark.parametrize("name", RUN)
def test_reference_counts(name: str, wheels: dict[str, Path], tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    printed = runtimes.run_python(runtime, CODE, wheels=[wheels[identifier(name)]], tmp_path=tmp_path)
    assert printed == "5\n0\n"


def test_headers_of_other_machines(wheels: dict[str, Path]) -> None:
    headers = {f"cp3{path.name.rpartition('.')[2]}" for path in factory.more_headers()}
    expected = {
        one
        for one in COMPILED
        if not one.startswith(("cp314", "cp315")) or one.partition("-")[0].removesuffix("t") in headers
    }
    assert expected <= wheels.keys()

"""Wheels for the stable ABI: one per platform, in every interpreter that it promises."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.errors import AuditFailedError
from pyz3.targets import Platform
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
static PyObject *length(PyObject *self, PyObject *args) {
    const char *text; Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "s#", &text, &size)) return NULL;
    return PyLong_FromSsize_t(size);
}
static PyMethodDef methods[] = {{"length", length, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
"""
CLASSIC = """
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "stable", NULL, 0, methods};
PyMODINIT_FUNC PyInit_stable(void) { return PyModule_Create(&module); }
"""
SLOTS = """
PyABIInfo_VAR(abi);
static PySlot slots[] = {
    PySlot_STATIC_DATA(Py_mod_abi, &abi),
    PySlot_STATIC_DATA(Py_mod_name, "stable"),
    PySlot_STATIC_DATA(Py_mod_methods, methods),
    PySlot_DATA(Py_mod_gil, Py_MOD_GIL_NOT_USED),
    PySlot_END
};
PyMODEXPORT_FUNC PyModExport_stable(void) { return slots; }
"""
# Of 3.12; 3.10's headers do not even declare it.
TOO_NEW = """
PyObject *PyErr_GetRaisedException(void);
static PyObject *raised(PyObject *self, PyObject *unused) { return PyErr_GetRaisedException(); }
static PyMethodDef methods[] = {{"raised", raised, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
"""
CODE = """
import stable
print(stable.__file__.replace("\\\\", "/").rpartition("/")[2], stable.length("abc"))
"""
PLATFORMS = {
    Platform.LINUX_X86_64: ("manylinux_2_17_x86_64.manylinux2014_x86_64", "stable.abi3.so"),
    Platform.LINUX_AARCH64: ("manylinux_2_17_aarch64.manylinux2014_aarch64", "stable.abi3.so"),
    Platform.WINDOWS_X64: ("win_amd64", "stable.pyd"),
}
NAMES = [
    runtime.name
    for runtime in runtimes.all_known()
    if runtime.platform in PLATFORMS and runtime.python.minor >= 10 and not runtime.python.free_threaded
]


def project(folder: Path, source: str, abi3: str) -> Path:
    table = f'[tool.pyz3]\nabi3 = "{abi3}"\n{factory.extension("stable", "stable.c")}'
    return factory.write_project(folder, table, {"stable.c": source})


@pytest.fixture(scope="module")
def wheels(pyz3_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stable")
    builder = WheelBuilder(
        project(folder / "project", SOURCE + CLASSIC, "3.10"), cache_dir=pyz3_cache, environ=factory.BARE
    )
    builder.build_matrix(
        platforms=[str(platform) for platform in PLATFORMS],
        pythons=["3.9", "3.10", "3.11", "3.13", "3.13t"],
        output_dir=folder / "dist",
    )
    return folder / "dist"


def test_one_wheel_per_platform_besides_those_that_cannot_load_it(wheels: Path) -> None:
    assert set(factory.listing(wheels)) == {
        f"probe-1-{abi}-{tag}.whl"
        for tag, _ in PLATFORMS.values()
        for abi in ("cp39-cp39", "cp310-abi3", "cp313-cp313t")
    }
    for tag, module in PLATFORMS.values():
        with zipfile.ZipFile(wheels / f"probe-1-cp310-abi3-{tag}.whl") as archive:
            assert [name for name in archive.namelist() if "/" not in name] == [module]


@pytest.mark.runtime
@pytest.mark.parametrize("name", NAMES)
def test_the_wheel_runs_on_all_of_them(name: str, wheels: Path, tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    tag, module = PLATFORMS[runtime.platform]
    wheel = wheels / f"probe-1-cp310-abi3-{tag}.whl"
    assert runtimes.run_python(runtime, CODE, wheels=[wheel], tmp_path=tmp_path) == f"{module} 3\n"


def test_a_newer_symbol_is_refused_and_named(pyz3_cache: Path, tmp_path: Path) -> None:
    source = SOURCE.partition("static PyMethodDef")[0] + TOO_NEW + CLASSIC
    where = project(tmp_path / "project", source, "3.10")
    done = factory.pyz3(
        *("wheel", where, "--platform", "linux-x86_64", "--python", "3.10", "-o", tmp_path / "dist"),
        cache=pyz3_cache,
    )
    assert done.returncode == AuditFailedError.exit_code == 9
    printed = " ".join(done.stderr.split())
    assert (
        "stable.abi3.so needs PyErr_GetRaisedException, which the Limited API has since 3.12, "
        "but the wheel promises 3.10"
    ) in printed
    assert 'promise a newer Python with abi3 = "3.12" in [tool.pyz3], or avoid the call' in printed
    assert factory.listing(tmp_path / "dist") == []


@pytest.mark.runtime
def test_abi3t_serves_both_builds_of_3_15(pyz3_cache: Path, tmp_path: Path) -> None:
    runtime = runtimes.require("linux_x86_64-3.15")
    builder = WheelBuilder(
        project(tmp_path / "project", SOURCE + SLOTS, "3.15t"),
        cache_dir=pyz3_cache,
        environ=factory.BARE,
        python_headers=factory.more_headers(),
    )
    (wheel,) = builder.build_matrix(
        platforms=["linux-x86_64"], pythons=["3.15", "3.15t"], output_dir=tmp_path / "dist"
    )
    assert wheel.path.name == "probe-1-cp315-abi3.abi3t-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    printed = runtimes.run_python(runtime, CODE, wheels=[wheel.path], tmp_path=tmp_path)
    assert printed == "stable.abi3t.so 3\n"


@pytest.mark.runtime
def test_each_pyodide_has_a_wheel_of_its_own(pyz3_cache: Path, tmp_path: Path) -> None:
    pyodides = [runtime for runtime in runtimes.all_known() if runtime.platform is Platform.PYODIDE]
    ready = [runtimes.require(runtime.name) for runtime in pyodides]
    builder = WheelBuilder(
        project(tmp_path / "project", SOURCE + CLASSIC, "3.10"),
        cache_dir=pyz3_cache,
        environ=factory.BARE,
        python_headers=factory.more_headers(),
    )
    built = builder.build_matrix(
        platforms=["pyodide"],
        pythons=[str(runtime.python) for runtime in ready],
        output_dir=tmp_path / "dist",
    )
    wheels = {wheel.identifier: wheel.path for wheel in built}
    for runtime in ready:
        tag = Platform.PYODIDE.wheel_platform_for(Platform.PYODIDE.floor(runtime.python))
        wheel = wheels[f"{runtime.python.abi}-pyodide_wasm32"]
        assert wheel.name == f"probe-1-cp310-abi3-{tag}.whl"
        printed = runtimes.run_python(runtime, CODE, wheels=[wheel], tmp_path=tmp_path)
        assert printed == "stable.abi3.so 3\n"

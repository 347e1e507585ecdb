"""C that walks up the stack: on glibc by libgcc_s, as with gcc; nothing else comes to need that library."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import factory
import lief
import pytest
from runtimes import require, run_python, runtimes_dir

from pyz3.driver.runtime import runtime_files
from pyz3.driver.target import DriverTarget
from pyz3.driver.unwinder import has_stub, symbols
from pyz3.targets import Platform

if TYPE_CHECKING:
    from pathlib import Path

WALK = """
#include <unwind.h>
#include <Python.h>
void __register_frame(void *);
static _Unwind_Reason_Code count(struct _Unwind_Context *at, void *frames)
{
    *(long *)frames += _Unwind_GetIP(at) != 0;
    return _URC_NO_REASON;
}
static PyObject *depth(PyObject *self, PyObject *unused)
{
    long frames = 0;
    _Unwind_Backtrace(count, &frames);
    return PyLong_FromLong(frames);
}
void *keep = (void *)__register_frame;
static PyMethodDef methods[] = {{"depth", depth, METH_NOARGS, ""}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "walk", "", -1, methods};
PyMODINIT_FUNC PyInit_walk(void) { return PyModule_Create(&definition); }
"""
SETUP = """
from setuptools import Extension, setup
setup(name="walk", version="1", py_modules=[], ext_modules=[Extension("walk", ["walk.c"])])
"""
REAL = {
    "x86_64": "linux_x86_64-3.14",
    "aarch64": "linux_aarch64-3.13",
    "x86": "linux_i686-3.13",
    "powerpc64le": "linux_ppc64le-3.13",
    "riscv64": "linux_riscv64-3.13",
    "s390x": "linux_s390x-3.13",
}


def project(root: Path, kind: str) -> Path:
    if kind == "own":
        text = factory.extension("walk", "walk.c") + factory.extension("plain", "plain.c")
        plain = factory.ANSWER % {"name": "plain"}
        return factory.write_project(root, text, {"walk.c": WALK, "plain.c": plain})
    root.mkdir()
    (root / "walk.c").write_text(WALK, encoding="utf-8")
    (root / "setup.py").write_text(SETUP, encoding="utf-8")
    return root


def needs(file: Path | bytes) -> set[str]:
    return set(lief.parse(file if isinstance(file, bytes) else str(file)).libraries)


@pytest.mark.parametrize("kind", ["own", "setuptools"])
def test_the_stack_is_walked(kind: str, pyz3_cache: Path, tmp_path: Path) -> None:
    where = project(tmp_path / "project", kind)
    args = ("--platform", "linux-aarch64", "--platform", "linux-x86_64", "--python", "3.13")
    done = factory.pyz3("wheel", where, *args, "-o", tmp_path / "dist", cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    wanted = {"walk": True, **({"plain": False} if kind == "own" else {})}
    wheels = {path.stem.rpartition("_")[2]: path for path in (tmp_path / "dist").glob("*.whl")}
    assert set(wheels) == {"64", "aarch64"}
    for wheel in wheels.values():
        with zipfile.ZipFile(wheel) as archive:
            needed = {
                name.partition(".")[0]: needs(archive.read(name))
                for name in archive.namelist()
                if name.endswith(".so")
            }
        assert {name: "libgcc_s.so.1" in of for name, of in needed.items()} == wanted
    runtime = require("linux_aarch64-3.13")
    code = "import walk; print(walk.depth() > 3)"
    assert run_python(runtime, code, wheels=(wheels["aarch64"],), tmp_path=tmp_path).strip() == "True"


@pytest.mark.parametrize(("words", "wanted"), [(["cc"], {"libgcc_s.so.1"}), (["c++", "-x", "c++"], set())])
def test_a_compiler_that_a_build_system_runs(
    words: list[str], wanted: set[str], pyz3_cache: Path, tmp_path: Path
) -> None:
    source = (
        "#include <unwind.h>\nint f(void *at) { return _Unwind_GetIP((struct _Unwind_Context *)at) != 0; }\n"
    )
    (tmp_path / "f.c").write_text(source, encoding="utf-8")
    out = tmp_path / "f.so"
    tool, *more = words
    args = (tool, "--target", "linux-x86_64", *more, "-shared", "-fPIC", tmp_path / "f.c", "-o", out)
    done = factory.pyz3(*args, cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert needs(out) & {"libgcc_s.so.1"} == wanted, "C++ has an unwinder of zig's in it"


@pytest.mark.parametrize("machine", REAL)
def test_the_stub_has_the_versions_of_the_real_library(machine: str) -> None:
    require(REAL[machine])
    (file,) = (runtimes_dir() / "opt" / REAL[machine]).rglob("libgcc_s.so.1")
    library = lief.parse(str(file))
    found = {
        symbol.name: symbol.symbol_version.symbol_version_auxiliary.name
        for symbol in library.exported_symbols
        if symbol.name in symbols(machine)
    }
    assert found == symbols(machine)


def test_who_has_a_stub() -> None:
    targets = {str(platform): DriverTarget.of(platform) for platform in Platform}
    assert {name for name, target in targets.items() if has_stub(target)} == {
        f"linux-{name}" for name in ("x86_64", "aarch64", "i686", "ppc64le", "s390x", "riscv64")
    }


def test_who_is_linked_with_it() -> None:
    target = DriverTarget("x86_64-linux-gnu.2.17")
    linked = {cxx: runtime_files("/r", target, cxx=cxx)[-1].rpartition("/")[2] for cxx in (False, True, None)}
    # A build.zig of the project's own may build for another machine than was asked for, and C++.
    assert linked == {False: "libgcc_s.so.1", True: "libpyz3-c++.a", None: "libpyz3.a"}

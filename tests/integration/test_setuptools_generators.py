"""Setuptools projects whose C or C++ is written with the help of a package, called on real interpreters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.runtime

PYTHON = PythonVersion.parse("3.13")
# Wherever 3.13 can be run.
PLATFORMS = ("linux-x86_64", "linux-aarch64", "windows-x64")
PYPROJECT = '[build-system]\nrequires = ["setuptools>=77", {}]\nbuild-backend = "setuptools.build_meta"\n'

NANOBIND = {
    "pyproject.toml": PYPROJECT.format('"nanobind>=2.9"'),
    "setup.py": """\
from pathlib import Path
import sys
import nanobind
from setuptools import Extension, setup

root = Path(nanobind.include_dir()).parent
setup(
    name="demo",
    version="1",
    packages=["demo"],
    ext_modules=[
        Extension(
            "demo._core",
            ["core.cpp", str(root / "src" / "nb_combined.cpp")],
            include_dirs=[nanobind.include_dir(), str(root / "ext" / "robin_map" / "include")],
            define_macros=[("NB_COMPACT_ASSERTIONS", None)],
            extra_compile_args=["/std:c++17" if sys.platform == "win32" else "-std=c++17"],
        )
    ],
)
""",
    "core.cpp": """\
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <stdexcept>

NB_MODULE(_core, m) {
    m.def("total", [](const std::vector<int> &values) {
        long sum = 0;
        for (int value : values) sum += value;
        return sum;
    });
    m.def("fail", [](const std::string &text) { throw std::runtime_error(text); });
}
""",
    "demo/__init__.py": "from ._core import fail, total\n",
}

PYBIND11 = {
    "pyproject.toml": PYPROJECT.format('"pybind11>=3"'),
    "setup.py": """\
from pybind11.setup_helpers import Pybind11Extension, build_ext
from setuptools import setup

setup(
    name="demo", version="1", packages=["demo"], cmdclass={"build_ext": build_ext},
    ext_modules=[Pybind11Extension("demo._core", ["core.cpp"])],
)
""",
    "core.cpp": """\
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <stdexcept>

PYBIND11_MODULE(_core, m) {
    m.def("total", [](const std::vector<int> &values) {
        long sum = 0;
        for (int value : values) sum += value;
        return sum;
    });
    m.def("fail", [](const std::string &text) { throw std::runtime_error(text); });
}
""",
    "demo/__init__.py": "from ._core import fail, total\n",
}

MYPYC = {
    "pyproject.toml": PYPROJECT.format('"mypy>=1.18"'),
    "setup.py": """\
from mypyc.build import mypycify
from setuptools import setup

setup(name="demo", version="1", packages=["demo"], ext_modules=mypycify(["demo/core.py"]))
""",
    "demo/core.py": """\
from __future__ import annotations


def total(values: list[int]) -> int:
    result = 0
    for value in values:
        result += value
    return result


def fail(text: str) -> None:
    raise RuntimeError(text)
""",
    "demo/__init__.py": "from .core import fail, total\n",
}

NUMPY = {
    "pyproject.toml": PYPROJECT.format('"numpy>=2"'),
    "setup.py": """\
import numpy
from setuptools import Extension, setup

setup(
    name="demo", version="1", packages=["demo"],
    ext_modules=[Extension("demo._core", ["core.c"], include_dirs=[numpy.get_include()])],
)
""",
    # Without numpy at run time: what its headers say of the target is what is asked.
    "core.c": """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <numpy/arrayobject.h>

_Static_assert(NPY_SIZEOF_LONG == sizeof(long), "another target's numpy");
_Static_assert(NPY_SIZEOF_LONGDOUBLE == sizeof(long double), "another target's numpy");

static PyObject *total(PyObject *self, PyObject *values) {
    PyObject *fast = PySequence_Fast(values, "a sequence");
    if (!fast) return NULL;
    npy_intp sum = 0;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast); i++)
        sum += PyLong_AsSsize_t(PySequence_Fast_GET_ITEM(fast, i));
    Py_DECREF(fast);
    return PyLong_FromSsize_t(sum);
}
static PyObject *fail(PyObject *self, PyObject *text) {
    PyErr_SetObject(PyExc_RuntimeError, text);
    return NULL;
}
static PyMethodDef methods[] = {
    {"total", total, METH_O, NULL}, {"fail", fail, METH_O, NULL}, {NULL, NULL, 0, NULL}
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", NULL, 0, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
""",
    "demo/__init__.py": "from ._core import fail, total\n",
}

# Nothing of this is written down: the compiler is run by the project itself.
OWN_COMMANDS = {
    "pyproject.toml": PYPROJECT.format('"numpy>=2"'),
    "setup.py": """\
import os
import subprocess
import sys
from pathlib import Path

import numpy
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class Own(build_ext):
    def build_extension(self, extension):
        include = numpy.get_include()
        result = Path(self.get_ext_fullpath(extension.name))
        for folder in (result.parent, Path(self.build_temp)):
            folder.mkdir(parents=True, exist_ok=True)
        made = str(Path(self.build_temp, "core.o"))
        short = os.path.relpath(include)
        subprocess.run([os.environ["CC"], "-c", "core.c", "-I", short, "-o", made], check=True)
        if sys.platform == "linux":
            library = [f"-L{Path(include).parent / 'lib'}", "-lnpymath"]
        else:
            library = []
        subprocess.run([os.environ["CC"], "-shared", made, *library, "-o", str(result)], check=True)


setup(
    name="demo", version="1", packages=["demo"], cmdclass={"build_ext": Own},
    ext_modules=[Extension("demo._core", ["core.c"])],
)
""",
    "core.c": """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <numpy/arrayobject.h>
#include <numpy/halffloat.h>

static PyObject *sizes(PyObject *self, PyObject *unused) {
#ifdef __linux__
    double one = npy_half_to_double(0x3c00);  /* of numpy's static library */
#else
    double one = 1;
#endif
    return Py_BuildValue("iid", NPY_SIZEOF_LONG, NPY_SIZEOF_LONGDOUBLE, one);
}
static PyMethodDef methods[] = {{"sizes", sizes, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", NULL, 0, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
""",
    "demo/__init__.py": "from ._core import sizes\n",
}
# Of long and of long double, by numpy's wheel of that platform.
SIZES = {"linux-x86_64": (8, 16), "linux-aarch64": (8, 16), "windows-x64": (4, 8)}

CALL = """\
import demo
print(demo.total([1, 2, 39]))
try:
    demo.fail("as it should")
except RuntimeError as error:
    print(error)
"""


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(NANOBIND, id="nanobind"),
        pytest.param(PYBIND11, id="pybind11"),
        pytest.param(MYPYC, id="mypyc"),
        pytest.param(NUMPY, id="numpy"),
    ],
)
def test_a_wheel_is_called(files: Mapping[str, str], pyz3_cache: Path, tmp_path: Path) -> None:
    said = said_by_wheels(files, CALL, pyz3_cache, tmp_path)
    assert said == [(name, "42\nas it should\n") for name, _ in said]


def test_a_compiler_that_a_project_runs_has_the_target_s_numpy(pyz3_cache: Path, tmp_path: Path) -> None:
    call = "import demo\nprint(*demo.sizes())\n"
    said = said_by_wheels(OWN_COMMANDS, call, pyz3_cache, tmp_path)
    assert said == [(name, "{} {} 1.0\n".format(*SIZES[name])) for name, _ in said]


def said_by_wheels(files: Mapping[str, str], call: str, cache: Path, tmp_path: Path) -> list[tuple[str, str]]:
    """Give what ``call`` prints with the wheels of a project, each with its platform."""
    project = tmp_path / "project"
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    chosen = [word for name in PLATFORMS for word in ("--platform", name)]
    arguments = ("wheel", project, *chosen, "--python", str(PYTHON), "-o", tmp_path / "out")
    done = factory.pyz3(*arguments, cache=cache)
    assert done.returncode == 0, done.stderr
    assert len(factory.listing(tmp_path / "out")) == len(PLATFORMS)
    said = []
    for name in PLATFORMS:
        platform = Platform(name)
        (wheel,) = (tmp_path / "out").glob(f"*{platform.wheel_platform_for(platform.floor(PYTHON))}.whl")
        known = [one for one in runtimes.all_known() if (one.platform, one.python) == (platform, PYTHON)]
        for runtime in known:
            told = runtimes.run_python(
                runtimes.require(runtime.name), call, wheels=[wheel], tmp_path=tmp_path
            )
            said.append((name, told))
    assert {"linux-aarch64", "windows-x64"} <= {name for name, _ in said}
    return said

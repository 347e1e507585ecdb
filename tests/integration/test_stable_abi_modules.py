"""One module for the stable ABI in many interpreters, and official wheels in the audit."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from headers import include_of
from official import official_wheel
from packaging.tags import cpython_tags
from runtimes import require, run_python

from pyz3.audit import judge, read_facts
from pyz3.capi import import_library, limited_api, limited_api_macros, stable_abi_tag
from pyz3.store import Cache
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyz3.audit import Finding

ZIG = (sys.executable, "-m", "ziglang")

# A function with PY_SSIZE_T_CLEAN, a type made at run time, an exception, references, module state.
SOURCE = r"""
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *total(PyObject *self, PyObject *args)
{
    const char *text;
    Py_ssize_t size, i;
    long sum = 0;
    if (!PyArg_ParseTuple(args, "s#", &text, &size)) return NULL;
    if (size == 0) {
        PyErr_SetString(PyExc_ValueError, "nothing to add");
        return NULL;
    }
    for (i = 0; i < size; i++) sum += text[i];
    return PyLong_FromLong(sum);
}

static PyObject *repr(PyObject *self)
{
    PyObject *name = PyObject_GetAttrString((PyObject *)Py_TYPE(self), "__name__");
    PyObject *text = name ? PyUnicode_FromFormat("<a %U>", name) : NULL;
    Py_XDECREF(name);
    return text;
}

static PyMethodDef methods[] = {{"total", total, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot type_slots[] = {{Py_tp_repr, (void *)repr}, {0, NULL}};
static PyType_Spec spec = {"stable.Thing", 0, 0, Py_TPFLAGS_DEFAULT, type_slots};

static int start(PyObject *module)
{
#ifdef TOO_NEW
    Py_XDECREF(PyErr_GetRaisedException());
#endif
    PyObject *type = PyType_FromModuleAndSpec(module, &spec, NULL);
    int failed = type ? PyModule_AddObjectRef(module, "Thing", type) : -1;
    Py_XDECREF(type);
    return failed;
}

#if defined(Py_TARGET_ABI3T) && !defined(OLD_WAY)
PyABIInfo_VAR(abi);
static PySlot slots[] = {
    PySlot_STATIC_DATA(Py_mod_abi, &abi),
    PySlot_STATIC_DATA(Py_mod_name, "stable"),
    PySlot_STATIC_DATA(Py_mod_methods, methods),
    PySlot_FUNC(Py_mod_exec, start),
    PySlot_DATA(Py_mod_gil, Py_MOD_GIL_NOT_USED),
    PySlot_END
};
PyMODEXPORT_FUNC PyModExport_stable(void) { return slots; }
#else
static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)start}, {0, NULL}};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "stable", NULL, 0, methods, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_stable(void) { return PyModuleDef_Init(&definition); }
#endif

#ifdef _WIN32
int _DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }
#endif
"""
USE = """
import stable, sys
try:
    stable.total("")
except ValueError as error:
    failure = str(error)
suffix = stable.__file__.replace("\\\\", "/").rpartition("/")[2]
print(suffix, stable.total("abc"), stable.Thing(), failure, getattr(sys, "_is_gil_enabled", lambda: True)())
"""
SUFFIXES = {
    ("linux-x86_64", "3.10"): ".abi3.so",
    ("linux-x86_64", "3.15t"): ".abi3t.so",
    ("windows-x64", "3.10"): ".pyd",
    ("windows-x64", "3.15t"): ".pyd",
}


def compile_module(
    folder: Path, *, platform: str, stable_abi: str, version: str, macros: tuple[str, ...] = ()
) -> Path:
    """Compile ``SOURCE`` for ``stable_abi`` with the headers of ``version``."""
    folder.mkdir(exist_ok=True)
    (folder / "stable.c").write_text(SOURCE)
    result = folder / f"stable{SUFFIXES[platform, stable_abi]}"
    python = PythonVersion.parse(version)
    defines = [f"-D{one}" for one in (*limited_api_macros(stable_abi, headers=python), *macros)]
    include = include_of(version, folder / "cache")
    windows = platform == "windows-x64"
    target = ["-target", "x86_64-windows-gnu" if windows else "x86_64-linux-gnu.2.17"]
    flags = [*target, "-O2", "-fPIC", "-fno-sanitize=undefined", f"-I{include}", *defines]
    link = [*target, "-shared", "stable.o"]
    if windows:
        # All of the stable ABI can be linked: the audit says of what is too new where it comes from.
        library = import_library(
            limited_api("3.15", system="windows"),
            version=python,
            arch="amd64",
            cache=Cache(folder / "cache"),
            zig=ZIG,
            stable_abi=stable_abi,
        )
        link += ["-nostdlib", str(library)]
    for command in (["-c", "stable.c", "-o", "stable.o", *flags], [*link, "-o", result.name]):
        subprocess.run([*ZIG, "cc", *command], check=True, cwd=folder, capture_output=True)
    return result


def pack(module: Path) -> Path:
    wheel = module.with_suffix(".whl")
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(module, module.name)
    return wheel


def findings(module: Path, *, platform: str, stable_abi: str) -> tuple[Finding, ...]:
    target = Target(platform=Platform(platform), python=PythonVersion.parse(stable_abi))
    windows = platform == "windows-x64"
    report = judge(
        read_facts(module),
        file=module.name,
        module="stable" if module.name.startswith("stable.") else None,
        target=target,
        floor="" if windows else "2.17",
        python_symbols=limited_api(stable_abi, system="windows" if windows else "posix").names,
        stable_abi=stable_abi,
    )
    return report.findings


def audit(module: Path, *, platform: str, stable_abi: str) -> list[str]:
    found = findings(module, platform=platform, stable_abi=stable_abi)
    return [finding.message for finding in found if finding.rule != "timestamp"]


# With the oldest headers that know this version, and with the newest.
@pytest.fixture(scope="module", params=["3.10", "3.15"])
def abi3(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def give(platform: str) -> Path:
        if platform not in made:
            folder = tmp_path_factory.mktemp(platform)
            made[platform] = compile_module(
                folder, platform=platform, stable_abi="3.10", version=request.param
            )
        return made[platform]

    return give


@pytest.mark.parametrize("platform", ["linux-x86_64", "windows-x64"])
def test_abi3_passes_the_audit(abi3: Callable[[str], Path], platform: str) -> None:
    assert audit(abi3(platform), platform=platform, stable_abi="3.10") == []


@pytest.mark.parametrize(
    "name",
    [
        *(f"host-3.{minor}" for minor in range(10, 14)),
        *("linux_x86_64-3.14", "linux_x86_64-3.15"),
        *(f"win_amd64-3.{minor}" for minor in range(10, 14)),
    ],
)
def test_abi3_runs(abi3: Callable[[str], Path], name: str, tmp_path: Path) -> None:
    runtime = require(name)
    platform = "windows-x64" if name.startswith("win") else "linux-x86_64"
    suffix = SUFFIXES[platform, "3.10"]
    printed = run_python(runtime, USE, wheels=[pack(abi3(platform))], tmp_path=tmp_path)
    assert printed == f"stable{suffix} 294 <a Thing> nothing to add True\n"


@pytest.mark.parametrize(("platform", "dll"), [("linux-x86_64", ""), ("windows-x64", " from python3.dll")])
def test_what_headers_let_through_the_audit_refuses(tmp_path: Path, platform: str, dll: str) -> None:
    # PyErr_GetRaisedException is declared whatever Py_LIMITED_API says.
    module = compile_module(
        tmp_path / "build", platform=platform, stable_abi="3.10", version="3.15", macros=("TOO_NEW",)
    )
    (message,) = audit(module, platform=platform, stable_abi="3.10")
    assert message == (
        f"{module.name} needs PyErr_GetRaisedException{dll}, "
        "which the Limited API has since 3.12, but the wheel promises 3.10"
    )
    assert audit(module, platform=platform, stable_abi="3.12") == []


def test_abi3t_runs_with_the_gil(tmp_path: Path) -> None:
    runtime = require("linux_x86_64-3.15")
    module = compile_module(tmp_path / "build", platform="linux-x86_64", stable_abi="3.15t", version="3.15")
    assert audit(module, platform="linux-x86_64", stable_abi="3.15t") == []
    printed = run_python(runtime, USE, wheels=[pack(module)], tmp_path=tmp_path)
    assert printed == "stable.abi3t.so 294 <a Thing> nothing to add True\n"


def test_abi3t_on_windows_takes_the_api_from_python3t(tmp_path: Path) -> None:
    module = compile_module(tmp_path / "build", platform="windows-x64", stable_abi="3.15t", version="3.15")
    (facts,) = read_facts(module)
    assert facts.needed == ("python3t.dll",)
    assert "PyModExport_stable" in facts.exported
    assert audit(module, platform="windows-x64", stable_abi="3.15t") == []


def test_abi3t_has_no_static_module_definition(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        compile_module(
            tmp_path / "build",
            platform="linux-x86_64",
            stable_abi="3.15t",
            version="3.15",
            macros=("OLD_WAY",),
        )
    assert b"variable has incomplete type 'PyModuleDef'" in caught.value.stderr


def test_newest_tag_is_what_installers_know() -> None:
    with_gil = {str(tag) for tag in cpython_tags((3, 15), ["cp315"], ["linux_x86_64"])}
    without = {str(tag) for tag in cpython_tags((3, 15), ["cp315t"], ["linux_x86_64"])}
    python, abis = stable_abi_tag("3.15t").split("-")
    abi3, abi3t = (f"{python}-{abi}-linux_x86_64" for abi in abis.split("."))
    assert abi3 in with_gil
    assert abi3t in without
    assert abi3 not in without


# cffi's C, C by hand, and Rust twice.
OFFICIAL = ("argon2-cffi-bindings==21.2.0", "psutil==7.0.0", "bcrypt==4.3.0", "cryptography==44.0.2")
PIP_PLATFORMS = {
    "linux-x86_64": ("manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux_2_17_x86_64"),
    "macos-arm64": ("macosx_11_0_arm64", "macosx_10_9_universal2", "macosx_10_12_universal2"),
    "windows-x64": ("win_amd64",),
}


@pytest.mark.parametrize("requirement", OFFICIAL)
@pytest.mark.parametrize("platform", PIP_PLATFORMS)
def test_official_wheel(requirement: str, platform: str, tmp_path: Path) -> None:
    wheel = official_wheel(
        requirement, *PIP_PLATFORMS[platform], folder=tmp_path / "dist", python="3.13", abi="abi3"
    )
    (promised,) = re.findall(r"-(cp3\d+)-abi3-", wheel.name)
    stable_abi = str(PythonVersion.parse(promised))
    with zipfile.ZipFile(wheel) as archive:
        modules = [name for name in archive.namelist() if re.search(r"\.(abi3\.so|pyd)$", name)]
        archive.extractall(tmp_path, modules)
    assert modules
    for module in modules:
        found = findings(tmp_path / module, platform=platform, stable_abi=stable_abi)
        about_python = re.compile(r"_?Py|python", re.IGNORECASE)
        assert [one.message for one in found if about_python.match(one.symbol)] == []

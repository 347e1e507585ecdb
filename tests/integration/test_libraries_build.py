"""Libraries of a project, built for real: linked, shipped, loaded; and what goes wrong with them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.audit import facts_of
from pyz3.targets import Platform, PythonVersion
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.audit import Facts
    from pyz3.results import WheelResult

PYPROJECT = """
[tool.pyz3]
packages = ["probe"]

[[tool.pyz3.libraries]]
name = "inner"
static = true
sources = ["inner/*.c"]
public-include-dirs = ["inner"]

[[tool.pyz3.libraries]]
name = "outer"
static = true
sources = ["outer/*"]
libraries = ["inner", "m"]

[[tool.pyz3.libraries]]
name = "probe.lib.core"
sources = ["core.c"]
libraries = ["inner"]
export-symbols = ["core_*"]
windows = { libraries = ["ws2_32"] }

[[tool.pyz3.extensions]]
name = "probe._ext"
sources = ["ext.c"]
libraries = ["probe.lib.core", "outer"]
export-symbols = ["probe_extra"]
"""
FILES = {
    "probe/__init__.py": """\
import os
from pathlib import Path

if hasattr(os, "add_dll_directory"):
    _folders = [Path(folder, "lib").absolute() for folder in __path__]
    _dlls = [os.add_dll_directory(str(folder)) for folder in _folders if folder.is_dir()]
from probe._ext import values
""",
    "probe/lib/__init__.py": "",
    "inner/inner.h": "int inner(int x);\n",
    "inner/inner.c": '#include "inner.h"\nint inner(int x) { return x + 1; }\n',
    "inner/unused.c": "int nobody_has_this(void);\nint unused(void) { return nobody_has_this(); }\n",
    "outer/outer.c": '#include <math.h>\n#include "inner.h"\nint outer_zig(int);\n'
    "int outer(int x) { return outer_zig(inner((int)sqrt((double)x))); }\n",
    "outer/double.zig": "export fn outer_zig(x: c_int) c_int {\n    return 2 * x;\n}\n",
    "core.c": '#include "inner.h"\nint concealed(int x) { return inner(x); }\n'
    "int core_answer(int x) { return concealed(x); }\n",
    "ext.c": """\
#include <Python.h>
int outer(int);
#ifdef _WIN32
__declspec(dllimport)
#endif
int core_answer(int);
int probe_extra(void) { return 5; }
static PyObject *values(PyObject *self, PyObject *unused) {
    return Py_BuildValue("iii", outer(16), core_answer(41), probe_extra());
}
static PyMethodDef methods[] = {{"values", values, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_ext", NULL, 0, methods};
PyMODINIT_FUNC PyInit__ext(void) { return PyModule_Create(&module); }
""",
}
FAMILY_FILES = {"windows": "core.dll", "macos": "libcore.dylib"}
NAMES = ("host-3.13", "win_amd64-3.13", "linux_aarch64-3.13", "musllinux_x86_64-3.13")


@pytest.fixture(scope="module")
def built(pyz3_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, WheelResult]:
    root = factory.write_project(tmp_path_factory.mktemp("libraries") / "p", PYPROJECT, FILES)
    results = WheelBuilder(root, cache_dir=pyz3_cache, environ=factory.BARE).build_matrix(
        platforms=[str(p) for p in Platform if p.family != "pyodide"], pythons=["3.13"], output_dir=root / "d"
    )
    return {result.identifier: result for result in results}


def facts(wheel: Path, name: str) -> tuple[Facts, ...]:
    with zipfile.ZipFile(wheel) as archive:
        return facts_of(archive.read(name), name=name)


@pytest.mark.parametrize("platform", [p for p in Platform if p.family != "pyodide"], ids=str)
def test_what_is_in_the_wheel(platform: Platform, built: dict[str, WheelResult]) -> None:
    wheel = built[f"cp313-{platform.spec.identifier}"].path
    module = f"probe/_ext{platform.extension_suffix(PythonVersion.parse('3.13'))}"
    library = FAMILY_FILES.get(platform.family, "libcore.so")
    with zipfile.ZipFile(wheel) as archive:
        assert sorted(n for n in archive.namelist() if ".dist-info/" not in n) == sorted(
            ["probe/__init__.py", "probe/lib/__init__.py", f"probe/lib/{library}", module]
        )
    for one in facts(wheel, module):
        assert [name.rpartition("/")[2] for name in one.needed if "core." in name] == [library]
        origin = {"windows": (), "macos": ("@loader_path/lib",)}.get(platform.family, ("$ORIGIN/lib",))
        assert one.rpaths == origin
        assert set(one.exported) >= {"PyInit__ext", "probe_extra"}
        if platform.family != "macos":
            assert set(one.exported) == {"PyInit__ext", "probe_extra"}
    for one in facts(wheel, f"probe/lib/{library}"):
        assert one.name == f"{'@rpath/' if platform.family == 'macos' else ''}{library}"
        assert "core_answer" in one.exported
        if platform.family != "macos":
            assert one.exported == ("core_answer",)


@pytest.mark.runtime
@pytest.mark.parametrize("name", NAMES)
def test_runs(name: str, built: dict[str, WheelResult], tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    wheel = built[f"cp313-{runtime.platform.spec.identifier}"].path
    code = "import probe; print(probe.values())"
    assert runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path) == "(10, 42, 5)\n"


@pytest.mark.runtime
def test_static_libraries_in_pyodide(pyz3_cache: Path, tmp_path: Path) -> None:
    runtime = runtimes.require("pyodide")
    text = PYPROJECT.replace('"probe.lib.core", ', "")
    files = {**FILES, "core.c": FILES["core.c"], "ext.c": FILES["ext.c"].replace("core_answer(41)", "42")}
    root = factory.write_project(tmp_path / "p", text, files)
    builder = WheelBuilder(
        root, cache_dir=pyz3_cache, environ=factory.BARE, python_headers=factory.more_headers()
    )
    if runtime.python.base not in builder.headers():
        pytest.skip(f"no headers of Python {runtime.python.base}: run scripts/runtimes.sh")
    (result,) = builder.build_matrix(
        platforms=["pyodide"], pythons=[str(runtime.python)], output_dir=tmp_path
    )
    with zipfile.ZipFile(result.path) as archive:
        assert "probe/lib/libcore.so" in archive.namelist()
    code = "import probe; print(probe.values())"
    assert runtimes.run_python(runtime, code, wheels=[result.path], tmp_path=tmp_path) == "(10, 42, 5)\n"


CTYPES = (
    '[[tool.pyz3.libraries]]\nname = "probe.core"\nsources = ["core.c"]\n[tool.pyz3]\npackages = ["probe"]\n'
)


def test_a_ctypes_library_alone_is_one_wheel_for_all_pythons(pyz3_cache: Path, tmp_path: Path) -> None:
    files = {"probe/__init__.py": "", "core.c": "int answer(void) { return 42; }\n"}
    root = factory.write_project(tmp_path / "p", CTYPES, files)
    results = WheelBuilder(root, cache_dir=pyz3_cache, environ=factory.BARE).build_matrix(
        platforms=["linux-x86_64", "windows-x64", "macos-arm64"], pythons=["3.9", "3.13"], output_dir=tmp_path
    )
    assert [result.path.name for result in results] == [
        "probe-1-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "probe-1-py3-none-macosx_11_0_arm64.whl",
        "probe-1-py3-none-win_amd64.whl",
    ]
    with zipfile.ZipFile(results[0].path) as archive:
        assert b"Root-Is-Purelib: false\nTag: py3-none-manylinux2014_x86_64\n" in archive.read(
            "probe-1.dist-info/WHEEL"
        )
    # Without export-symbols everything is visible, and nothing of the C library's.
    (one,) = facts(results[2].path, "probe/core.dll")
    assert one.exported == ("answer",)
    if Platform.current() is Platform.LINUX_X86_64:
        runtime = runtimes.require("host-3.13")
        code = "import ctypes, probe; print(ctypes.CDLL(probe.__path__[0] + '/libcore.so').answer())"
        assert runtimes.run_python(runtime, code, wheels=[results[0].path], tmp_path=tmp_path) == "42\n"


def test_cpp_in_a_static_library(pyz3_cache: Path, tmp_path: Path) -> None:
    library = '[[tool.pyz3.libraries]]\nname = "text"\nstatic = true\nsources = ["text.cpp"]\n'
    module = factory.extension("probe._c", "c.c") + 'libraries = ["text"]\n'
    files = {
        "probe/__init__.py": "",
        "text.cpp": "#include <string>\n"
        "extern \"C\" int length(int n) { return std::string(n, 'x').size(); }\n",
        "c.c": (factory.ANSWER % {"name": "_c"})
        .replace("static PyO", "int length(int);\nstatic PyO", 1)
        .replace("(ANSWER)", "(length(ANSWER))"),
    }
    root = factory.write_project(
        tmp_path / "p", library + module + '[tool.pyz3]\npackages = ["probe"]\n', files
    )
    current = str(Platform.current())
    (result,) = WheelBuilder(root, cache_dir=pyz3_cache, environ=factory.BARE).build_matrix(
        platforms=[current], pythons=["3.13"], output_dir=tmp_path
    )
    runtime = runtimes.require("host-3.13")
    code = "from probe import _c; print(_c.answer())"
    assert runtimes.run_python(runtime, code, wheels=[result.path], tmp_path=tmp_path) == "42\n"


def test_a_slip_in_export_symbols_is_found(pyz3_cache: Path, tmp_path: Path) -> None:
    text = PYPROJECT.replace('["core_*"]', '["core_*", "cor_answer"]')
    root = factory.write_project(tmp_path / "p", text, FILES)
    for platform, file in (("linux-x86_64", "libcore.so"), ("windows-x64", "core.dll")):
        done = factory.pyz3(
            "wheel", root, "--platform", platform, "--python", "3.13", cache=pyz3_cache, cwd=tmp_path
        )
        assert done.returncode == 9
        message = f"probe/lib/{file} exports nothing that export-symbols calls 'cor_answer'"
        assert message in done.stderr


def test_a_mistake_in_a_static_library_is_shown(pyz3_cache: Path, tmp_path: Path) -> None:
    root = factory.write_project(
        tmp_path / "p", PYPROJECT, {**FILES, "inner/inner.c": "int inner(int x) { retrn x; }\n"}
    )
    done = factory.pyz3(
        "wheel", root, "--platform", "linux-x86_64", "--python", "3.13", cache=pyz3_cache, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "✗ linux-x86_64 · inner  (cp313)" in done.stderr
    assert "use of undeclared identifier 'retrn'" in done.stderr


def zig(*arguments: str | Path, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", *map(str, arguments)], capture_output=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stderr


def test_a_static_library_that_the_user_supplies(pyz3_cache: Path, tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "z.c").write_text("int supplied(void) { return 42; }\n", encoding="utf-8")
    (vendor / "z.h").write_text("int supplied(void);\n", encoding="utf-8")
    for platform, name in (("linux-x86_64", "libsupplied.a"), ("windows-x64", "supplied.lib")):
        folder = vendor / platform
        folder.mkdir()
        target = Platform(platform).zig_target
        zig(
            "cc",
            "-target",
            target,
            "-O2",
            "-fPIC",
            "-fno-sanitize=undefined",
            "-c",
            "z.c",
            "-o",
            folder / "z.o",
            cwd=vendor,
        )
        zig("ar", "rcs", folder / name, folder / "z.o", cwd=vendor)
    tables = "".join(
        f'[tool.pyz3.extensions.{family}]\nlibrary-dirs = ["../vendor/{platform}"]\n'
        'libraries = ["supplied"]\n'
        for family, platform in (("linux", "linux-x86_64"), ("windows", "windows-x64"))
    )
    source = '#include "z.h"\n' + (factory.ANSWER % {"name": "_z"}).replace("(ANSWER)", "(supplied())")
    root = factory.write_project(
        tmp_path / "p",
        factory.extension("probe._z", "z.c")
        + 'include-dirs = ["../vendor"]\n'
        + tables
        + '[tool.pyz3]\npackages = ["probe"]\n',
        {"probe/__init__.py": "", "z.c": source},
    )
    results = WheelBuilder(root, cache_dir=pyz3_cache, environ=factory.BARE).build_matrix(
        platforms=["linux-x86_64", "windows-x64"], pythons=["3.13"], output_dir=tmp_path
    )
    for result, name in zip(results, ("host-3.13", "win_amd64-3.13"), strict=True):
        runtime = runtimes.require(name)
        code = "from probe import _z; print(_z.answer())"
        assert runtimes.run_python(runtime, code, wheels=[result.path], tmp_path=tmp_path) == "42\n"


def test_what_to_do_about_a_library_that_is_not_bundled(pyz3_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "f.c").write_text("int foreign(void) { return 1; }\n", encoding="utf-8")
    zig(
        *("cc", "-target", "x86_64-linux-gnu.2.17", "-shared", "-fPIC", "f.c", "-Wl,-soname,libforeign.so.1"),
        *("-o", tmp_path / "lib" / "libforeign.so"),
        cwd=tmp_path,
    )
    source = "int foreign(void);\n" + (factory.ANSWER % {"name": "_f"}).replace("(ANSWER)", "(foreign())")
    root = factory.write_project(
        tmp_path / "p",
        factory.extension("probe._f", "f.c") + 'library-dirs = ["../lib"]\nlibraries = ["foreign"]\n'
        '[tool.pyz3]\npackages = ["probe"]\n',
        {"probe/__init__.py": "", "f.c": source},
    )
    done = factory.pyz3(
        "wheel", root, "--platform", "linux-x86_64", "--python", "3.13", cache=pyz3_cache, cwd=tmp_path
    )
    assert done.returncode == 9
    assert "needs libforeign.so.1, which manylinux (PEP 600) does not promise" in done.stderr
    assert "build it from source: [[tool.pyz3.libraries]] with static = true links it in" in done.stderr

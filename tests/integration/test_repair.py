"""``pyz3 repair``: a module that needs a shared library, for each format; run where it can be."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import lief
import pytest
import runtimes
from wheels import put_wheel

from pyz3.check import check
from pyz3.repair.tool import run_tool
from pyz3.targets import Platform, PythonVersion, Target

pytest.importorskip("repairwheel", reason="repairwheel needs Python 3.11")

LIBRARY = """\
#ifdef _WIN32
__declspec(dllexport)
#endif
int answer(void) { return 42; }
"""
MODULE = """\
#include <Python.h>
#ifdef _WIN32
__declspec(dllimport)
#endif
int answer(void);
static PyObject *ask(PyObject *self, PyObject *none) { return PyLong_FromLong(answer()); }
static PyMethodDef methods[] = {{"ask", ask, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_asks", "", -1, methods};
PyMODINIT_FUNC PyInit__asks(void) { return PyModule_Create(&module); }
"""
# Platform → the wheel's tag, the library's file and how it is linked, the module's file, and how that is.
KINDS = {
    "linux-x86_64": (
        "linux_x86_64", "libanswer.so.1", "-fPIC -Wl,-soname,libanswer.so.1",
        "_asks.cpython-313-x86_64-linux-gnu.so", "-fPIC {library}",
    ),
    "musllinux-x86_64": (
        "musllinux_1_2_x86_64", "libanswer.so.1", "-fPIC -Wl,-soname,libanswer.so.1",
        "_asks.cpython-313-x86_64-linux-musl.so", "-fPIC {library}",
    ),
    "windows-x64": (
        "win_amd64", "answer.dll", "-Wl,--out-implib,{folder}/answer.lib",
        "_asks.cp313-win_amd64.pyd", "{folder}/answer.lib",
    ),
    "macos-arm64": (
        "macosx_11_0_arm64", "libanswer.dylib",
        "-headerpad_max_install_names -install_name @rpath/libanswer.dylib",
        "_asks.cpython-313-darwin.so", "-undefined dynamic_lookup -Wl,-headerpad_max_install_names {library}",
    ),
}  # fmt: skip
ADDED = {
    "linux-x86_64": "asks.libs/libanswer-*.so.1",
    "musllinux-x86_64": "asks.libs/libanswer-*.so.1",
    "windows-x64": "asks.libs/answer-*.dll",
    "macos-arm64": "asks/.dylibs/libanswer.dylib",
}
REPAIRED = {
    "linux-x86_64": "cp313-cp313-manylinux1_x86_64.manylinux_2_5_x86_64",
    "musllinux-x86_64": "cp313-cp313-musllinux_1_2_x86_64",
    "windows-x64": "cp313-cp313-win_amd64",
    "macos-arm64": "cp313-cp313-macosx_11_0_arm64",
}


def pyz3(*args: object, cwd: Path, cache: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a command as users do."""
    environ = {**os.environ, "PYZ3_CACHE_DIR": str(cache), "COLUMNS": "300", **changes}
    command = [sys.executable, "-m", "pyz3", *map(str, args)]
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def compile_for(platform: str, folder: Path, cache: Path, *, padded: bool = True) -> Path:
    """Make a wheel whose module needs a library, which is left in ``folder``/lib; give the wheel."""
    tag, library, of_library, module, of_module = KINDS[platform]
    libraries = folder / "lib"
    libraries.mkdir(parents=True)
    (folder / "answer.c").write_text(LIBRARY)
    (folder / "asks.c").write_text(MODULE)
    places = {"folder": "lib", "library": f"lib/{library}"}
    for python, source, flags, made in (
        ((), "answer.c", of_library, f"lib/{library}"),
        (("--python", "3.13"), "asks.c", of_module, module),
    ):
        words = [word.format(**places) for word in flags.split() if padded or "headerpad" not in word]
        done = pyz3("cc", "--target", platform, *python, "--", "-shared", source, *words, "-o", made,
                    cwd=folder, cache=cache)  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
    contents: dict[str, str | bytes] = {"asks/__init__.py": '"""Asks."""\n\nfrom asks._asks import ask\n'}
    contents[f"asks/{module}"] = (folder / module).read_bytes()
    return put_wheel(folder, "asks", contents, f"cp313-cp313-{tag}")


@pytest.mark.parametrize("platform", KINDS)
def test_a_library_is_put_into_the_wheel(platform: str, tmp_path: Path, pyz3_cache: Path) -> None:
    wheel = compile_for(platform, tmp_path, pyz3_cache)
    digests = set()
    for folder in ("one", "two"):
        done = pyz3("repair", wheel, "--library-dir", "lib", "-o", folder, cwd=tmp_path, cache=pyz3_cache)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        (made,) = (tmp_path / folder).iterdir()
        digests.add(hashlib.sha256(made.read_bytes()).hexdigest())
    assert len(digests) == 1
    assert made.name == f"asks-1.0-{REPAIRED[platform]}.whl"
    with zipfile.ZipFile(wheel) as archive:
        before = set(archive.namelist())
    with zipfile.ZipFile(made) as archive:
        new = {name for name in archive.namelist() if not name.endswith("/")} - before
        binaries = [archive.read(name) for name in new if ".dist-info/" not in name]
    beside = {"asks-1.0.dist-info/DELVEWHEEL"} if platform == "windows-x64" else set()
    (added,) = new - beside
    said = next(line for line in done.stdout.splitlines() if "added" in line)
    assert [f"✓ {made.name}", f"  added {added} ", f" from {Path('lib', KINDS[platform][1])}"] == [
        *(done.stdout.splitlines()[0], said.partition("(")[0], said.partition(")")[2])
    ]
    assert fnmatch(added, ADDED[platform])
    assert len(binaries) == 1
    report = check([made], environ=os.environ)
    assert [one.message for one in report.all_findings if one.severity == "error"] == []
    if platform == "macos-arm64":
        found = lief.MachO.parse(list(binaries[0]))
        assert found is not None
        assert [one.has_code_signature for one in found] == [True]
        return
    target = Target(platform=Platform(platform), python=PythonVersion(3, 13))
    runtime = runtimes.runtime_for(target)
    assert runtime is not None
    printed = runtimes.run_python(runtime, "import asks; print(asks.ask())", wheels=[made], tmp_path=tmp_path)
    assert printed == "42\n"


def test_what_cannot_be_repaired_is_not_written(tmp_path: Path, pyz3_cache: Path) -> None:
    linux = compile_for("linux-x86_64", tmp_path / "linux", pyz3_cache)
    mac = compile_for("macos-arm64", tmp_path / "mac", pyz3_cache, padded=False)
    windows = compile_for("windows-x64", tmp_path / "windows", pyz3_cache)
    of_prefixes(linux, windows, tmp_path, pyz3_cache)
    folders = ("-L", "linux/lib", "-L", "mac/lib")
    done = pyz3("repair", linux, mac, windows, *folders, cwd=tmp_path, cache=pyz3_cache)
    assert [path.name for path in (tmp_path / "wheelhouse").iterdir()] == [
        "asks-1.0-cp313-cp313-manylinux1_x86_64.manylinux_2_5_x86_64.whl"
    ]
    assert done.returncode == 9
    lines = done.stdout.splitlines()
    assert lines[4].startswith(
        f"✗ {mac.name}: New Mach-O header is too large to relocate in 'asks/_asks.cpython-313-darwin.so'"
    )
    assert lines[5:] == [
        "  tip: link module and library with -Wl,-headerpad_max_install_names: it leaves room for new names",
        f"✗ {windows.name}: Unable to find library: answer.dll",
        "  tip: name its folder: --library-dir DIR; or leave it out: --exclude NAME",
        "1 of 3 wheels in wheelhouse",
    ]


def of_prefixes(linux: Path, windows: Path, folder: Path, cache: Path) -> None:
    """Have libraries of several platforms below one prefix; the wrong ones come first where they can."""
    prefix = folder / "prefix"
    for name in ("lib", "bin", "windows-x64/bin"):
        (prefix / name).mkdir(parents=True)
    shutil.copy(windows.parent / "lib/answer.dll", prefix / "windows-x64/bin")
    shutil.copy(linux.parent / "lib/libanswer.so.1", prefix / "bin/answer.dll")
    other = prefix / "lib/libanswer.so.1"
    done = pyz3("cc", "--target", "linux-aarch64", "--", "-shared", "linux/answer.c", "-o", other,
                cwd=folder, cache=cache)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    repair = ("repair", "-o", "of-prefixes")
    done = pyz3(*repair, linux, windows, cwd=folder, cache=cache, PYZ3_PREFIX="prefix")
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[-1]) == (9, "1 of 2 wheels in of-prefixes")
    assert lines[0] == (
        f"✗ {linux.name}: asks/_asks.cpython-313-x86_64-linux-gnu.so needs libanswer.so.1, which manylinux "
        f"(PEP 600) does not promise; {other} is not for its platform"
    )
    assert lines[3].partition(")")[2] == f" from {Path('prefix/windows-x64/bin/answer.dll')}"
    # The other processor's is passed over.
    both = os.pathsep.join(["prefix", "linux"])
    done = pyz3(*repair, linux, cwd=folder, cache=cache, PYZ3_PREFIX=both)
    assert done.returncode == 0, done.stdout
    (added,) = [line for line in done.stdout.splitlines() if "libanswer" in line]
    assert added.partition(")")[2] == f" from {Path('linux/lib/libanswer.so.1')}"
    # What is named on the command line comes first.
    done = pyz3(*repair, windows, "-L", "windows/lib", cwd=folder, cache=cache, PYZ3_PREFIX=str(prefix))
    assert f"from {Path('windows/lib/answer.dll')}" in done.stdout
    done = pyz3(*repair, linux, cwd=folder, cache=cache, PYZ3_PREFIX="windows/lib")
    assert (done.returncode, "; PYZ3_PREFIX has no lib, lib64 or bin for it\n" in done.stdout) == (9, True)


def test_a_library_may_stay_outside(tmp_path: Path, pyz3_cache: Path) -> None:
    wheel = compile_for("linux-x86_64", tmp_path, pyz3_cache)
    done = pyz3("repair", wheel, "-w", "out", cwd=tmp_path, cache=pyz3_cache)
    assert (done.returncode, done.stdout) == (
        9,
        (
            f"✗ {wheel.name}: asks/_asks.cpython-313-x86_64-linux-gnu.so needs libanswer.so.1, which "
            "manylinux (PEP 600) does not promise; no --library-dir is given\n"
            "  tip: name the folder with the libanswer.so.1 of that platform: --library-dir DIR; or leave it "
            "to those who install the wheel: --exclude libanswer.so.1\n"
            "0 of 1 wheel in out\n"
        ),
    )
    assert not list((tmp_path / "out").glob("*"))
    done = pyz3("repair", wheel, "-w", "out", "--exclude", "libanswer*", cwd=tmp_path, cache=pyz3_cache)
    assert (done.returncode, done.stdout.splitlines()[2:]) == (0, [
        "  nothing was added",
        "  note: libanswer.so.1 stays outside: who installs the wheel must have it",
        "1 of 1 wheel in out",
    ])  # fmt: skip


def test_the_tool_is_found_where_pyz3_is(tmp_path: Path) -> None:
    # As in a user's own site-packages, which an isolated Python would not see.
    module = tmp_path / "site" / "repairwheel" / "__main__.py"
    module.parent.mkdir(parents=True)
    (module.parent / "__init__.py").touch()
    module.write_text("import shutil, sys\nshutil.copy(sys.argv[1], sys.argv[3])\nopen('here', 'w')\n")
    wheel = put_wheel(tmp_path, "asks", {"asks.py": ""})
    folder = tmp_path / "made"
    folder.mkdir()
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    made = run_tool(wheel, folder, library_dirs=(), exclude=(), environ=environ)
    assert made == folder / wheel.name
    assert {path.name for path in folder.iterdir()} == {wheel.name, "here", "tmp"}

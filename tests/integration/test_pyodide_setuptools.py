"""Projects of setuptools for Pyodide: written down, or by their own commands; run in the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pathlib import Path

# What setup.py sees of the target, and what Python there says of itself.
SEEN = """\
import os, platform, struct, sys, sysconfig
seen = [
    sys.platform, os.name, sys.maxsize, platform.system(), platform.machine(), platform.release(),
    struct.calcsize("lP"), sysconfig.get_platform(), sysconfig.get_config_var("EXT_SUFFIX"),
]
"""
SETUP = f"""\
{SEEN}
from setuptools import Extension, setup
macros = [("SEEN", '"' + "|".join(map(str, seen)) + '"'), ("PYODIDE", os.environ["PYODIDE"])]
setup(name="probe", version="1", ext_modules=[Extension(
    "probe", ["probe.cpp", "part.c"], define_macros=macros, libraries=["m", "stdc++"],
    extra_compile_args=["-fvisibility=hidden", "-fstack-protector-strong"],
    extra_link_args=["-pthread", "-Wl,--as-needed", "-Wl,-rpath,$ORIGIN"],
)])
"""
PROBE = """\
#include <Python.h>
#include <cmath>
#include <stdexcept>
#include <string>
extern "C" int part(int);
static PyObject *seen(PyObject *, PyObject *) {
    std::string text = SEEN;
    try {
        if (part(PYODIDE) == 42) throw std::runtime_error("|thrown");
    } catch (const std::exception &error) {
        text += error.what();
    }
    return PyUnicode_FromString((text + "|" + std::to_string((int)std::cbrt(27.0))).c_str());
}
static PyMethodDef methods[] = {{"seen", seen, METH_NOARGS, nullptr}, {}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "probe", nullptr, 0, methods};
PyMODINIT_FUNC PyInit_probe(void) { return PyModule_Create(&module); }
"""
PART = "int part(int one) { return one + 41; }\n"
# As a configure script does it: what links is there.  Then by a command of its own.
RUN = """\
import os, shlex, subprocess, sysconfig
from pathlib import Path
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

cc, cxx = shlex.split(os.environ["CC"]), shlex.split(os.environ["CXX"])

def has(name):
    Path("check.c").write_text(f"char {name}(void); int main(void) {{ return {name}(); }}")
    return subprocess.run([*cc, "check.c", "-o", "check"], stderr=subprocess.DEVNULL).returncode == 0

class Build(build_ext):
    def build_extension(self, extension):
        found = "|".join(name for name in ("getpid", "fork_me", "inotify_init", "deflate") if has(name))
        target = Path(self.get_ext_fullpath(extension.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.check_call([*cc, "-O2", "-fPIC", "-c", "part.c"])
        subprocess.check_call([os.environ["AR"], "rcs", "libpart.a", "part.o"])
        include = "-I" + sysconfig.get_path("include")
        macros = [f'-DSEEN="{found}"', "-DPYODIDE=1"]
        subprocess.check_call(
            [*cxx, "-shared", "-fPIC", include, *macros, "probe.cpp", "-L.", "-lpart", "-o", str(target)]
        )

extensions = [Extension("probe", ["probe.cpp"])]
setup(name="probe", version="1", ext_modules=extensions, cmdclass={"build_ext": Build})
"""


def build(files: dict[str, str], *pythons: str, cache: Path, tmp_path: Path) -> tuple[int, str, list[Path]]:
    """Build a project for Pyodide; give the exit code, what was said, and the wheels."""
    root = factory.write_project(tmp_path / "probe", "", {"probe.cpp": PROBE, "part.c": PART, **files})
    chosen = [word for python in pythons for word in ("--python", python)]
    out = tmp_path / "out"
    done = factory.pyz3("wheel", root, "--platform", "pyodide", *chosen, "-o", out, cache=cache)
    return done.returncode, done.stdout + done.stderr, sorted(out.iterdir()) if out.is_dir() else []


def run(wheel: Path, python: str, code: str, tmp_path: Path) -> str:
    """Run code in the Pyodide that has this Python."""
    target = Target(platform=Platform.PYODIDE, python=PythonVersion.parse(python))
    runtime = runtimes.runtime_for(target)
    assert runtime is not None
    return runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path)


@pytest.mark.runtime
def test_what_is_written_down_is_compiled_for_each_pyodide(pyz3_cache: Path, tmp_path: Path) -> None:
    """3.12's and 3.13's unwind C++ in different ways."""
    status, said, wheels = build({"setup.py": SETUP}, "3.12", "3.13", cache=pyz3_cache, tmp_path=tmp_path)
    assert status == 0, said
    assert [wheel.name for wheel in wheels] == [
        "probe-1-cp312-cp312-pyodide_2024_0_wasm32.whl",
        "probe-1-cp313-cp313-pyemscripten_2025_0_wasm32.whl",
    ]
    assert "note: -Wl,-rpath,$ORIGIN is left out: Pyodide's loader looks in no folder\n" in said
    for wheel, python in zip(wheels, ("3.12", "3.13"), strict=True):
        code = f'import probe\n{SEEN}\nprint(probe.seen() == "|".join(map(str, seen)) + "|thrown|3")'
        assert run(wheel, python, code, tmp_path) == "True\n"


@pytest.mark.runtime
def test_a_projects_own_commands_compile_for_pyodide(pyz3_cache: Path, tmp_path: Path) -> None:
    status, said, wheels = build({"setup.py": RUN}, "3.13", cache=pyz3_cache, tmp_path=tmp_path)
    assert status == 0, said
    (wheel,) = wheels
    # Of four functions Pyodide has two: deflate is zlib's, which is part of it.
    found = run(wheel, "3.13", "import probe; print(probe.seen())", tmp_path)
    assert found == "getpid|deflate|thrown|3\n"


def test_what_pyodide_lacks_is_named(pyz3_cache: Path, tmp_path: Path) -> None:
    part = '#include <semaphore.h>\nint part(int one) { return sem_open("x", one) != 0; }\n'
    files = {"setup.py": SETUP, "part.c": part}
    status, said, wheels = build(files, "3.13", cache=pyz3_cache, tmp_path=tmp_path)
    assert (status, wheels) == (9, [])  # the audit's
    assert "probe.cpython-313-wasm32-emscripten.so needs sem_open, which neither Pyodide 0.29.4 nor " in said


@pytest.mark.runtime
def test_what_only_fails_there_is_told(pyz3_cache: Path, tmp_path: Path) -> None:
    """contourpy starts threads if it is asked to, and is part of Pyodide."""
    part = "#include <unistd.h>\nint part(int one) { return one > 7 ? fork() : one + 41; }\n"
    files = {"setup.py": SETUP, "part.c": part}
    status, said, (wheel,) = build(files, "3.13", cache=pyz3_cache, tmp_path=tmp_path)
    assert status == 0, said
    assert (
        "note: probe.cpython-313-wasm32-emscripten.so: calls fork, which only fails there: Pyodide starts no "
        "processes\n"
    ) in said
    assert run(wheel, "3.13", "import probe; print(probe.seen()[-9:])", tmp_path) == "|thrown|3\n"


def test_a_library_that_pyodide_has_not_is_named(pyz3_cache: Path, tmp_path: Path) -> None:
    setup = SETUP.replace('"stdc++"', '"curl"')
    status, said, wheels = build({"setup.py": setup}, "3.13", cache=pyz3_cache, tmp_path=tmp_path)
    assert (status, wheels) == (2, [])
    assert "libraries of probe: Pyodide has no curl\ntip: before-build can put a static library" in said

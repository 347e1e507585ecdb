"""Links for Windows: what needs mingw-w64's runtime gets it, what does not is linked without."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import factory
import lief
import pytest
import runtimes
import situations

from pyz3.audit import facts_of
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from pathlib import Path

# Module → what its value() gives, and what it needs the runtime for: as -v tells it.
PARTS = {
    "plain": ("5", ""),
    "wide": ("795", ""),
    "printing": ("('2.500 8 1234567890123456789 0.25', 3.25, 1)", ""),
    "sockets": ("1", ""),
    "main": ("1", ""),
    "constructor": ("42", "section .ctors"),
    "thread_local": ("42", "_tls_index"),
    "at_exit": ("0", "atexit"),
    "mingw_printf": ("2.50", "__mingw_snprintf"),
    "gamma": ("572", "lgamma"),
    "crt_table": ("43", "section .CRT$"),
    "scanning": ("(2.5, 1)", "__mingw_sscanf"),
    "threads": ("1", "clock_gettime64, pthread_create, pthread_join"),
    "options": ("5", "getopt, optarg"),
    "addresses": ("(1, 1)", "gai_strerrorA"),
    "whole": ("0", "__mingw_raise_matherr"),
}
# Of these the runtime has no part of its own.
WHOLE = {"whole"}


def test_a_dll_is_linked_with_the_runtime_that_it_needs(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.PROJECTS / "lean_links"
    built = situations.build(project, "-v", cache=pyz3_cache, tmp_path=tmp_path, platforms=("windows-x64",))
    assert built.done.returncode == 0, built.done.stderr
    said = built.done.stdout + built.done.stderr
    found = re.findall(r"(\w+)\.\S+ is linked with (\w+) of mingw-w64's runtime: (.*)", said)
    told = {name: reason for name, _, reason in found}
    assert told == {name: reason for name, (_, reason) in PARTS.items() if reason}
    assert {name for name, how_much, _ in found if how_much == "all"} == WHOLE
    code = f"for name in {list(PARTS)}: print(__import__(name).value())"
    expected = "\n".join(value for value, _ in PARTS.values())
    assert built.prints(code, ("win_amd64-3.13",)) == {"win_amd64-3.13": expected}
    files = {name.partition(".")[0]: content for name, content in built.files("win_amd64").items()}
    for name, content in files.items():
        binary = lief.PE.parse(list(content))
        assert binary is not None
        assert binary.has_tls is (name in told), name  # mingw-w64's start-up code has one
        (facts,) = facts_of(content, name=name)
        assert set(facts.exported) == {f"PyInit_{name}"}


SETUP = """\
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class Looking(build_ext):  # so that the compilers are run
    def run(self):
        super().run()
        print(*(len(open(output, "rb").read()) for output in self.get_outputs()))

def extension(source, name, part):
    libraries = ["ws2_32"] if name in ("sockets", "addresses") else []
    return Extension(name, [source], define_macros=[("NAME", name), ("PART", part)], libraries=libraries)

modules = [extension("part.c", name, part) for part, name in enumerate(NAMES)]
modules += [extension("part.cpp", "cxx_plain", 0), extension("part.cpp", "cxx_streams", 3)]
setup(name="links", version="1", packages=[], ext_modules=modules, cmdclass={"build_ext": Looking})
"""


def test_links_by_commands_of_a_project_take_no_more(pyz3_cache: Path, tmp_path: Path) -> None:
    project = tmp_path / "p"
    project.mkdir()
    for name in ("lean_links/part.c", "libcxx_parts/part.cpp"):
        shutil.copy(situations.PROJECTS / name, project)
    (project / "setup.py").write_text(SETUP.replace("NAMES", repr([*PARTS])), encoding="utf-8")
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=("windows-x64",))
    assert built.done.returncode == 0, built.done.stderr
    names = [*PARTS, "cxx_plain", "cxx_streams"]
    code = f"for name in {names}: print(__import__(name).value())"
    expected = "\n".join([*(value for value, _ in PARTS.values()), "7", "7"])
    assert built.prints(code, ("win_amd64-3.13",)) == {"win_amd64-3.13": expected}
    size = {name.partition(".")[0]: len(content) for name, content in built.files("win_amd64").items()}
    assert [name for name, (_, reason) in PARTS.items() if size[name] < 12_000] == [
        name for name, (_, reason) in PARTS.items() if not reason
    ]
    assert [name for name in PARTS if size[name] > 60_000] == [*WHOLE]
    assert size["cxx_plain"] < 250_000


OWN_CALLED = """\
#include <Python.h>
#ifdef __cplusplus
#include <string>
extern "C"
#endif
PyAPI_FUNC(int) other(int);
#ifdef WHOLE
void __mingw_raise_matherr(int, const char *, double, double, double);
#endif
static PyObject *call(PyObject *self, PyObject *unused) {
#ifdef WHOLE
    __mingw_raise_matherr(1, "none", 0, 0, 0);
#endif
#ifdef __cplusplus
    return PyLong_FromLong(other((int)std::to_string(1 << 20).size()));
#else
    return PyLong_FromLong(other(7));
#endif
}
static PyMethodDef methods[] = {{"call", call, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
#define TEXT(a) #a
#define NAME(a) TEXT(a)
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, NAME(MODULE), NULL, 0, methods};
#define JOINED(a, b) a##b
#define INIT(name) JOINED(PyInit_, name)
PyMODINIT_FUNC INIT(MODULE)(void) { return PyModule_Create(&module); }
"""
# Module, source, compiler and what it is told.
MODULES = (
    ("lean", "own.c", "cc", ""),
    ("parts", "own.cpp", "cxx", ""),
    ("whole", "own.c", "cc", "-DWHOLE"),
)
OTHER = """\
#ifdef __cplusplus
extern "C"
#endif
int other(int x);
int other(int x) { return 6 * x; }
"""


def own_project(tmp_path: Path, pyproject: str, *, at_once: bool = False) -> Path:
    commands = []
    for name, source, compiler, more in MODULES:
        run = f'run(*{compiler}, "-O2", include, "-DMODULE={name}", *{more.split()},'
        if not at_once:
            commands += [f'{run} "-c", "{file}", "-o", "{file}.o")' for file in (source, "other.c")]
        linked = f'"{source}", "other.c"' if at_once else f'"{source}.o", "other.c.o"'
        commands.append(f'{run} {linked}, "-shared", "-o", "{name}" + suffix)')
    files = {"own.c": OWN_CALLED, "own.cpp": OWN_CALLED, "other.c": OTHER}
    return factory.write_project(
        tmp_path / "p", pyproject, {**files, "backend.py": factory.own_backend(*commands)}
    )


@pytest.mark.parametrize("by_commands", [False, True])
def test_functions_of_its_own_that_a_module_imports(
    by_commands: bool, pyz3_cache: Path, tmp_path: Path
) -> None:
    """``PyAPI_FUNC`` says ``dllimport``: MSVC's linker takes what is there, lld dropped it as unused."""
    table = "".join(
        f"{factory.extension(name, source, 'other.c')}"
        f"define = {{ MODULE = '{name}'{', WHOLE = 1' if more else ''} }}\n"
        for name, source, _, more in MODULES
    )
    project = own_project(tmp_path, factory.IN_TREE if by_commands else factory.NATIVE + table)
    (built,) = WheelBuilder(project, cache_dir=pyz3_cache, environ=factory.BARE).build_matrix(
        platforms=["windows-x64"], pythons=["3.13"], output_dir=tmp_path / "dist"
    )
    code = "import lean, parts, whole; print(lean.call(), parts.call(), whole.call())"
    runtime = runtimes.require("win_amd64-3.13")
    assert runtimes.run_python(runtime, code, wheels=[built.path], tmp_path=tmp_path) == "42 42 42\n"


def test_what_the_linker_drops_all_the_same_is_refused(pyz3_cache: Path, tmp_path: Path) -> None:
    project = own_project(tmp_path, factory.IN_TREE, at_once=True)
    args = ("wheel", project, "--platform", "windows-x64", "--python", "3.13", "-o", tmp_path / "dist")
    done = factory.pyz3(*args, cache=pyz3_cache)
    assert done.returncode == 9
    told = "lean.cp313-win_amd64.pyd: it calls a function of its own that the linker has dropped\ntip: "
    assert told in done.stderr
    assert factory.listing(tmp_path / "dist") == []

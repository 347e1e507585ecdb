"""Modules compiled with zig alone, imported and called in the real Pyodides under node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import ziglang
from runtimes import missing, runtimes_dir

from pyz3.capi.discovery import best_headers, find_headers, read_tree
from pyz3.capi.emscripten import (
    ZIG_CPU,
    ZIG_ROOT,
    ZIG_TARGET,
    EmscriptenAbi,
    c_flags,
    cxx_flags,
    emscripten_abis,
    is_exported,
    link_flags,
    macros,
    parse_wasm,
    system_include_dirs,
)
from pyz3.capi.emscripten.exports import main_module_names, render_exports
from pyz3.capi.header_tree import prepare_include
from pyz3.store import Cache

pytestmark = pytest.mark.runtime
SOURCES = Path(__file__).parent / "pyodide"
ZIG = (sys.executable, "-m", "ziglang")
ZIG_LIB = Path(str(ziglang.__file__)).parent / "lib"
ABIS = tuple(emscripten_abis())


def zig(*arguments: object) -> None:
    done = subprocess.run(
        [*ZIG, *map(str, arguments)], capture_output=True, text=True, check=False, errors="replace"
    )
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True, kw_only=True)
class Pyodide:
    """One release, and how modules for it are made."""

    abi: EmscriptenAbi
    command: Path
    package: Path
    include: Path
    folder: Path

    def build(self, source: Path, *flags: str) -> Path:
        """Compile and link a module of the source's name."""
        obj = self.folder / f"{source.name}.o"
        if source.suffix == ".zig":
            self._zig_object(source, obj)
        else:
            own = (cxx_flags if source.suffix == ".cpp" else c_flags)(self.abi, ZIG_LIB)
            zig("clang", *own, *flags, "-isystem", self.include, "-c", source, "-o", obj)
        nodot = self.abi.python.replace(".", "")
        module = self.folder / f"{source.stem}.cpython-{nodot}-wasm32-emscripten.so"
        zig("wasm-ld", *link_flags(source.stem), obj, "-o", module)
        return module

    def _zig_object(self, source: Path, obj: Path) -> None:
        include = [arg for path in system_include_dirs(ZIG_LIB) for arg in ("-isystem", path)]
        define = [f"-D{macro}" for macro in macros(self.abi)]
        headers = self.folder / "python.zig"
        done = subprocess.run(
            [
                *(*ZIG, "translate-c", "-target", ZIG_TARGET, *include, "-isystem", self.include),
                *(*define, self.include / "pyz3_python.h"),
            ],
            capture_output=True,
            check=False,
            cwd=self.folder,  # zig's own headers below the working directory confuse its translator
        )
        assert done.returncode == 0, done.stderr
        headers.write_bytes(done.stdout)
        zig(
            *(
                "build-obj",
                "-target",
                ZIG_TARGET,
                f"-mcpu={ZIG_CPU}",
                "-fPIC",
                "-OReleaseSafe",
                "-fstrip",
                "-lc",
            ),
            *("-fno-stack-protector",),
            *("--cache-dir", self.folder / "zig-cache", "--dep", "extension", f"-Mroot={ZIG_ROOT}"),
            *("--dep", "python", f"-Mextension={source}", f"-Mpython={headers}", f"-femit-bin={obj}"),
        )

    def run(self, code: str) -> str:
        """Run Python code with the folder's modules on its path; give what it printed."""
        script = self.folder / "script.py"
        script.write_text(code, encoding="utf-8")
        done = subprocess.run(
            [self.command, script],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@cache
def header_trees() -> dict[str, object]:
    provisioned = (runtimes_dir() / "include").glob("python3.*")
    extra = [tree for path in provisioned if (tree := read_tree(path, origin="system"))]
    return dict(best_headers([*find_headers(environ=os.environ), *extra]))


@pytest.fixture(scope="module", params=ABIS)
def pyodide(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pyodide:
    """Each Pyodide in turn."""
    abi = emscripten_abis()[request.param]
    name = next(
        (name for name in (f"pyodide-{abi.pyodide}", "pyodide") if release(name) == abi.pyodide),
        None,
    )
    if name is None:
        missing(f"no Pyodide {abi.pyodide}: run scripts/runtimes.sh pyodide-{abi.pyodide}")
    if abi.python not in header_trees():
        missing(f"no headers of {abi.python}: run scripts/runtimes.sh include-{abi.python}")
    return Pyodide(
        abi=abi,
        command=runtimes_dir() / "bin" / f"python-{name}",
        package=runtimes_dir() / "opt" / str(name) / "node_modules" / "pyodide",
        include=prepare_include(header_trees()[abi.python], Cache(tmp_path_factory.mktemp("headers"))),
        folder=tmp_path_factory.mktemp(f"pyodide-{abi.pyodide}"),
    )


def release(name: str) -> str | None:
    """The version of a provisioned Pyodide."""
    package = runtimes_dir() / "opt" / name / "node_modules" / "pyodide" / "package.json"
    if not package.is_file():
        return None
    return str(json.loads(package.read_text(encoding="utf-8"))["version"])


def test_tag_and_suffix_are_the_runtimes_own(pyodide: Pyodide) -> None:
    printed = pyodide.run("""
import sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
get = sysconfig.get_config_var
print(get("PYEMSCRIPTEN_PLATFORM_VERSION"), get("PYODIDE_ABI_VERSION"))
print(sysconfig.get_platform(), EXTENSION_SUFFIXES[0])
""").split()
    version = pyodide.abi.tag.removesuffix("_wasm32").partition("_")[2]
    pep_783 = pyodide.abi.tag.startswith("pyemscripten_")
    nodot = pyodide.abi.python.replace(".", "")
    assert printed == [
        version if pep_783 else "None",
        version,
        f"emscripten-{pyodide.abi.emscripten}-wasm32",
        f".cpython-{nodot}-wasm32-emscripten.so",
    ]
    lock = json.loads((pyodide.package / "pyodide-lock.json").read_text(encoding="utf-8"))
    files = [package["file_name"] for package in lock["packages"].values()]
    binary = {file.rpartition("-")[2].removesuffix(".whl") for file in files if "wasm32" in file}
    assert pyodide.abi.tag in binary  # 2025_0's packages have the old or the new name


def test_abi(pyodide: Pyodide) -> None:
    pyodide.build(SOURCES / "abi.c")
    printed = pyodide.run("""
import abi, errno, importlib, json, os, time
modules = []
for name in ("os", "fcntl", "signal", "select", "socket", "stat", "termios", "time", "resource"):
    try:
        modules.append(importlib.import_module(name))
    except ModuleNotFoundError:
        pass  # some Pyodides bring some of them as packages
open("five", "w").write("12345")
os.mkdir("folder")
os.utime("five", ns=(1_700_000_000_000_000_000, 1_800_000_000_000_000_000))
for path in ("five", "folder", "/dev/null", "/"):
    found, expected = abi.stat(path), os.stat(path)
    for field, value in found.items():
        assert value == getattr(expected, field), (path, field, value, expected)
    assert len(found) == 13
try:
    abi.stat("nothing")
except FileNotFoundError as error:
    assert error.errno == errno.ENOENT == 44
found, expected = abi.statvfs("/"), os.statvfs("/")
for field, value in found.items():
    assert value == getattr(expected, field), (field, value, expected)
entries = abi.entries(".")
assert entries.keys() - {".", ".."} == set(os.listdir("."))
for entry in os.scandir("."):
    assert entries[entry.name][1] is entry.is_dir(), entry
for moment in (0, 951782400, 4102444800, 2**33):
    t = time.gmtime(moment)
    there, now = abi.times(moment)
    assert there == (*t[:6], t.tm_yday), (there, t)
    assert abs(now[0] - time.time()) < 10
    assert 0 <= now[1] < 10**9
assert abi.uname() == tuple(os.uname())

count = 0
for name, value in abi.constants().items():
    for module in modules:
        if hasattr(module, name):
            assert getattr(module, name) == value, (module, name, value)
            count += 1
assert count > 30, count

errors = abi.errors()
for name, (value, text) in errors.items():
    assert getattr(errno, name, value) == value, (name, value)  # older ones lack EHWPOISON
    assert os.strerror(value) == text
lacking = errno.errorcode.keys() - {value for value, _ in errors.values()}
assert not lacking, lacking
print(json.dumps(abi.extents()))
""")
    extents = {name: tuple(pair) for name, pair in json.loads(printed).items()}
    # Nothing is written behind a structure, but for getrusage before 3.14: musl's moves the pointer by
    # 16 bytes, and Emscripten's stub then clears a whole structure.  Its own programs suffer it, too.
    beyond = {name: pair for name, pair in extents.items() if pair[0] > pair[1]}
    assert beyond == ({} if pyodide.abi.emscripten_major >= 5 else {"struct rusage": (168, 152)})
    # What is written in full is as large as the header says.
    for name in ("struct stat", "struct statvfs", "pthread_attr_t"):
        assert extents[name][0] == extents[name][1], (name, extents)


def test_c(pyodide: Pyodide) -> None:
    pyodide.build(SOURCES / "plain.c")
    pyodide.run("""
import plain
assert plain.map(lambda i: i * i, 5) == [0, 1, 4, 9, 16]
try:
    plain.map(lambda i: 1 // (2 - i), 5)
except ZeroDivisionError:
    pass
else:
    raise AssertionError("no error")
large = bytearray(100_000_000)
plain.fill(large, 3)
assert plain.total(memoryview(large)[10:]) == 3 * (100_000_000 - 10)
try:
    plain.fill(b"constant", 1)
except TypeError:
    pass
assert plain.jump(20) == (42, 2)
assert plain.jump(0) == (42, 2)
assert plain.signals() == 10
""")


def test_cpp(pyodide: Pyodide) -> None:
    pyodide.build(SOURCES / "standard.cpp", "-std=c++20")
    printed = pyodide.run("""
import json, standard
print(json.dumps([[standard.caught(3, kind) for kind in range(8)], standard.library()]))
assert standard.words("b a c a b a") == [("a", 3), ("b", 2), ("c", 1)]
assert standard.through(lambda: "result") == "result"
assert standard.through(lambda: 1 / 0) == "caught"
assert standard.thread() == "no thread"
standard.print()
""")
    first, second = printed.splitlines()
    caught, library = json.loads(first)
    assert caught == [
        ["logic_error", "out of range", 4],
        ["int", "42", 4],
        ["Special", "special", 409],
        ["logic_error", "vector", 4],
        ["exception", "open: No such file or directory", 4],
        ["logic_error", "again", 4],
        ["exception", "bad any cast", 4],
        ["logic_error", "stoi: no conversion", 4],
    ]
    assert library == [
        *("3.142 ff true", "value", 1608637542, 6, 1, "variant", "C", 1, 2.5, "0.1", 4950, 7),
        "x" * 10,
    ]
    assert second == "from std::cout"


def test_zig(pyodide: Pyodide) -> None:
    pyodide.build(SOURCES / "zigzag.zig")
    pyodide.run("""
import zigzag
assert zigzag.add(2, 3) == 5
try:
    zigzag.add(2**31 - 1, 1)
except OverflowError as error:
    assert str(error) == "too big"
else:
    raise AssertionError("no error")
assert zigzag.words("a b a, c.") == {"a": 2, "b": 1, "c": 1}
assert zigzag.fmt() == "3.142 zig beef"
""")


def test_what_a_module_takes_is_exported(pyodide: Pyodide) -> None:
    names = set()
    for source, *flags in (("abi.c",), ("plain.c",), ("standard.cpp", "-std=c++20"), ("zigzag.zig",)):
        module = parse_wasm(pyodide.build(SOURCES / source, *flags).read_bytes())
        assert module.shared
        assert module.needed == ()
        assert f"PyInit_{Path(source).stem}" in {export.name for export in module.exports}
        own = {export.name for export in module.exports}
        names |= {taken.name for taken in module.imports} - own
    assert len(names) > 150
    lacking = {
        name for name in names if not name.startswith(("Py", "_Py")) and not is_exported(name, pyodide.abi)
    }
    assert lacking == set()


def test_missing_function_ends_the_interpreter(pyodide: Pyodide, tmp_path: Path) -> None:
    source = tmp_path / "lacking.c"
    source.write_text(
        "#include <Python.h>\n#include <semaphore.h>\n#include <fcntl.h>\n"
        'static PyObject *f(PyObject *s, PyObject *a) { return PyLong_FromLong(sem_open("/x", 0) == 0); }\n'
        'static PyMethodDef m[] = {{"f", f, METH_NOARGS, 0}, {0}};\n'
        'static struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "lacking", 0, -1, m};\n'
        "PyMODINIT_FUNC PyInit_lacking(void) { return PyModule_Create(&d); }\n"
    )
    pyodide.build(source, "-Wno-missing-field-initializers")
    assert not is_exported("sem_open", pyodide.abi)
    with pytest.raises(AssertionError, match="Dynamic linking error: cannot resolve symbol sem_open"):
        pyodide.run("import lacking\nprint(lacking.f())")


def test_export_list_is_that_of_the_releases() -> None:
    found: dict[str, frozenset[str]] = {}
    for abi in emscripten_abis().values():
        name = next((n for n in (f"pyodide-{abi.pyodide}", "pyodide") if release(n) == abi.pyodide), None)
        if name is None:
            missing(f"no Pyodide {abi.pyodide}: run scripts/runtimes.sh pyodide-{abi.pyodide}")
        package = runtimes_dir() / "opt" / str(name) / "node_modules" / "pyodide"
        (javascript,) = package.glob("pyodide.asm.*js")
        found[abi.pyodide] = main_module_names(
            (package / "pyodide.asm.wasm").read_bytes(), javascript.read_text(encoding="utf-8")
        )
    import pyz3.capi.emscripten as data  # noqa: PLC0415 - only its folder

    listed = (Path(data.__path__[0]) / "exports.txt").read_text(encoding="utf-8")
    assert render_exports(found) == listed

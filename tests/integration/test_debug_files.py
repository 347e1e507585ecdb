"""``--debug-files``: the wheels are the same, and debuggers find functions and lines in files beside."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import runtimes
from elftools.elf.elffile import ELFFile

from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from collections.abc import Callable

X86 = "cp313-manylinux_x86_64"
WHEEL = "manylinux_2_17_x86_64.manylinux2014_x86_64"
WHY_MACOS = "zig leaves debug data in object files, and has no dsymutil that would collect it"
# Asks Windows' own library for debuggers, which takes a PDB only if it is the one that the module names.
DBGHELP = """\
import ctypes, sys
from ctypes import c_uint64, wintypes as w
import hello._speed

class Symbol(ctypes.Structure):
    _fields_ = [("SizeOfStruct", w.ULONG), ("TypeIndex", w.ULONG), ("Reserved", c_uint64 * 2),
                ("Index", w.ULONG), ("Size", w.ULONG), ("ModBase", c_uint64), ("Flags", w.ULONG),
                ("Value", c_uint64),
                ("Address", c_uint64), ("Register", w.ULONG), ("Scope", w.ULONG), ("Tag", w.ULONG),
                ("NameLen", w.ULONG), ("MaxNameLen", w.ULONG), ("Name", ctypes.c_wchar * 512)]

class Line(ctypes.Structure):
    _fields_ = [("SizeOfStruct", w.DWORD), ("Key", ctypes.c_void_p), ("LineNumber", w.DWORD),
                ("FileName", w.LPCWSTR), ("Address", c_uint64)]

dbghelp, process = ctypes.WinDLL("dbghelp"), w.HANDLE(1)
handle = ctypes.WinDLL("kernel32").GetModuleHandleW
handle.restype = c_uint64
base = handle(w.LPCWSTR(hello._speed.__file__))
dbghelp.SymSetOptions(0x10)  # lines
assert dbghelp.SymInitializeW(process, w.LPCWSTR(sys.argv[1]), False)
load = dbghelp.SymLoadModuleExW
load.restype = c_uint64
load.argtypes = [w.HANDLE, w.HANDLE, w.LPCWSTR, w.LPCWSTR, c_uint64, w.DWORD, ctypes.c_void_p, w.DWORD]
load(process, None, hello._speed.__file__, None, base, 0, None, 0)
symbol = Symbol(SizeOfStruct=88, MaxNameLen=500)
if dbghelp.SymFromNameW(process, w.LPCWSTR("distance"), ctypes.byref(symbol)):
    line = Line(SizeOfStruct=ctypes.sizeof(Line))
    of_address = dbghelp.SymGetLineFromAddrW64
    of_address.argtypes = [w.HANDLE, c_uint64, ctypes.c_void_p, ctypes.c_void_p]
    assert of_address(process, symbol.Address, ctypes.byref(w.DWORD()), ctypes.byref(line))
    print(line.FileName.replace("\\\\", "/").rpartition(":")[2], line.LineNumber)
else:
    print("unknown")
"""
# Its backend compiles and links by commands: apart, and in one.
BACKEND = (
    'run(*cxx, "-O3", "-fPIC", include, "-c", "two.cpp", "-o", "two.o")',
    'run(*cxx, "-shared", "two.o", "-o", "two" + suffix)',
    'run(*cc, "-O3", "-fPIC", include, "-shared", "one.c", "-o", "one" + suffix)',
)
CXX = """\
#include <Python.h>
#include <sstream>
static PyObject *thrown(PyObject *, PyObject *) {
    std::ostringstream text;
    try { throw 42; } catch (int number) { text << number; }
    return PyUnicode_FromString(text.str().c_str());
}
static PyMethodDef methods[] = {{"thrown", thrown, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "two", NULL, 0, methods};
PyMODINIT_FUNC PyInit_two(void) { return PyModule_Create(&definition); }
"""


def functions(content: bytes) -> dict[str, tuple[int, str]]:
    """Read debug data: function → its address, and where it is written."""
    dwarf = ELFFile(io.BytesIO(content)).get_dwarf_info()
    found = {}
    for unit in dwarf.iter_CUs():
        files = dwarf.line_program_for_CU(unit)["file_entry"]
        first = 0 if unit["version"] >= 5 else 1
        for entry in unit.iter_DIEs():
            if entry.tag == "DW_TAG_subprogram" and {"DW_AT_name", "DW_AT_low_pc"} <= entry.attributes.keys():
                file = files[entry.attributes["DW_AT_decl_file"].value - first].name.decode()
                place = f"{Path(file).name}:{entry.attributes['DW_AT_decl_line'].value}"
                name = entry.attributes["DW_AT_name"].value.decode()
                found[name] = (entry.attributes["DW_AT_low_pc"].value, place)
    return found


def code(content: bytes, address: int) -> bytes:
    """Give the first bytes at an address."""
    for segment in ELFFile(io.BytesIO(content)).iter_segments("PT_LOAD"):
        if segment["p_vaddr"] <= address < segment["p_vaddr"] + segment["p_filesz"]:
            return segment.data()[address - segment["p_vaddr"] :][:16]
    raise AssertionError(hex(address))


def line_of(source: Path, text: str) -> int:
    return next(at for at, line in enumerate(source.read_text().splitlines(), 1) if text in line)


def test_wheels_are_the_same_and_debuggers_find_lines(
    copy_example: Callable[[str], Path], pyz3_cache: Path, tmp_path: Path
) -> None:
    project = copy_example("hello")
    names = ("linux-x86_64", "musllinux-aarch64", "macos-arm64")
    common = ("wheel", project, "--python", "3.13", *(f"--platform={name}" for name in names))
    plain = factory.pyz3(*common, "-q", "-o", tmp_path / "plain", cache=pyz3_cache)
    assert (plain.returncode, plain.stderr) == (0, "")
    done = factory.pyz3(
        *common, "-o", tmp_path / "dist", "--debug-files", "debug", cache=pyz3_cache, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[-2:] == [
        f"note: no debug files of cp313-macosx_arm64: {WHY_MACOS}",
        "2 debug files in debug",
    ]
    assert factory.digests(tmp_path / "dist") == factory.digests(tmp_path / "plain")
    tags = (WHEEL, "musllinux_1_2_aarch64")
    suffixes = ("x86_64-linux-gnu", "aarch64-linux-musl")
    wheels = [f"hello-1.0.0-cp313-cp313-{tag}" for tag in tags]
    modules = [f"hello/_speed.cpython-313-{suffix}.so" for suffix in suffixes]
    files = [f"{wheel}/{module}.debug" for wheel, module in zip(wheels, modules, strict=True)]
    assert sorted(factory.digests(tmp_path / "debug")) == sorted(files)
    source = project / "src" / "hello" / "_speed.c"
    for wheel, module, file in zip(wheels, modules, files, strict=True):
        content = (tmp_path / "debug" / file).read_bytes()
        assert str(tmp_path).encode() not in content
        address, place = functions(content)["PyInit__speed"]
        assert place == f"_speed.c:{line_of(source, 'PyInit__speed')}"
        with zipfile.ZipFile(tmp_path / "dist" / f"{wheel}.whl") as released:
            assert code(released.read(module), address) == code(content, address)


def test_dlls_name_their_pdbs(copy_example: Callable[[str], Path], pyz3_cache: Path, tmp_path: Path) -> None:
    project = copy_example("hello")
    source = project / "src" / "hello" / "_speed.c"
    pdb = "hello/hello._speed.cp313-win_amd64.pdb"
    args = ("wheel", project, "--platform", "windows-x64", "--python", "3.13")
    for name in ("one", "two"):
        folder = tmp_path / name
        done = factory.pyz3(*args, "-o", folder, "--debug-files", folder / "debug", cache=pyz3_cache)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert done.stdout.endswith(f"\n1 debug file in {folder / 'debug'}\n")
        (wheel,) = folder.glob("*.whl")
        assert [*factory.digests(folder / "debug")] == [f"{wheel.stem}/{pdb}"]
        with zipfile.ZipFile(wheel) as archive:
            dll = archive.read("hello/_speed.cp313-win_amd64.pyd")
        # CodeView's record: RSDS, the PDB's GUID and age, its name (LLVM's docs, "The PDB Info Stream").
        stated = dll[dll.index(b"RSDS") :][:100]
        assert stated[24:].split(b"\0")[0] == b"hello._speed.cp313-win_amd64.pdb"
        assert stated[4:20] in (folder / "debug" / wheel.stem / pdb).read_bytes()
        assert str(tmp_path).encode() not in dll
        source.write_text(f"\n{source.read_text()}")  # the next one is another
    runtime = runtimes.require("win_amd64-3.13")
    found = {
        (name, debug): runtimes.run_python(
            runtime,
            DBGHELP,
            wheels=[*(tmp_path / name).glob("*.whl")],
            tmp_path=tmp_path,
            args=[str(next((tmp_path / debug).rglob("*.pdb")).parent)],
        ).strip()
        for name, debug in (("one", "one"), ("two", "two"), ("two", "one"))
    }
    at = line_of(source, "*distance(")  # of the last; its code begins in the next line
    assert found == {
        ("one", "one"): f"/src/hello/_speed.c {at - 1}",
        ("two", "two"): f"/src/hello/_speed.c {at}",
        ("two", "one"): "unknown",
    }


def test_the_build_id_finds_them(
    copy_example: Callable[[str], Path], pyz3_cache: Path, tmp_path: Path
) -> None:
    project = copy_example("hello")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(
        text.replace('name = "hello._speed"', 'name = "hello._speed"\nldflags = ["-Wl,--build-id"]', 1)
    )
    args = ("wheel", project, "--platform", "linux-x86_64", "--python", "3.13", "-o", tmp_path / "dist")
    others = factory.pyz3(*args, "--platform", "macos-arm64", "--platform", "windows-x64", cache=pyz3_cache)
    assert (others.returncode, others.stderr) == (0, "")  # it is a flag for ELF
    for _ in range(2):  # what was there is replaced
        done = factory.pyz3(*args, "--debug-files", tmp_path / "debug", cache=pyz3_cache)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert done.stdout.endswith(f"\n1 debug file in {tmp_path / 'debug'}, 1 of them by build-id\n")
    module = "hello/_speed.cpython-313-x86_64-linux-gnu.so"
    with zipfile.ZipFile(tmp_path / "dist" / f"hello-1.0.0-cp313-cp313-{WHEEL}.whl") as wheel:
        note = ELFFile(io.BytesIO(wheel.read(module))).get_section_by_name(".note.gnu.build-id")
    (identity,) = (one["n_desc"] for one in note.iter_notes())
    by_id = tmp_path / "debug" / ".build-id" / identity[:2] / f"{identity[2:]}.debug"
    named = tmp_path / "debug" / f"hello-1.0.0-cp313-cp313-{WHEEL}" / f"{module}.debug"
    assert by_id.read_bytes() == named.read_bytes()
    own = ELFFile(io.BytesIO(by_id.read_bytes())).get_section_by_name(".note.gnu.build-id")
    assert [one["n_desc"] for one in own.iter_notes()] == [identity]


def test_what_commands_of_the_project_link(pyz3_cache: Path, tmp_path: Path) -> None:
    files = {
        "backend.py": factory.own_backend(*BACKEND),
        "one.c": factory.ANSWER % {"name": "one"},
        "two.cpp": CXX,
    }
    project = factory.write_project(tmp_path / "p", factory.IN_TREE, files)
    found = WheelBuilder(project, cache_dir=pyz3_cache, environ=factory.BARE)
    targets = ("linux-x86_64", "musllinux-aarch64")
    plain, kept = (
        found.build_matrix(platforms=targets, pythons=["3.13"], output_dir=tmp_path / name, debug_files=debug)
        for name, debug in (("plain", None), ("dist", tmp_path / "debug"))
    )
    assert [one.sha256 for one in plain] == [one.sha256 for one in kept]
    for wheel, suffix in zip(kept, ("x86_64-linux-gnu", "aarch64-linux-musl"), strict=True):
        folder = tmp_path / "debug" / wheel.path.stem
        assert factory.listing(folder) == [f"{name}.cpython-313-{suffix}.so.debug" for name in ("one", "two")]
        one, two = (functions(path.read_bytes()) for path in sorted(folder.iterdir()))
        assert one["answer"][1] == f"one.c:{line_of(project / 'one.c', '*answer(')}"
        assert two["thrown"][1] == "two.cpp:3"


def test_dlls_that_commands_of_the_project_link(pyz3_cache: Path, tmp_path: Path) -> None:
    files = {
        "backend.py": factory.own_backend(*BACKEND),
        "one.c": factory.ANSWER % {"name": "one"},
        "two.cpp": CXX,
    }
    project = factory.write_project(tmp_path / "p", factory.IN_TREE, files)
    args = ("wheel", project, "--platform", "windows-x64", "--python", "3.13", "-o", tmp_path / "dist")
    done = factory.pyz3(*args, "--debug-files", tmp_path / "debug", cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    (wheel,) = factory.listing(tmp_path / "dist")
    assert done.stdout.splitlines()[-1] == (
        f"note: no debug files of one.cp313-win_amd64.pyd, two.cp313-win_amd64.pyd in {wheel}: "
        "the project's own commands linked it, or it came with the project"
    )
    assert not (tmp_path / "debug").exists()


def test_what_has_none_is_told(pyz3_cache: Path, tmp_path: Path) -> None:
    project = factory.write_project(
        tmp_path / "p",
        factory.NATIVE + factory.extension("fast", "fast.c"),
        {"fast.c": factory.ANSWER % {"name": "fast"}},
    )
    args = ("wheel", project, "--platform", "linux-x86_64", "--python", "3.13", "-o", tmp_path / "dist")
    debug = ("--debug-files", tmp_path / "debug")
    done = factory.pyz3(*args, "--optimize", "Debug", *debug, cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, "")
    told = f"note: no debug files of {X86}: the wheel itself holds its debug data"
    assert done.stdout.splitlines()[-1] == told
    assert not (tmp_path / "debug").exists()
    pure = factory.write_project(
        tmp_path / "pure",
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        "[tool.setuptools]\npy-modules = []\n",
        {},
    )
    done = factory.pyz3("wheel", pure, *args[2:], *debug, cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "note: no debug files: there is no binary"
    file = tmp_path / "file"
    file.touch()
    done = factory.pyz3(*args, "--debug-files", file / "in", cache=pyz3_cache)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {file / 'in'}: the debug file cannot be written: "), done.stderr
    done = factory.pyz3(*args, *debug, "--print-plan", cache=pyz3_cache)
    assert done.returncode == 2
    assert "--debug-files and --print-plan exclude each other" in done.stderr


def test_other_code_is_an_error_and_the_wheel_is_there(pyz3_cache: Path, tmp_path: Path) -> None:
    other = BACKEND[-1].replace("include,", 'include, f"-DANSWER={os.getpid()}",')
    files = {
        "backend.py": factory.own_backend(*BACKEND[:2], other),
        "one.c": factory.ANSWER % {"name": "one"},
        "two.cpp": CXX,
    }
    project = factory.write_project(tmp_path / "p", factory.IN_TREE, files)
    args = ("wheel", project, "--platform", "linux-x86_64", "--python", "3.13", "-o", tmp_path / "dist")
    done = factory.pyz3(*args, "--debug-files", "debug", cache=pyz3_cache, cwd=tmp_path)
    (wheel,) = factory.listing(tmp_path / "dist")
    assert done.returncode == 1
    assert done.stderr == (
        f"error: no debug file of one.cpython-313-x86_64-linux-gnu.so in {wheel}: "
        "the second build is not the same: .text differs\n"
    )
    assert done.stdout.endswith("\n1 debug file in debug\n")
    left = factory.listing(tmp_path / "debug")[1:]
    assert left == [f"{wheel.removesuffix('.whl')}/two.cpython-313-x86_64-linux-gnu.so.debug"]

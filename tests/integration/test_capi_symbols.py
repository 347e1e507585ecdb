"""Symbol lists against what real interpreters export."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import lief
import pytest
from runtimes import missing, require, runtimes_dir

from pyz3.capi import best_headers, find_headers
from pyz3.capi.symbols import SymbolList, correct, scan
from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

PYTHONIC = re.compile(r"(_?Py(?!Init_)|PY_)")

# Every difference that is left, and why.  A name stands here only if no extension module can mean it.
EXPLAINED: dict[str, frozenset[str]] = {
    # Headers and interpreter are of different patch releases: these came or went in between.
    "patch releases": frozenset(
        {
            "_PyErr_SetLocaleString",
            "_PyExc_CreateExceptionGroup",
            "_PyExc_PrepReraiseStar",
            "_PyUnicode_InternImmortal",
            "_PyUnicode_InternInPlace",
            "_PyUnicode_InternMortal",
        }
    ),
    # Labels in assembly, in builds where perf profiling was found to work.
    "perf trampoline": frozenset({"_Py_trampoline_func_start", "_Py_trampoline_func_end"}),
    # Only with --enable-experimental-jit, as Debian builds 3.15.
    "just-in-time compiler": frozenset({"_PyJIT_Entry"}),
}
ALLOWED = frozenset().union(*EXPLAINED.values())


def exports_of_pe(path: Path) -> dict[str, bool]:
    """Each exported name, and whether it is a function: whether it lies in executable memory."""
    binary = lief.PE.parse(str(path))
    assert binary is not None
    executable = lief.PE.Section.CHARACTERISTICS.MEM_EXECUTE
    return {
        str(entry.name): binary.section_from_rva(entry.address).has_characteristic(executable)
        for entry in binary.get_export().entries
        if PYTHONIC.match(str(entry.name))
    }


def exports_of_elf(path: Path) -> dict[str, bool]:
    binary = lief.ELF.parse(str(path))
    assert binary is not None
    return {
        str(symbol.name): symbol.type == lief.ELF.Symbol.TYPE.FUNC
        for symbol in binary.dynamic_symbols
        if symbol.shndx != 0 and PYTHONIC.match(str(symbol.name))
    }


def declared(include: Path) -> SymbolList:
    paths = sorted(include.rglob("*.h"))
    assert len(paths) > 100
    return scan(path.read_text(encoding="utf-8", errors="replace") for path in paths)


def check(symbols: SymbolList, exports: dict[str, bool]) -> None:
    assert len(exports) > 1500
    assert sorted(exports.keys() - symbols.names - ALLOWED) == []
    assert sorted(symbols.names - exports.keys() - ALLOWED) == []
    common = symbols.names & exports.keys()
    assert sorted(name for name in common if exports[name] != (name in symbols.functions)) == []


def own_headers(folder: Path, version: str) -> Path:
    """The headers that came with an interpreter, or the provisioned ones of its version."""
    found = [
        folder / "include" / f"python{version}",
        runtimes_dir() / "include" / f"python{version}",
    ]
    include = next((include for include in found if (include / "Python.h").is_file()), None)
    if include is None:
        missing(f"no headers of {version} in {' or '.join(map(str, found))}")
    return include


@pytest.mark.parametrize("minor", range(9, 14))
def test_windows(minor: int) -> None:
    version = PythonVersion(3, minor)
    require(f"win_amd64-{version}")
    trees = best_headers(find_headers(environ=os.environ))
    if version.base not in trees:
        pytest.skip(f"no headers of {version}")
    symbols = correct(declared(trees[version.base].include), version=version, system="windows")
    dll = runtimes_dir() / "opt" / f"win_amd64-{version}" / f"python{version.nodot}.dll"
    check(symbols, exports_of_pe(dll))


@pytest.mark.parametrize(
    "name",
    [
        "linux_aarch64-3.11",
        "linux_aarch64-3.13",
        "linux_aarch64-3.14",
        "linux_x86_64-3.13t",
        "linux_x86_64-3.14",
        "linux_x86_64-3.15",
        "musllinux_x86_64-3.13",
    ],
)
def test_provisioned_linux(name: str) -> None:
    runtime = require(name)
    folder = runtimes_dir() / "opt" / name
    include = own_headers(folder, str(runtime.python))
    symbols = correct(declared(include), version=runtime.python, system="posix")
    check(symbols, exports_of_elf(folder / "bin" / f"python{runtime.python}"))


@pytest.mark.parametrize("minor", range(9, 14))
def test_this_machines_own(minor: int) -> None:
    runtime = require(f"host-3.{minor}")
    prefix = runtime.command.resolve().parent.parent
    include = own_headers(prefix, str(runtime.python))
    shared = prefix / "lib" / f"libpython{runtime.python}.so.1.0"
    symbols = correct(declared(include), version=runtime.python, system="posix")
    check(symbols, exports_of_elf(shared if shared.is_file() else runtime.command.resolve()))


def test_differences_are_not_what_extension_modules_use() -> None:
    assert [name for name in ALLOWED if not name.startswith("_Py")] == []

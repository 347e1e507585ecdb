"""The list of the stable ABI against real interpreters and headers."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import lief
import pytest
from headers import include_of
from runtimes import Runtime, require, runtimes_dir

from pyz3.capi import limited_api, limited_api_macros
from pyz3.capi.symbols import scan
from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

ZIG = (sys.executable, "-m", "ziglang")

# What python3.dll exports beyond limited_api(), and why no module may use it.
BEYOND: dict[int, frozenset[str]] = {
    # Before PEP 652 the list held what Py_LIMITED_API never showed, and what left long ago.
    9: frozenset(
        {
            "PyEval_GetCallStats",
            "PyEval_ReInitThreads",
            "PyImport_Cleanup",
            "PyNullImporter_Type",
            "PyODictItems_Type",
            "PyODictIter_Type",
            "PyODictKeys_Type",
            "PyODictValues_Type",
            "PyODict_DelItem",
            "PyODict_New",
            "PyODict_SetItem",
            "PyODict_Type",
            "PyOS_AfterFork",
            "PyOS_CheckStack",
            "PyOS_InitInterrupts",
            "PyOS_ReadlineFunctionPointer",
            "PyParser_SimpleParseFileFlags",
            "PyParser_SimpleParseStringFlags",
            "PyParser_SimpleParseStringFlagsFilename",
            "PySortWrapper_Type",
            "Py_SymtableString",
            "PyCFunction_New",
            "_PyObject_GC_Malloc",
            "_PyTrash_delete_later",
            "_PyTrash_delete_nesting",
            "_PyTrash_deposit_object",
            "_PyTrash_destroy_chain",
            "_PyTrash_thread_deposit_object",
            "_PyTrash_thread_destroy_chain",
            "_Py_CheckRecursionLimit",
        }
    ),
    # For macros of earlier versions; they left with 3.11.
    10: frozenset(
        {
            "_PyObject_GC_Malloc",
            "_PyTrash_deposit_object",
            "_PyTrash_destroy_chain",
            "_PyTrash_thread_deposit_object",
            "_PyTrash_thread_destroy_chain",
        }
    ),
    # Forwarders to what 64-bit release builds do not have.
    **{
        minor: frozenset({"PyOS_CheckStack", "_Py_NegativeRefcount", "_Py_RefTotal"})
        for minor in (11, 12, 13)
    },
}


def exports_of_pe(path: Path) -> frozenset[str]:
    binary = lief.PE.parse(str(path))
    assert binary is not None
    return frozenset(str(entry.name) for entry in binary.get_export().entries)


@pytest.mark.parametrize("minor", BEYOND)
def test_python3_dll(minor: int) -> None:
    require(f"win_amd64-3.{minor}")
    folder = runtimes_dir() / "opt" / f"win_amd64-3.{minor}"
    names = limited_api(f"3.{minor}", system="windows").names
    stable = exports_of_pe(folder / "python3.dll")
    assert sorted(names - stable) == []
    assert sorted(stable - names - BEYOND[minor]) == []
    assert sorted(BEYOND[minor] - stable) == []
    # It only forwards: what it forwards to must be there.
    assert sorted(names - exports_of_pe(folder / f"python3{minor}.dll")) == []


def library_of(runtime: Runtime) -> Path:
    command = runtime.command.resolve()
    if not runtime.name.startswith("host-"):
        return runtimes_dir() / "opt" / runtime.name / "bin" / f"python{runtime.python}"
    shared = command.parent.parent / "lib" / f"libpython{runtime.python}.so.1.0"
    return shared if shared.is_file() else command


@pytest.mark.parametrize(
    "name",
    [
        *(f"host-3.{minor}" for minor in range(9, 14)),
        "linux_x86_64-3.14",
        "linux_x86_64-3.15",
        "linux_aarch64-3.13",
        "musllinux_x86_64-3.13",
    ],
)
def test_linux_interpreter(name: str) -> None:
    runtime = require(name)
    binary = lief.ELF.parse(str(library_of(runtime)))
    assert binary is not None
    exports = {
        str(symbol.name): symbol.type == lief.ELF.Symbol.TYPE.FUNC
        for symbol in binary.dynamic_symbols
        if symbol.shndx != 0
    }
    symbols = limited_api(str(runtime.python), system="posix")
    assert sorted(symbols.names - exports.keys()) == []
    assert sorted(name for name in symbols.functions if not exports[name]) == []
    assert sorted(name for name in symbols.data if exports[name]) == []


# In place of CPython's exports.h: it keeps the marks of what is exported through the preprocessor.
MARKS = """
#define PyAPI_FUNC(type) pyz3_function(type)
#define PyAPI_DATA(type) pyz3_data(type)
#define PyMODINIT_FUNC void *
#define Py_EXPORTED_SYMBOL
#define Py_IMPORTED_SYMBOL
#define Py_LOCAL_SYMBOL
"""


def shown(include: Path, *macros: str) -> frozenset[str]:
    """What ``Python.h`` declares as exported."""
    command = [*ZIG, "cc", "-target", "x86_64-linux-gnu.2.17", "-E", "-P", f"-I{include}", "-xc", "-"]
    command[-2:-2] = [f"-D{macro}" for macro in macros]
    done = subprocess.run(command, input="#include <Python.h>\n", capture_output=True, text=True, check=True)
    text = done.stdout.replace("pyz3_function", "PyAPI_FUNC").replace("pyz3_data", "PyAPI_DATA")
    return scan([text]).names


@pytest.fixture(scope="module")
def marked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    include = include_of(request.param, tmp_path_factory.mktemp("cache"))
    (include / "exports.h").write_text(MARKS)
    return request.param, include


def macro(version: str) -> str:
    """Without the renamed functions."""
    return limited_api_macros(version, headers=PythonVersion(3, 15))[0]


# Declared for every version of the Limited API, though they came with this one.
UNGUARDED = {
    "3.10": {
        *("PyAIter_Check", "PyCFunction_New", "PyCodec_Unregister", "PyExc_EncodingWarning", "PyGC_Disable"),
        *(
            "PyGC_Enable",
            "PyGC_IsEnabled",
            "PyObject_GetAIter",
            "Py_Is",
            "Py_IsFalse",
            "Py_IsNone",
            "Py_IsTrue",
        ),
        *("Py_NewRef", "Py_XNewRef", "_Py_DecRef", "_Py_IncRef"),
    },
    "3.11": {"PyExc_BaseExceptionGroup", "PyStructSequence_UnnamedField"},
    "3.12": {
        *(
            "PyErr_GetRaisedException",
            "PyErr_SetRaisedException",
            "PyException_GetArgs",
            "PyException_SetArgs",
        ),
        *("PyVectorcall_Call", "PyVectorcall_NARGS"),
    },
    "3.13": {
        *("PyEval_GetFrameBuiltins", "PyEval_GetFrameGlobals", "PyEval_GetFrameLocals", "_Py_SetRefcnt"),
        *("PyMapping_HasKeyStringWithError", "PyMapping_HasKeyWithError"),
        *("PyObject_DelAttr", "PyObject_DelAttrString"),
    },
    "3.14": {"Py_REFCNT", "Py_TYPE"},
    "3.15": {
        *("PyCriticalSection_Begin", "PyCriticalSection_End"),
        *("PyCriticalSection2_Begin", "PyCriticalSection2_End"),
        *("PyLongWriter_Create", "PyLongWriter_Discard", "PyLongWriter_Finish"),
        *("PyLong_Export", "PyLong_FreeExport", "PyLong_GetNativeLayout"),
    },
}
# 3.15's headers guard it.
GUARDED_LATER = {("3.15", "Py_TYPE")}


@pytest.mark.parametrize(
    ("marked", "minor"),
    [("3.14", minor) for minor in range(10, 15)] + [("3.15", minor) for minor in range(10, 16)],
    indirect=["marked"],
)
def test_headers_show_what_the_data_say(marked: tuple[str, Path], minor: int) -> None:
    version, include = marked
    before, now = (shown(include, macro(f"3.{one}")) for one in (minor - 1, minor))
    listed_before, listed = (limited_api(f"3.{one}", system="posix").names for one in (minor - 1, minor))
    unguarded = {name for name in UNGUARDED[f"3.{minor}"] if (version, name) not in GUARDED_LATER}
    assert now - before == listed - listed_before - unguarded
    assert unguarded <= before


def test_abi3t_shows_the_same(tmp_path: Path) -> None:
    include = include_of("3.15", tmp_path)
    (include / "exports.h").write_text(MARKS)
    both = shown(include, *limited_api_macros("3.15t", headers=PythonVersion(3, 15)))
    assert both == shown(include, macro("3.15"))
    assert both == shown(include, "Py_LIMITED_API=0x030F0000", "Py_GIL_DISABLED=1")
    assert both <= limited_api("3.15t", system="windows").names | limited_api("3.15t", system="posix").names

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.capi import SymbolList, python_symbols
from pyz3.capi.symbols import Correction, _corrections, correct, scan
from pyz3.targets import SUPPORTED, PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

ALL = SymbolList(functions=frozenset(), data=frozenset())


@pytest.mark.parametrize(
    ("text", "functions", "data"),
    [
        ("PyAPI_FUNC(int) PyArg_Parse(PyObject *, ...);", {"PyArg_Parse"}, set()),
        ("PyAPI_FUNC(PyObject *)\nPyLong_FromLong(long);", {"PyLong_FromLong"}, set()),
        ("PyAPI_FUNC(PyObject *)_PyGen_yf(PyGenObject *);", {"_PyGen_yf"}, set()),
        ("PyAPI_FUNC(void) _Py_NO_RETURN Py_Exit(int);", {"Py_Exit"}, set()),
        ("PyAPI_FUNC(const char) *Py_GetName(void);", {"Py_GetName"}, set()),
        ("Py_DEPRECATED(3.3) PyAPI_FUNC(int) PyOld(void);", {"PyOld"}, set()),
        ("PyAPI_DATA(PyTypeObject) PyType_Type;", set(), {"PyType_Type"}),
        ("PyAPI_DATA(PyObject *) PyExc_ValueError;", set(), {"PyExc_ValueError"}),
        ("PyAPI_DATA(const unsigned int) _Py_ctype_table[256];", set(), {"_Py_ctype_table"}),
        ("PyAPI_DATA(int) (*PyOS_InputHook)(void);", set(), {"PyOS_InputHook"}),
        ("PyAPI_DATA(char) *(*PyOS_Hook)(FILE *, FILE *);", set(), {"PyOS_Hook"}),
        ("PyAPI_DATA(const PyTypeObject *) const PyKinds[N + 1];", set(), {"PyKinds"}),
        ("PyAPI_DATA(double) _PyLong_Frexp(PyLongObject *, int *);", {"_PyLong_Frexp"}, set()),
        ("#define PyArg_Parse _PyArg_Parse_SizeT\n", {"_PyArg_Parse_SizeT"}, set()),
        ("#    define PyAPI_DATA(RTYPE) extern Py_IMPORTED_SYMBOL RTYPE\n", set(), set()),
        ("/* PyAPI_FUNC(int) PyGone(void); */", set(), set()),
        ("// PyAPI_FUNC(int) PyGone(void);\n", set(), set()),
        ("PyAPI_FUNC(int) pthread_create(void);", set(), set()),
        ("int PyNot_Exported(void);", set(), set()),
    ],
)
def test_scan(text: str, functions: set[str], data: set[str]) -> None:
    assert scan([text]) == SymbolList(functions=frozenset(functions), data=frozenset(data))


def test_scan_joins_files() -> None:
    symbols = scan(["PyAPI_FUNC(int) PyA(void);", "PyAPI_DATA(int) PyB;", "PyAPI_DATA(int) PyA;"])
    assert symbols == SymbolList(functions=frozenset({"PyA"}), data=frozenset({"PyB"}))
    assert symbols.names == {"PyA", "PyB"}


@pytest.mark.parametrize(
    ("version", "system", "applies"),
    [
        ("3.10", "windows", False),
        ("3.11", "windows", True),
        ("3.12", "windows", True),
        ("3.13", "windows", False),
        ("3.12", "posix", False),
    ],
)
def test_correction_applies_to_versions_and_systems(version: str, system: str, applies: bool) -> None:
    rule = Correction(names=("PyA",), why="", on="windows", since="3.11", until="3.12")
    assert (
        rule.applies(PythonVersion.parse(version), "windows" if system == "windows" else "posix") is applies
    )


def test_correction_applies_to_threading() -> None:
    rule = Correction(names=("PyA",), why="", free_threaded=False)
    assert rule.applies(PythonVersion.parse("3.13"), "posix")
    assert not rule.applies(PythonVersion.parse("3.13t"), "posix")


def test_true_is_data_of_every_python() -> None:
    declared = scan(["PyAPI_DATA(struct _longobject) _Py_FalseStruct, _Py_TrueStruct;"])
    corrected = correct(declared, version=PythonVersion(3, 9), system="windows")
    assert {"_Py_FalseStruct", "_Py_TrueStruct"} <= corrected.data


def test_no_name_is_both_function_and_data() -> None:
    for version in SUPPORTED:
        symbols = correct(ALL, version=version, system="windows")
        assert not symbols.functions & symbols.data


def test_every_correction_is_explained_and_new_to_its_kind() -> None:
    rules, _ = _corrections()
    for version in SUPPORTED:
        for kind in (rules.add, rules.remove):
            for system in ("windows", "posix"):
                names = [name for rule in kind if rule.applies(version, system) for name in rule.names]
                assert len(names) == len(set(names)), (version, system)
    assert all(rule.why for rule in rules.add + rules.remove)


def test_kept_beside_the_headers_and_repaired(tmp_path: Path) -> None:
    include = tmp_path / "include"
    (include / "cpython").mkdir(parents=True)
    (include / "Python.h").write_text("PyAPI_FUNC(int) PyA(void);")
    (include / "cpython" / "b.h").write_text("PyAPI_DATA(int) PyB;")
    version = PythonVersion(3, 13)
    symbols = python_symbols(include, version=version, system="posix")
    assert {"PyA"} <= symbols.functions
    assert {"PyB"} <= symbols.data
    (kept,) = tmp_path.glob("symbols-posix-313-*.json")
    content = kept.read_bytes()
    kept.write_bytes(b"{")
    assert python_symbols(include, version=version, system="posix") == symbols
    assert kept.read_bytes() == content
    (include / "Python.h").unlink()  # not looked at any more
    assert python_symbols(include, version=version, system="posix") == symbols
    assert sorted(path.name for path in tmp_path.iterdir()) == ["include", kept.name]


def test_lists_of_systems_and_builds_are_kept_apart(tmp_path: Path) -> None:
    include = tmp_path / "include"
    include.mkdir()
    (include / "Python.h").write_text(
        "PyAPI_FUNC(void) PyOS_AfterFork_Child(void); PyAPI_FUNC(int) PyUnstable_Module_SetGIL(void);"
    )
    lists = {
        (system, str(version)): python_symbols(include, version=version, system=system).functions
        for system in ("windows", "posix")
        for version in (PythonVersion(3, 13), PythonVersion(3, 13, free_threaded=True))
    }
    assert [key for key, names in lists.items() if "PyOS_AfterFork_Child" in names] == [
        ("posix", "3.13"),
        ("posix", "3.13t"),
    ]
    assert [key for key, names in lists.items() if "PyUnstable_Module_SetGIL" in names] == [
        ("windows", "3.13t"),
        ("posix", "3.13t"),
    ]

from __future__ import annotations

from pyz3.capi import SymbolList, definition
from pyz3.capi.import_library import dll_name
from pyz3.targets import PythonVersion


def test_definition_is_sorted_and_marks_data() -> None:
    symbols = SymbolList(
        functions=frozenset({"Py_BuildValue", "PyLong_FromLong"}),
        data=frozenset({"PyType_Type", "PyExc_ValueError"}),
    )
    assert definition(symbols, dll="python313.dll") == (
        "LIBRARY python313.dll\n"
        "EXPORTS\n"
        "    PyLong_FromLong\n"
        "    Py_BuildValue\n"
        "    PyExc_ValueError DATA\n"
        "    PyType_Type DATA\n"
    )


def test_name_of_the_dll() -> None:
    assert dll_name(PythonVersion(3, 9)) == "python39.dll"
    assert dll_name(PythonVersion(3, 13)) == "python313.dll"
    assert dll_name(PythonVersion(3, 13, free_threaded=True)) == "python313t.dll"

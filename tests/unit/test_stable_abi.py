from __future__ import annotations

import re
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING

import abi3info  # type: ignore[import-untyped] # it has no types
import msgspec
import pytest
from audited import ELF, PE, report

from pyz3._toml import load_toml
from pyz3.audit import Symbol
from pyz3.capi import added_in, dll_name, limited_api, limited_api_macros, stable_abi_tag
from pyz3.capi.stable_abi import Exceptions
from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from pyz3.audit import Facts
    from pyz3.targets import Exports

SYSTEMS: tuple[Exports, ...] = ("windows", "posix")


class TestExceptions:
    """What ``stable_abi.toml`` says against abi3info is still something that abi3info does not say."""

    def test_each_is_one(self) -> None:
        content = resources.files("pyz3.capi").joinpath("stable_abi.toml").read_text(encoding="utf-8")
        exceptions = msgspec.convert(load_toml(content), Exceptions)
        listed = {one.symbol.name: one for one in (*abi3info.FUNCTIONS.values(), *abi3info.DATAS.values())}
        posix, windows = exceptions.versions("posix"), exceptions.versions("windows")
        assert [name for name, version in posix.items() if version == str(listed[name].added)] == []
        later = {name: version for name, version in windows.items() if version != posix.get(name)}
        before = {name: posix.get(name, str(listed[name].added)) for name in later}
        assert [name for name, version in later.items() if version == before[name]] == []
        assert (len(posix), len(later)) == (13, 35)
        macros = {one.ifdef.name for one in listed.values() if one.ifdef is not None}
        assert macros == set(exceptions.features)


class TestLimitedApi:
    @pytest.mark.parametrize("system", SYSTEMS)
    def test_later_versions_have_all_of_earlier_ones(self, system: Exports) -> None:
        lists = [limited_api(f"3.{minor}", system=system).names for minor in range(2, 16)]
        for earlier, later in pairwise(lists):
            assert earlier <= later

    def test_what_3_11_brought(self) -> None:
        new = limited_api("3.11", system="posix").names - limited_api("3.10", system="posix").names
        assert {"PyObject_GetBuffer", "PyBuffer_Release", "Py_Version", "PyType_GetName"} < new
        assert len(new) == 19

    def test_functions_and_data(self) -> None:
        symbols = limited_api("3.10", system="posix")
        assert "PyExc_ValueError" in symbols.data
        assert "PyLong_FromLong" in symbols.functions
        assert not symbols.functions & symbols.data

    def test_names_that_macros_refer_to(self) -> None:
        assert {"_Py_Dealloc", "_PyArg_ParseTuple_SizeT"} <= limited_api("3.9", system="posix").functions

    def test_systems(self) -> None:
        windows, posix = (limited_api("3.13", system=system).names for system in SYSTEMS)
        assert posix - windows == {
            "PyOS_AfterFork",
            "PyOS_AfterFork_Child",
            "PyOS_AfterFork_Parent",
            "PyOS_BeforeFork",
        }
        assert "PyErr_SetFromWindowsErr" in windows - posix
        # Debug builds and 32-bit builds of MSVC alone have these.
        assert not {"_Py_RefTotal", "_Py_NegativeRefcount", "PyOS_CheckStack"} & (windows | posix)

    def test_python3_dll_came_later_to_some(self) -> None:
        assert "PyThread_allocate_lock" in limited_api("3.9", system="posix").names
        assert "PyThread_allocate_lock" not in limited_api("3.9", system="windows").names
        assert "PyThread_allocate_lock" in limited_api("3.10", system="windows").names

    def test_both_abis_have_the_same_names(self) -> None:
        assert limited_api("3.15t", system="windows") == limited_api("3.15", system="windows")

    @pytest.mark.parametrize("version", ["3.13t", "3.14t"])
    def test_no_abi3t_before_3_15(self, version: str) -> None:
        with pytest.raises(ValueError, match=rf"from 3\.15t on, not from {re.escape(version)}$"):
            limited_api(version, system="posix")


@pytest.mark.parametrize(
    ("name", "windows", "posix"),
    [
        ("PyLong_FromLong", "3.2", "3.2"),
        ("PyObject_CallNoArgs", "3.9", "3.9"),
        ("PyModule_AddType", "3.10", "3.9"),
        ("PyThread_allocate_lock", "3.10", "3.2"),
        ("PyObject_Vectorcall", "3.12", "3.12"),
        ("PyLong_AsInt64", "3.14", "3.14"),
        ("PyModule_FromSlotsAndSpec", "3.15", "3.15"),
        ("PyCriticalSection_Begin", "3.15", "3.15"),
        ("PyErr_SetFromWindowsErr", "3.7", None),
        ("PyOS_AfterFork", None, "3.2"),
        ("PyOS_CheckStack", None, None),
        ("PyUnicode_READY", None, None),
    ],
)
def test_added_in(name: str, windows: str | None, posix: str | None) -> None:
    assert added_in(name, system="windows") == windows
    assert added_in(name, system="posix") == posix


@pytest.mark.parametrize(
    ("version", "macros", "tag", "dll"),
    [
        ("3.9", ("Py_LIMITED_API=0x03090000",), "cp39-abi3", "python3.dll"),
        ("3.10", ("Py_LIMITED_API=0x030A0000",), "cp310-abi3", "python3.dll"),
        (
            "3.15t",
            ("Py_LIMITED_API=0x030F0000", "Py_TARGET_ABI3T=0x030F0000"),
            "cp315-abi3.abi3t",
            "python3t.dll",
        ),
    ],
)
def test_how_a_module_asks_for_it(version: str, macros: tuple[str, ...], tag: str, dll: str) -> None:
    oldest = PythonVersion.parse(version)
    assert limited_api_macros(version, headers=oldest) == macros
    assert stable_abi_tag(version) == tag
    assert dll_name(PythonVersion(3, 15), stable_abi=version) == dll


def test_newer_headers_do_not_break_older_pythons() -> None:
    # 3.10 to 3.12 take "s#" only from the functions of that name.
    macros = limited_api_macros("3.12", headers=PythonVersion(3, 13))
    assert macros[:3] == (
        "Py_LIMITED_API=0x030C0000",
        "PyArg_Parse=_PyArg_Parse_SizeT",
        "PyArg_ParseTuple=_PyArg_ParseTuple_SizeT",
    )
    names = {macro.partition("=")[2] for macro in macros[1:]}
    assert names == {name for name in limited_api("3.15", system="posix").names if name.endswith("_SizeT")}
    assert limited_api_macros("3.12", headers=PythonVersion(3, 12)) == ("Py_LIMITED_API=0x030C0000",)
    assert limited_api_macros("3.13", headers=PythonVersion(3, 15)) == ("Py_LIMITED_API=0x030D0000",)


def test_older_headers_are_asked_for_the_same() -> None:
    # tree-sitter-c-sharp: cibuildwheel builds it with Python 3.9, and its setup.py asks for 3.10.
    assert limited_api_macros("3.10", headers=PythonVersion(3, 9)) == ("Py_LIMITED_API=0x030A0000",)


def findings(facts: Facts, *undefined: str, stable_abi: str) -> list[tuple[str, str, str]]:
    system: Exports = "windows" if facts.format == "pe" else "posix"
    library = dll_name(PythonVersion(3, 15), stable_abi=stable_abi) if facts.format == "pe" else ""
    needed = (library,) if library else facts.needed
    symbols = tuple(Symbol(name=name, library=library) for name in undefined)
    found = report(
        msgspec.structs.replace(facts, undefined=symbols, needed=needed),
        file="hello/_speed.abi3.so",
        python="3.15",
        python_symbols=limited_api(stable_abi, system=system).names,
        stable_abi=stable_abi,
    )
    # What follows the file's name.
    return [
        (one.message.removeprefix("hello/_speed.abi3.so "), one.version, one.tip) for one in found.findings
    ]


class TestAudit:
    def test_symbol_of_a_newer_version(self) -> None:
        ((message, version, tip),) = findings(
            ELF, "PyLong_FromLong", "PyObject_Vectorcall", stable_abi="3.10"
        )
        assert message == (
            "needs PyObject_Vectorcall, which the Limited API has since 3.12, but the wheel promises 3.10"
        )
        assert version == "3.12"
        assert tip == 'promise a newer Python with abi3 = "3.12" in [tool.pyz3], or avoid the call'

    def test_symbol_of_no_version(self) -> None:
        assert findings(ELF, "_PyLong_Sign", stable_abi="3.10") == [
            (
                "needs _PyLong_Sign, which no Python's Limited API has",
                "",
                "avoid the call, or make one wheel per Python: take abi3 out of [tool.pyz3]",
            )
        ]

    def test_python3_dll(self) -> None:
        assert findings(PE, "PyLong_FromLong", stable_abi="3.9") == []
        ((message, version, _),) = findings(PE, "PyModule_AddType", stable_abi="3.9")
        assert message == (
            "needs PyModule_AddType from python3.dll, which the Limited API has since 3.10, "
            "but the wheel promises 3.9"
        )
        assert version == "3.10"

    def test_abi3t(self) -> None:
        assert findings(PE, "PyModule_FromSlotsAndSpec", stable_abi="3.15t") == []
        assert findings(ELF, "PyModule_FromSlotsAndSpec", stable_abi="3.15t") == []
        (message, version, _) = findings(ELF, "PyUnicode_New", stable_abi="3.15t")[0]
        assert message == "needs PyUnicode_New, which no Python's Limited API has"
        assert version == ""

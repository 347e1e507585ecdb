"""Modules for Pyodide under audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from audited import report
from wasm_bytes import wasm

from pyz3.audit import Facts, Symbol, facts_of, only_failing
from pyz3.errors import AuditFailedError

if TYPE_CHECKING:
    from pyz3.audit import Finding

GOOD = Facts(
    format="wasm",
    machine="wasm32",
    exported=("PyInit__speed",),
    undefined=(Symbol(name="malloc"), Symbol(name="PyLong_FromLong"), Symbol(name="memory")),
)


def findings(facts: Facts, python: str = "3.14", **options: Any) -> tuple[Finding, ...]:
    return report(facts, python=python, **options).findings


def needing(*names: str) -> Facts:
    return msgspec.structs.replace(GOOD, undefined=tuple(Symbol(name=name) for name in names))


def test_facts() -> None:
    content = wasm(
        imports=("malloc", "PyLong_FromLong", "own"), exports=("PyInit_x", "own"), needed=("l.so",)
    )
    assert facts_of(content, name="x.so") == (
        Facts(
            format="wasm",
            machine="wasm32",
            needed=("l.so",),
            exported=("PyInit_x", "own"),
            undefined=(Symbol(name="malloc"), Symbol(name="PyLong_FromLong")),
        ),
    )


def test_a_program_is_no_module() -> None:
    (facts,) = facts_of(wasm(imports=(), exports=("PyInit__speed",), shared=False), name="x.so")
    assert [finding.message for finding in findings(facts)] == [
        "hello/_speed.so is an executable or object file, not a shared library"
    ]


def test_damage() -> None:
    with pytest.raises(AuditFailedError) as caught:
        facts_of(wasm(imports=("malloc",), exports=("PyInit_x",))[:-2], name="x.so")
    assert caught.value.message.startswith("x.so: a WebAssembly module (Pyodide) of ")


@pytest.mark.parametrize("python", ["3.12", "3.13", "3.14", "3.15"])
def test_good(python: str) -> None:
    assert findings(GOOD, python) == ()


def test_what_the_main_module_lacks() -> None:
    (finding,) = findings(needing("sem_open"))
    assert (finding.rule, finding.symbol) == ("symbol", "sem_open")
    assert finding.message == (
        "hello/_speed.so needs sem_open, which neither Pyodide 314.0.7 nor the C API of Python 3.14 has"
    )


def test_what_only_fails_there() -> None:
    (finding,) = findings(needing("pthread_create"))
    assert (finding.rule, finding.symbol) == ("symbol", "pthread_create")
    assert finding.message == (
        "hello/_speed.so needs pthread_create, which only fails there: Pyodide starts no threads"
    )
    assert finding.tip == "leave the call out where __EMSCRIPTEN__ is defined"


def test_what_others_wrote_may_call_what_only_fails() -> None:
    assert findings(needing("pthread_create"), may_fail=True) == ()
    assert only_failing(needing("fork")) == {"fork": "Pyodide starts no processes"}
    assert only_failing(GOOD) == {}


def test_each_pyodide_has_its_own_list() -> None:
    assert findings(needing("epoll_create1"), "3.15") == ()
    assert [finding.symbol for finding in findings(needing("epoll_create1"), "3.14")] == ["epoll_create1"]


def test_a_function_that_this_python_lacks() -> None:
    (finding,) = findings(needing("PyLong_AsInt"))
    assert finding.message == (
        "hello/_speed.so needs PyLong_AsInt, which the C API of Python 3.14 does not have"
    )


def test_the_limited_api() -> None:
    (finding,) = findings(needing("PyErr_GetRaisedException"), stable_abi="3.10")
    assert finding.message == (
        "hello/_speed.so needs PyErr_GetRaisedException, which the Limited API has since 3.12, "
        "but the wheel promises 3.10"
    )


def test_libraries_are_not_looked_for() -> None:
    facts = msgspec.structs.replace(GOOD, needed=("libz.so",))
    assert [finding.message for finding in findings(facts)] == [
        "hello/_speed.so needs libz.so, which Pyodide (PEP 783) does not promise"
    ]

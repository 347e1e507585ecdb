"""What Pyodide's main module has, and WebAssembly modules read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyz3.capi.emscripten import UNUSABLE, emscripten_abis, is_exported
from pyz3.capi.emscripten.exports import main_module_names, render_exports
from pyz3.capi.emscripten.wasm import Export, Import, parse_wasm

HEADER = b"\0asm\1\0\0\0"


def section(number: int, body: bytes) -> bytes:
    return bytes([number, len(body)]) + body


def name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


IMPORTS = section(
    2,
    b"\6"
    + (name("env") + name("strlen") + b"\0\1")
    + (name("env") + name("__indirect_function_table") + b"\1\x70\0\3")
    + (name("env") + name("memory") + b"\2\1\1\x80\2")
    + (name("GOT.mem") + name("PyExc_OSError") + b"\3\x7f\1")
    + (name("env") + name("__cpp_exception") + b"\4\0\2")
    + (name("env") + name("malloc") + b"\0\x81\1"),
)
EXPORTS = section(7, b"\2" + name("PyInit_x") + b"\0\3" + name("data") + b"\3\1")
DYLINK = section(0, name("dylink.0") + section(1, b"\0\0\0\0") + section(2, b"\1" + name("libfoo.so")))


def test_read() -> None:
    module = parse_wasm(HEADER + DYLINK + IMPORTS + EXPORTS)
    assert module.imports == (
        Import(module="env", name="strlen", kind="function"),
        Import(module="env", name="__indirect_function_table", kind="table"),
        Import(module="env", name="memory", kind="memory"),
        Import(module="GOT.mem", name="PyExc_OSError", kind="global"),
        Import(module="env", name="__cpp_exception", kind="tag"),
        Import(module="env", name="malloc", kind="function"),
    )
    assert module.exports == (Export(name="PyInit_x", kind="function"), Export(name="data", kind="global"))
    assert module.shared
    assert module.needed == ("libfoo.so",)


def test_read_a_module_that_no_loader_takes() -> None:
    module = parse_wasm(HEADER + section(0, name("name")))
    assert (module.imports, module.exports, module.shared, module.needed) == ((), (), False, ())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no WebAssembly module of version 1"),
        (b"\x7fELF", "no WebAssembly module of version 1"),
        (HEADER + b"\2", "damaged WebAssembly module"),
        (HEADER + b"\2\x7f\1", "damaged WebAssembly module"),
        (HEADER + section(2, b"\1" + name("env") + name("x") + b"\7\0"), "damaged WebAssembly module"),
        (HEADER + section(7, b"\1\2\xff\xff\0\0"), "damaged WebAssembly module"),
    ],
)
def test_read_refuses(data: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_wasm(data)


@given(st.binary(max_size=200))
def test_read_never_fails_otherwise(body: bytes) -> None:
    try:
        parse_wasm(HEADER + body)
    except ValueError as error:
        assert str(error) == "damaged WebAssembly module"  # noqa: PT017 - most bytes are refused, some not


@pytest.mark.parametrize(
    ("symbol", "having"),
    [
        ("malloc", {"2024_0", "2025_0", "2026_0", "2026_5"}),
        ("memory", {"2024_0", "2025_0", "2026_0", "2026_5"}),
        ("_ZNSt3__25mutex4lockEv", {"2024_0", "2025_0", "2026_0", "2026_5"}),
        ("getaddrinfo", {"2024_0", "2025_0", "2026_0", "2026_5"}),
        ("__wasm_longjmp", {"2025_0", "2026_0", "2026_5"}),
        ("emscripten_longjmp", {"2024_0"}),
        ("invoke_viiji", {"2024_0"}),
        ("__cxa_find_matching_catch_17", {"2024_0"}),
        ("invoke_other", set()),
        ("sem_open", set()),
        ("epoll_create1", {"2026_5"}),
        ("no_such_function", set()),
    ],
)
def test_exported(symbol: str, having: set[str]) -> None:
    assert {version for version, abi in emscripten_abis().items() if is_exported(symbol, abi)} == having


def test_unusable_ones_are_there() -> None:
    for abi in emscripten_abis().values():
        lacking = {symbol for symbol in UNUSABLE if not is_exported(symbol, abi)}
        assert "pthread_create" not in lacking
        assert "fork" not in lacking


def test_main_module_names() -> None:
    wasm = HEADER + section(
        7,
        b"\4" + name("malloc") + b"\0\0" + name("PyList_New") + b"\0\1" + name("_PyLong_New") + b"\0\2"
        + name("_ZNSt3__24sortB8ne210108Ev") + b"\0\3",
    )  # fmt: skip
    javascript = "x;var wasmImports={getaddrinfo:_getaddrinfo,emscripten_glBegin:_a,invoke_vi,\nJsv:_Jsv};y"
    assert main_module_names(wasm, javascript) == {"malloc", "getaddrinfo", "Jsv"}
    with pytest.raises(ValueError, match="no list of wasmImports"):
        main_module_names(wasm, "var other={}")


def test_render() -> None:
    text = render_exports({"1": frozenset({"b", "a", "c"}), "2": frozenset({"a", "d", "b"})})
    assert text.splitlines()[1:] == ["", "[1 2]", "a", "b", "", "[1]", "c", "", "[2]", "d"]

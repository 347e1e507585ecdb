"""The arguments for zig's compilers and its linker."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from pyz3.capi.emscripten import (
    ZIG_ROOT,
    c_flags,
    cxx_flags,
    emscripten_abis,
    link_flags,
    macros,
    system_include_dirs,
)

LIB = Path("zig") / "lib"
OVERLAY = ZIG_ROOT.parent / "include"
LIBC = LIB / "libc" / "include"


def test_header_folders_in_order() -> None:
    assert system_include_dirs(LIB) == (
        OVERLAY,
        LIB / "include",
        LIBC / "riscv32-linux-musl",
        LIBC / "generic-musl",
        LIBC,
    )


def test_what_the_package_brings() -> None:
    files = {path.relative_to(OVERLAY).as_posix() for path in OVERLAY.rglob("*") if path.is_file()}
    assert files == {
        "__configuration/availability.h",
        "features.h",
        "inttypes.h",
        "setjmp.h",
        "signal.h",
        "unistd.h",
        *(
            f"bits/{name}.h"
            for name in (
                "alltypes",
                "errno",
                "fenv",
                "float",
                "limits",
                "reg",
                "setjmp",
                "signal",
                "stat",
                "syscall",
            )
        ),
    }
    assert ZIG_ROOT.is_file()


def test_c() -> None:
    assert c_flags(emscripten_abis()["2026_0"], LIB) == (
        *("-target", "wasm32-unknown-emscripten", "-fPIC", "-mno-extended-const", "-O2", "-DNDEBUG"),
        *("-fwasm-exceptions", "-mllvm", "-wasm-enable-sjlj"),
        *(
            "-D__EMSCRIPTEN_major__=5",
            "-D__EMSCRIPTEN_minor__=0",
            "-D__EMSCRIPTEN_tiny__=3",
            "-DPYZ3_LIBCXX=21",
        ),
        "-nostdinc",
        *(part for path in system_include_dirs(LIB) for part in ("-isystem", str(path))),
    )


@pytest.mark.parametrize(
    ("version", "unwinding"),
    [
        ("2024_0", "-fexceptions -mllvm -enable-emscripten-cxx-exceptions -mllvm -enable-emscripten-sjlj"),
        ("2025_0", "-fwasm-exceptions -mllvm -wasm-enable-sjlj"),
        ("2026_0", "-fwasm-exceptions -mllvm -wasm-enable-sjlj"),
    ],
)
def test_cpp_unwinds_as_the_main_module_does(version: str, unwinding: str) -> None:
    flags = cxx_flags(emscripten_abis()[version], LIB)
    assert f"-O2 -DNDEBUG {unwinding} -D_LIBCPP_ABI_VERSION=2" in " ".join(flags)


def test_cpp_looks_into_libcxx_after_the_overlay() -> None:
    flags = cxx_flags(emscripten_abis()["2026_0"], LIB)
    folders = [value for option, value in pairwise(flags) if option == "-isystem"]
    overlay, *rest = map(str, system_include_dirs(LIB))
    assert folders == [overlay, str(LIB / "libcxx" / "include"), str(LIB / "libcxxabi" / "include"), *rest]


@pytest.mark.parametrize(
    ("optimize", "expected"),
    [
        ("Debug", ["-O0"]),
        ("ReleaseSafe", ["-O2"]),
        ("ReleaseFast", ["-O2", "-DNDEBUG"]),
        ("ReleaseSmall", ["-Os", "-DNDEBUG"]),
    ],
)
def test_optimize(optimize: str, expected: list[str]) -> None:
    flags = c_flags(emscripten_abis()["2025_0"], LIB, optimize)  # type: ignore[arg-type]
    assert [flag for flag in flags if flag.startswith("-O") or flag == "-DNDEBUG"] == expected


def test_macros_of_an_older_emscripten() -> None:
    assert macros(emscripten_abis()["2024_0"]) == (
        "__EMSCRIPTEN_major__=3",
        "__EMSCRIPTEN_minor__=1",
        "__EMSCRIPTEN_tiny__=58",
        "PYZ3_LIBCXX=18",
    )


@pytest.mark.parametrize(
    ("module", "init"),
    [
        ("hello", "PyInit_hello"),
        ("package.part._speed", "PyInit__speed"),
        ("lančmít", "PyInitU_lanmt_2sa6t"),  # the example of PEP 489
    ],
)
def test_link(module: str, init: str) -> None:
    assert link_flags(module) == (
        "--shared",
        "--experimental-pic",
        "--allow-undefined",
        f"--export-if-defined={init}",
        "-Bsymbolic",
        "--strip-all",
    )

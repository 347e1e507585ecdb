"""Extension modules for Pyodide (PEP 783), made with zig and nothing else."""

from pyz3.capi.emscripten.abis import EmscriptenAbi, emscripten_abi_for, emscripten_abis
from pyz3.capi.emscripten.exports import UNUSABLE, exported_names, is_exported
from pyz3.capi.emscripten.flags import (
    CLANG_TARGET,
    ZIG_CPU,
    ZIG_ROOT,
    ZIG_TARGET,
    c_flags,
    cxx_flags,
    link_flags,
    macros,
    system_include_dirs,
)
from pyz3.capi.emscripten.wasm import parse_wasm

__all__ = [
    "CLANG_TARGET",
    "UNUSABLE",
    "ZIG_CPU",
    "ZIG_ROOT",
    "ZIG_TARGET",
    "EmscriptenAbi",
    "c_flags",
    "cxx_flags",
    "emscripten_abi_for",
    "emscripten_abis",
    "exported_names",
    "is_exported",
    "link_flags",
    "macros",
    "parse_wasm",
    "system_include_dirs",
]

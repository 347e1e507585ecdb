"""A project that needs every part which is compiled once: building it leaves nothing cold behind."""

from __future__ import annotations

from pyz3.frontends import OWN_REQUIREMENT

_HEAD = f"""\
[build-system]
requires = ["{OWN_REQUIREMENT}"]
build-backend = "pyz3.backend"

[project]
name = "warm"
version = "0"

[tool.pyz3]
packages = []
"""
_EXTENSION = """
[[tool.pyz3.extensions]]
name = "{name}"
sources = ["{name}.{suffix}"]
"""
_MODULE = """\
#include <Python.h>
{code}
static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, "{name}", 0, 0, 0, 0, 0, 0, 0}};
PyMODINIT_FUNC PyInit_{name}(void) {{ {use} return PyModuleDef_Init(&definition); }}
"""
# A division that the processor does not have takes compiler-rt (or what macOS has of it), and for Windows a
# thread-local takes mingw-w64's start-up code.  C++ takes something of each part of zig's libc++; for older
# macOS digits of a double take all of it.
_DIVISION = """\
#ifdef __SIZEOF_INT128__
typedef unsigned __int128 wide;
#else
typedef unsigned long long wide;
#endif
static wide divide(volatile wide *number) { return *number / (*number + 3); }
"""
_THREAD = """\
#ifdef _WIN32
static _Thread_local volatile int thread;
#else
static volatile int thread;
#endif
"""
_CXX = """\
#include <charconv>
#include <filesystem>
#include <iostream>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
static int count(const char *text) {
    std::map<std::string, int> seen;
    try {
        ++seen[text];
        if (seen.size() > 1) throw std::runtime_error(text);
    } catch (const std::exception &error) {
        std::cerr << error.what();
    }
    char digits[32];
    const bool written = std::to_chars(digits, digits + sizeof digits, 0.5).ec == std::errc();
    std::thread thread([&] { seen.clear(); });
    thread.join();
    std::error_code none;
    const bool there = std::filesystem::exists(text, none);
    const bool alike = std::regex_match(text, std::regex("[[:alpha:]]"));
    return static_cast<int>(seen.size()) + there + alike - !written;
}
"""
_ZIG = """\
const std = @import("std");
const py = @import("python");

var definition = std.mem.zeroes(py.PyModuleDef);

export fn PyInit_warmzig() callconv(.c) [*c]py.PyObject {
    definition.m_name = "warmzig";
    return py.PyModuleDef_Init(&definition);
}
"""


def warming_project(*, cxx: bool, zig: bool) -> dict[str, str]:
    """Give its files: name → text.

    Args:
        cxx: It needs libc++.
        zig: It needs the header translator.
    """
    sources = {
        "warmdivision.c": _module("warmdivision", _DIVISION, "volatile wide n = 7; if (divide(&n)) n = 0;"),
        "warmthread.c": _module("warmthread", _THREAD, "thread = 1;"),
    }
    if cxx:
        sources["warmcxx.cpp"] = _module("warmcxx", _CXX, 'if (count("") > 1) return nullptr;')
    if zig:
        sources["warmzig.zig"] = _ZIG
    tables = (_EXTENSION.format(name=name, suffix=suffix) for name, _, suffix in map(_parts, sources))
    return {"pyproject.toml": _HEAD + "".join(tables), **sources}


def _module(name: str, code: str, use: str) -> str:
    return _MODULE.format(name=name, code=code, use=use)


def _parts(file: str) -> tuple[str, str, str]:
    return file.partition(".")

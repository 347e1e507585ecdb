"""What commands of a compiler become for Pyodide: ``zig clang`` and ``zig wasm-ld``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyz3.driver.answers import TargetFacts, answer
from pyz3.driver.build_systems import meson_cross_file
from pyz3.driver.command import SCRATCH, make_command
from pyz3.driver.compile_flags import translate_compile
from pyz3.driver.link_flags import translate_link
from pyz3.driver.runtime import cxx_flags
from pyz3.driver.setup import Emscripten, Setup, Zig
from pyz3.driver.target import DriverTarget
from pyz3.driver.tools import cmake_toolchain, write_tools

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.driver.command import Tool

TARGET = DriverTarget("wasm32-emscripten")
ZIG = Zig("zig", local_cache="l", global_cache="g", scratch="s")
LINK = ("--shared", "--allow-undefined", "--strip-all")
PYODIDE = Emscripten(version="4.0.9", c=("OWN-C",), cxx=("OWN-C++",), link=LINK, known="names.txt")
SETUP = Setup(ZIG, TARGET, include=("/python",), library_dirs=("/lib",), emscripten=PYODIDE)


def steps(tool: Tool, text: str) -> list[list[str]]:
    """Give zig's command lines without what all compiles have."""
    command = make_command(tool, text.split(), SETUP)
    assert not command.error
    always = {*translate_compile((), target=TARGET).args, *cxx_flags(TARGET), "-I/python"}
    return [[word for word in step if word not in always] for step in command.steps]


@pytest.mark.parametrize(
    ("tool", "text", "expected"),
    [
        ("cc", "-c a.c -o a.o", "zig clang OWN-C -c a.c -o a.o"),
        ("c++", "-c a.cpp -o a.o -DA", "zig clang OWN-C++ -c a.cpp -DA -o a.o"),
        ("cc", "-c a.cpp -o a.o", "zig clang OWN-C++ -c a.cpp -o a.o"),
        ("cc", "-x c++ -c a.c -o a.o", "zig clang OWN-C++ -x c++ -c a.c -o a.o"),
        ("c++", "-x c -c a.cpp -o a.o", "zig clang OWN-C -x c -c a.cpp -o a.o"),
        ("cc", "-E a.c", "zig clang OWN-C -E a.c"),
        ("cc", "-pthread -fPIC -c a.c -o a.o", "zig clang OWN-C -c a.c -o a.o"),
    ],
)
def test_a_source_is_compiled_by_clang(tool: Tool, text: str, expected: str) -> None:
    assert steps(tool, text) == [expected.split()]


def test_a_module_is_linked_from_what_is_compiled_first() -> None:
    text = "-shared -O2 a.c b.o -L/x -lfoo -lm -Wl,--whole-archive -o p/mod.so"
    command = make_command("cc", text.split(), SETUP)
    compiled, linked = command.steps
    assert compiled[:3] == ("zig", "clang", "OWN-C")
    assert compiled[-4:] == ("a.c", "-I/python", "-o", f"{SCRATCH}/0.o")
    assert not {"-shared", "b.o", "-lfoo"} & {*compiled}
    assert linked == (
        *("zig", "wasm-ld", *LINK, "--export-if-defined=PyInit_mod"),
        *(f"{SCRATCH}/0.o", "b.o", "-L/x", "-lfoo", "--whole-archive", "-L/lib", "-o", f"{SCRATCH}/mod.so"),
    )
    assert command.outputs == ("", "p/mod.so")


def test_of_a_program_each_name_must_be_known() -> None:
    """A configure script that asks for a function gets the answer of the Pyodide that it compiles for."""
    (linked,) = steps("cc", "x.o -o conftest")
    assert linked == [
        *("zig", "wasm-ld", "--shared", "--strip-all", "--no-gc-sections"),
        *("--allow-undefined-file=names.txt", "x.o", "-L/lib", "-o", f"{SCRATCH}/conftest"),
    ]


def test_meson_is_told_of_the_linker() -> None:
    assert steps("cc", "-Wl,--version") == [["zig", "wasm-ld", "--version"]]
    assert make_command("cc", ["-dumpmachine"], SETUP).says == "wasm32-unknown-emscripten"


@pytest.mark.parametrize(
    ("flags", "args", "dropped"),
    [
        ("-Wl,-soname,x -Wl,--as-needed -Wl,-z,now -Wl,-O1 -lpthread -lstdc++ -lz", "", ""),
        ("-Wl,-rpath,$ORIGIN", "", "-Wl,-rpath,$ORIGIN: Pyodide's loader looks in no folder"),
        (
            "-Wl,--version-script=x.map",
            "",
            "-Wl,--version-script,x.map: a module for Pyodide exports what is declared as visible",
        ),
        (
            "-sSIDE_MODULE=1",
            "",
            "-sSIDE_MODULE=1: a setting of Emscripten's linker, which pyz3 does without",
        ),
        ("-Wl,--wrap=malloc -Wl,-u,f", "-Wl,--wrap=malloc -Wl,--undefined=f", ""),
    ],
)
def test_flags_of_a_link(flags: str, args: str, dropped: str) -> None:
    found = translate_link(flags.split(), target=TARGET)
    assert (" ".join(found.args), " ".join(found.dropped), found.refused) == (args, dropped, ())


def test_what_would_not_be_the_same_is_refused() -> None:
    (why,) = translate_compile(["-msse2"], target=TARGET).refused
    assert why == "-msse2: Emscripten's own headers imitate these instructions, and pyz3 has none of them"
    (why,) = translate_link(["-Wl,--defsym=a=b"], target=TARGET).refused
    assert why.startswith("-Wl,--defsym,a=b: ")


def test_a_setup_is_read_as_it_was_written(tmp_path: Path) -> None:
    for setup in (SETUP, Setup(ZIG, TARGET)):
        (tmp_path / "setup.json").write_text(setup.to_json(), encoding="utf-8")
        assert Setup.read(str(tmp_path / "setup.json")).to_json() == setup.to_json()
    assert json.loads(SETUP.to_json())["emscripten"]["cxx"] == ["OWN-C++"]


def test_build_systems_know_it(tmp_path: Path) -> None:
    programs = {name: tmp_path / name for name in ("cc", "c++", "ar", "ranlib", "nm", "strip")}
    cross = meson_cross_file(TARGET, programs)
    assert "system = 'emscripten'\ncpu_family = 'wasm32'\ncpu = 'wasm32'\nendian = 'little'\n" in cross
    text = cmake_toolchain(TARGET, programs, [], {})
    for line in ('CMAKE_SYSTEM_NAME "Emscripten"', 'CMAKE_SYSTEM_VERSION "1"', 'EMSCRIPTEN "TRUE"'):
        assert f"set({line})\n" in text
    tools = write_tools(tmp_path / "tools", SETUP)
    platform = tools.cmake_toolchain.parent / "cmake" / "Platform" / "Emscripten.cmake"
    assert platform.read_text(encoding="utf-8") == (
        '# Written by pyz3.\ninclude(Platform/Linux)\nset(CMAKE_SHARED_LIBRARY_RUNTIME_C_FLAG "")\n'
    )


def test_uname_tells_the_version_of_emscripten() -> None:
    facts = TargetFacts(
        sdk="", version="", programs={}, system="wasm", machine="wasm32", python={}, release="5.0.3"
    )
    assert answer("uname", ["-srm"], facts).says == "Emscripten 5.0.3 wasm32"

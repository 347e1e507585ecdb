"""Which names of this machine's compilers and binary tools become which of pyz3's."""

from __future__ import annotations

import pytest

from pyz3.driver.command import make_command
from pyz3.driver.run import for_this_machine
from pyz3.driver.setup import Setup, Zig
from pyz3.driver.stand_ins import stand_ins
from pyz3.driver.target import DriverTarget


def names(zig: str, triple: str, *found: str) -> dict[str, str]:
    return dict(stand_ins(DriverTarget(zig), triple=triple, machine="x86_64", found=found))


def test_names_that_every_machine_has() -> None:
    found = names("aarch64-linux-gnu.2.17", "aarch64-linux-gnu")
    expected = {"cc": "cc", "gcc": "cc", "clang++": "c++", "ar": "ar", "gcc-ranlib": "ranlib", "ld": "ld"}
    assert {name: found.get(name) for name in expected} == expected
    assert found["aarch64-linux-gnu-g++"] == "c++"
    assert found["llvm-nm"] == "nm"
    assert not {"readelf", "pkg-config", "x86_64-linux-gnu-gcc"} & found.keys()


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("gcc-12", "cc"),
        ("g++-4.8", "c++"),
        ("clang-15", "cc"),
        ("clang++-15", "c++"),
        ("gcc-ar-12", "ar"),
        ("x86_64-linux-gnu-gcc-12", "cc"),
        ("aarch64-unknown-linux-gnu-ld", "ld"),
        # None of them, for a third machine, or another system.
        ("gcc-nm-12", "nm"),
        ("gccgo", None),
        ("clang-format-15", None),
        ("riscv64-linux-gnu-gcc", None),
        ("x86_64-w64-mingw32-gcc", None),
    ],
)
def test_names_that_this_machine_has(name: str, tool: str | None) -> None:
    assert names("aarch64-linux-gnu.2.17", "aarch64-linux-gnu", name).get(name) == tool


def test_for_windows_mingws_names_are_meant() -> None:
    found = names(
        "x86_64-windows-gnu", "x86_64-w64-mingw32", "x86_64-w64-mingw32-gcc-12", "x86_64-linux-gnu-gcc"
    )
    assert found["x86_64-w64-mingw32-gcc-12"] == found["x86_64-w64-mingw32-gcc"] == "cc"
    assert "x86_64-linux-gnu-gcc" not in found
    assert (found["clang.exe"], found["x86_64-w64-mingw32-g++.exe"], found["rc.exe"]) == ("cc", "c++", "rc")
    assert "clang.exe" not in names("aarch64-macos.11.0", "aarch64-apple-darwin")


@pytest.mark.parametrize(
    ("environ", "native"),
    [
        ({"CC": "/tools/cc", "HOST_CC": "gcc -m64"}, True),
        ({"CC": "/tools/cc", "CC_FOR_BUILD": "gcc"}, True),
        ({"CC": "/tools/cc", "HOST_CC": "/tools/build-cc"}, False),
        ({"CC": "gcc", "HOST_CC": "gcc"}, False),
        ({"CC": "gcc"}, False),
        ({}, False),
    ],
)
def test_a_compiler_of_tools_that_run_during_the_build(environ: dict[str, str], native: bool) -> None:
    assert for_this_machine("/tools/bin/gcc", environ) is native


def setup(target: str) -> Setup:
    return Setup(Zig("/zig", local_cache="/l", global_cache="/g", scratch="/s"), DriverTarget(target))


def test_tools_of_binutils() -> None:
    linux, macos = setup("aarch64-linux-gnu.2.17"), setup("aarch64-macos.11.0")
    steps = make_command("ld", ["-r", "a.o", "-o", "b.o"], linux).steps
    assert steps == (("/zig", "ld.lld", "-m", "aarch64linux", "-r", "a.o", "-o", "b.o"),)
    assert make_command("ld", ["-melf_x86_64", "a.o"], linux).steps[0][:3] == (
        "/zig",
        "ld.lld",
        "-melf_x86_64",
    )
    assert make_command("strip", ["-g", "x.so"], linux).steps == ()
    (assembled,) = make_command("as", ["--64", "x.s", "-o", "x.o"], linux).steps
    assert assembled[:4] == ("/zig", "cc", "-target", "aarch64-linux-gnu.2.17")
    assert {"-c", "x.s", "assembler"} <= set(assembled)
    assert "--64" not in assembled
    error = "pyz3 has none for aarch64-macos.11.0; this machine's would make files for this machine"
    assert make_command("ld", ["a.o"], macos).error == make_command("objcopy", ["a.o"], macos).error == error
    assert make_command("dlltool", [], linux).error.startswith("pyz3 has none for aarch64-linux-gnu.2.17;")

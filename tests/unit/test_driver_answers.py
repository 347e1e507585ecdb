"""What stands for commands that tell of a machine: uname, and Apple's xcrun, xcode-select, sw_vers."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from pyz3.driver.answers import TargetFacts, answer, commands_for
from pyz3.driver.target import DriverTarget

if TYPE_CHECKING:
    from pathlib import Path

FACTS = TargetFacts(
    sdk="/sdk",
    version="11.0",
    programs={"cc": "/tools/cc", "c++": "/tools/c++", "ar": "/tools/ar"},
    system="macos",
    machine="arm64",
    python={"--includes": "-I/include", "--ldflags": "", "--extension-suffix": ".so"},
)


@pytest.mark.parametrize(
    ("zig", "options", "says"),
    [
        ("aarch64-linux-gnu", "", "Linux"),
        ("aarch64-linux-gnu", "-m", "aarch64"),
        ("x86-linux-musl", "-m", "i686"),
        ("x86_64-linux-musl", "-sm", "Linux x86_64"),
        ("x86_64-linux-gnu.2.17", "-m -s", "Linux x86_64"),
        ("arm-linux-gnueabihf", "-a", "Linux localhost 6.1.0 #1 armv7l GNU/Linux"),
        ("aarch64-macos.11.0", "-s", "Darwin"),
        ("aarch64-macos.11.0", "--machine", "arm64"),
        ("x86_64-macos.10.13", "-p", "x86_64"),
        ("x86_64-windows-gnu", "", "MINGW64_NT-10.0"),
        ("x86_64-windows-gnu", "-o", "Msys"),
    ],
)
def test_uname(zig: str, options: str, says: str) -> None:
    target = DriverTarget(zig)
    facts = TargetFacts(
        sdk="", version="", programs={}, system=target.system, machine=target.uname, python={}
    )
    assert answer("uname", options.split(), facts).says == says


def test_a_compiler_of_another_language_fails_with_one_sentence() -> None:
    facts = TargetFacts(
        sdk="", version="", programs={}, system="elf", machine="x86_64", python={}, declined={"nvcc": "CUDA"}
    )
    found = answer("nvcc", ["--version"], facts)
    assert (found.error, found.says, found.command) == ("nvcc: error: pyz3 compiles no CUDA", "", ())
    assert "declined={'nvcc': 'CUDA'})" in repr(facts)


def test_only_a_mac_has_apple_s_commands() -> None:
    assert commands_for("elf") == commands_for("windows") == ("uname",)
    configs = ("python-config", "python3-config", "python3.13-config")
    assert commands_for("elf", python="3.13") == ("uname", *configs)
    assert commands_for("macos") == ("uname", "otool", "sw_vers", "xcode-select", "xcrun")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("xcrun --show-sdk-path", "/sdk"),
        ("xcrun --sdk macosx --show-sdk-path", "/sdk"),
        ("xcrun -sdk macosx11.1 -show-sdk-path", "/sdk"),
        ("xcrun --show-sdk-version", "11.0"),
        ("xcrun --find clang", "/tools/cc"),
        ("xcrun -f clang++", "/tools/c++"),
        ("xcode-select -p", "/sdk"),
        ("xcode-select --print-path", "/sdk"),
        ("sw_vers -productVersion", "11.0"),
        ("sw_vers --productName", "macOS"),
        ("sw_vers", "ProductName:\tmacOS\nProductVersion:\t11.0\nBuildVersion:\t20A2411"),
    ],
)
def test_what_is_asked(command: str, says: str) -> None:
    name, *args = command.split()
    found = answer(name, args, FACTS)
    assert (found.says, found.command, found.error) == (says, (), "")


@pytest.mark.parametrize(
    ("command", "run"),
    [
        ("xcrun clang -c x.c", ("/tools/cc", "-c", "x.c")),
        ("xcrun --sdk macosx g++ -O2 -c x.cpp", ("/tools/c++", "-O2", "-c", "x.cpp")),
        ("xcrun --run ar rcs x.a", ("/tools/ar", "rcs", "x.a")),
    ],
)
def test_what_is_run(command: str, run: tuple[str, ...]) -> None:
    name, *args = command.split()
    found = answer(name, args, FACTS)
    assert (found.says, found.command, found.error) == ("", run, "")


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("xcrun metal x.metal", "xcrun: pyz3 has no metal: this is no macOS"),
        ("xcrun", "xcrun: nothing to run"),
        ("uname -x", "uname: unknown option -x"),
        ("xcode-select --install", "xcode-select: pyz3 knows -p alone"),
        ("sw_vers -x", "sw_vers: unknown option -x"),
    ],
)
def test_what_there_is_no_answer_to(command: str, error: str) -> None:
    name, *args = command.split()
    found = answer(name, args, FACTS)
    assert (found.says, found.command, found.error) == ("", (), error)


def test_facts_are_written_as_they_are() -> None:
    again = eval(repr(FACTS), {"TargetFacts": TargetFacts})  # noqa: S307 - this is what a command does
    assert repr(again) == repr(FACTS)


@pytest.mark.parametrize(
    ("options", "says", "error"),
    [
        ("--includes", "-I/include", ""),
        ("--ldflags --embed", "", ""),
        ("--extension-suffix --includes", ".so\n-I/include", ""),
        ("--prefix", "", "python3-config: pyz3 does not know --prefix"),
        ("", "", "python3-config: pyz3 does not know what is asked"),
    ],
)
def test_python_config(options: str, says: str, error: str) -> None:
    found = answer("python3-config", options.split(), FACTS)
    assert (found.says, found.error) == (says, error)


def test_otool_tells_of_libraries(tmp_path: Path) -> None:
    def library(command: int, name: bytes) -> bytes:
        return struct.pack("<6I", command, 40, 24, 2, 0x10203, 0x10000) + name.ljust(16, b"\0")

    commands = library(0xD, b"@rpath/x.dylib") + struct.pack("<2I", 0x1B, 8) + library(0xC, b"/usr/lib/y")
    file = tmp_path / "x.dylib"
    file.write_bytes(struct.pack("<8I", 0xFEEDFACF, 0x0100000C, 0, 6, 3, len(commands), 0, 0) + commands)
    assert answer("otool", ["-L", str(file)], FACTS).says.splitlines() == [
        f"{file}:",
        "\t@rpath/x.dylib (compatibility version 1.0.0, current version 1.2.3)",
        "\t/usr/lib/y (compatibility version 1.0.0, current version 1.2.3)",
    ]
    file.write_bytes(b"text")
    assert answer("otool", ["-L", str(file)], FACTS).says == f"{file}: is not an object file"
    assert answer("otool", ["-l", str(file)], FACTS).error == "otool: pyz3 knows -L FILE alone"


@pytest.mark.parametrize(
    ("zig", "command", "says", "passes", "tells"),
    [
        ("aarch64-linux-gnu", "arch", "aarch64", False, False),
        ("x86-linux-musl", "getconf LONG_BIT", "32", False, False),
        ("s390x-linux-gnu", "getconf LONG_BIT", "64", False, False),
        ("x86_64-windows-gnu", "getconf LONG_BIT", "32", False, False),
        ("wasm32-emscripten", "getconf LONG_BIT", "32", False, False),
        ("aarch64-linux-gnu", "getconf _NPROCESSORS_ONLN", "", True, False),
        ("aarch64-linux-gnu", "getconf ARG_MAX", "", True, False),
        ("aarch64-linux-gnu", "getconf GNU_LIBC_VERSION", "", True, True),
        ("aarch64-linux-gnu", "lscpu", "", True, True),
        ("aarch64-linux-gnu", "dpkg --print-architecture", "", True, True),
        ("aarch64-macos.11.0", "arch -x86_64 cc", "", True, False),
    ],
)
def test_what_tells_of_this_machine_is_run_and_told(
    zig: str, command: str, says: str, passes: bool, tells: bool
) -> None:
    target = DriverTarget(zig)
    facts = TargetFacts(
        sdk="", version="", programs={}, system=target.system, machine=target.uname, python={}
    )
    name, *args = command.split()
    found = answer(name, args, facts)
    assert (found.says, found.passes, found.tells) == (says, passes, tells)


def test_only_commands_of_this_machine_are_stood_in_for() -> None:
    assert commands_for("elf", found=["lscpu", "arch", "ls"]) == ("uname", "arch", "lscpu")

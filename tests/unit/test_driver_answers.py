"""What stands for commands that tell of a machine: uname, and Apple's xcrun, xcode-select, sw_vers."""

from __future__ import annotations

import pytest

from pyz3.driver.answers import Facts, answer, commands_for

FACTS = Facts(
    sdk="/sdk",
    version="11.0",
    programs={"cc": "/tools/cc", "c++": "/tools/c++", "ar": "/tools/ar"},
    system="macos",
    machine="aarch64",
)


@pytest.mark.parametrize(
    ("system", "machine", "options", "says"),
    [
        ("elf", "aarch64", "", "Linux"),
        ("elf", "aarch64", "-m", "aarch64"),
        ("elf", "x86", "-m", "i686"),
        ("elf", "x86_64", "-sm", "Linux x86_64"),
        ("elf", "x86_64", "-m -s", "Linux x86_64"),
        ("elf", "arm", "-a", "Linux localhost 5.4.0 #1 armv7l GNU/Linux"),
        ("macos", "aarch64", "-s", "Darwin"),
        ("macos", "aarch64", "--machine", "arm64"),
        ("macos", "x86_64", "-p", "x86_64"),
        ("windows", "x86_64", "", "MINGW64_NT-10.0"),
        ("windows", "x86_64", "-o", "Msys"),
    ],
)
def test_uname(system: str, machine: str, options: str, says: str) -> None:
    facts = Facts(sdk="", version="", programs={}, system=system, machine=machine)
    assert answer("uname", options.split(), facts).says == says


def test_only_a_mac_has_apple_s_commands() -> None:
    assert commands_for("elf") == commands_for("windows") == ("uname",)
    assert commands_for("macos") == ("uname", "sw_vers", "xcode-select", "xcrun")


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
    again = eval(repr(FACTS), {"Facts": Facts})  # noqa: S307 - this is what a command does
    assert repr(again) == repr(FACTS)

"""What stands for Apple's commands: xcrun, xcode-select, sw_vers."""

from __future__ import annotations

import pytest

from pyz3.driver.apple import Facts, answer

FACTS = Facts(
    sdk="/sdk", version="11.0", programs={"cc": "/tools/cc", "c++": "/tools/c++", "ar": "/tools/ar"}
)


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

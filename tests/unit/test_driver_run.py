"""What tools wrote down of their work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pyz3.driver.run import PROBES, failed_files, read_log, with_slashes
from pyz3.driver.target import DriverTarget

if TYPE_CHECKING:
    from pathlib import Path

DROPPED = "x86_64-windows-gnu fast.o: dropped -fPIC: Windows has none\n"


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("", ()),
        (DROPPED, ()),
        (f": failed a: failed b.c\n{DROPPED}: failed c.c\n: failed c.c\n", ("a: failed b.c", "c.c")),
        (": failed a.c\n: failed b.c\n: compiled a.c\n", ("b.c",)),
        (": failed a.c\n: compiled a.c\n: failed a.c\n", ("a.c",)),
    ],
)
def test_what_failed_for_good(text: str, failed: tuple[str, ...]) -> None:
    assert failed_files(text) == failed


@pytest.mark.skipif(os.sep == "\\", reason="there it is how files are named")
def test_files_named_as_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("src/deep/one.c", "include/one.h", "made/x"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "two\\three.c").touch()
    words = ["-c", r"src\deep\one.c", "-o", r"made\one.o", r"-Iinclude", r"-I.\include", r"two\three.c",
             r'-DTEXT="src\deep\one.c"', r"none\x.c"]  # fmt: skip
    done = ["-c", "src/deep/one.c", "-o", "made/one.o", "-Iinclude", "-I./include", *words[6:]]
    assert with_slashes(words, DriverTarget("x86_64-windows-gnu")) == done
    assert with_slashes(words, DriverTarget("x86_64-linux-gnu")) == words


def test_what_was_only_tried() -> None:
    text = ": tried a.c\n: failed b.so\n: tried c.c\n: compiled c.c\n"
    assert failed_files(text) == ("a.c", "b.so")
    assert failed_files(text, tried=False) == ("b.so",)


def test_what_was_dropped_is_given_once() -> None:
    assert read_log(f"{DROPPED}: failed a.c\n{DROPPED}") == ("-fPIC: Windows has none",)


@pytest.mark.parametrize(
    "made",
    [
        "CMakeFiles/cmTC_1a2b3.dir/testCCompiler.c.obj",
        "CompilerIdC/a.exe",
        "build/meson-private/sanitycheckc.exe",
        "build/x1/output.obj",
        "build/x1/output.exe",
    ],
)
def test_what_a_probe_dropped_is_not_told(made: str) -> None:
    text = f"{DROPPED}x86_64-windows-gnu {made}: dropped -lm: Windows has none\n"
    assert read_log(text, probes=PROBES) == ("-fPIC: Windows has none",)
    assert read_log(text) == ("-fPIC: Windows has none", "-lm: Windows has none")

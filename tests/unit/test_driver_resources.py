"""Resources of Windows: what windres and rc.exe are told, and sources that zig cannot read."""

from __future__ import annotations

import pytest

from pyz3.driver.command import SCRATCH, make_command
from pyz3.driver.resources import folders, legible, of_rc, of_windres
from pyz3.driver.setup import Setup, Zig
from pyz3.driver.stand_ins import stand_ins
from pyz3.driver.target import DriverTarget

ZIG = Zig("zig", local_cache="l", global_cache="g", scratch="s")
WINDOWS = Setup(ZIG, DriverTarget("x86_64-windows-gnu"))


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("x.rc x.o", ("x.rc", "x.o", "", True)),
        ("x.rc -O coff -o x.obj", ("x.rc", "x.obj", "", True)),
        ("-i x.rc -o x.res --output-format=res", ("x.rc", "x.res", "", False)),
        ("--input x.rc out.bin -O res", ("x.rc", "out.bin", "", False)),
        ("-DA=1 -D B -I i --include-dir=m -UC x.rc x.o", ("x.rc", "x.o", "/d A=1 /d B /i i /i m /u C", True)),
        ("-l 0x409 -c 65001 --codepage=0x4e4 x.rc x.o", ("x.rc", "x.o", "/l 409 /c 65001 /c 1252", True)),
        ("--use-temp-file -v -F pe-x86-64 --preprocessor-arg=-MD x.rc x.o", ("x.rc", "x.o", "", True)),
    ],
)  # fmt: skip
def test_arguments_of_windres(args: str, expected: tuple[str, str, str, bool]) -> None:
    found = of_windres(args.split())
    assert (found.source, found.output, " ".join(found.options), found.to_object) == expected


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("x.rc", ("x.rc", "x.res", "", False)),
        ("/nologo /fo y.res x.rc", ("x.rc", "y.res", "/nologo", False)),
        ("-fo/b/y.res -dA=1 /d B /i i /Im /a/x.rc", ("/a/x.rc", "/b/y.res", "-dA=1 /d B /i i /Im", False)),
        ("/l 0x409 /c65001 /foy.obj x.rc", ("x.rc", "y.obj", "/l 0x409 /c65001", True)),
    ],
)  # fmt: skip
def test_arguments_of_rc(args: str, expected: tuple[str, str, str, bool]) -> None:
    found = of_rc(args.split())
    assert (found.source, found.output, " ".join(found.options), found.to_object) == expected


def test_the_tools_run_zig() -> None:
    command = make_command("windres", ["-i", "r/x.rc", "-o", "b/x.o"], WINDOWS)
    (step,) = command.steps
    assert step[:2] == ("zig", "rc")
    assert step[-3:] == ("--", "r/x.rc", f"{SCRATCH}/x.o")
    assert (command.outputs, command.resources) == (("b/x.o",), True)
    assert make_command("windres", ["x.rc"], WINDOWS).error
    linux = Setup(ZIG, DriverTarget("x86_64-linux-gnu"))
    assert make_command("rc", ["x.rc"], linux).error.startswith("pyz3 has none for x86_64-linux-gnu")


def test_they_stand_in_for_windows_alone() -> None:
    names = stand_ins(
        DriverTarget("x86_64-windows-gnu"), triple="x86_64-w64-mingw32", machine="x86_64", found=["windres"]
    )
    called = {"windres", "llvm-windres", "x86_64-w64-mingw32-windres", "x86_64-w64-mingw32-llvm-windres"}
    found = {name for name, tool in names.items() if tool == "windres"}
    assert found == called | {f"{name}.exe" for name in called}
    assert names["rc.exe"] == "rc"
    names = stand_ins(
        DriverTarget("x86_64-linux-gnu"), triple="x86_64-linux-gnu", machine="x86_64", found=["windres"]
    )
    assert not {"windres", "rc"} & {*names, *names.values()}


def test_names_with_backslashes_get_slashes() -> None:
    text = b"""#include "..\\inc\\v.h"\r
1 ICON DISCARDABLE "res\\\\app.ico"\r
2 ICON res\\app.ico\r
"NAME" "TYPE" "res\\\\absent.bin"
STRINGTABLE
BEGIN
  7, "res\\\\app.ico"
END
    VALUE "Path", "a\\\\b"
"""
    there = {"../inc/v.h", "res/app.ico"}
    expected = text.replace(b"..\\inc\\v.h", b"../inc/v.h")
    expected = expected.replace(b'DISCARDABLE "res\\\\app', b'DISCARDABLE "res/app')
    expected = expected.replace(b"ICON res\\app", b"ICON res/app")
    assert legible(text, there.__contains__) == (expected, "")
    assert legible(text, lambda _: False) == (text, "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_first_bytes_tell_the_code_page(encoding: str) -> None:
    text = 'STRINGTABLE { 7, "Größe" }'
    assert legible(text.encode(encoding), lambda _: False) == (text.encode(), "65001")


def test_a_text_of_bytes_stays_as_it_is() -> None:
    text = 'STRINGTABLE { 7, "Größe" }'.encode("cp1252")
    assert legible(text, lambda _: True) == (text, "")
    damaged = b"\xff\xfe\x00"
    assert legible(damaged, lambda _: True) == (damaged, "")


def test_folders_of_a_command() -> None:
    assert folders(("zig", "rc", "/i", "a", "/d", "A", "/I", "b")) == ("a", "b")

"""What zig compiles of its own, in parts."""

from __future__ import annotations

from pathlib import Path

import pytest
import ziglang

from pyz3.driver.target import DriverTarget
from pyz3.driver.zig_parts import ZigPart, zig_parts

LIB = Path(ziglang.__file__).parent / "lib"
LINUX, WINDOWS, WINDOWS_ARM = (
    DriverTarget(target) for target in ("x86_64-linux-gnu.2.17", "x86_64-windows-gnu", "aarch64-windows-gnu")
)
# Zig compiles none of these: experiments, other systems', what has no threads or time zones to look at.
NOT_COMPILED = {"filesystem/int128_builtins.cpp"}
UNUSED = {"experimental", "pstl", "ibm", "include", "support", "legacy_pointer_safety.cpp"}


def sources(part: ZigPart) -> list[Path]:
    return [Path(arg) for arg in part.args if arg.endswith((".c", ".cpp", ".S"))]


def test_the_sources_are_there_and_each_is_in_one_part() -> None:
    for target in (LINUX, WINDOWS, WINDOWS_ARM):
        found = [path for part in zig_parts(target, folder="f", zig_lib=str(LIB)) for path in sources(part)]
        assert [path for path in found if not path.is_file()] == []
        # What Windows' own code asks for is in the part that every module has.
        assert sorted({str(path) for path in found if found.count(path) > 1}) == (
            [str(LIB / "libcxx/src/chrono.cpp")] if target.system == "windows" else []
        )


def test_all_of_libcxx_is_in_its_parts() -> None:
    root = LIB / "libcxx" / "src"
    found = {path for part in zig_parts(LINUX, folder="f", zig_lib=str(LIB)) for path in sources(part)}
    there = {path for path in root.rglob("*.cpp") if not {*path.relative_to(root).parts} & UNUSED}
    assert {str(path.relative_to(root)) for path in there - found} == NOT_COMPILED


def test_all_that_mingw_has_of_its_own_for_printf_and_threads_is_in_its_parts() -> None:
    root = LIB / "libc" / "mingw"
    found = {path for part in zig_parts(WINDOWS, folder="f", zig_lib=str(LIB)) for path in sources(part)}
    there = {*(root / "winpthreads").glob("*.c"), *(root / "stdio").glob("mingw_*.c")}
    assert there - found == set()


def test_a_part_lies_where_its_commands_say() -> None:
    """Another target, another flag or another zig is another file."""
    files = [
        part.file
        for target, lib in ((LINUX, "a"), (LINUX, "b"), (WINDOWS, "a"), (WINDOWS_ARM, "a"))
        for part in zig_parts(target, folder="f", zig_lib=lib)
    ]
    assert len(files) == len({*files}) == 8 + 8 + 15 + 15
    assert all(file.startswith("f/zig-") and file.endswith(".a") for file in files)


@pytest.mark.parametrize("target", [LINUX, WINDOWS])
def test_what_is_always_linked(target: DriverTarget) -> None:
    parts = zig_parts(target, folder="f", zig_lib="lib")
    always = [part.file.split("-")[1] for part in parts if not part.marks]
    assert always == [*(["mingw"] if target.system == "windows" else []), "unwind", "abi", "core"]
    assert [part.file.split("-")[1] for part in parts if not part.cxx and not part.marks] == always[:-3]
    needed = {file for part in parts for file in part.needs}
    assert needed <= {part.file for part in parts}


def test_no_place_of_this_machine_is_in_an_object() -> None:
    for part in zig_parts(LINUX, folder="f", zig_lib="/secret"):
        flags = " ".join(part.args)
        assert flags.count("-ffile-prefix-map=/secret=zig") == len(sources(part))


def test_wider_long_doubles_have_sources_of_their_own() -> None:
    names = {
        target.machine: {
            path.name for part in zig_parts(target, folder="f", zig_lib="l") for path in sources(part)
        }
        for target in (WINDOWS, WINDOWS_ARM)
    }
    own = names["x86_64"] - names["aarch64"]
    assert {"CRT_fp10.c", "wcstold.c", "expl.c", "log2l.S"} < own

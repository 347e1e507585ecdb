"""What Meson and shells are told of a target."""

from __future__ import annotations

import configparser
import shlex
from pathlib import Path

import pytest

from pyz3.driver.build_systems import meson_cross_file, shell_lines
from pyz3.driver.target import DriverTarget
from pyz3.driver.tools import cmake_toolchain

PROGRAMS = {
    name: Path("/tools", name) for name in ("cc", "c++", "ar", "ranlib", "nm", "strip", "as", "ld", "objcopy")
}


@pytest.mark.parametrize(
    ("zig", "machine"),
    [
        ("x86_64-linux-gnu.2.17", ("linux", "x86_64", "x86_64", "little")),
        ("arm-linux-gnueabihf.2.17", ("linux", "arm", "armv7l", "little")),
        ("powerpc64le-linux-musl", ("linux", "ppc64", "ppc64le", "little")),
        ("s390x-linux-gnu.2.17", ("linux", "s390x", "s390x", "big")),
        ("aarch64-macos.11.0", ("darwin", "aarch64", "arm64", "little")),
        ("x86-windows-gnu", ("windows", "x86", "i686", "little")),
    ],
)
def test_a_cross_file_for_meson(zig: str, machine: tuple[str, ...]) -> None:
    parser = configparser.ConfigParser()
    windres = {"windres": Path("/tools/windres")} if "windows" in zig else {}
    parser.read_string(meson_cross_file(DriverTarget(zig), {**PROGRAMS, **windres}))
    said = {name: value.strip("'") for name, value in parser["host_machine"].items()}
    assert tuple(said[key] for key in ("system", "cpu_family", "cpu", "endian")) == machine
    assert {**parser["binaries"]} == {
        "c": "'/tools/cc'", "cpp": "'/tools/c++'",
        **{name: f"'/tools/{name}'" for name in ("ar", "ranlib", "nm", "strip", *windres)},
    }  # fmt: skip
    assert {**parser["properties"]} == {"needs_exe_wrapper": "true", "pkg_config_libdir": "''"}


def test_what_runs_programs_of_the_target_is_told_to_meson() -> None:
    text = meson_cross_file(DriverTarget("aarch64-linux-musl"), PROGRAMS, emulator=["/q", "-L", "/it's"])
    assert "exe_wrapper = ['/q', '-L', '/it\\'s']\n\n[properties]\nneeds_exe_wrapper = true\n" in text
    assert "exe_wrapper = [" not in meson_cross_file(DriverTarget("aarch64-linux-musl"), PROGRAMS)


def test_paths_are_quoted_for_who_reads_them() -> None:
    odd = Path("C:\\tools\\it's")
    assert "c = 'C:\\\\tools\\\\it\\'s'\n" in meson_cross_file(DriverTarget("x86-windows-gnu"), {"cc": odd})
    lines = shell_lines({"CC": "/a b/it's", "AR": "/ar"})
    assert [shlex.split(line) for line in lines.splitlines()] == [
        ["export", "CC=/a b/it's"],
        ["export", "AR=/ar"],
    ]
    assert shell_lines({"CC": "C:\\it's"}, windows=True) == "$env:CC = 'C:\\it''s'\n"


def test_cmake_strips_with_the_targets_tool() -> None:
    text = cmake_toolchain(DriverTarget("aarch64-linux-gnu.2.17"), PROGRAMS, [], {})
    assert 'set(CMAKE_STRIP "/tools/strip")\n' in text


def test_cmake_asks_for_no_dependencies_of_links() -> None:
    text = cmake_toolchain(DriverTarget("x86_64-linux-gnu.2.17"), PROGRAMS, [], {})
    assert 'set(CMAKE_LINK_DEPENDS_USE_LINKER "FALSE")\n' in text

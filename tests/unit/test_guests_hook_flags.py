"""Flags on their way out of a hook, and what Python's configuration says of a target."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pyz3.guests.hook.compilers import Compilers
from pyz3.guests.hook.configuration import variables
from pyz3.guests.hook.flags import Flags, absolute, unix_name
from pyz3.guests.hook.placeholders import is_placeholder, placeholder
from pyz3.guests.hook.recorder import Recorder
from pyz3.hooks.views import c_sizes


def target(**changes: Any) -> dict[str, Any]:
    return {
        "mode": "record",
        "python": {"version_info": [3, 13, 2, "final", 0], "free_threaded": False},
        "view": {"sys_platform": "linux", "sizes": c_sizes("linux", "aarch64")},
        "extension_suffix": ".cpython-313-aarch64-linux-gnu.so",
        "host_platform": "linux-aarch64",
        "include": "/cache/include",
        "cflags": ["-DNDEBUG", "-O3"],
        "work": "/cache/work",
        "commands": {"CC": "/tools/cc", "CXX": "/tools/c++"},
        "environment": {"CFLAGS": "-I/usr/target/include"},
        **changes,
    }


@pytest.mark.skipif(sys.platform == "win32", reason="folders of a POSIX system")
@pytest.mark.parametrize(
    ("flags", "kept"),
    [
        (["-I/usr/include/ffi", "-O2"], ["-O2"]),
        (["-I", "/usr/include/ffi", "-O2"], ["-O2"]),
        (["-isystem", "/usr/include", "-isystem", "/elsewhere"], ["-isystem", "/elsewhere"]),
        (["-L/usr/lib/x86_64-linux-gnu", "-L/lib", "-Llibs"], ["-Llibs"]),
        (["-I/opt/homebrew/include", "-I/opt/mine/include"], ["-I/opt/mine/include"]),
        (["-I/usr/target/include"], ["-I/usr/target/include"]),  # the user names it
        (["-Isrc", "-I", "src", "-I/cache/include", "-DX=/usr/include"],) * 2,
        ([f"-I{sys.base_prefix}/include/python3"], []),
        (["-I/environment/lib/site-packages/numpy/include"],) * 2,
        (["-O2", "-I"],) * 2,
    ],
)
def test_folders_of_the_host_go(flags: list[str], kept: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/environment")
    assert Flags(target(), "/project").of_the_target(flags) == kept


def test_flags_work_from_any_folder() -> None:
    here = Path.cwd()
    flags = ["-Iinc", "-I", "inc", "-L.", "-DA=inc", "-include", "missing.h", "-I/abs", "x"]
    assert absolute(flags) == [
        *(f"-I{here / 'inc'}", "-I", str(here / "inc"), f"-L{here}"),
        *("-DA=inc", "-include", "missing.h", "-I/abs", "x"),
    ]


def test_the_configuration_of_a_target() -> None:
    linux = variables(target())
    assert linux["EXT_SUFFIX"] == ".cpython-313-aarch64-linux-gnu.so"
    assert (linux["SOABI"], linux["MULTIARCH"]) == ("cpython-313-aarch64-linux-gnu", "aarch64-linux-gnu")
    assert (linux["CC"], linux["LDSHARED"], linux["CFLAGS"]) == (
        "/tools/cc",
        "/tools/cc -shared",
        "-DNDEBUG -O3",
    )
    assert (linux["VERSION"], linux["Py_GIL_DISABLED"], linux["SIZEOF_VOID_P"]) == ("3.13", 0, 8)
    assert linux["INCLUDEPY"] == "/cache/include"
    windows = variables(
        target(
            view={"sys_platform": "win32", "sizes": c_sizes("windows", "x86")},
            extension_suffix=".cp313t-win32.pyd",
            python={"version_info": [3, 13, 2, "final", 0], "free_threaded": True},
        )
    )
    assert (windows["SOABI"], windows["VERSION"], windows["SIZEOF_VOID_P"]) == ("cp313t-win32", "313", 4)
    before = target(
        extension_suffix=".cp312-win_amd64.pyd",
        python={"version_info": [3, 12, 9, "final", 0], "free_threaded": False},
    )
    before["view"]["sys_platform"] = "win32"
    assert "SOABI" not in variables(before)  # as python.org's says: there is none before 3.13
    assert (windows["Py_GIL_DISABLED"], windows["EXE"], "MULTIARCH" in windows) == (1, ".exe", False)
    macos = variables(
        target(
            view={"sys_platform": "darwin", "sizes": c_sizes("macos", "arm64")},
            extension_suffix=".cpython-313-darwin.so",
            host_platform="macosx-11.0-arm64",
        )
    )
    assert macos["MACOSX_DEPLOYMENT_TARGET"] == "11.0"
    assert macos["LDSHARED"] == "/tools/cc -shared -undefined dynamic_lookup"


def test_commands_with_blanks_are_quoted() -> None:
    assert variables(target(commands={"CC": "/my tools/cc"}))["CC"] == "'/my tools/cc'"


def test_a_placeholder_names_its_file(tmp_path: Path) -> None:
    file = tmp_path / "x.so"
    file.write_bytes(placeholder("demo/x.so"))
    assert file.read_bytes() == b"pyz3 placeholder of demo/x.so\n"
    assert is_placeholder(str(file))
    file.write_bytes(b"\x7fELF")
    assert not is_placeholder(str(file))


def test_paths_in_the_wheel(tmp_path: Path) -> None:
    recorder = Recorder(target(), str(tmp_path / "src"), Compilers("/tools/bin"))
    recorder.build_libs.append(str(tmp_path / "build" / "lib"))
    assert recorder.wheel_path(str(tmp_path / "build" / "lib" / "demo" / "x.so")) == "demo/x.so"
    assert recorder.wheel_path(str(tmp_path / "src" / "demo" / "x.so")) == "demo/x.so"
    assert recorder.wheel_path(str(tmp_path / "elsewhere" / "x.so")) == "x.so"


def test_a_library_that_a_project_calls_as_msvc_does(tmp_path: Path) -> None:
    (tmp_path / "libsodium.a").write_bytes(b"")
    folders = [str(tmp_path / "none"), str(tmp_path)]
    assert unix_name("libsodium", folders) == "sodium"
    assert unix_name("libother", folders) == "libother"
    assert unix_name("sodium", folders) == "sodium"
    assert unix_name("libsodium", []) == "libsodium"

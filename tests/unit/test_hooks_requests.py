"""What a hook is asked, what it sees of the target, and when an answer still holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from pyz3.config import Optimize, Settings
from pyz3.driver.answers import TargetFacts, answer
from pyz3.driver.target import DriverTarget
from pyz3.hooks.requests import (
    MadeFor,
    Place,
    absolute,
    flag_variables,
    hook_environment,
    made_for,
    prefix_maps,
    target_request,
)
from pyz3.hooks.tools import plain_folder
from pyz3.hooks.views import host_platform, python_view, system_view
from pyz3.plan import Order
from pyz3.sources import Reads
from pyz3.store import Cache
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.hooks.protocol import TargetRequest

LINUX = ("linux", "posix", "Linux")
DARWIN = ("darwin", "posix", "Darwin")
WINDOWS = ("win32", "nt", "Windows")
PYTHON = Path("/cache/environments/1/bin/python")


def target(platform: str, python: str = "3.13") -> Target:
    return Target(platform=Platform(platform), python=PythonVersion.parse(python))


@pytest.mark.parametrize(
    ("platform", "floor", "seen", "host"),
    [
        (
            "linux-x86_64",
            "2.17",
            (*LINUX, "x86_64", ("glibc", "2.17"), ""),
            "linux-x86_64",
        ),
        (
            "linux-aarch64",
            "2.17",
            (*LINUX, "aarch64", ("glibc", "2.17"), ""),
            "linux-aarch64",
        ),
        ("musllinux-x86_64", "1.2", (*LINUX, "x86_64", ("", ""), ""), "linux-x86_64"),
        (
            "macos-x86_64",
            "10.13",
            (*DARWIN, "x86_64", ("", ""), "10.13"),
            "macosx-10.13-x86_64",
        ),
        (
            "macos-arm64",
            "11.0",
            (*DARWIN, "arm64", ("", ""), "11.0"),
            "macosx-11.0-arm64",
        ),
        ("windows-x64", "", (*WINDOWS, "AMD64", ("", ""), ""), "win-amd64"),
        ("windows-arm64", "", (*WINDOWS, "ARM64", ("", ""), ""), "win-arm64"),
        ("windows-x86", "", (*WINDOWS, "x86", ("", ""), ""), "win32"),
        ("linux-s390x", "2.17", (*LINUX, "s390x", ("glibc", "2.17"), ""), "linux-s390x"),
    ],
)
def test_what_a_project_sees_of_the_machine(
    platform: str, floor: str, seen: tuple[object, ...], host: str
) -> None:
    view = system_view(target(platform), floor=floor)
    assert (
        view.sys_platform, view.os_name, view.system, view.machine, view.libc, view.mac_ver,
    ) == seen  # fmt: skip
    assert Platform(platform).host_platform(floor) == host


@pytest.mark.parametrize("platform", ["linux-x86_64", "musllinux-aarch64", "macos-arm64"])
def test_python_and_uname_agree_about_the_system(platform: str) -> None:
    view = system_view(target(platform), floor="11.0")
    driver = DriverTarget.of(Platform(platform))
    facts = TargetFacts(
        sdk="", version="", programs={}, system=driver.system, machine=driver.uname, python={}
    )
    assert answer("uname", ["-srm"], facts).says == f"{view.system} {view.release} {view.machine}"


@pytest.mark.parametrize(("python", "version"), [("3.12", "3.1.58"), ("3.14", "5.0.3")])
def test_a_pyodide_has_its_emscripten(python: str, version: str) -> None:
    pyodide = target("pyodide", python)
    view = system_view(pyodide, floor=pyodide.platform.floor(pyodide.python))
    assert (view.sys_platform, view.os_name, view.machine) == ("emscripten", "posix", "wasm32")
    assert (view.system, view.release, view.version) == ("Emscripten", version, "#1")
    assert view.sizes == {
        "long": 4, "void_p": 4, "wchar_t": 4, "long_double": 16, "time_t": 8, "alignment": 8,
    }  # fmt: skip
    assert view.pages == (65536, 65536)
    order = Order(
        identifier=pyodide.identifier, platform="pyodide", python=python, zig_targets=("wasm32-emscripten",),
        floor=pyodide.platform.floor(pyodide.python), wheel_platform="", optimize="ReleaseFast",
    )  # fmt: skip
    assert host_platform(order) == f"emscripten-{version}-wasm32"


def test_builds_for_a_system_find_its_variables_and_the_projects_own_count() -> None:
    pyodide = {"PYODIDE": "1"}
    assert environment({}, variables=pyodide)["PYODIDE"] == "1"
    assert environment({}, variables=pyodide, extra={"PYODIDE": "2"})["PYODIDE"] == "2"


@pytest.mark.parametrize(
    ("platform", "maxsize", "byteorder"),
    [
        ("linux-x86_64", 2**63 - 1, "little"),
        ("windows-x86", 2**31 - 1, "little"),
        ("linux-armv7l", 2**31 - 1, "little"),
        ("linux-i686", 2**31 - 1, "little"),
        ("linux-s390x", 2**63 - 1, "big"),
        ("windows-arm64", 2**63 - 1, "little"),
        ("pyodide", 2**31 - 1, "little"),
    ],
)
def test_what_a_project_sees_of_integers(platform: str, maxsize: int, byteorder: str) -> None:
    view = system_view(target(platform), floor="2.17")
    assert (view.maxsize, view.byteorder) == (maxsize, byteorder)


@pytest.mark.parametrize(
    ("python", "full", "version"),
    [
        ("3.13", "3.13.2", (3, 13, 2, "final", 0)),
        ("3.13t", "3.13.11", (3, 13, 11, "final", 0)),
        ("3.15", "3.15.0b2", (3, 15, 0, "final", 0)),
        ("3.9", "3.9.18", (3, 9, 18, "final", 0)),
    ],
)
def test_what_a_project_sees_of_python(python: str, full: str, version: tuple[object, ...]) -> None:
    view = python_view(target("linux-x86_64", python), full=full)
    assert (view.version_info, view.free_threaded) == (version, python.endswith("t"))


def environment(environ: dict[str, str], **values: object) -> dict[str, str]:
    arguments = {
        "python": PYTHON,
        "commands": {"CC": "/tools/cc"},
        "macos": "",
        "epoch": 7,
        "variables": {},
        "extra": {},
    } | values
    return hook_environment(environ, **arguments)  # type: ignore[arg-type]


def test_the_hosts_compiler_and_python_are_not_heard_of() -> None:
    found = environment(
        {
            "CFLAGS": "-march=native",
            "LDFLAGS": "-L/usr/lib",
            "PYTHONPATH": "/x",
            "PATH": "/bin",
            "HOME": "/me",
        }
    )
    assert found == {
        "HOME": "/me",
        "CC": "/tools/cc",
        "PATH": os.pathsep.join(["/cache/environments/1/bin", "/bin"]),
        "VIRTUAL_ENV": "/cache/environments/1",
        "PKG_CONFIG_LIBDIR": os.devnull,
        "MAKEFLAGS": "TESTS= check_PROGRAMS=",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": "7",
    }


def test_the_users_flags_for_make_count_but_for_tests() -> None:
    assert environment({"MAKEFLAGS": "-j4"})["MAKEFLAGS"] == "-j4 TESTS= check_PROGRAMS="


def test_commands_that_stand_for_the_targets_own_are_found_before_this_machines() -> None:
    found = environment({"PATH": "/bin"}, path=(Path("/tools/bin"),))
    assert found["PATH"] == os.pathsep.join(["/cache/environments/1/bin", "/tools/bin", "/bin"])


def test_what_the_configuration_sets_counts() -> None:
    found = environment({}, macos="11.0", extra={"CFLAGS": "-DX", "PKG_CONFIG_LIBDIR": "/mine"})
    assert (found["CFLAGS"], found["PKG_CONFIG_LIBDIR"], found["MACOSX_DEPLOYMENT_TARGET"]) == (
        "-DX", "/mine", "11.0",
    )  # fmt: skip


def test_settings_for_a_projects_own_commands() -> None:
    settings = absolute(
        Settings(
            include_dirs=("inc", "/else"),
            library_dirs=("lib",),
            libraries=("z",),
            define={"A": True, "B": "x y"},
            cflags=("-O1",),
            cxxflags=("-std=c++20",),
            ldflags=("-s",),
        ),
        Path("/project"),
    )
    assert flag_variables(settings, linux_order("ReleaseSmall")) == {
        "CFLAGS": "-DNDEBUG -Os -I/project/inc -I/else -DA=1 '-DB=x y' -O1",
        "CXXFLAGS": "-DNDEBUG -Os -I/project/inc -I/else -DA=1 '-DB=x y' -std=c++20",
        "LDFLAGS": "-L/project/lib -s -lz",
    }
    assert flag_variables(Settings(), linux_order("Debug")) == {}


def test_the_last_prefix_that_fits_counts_and_is_the_narrowest() -> None:
    place = Place(folder=Path("/cache/x/cp313-win_amd64"))
    assert prefix_maps(place, Cache(Path("/cache"))) == (
        "-ffile-prefix-map=/cache=cache",
        "-ffile-prefix-map=/cache/x/cp313-win_amd64/_src=.",
    )


def test_what_lies_above_the_project_is_named_as_the_project_names_it() -> None:
    place = Place(folder=Path("/cache/x/id"), inside="packages/python")
    assert prefix_maps(place, Cache(Path("/cache")))[1:] == (
        "-ffile-prefix-map=/cache/x/id/_src=../..",
        "-ffile-prefix-map=/cache/x/id/_src/packages/python=.",
    )
    assert place.named(f"{place.source}/x.c:1: {place.copy}/core/y.h") == "x.c:1: ../../core/y.h"
    assert place.named("../../_src/packages/python/x.c: ../../_src/y.h") == "x.c: ../../_src/y.h"


def test_what_a_build_folder_names_is_named_as_the_project_names_it() -> None:
    place = Place(folder=Path("/cache/x/id"))
    assert place.named("../../_src/meson.build:4:0: /w/_src/a.c") == "meson.build:4:0: /w/_src/a.c"


def linux_order(optimize: Optimize) -> Order:
    return Order(
        identifier="cp313-manylinux_x86_64", platform="linux-x86_64", python="3.13",
        zig_targets=("x86_64-linux-gnu.2.17",), floor="2.17", wheel_platform="manylinux_2_17_x86_64",
        optimize=optimize,
    )  # fmt: skip


def request(**environment: str) -> TargetRequest:
    return target_request(
        linux_order("ReleaseFast"),
        Place(folder=Path("/work")),
        mode="record",
        full_version="3.13.2",
        include=Path("/include"),
        commands={},
        stand_ins=Path("/tools/bin"),
        environment=environment,
        config_settings={},
    )


def made(of: TargetRequest, user: Mapping[str, str] | None = None, **values: str) -> MadeFor:
    told = {"environment": "e", "program": "p", "backend": "b"} | values
    return made_for(of, environ=of.environment if user is None else user, **told)


def test_an_answer_holds_as_long_as_nothing_it_depends_on_changes() -> None:
    every = Reads(every_variable="a process was started (make)")
    first = made(request(HOME="/me", TERM="xterm", OLDPWD="/a"))
    assert first.changes(made(request(OLDPWD="/b", HOME="/me", TERM="dumb", SSH_TTY="1")), every) == ()
    fleeting = request(OLDPWD="/b", HOME="/me", TMUX_PANE="%3", GITHUB_OUTPUT="/run/1", DISPLAY=":1")
    assert first.changes(made(fleeting), every) == ()
    # Versions are made of the number of a run, by who asks for it.
    numbered = made(request(HOME="/me", GITHUB_RUN_NUMBER="7", PATH="/bin"))
    assert first.changes(numbered, every) == (
        "the variable GITHUB_RUN_NUMBER changed", "the variable PATH changed",
    )  # fmt: skip
    assert first.changes(numbered, Reads(variables=("HOME", "GITHUB_REF"))) == ()
    assert first.changes(numbered, Reads(variables=("GITHUB_*",))) == (
        "the variable GITHUB_RUN_NUMBER changed",
    )
    assert first.changes(made(request(LC_CTYPE="C")), Reads(variables=("HOME",))) == (
        "the variable HOME changed", "the variable LC_CTYPE changed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (made(msgspec.structs.replace(request(A="1"), mode="run")), "the configuration"),
        (made(request(A="1"), environment="x"), "the build environment"),
        (made(request(A="1"), program="x"), "pyz3"),
        (made(request(A="1"), backend="x"), "the build backend, or what it is told,"),
        (made(request(A="1", CC="/tools/cc"), user={"A": "1"}), "the variable CC"),
    ],
)
def test_what_counts_whatever_a_hook_asks_for(now: MadeFor, told: str) -> None:
    assert made(request(A="1")).changes(now, Reads()) == (f"{told} changed",)


@pytest.mark.skipif(os.name != "posix", reason="links in a folder for everybody")
def test_tools_have_a_name_that_is_one_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "Jane Doe"))  # passed over
    monkeypatch.setattr("pyz3.driver.tools._TEMPORARY", (str(tmp_path / "nowhere"), str(tmp_path)))
    plain, odd = tmp_path / "cache", tmp_path / "Jane D'oe (ü) $x"
    assert plain_folder(plain) == plain
    link = plain_folder(odd)
    assert (link.parent, link.readlink()) == (tmp_path, odd)
    (link / "one").mkdir(parents=True, exist_ok=True)  # as whoever writes the first tools of a cache
    assert plain_folder(odd) == link
    link.unlink()
    link.symlink_to(plain)  # somebody else's: never used
    assert plain_folder(odd) == odd

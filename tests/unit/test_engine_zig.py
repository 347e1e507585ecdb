from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from pyz3._processes import Processes
from pyz3.engine.custom import module_name
from pyz3.engine.plan_file import Artifact, Source
from pyz3.engine.toolchain import Toolchain
from pyz3.engine.zig import Outcome, ZigRunner, _made, build_command, split_messages, zig_environment
from pyz3.store import Cache

TOOLCHAIN = Toolchain(zig=Path("/zig/zig"), version="0.16.0", cache=Cache(Path("/cache")))

# What zig 0.16.0 printed for a project with a mistake in each language and a library that is missing.
REAL = """\
pyz3:cp312/one.cpython-312-x86_64-linux-gnu.so 2 errors
/project/src/one.c:1:22: error: use of undeclared identifier 'nosuch'
int f(void) { return nosuch; }
                     ^
/project/src/two.c:1:10: error: 'nosuch.h' file not found
#include <nosuch.h>
         ^~~~~~~~~~~
error: 2 compilation errors

pyz3:cp312/four.cpython-312-x86_64-linux-gnu.so failure
error: error: unable to find dynamic system library 'nosuchlib' using strategy 'paths_first'. searched paths: none
       
error: process exited with error code 1

pyz3:cp313/three.cpython-313-x86_64-linux-gnu.so 1 errors
/project/src/three.zig:1:77: error: use of undeclared identifier 'nosuch'
const py = @import("python"); export fn PyInit_three() ?*anyopaque { return nosuch; }
                                                                            ^~~~~~
error: 1 compilation errors

"""  # noqa: W293, E501 - as it came
ONE = """\
/project/src/one.c:1:22: error: use of undeclared identifier 'nosuch'
int f(void) { return nosuch; }
                     ^
/project/src/two.c:1:10: error: 'nosuch.h' file not found
#include <nosuch.h>
         ^~~~~~~~~~~"""
THREE = """\
/project/src/three.zig:1:77: error: use of undeclared identifier 'nosuch'
const py = @import("python"); export fn PyInit_three() ?*anyopaque { return nosuch; }
                                                                            ^~~~~~"""


def test_messages_are_sorted_by_module() -> None:
    errors, trouble = split_messages(REAL)
    assert list(errors) == [
        "cp312/one.cpython-312-x86_64-linux-gnu.so",
        "cp312/four.cpython-312-x86_64-linux-gnu.so",
        "cp313/three.cpython-313-x86_64-linux-gnu.so",
    ]
    assert errors["cp312/one.cpython-312-x86_64-linux-gnu.so"] == ONE
    assert errors["cp313/three.cpython-313-x86_64-linux-gnu.so"] == THREE
    assert errors["cp312/four.cpython-312-x86_64-linux-gnu.so"] == (
        "error: unable to find dynamic system library 'nosuchlib' "
        "using strategy 'paths_first'. searched paths: none"
    )
    assert trouble == ""


def test_messages_of_no_module_are_kept() -> None:
    text = "error: the plan's target 'x' is not for ZIG_TARGET\n"
    assert split_messages(text) == ({}, text.strip())
    errors, trouble = split_messages(f"thread 1 panic: oh\n{REAL}")
    assert (len(errors), trouble) == (3, "thread 1 panic: oh")


def test_messages_of_one_module_are_joined() -> None:
    errors, trouble = split_messages(
        "pyz3:a 1 errors\nfirst\npyz3:b failure\nother\npyz3:a failure\nsecond\n"
    )
    assert (errors, trouble) == ({"a": "first\nsecond", "b": "other"}, "")


def test_a_line_of_a_source_file_is_no_heading() -> None:
    errors, _ = split_messages("pyz3:a 1 errors\nx.c:1:1: error: no\n  pyz3:b\nerror: 2 compilation errors\n")
    assert errors == {"a": "x.c:1:1: error: no\n  pyz3:b"}


def test_an_exit_code_counts_if_there_is_nothing_else() -> None:
    text = "error: process exited with error code 1"
    assert split_messages(f"pyz3:a failure\n{text}\n") == ({"a": text}, "")


def test_no_messages() -> None:
    assert split_messages("") == ({}, "")


def test_everything_that_zig_complained_of() -> None:
    assert Outcome(errors={"a": "first", "b": "second"}, trouble="third").text == "first\nsecond\nthird"


def test_command() -> None:
    command = build_command(
        TOOLCHAIN,
        script=Path("/x/build.zig"),
        prefix=Path("/out"),
        cache=Path("/local"),
        options={"plan": "/p.json", "b": "c d"},
        jobs=3,
    )
    assert command == [
        *(str(Path("/zig/zig")), "build", "--build-file", str(Path("/x/build.zig"))),
        *("-Dplan=/p.json", "-Db=c d", "--prefix", str(Path("/out"))),
        *("--cache-dir", str(Path("/local"))),
        *("--global-cache-dir", str(Path("/cache/zig-0.16.0/global"))),
        *("--color", "off", "--error-style", "minimal", "--summary", "none", "-j3"),
        *("--maxrss", str(3 << 40)),
    ]


def test_environment_is_the_users_without_the_hosts_compiler() -> None:
    environ = {
        "PATH": "/bin",
        "HOME": "/h/me",
        "CPATH": "/usr/local/include",
        "LIBRARY_PATH": "/usr/lib",
        "MACOSX_DEPLOYMENT_TARGET": "14.0",
        "ZIG_LIB_DIR": "/elsewhere",
        "ZIG_GLOBAL_CACHE_DIR": "/elsewhere",
        "ZIG_TARGET": "native",
        "PYDUST_OPTIMIZE": "Debug",
    }
    before = dict(environ)
    assert zig_environment(environ, zig_target="aarch64-linux-gnu.2.17", optimize="ReleaseSmall") == {
        "PATH": "/bin",
        "HOME": "/h/me",
        "ZIG_TARGET": "aarch64-linux-gnu.2.17",
        "PYDUST_OPTIMIZE": "ReleaseSmall",
    }
    assert environ == before


def test_nothing_is_started_once_stopped() -> None:
    logged: list[object] = []
    runner = ZigRunner(TOOLCHAIN, {}, root=Path("/project"), log=logged.append)
    runner.stop()
    assert runner.run(["zig"], zig_target="", optimize="", cache=Path("/local")) == (1, "stopped")
    assert logged == [["zig"]]


def test_no_more_zigs_run_than_may() -> None:
    running, most, both, counting = 0, 0, threading.Barrier(2), threading.Lock()

    class Counting(Processes):
        def run(self, *_: object, **__: object) -> tuple[int, str]:
            nonlocal running, most
            with counting:
                running += 1
                most = max(most, running)
            both.wait(60)  # two of them meet here: it is no queue of one
            with counting:
                running -= 1
            return 0, ""

    runner = ZigRunner(TOOLCHAIN, {}, root=Path("/project"), processes=Counting(), at_once=2)
    with ThreadPoolExecutor(6) as pool:
        runs = [
            pool.submit(runner.run, ["zig"], zig_target="", optimize="", cache=Path("/local"))
            for _ in range(6)
        ]
    assert ([one.result() for one in runs], most) == ([(0, "")] * 6, 2)


@pytest.mark.skipif(os.sep != "/", reason="elsewhere the backslash is a separator")
def test_a_source_that_zig_cannot_open_is_no_damage_of_its_cache(tmp_path: Path) -> None:
    artifact = msgspec.json.decode(
        b'{"key": "k", "name": "m", "target": "x86_64-linux-gnu", "c_sources": [], "zig_sources": [], '
        b'"python_include": "", "include_dirs": [], "define": [], "library_dirs": [], "libraries": [], '
        b'"frameworks": [], "framework_dirs": [], "rpaths": [], "objects": [], "link_cpp": false, '
        b'"version_script": null}',
        type=Artifact,
    )
    runner = ZigRunner(
        Toolchain(zig=Path(), version="0.16.0", cache=Cache(tmp_path / "c")), {}, root=tmp_path
    )

    def told(name: str) -> dict[str, str]:
        sources = (Source(path=f"{tmp_path}/{name}", flags=()),)
        one = msgspec.structs.replace(artifact, c_sources=sources)
        return runner.build([one], zig_target="x86_64-linux-gnu", optimize="Debug", jobs=1).errors

    (tmp_path / "link.c").symlink_to("nowhere")
    assert told("gone.c") == {"k": f"{tmp_path}/gone.c: error: cannot be read: there is no such file"}
    assert told("link.c") == {"k": f"{tmp_path}/link.c: error: cannot be read: its link leads nowhere"}
    assert told("a\\b.c") == {
        "k": f"{tmp_path}/a\\b.c: error: zig takes the backslash for a separator: rename the file or folder"
    }
    for name, what in (
        ("a\tb", "a tab"),
        ("a\nb", "a line break"),
        ('a "b"', "a quotation mark after a space"),
    ):
        shown = f"{tmp_path}/{name}.c".replace("\t", " ").replace("\n", " ")
        assert told(f"{name}.c") == {
            "k": f"{shown}: error: zig cannot read {what} in a path: rename the file or folder"
        }
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("pkg/_m.cp313-win_amd64.pyd", "pkg._m"),
        ("top.cp313-win_amd64.pyd", "top"),
        ("pkg/_m.cp312-win_amd64.pyd", None),
        ("pkg/helper.dll", None),
    ],
)
def test_modules_among_installed_files(file: str, name: str | None) -> None:
    assert module_name(file, ".cp313-win_amd64.pyd") == name


def test_what_is_written_of_each_library() -> None:
    made = _made(
        {
            "a": "o/1/a.so\ntried\n",
            "b": "o/2/b.dll\nlean compiler_rt\n",
            "c": "o/3/c.dll\nlinked \nmingw-w64's runtime: x\ny",
        },
        Path("/cache"),
        unseen=True,
    )
    assert made == Outcome(
        binaries={
            "a": Path("/cache/o/1/a.so"),
            "b": Path("/cache/o/2/b.dll"),
            "c": Path("/cache/o/3/c.dll"),
        },
        linked={"a": "tried", "b": "lean compiler_rt", "c": "linked"},
        runtime={"c": "mingw-w64's runtime: x\ny"},
        unseen=True,
    )

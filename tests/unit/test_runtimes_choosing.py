"""Which interpreter tests a wheel, and what with."""

from __future__ import annotations

import shlex
import zipfile
from pathlib import Path

import pytest
from packaging.utils import parse_tag

from pyz3.config import ToolTable
from pyz3.errors import ConfigError
from pyz3.runtimes import (
    Outcome,
    Runtime,
    Trial,
    WheelTests,
    choose,
    choosing,
    junit,
    modules_of,
    provisioned_runtime,
    too_new,
    wheel_tests_for,
    why_none,
)
from pyz3.runtimes.shell import shell_command
from pyz3.targets import Platform, PythonVersion, Target

LINUX = "linux-x86_64"


def host(version: str) -> Runtime:
    python = PythonVersion.parse(version)
    return Runtime(name=f"host-{version}", platform=Platform(LINUX), python=python, command=Path("python"))


def other(name: str) -> Runtime:
    runtime = provisioned_runtime(name, Path("/folder"))
    assert runtime is not None
    return runtime


AT_HAND = (
    *map(host, ("3.10", "3.11", "3.13")),
    *map(other, ("linux_x86_64-3.13t", "linux_x86_64-3.14", "musllinux_x86_64-3.13", "win_amd64-3.12")),
    *map(other, ("win_amd64-3.13", "pyodide-0.29.4", "linux_aarch64-3.13")),
)


@pytest.fixture(autouse=True)
def _this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Platform, "current", lambda: Platform(LINUX))
    monkeypatch.setattr(PythonVersion, "current", lambda: PythonVersion(3, 11))
    monkeypatch.setattr(choosing, "_glibc", lambda: "2.36")


@pytest.mark.parametrize(
    ("tag", "pythons", "chosen"),
    [
        ("cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64", "", "host-3.13"),
        ("cp313-cp313t-manylinux_2_17_x86_64", "", "linux_x86_64-3.13t"),
        ("cp314-cp314-manylinux_2_17_x86_64", "", "linux_x86_64-3.14"),
        ("cp310-abi3-manylinux_2_17_x86_64", "", "host-3.10"),
        ("cp311-abi3-manylinux_2_17_x86_64", "3.10 3.13 3.14", "host-3.13 linux_x86_64-3.14"),
        ("cp310-abi3-win_amd64", "", "win_amd64-3.12"),
        ("cp313-cp313-musllinux_1_2_x86_64", "", "musllinux_x86_64-3.13"),
        ("cp313-cp313-pyemscripten_2025_0_wasm32", "", "pyodide-0.29.4"),
        ("cp312-cp312-pyodide_2024_0_wasm32", "", ""),
        ("cp313-cp313-macosx_11_0_arm64", "", ""),
        ("py3-none-any", "", "host-3.11"),
        ("py2.py3-none-any", "3.13", "host-3.13"),
        ("py2-none-any", "", ""),
        ("py3-none-win_amd64", "", "win_amd64-3.12"),
    ],
)
def test_choice(tag: str, pythons: str, chosen: str) -> None:
    asked = [PythonVersion.parse(word) for word in pythons.split()]
    found = choose(parse_tag(tag), AT_HAND, pythons=asked)
    assert " ".join(map(str, found)) == chosen


@pytest.mark.parametrize(
    ("tag", "pythons", "why"),
    [
        (
            "cp312-cp312-pyodide_2024_0_wasm32",
            [],
            "no interpreter for cp312-pyodide_wasm32 is here: pyz3 runtimes add pyodide-0.27.7",
        ),
        (
            "cp313-cp313-macosx_11_0_arm64",
            [],
            "no interpreter for cp313-macosx_arm64 is here: try it on such a machine",
        ),
        ("cp312-cp312-manylinux_2_17_x86_64", ["3.13"], "it is not for Python 3.13"),
        ("cp27-cp27m-win32", [], "no Python and platform that pyz3 knows has the tag cp27-cp27m-win32"),
    ],
)
def test_why_there_is_none(tag: str, pythons: list[str], why: str) -> None:
    assert why_none(parse_tag(tag), pythons=[PythonVersion.parse(one) for one in pythons]) == why


@pytest.mark.parametrize(
    ("tag", "runtime", "why"),
    [
        ("cp313-cp313-manylinux_2_36_x86_64", host("3.13"), ""),
        (
            "cp313-cp313-manylinux_2_39_x86_64",
            host("3.13"),
            "it needs glibc 2.39, and this machine has 2.36",
        ),
        ("cp314-cp314-manylinux_2_39_x86_64", other("linux_x86_64-3.14"), ""),
        ("cp313-cp313-linux_x86_64", host("3.13"), ""),
        ("py3-none-any", host("3.13"), ""),
    ],
)
def test_a_system_that_is_too_old(tag: str, runtime: Runtime, why: str) -> None:
    assert too_new(parse_tag(tag), runtime) == why


def test_modules(tmp_path: Path) -> None:
    wheel = tmp_path / "x-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in {
            "alone.py": "",
            "__main__.py": "",
            "top/__init__.py": "",
            "top/inner/__init__.py": "",
            "top/inner/_fast.cpython-313-x86_64-linux-gnu.so": "",
            "space/part/__init__.py": "",
            "space/_win.cp313-win_amd64.pyd": "",
            "_stable.abi3.so": "",
            "_plain.pyd": "",
            "_bare.so": "…PyInit__bare…",
            "top/libz.so": "no module",
            "x.libs/libz-1.so.1": "",
            "x-1.data/platlib/put/__init__.cpython-313-darwin.so": "",
            "x-1.data/purelib/pure.py": "",
            "x-1.data/scripts/tool.py": "",
            "not-a-name.py": "",
            "top/data.txt": "",
        }.items():
            archive.writestr(name, content)
    assert modules_of(wheel) == (
        *("_bare", "_plain", "_stable", "alone", "pure", "put", "space._win", "space.part"),
        *("top", "top.inner._fast"),
    )


def test_what_a_project_says(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    text = '[dependency-groups]\nall = [{ include-group = "one" }, "b"]\none = ["a>=1"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    tool = ToolTable(
        test_command=("x", "y"),
        test_requires=("r",),
        test_extras="e",
        test_groups=("all",),
        test_sources=("tests",),
        test_environment={"A": "1"},
        test_skip="*-win*",
    )
    linux = Target(platform=Platform(LINUX), python=PythonVersion(3, 13))
    assert wheel_tests_for(linux, tool, tmp_path) == WheelTests(
        command=("x", "y"),
        requires=("r", "a>=1", "b"),
        extras=("e",),
        sources=("tests",),
        environment={"A": "1"},
        project=tmp_path,
    )
    windows = Target(platform=Platform("windows-x64"), python=PythonVersion(3, 13))
    found = wheel_tests_for(windows, tool, tmp_path)
    assert (found.skipped, found.command) == (True, ())


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        (ToolTable(test_sources=("none",)), r"test-sources: there is no none in .*"),
        (ToolTable(test_groups=("none",)), r"test-groups: none: .*none.*"),
    ],
)
def test_what_is_not_there(tool: ToolTable, message: str, tmp_path: Path) -> None:
    target = Target(platform=Platform(LINUX), python=PythonVersion(3, 13))
    with pytest.raises(ConfigError, match=message):
        wheel_tests_for(target, tool, tmp_path)


@pytest.mark.parametrize(
    ("command", "project", "text"),
    [
        ("pytest {project}/tests", "/p", "pytest /p/tests"),
        ("pytest {package}/tests {wheel}", "/a b", "pytest '/a b'/tests /w.whl"),
        ('pytest "{project}/tests"', '/a "b', 'pytest "/a \\"b/tests"'),
        ("pytest '{project}/tests'", "/it's", "pytest '/it'\"'\"'s/tests'"),
        (r"x \" {project}", "/a b", r"""x \" '/a b'"""),
        ("x '\"' {project} {other}", "/a b", "x '\"' '/a b' {other}"),
    ],
)
def test_paths_stay_one_word_in_a_shell(command: str, project: str, text: str) -> None:
    tests = WheelTests(command=(command, "next"), project=Path(project))
    found = shell_command(tests, Path("/w.whl"), windows=False)
    assert found == ("/bin/sh", "-c", f"{text} && next")
    words = shlex.split(text)
    assert [word for word in words if word.startswith(project)] != []


def test_the_shell_of_windows() -> None:
    tests = WheelTests(command=('x {project} "{project}"',), project=Path("a b"))
    assert shell_command(tests, Path("w"), windows=True) == 'cmd /d /s /c "x "a b" "a b""'
    assert shell_command(WheelTests(command=("{project}",)), Path("w"), windows=True) == (
        'cmd /d /s /c "{project}"'
    )


def test_a_crash_that_the_exit_code_does_not_tell() -> None:
    text = "Windows fatal exception\nwine: Unhandled page fault on write access to 8, starting debugger...\n"
    assert other("win_amd64-3.13").has_crashed(text)
    assert not other("win_amd64-3.13").has_crashed("Windows fatal exception: access violation\n")
    assert not other("linux_aarch64-3.13").has_crashed(text)
    assert not host("3.13").has_crashed(text)


def test_junit() -> None:
    wheel = Path("dist/x-1-py3-none-any.whl")
    tried = Trial(wheel=wheel, runtime=host("3.13"), tests=WheelTests())
    outcomes = [
        Outcome(trial=tried, status="passed", output="fine", seconds=1.5),
        Outcome(trial=tried, status="failed", reason="exit code 1", output="bad \x1b[1m<\x00", seconds=0.25),
        Outcome(trial=Trial(wheel=wheel, reason="none is here"), status="not run", reason="none is here"),
        Outcome(trial=tried, status="skipped", reason="test-skip names it"),
    ]
    assert junit(outcomes).decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        '<testsuites tests="4" failures="1" errors="0" skipped="2" time="1.750">\n'
        '  <testsuite name="pyz3 test" tests="4" failures="1" errors="0" skipped="2" time="1.750">\n'
        '    <testcase classname="host-3.13" name="x-1-py3-none-any.whl" time="1.500">\n'
        "      <system-out>fine</system-out>\n"
        "    </testcase>\n"
        '    <testcase classname="host-3.13" name="x-1-py3-none-any.whl" time="0.250">\n'
        '      <failure message="exit code 1">bad \ufffd[1m&lt;\ufffd</failure>\n'
        "    </testcase>\n"
        '    <testcase classname="no interpreter" name="x-1-py3-none-any.whl" time="0.000">\n'
        '      <skipped message="not run: none is here" />\n'
        "    </testcase>\n"
        '    <testcase classname="host-3.13" name="x-1-py3-none-any.whl" time="0.000">\n'
        '      <skipped message="skipped: test-skip names it" />\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )

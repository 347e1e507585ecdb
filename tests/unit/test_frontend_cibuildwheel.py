from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pyz3._patterns import matches
from pyz3._toml import load_toml
from pyz3.config import OverrideTable, ToolTable
from pyz3.errors import ConfigError
from pyz3.frontends import load_project
from pyz3.frontends.cibuildwheel import PLATFORMS, read
from pyz3.targets import SUPPORTED, Platform, Target

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


def table(text: str) -> Any:
    return load_toml(text)


def test_nothing() -> None:
    assert read({}) == (ToolTable(), ())


def test_the_keys_of_the_table() -> None:
    tool, notes = read(
        table(
            """
build = "cp3*"
skip = ["pp*", "gp*", "*-win32"]
environment = 'A=1 B="$HOME x"'
test-command = "pytest {project}/tests"
test-requires = ["pytest"]
config-settings = "--build-option=-v"
build-verbosity = 1
build-frontend = "build[uv]"
enable = ["pypy", "cpython-freethreading"]
free-threaded-support = true
archs = "all"
manylinux-x86_64-image = "manylinux2014"
musllinux-x86_64-image = "musllinux_1_2"
"""
        )
    )
    assert notes == ()
    assert tool == ToolTable(
        build="cp3*",
        skip=("pp*", "gp*", "*-win32"),
        environment={"A": "1", "B": "$HOME x"},
        test_command="pytest {project}/tests",
        test_requires=("pytest",),
        config_settings={"--build-option": "-v"},
    )


def test_what_is_not_obeyed_is_named_once() -> None:
    tool, notes = read(
        table(
            """
before-all = "yum install -y x"
before-build = "pip install x"
repair-wheel-command = ["x"]
manylinux-x86_64-image = "quay.io/pypa/manylinux_2_28_x86_64:latest"
manylinux-i686-image = "quay.io/pypa/manylinux2014_i686:latest"
environment = { CC = "clang", X = "$(pwd)", Y = "`pwd`", Z = "z" }
[linux]
before-all = "x"
[android]
before-all = "x"
[[overrides]]
select = "*"
before-build = "x"
before-test = "x"
test-extras = ["x"]
"""
        )
    )
    assert tool == ToolTable(
        environment={"Z": "z"}, overrides=(OverrideTable(select="*", test_extras=("x",)),)
    )
    (note,) = notes
    assert note == (
        "pyproject.toml: tool.cibuildwheel: before-all, before-build, environment.CC, environment.X, "
        "environment.Y, linux.before-all, manylinux-x86_64-image, overrides[0].before-build, "
        "repair-wheel-command are not obeyed"
    )
    assert read({"before-all": "x"})[1] == ("pyproject.toml: tool.cibuildwheel: before-all is not obeyed",)


@pytest.mark.parametrize(
    ("text", "name"),
    [("environment = 'A=1; export B=2'", "environment"), ("config-settings = '\"'", "config-settings")],
)
def test_texts_for_a_shell_are_named(text: str, name: str) -> None:
    assert read(table(text)) == (ToolTable(), (f"pyproject.toml: tool.cibuildwheel: {name} is not obeyed",))


def test_platforms_and_overrides() -> None:
    tool, notes = read(
        table(
            """
environment = "A=1"
test-command = "x"
test-skip = "*-musllinux_*"
[linux]
environment = { B = "2" }
[macos]
environment = "MACOSX_DEPLOYMENT_TARGET=12.0 C=3"
[windows]
config-settings = { x = ["y"] }
[[overrides]]
select = "cp313-*"
environment = "D=4"
inherit.environment = "append"
inherit.before-all = "prepend"
"""
        )
    )
    assert notes == ()
    assert [override.select for override in tool.overrides] == [
        ("*-manylinux_*", "*-musllinux_*"),
        ("*-macosx_*",),
        ("*-win*",),
        "cp313-*",
    ]
    options = {
        family: tool.hook_options(identifier, family=family)
        for family, identifier in {
            "linux": "cp312-manylinux_x86_64",
            "musllinux": "cp313-musllinux_x86_64",
            "macos": "cp313-macosx_arm64",
            "windows": "cp312-win_amd64",
        }.items()
    }
    assert {family: one.environment for family, one in options.items()} == {
        "linux": {"B": "2"},
        "musllinux": {"B": "2", "D": "4"},
        "macos": {"C": "3", "D": "4"},
        "windows": {"A": "1"},
    }
    assert options["windows"].config_settings == {"x": ("y",)}
    assert (options["linux"].test_command, options["musllinux"].test_command) == (("x",), ())
    assert (options["linux"].test_skipped, options["musllinux"].test_skipped) == (False, True)
    assert tool.for_identifier("cp313-macosx_arm64").macos == "12.0"
    assert tool.for_identifier("cp313-win_amd64").macos is None


def test_what_tests_need() -> None:
    tool, notes = read(
        table(
            """
test-extras = "a b"
test-groups = ["g"]
test-sources = ["tests", "data.txt"]
test-environment = "A=1"
[[overrides]]
select = "*-win*"
test-environment = { B = "2" }
inherit.test-environment = "append"
"""
        )
    )
    assert notes == ()
    found = tool.hook_options("cp313-win_amd64", family="windows")
    assert (found.test_extras, found.test_groups) == (("a", "b"), ("g",))
    assert found.test_sources == ("tests", "data.txt")
    assert found.test_environment == {"A": "1", "B": "2"}
    tool, notes = read(table("test-environment = 'A'"))
    assert (tool, notes) == (
        ToolTable(),
        ("pyproject.toml: tool.cibuildwheel: test-environment is not obeyed",),
    )


def test_a_deployment_target_for_all() -> None:
    assert read(table("environment.MACOSX_DEPLOYMENT_TARGET = '11'"))[0] == ToolTable(
        macos="11", environment={}
    )
    tool, notes = read(table("environment.MACOSX_DEPLOYMENT_TARGET = '$X'"))
    name = "environment.MACOSX_DEPLOYMENT_TARGET"
    assert (tool, notes) == (
        ToolTable(environment={}),
        (f"pyproject.toml: tool.cibuildwheel: {name} is not obeyed",),
    )


def passing(tool: ToolTable, identifiers: list[str]) -> list[str]:
    build, skip = tool.build, tool.skip
    assert build is None or isinstance(build, tuple)
    assert isinstance(skip, tuple)
    return [i for i in identifiers if (build is None or matches(build, i)) and not matches(skip, i)]


SOME = ["cp312-manylinux_x86_64", "cp313-manylinux_x86_64", "cp313-musllinux_x86_64", "cp313-win_amd64"]


def test_platforms_have_a_selection_of_their_own() -> None:
    tool, _ = read(
        table("build = 'cp313-*'\nskip = '*-win_*'\n[linux]\nbuild = 'cp31*'\nskip = '*-musllinux_*'\n")
    )
    assert passing(tool, SOME) == ["cp312-manylinux_x86_64", "cp313-manylinux_x86_64"]
    tool, _ = read(table("build = ['cp312-*']\n[windows]\nskip = 'cp312-*'\n"))
    assert tool.build == ("cp312-*",)
    assert passing(tool, [*SOME, "cp312-win_amd64"]) == ["cp312-manylinux_x86_64"]
    tool, _ = read(table("skip = ['cp312-*']\n[windows]\nbuild = '*_arm64'\n"))
    assert passing(tool, SOME) == ["cp313-manylinux_x86_64", "cp313-musllinux_x86_64"]


def test_every_identifier_is_of_one_platform_of_cibuildwheels() -> None:
    for platform in Platform:
        for python in SUPPORTED:
            identifier = Target(platform=platform, python=python).identifier
            assert [matches(select, identifier) for select in PLATFORMS.values()].count(True) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], ": expected a table, found an array"),
        ({"skip": 3}, ".skip: expected a string or an array, found an integer"),
        ({"linux": {"environment": [1]}}, ".linux.environment: expected a string or a table, found an array"),
        ({"overrides": [{}]}, ".overrides[0].select: missing"),
    ],
)
def test_mistakes(value: object, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(value)
    assert caught.value.message == f"pyproject.toml: tool.cibuildwheel{message}"


def test_it_counts_only_without_a_table_for_pyz3(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(f"{SYSTEM}[tool.cibuildwheel]\nskip = 'pp*'\nbefore-all = 'x'\n", encoding="utf-8")
    found = load_project(tmp_path)
    assert (found.tool, found.config_table) == (ToolTable(skip="pp*"), "tool.cibuildwheel")
    assert found.notes == ("pyproject.toml: tool.cibuildwheel: before-all is not obeyed",)
    path.write_text(f"{path.read_text(encoding='utf-8')}[tool.pyz3]\n", encoding="utf-8")
    found = load_project(tmp_path)
    assert (found.tool, found.config_table, found.notes) == (ToolTable(), "tool.pyz3", ())


def test_pyz3s_own_projects_do_not_read_it(tmp_path: Path) -> None:
    text = "[project]\nname = 'x'\n[tool.cibuildwheel]\nskip = 3\n"
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert load_project(tmp_path).tool == ToolTable()


def test_an_override_that_says_nothing_to_pyz3_is_none() -> None:
    tool, _ = read(table("[[overrides]]\nselect = '*'\nbefore-all = 'x'\n"))
    assert tool.overrides == ()
    tool, _ = read(table("[[overrides]]\nselect = ['a', 'b']\ntest-command = ''\n"))
    assert tool.overrides == (OverrideTable(select=("a", "b"), test_command=""),)

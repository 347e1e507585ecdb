from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pyz3.builder.choice import Choice, choose
from pyz3.config import Extension, Project, Settings, ToolTable, read_tool_table
from pyz3.errors import ConfigError, NothingSelectedError
from pyz3.targets import SUPPORTED, Platform, PythonVersion
from pyz3.targets.selection import Selection, find_target

ALL_VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
EXTENSION = Extension(name="hello._speed", common=Settings(sources=("a.c",)), families={})
CURRENT = PythonVersion.current()


def project(**tool: Any) -> Project:
    return Project(root=Path("project"), tool=ToolTable(**tool), extensions=(EXTENSION,))


def select(
    of: Project | None = None, *, available: tuple[str, ...] = ALL_VERSIONS, **request: Any
) -> Selection:
    return choose(of or project(), Choice(**request), headers=lambda: available)


def identifiers(selection: Selection) -> tuple[str, ...]:
    return tuple(map(str, selection.targets))


def test_build_and_skip_over_the_projects_platforms_and_all_pythons() -> None:
    selection = select(build="cp31{2,3}-*", skip="*-musllinux*")
    assert identifiers(selection) == (
        *("cp312-manylinux_x86_64", "cp313-manylinux_x86_64"),
        *("cp312-manylinux_aarch64", "cp313-manylinux_aarch64"),
        *("cp312-macosx_x86_64", "cp313-macosx_x86_64"),
        *("cp312-macosx_arm64", "cp313-macosx_arm64"),
        *("cp312-win_amd64", "cp313-win_amd64"),
        *("cp312-win_arm64", "cp313-win_arm64"),
    )
    assert selection.left_out == ()


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ({"build": "*t-win_*"}, [f"cp31{n}t-win_{m}" for m in ("amd64", "arm64") for n in (3, 4, 5)]),
        ({"build": ["cp39-win_amd64 cp39-macosx*", "cp310-win_amd64"]}, [
            *("cp39-macosx_x86_64", "cp39-macosx_arm64", "cp39-win_amd64", "cp310-win_amd64"),
        ]),
        ({"build": "cp3{9..11}-win_amd64"}, ["cp39-win_amd64", "cp310-win_amd64", "cp311-win_amd64"]),
        ({"build": "cp313-*", "platforms": ["linux-*"]}, [
            *("cp313-manylinux_x86_64", "cp313-manylinux_aarch64", "cp313-manylinux_i686"),
            *("cp313-manylinux_armv7l", "cp313-manylinux_ppc64le", "cp313-manylinux_s390x"),
            *("cp313-manylinux_riscv64", "cp313-manylinux_loongarch64"),
        ]),
        ({"build": "*-win_amd64", "pythons": ["3.9", "3.13t"]}, ["cp39-win_amd64", "cp313t-win_amd64"]),
        ({"skip": "cp3?-* *t-*", "platforms": ["win_amd64"], "pythons": ["all"]}, [
            f"cp31{n}-win_amd64" for n in range(6)
        ]),
        ({"skip": [], "platforms": ["win32"], "pythons": ["3.9,3.10"]}, ["cp39-win32", "cp310-win32"]),
        ({"platforms": ["win_amd64"]}, [f"{CURRENT.abi}-win_amd64"]),
    ],
)  # fmt: skip
def test_exact_sets(request_: dict[str, Any], wanted: list[str]) -> None:
    assert identifiers(select(**request_)) == tuple(wanted)


def test_everything_there_is() -> None:
    selection = select(platforms=["*"], pythons=["all"])
    assert identifiers(selection) == tuple(
        f"{python.abi}-{platform.spec.identifier}"
        for platform in Platform
        for python in SUPPORTED
        if platform.has(python)
    )


def test_patterns_are_about_the_platforms_that_the_project_lists() -> None:
    mine = project(platforms=("windows-x64", "linux-s390x"))
    assert identifiers(select(mine, build="cp313-*")) == ("cp313-win_amd64", "cp313-manylinux_s390x")


def test_the_configurations_patterns_filter_whatever_was_asked_for() -> None:
    mine = project(build=("cp313-*", "cp39-*"), skip="*-win32 *-win_arm64")
    assert identifiers(select(mine, platforms=["windows-*"], pythons=["all"])) == (
        *("cp39-win_amd64", "cp313-win_amd64"),
    )
    with pytest.raises(NothingSelectedError) as caught:
        select(mine, platforms=["windows-*"], pythons=["3.12"])
    assert caught.value.message == (
        "nothing is selected (none of what was asked for passes pyproject.toml: tool.pyz3.build "
        "'cp313-* cp39-*' and pyproject.toml: tool.pyz3.skip '*-win32 *-win_arm64')"
    )


def test_what_is_asked_for_replaces_the_configurations_patterns() -> None:
    mine = project(build="cp39-*", skip="cp313-*")
    common = {"platforms": ["win_amd64"], "pythons": ["3.9", "3.13"]}
    assert identifiers(select(mine, **common)) == ("cp39-win_amd64",)
    assert identifiers(select(mine, **common, build="*")) == ("cp39-win_amd64",)
    assert identifiers(select(mine, **common, skip="")) == ("cp39-win_amd64",)
    assert identifiers(select(mine, **common, build="*", skip=[])) == ("cp39-win_amd64", "cp313-win_amd64")
    assert identifiers(select(mine, **common, build="cp313-*", skip="cp39-*")) == ("cp313-win_amd64",)


@pytest.mark.parametrize("value", ["cp313-* cp39-*", ["cp313-*", "cp39-*"], ["cp313-* cp39-*"]])
def test_both_styles_in_the_configuration(value: Any) -> None:
    table = read_tool_table({"tool": {"pyz3": {"build": value}}})
    mine = Project(root=Path("project"), tool=table, extensions=(EXTENSION,))
    chosen = select(mine, platforms=["win_amd64"], pythons=["all"])
    assert identifiers(chosen) == ("cp39-win_amd64", "cp313-win_amd64")


def test_patterns_that_match_nothing_are_listed() -> None:
    selection = select(build="pp39-* cp313-win_amd64 *s390x cp313-{win32,manylinux_i686}")
    assert identifiers(selection) == ("cp313-win_amd64",)
    assert selection.left_out == (
        ("pp39-*", "--build matches no identifier"),
        (
            "*s390x",
            (
                "--build matches nothing on these platforms; add --platform linux-s390x "
                "--platform musllinux-s390x"
            ),
        ),
        (
            "cp313-{win32,manylinux_i686}",
            "--build matches nothing on these platforms; add --platform linux-i686 --platform windows-x86",
        ),
    )
    # The configuration's patterns, and what is skipped, are for all machines and times.
    mine = project(build="pp39-* cp313-*", skip="cp27-*")
    assert select(mine, platforms=["win_amd64"], pythons=["3.13"]).left_out == ()


def test_only_one_identifier_whatever_else_is_said() -> None:
    mine = project(platforms=("linux-*",), build="cp39-*", skip="*")
    asked = {"build": "cp310-*", "skip": "*", "pythons": ["3.11"], "platforms": ["macos-*"]}
    for request in ({}, asked):
        assert identifiers(select(mine, only="cp313t-win_arm64", **request)) == ("cp313t-win_arm64",)


@pytest.mark.parametrize("platform", Platform)
def test_every_identifier_can_be_the_only_one(platform: Platform) -> None:
    for python in filter(platform.has, SUPPORTED):
        identifier = f"{python.abi}-{platform.spec.identifier}"
        target = find_target(identifier)
        assert (target.identifier, target.platform, target.python) == (identifier, platform, python)


@pytest.mark.parametrize(
    ("identifier", "hint"),
    [
        ("cp313-win-amd64", "did you mean 'cp313-win_amd64'? "),
        ("cp312t-manylinux_x86_64", "did you mean 'cp312-manylinux_x86_64'? "),
        ("CP313-manylinux_x86_64", "did you mean 'cp313-manylinux_x86_64'? "),
        ("cp313-*", ""),
        ("x", ""),
        ("", ""),
    ],
)
def test_unknown_identifier(identifier: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        select(only=identifier)
    assert caught.value.message == f"--only: {identifier!r} is no build identifier"
    assert caught.value.tip == (
        f"{hint}see them all: pyz3 wheel --platform '*' --python all --print-build-identifiers"
    )
    assert caught.value.exit_code == 2


def test_headers_that_are_missing() -> None:
    get = "get them: uv python install 3.12, or name a folder that holds Python.h with --python-headers; "
    for asked in ({"only": "cp312-win_amd64"}, {"pythons": ["3.12"], "build": "*"}):
        with pytest.raises(ConfigError) as caught:
            select(available=("3.13",), **asked)
        assert caught.value.message == "no C headers of Python 3.12 on this machine (found: 3.13)"
        assert caught.value.tip == f"{get}see pyz3 pythons"
    selection = select(available=("3.13",), build="cp31{2,3}-win_amd64")
    assert identifiers(selection) == ("cp313-win_amd64",)
    assert selection.left_out == (("3.12", "no headers: uv python install 3.12"),)


def test_pythons_that_no_pattern_wants_are_not_spoken_of() -> None:
    assert select(available=("3.13",), build="cp313-win_amd64").left_out == ()
    only_skipped = {"pythons": ["3.12", "3.13"], "skip": "cp312-*", "platforms": ["win_amd64"]}
    assert identifiers(select(available=("3.13",), **only_skipped)) == ("cp313-win_amd64",)


def test_requires_python_holds_for_patterns_and_for_only() -> None:
    mine = Project(root=Path("project"), tool=ToolTable(), extensions=(EXTENSION,), requires_python=">=3.13")
    selection = select(mine, build="cp3{9,13}-win_amd64")
    assert identifiers(selection) == ("cp313-win_amd64",)
    assert selection.left_out == (("3.9", "requires-python is '>=3.13'"),)
    with pytest.raises(NothingSelectedError) as caught:
        select(mine, only="cp39-win_amd64")
    assert caught.value.message == "nothing is selected (3.9: requires-python is '>=3.13')"


def classified(*versions: str, requires_python: str = "") -> Project:
    return Project(
        root=Path("project"),
        tool=ToolTable(),
        extensions=(EXTENSION,),
        requires_python=requires_python,
        classified=versions,
    )


def test_classifiers_narrow_all_without_requires_python() -> None:
    selection = select(classified("3.13", "3.12"), platforms=["win_amd64"], pythons=["all"])
    assert identifiers(selection) == ("cp312-win_amd64", "cp313-win_amd64", "cp313t-win_amd64")
    why = "the project's classifiers name 3.12, 3.13, and there is no requires-python"
    assert selection.left_out == tuple(
        (version, why) for version in ("3.9", "3.10", "3.11", "3.14", "3.14t", "3.15", "3.15t")
    )
    same = select(classified("3.13"), build="cp3{9,13}-win_amd64")
    assert identifiers(same) == ("cp313-win_amd64",)


def test_classifiers_are_a_word_about_all_alone() -> None:
    assert identifiers(select(classified("3.13"), platforms=["win_amd64"], pythons=["3.9"])) == (
        "cp39-win_amd64",
    )
    both = classified("3.13", requires_python=">=3.14")
    assert identifiers(select(both, build="*-win_amd64")) == (
        *("cp314-win_amd64", "cp314t-win_amd64", "cp315-win_amd64", "cp315t-win_amd64"),
    )


def test_nothing_is_an_error_unless_allowed() -> None:
    with pytest.raises(NothingSelectedError) as caught:
        select(build="cp38-*", skip="*-win*")
    assert caught.value.message == "nothing is selected (cp38-*: --build matches no identifier)"
    assert caught.value.exit_code == 3
    assert select(build="cp38-*", allow_empty=True) == Selection(
        targets=(), left_out=(("cp38-*", "--build matches no identifier"),)
    )
    with pytest.raises(NothingSelectedError) as caught:
        select(skip="*", sources={"skip": "PYZ3_SKIP"})
    assert caught.value.message == "nothing is selected (none of what was asked for passes PYZ3_SKIP '*')"


def test_of_many_patterns_a_few_are_shown() -> None:
    mine = project(build=tuple(f"cp310-{platform}" for platform in "abcdefgh"))
    with pytest.raises(NothingSelectedError) as caught:
        select(mine, platforms=["windows-x64"], pythons=["3.12"])
    assert caught.value.message == (
        "nothing is selected (none of what was asked for passes pyproject.toml: tool.pyz3.build "
        "'cp310-a cp310-b cp310-c cp310-d cp310-e cp310-f' and 2 more)"
    )


def test_messages_name_the_variable() -> None:
    sources = {"platforms": "PYZ3_PLATFORM", "pythons": "PYZ3_PYTHON", "build": "PYZ3_BUILD"}
    with pytest.raises(ConfigError, match=r"^PYZ3_PLATFORM: 'plan9' is no platform$"):
        select(platforms=["plan9"], sources=sources)
    with pytest.raises(ConfigError, match=r"^PYZ3_PYTHON: '2\.7' is not a Python version"):
        select(pythons=["2.7"], sources=sources)
    with pytest.raises(
        ConfigError, match=r"^pyproject\.toml: tool\.pyz3\.platforms: 'plan9' is no platform$"
    ):
        select(project(platforms=("plan9",)), sources=sources)
    assert select(build="pp* cp313-win_amd64", sources=sources).left_out == (
        ("pp*", "PYZ3_BUILD matches no identifier"),
    )


def test_a_manylinux_name_carries_its_glibc() -> None:
    assert select(platforms=["manylinux_2_28_x86_64"], pythons=["3.13"]).glibc == "2.28"
    assert select(project(platforms=("manylinux2014",)), pythons=["3.13"]).glibc == "2.17"
    assert select(platforms=["linux-*"], pythons=["3.13"]).glibc == ""


def test_a_project_without_extensions_gives_its_one_wheel() -> None:
    pure = Project(root=Path("project"), tool=ToolTable(build="cp39-*", skip="*"), extensions=())
    for request in ({}, {"build": "cp38-*"}, {"only": "cp39-win32"}, {"platforms": ["macos-arm64"]}):
        selection = select(pure, available=(), **request)
        assert ([t.python for t in selection.targets], selection.left_out) == ([CURRENT], ())
    with pytest.raises(ConfigError, match="is no build identifier"):
        select(pure, only="py3-none-any")

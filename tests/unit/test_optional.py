"""Optional extensions in the plan, in results, and in what is shown; switches; other Pythons."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from planning import plan_of

from pyz3.builder.choice import Choice, choose
from pyz3.builder.project_build import read_source_date
from pyz3.builder.switches import is_set, switched, switched_off
from pyz3.cli.lines import wheel_line
from pyz3.cli.ui import left_out_lines
from pyz3.config import Extension, Library, Project, Settings, ToolTable
from pyz3.errors import ConfigError, UnavailablePythonError
from pyz3.frontends import load_project
from pyz3.plan import LeftOut, Pure, Recipe
from pyz3.results import WheelResult, one_per_file
from pyz3.targets import Platform, PythonVersion, Target, implementation
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

FAST = Extension(name="hello._fast", common=Settings(sources=("a.c",)), families={}, optional=True)
NET = Extension(name="hello._net", common=Settings(sources=("b.c",)), families={})
LINUX_ONLY = Extension(
    name="hello._epoll", common=Settings(), families={"linux": Settings(sources=("e.c",))}, optional=True
)


def project(*extensions: Extension, **tool: Any) -> Project:
    return Project(root=Path("project"), tool=ToolTable(**tool), extensions=extensions)


def targets(*platforms: str, python: str = "3.13") -> list[Target]:
    return [Target(platform=Platform(p), python=PythonVersion.parse(python)) for p in platforms]


def named(plan: tuple[Recipe | Pure, ...]) -> dict[str, list[str]]:
    return {
        one.identifier: [module.name for module in one.modules] if isinstance(one, Recipe) else []
        for one in plan
    }


def test_modules_of_optional_extensions_are_optional() -> None:
    (job,) = plan_of(project(FAST, NET), targets("linux-x86_64"))
    assert [(m.name, m.optional) for m in job.modules] == [("hello._fast", True), ("hello._net", False)]
    (job,) = plan_of(project(FAST, NET), targets("linux-x86_64"), require_extensions=True)
    assert [(m.name, m.optional) for m in job.modules] == [("hello._fast", False), ("hello._net", False)]


def test_an_optional_extension_without_sources_for_a_platform_is_left_out() -> None:
    linux, windows = plan_of(project(LINUX_ONLY, NET), targets("linux-x86_64", "windows-x64"))
    assert (len(linux.modules), linux.left_out) == (2, ())
    assert [m.name for m in windows.modules] == ["hello._net"]
    assert windows.left_out == (
        LeftOut(module="hello._epoll", identifier="cp313-win_amd64", why="it has no sources for windows-x64"),
    )
    with pytest.raises(ConfigError, match=r"hello\._epoll has no sources for windows-x64"):
        plan_of(project(LINUX_ONLY), targets("windows-x64"), require_extensions=True)


def test_several_targets_without_binaries_are_one_wheel() -> None:
    jobs = plan_of(project(LINUX_ONLY), targets("linux-x86_64", "windows-x64", "macos-arm64"))
    assert named(jobs) == {"cp313-manylinux_x86_64": ["hello._epoll"], "py3-none-any": []}
    assert [one.identifier for one in jobs[1].left_out] == ["cp313-win_amd64", "cp313-macosx_arm64"]


def test_the_stable_abi_lists_what_is_left_out_once() -> None:
    net = replace(NET, abi3="3.10")
    chosen = [*targets("windows-x64", python="3.12"), *targets("windows-x64", python="3.13")]
    (job,) = plan_of(project(net, LINUX_ONLY), chosen)
    assert [one.identifier for one in job.left_out] == ["cp312-win_amd64"]


def test_fallback_adds_a_wheel() -> None:
    jobs = plan_of(project(NET), targets("linux-x86_64"), fallback=True)
    assert named(jobs) == {"cp313-manylinux_x86_64": ["hello._net"], "py3-none-any": []}
    assert isinstance(jobs[1], Pure)
    assert jobs[1].fallback
    # Also for a project whose modules only its build.zig knows.
    jobs = plan_of(project(build_zig=True), targets("linux-x86_64"), fallback=True)
    assert [job.identifier for job in jobs] == ["cp313-manylinux_x86_64", "py3-none-any"]
    # One that is there anyway is checked, and not made twice.
    (job,) = plan_of(project(replace(NET, off="X is set")), targets("linux-x86_64"), fallback=True)
    assert (job.identifier, job.fallback, len(job.left_out)) == ("py3-none-any", True, 1)


def test_build_info_is_there_for_those_who_ask() -> None:
    asking = replace(FAST, build_info=True)
    (job,) = plan_of(project(asking, NET), targets("macos-universal2"), source_date="2026-01-01T00:00:00Z")
    by_name = {module.name: module.settings.define for module in job.modules}
    assert by_name["hello._net"] == {}
    assert set(by_name["hello._fast"]) == {
        "PYZ3_VERSION",
        "PYZ3_TARGET",
        "PYZ3_OPTIMIZE",
        "PYZ3_SOURCE_DATE",
    }
    assert by_name["hello._fast"]["PYZ3_TARGET"] == '"x86_64-macos.10.13+aarch64-macos.11.0"'
    assert by_name["hello._fast"]["PYZ3_OPTIMIZE"] == '"ReleaseFast"'
    assert by_name["hello._fast"]["PYZ3_SOURCE_DATE"] == '"2026-01-01T00:00:00Z"'


def test_source_date() -> None:
    assert read_source_date({}) == read_source_date({"SOURCE_DATE_EPOCH": ""}) == ""
    assert read_source_date({"SOURCE_DATE_EPOCH": "1700000000"}) == "2023-11-14T22:13:20Z"
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH: '1000000000000000000000' is no date"):
        read_source_date({"SOURCE_DATE_EPOCH": "1000000000000000000000"})


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "yes", " on "])
def test_switch_is_on(value: str) -> None:
    assert is_set(value)
    net = replace(NET, disable_env="HELLO_DISABLE_EXT")
    found = switched(project(net, FAST), environ={"HELLO_DISABLE_EXT": value}, implementation="CPython")
    assert [e.off for e in found.extensions] == ["HELLO_DISABLE_EXT is set", ""]
    assert [e.name for e in found.enabled] == ["hello._fast"]
    assert found.has_binaries


@pytest.mark.parametrize("value", [None, "", "0", "false", "no", "off", "2"])
def test_switch_is_off(value: str | None) -> None:
    assert not is_set(value)


def test_what_is_switched_off_needs_no_headers() -> None:
    found = switched(project(replace(NET, disable_env="X")), environ={"X": "1"}, implementation="CPython")

    def headers() -> list[str]:
        pytest.fail("nobody asked for them")

    selection = choose(found, Choice(platforms=["windows-x64"]), headers=headers)
    (job,) = plan_of(found, selection.targets)
    assert isinstance(job, Pure)
    assert job.left_out == (LeftOut(module="hello._net", identifier="py3-none-any", why="X is set"),)


@pytest.mark.parametrize("name", ["PyPy", "GraalPy", "rustpython"])
def test_another_python(name: str) -> None:
    why = f"{name} cannot use what is built for CPython"
    found = switched(project(FAST), environ={}, implementation=name)
    assert [e.off for e in found.extensions] == [why]
    found = switched(project(FAST, NET, fallback=True), environ={}, implementation=name)
    assert [e.off for e in found.extensions] == [why, why]
    found = switched(project(build_zig=True, fallback=True), environ={}, implementation=name)
    assert not found.has_binaries
    shared = Library(name="hello.core", common=Settings(sources=("c.c",)), families={})
    assert (
        switched(
            replace(project(FAST, fallback=True), libraries=(shared,)), environ={}, implementation=name
        ).libraries
        == ()
    )
    for needy, what in (
        (replace(project(FAST), libraries=(shared,)), "hello.core"),
        (project(FAST, NET), "hello._net"),
        (project(build_zig=True), "what build.zig makes"),
    ):
        with pytest.raises(ConfigError) as caught:
            switched(needy, environ={}, implementation=name)
        assert caught.value.message == f"{why}: {what}"
        assert "optional = true" in str(caught.value.tip)


@pytest.mark.parametrize(
    ("name", "spelt"),
    [("cpython", "CPython"), ("pypy", "PyPy"), ("graalpy", "GraalPy"), ("rustpython", "rustpython")],
)
def test_implementation(name: str, spelt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "implementation", SimpleNamespace(name=name, cache_tag=name))
    assert implementation() == spelt


@pytest.fixture
def on_disk(tmp_path: Path) -> Path:
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "__init__.py").write_text("")
    (tmp_path / "hello" / "a.c").write_text("")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "hello"\nversion = "1"\n'
        '[[tool.pyz3.extensions]]\nname = "hello._fast"\nsources = ["hello/a.c"]\noptional = true\n'
    )
    return tmp_path


def test_under_pypy_a_builder_makes_a_pure_wheel(on_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "implementation", SimpleNamespace(name="pypy", cache_tag="pypy311"))
    (result,) = WheelBuilder(on_disk, environ={}).build_matrix(output_dir=on_disk / "dist")
    assert (result.identifier, result.tag) == ("py3-none-any", "py3-none-any")
    why = "PyPy cannot use what is built for CPython"
    assert result.left_out == (LeftOut(module="hello._fast", identifier="py3-none-any", why=why),)


def test_no_headers_and_all_is_optional() -> None:
    request = Choice(platforms=["linux-x86_64"], pythons=["3.13"])
    selection = choose(project(FAST), request, headers=list)
    assert len(selection.targets) == 1
    assert selection.without.startswith(
        "no C headers of Python 3.13 on this machine (found: none); get them: "
    )
    off = switched_off(project(FAST), selection.without, required=False)
    assert [e.off for e in off.extensions] == [selection.without]
    with pytest.raises(ConfigError, match=r"no C headers of Python 3\.13"):
        switched_off(project(FAST), selection.without, required=True)


@pytest.mark.parametrize(
    ("found", "pythons"), [(project(FAST, NET), ["3.13"]), (project(FAST), ["3.12", "3.13"])]
)
def test_no_headers_and_they_are_needed(found: Project, pythons: list[str]) -> None:
    with pytest.raises(UnavailablePythonError):
        choose(found, Choice(platforms=["linux-x86_64"], pythons=pythons), headers=list)


def test_a_python_of_the_future_installs_what_is_optional() -> None:
    selection = choose(project(FAST), Choice(platforms=["linux-x86_64"], pythons=["3.99"]), headers=list)
    assert selection.without.startswith("--python: pyz3 makes no wheels for Python 3.99; there are: ")


def test_disable_env_must_be_a_name(on_disk: Path) -> None:
    file = on_disk / "pyproject.toml"
    file.write_text(file.read_text() + 'disable-env = "NO-NAME"\n')
    with pytest.raises(ConfigError) as caught:
        load_project(on_disk)
    assert "tool.pyz3.extensions[0].disable-env: 'NO-NAME' is no name" in caught.value.message
    assert caught.value.tip == 'write one like disable-env = "HELLO_DISABLE_EXT"'


LEFT_OUT = LeftOut(
    module="hello._fast", identifier="cp313-win_amd64", why="it failed to compile", detail="a.c:1"
)


def result(*left_out: LeftOut, file: str = "hello-1-py3-none-any.whl") -> WheelResult:
    return WheelResult(
        identifier="py3-none-any",
        path=Path("dist", file).absolute(),
        tag="py3-none-any",
        size=1234,
        sha256="ab" * 32,
        seconds=0.5,
        cached=False,
        left_out=left_out,
    )


def test_one_per_file() -> None:
    other = LeftOut(module="hello._fast", identifier="cp313-macosx_arm64", why="it failed to compile")
    merged = one_per_file([result(LEFT_OUT), result(other), result(file="other-1-py3-none-any.whl")])
    assert [one.left_out for one in merged] == [(LEFT_OUT, other), ()]


def lines(wheels: list[WheelResult]) -> Iterator[str]:
    return (line.plain for line in left_out_lines(wheels))


def test_what_is_shown() -> None:
    assert wheel_line(result(LEFT_OUT, LEFT_OUT)).plain.endswith("  without hello._fast")
    shown = list(lines([result(LEFT_OUT), result(replace_identifier("cp313-macosx_arm64"))]))
    assert shown[:3] == [
        "! hello._fast is left out: it failed to compile  (cp313-win_amd64, cp313-macosx_arm64)",
        "a.c:1",
        "  the package uses its Python version of it instead, which is slower",
    ]
    assert shown[3].startswith("tip: for the compiled one, correct what the compiler says")
    assert len(shown) == 4
    assert list(lines([result()])) == []


def replace_identifier(identifier: str) -> LeftOut:
    return LeftOut(module=LEFT_OUT.module, identifier=identifier, why=LEFT_OUT.why, detail=LEFT_OUT.detail)

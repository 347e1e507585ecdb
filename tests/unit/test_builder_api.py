from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import pyz3.wheel
from pyz3.errors import ConfigError, NothingSelectedError
from pyz3.events import WheelBuilt
from pyz3.plan import Recipe
from pyz3.targets import PythonVersion
from pyz3.wheel import BuildConfig, Platform, WheelBuilder, build_wheel

if TYPE_CHECKING:
    from pyz3.events import Event

PURE = '[project]\nname = "hello"\nversion = "1.0"\n'
C = '[[tool.pyz3.extensions]]\nname = "hello._speed"\nsources = ["*.c"]\n'
WHEEL = "hello-1.0-py3-none-any.whl"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "hello").mkdir(parents=True)
    (root / "hello" / "__init__.py").write_text("x = 1\n")
    (root / "pyproject.toml").write_text(PURE)
    return root


@pytest.fixture
def c_project(project: Path) -> Path:
    (project / "pyproject.toml").write_text(PURE + C)
    (project / "a.c").touch()
    return project


def test_the_public_names() -> None:
    assert set(pyz3.wheel.__all__) >= {"BuildConfig", "Platform", "WheelBuilder", "build_wheel"}
    assert all(hasattr(pyz3.wheel, name) for name in pyz3.wheel.__all__)


def test_build_config_keeps_names_and_order() -> None:
    config = BuildConfig(Platform.LINUX_X86_64)
    assert (config.optimize, config.python_version, config.output_dir) == ("ReleaseFast", None, Path("dist"))
    other = BuildConfig(Platform.LINUX_X86_64, "Debug", "3.13t", Path("x"))
    assert other == BuildConfig(
        target_platform=Platform.LINUX_X86_64, optimize="Debug", python_version="3.13t", output_dir=Path("x")
    )


def test_making_a_builder_does_nothing(tmp_path: Path) -> None:
    WheelBuilder(tmp_path / "not there")
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_without_binaries(project: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    builder = WheelBuilder(project, environ={}, listener=events.append)
    path = builder.build(BuildConfig(Platform.WINDOWS_X64, output_dir=tmp_path / "out"))
    assert path == tmp_path / "out" / WHEEL
    (event,) = events
    assert isinstance(event, WheelBuilt)
    assert (event.result.path, event.result.tag, event.result.identifier) == (path, *["py3-none-any"] * 2)
    assert event.result.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert event.result.size == path.stat().st_size
    assert event.result.reports == ()


def test_every_way_gives_the_same_wheel(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = WheelBuilder(project, environ={})
    monkeypatch.chdir(project)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    paths = [
        builder.build(BuildConfig(Platform.MACOS_ARM64, output_dir=tmp_path / "a")),
        *builder.build_all_platforms(output_dir=tmp_path / "b"),
        *(result.path for result in builder.build_matrix(platforms=["*"], output_dir=str(tmp_path / "c"))),
        build_wheel(output_dir=tmp_path / "d"),
        build_wheel("linux-x86_64", "Debug", str(tmp_path / "e")),
        build_wheel(platform=Platform.WINDOWS_X64, output_dir=tmp_path / "f"),
    ]
    assert paths == [tmp_path / letter / WHEEL for letter in "abcdef"]
    assert len({path.read_bytes() for path in paths}) == 1


def test_the_output_folder_is_relative_to_the_current_one(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (path,) = WheelBuilder(project, environ={}).build_all_platforms()
    assert path == tmp_path / "dist" / WHEEL
    assert not (project / "dist").exists()


def test_nothing_else_in_the_output_folder_is_touched(project: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "hello-0.9-py3-none-any.whl").write_text("old")
    WheelBuilder(project, environ={}).build_all_platforms(output_dir=tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["hello-0.9-py3-none-any.whl", WHEEL]
    assert (tmp_path / "out" / "hello-0.9-py3-none-any.whl").read_text() == "old"


@pytest.mark.parametrize(
    ("environ", "date"),
    [
        ({"SOURCE_DATE_EPOCH": "1700000000"}, (2023, 11, 14, 22, 13, 20)),
        ({"SOURCE_DATE_EPOCH": "0"}, (1980, 1, 1, 0, 0, 0)),
    ],
)
def test_date_of_the_files(
    environ: dict[str, str], date: tuple[int, ...], project: Path, tmp_path: Path
) -> None:
    (path,) = WheelBuilder(project, environ=environ).build_all_platforms(output_dir=tmp_path)
    with ZipFile(path) as archive:
        assert {info.date_time for info in archive.infolist()} == {date}


def test_without_a_date_it_is_always_the_same(project: Path, tmp_path: Path) -> None:
    contents = set()
    for number, environ in enumerate(({}, {"SOURCE_DATE_EPOCH": ""})):
        (path,) = WheelBuilder(project, environ=environ).build_all_platforms(
            output_dir=tmp_path / str(number)
        )
        contents.add(path.read_bytes())
    assert len(contents) == 1


def test_a_date_that_is_no_number(project: Path, tmp_path: Path) -> None:
    builder = WheelBuilder(project, environ={"SOURCE_DATE_EPOCH": "today"})
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH: 'today' is no number of seconds"):
        builder.build_all_platforms(output_dir=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_mode(project: Path, tmp_path: Path) -> None:
    message = "optimize: 'fast' is not one of Debug, ReleaseSafe, ReleaseFast, ReleaseSmall"
    with pytest.raises(ConfigError, match=message):
        WheelBuilder(project, environ={}).build(BuildConfig(Platform.LINUX_X86_64, "fast", None, tmp_path))


def test_unknown_platform_by_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    with pytest.raises(ConfigError, match="platform: 'plan9' is no platform"):
        build_wheel("plan9")


def test_one_wheel_without_binaries_whatever_is_asked_for(project: Path) -> None:
    build = WheelBuilder(project, environ={}).open()
    selection = build.select(platforms=["*"], pythons=["all"])
    assert len(selection.targets) == 1
    assert [one.identifier for one in build.plan(selection)] == ["py3-none-any"]


def test_selection_of_a_project_with_an_extension(c_project: Path, headers: Path) -> None:
    builder = WheelBuilder(c_project, python_headers=[headers], environ={})
    selection = builder.open().select(pythons=["3.12"])
    assert [target.platform for target in selection.targets] == [p for p in Platform if p.spec.default]
    assert {target.python for target in selection.targets} == {PythonVersion(3, 12)}
    (c_project / "pyproject.toml").write_text(
        PURE + '[tool.pyz3]\nplatforms = ["macos-arm64", "linux-x*"]\n' + C
    )
    selection = builder.open().select(pythons=["3.12"])
    assert [str(target) for target in selection.targets] == ["cp312-manylinux_x86_64", "cp312-macosx_arm64"]
    assert [str(t) for t in builder.open().select(platforms=["windows-x64"], pythons=["3.12"]).targets] == [
        "cp312-win_amd64"
    ]


def test_platforms_that_the_project_lists_wrongly(c_project: Path) -> None:
    (c_project / "pyproject.toml").write_text(PURE + '[tool.pyz3]\nplatforms = ["plan9"]\n' + C)
    with pytest.raises(
        ConfigError, match=r"^pyproject\.toml: tool\.pyz3\.platforms: 'plan9' is no platform$"
    ):
        WheelBuilder(c_project, environ={}).open().select()


def test_nothing_is_left(c_project: Path, headers: Path) -> None:
    (c_project / "pyproject.toml").write_text(PURE + 'requires-python = ">=3.13"\n' + C)
    with pytest.raises(NothingSelectedError):
        WheelBuilder(c_project, python_headers=[headers], environ={}).open().select(pythons=["3.12"])


def test_the_oldest_macos_comes_from_the_environment(c_project: Path, headers: Path) -> None:
    def floors(environ: dict[str, str]) -> list[str]:
        build = WheelBuilder(c_project, python_headers=[headers], environ=environ).open()
        selection = build.select(platforms=["macos-x86_64", "macos-arm64"], pythons=["3.12"])
        return [one.floor for one in build.plan(selection) if isinstance(one, Recipe)]

    assert floors({}) == floors({"MACOSX_DEPLOYMENT_TARGET": ""}) == ["10.13", "11.0"]
    assert floors({"MACOSX_DEPLOYMENT_TARGET": "12.0"}) == ["12.0", "12.0"]
    with pytest.raises(ConfigError, match=r"^MACOSX_DEPLOYMENT_TARGET: 'new' is no version"):
        floors({"MACOSX_DEPLOYMENT_TARGET": "new"})

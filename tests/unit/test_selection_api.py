from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.errors import ConfigError, NothingSelectedError
from pyz3.plan import Recipe
from pyz3.targets import Platform, PythonVersion
from pyz3.wheel import BuildConfig, WheelBuilder, build_wheel

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = PythonVersion.current()
PROJECT = """\
[project]
name = "hello"
version = "1.0"

[tool.pyz3]
build = "cp39-*"
skip = "*"

[[tool.pyz3.extensions]]
name = "hello._speed"
sources = ["a.c"]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    headers = tmp_path / "include"
    headers.mkdir()
    (headers / "Python.h").touch()
    (headers / "patchlevel.h").write_text(f'#define PY_VERSION "{PYTHON.base}.0"\n')
    monkeypatch.setenv("PYZ3_PYTHON_HEADERS", str(headers))
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "a.c").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_variables_of_the_command_line_do_not_steer_the_interface(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PLATFORM", "win32"), ("PYTHON", "3.99"), ("BUILD", "x"), ("SKIP", "*")):
        monkeypatch.setenv(f"PYZ3_{name}", value)
    selection = (
        WheelBuilder(project)
        .open()
        .select(platforms=["win_amd64"], pythons=[str(PYTHON)], build="*", skip=())
    )
    assert [str(target) for target in selection.targets] == [f"{PYTHON.abi}-win_amd64"]


def test_the_plan_gets_the_glibc_that_was_selected(project: Path) -> None:
    build = WheelBuilder(project).open()
    selection = build.select(
        platforms=["manylinux_2_28_aarch64"], pythons=[str(PYTHON)], build=["*"], skip=""
    )
    (job,) = build.plan(selection)
    assert isinstance(job, Recipe)
    assert (job.zig_targets, job.wheel_platform) == (
        ("aarch64-linux-gnu.2.28",),
        "manylinux_2_28_aarch64",
    )


def test_a_matrix_by_patterns_may_come_out_empty(project: Path) -> None:
    with pytest.raises(NothingSelectedError) as caught:
        WheelBuilder(project).build_matrix(build="cp38-*", skip="*-win32")
    assert caught.value.message == "nothing is selected (cp38-*: --build matches no identifier)"
    with pytest.raises(NothingSelectedError, match=r"tool\.pyz3\.skip '\*'\)$"):
        WheelBuilder(project).build_all_platforms()


def test_one_wheel_is_one_platform(project: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        build_wheel("windows")
    identifiers = ", ".join(f"{PYTHON.abi}-{name}" for name in ("win_amd64", "win_arm64", "win32"))
    assert caught.value.message == f"'windows' with Python {PYTHON} are several wheels: {identifiers}"
    assert caught.value.tip == "name one platform; pyz3 wheel builds several at once"
    with pytest.raises(ConfigError, match=r"^platform: 'plan9' is no platform$"):
        build_wheel("plan9")
    with pytest.raises(ConfigError, match=r"^python: '2\.7' is not a Python version"):
        WheelBuilder(project).build(BuildConfig(Platform.WINDOWS_X64, python_version="2.7"))

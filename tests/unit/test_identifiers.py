"""What users of cibuildwheel ask for by name is there under the same name."""

from __future__ import annotations

from pathlib import Path

from pyz3.builder.choice import Choice, choose
from pyz3.config import Extension, Project, Settings, ToolTable
from pyz3.targets import SUPPORTED, Platform

THEIRS = tuple(
    line
    for line in (Path(__file__).parent / "cibuildwheel_identifiers.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)
# The platforms that their 85 are for.
PLATFORMS = (
    *(platform for platform in Platform if platform.spec.default),
    Platform.MACOS_UNIVERSAL2,
    Platform.PYODIDE,
)
PROJECT = Project(
    root=Path("project"),
    tool=ToolTable(),
    extensions=(Extension(name="m", common=Settings(sources=("a.c",)), families={}),),
)


def selected(*platforms: str) -> list[str]:
    request = Choice(platforms=platforms, pythons=("all",))
    chosen = choose(PROJECT, request, headers=lambda: [python.base for python in SUPPORTED])
    return [target.identifier for target in chosen.targets]


def test_their_85_and_313t() -> None:
    assert len(THEIRS) == len(set(THEIRS)) == 85
    mine = selected(*map(str, PLATFORMS))
    added = [f"cp313t-{platform.spec.identifier}" for platform in PLATFORMS[:-1]]
    assert len(added) == 9
    assert sorted(mine) == sorted((*THEIRS, *added))


def test_everything() -> None:
    everything = selected("*")
    assert set(everything) >= set(THEIRS)
    # Ten Pythons on 21 platforms; four Pyodides.
    assert len(everything) == len(set(everything)) == 214


def test_each_of_theirs_can_be_the_only_one() -> None:
    for identifier in THEIRS:
        chosen = choose(
            PROJECT, Choice(only=identifier), headers=lambda: [python.base for python in SUPPORTED]
        )
        assert [target.identifier for target in chosen.targets] == [identifier]

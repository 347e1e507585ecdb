"""Lists of what CMake and Meson have read → the lines of a project that ask whether it is cross-compiled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pyz3.hooks.cross_questions import asked_for_cross
from pyz3.hooks.requests import Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LISTS = """\
project(x)
# CMAKE_CROSSCOMPILING
set(A ${CMAKE_CROSSCOMPILING_EMULATOR})  # CMAKE_CROSSCOMPILING
if(NOT CMAKE_CROSSCOMPILING)
endif()
if (A OR
    ${CMAKE_CROSSCOMPILING})
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(folder=tmp_path / "a b", inside="python")


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def by_make(*files: object) -> dict[str, str]:
    listed = "".join(f'  "{file}"\n' for file in ("CMakeCache.txt", *files))
    text = f"# CMAKE generated file\nset(CMAKE_MAKEFILE_DEPENDS\n{listed}  )\n"
    return {"CMakeCache.txt": "", "CMakeFiles/Makefile.cmake": text}


def by_ninja(*files: object, name: str = "build.ninja") -> dict[str, str]:
    words = " ".join(str(file).replace("$", "$$").replace(" ", "$ ") for file in files)
    text = f"build all: phony x\n\nbuild build.ninja a$ b.cmake: RERUN_CMAKE | {words}\n  pool = console\n"
    return {"CMakeCache.txt": "", name: text}


@pytest.mark.parametrize("generator", ["make", "ninja", "multi"])
def test_what_cmake_has_read(place: Place, generator: str) -> None:
    write(place.source, {"CMakeLists.txt": LISTS, "own/x.cmake": LISTS, "other/CMakeLists.txt": LISTS})
    write(place.copy, {"c$ore/CMakeLists.txt": "if(CMAKE_CROSSCOMPILING)"})
    write(place.work / "temp" / "b", {"CMakeFiles/3.25/CMakeSystem.cmake": LISTS, "gone.cmake": LISTS})
    read = (
        place.source / "CMakeLists.txt",
        place.source / "own" / "x.cmake",
        place.copy / "c$ore" / "CMakeLists.txt",
        place.source / "lost.cmake",
        "CMakeFiles/3.25/CMakeSystem.cmake",
        place.folder / "environment" / "CMakeLists.txt",
    )
    write(place.folder / "environment", {"CMakeLists.txt": LISTS})
    made = {
        "make": by_make(*read),
        "ninja": by_ninja(*read),
        "multi": by_ninja(*read, name="CMakeFiles/common.ninja"),
    }
    write(place.work / "temp" / "b", made[generator])
    assert asked_for_cross(place) == (
        *("CMakeLists.txt:4", "CMakeLists.txt:7", "own/x.cmake:4", "own/x.cmake:7"),
        "../c$ore/CMakeLists.txt:1",
    )


def test_cmake_that_builds_in_the_project(place: Place) -> None:
    made = {"CMakeFiles/3.25/CMakeSystem.cmake": LISTS, "build/made.cmake": LISTS}
    write(place.source, {"CMakeLists.txt": LISTS, **made})
    write(place.source / "build", by_make(place.source / "CMakeLists.txt", "made.cmake"))
    assert asked_for_cross(place) == ("CMakeLists.txt:4", "CMakeLists.txt:7")
    write(place.source, by_make("CMakeLists.txt", "CMakeFiles/3.25/CMakeSystem.cmake"))
    assert asked_for_cross(place) == ("CMakeLists.txt:4", "CMakeLists.txt:7")


def test_what_meson_has_read(place: Place) -> None:
    asks = "project('x')\n# meson.is_cross_build()\nif not meson.is_cross_build()\nendif\n"
    write(place.source, {"meson.build": asks, "sub/meson.build": "a = meson . is_cross_build ()\n"})
    write(place.source, {"subprojects/unused/meson.build": asks})
    read = [str(place.source / name) for name in ("meson.build", "sub/meson.build")]
    write(place.work / "build", {"meson-info/intro-buildsystem_files.json": json.dumps(read)})
    assert asked_for_cross(place) == ("meson.build:3", "sub/meson.build:1")


def test_nothing_that_nobody_has_read(place: Place) -> None:
    write(place.source, {"CMakeLists.txt": LISTS, "meson.build": "meson.is_cross_build()"})
    assert asked_for_cross(place) == ()
    write(place.work / "b", {"CMakeCache.txt": ""})
    assert asked_for_cross(place) == ()

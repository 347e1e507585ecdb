"""CMake's command lines for Visual Studio → what Ninja's and make's generators take, and what is told."""

from __future__ import annotations

import shlex

import pytest

from pyz3.guests.hook.cmake import _start_of, translated, without_foreign

LEFT_OUT = " is left out: what CMake writes here is for Ninja or make"
ADDED = (
    "cmake: -DCMAKE_BUILD_TYPE=Release is added: Ninja and make are told the kind of build when CMake "
    "configures it, Visual Studio when it is built"
)
RELEASE = "-DCMAKE_BUILD_TYPE=Release"


@pytest.mark.parametrize(
    ("given", "kept", "lost"),
    [
        ("-A x64 -S . -B b", "-S . -B b", ["-A x64"]),
        ("-S . -A=x64 -B b", "-S . -B b", ["-A=x64"]),
        ("src -Ax64 -T host=x64 -Tv143", "src", ["-Ax64", "-T host=x64", "-Tv143"]),
        ("-G 'Visual Studio 17 2022' .", ".", ["-G Visual Studio 17 2022"]),
        ("'-GVisual Studio 16 2019 Win64' .", ".", ["-GVisual Studio 16 2019 Win64"]),
        ("-G Xcode .", ".", ["-G Xcode"]),
        ("-G Ninja -A ARM64 .", "-G Ninja .", ["-A ARM64"]),
        ("-DCMAKE_GENERATOR_PLATFORM=x64 -DA=-A .", "-DA=-A .", ["-DCMAKE_GENERATOR_PLATFORM=x64"]),
        ("-D CMAKE_GENERATOR_TOOLSET:STRING=v143 .", ".", ["-D CMAKE_GENERATOR_TOOLSET:STRING=v143"]),
        ("'-DCMAKE_GENERATOR=Visual Studio 17 2022' .", ".", ["-DCMAKE_GENERATOR=Visual Studio 17 2022"]),
    ],
)
def test_what_visual_studio_alone_takes(given: str, kept: str, lost: list[str]) -> None:
    told = [f"cmake: {one}{LEFT_OUT}" for one in lost]
    # Visual Studio is told the kind of build later: nobody else is.
    assert translated(shlex.split(given), {}) == ([RELEASE, *shlex.split(kept)], [*told, ADDED])
    for typed in ("-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_BUILD_TYPE:STRING=MinSizeRel"):
        assert translated([*shlex.split(given), typed], {}) == ([*shlex.split(kept), typed], told)
    assert translated(shlex.split(given), {"CMAKE_BUILD_TYPE": "Debug"}) == (shlex.split(kept), told)


def test_a_generator_that_is_told_the_kind_of_build_later() -> None:
    words = ["-G", "Ninja Multi-Config", "-A", "x64", "."]
    assert translated(words, {}) == ([*words[:2], "."], [f"cmake: -A x64{LEFT_OUT}"])


@pytest.mark.parametrize(
    "words",
    [
        "",
        "--version",
        "-S . -B b -G Ninja -DCMAKE_GENERATOR=Ninja",
        "-G 'Unix Makefiles' -DX=Visual -C -A",
        "-E echo -A x64 -T v143",
        "--install b --config Release",
        "-DX=1 -P run.cmake -A x64",
        "--build b --config Release -j 2 -- -j2 m /main/m target",
    ],
)
def test_what_others_take_stays(words: str) -> None:
    assert translated(shlex.split(words), {"A": "b"}) == (shlex.split(words), [])


def test_options_of_msbuild() -> None:
    words = shlex.split("--build b --config Release -- /m /p:Platform=x64 -k /MAXCPUCOUNT:4 /nologo")
    told = [f"cmake: {one}{LEFT_OUT}" for one in ("/m", "/p:Platform=x64", "/MAXCPUCOUNT:4", "/nologo")]
    assert translated(words, {}) == (shlex.split("--build b --config Release -- -k"), told)


def test_environment_variables() -> None:
    foreign = {"CMAKE_GENERATOR": "Visual Studio 17 2022", "CMAKE_GENERATOR_PLATFORM": "x64"}
    assert without_foreign({**foreign, "PATH": "/bin"}) == {"PATH": "/bin"}
    ninja = {"CMAKE_GENERATOR": "Ninja", "CMAKE_BUILD_TYPE": "Release"}
    assert without_foreign(ninja) == ninja
    told = [f"cmake: {name}={value}{LEFT_OUT}" for name, value in foreign.items()]
    assert translated(["."], foreign) == ([RELEASE, "."], [*told, ADDED])


@pytest.mark.parametrize(
    ("args", "start"),
    [
        (["cmake", "."], 1),
        (("/usr/bin/cmake", "-A", "x64"), 1),
        ([b"/env/bin/CMake.EXE"], 1),
        (["cmake3", "."], 1),
        (["python3", "-m", "cmake", "."], 3),
        (["ccmake", "."], 0),
        (["python3", "cmake"], 0),
        ("cmake .", 0),
        ([], 0),
    ],
)
def test_what_starts_cmake(args: object, start: int) -> None:
    assert _start_of(args) == start

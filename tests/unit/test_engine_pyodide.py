"""Artifacts for Pyodide."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from planning import plan_of

from pyz3.capi.emscripten import ZIG_CPU, ZIG_ROOT, c_flags, cxx_flags, emscripten_abi_for, macros
from pyz3.config import Extension, Project, Settings, ToolTable
from pyz3.engine.artifacts import CApi, make_artifacts
from pyz3.engine.header_search import HeaderSearch
from pyz3.errors import ConfigError
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyz3.engine.plan_file import Artifact

ROOT = Path(os.path.abspath("project"))  # noqa: PTH100 - as the frontend does
ZIG_LIB = Path("/zig/lib")


def artifact(
    settings: Settings,
    python: str = "3.14",
    optimize: str = "ReleaseFast",
    is_file: Callable[[Path], bool] = lambda _: False,
) -> Artifact:
    extension = Extension(name="pkg._mod", common=settings, families={})
    project = Project(root=ROOT, tool=ToolTable(optimize=optimize), extensions=(extension,))
    plan = plan_of(project, [Target(platform=Platform.PYODIDE, python=PythonVersion.parse(python))])
    (made,) = make_artifacts(
        ROOT,
        plan,
        {python: CApi(include="/headers")},
        read=lambda _: "",
        is_file=is_file,
        exports=lambda *_: "/exports.map",
        runtime=lambda *_, **__: (),
        lean=lambda *_: None,
        zig_lib=ZIG_LIB,
        search=HeaderSearch(zig_lib=ZIG_LIB),
    )
    return made


@pytest.mark.parametrize("python", ["3.12", "3.13", "3.14", "3.15"])
@pytest.mark.parametrize("optimize", ["ReleaseSmall", "Debug"])
def test_sources_have_the_flags_of_their_pyodide_and_their_own_behind(python: str, optimize: str) -> None:
    made = artifact(Settings(sources=("a.c", "b.cpp"), cflags=("-O1",), cxxflags=("-O3",)), python, optimize)
    abi = emscripten_abi_for(PythonVersion.parse(python))
    c, cpp = made.c_sources
    own_c, own_cpp = c_flags(abi, ZIG_LIB, optimize), cxx_flags(abi, ZIG_LIB, optimize)  # type: ignore[arg-type]
    assert (c.flags[: len(own_c)], c.flags[-1]) == (own_c, "-O1")
    assert (cpp.flags[: len(own_cpp)], cpp.flags[-1]) == (own_cpp, "-O3")
    assert own_c != own_cpp
    assert made.emscripten is not None
    assert made.emscripten.define == macros(abi)
    assert all(f"-D{macro}" in c.flags for macro in made.emscripten.define)


def test_the_linker_is_told_which_function_is_seen() -> None:
    made = artifact(Settings(sources=("a.zig",)))
    assert (made.target, made.cpu, made.lto) == ("wasm32-emscripten", ZIG_CPU, "")
    assert (made.version_script, made.link_cpp, made.libraries) == (None, False, ())
    assert made.zig_sources == (str(ROOT / "a.zig"),)
    assert made.emscripten is not None
    assert made.emscripten.root == str(ZIG_ROOT)
    assert "--export-if-defined=PyInit__mod" in made.emscripten.link_flags


def test_parts_of_the_c_library_are_there_anyway() -> None:
    made = artifact(Settings(sources=("a.c",), libraries=("m", "pthread"), ldflags=("-ldl", "-lrt")))
    assert made.libraries == ()


def test_a_static_library_of_the_projects_is_linked() -> None:
    folder = str(ROOT / "lib")
    archive = Path(folder, "libssl.a")
    settings = Settings(sources=("a.c",), libraries=("ssl", "z", "stdc++"), library_dirs=("lib",))
    made = artifact(settings, is_file=lambda path: path == archive)
    assert (made.libraries, made.objects) == ((), (str(archive),))
    with pytest.raises(ConfigError, match=r"Pyodide has no ssl$"):
        artifact(settings)


def test_other_libraries_are_not() -> None:
    with pytest.raises(ConfigError) as caught:
        artifact(Settings(sources=("a.c",), libraries=("m", "ssl"), ldflags=("-lcurl",)))
    assert caught.value.message == ("pyproject.toml: libraries of pkg._mod: Pyodide has no ssl, curl")
    assert caught.value.tip == (
        "name them in the tables of the other platforms, or add the library's sources"
    )

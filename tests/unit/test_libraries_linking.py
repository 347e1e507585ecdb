"""Libraries of a project: what links what, in which order, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from planning import plan_of

from pyz3.config import FAMILIES, Extension, Library, Project, Settings, ToolTable
from pyz3.engine.artifacts import CApi, make_artifacts
from pyz3.engine.header_search import HeaderSearch
from pyz3.engine.ldflags import parse_ldflags
from pyz3.errors import ConfigError
from pyz3.frontends import load_project
from pyz3.linking import link, make_libraries, shared_file
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.engine.plan_file import Artifact
    from pyz3.plan import Recipe


def settings(*libraries: str, **more: tuple[str, ...]) -> Settings:
    return Settings(sources=("x.c",), libraries=libraries, **more)  # type: ignore[arg-type]


def static(name: str, *libraries: str, public: tuple[str, ...] = (), **more: tuple[str, ...]) -> Library:
    return Library(
        name=name, common=settings(*libraries, **more), families={}, static=True, public_include_dirs=public
    )


def shared(name: str, *libraries: str, exports: tuple[str, ...] = ()) -> Library:
    return Library(name=name, common=settings(*libraries), families={}, export_symbols=exports)


def extension(name: str, *libraries: str, **more: tuple[str, ...]) -> Extension:
    return Extension(name=name, common=settings(*libraries, **more), families={})


def project(root: Path, *components: Library | Extension) -> Project:
    return Project(
        root=root,
        tool=ToolTable(),
        extensions=tuple(c for c in components if isinstance(c, Extension)),
        libraries=tuple(c for c in components if isinstance(c, Library)),
    )


def test_users_stand_before_what_they_use_and_each_once(tmp_path: Path) -> None:
    module = extension("p._m", "a", "b", "m")
    made = link(
        project(tmp_path, static("c", "m", "z"), static("b", "c"), static("a", "c", "q"), module),
        module,
        "linux",
    )
    assert made.links == ("a", "b", "c")
    # The last place of a system's library counts, and the project's own are no system's.
    assert made.settings.libraries == ("q", "m", "z")


def test_the_order_of_the_configuration_is_kept(tmp_path: Path) -> None:
    libraries = [static("a"), static("b"), static("c")]
    for wanted in (("a", "b", "c"), ("c", "a", "b")):
        module = extension("p._m", *wanted)
        assert link(project(tmp_path, *libraries, module), module, "linux").links == wanted


def test_static_libraries_bring_what_they_need(tmp_path: Path) -> None:
    module = extension("p._m", "a", include_dirs=("own",))
    a = static("a", "b", public=("a/include",), include_dirs=("a/src",), ldflags=("-framework", "Security"))
    b = static("b", public=("b/include",), library_dirs=("lib",))
    made = link(project(tmp_path, a, b, module), module, "macos").settings
    assert made.include_dirs == ("own", "a/include", "b/include")
    assert made.library_dirs == ("lib",)
    assert made.ldflags == ("-framework", "Security")


def test_shared_libraries_keep_what_they_need_to_themselves(tmp_path: Path) -> None:
    module = extension("p._m", "p.core")
    made = link(project(tmp_path, static("a", "z"), shared("p.core", "a"), module), module, "linux")
    assert (made.links, made.settings.libraries) == (("p.core",), ())


@pytest.mark.parametrize(
    ("module", "library", "family", "rpaths"),
    [
        ("p._m", "p.core", "linux", ("$ORIGIN",)),
        ("p._m", "p.core", "macos", ("@loader_path",)),
        ("p._m", "p.core", "windows", ()),
        ("p.sub._m", "p.lib.core", "musllinux", ("$ORIGIN/../lib",)),
        ("_m", "p.core", "linux", ("$ORIGIN/p",)),
        ("p._m", "core", "macos", ("@loader_path/..",)),
    ],
)
def test_the_loader_is_told_where_it_lies(
    module: str, library: str, family: str, rpaths: tuple[str, ...], tmp_path: Path
) -> None:
    user = extension(module, library)
    assert link(project(tmp_path, shared(library), user), user, family).rpaths == rpaths


def test_file_names() -> None:
    assert [shared_file("p.lib.core", family) for family in FAMILIES] == [
        "p/lib/libcore.so",
        "p/lib/libcore.so",
        "p/lib/libcore.dylib",
        "p/lib/core.dll",
        "p/lib/libcore.so",
    ]
    assert shared_file("core", "windows") == "core.dll"


@pytest.mark.parametrize(
    ("libraries", "ring"),
    [
        ([static("a", "b"), static("b", "a")], "a → b → a"),
        ([static("a", "a")], "a → a"),
        ([shared("p.a", "p.b"), shared("p.b", "p.a")], "p.a → p.b → p.a"),
    ],
)
def test_a_ring_is_refused(libraries: list[Library], ring: str, tmp_path: Path) -> None:
    module = extension("p._m", libraries[0].name)
    with pytest.raises(ConfigError, match=f"need each other in a ring: {ring}$"):
        plan(project(tmp_path, *libraries, module), "linux-x86_64")


def test_a_slip_in_a_name_is_refused(tmp_path: Path) -> None:
    module = extension("p._m", "p.cor")
    with pytest.raises(
        ConfigError, match=r"libraries of p._m: 'p.cor' is no \[\[tool.pyz3.libraries\]\]"
    ) as e:
        link(project(tmp_path, shared("p.core"), module), module, "linux")
    assert e.value.tip == "did you mean 'p.core'?"


def test_no_sources_for_a_platform(tmp_path: Path) -> None:
    only = Library(name="a", common=Settings(), families={"windows": Settings(sources=("w.c",))}, static=True)
    module = extension("p._m", "a")
    assert link(project(tmp_path, only, module), module, "windows").links == ("a",)
    with pytest.raises(ConfigError, match=r"p._m needs a, which has no sources for linux"):
        link(project(tmp_path, only, module), module, "linux")


def test_unused_static_libraries_are_not_built(tmp_path: Path) -> None:
    made = make_libraries(project(tmp_path, static("a"), static("b"), shared("p.core", "b")), (), "linux")
    assert [(library.name, library.file) for library in made] == [("b", ""), ("p.core", "p/libcore.so")]


def plan(made: Project, *platforms: str, pythons: tuple[str, ...] = ("3.13",)) -> tuple[Recipe, ...]:
    return plan_of(
        made,
        [
            Target(platform=Platform(platform), python=PythonVersion.parse(python))
            for platform in platforms
            for python in pythons
        ],
    )


def test_libraries_alone_are_one_wheel_per_platform(tmp_path: Path) -> None:
    jobs = plan(project(tmp_path, shared("p.core")), "macos-x86_64", "windows-x64", pythons=("3.9", "3.13"))
    assert [(job.tag, job.wheel_platform, job.modules) for job in jobs] == [
        ("py3-none", "macosx_10_9_x86_64", ()),
        ("py3-none", "win_amd64", ()),
    ]


def artifacts(jobs: tuple[Recipe, ...], root: Path) -> tuple[Artifact, ...]:
    return make_artifacts(
        root,
        jobs,
        {job.python: CApi(include="/headers", import_library="/python.lib") for job in jobs},
        read=lambda path: path.read_text(encoding="utf-8"),
        is_file=lambda _: False,
        exports=lambda *symbols: "; ".join(symbols[0]) if symbols else "init",
        runtime=lambda *_, **__: (),
        lean=lambda *_: None,
        zig_lib=root,
        search=HeaderSearch(zig_lib=root),
    )


def test_artifacts_are_built_once_for_all_pythons(tmp_path: Path) -> None:
    made = project(
        tmp_path, static("a"), shared("p.core", "a", exports=("core_*",)), extension("p._m", "p.core")
    )
    jobs = plan(made, "linux-x86_64", pythons=("3.12", "3.13"))
    a, core, *modules = artifacts(jobs, tmp_path)
    target = "x86_64-linux-gnu.2.17"
    assert (a.key, a.kind, a.name, a.version_script) == (f"{target}/lib/a", "static", "a", None)
    assert (core.key, core.kind, core.name) == (f"{target}/lib/p/libcore.so", "shared", "core")
    assert (core.links, core.version_script) == ((a.key,), "core_*")
    assert (core.python_include, core.objects, a.python_include) == ("", (), "")
    assert not any("Py_" in flag or "/headers" in flag for flag in core.c_sources[0].flags)
    assert [module.links for module in modules] == [(core.key,), (core.key,)]
    assert [module.version_script for module in modules] == ["init", "init"]


def test_export_symbols_of_a_module(tmp_path: Path) -> None:
    module = Extension(name="p._m", common=settings(), families={}, export_symbols=("extra", "more_*"))
    (linux,) = artifacts(plan(project(tmp_path, module), "linux-x86_64"), tmp_path)
    assert linux.version_script == "PyInit_*; PyInitU_*; PyModExport_*; extra; more_*"
    (pyodide,) = artifacts(plan(project(tmp_path, module), "pyodide", pythons=("3.13",)), tmp_path)
    assert pyodide.emscripten is not None
    flags = pyodide.emscripten.link_flags
    assert "-fvisibility=default" in pyodide.c_sources[0].flags  # for the glob
    assert [f for f in flags if f.startswith("--export-if")] == [
        "--export-if-defined=PyInit__m",
        "--export-if-defined=extra",
    ]


def test_pyodide_finds_no_shared_library(tmp_path: Path) -> None:
    made = project(tmp_path, shared("p.core"), extension("p._m", "p.core"))
    with pytest.raises(ConfigError, match=r"libraries of p._m: Pyodide finds no shared ones: p.core"):
        artifacts(plan(made, "pyodide"), tmp_path)


HEAD = '[project]\nname = "p"\nversion = "1"\n[[tool.pyz3.libraries]]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "a.b"\nstatic = true\nsources = ["x.c"]', "name: 'a.b' is no name like zfoo"),
        (
            'name = "p.a-b"\nsources = ["x.c"]',
            "name: 'p.a-b' is no dotted name in the package, like hello.core",
        ),
        ('name = "p.pthread"\nsources = ["x.c"]', "'p.pthread' is what systems call a library of their own"),
        ('name = "p.core"', r"tool.pyz3.libraries\[0\] \(p.core\): no sources"),
        ('name = "p.core"\nsources = ["y.c"]', "'y.c' matches no file"),
        ('name = "p.core"\nsources = ["x.c"]\nexport-symbols = ["a b"]', "'a b' is no name of a C function"),
        ('name = "a"\nstatic = true\nsources = ["x.c"]\nexport-symbols = ["a"]', "exports nothing itself"),
        ('name = "a"\nstatic = true\nsources = ["x.c"]\npublic-include-dirs = ["no"]', "'no' is no folder"),
        ('name = "a"\nshared = true\nsources = ["x.c"]', "shared"),
        (
            'name = "a"\nsources = ["x.c"]\n[[tool.pyz3.libraries]]\nname = "a"\nsources = ["x.c"]',
            "is there twice",
        ),
    ],
)
def test_what_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.c").touch()
    (tmp_path / "pyproject.toml").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_project(tmp_path)


def test_build_zig_excludes_libraries(tmp_path: Path) -> None:
    (tmp_path / "x.c").touch()
    text = HEAD + 'name = "a"\nsources = ["x.c"]\n[tool.pyz3]\nbuild-zig = true\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"tool.pyz3.libraries and tool.pyz3.build-zig exclude each other"):
        load_project(tmp_path)


def test_threads_need_no_flag() -> None:
    assert parse_ldflags(("-pthread", "-lpthread"), module="m").libraries == []

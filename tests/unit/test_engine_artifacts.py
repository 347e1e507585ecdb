from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from planning import plan_of

from pyz3.capi import limited_api_macros
from pyz3.config import Extension, Project, Settings, ToolTable
from pyz3.driver.cpu import baseline
from pyz3.driver.link_flags import _LACKS
from pyz3.driver.sysroot import FOLDER
from pyz3.driver.target import DriverTarget
from pyz3.driver.zig_parts import ZigPart
from pyz3.engine.artifacts import CApi, artifact_key, make_artifacts, slice_key
from pyz3.engine.header_search import HeaderSearch
from pyz3.engine.plan_file import (
    PLAN_VERSION,
    Artifact,
    Emscripten,
    Lean,
    PlanFile,
    Source,
    SystemCxx,
    TargetParts,
)
from pyz3.engine.project_flags import left_out_flags, left_out_notes
from pyz3.errors import ConfigError
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pyz3.config import Optimize
    from pyz3.plan import Recipe

BUILD_ZIG = (Path(__file__).parents[2] / "build.zig").read_text(encoding="utf-8")
ROOT = Path(os.path.abspath("project"))  # noqa: PTH100 - as the frontend does
CAPI = CApi(include="/headers")
ZIG_LIB = Path("/zig/lib")
# No frame pointers and no PLT, and functions may choose their own processor: before the project's flags.
CHOICE = ("-fomit-frame-pointer", "-fno-plt", *baseline(DriverTarget("x86_64-linux-gnu"), ()))


def under(path: str) -> str:
    return str(ROOT / path)


def jobs(
    *extensions: Extension, platform: str = "linux-x86_64", pythons: tuple[str, ...] = ("3.13",)
) -> tuple[Recipe, ...]:
    project = Project(root=ROOT, tool=ToolTable(), extensions=extensions)
    return plan_of(
        project,
        [Target(platform=Platform(platform), python=PythonVersion.parse(python)) for python in pythons],
    )


def lean_with(libraries: tuple[str, ...]) -> Lean:
    return Lean(
        link_flags=(),
        startup_flags=(),
        libraries=libraries,
        compiler_rt="",
        compiler_rt_bitcode_args=(),
        compiler_rt_args=(),
        startup_sections=(),
    )


def refuse(path: Path) -> str:
    raise AssertionError(path)


def make(
    recipes: Sequence[Recipe],
    capi: Mapping[str, CApi] | None = None,
    *,
    read: Callable[[Path], str] = refuse,
    files: Collection[str] = (),
) -> tuple[Artifact, ...]:
    return make_artifacts(
        ROOT,
        recipes,
        capi or {recipe.python: CAPI for recipe in recipes},
        read=read,
        is_file=lambda path: str(path) in files,
        exports=lambda *_: "/exports.map",
        runtime=lambda *_, system_cxx=False, **__: ("libc++.tbd",) if system_cxx else (),
        lean=lambda target, libraries: lean_with(libraries) if "windows" in target else None,
        zig_lib=ZIG_LIB,
        search=HeaderSearch(zig_lib=ZIG_LIB),
    )


def artifact(
    settings: Settings,
    *,
    platform: str = "linux-x86_64",
    python: str = "3.13",
    capi: CApi = CAPI,
    zig: dict[str, str] | None = None,
    files: Collection[str] = (),
) -> Artifact:
    extension = Extension(name="pkg._mod", common=settings, families={})
    texts = {under(name): text for name, text in (zig or {}).items()}
    (made,) = make(
        jobs(extension, platform=platform, pythons=(python,)),
        {python: capi},
        read=(lambda path: texts[str(path)]) if texts else refuse,
        files={under(name) for name in files},
    )
    return made


@pytest.mark.parametrize(
    ("extension", "files", "lean"),
    [
        (Settings(sources=("a.c",)), (), True),
        (Settings(sources=("a.c",), libraries=("ws2_32", "psapi")), (), True),
        (Settings(sources=("a.cpp",)), (), True),
        # A library of the project's own may be anything.
        (Settings(sources=("a.c",), libraries=("mine",), library_dirs=("lib",)), ("lib/mine.lib",), False),
        (Settings(sources=("a.c",), libraries=("mine",), library_dirs=("lib",)), ("lib/libmine.a",), False),
        (Settings(sources=("a.c",), libraries=("ws2_32",), library_dirs=("lib",)), ("lib/mine.lib",), True),
    ],
)
def test_what_may_be_linked_without_the_runtime(
    extension: Settings, files: tuple[str, ...], *, lean: bool
) -> None:
    made = artifact(extension, platform="windows-x64", files=files)
    assert (made.lean is not None) is lean
    assert made.in_parts is lean
    if made.lean is not None:
        assert made.lean.libraries == extension.libraries


@pytest.mark.parametrize(
    ("settings", "platform", "in_parts"),
    [
        (Settings(sources=("a.cpp", "b.c")), "linux-x86_64", True),
        (Settings(sources=("a.cpp",)), "musllinux-aarch64", True),
        # Zig's runtime for C is small there.
        (Settings(sources=("a.c",)), "linux-x86_64", False),
        (Settings(sources=("a.c",)), "windows-x64", True),
        # macOS has a library of its own.
        (Settings(sources=("a.cpp",)), "macos-arm64", False),
        # Zig's sources are compiled with the link.
        (Settings(sources=("a.cpp", "b.zig")), "linux-x86_64", False),
        (Settings(sources=("a.c", "b.zig")), "windows-x64", False),
    ],
)
def test_what_may_be_linked_with_parts_of_zig_s_own_libraries(
    settings: Settings, platform: str, *, in_parts: bool
) -> None:
    made = artifact(settings, platform=platform, zig={"b.zig": ""})
    assert made.in_parts is in_parts
    if in_parts and "linux" in platform:  # libc++ is not named in the link: its headers would not be, either
        assert made.c_sources == ()


@pytest.mark.parametrize("change", [{"optimize": "Debug"}, {"cpu": "x86_64_v3"}, {"lto": "thin"}])
def test_parts_are_for_the_oldest_processor_and_for_speed(change: dict[str, str]) -> None:
    extension = Extension(name="pkg._mod", common=Settings(sources=("a.cpp",)), families={})
    recipes = jobs(extension, platform="linux-x86_64", pythons=("3.13",))
    changed = [msgspec.structs.replace(recipe, **change) for recipe in recipes]
    assert [made.in_parts for made in make(recipes, {"3.13": CAPI})] == [True]
    assert [made.in_parts for made in make(changed, {"3.13": CAPI})] == [False]


@pytest.mark.parametrize(
    ("settings", "platform", "system"),
    [
        (Settings(sources=("a.cpp", "b.c")), "macos-arm64", True),
        (Settings(sources=("a.c",)), "macos-arm64", False),
        (Settings(sources=("a.cpp",)), "linux-x86_64", False),
        (Settings(sources=("a.cpp",)), "windows-x64", False),
        # Zig's sources are compiled with the link.
        (Settings(sources=("a.cpp", "b.zig")), "macos-arm64", False),
    ],
)
def test_what_may_be_linked_with_the_system_s_cxx_library(
    settings: Settings, platform: str, *, system: bool
) -> None:
    made = artifact(settings, platform=platform, zig={"b.zig": ""})
    if not system:
        assert made.system_cxx is None
        return
    assert made.system_cxx == SystemCxx(runtime=("libc++.tbd",), group=f"{made.target}/cp313")
    # The headers are zig's: sources are compiled apart from the link.
    assert made.c_sources == ()
    assert [Path(source.path).name for source in made.sources] == ["a.cpp", "b.c"]


def zig_struct(name: str) -> list[str]:
    """The fields of a struct in build.zig, without its comments."""
    (body,) = re.findall(rf"^const {name} = struct \{{(.*?)\}};", BUILD_ZIG, re.DOTALL | re.MULTILINE)
    code = re.sub(r"//.*", "", body)
    return [field.split(":")[0].strip() for field in code.split(",") if field.strip()]


@pytest.mark.parametrize(
    ("name", "struct"),
    [
        ("Artifact", Artifact),
        ("Source", Source),
        ("Emscripten", Emscripten),
        ("Lean", Lean),
        ("SystemCxx", SystemCxx),
        ("ZigPart", ZigPart),
        ("TargetParts", TargetParts),
        ("Plan", PlanFile),
    ],
)
def test_build_script_reads_the_fields_that_are_written(name: str, struct: Any) -> None:
    written = struct.__annotations__ if name == "ZigPart" else struct.__struct_encode_fields__
    assert zig_struct(name) == list(written)


def test_build_script_and_writer_agree_on_the_version() -> None:
    assert re.findall(r"plan\.version != (\d+)", BUILD_ZIG) == [str(PLAN_VERSION)]


def test_an_artifact_of_c() -> None:
    settings = Settings(
        sources=("src/a.c", "src/b.S"),
        include_dirs=("include", "/opt/include", "."),
        library_dirs=("lib",),
        define={"N": 3, "ZERO": 0, "ON": True, "OFF": False, "TEXT": '"a b"'},
        cflags=("-O1",),
        cxxflags=("-std=c++20",),
        ldflags=("-lz", "-Ldeps", "-Wl,-rpath,$ORIGIN", "-framework", "F"),
        libraries=("m",),
    )
    flags = (
        "-O3",
        "-isystem",
        "/headers",
        "-fwrapv",
        "-Wno-date-time",
        "-ffile-prefix-map=/headers=python",
        f"-ffile-prefix-map={ROOT}=.",
        *("-DN=3", "-DZERO=0", "-DON=1", '-DTEXT="a b"'),
        *CHOICE,
        "-O1",
    )
    wanted: dict[str, Any] = {
        "key": "x86_64-linux-gnu.2.17/cp313/pkg/_mod.cpython-313-x86_64-linux-gnu.so",
        "name": "pkg._mod.cpython-313-x86_64-linux-gnu",
        "target": "x86_64-linux-gnu.2.17",
        "c_sources": (Source(path=under("src/a.c"), flags=flags), Source(path=under("src/b.S"), flags=flags)),
        "zig_sources": (),
        "python_include": "/headers",
        "include_dirs": (under("include"), os.path.normpath("/opt/include"), str(ROOT)),
        "define": ("N=3", "ZERO=0", "ON=1", 'TEXT="a b"'),
        "library_dirs": (under("lib"), under("deps")),
        "libraries": ("m", "z"),
        "frameworks": ("F",),
        "rpaths": ("$ORIGIN",),
        "objects": (),
        "link_cpp": False,
        "version_script": "/exports.map",
    }
    made = artifact(settings)
    assert {field: getattr(made, field) for field in wanted} == wanted


def test_headers_of_ours_for_windows_are_behind_the_project_s_own() -> None:
    settings = Settings(sources=("a.c", "b.cpp"), cflags=("-Iown",), cxxflags=("-Iown",))
    (made,) = make(jobs(Extension(name="m", common=settings, families={}), platform="windows-x64"))
    wanted = (f"-I{under('own')}", f"-I{FOLDER}/windows")
    assert [source.flags[-2:] for source in made.sources] == [wanted] * 2
    assert f"-I{FOLDER}/windows" not in artifact(settings).sources[0].flags


@pytest.mark.parametrize("suffix", [".cc", ".cpp", ".cxx"])
def test_cpp_sources_have_their_own_flags(suffix: str) -> None:
    made = artifact(Settings(sources=("a.c", f"b{suffix}"), cflags=("-O1",), cxxflags=("-O2",)))
    assert [source.flags[-1] for source in made.sources] == ["-O1", "-O2"]
    assert [len(source.flags) - len(CHOICE) for source in made.sources] == [8, 10]
    assert made.sources[1].flags[-2 - len(CHOICE)] == f"-I{FOLDER}/libc++"
    assert made.link_cpp


@pytest.mark.parametrize(
    ("optimize", "platform", "level", "release"),
    [
        ("ReleaseFast", "linux-x86_64", ("-O3",), ("-fomit-frame-pointer", "-fno-plt")),
        ("ReleaseFast", "linux-aarch64", ("-O3",), ("-fomit-frame-pointer",)),
        ("ReleaseFast", "musllinux-x86_64", ("-O3",), ("-fomit-frame-pointer", "-fno-plt")),
        ("ReleaseFast", "macos-arm64", ("-O3",), ()),
        ("ReleaseFast", "windows-x64", ("-O2",), ("-fomit-frame-pointer", "-ffunction-sections")),
        ("ReleaseSafe", "linux-x86_64", (), ("-fomit-frame-pointer", "-fno-plt")),
        ("ReleaseSmall", "windows-x64", (), ("-fomit-frame-pointer", "-ffunction-sections")),
        ("Debug", "linux-x86_64", (), ()),
    ],
)
def test_what_is_compiled_for_speed(
    optimize: Optimize, platform: str, level: tuple[str, ...], release: tuple[str, ...]
) -> None:
    settings = Settings(sources=("a.c", "b.cpp"), cflags=("-O2",), cxxflags=("-fno-omit-frame-pointer",))
    recipes = jobs(Extension(name="m", common=settings, families={}), platform=platform)
    (made,) = make([msgspec.structs.replace(recipe, optimize=optimize) for recipe in recipes])
    ours = {"-fomit-frame-pointer", "-fno-plt", "-ffunction-sections"}
    for source, own in zip(made.sources, ("-O2", "-fno-omit-frame-pointer"), strict=True):
        *before, last = (flag for flag in source.flags if flag != f"-I{FOLDER}/windows")
        assert last == own  # which counts
        assert tuple(flag for flag in before if flag.startswith("-O")) == level
        assert tuple(flag for flag in before if flag in ours) == release


def test_free_threaded_pythons_have_their_macro() -> None:
    settings = Settings(sources=("a.c",), define={"A": 1})
    threaded = artifact(settings, python="3.14t")
    assert threaded.define == ("A=1", "Py_GIL_DISABLED=1")
    own = threaded.c_sources[0].flags[: -len(CHOICE)]
    assert own[-2:] == ("-DA=1", "-DPy_GIL_DISABLED=1")
    assert artifact(settings, python="3.14").define == ("A=1",)


def test_windows_links_the_import_library() -> None:
    made = artifact(
        Settings(sources=("a.c",)),
        platform="windows-x64",
        capi=CApi(include="/headers", import_library="/python313.lib"),
    )
    assert made.objects == ("/python313.lib",)
    assert (made.key, made.name) == (
        "x86_64-windows-gnu/cp313/pkg/_mod.cp313-win_amd64.pyd",
        "pkg._mod.cp313-win_amd64",
    )


def test_windows_libraries_are_called_as_their_files_are(tmp_path: Path) -> None:
    (tmp_path / "MyLib.lib").write_bytes(b"")
    settings = Settings(
        sources=("a.c",),
        libraries=("Ws2_32", "MYLIB"),
        library_dirs=(str(tmp_path),),
        ldflags=("-lAdvAPI32",),
    )
    made = artifact(settings, platform="windows-x64", capi=CApi(include="/headers", import_library="/x.lib"))
    assert made.libraries == ("ws2_32", "MyLib", "advapi32")
    assert artifact(settings).libraries == ("Ws2_32", "MYLIB", "AdvAPI32")


def test_the_projects_version_script_replaces_ours() -> None:
    made = artifact(Settings(sources=("a.c",), ldflags=("-Wl,--version-script=src/x.map",)))
    assert made.version_script == under("src/x.map")


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        ({"a.zig": ""}, ["a.zig"]),
        ({"a.zig": '@import("b.zig")', "b.zig": '@import("std")'}, ["a.zig"]),
        ({"b.zig": "", "a.zig": 'const b = @import("b.zig");'}, ["a.zig"]),
        ({"a.zig": "", "b.zig": ""}, ["a.zig", "b.zig"]),
        ({"s/a.zig": '@import("sub/b.zig")', "s/sub/b.zig": '@import("../c.zig")', "s/c.zig": ""}, ["s/a.zig"]),  # noqa: E501
        ({"s/a.zig": '@import("b.zig")', "b.zig": ""}, ["s/a.zig", "b.zig"]),
        ({"a.zig": '@import("b.zig")', "b.zig": '@import("a.zig")'}, ["a.zig"]),
    ],
)  # fmt: skip
def test_zig_files_that_no_other_one_imports_are_roots(files: dict[str, str], roots: list[str]) -> None:
    made = artifact(Settings(sources=tuple(files)), zig=files)
    assert made.zig_sources == tuple(under(root) for root in roots)
    assert (made.c_sources, made.link_cpp) == ((), False)


def test_a_mixed_module() -> None:
    made = artifact(Settings(sources=("a.zig", "b.cpp")), zig={"a.zig": ""})
    assert (made.zig_sources, [source.path for source in made.c_sources]) == (
        (under("a.zig"),),
        [under("b.cpp")],
    )
    assert made.link_cpp


def test_zig_files_are_read_once_for_all_pythons() -> None:
    read: list[Path] = []
    extension = Extension(name="m", common=Settings(sources=("a.zig",)), families={})

    def note(path: Path) -> str:
        read.append(path)
        return ""

    pythons = ("3.9", "3.13", "3.13t")
    capi = {python: CApi(include=f"/{python}") for python in pythons}
    made = make(jobs(extension, pythons=pythons), capi, read=note)
    assert read == [ROOT / "a.zig"]
    assert [(a.key.split("/")[1], a.python_include) for a in made] == [
        ("cp39", "/3.9"),
        ("cp313", "/3.13"),
        ("cp313t", "/3.13t"),
    ]


def test_keys_are_unique_within_a_platform() -> None:
    extensions = [
        Extension(name=n, common=Settings(sources=("a.c",)), families={}) for n in ("m", "p.m", "p.q.m")
    ]
    planned = jobs(*extensions, pythons=("3.9", "3.13", "3.13t"))
    made = make(planned)
    assert len({a.key for a in made}) == len(made) == 9
    assert [a.key for a in made] == [
        artifact_key(job, module, zig_target)
        for job in planned
        for module in job.modules
        for zig_target in job.zig_targets
    ]


def test_a_fused_file_is_an_artifact_per_slice() -> None:
    extension = Extension(name="m", common=Settings(sources=("a.c",)), families={})
    planned = jobs(extension, platform="macos-universal2")
    made = make(planned)
    assert [(a.key, a.target, slice_key(a.key)) for a in made] == [
        (f"{target}/cp313/m.cpython-313-darwin.so", target, target.partition(".")[0])
        for target in ("x86_64-macos.10.13", "aarch64-macos.11.0")
    ]


@pytest.mark.parametrize(
    ("platform", "name", "objects"),
    [("linux-x86_64", "p.m.abi3", ()), ("windows-x64", "p.m", ("/python3.lib",))],
)
def test_the_stable_abi_has_its_macro_name_and_library(
    platform: str, name: str, objects: tuple[str, ...]
) -> None:
    extension = Extension(name="p.m", common=Settings(sources=("a.c",)), families={}, abi3="3.10")
    windows = platform.startswith("windows")
    capi = CApi(
        include="/headers",
        import_library="/python313.lib" if windows else None,
        stable_libraries={"3.10": "/python3.lib"} if windows else {},
    )
    (made,) = make(jobs(extension, platform=platform), {"3.13": capi})
    macros = limited_api_macros("3.10", headers=PythonVersion(3, 13))
    assert macros[0] == "Py_LIMITED_API=0x030A0000"
    assert (made.name, made.objects, made.define) == (name, objects, macros)
    own = made.c_sources[0].flags[: made.c_sources[0].flags.index("-fomit-frame-pointer")]
    assert own[-len(macros) :] == tuple(f"-D{macro}" for macro in macros)


def test_a_linker_flag_that_is_not_understood_names_the_module() -> None:
    with pytest.raises(ConfigError, match=r"ldflags of pkg\._mod: '-Wl,-wrap,x' is not understood"):
        artifact(Settings(sources=("a.c",), ldflags=("-Wl,--wrap=x",)))


def test_flags_name_folders_and_headers_of_the_project() -> None:
    flags = ("-Iinc", "-I", "inc", "-isystemsys", "-iquote", "/q", "-include", "own.h", "-include", "stdio.h")
    made = artifact(Settings(sources=("a.c",), cflags=flags), files={"own.h"})
    assert made.c_sources[0].flags[-8:] == (
        *(f"-I{under('inc')}", "-I", under("inc"), f"-isystem{under('sys')}"),
        *("-iquote", os.path.normpath("/q"), f"--include={under('own.h')}", "--include=stdio.h"),
    )


def test_flags_that_zig_would_pass_over_are_translated_or_told() -> None:
    settings = Settings(
        sources=("a.c", "b.cpp"),
        cflags=("-mavx2", "-march=native", "-fopenmp", "-pipe", "-O3"),
        cxxflags=("-flto",),
        ldflags=("-lz", "-Wl,-z,defs"),
    )
    c_source, cpp_source = artifact(settings).sources
    avx2 = baseline(DriverTarget("x86_64-linux-gnu"), ("+avx2",))
    assert c_source.flags[-len(avx2) - 5 :] == (
        *avx2,
        "-Xclang",
        "-target-feature",
        "-Xclang",
        "+avx2",
        "-O3",
    )
    assert cpp_source.flags[-len(CHOICE) :] == CHOICE
    extension = Extension(name="pkg._mod", common=settings, families={})
    (recipe,) = jobs(extension)
    told = left_out_flags(recipe)
    assert [one.partition(": ")[0] for one in told] == ["-march=native", "-fopenmp", "-flto", "-Wl,-z,defs"]
    assert left_out_notes([told[1], told[1]]) == [
        "-fopenmp is left out: there is no OpenMP runtime: the code is serial"
    ]


def test_each_part_of_a_fused_wheel_has_flags_of_its_own_processor() -> None:
    settings = Settings(sources=("a.c",), cflags=("-mavx2",))
    recipes = jobs(Extension(name="m", common=settings, families={}), platform="macos-universal2")
    made = make(recipes)
    flags = {artifact.target.partition("-")[0]: artifact.c_sources[0].flags for artifact in made}
    assert flags["x86_64"][-1] == "+avx2"
    # Apple's clang refuses it there: so does zig's.
    assert flags["aarch64"][-1] == "-mavx2"
    assert "-target-feature" not in flags["aarch64"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            Settings(sources=("a.c",), cflags=("-fsanitize=address",)),
            "pyproject.toml: cflags of pkg._mod: -fsanitize=address: there is no runtime for it",
        ),
        (
            Settings(sources=("a.cc",), cxxflags=("-fsanitize=thread",)),
            "pyproject.toml: cxxflags of pkg._mod: -fsanitize=thread: there is no runtime for it",
        ),
        (
            Settings(sources=("a.c",), ldflags=("-Wl,--init,f",)),
            f"pyproject.toml: ldflags of pkg._mod: -Wl,--init,f: {_LACKS}",
        ),
    ],
)
def test_flags_that_code_needs_and_zig_has_not_are_errors(settings: Settings, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        artifact(settings)
    assert caught.value.message == message


def test_the_plan_file_is_json_that_reads_back() -> None:
    plan = PlanFile(artifacts=(artifact(Settings(sources=("a.c",))),))
    encoded = msgspec.json.encode(plan)
    assert msgspec.json.decode(encoded, type=PlanFile) == plan
    assert list(msgspec.json.decode(encoded)) == ["version", "artifacts", "zig_parts"]

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest
from planning import plan_of

from pyz3.config import (
    Backend,
    Extension,
    InheritTable,
    OverrideTable,
    Project,
    Settings,
    ToolTable,
    WheelOptions,
    read_tool_table,
)
from pyz3.errors import ConfigError
from pyz3.frontends import load_project
from pyz3.plan import Recipe, make_notes, make_orders, notes_on_tests
from pyz3.targets import Platform, PythonVersion, Target
from pyz3.targets.cpus import _table, check_cpu, has_cpu

EXTENSION = Extension(
    name="hello._speed",
    common=Settings(sources=("a.c",), define={"A": 1}, cflags=("-O1",)),
    families={"windows": Settings(define={"A": 2}, cflags=("-w",))},
)


def tool(*overrides: dict[str, Any], **keys: Any) -> ToolTable:
    return read_tool_table({"tool": {"pyz3": {**keys, "overrides": list(overrides)}}})


def project(*overrides: dict[str, Any], **keys: Any) -> Project:
    return Project(root=Path("project"), tool=tool(*overrides, **keys), extensions=(EXTENSION,))


def plan(of: Project, *targets: tuple[str, str], **keys: Any) -> dict[str, Recipe]:
    wanted = [Target(platform=Platform(p), python=PythonVersion.parse(v)) for p, v in targets]
    return {job.identifier: job for job in plan_of(of, wanted, **keys)}


ORIGIN = {key: key for key in ("optimize", "glibc", "macos", "cpu", "lto")}


def test_without_overrides() -> None:
    assert ToolTable().for_identifier("cp313-win_amd64") == WheelOptions(
        optimize="ReleaseFast", glibc=None, macos=None, cpu="", lto="", settings=Settings(), origin=ORIGIN
    )


def test_the_last_override_that_matches_wins_and_settings_add_up() -> None:
    table = tool(
        {
            "select": "*",
            "optimize": "ReleaseSmall",
            "define": {"A": 1, "B": 1},
            "cflags": ["-a"],
            "lto": True,
        },
        {"select": ["*-musllinux*", "cp39-*"], "cpu": "x86_64_v2", "define": {"B": 2}, "cflags": ["-b"]},
        {"select": "cp31{2,3}-*linux_x86_64 x", "cpu": "x86_64_v3", "glibc": "2.28", "lto": False},
        {"select": "cp313-*", "cpu": ""},
        optimize="Debug",
        cpu="x86_64_v4",
        lto="thin",
        glibc="2.17",
        macos="12.0",
    )
    assert table.for_identifier("cp312-musllinux_x86_64") == WheelOptions(
        optimize="ReleaseSmall",
        glibc="2.28",
        macos="12.0",
        cpu="x86_64_v3",
        lto="",
        settings=Settings(define={"A": 1, "B": 2}, cflags=("-a", "-b")),
        origin={
            **ORIGIN,
            "optimize": "overrides[0].optimize",
            **{key: f"overrides[2].{key}" for key in ("cpu", "glibc", "lto")},
        },
    )
    found = {i: table.for_identifier(i) for i in ("cp39-win32", "cp313-manylinux_x86_64", "cp311-win32")}
    assert [(o.cpu, o.lto, o.glibc, o.settings.cflags) for o in found.values()] == [
        ("x86_64_v2", "full", "2.17", ("-a", "-b")),
        ("", "", "2.28", ("-a",)),
        ("x86_64_v4", "full", "2.17", ("-a",)),
    ]


def test_an_override_has_every_key_of_an_extension_but_sources() -> None:
    fields = set(OverrideTable.__struct_fields__)
    hooks = set(InheritTable.__struct_fields__)
    assert fields == set(Settings.__struct_fields__) - {"sources"} | {*ORIGIN, "select", "inherit"} | hooks
    filled = {f: {"A": 1} if f == "define" else ("x",) for f in Settings.__struct_fields__ if f != "sources"}
    assert OverrideTable(select="*", **filled).settings == Settings(**filled)


@pytest.mark.parametrize(
    ("override", "message", "tip"),
    [
        ({}, "[0].select: missing", "add it: select = …"),
        ({"select": 3}, "[0].select: expected a string or an array, found an integer", None),
        ({"select": "*", "sources": ["a.c"]}, "[0].sources: unknown key", None),
        ({"select": "*", "optimise": "Debug"}, "[0].optimise: unknown key", "did you mean 'optimize'?"),
        ({"select": "*", "skip": "*"}, "[0].skip: unknown key", None),
        ({"select": "*", "lto": "fat"}, "[0].lto: 'fat' is not one of thin, full", None),
    ],
)
def test_mistakes(override: dict[str, Any], message: str, tip: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        tool(override)
    assert caught.value.message == f"pyproject.toml: tool.pyz3.overrides{message}"
    assert tip is None or caught.value.tip == tip


def test_the_plan_obeys_overrides() -> None:
    of = project(
        {"select": "*-musllinux*", "optimize": "ReleaseSmall", "define": {"A": 3}, "libraries": ["m"]},
        {"select": "cp313-manylinux*", "glibc": "2.28", "cpu": "x86_64_v3", "lto": "thin"},
        {"select": "*-macosx*", "macos": "13.0", "cflags": ["-m"]},
        lto=True,
    )
    jobs = plan(
        of,
        *(("linux-x86_64", v) for v in ("3.12", "3.13")),
        *(("musllinux-x86_64", "3.13"), ("macos-arm64", "3.13"), ("windows-x64", "3.13")),
    )
    assert {name: (j.optimize, j.floor, j.cpu, j.lto) for name, j in jobs.items()} == {
        "cp312-manylinux_x86_64": ("ReleaseFast", "2.17", "", "full"),
        "cp313-manylinux_x86_64": ("ReleaseFast", "2.28", "x86_64_v3", "thin"),
        "cp313-musllinux_x86_64": ("ReleaseSmall", "1.2", "", "full"),
        "cp313-macosx_arm64": ("ReleaseFast", "13.0", "", ""),
        "cp313-win_amd64": ("ReleaseFast", "", "", ""),
    }
    assert jobs["cp313-manylinux_x86_64"].zig_targets == ("x86_64-linux-gnu.2.28",)
    common = EXTENSION.common
    assert {name: job.modules[0].settings for name, job in jobs.items()} == {
        "cp312-manylinux_x86_64": common,
        "cp313-manylinux_x86_64": common,
        "cp313-musllinux_x86_64": Settings(
            sources=("a.c",), define={"A": 3}, cflags=("-O1",), libraries=("m",)
        ),
        "cp313-macosx_arm64": Settings(sources=("a.c",), define={"A": 1}, cflags=("-O1", "-m")),
        "cp313-win_amd64": Settings(sources=("a.c",), define={"A": 2}, cflags=("-O1", "-w")),
    }


def test_what_is_asked_for_goes_before_overrides() -> None:
    of = project({"select": "*", "optimize": "ReleaseSmall", "glibc": "2.34", "macos": "13.0"})
    jobs = plan(
        of,
        ("linux-x86_64", "3.13"),
        ("macos-arm64", "3.13"),
        optimize="Debug",
        glibc="2.28",
        macos="12.0",
    )
    assert [(job.optimize, job.floor) for job in jobs.values()] == [("Debug", "2.28"), ("Debug", "12.0")]


@pytest.mark.parametrize(
    ("override", "keys", "message"),
    [
        ({"glibc": "2.5"}, {}, "pyproject.toml: tool.pyz3.overrides[0].glibc: '2.5' is older than 2.17"),
        ({"glibc": "two"}, {}, "pyproject.toml: tool.pyz3.overrides[0].glibc: 'two' is no version like 2.28"),
        ({}, {"glibc": "2.5"}, "--platform: '2.5' is older than 2.17"),
        (
            {"cpu": "v3"},
            {},
            "pyproject.toml: tool.pyz3.overrides[0].cpu: 'v3' is no processor that zig knows",
        ),
    ],
)
def test_mistakes_name_the_override(override: dict[str, Any], keys: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}"):
        plan(project({"select": "*", **override}), ("linux-x86_64", "3.13"), **keys)


def test_a_processor_holds_for_the_machines_that_have_it() -> None:
    everywhere = [(str(platform), "3.13") for platform in Platform]
    jobs = plan(project(cpu="x86_64_v3"), *everywhere)
    assert [name for name, job in jobs.items() if job.cpu] == [
        *("cp313-manylinux_x86_64", "cp313-macosx_x86_64", "cp313-win_amd64", "cp313-musllinux_x86_64"),
        "cp313-macosx_universal2",
    ]
    arm = plan(project(cpu="cortex_a72+crypto-neon"), *everywhere)
    assert [name for name, job in arm.items() if job.cpu] == [
        *("cp313-manylinux_aarch64", "cp313-macosx_arm64", "cp313-musllinux_aarch64", "cp313-win_arm64"),
        *("cp313-macosx_universal2", "cp313-manylinux_armv7l", "cp313-musllinux_armv7l"),
    ]


@pytest.mark.parametrize(
    ("cpu", "message", "tip"),
    [
        ("x86-64-v3", "k: 'x86-64-v3' is no processor that zig knows", "did you mean 'x86_64_v3'?"),
        ("skylak", "k: 'skylak' is no processor that zig knows", "did you mean 'skylake'?"),
        ("§", "k: '§' is no processor that zig knows", "zig targets lists them"),
        (
            "native",
            "k: 'native' would be the processor of the machine that builds",
            'name the oldest one that the wheel is for: cpu = "x86_64_v3"',
        ),
    ],
)
def test_unknown_processor(cpu: str, message: str, tip: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_cpu(cpu, where="k")
    assert (caught.value.message, caught.value.tip) == (message, tip)


def test_no_processor_is_none() -> None:
    assert not has_cpu("x86_64-linux-gnu.2.17", "")


@pytest.mark.parametrize("machine", sorted(_table()))
def test_processors_are_zigs(machine: str) -> None:
    file = {"x86_64": "x86", "powerpc64le": "powerpc", "riscv64": "riscv", "loongarch64": "loongarch"}.get(
        machine, machine
    )
    text = resources.files("ziglang").joinpath(f"lib/std/Target/{file}.zig").read_text(encoding="utf-8")
    models = set(re.findall(r'CpuModel = \.\{\s*\.name = "([^"]+)"', text))
    if machine == "x86":
        models = {name for name in models if not name.startswith("x86_64")}  # 64-bit levels
    assert set(_table()[machine]) == models


def test_every_machine_of_the_platforms_has_processors() -> None:
    machines = {platform.spec.zig.partition("-")[0] for platform in Platform if platform.spec.zig}
    assert machines - {"wasm32"} <= set(_table())


def test_notes() -> None:
    of = project(cpu="x86_64_v3", lto=True)
    targets = [("linux-x86_64", v) for v in ("3.9", "3.10", "3.11", "3.12", "3.13")]
    jobs = plan(of, *targets, ("macos-arm64", "3.9"), ("linux-ppc64le", "3.9"), ("linux-aarch64", "3.9"))
    five = "cp39-manylinux_x86_64, cp310-manylinux_x86_64, cp311-manylinux_x86_64 and 2 more"
    assert make_notes(of, tuple(jobs.values())) == (
        f"{five}: built for x86_64_v3 only; a wheel's tag cannot say so, and pip installs it anywhere",
        "cp39-macosx_arm64, cp39-manylinux_ppc64le: built without lto, which zig cannot do there",
    )
    assert make_notes(project(), tuple(plan(project(), ("macos-arm64", "3.9")).values())) == ()
    pure = Project(root=Path("project"), tool=tool(lto=True, cpu="x86_64_v3"), extensions=())
    assert make_notes(pure, plan_of(pure, [])) == ()


def test_tests_that_are_not_run_are_told_of() -> None:
    backend = Backend(kind="setuptools", build_backend="setuptools.build_meta")
    override = {"select": "*-win*", "test-requires": ["pytest"]}
    of = replace(project(override, **{"test-command": "pytest"}), backend=backend)
    targets = [
        Target(platform=Platform(name), python=PythonVersion.parse("3.9"))
        for name in ("linux-x86_64", "windows-x64")
    ]
    words = "not run by a build: pyz3 test does it, or pyz3 wheel --test"
    assert make_notes(of, make_orders(of, targets)) == ()
    assert notes_on_tests(of, make_orders(of, targets)) == (
        f"cp39-manylinux_x86_64: test-command is {words}",
        f"cp39-win_amd64: test-command and test-requires are {words}",
    )


def test_a_job_survives_json() -> None:
    (job,) = plan(project(cpu="x86_64_v3", lto=True), ("linux-x86_64", "3.13")).values()
    assert msgspec.json.decode(msgspec.json.encode(job), type=Recipe) == job


def write(root: Path, text: str) -> Path:
    (root / "pyproject.toml").write_text(f'[project]\nname = "hello"\nversion = "1"\n{text}')
    (root / "a.c").touch()
    return root


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('cpu = "x86_64_v3"', "tool.pyz3.cpu"),
        ("lto = true", "tool.pyz3.lto"),
        ('[[tool.pyz3.overrides]]\nselect = "*"\nlto = "thin"', "tool.pyz3.overrides[0].lto"),
        ('[[tool.pyz3.overrides]]\nselect = "*"\ncflags = ["-x"]', "tool.pyz3.overrides[0].cflags"),
    ],
)
def test_a_build_script_of_the_projects_own_obeys_no_compiler_keys(
    text: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_project(write(tmp_path, f"[tool.pyz3]\nbuild-zig = true\n{text}\n"))
    assert caught.value.message == f"pyproject.toml: {message} and tool.pyz3.build-zig exclude each other"
    assert caught.value.tip == "say it in build.zig"


def test_a_build_script_of_the_projects_own_may_have_other_overrides(tmp_path: Path) -> None:
    override = '[[tool.pyz3.overrides]]\nselect = "*"\noptimize = "Debug"\nlto = false\n'
    of = load_project(write(tmp_path, f"[tool.pyz3]\nbuild-zig = true\n{override}"))
    assert plan(of, ("linux-x86_64", "3.13"))["cp313-manylinux_x86_64"].optimize == "Debug"


def test_folders_of_overrides_are_looked_for(tmp_path: Path) -> None:
    override = '[[tool.pyz3.overrides]]\nselect = "*"\ninclude-dirs = ["include"]\n'
    text = f'{override}[[tool.pyz3.extensions]]\nname = "m"\nsources = ["a.c"]\n'
    with pytest.raises(ConfigError) as caught:
        load_project(write(tmp_path, text))
    assert caught.value.message == (
        "pyproject.toml: tool.pyz3.overrides[0].include-dirs: 'include' is no folder"
    )
    (tmp_path / "include").mkdir()
    of = load_project(tmp_path)
    (module,) = plan(of, ("linux-x86_64", "3.13"))["cp313-manylinux_x86_64"].modules
    assert module.settings == Settings(sources=("a.c",), include_dirs=("include",))


def test_classifiers_are_read(tmp_path: Path) -> None:
    lines = ["Python :: 3", "Python :: 3.9", "Python :: 3.13", "Python :: 3 :: Only", "C", "Python :: 3.13.1"]
    classifiers = [f"Programming Language :: {line}" for line in lines]
    assert load_project(write(tmp_path, f"classifiers = {classifiers}\n")).classified == ("3.9", "3.13")
    assert load_project(write(tmp_path, 'classifiers = "x"\n')).classified == ()

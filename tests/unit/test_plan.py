from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from planning import plan_of

from pyz3.config import Extension, Project, Settings, ToolTable
from pyz3.errors import ConfigError
from pyz3.plan import LeftOut, Module, Order, Pure, Recipe, public_plan
from pyz3.targets import Platform, PythonVersion, Target

COMMON = Settings(sources=("a.c",), define={"A": 1, "B": True, "C": "x"}, cflags=("-O1",))
WINDOWS = Settings(sources=("win.c",), libraries=("ws2_32",))
EXTENSION = Extension(name="hello._speed", common=COMMON, families={"windows": WINDOWS})


def project(*extensions: Extension, **tool: Any) -> Project:
    return Project(root=Path("project"), tool=ToolTable(**tool), extensions=extensions)


def target(platform: str, python: str = "3.13") -> Target:
    return Target(platform=Platform(platform), python=PythonVersion.parse(python))


def planned(platform: str, **tool: Any) -> tuple[str, str, str]:
    (job,) = plan_of(project(EXTENSION, **tool), [target(platform)])
    (zig_target,) = job.zig_targets
    return job.floor, zig_target, job.wheel_platform


def test_a_recipe_says_everything() -> None:
    top = Extension(name="top", common=Settings(sources=("t.zig",)), families={})
    jobs = plan_of(project(EXTENSION, top), [target("linux-x86_64", "3.13t"), target("windows-x64", "3.9")])
    assert jobs == (
        Recipe(
            identifier="cp313t-manylinux_x86_64",
            platform="linux-x86_64",
            python="3.13t",
            tag="cp313-cp313t",
            zig_targets=("x86_64-linux-gnu.2.17",),
            floor="2.17",
            wheel_platform="manylinux_2_17_x86_64.manylinux2014_x86_64",
            optimize="ReleaseFast",
            modules=(
                Module(
                    name="hello._speed",
                    file="hello/_speed.cpython-313t-x86_64-linux-gnu.so",
                    settings=COMMON,
                ),
                Module(name="top", file="top.cpython-313t-x86_64-linux-gnu.so", settings=top.common),
            ),
        ),
        Recipe(
            identifier="cp39-win_amd64",
            platform="windows-x64",
            python="3.9",
            tag="cp39-cp39",
            zig_targets=("x86_64-windows-gnu",),
            floor="",
            wheel_platform="win_amd64",
            optimize="ReleaseFast",
            modules=(
                Module(
                    name="hello._speed",
                    file="hello/_speed.cp39-win_amd64.pyd",
                    settings=COMMON.plus(WINDOWS),
                ),
                Module(name="top", file="top.cp39-win_amd64.pyd", settings=top.common),
            ),
        ),
    )
    assert [one.target for one in jobs] == [target("linux-x86_64", "3.13t"), target("windows-x64", "3.9")]


def test_a_plan_survives_json() -> None:
    targets = [Target(platform=p, python=PythonVersion(3, 14, free_threaded=True)) for p in Platform]
    plan = plan_of(project(EXTENSION), targets)
    assert len(plan) == len(Platform)
    assert msgspec.json.decode(msgspec.json.encode(plan), type=tuple[Recipe, ...]) == plan


def test_json_names_keys_as_the_configuration_does() -> None:
    plan = plan_of(project(EXTENSION), [target("macos-arm64")])
    (job,) = msgspec.json.decode(msgspec.json.encode(plan))
    (module,) = job["modules"]
    assert module["settings"] == {
        "sources": ["a.c"],
        "define": {"A": 1, "B": True, "C": "x"},
        "cflags": ["-O1"],
    }


def test_a_fused_file_has_a_target_per_slice() -> None:
    (job,) = plan_of(project(EXTENSION), [target("macos-universal2", "3.12")])
    assert job.zig_targets == ("x86_64-macos.10.13", "aarch64-macos.11.0")
    assert (job.floor, job.wheel_platform) == ("10.13", "macosx_10_13_universal2")


def stable(name: str, abi3: str) -> Extension:
    return Extension(name=name, common=COMMON, families={}, abi3=abi3)


def test_a_wheel_for_the_stable_abi_is_built_once() -> None:
    pythons = ("3.9", "3.10", "3.13", "3.13t", "3.14")
    targets = [target(name, python) for name in ("linux-x86_64", "windows-x64") for python in pythons]
    jobs = plan_of(project(stable("m", "3.10")), targets)
    assert [(job.identifier, job.tag, job.modules[0].file, job.modules[0].limited_api) for job in jobs] == [
        ("cp39-manylinux_x86_64", "cp39-cp39", "m.cpython-39-x86_64-linux-gnu.so", ""),
        ("cp310-manylinux_x86_64", "cp310-abi3", "m.abi3.so", "3.10"),
        ("cp313t-manylinux_x86_64", "cp313-cp313t", "m.cpython-313t-x86_64-linux-gnu.so", ""),
        ("cp39-win_amd64", "cp39-cp39", "m.cp39-win_amd64.pyd", ""),
        ("cp310-win_amd64", "cp310-abi3", "m.pyd", "3.10"),
        ("cp313t-win_amd64", "cp313-cp313t", "m.cp313t-win_amd64.pyd", ""),
    ]


def test_a_wheel_is_for_the_stable_abi_if_all_its_modules_are() -> None:
    both = project(stable("m", "3.10"), stable("n", "3.12"))
    (job,) = plan_of(both, [target("macos-x86_64", "3.13")])
    assert (job.tag, job.floor) == ("cp312-abi3", "10.13")
    (job,) = plan_of(project(stable("m", "3.10")), [target("macos-x86_64", "3.14")])
    assert (job.tag, job.floor) == ("cp310-abi3", "10.9")
    (job,) = plan_of(project(stable("m", "3.10"), EXTENSION), [target("linux-x86_64", "3.13")])
    assert (job.tag, [module.limited_api for module in job.modules]) == ("cp313-cp313", ["3.10", ""])


def test_the_stable_abi_leaves_each_pyodide_its_own_wheel() -> None:
    pythons = ("3.12", "3.13", "3.14", "3.15")
    jobs = plan_of(project(stable("m", "3.10")), [target("pyodide", python) for python in pythons])
    assert [(job.identifier, job.tag, job.wheel_platform, job.modules[0].file) for job in jobs] == [
        ("cp312-pyodide_wasm32", "cp310-abi3", "pyodide_2024_0_wasm32", "m.abi3.so"),
        ("cp313-pyodide_wasm32", "cp310-abi3", "pyemscripten_2025_0_wasm32", "m.abi3.so"),
        ("cp314-pyodide_wasm32", "cp310-abi3", "pyemscripten_2026_0_wasm32", "m.abi3.so"),
        ("cp315-pyodide_wasm32", "cp310-abi3", "pyemscripten_2026_5_wasm32", "m.abi3.so"),
    ]


def test_abi3t_serves_both_builds() -> None:
    pythons = ("3.13", "3.13t", "3.14", "3.14t", "3.15", "3.15t")
    targets = [target(name, python) for name in ("linux-x86_64", "windows-x64") for python in pythons]
    jobs = plan_of(project(stable("m", "3.15t")), targets)
    assert [(job.tag, job.modules[0].file) for job in jobs if job.python.startswith("3.15")] == [
        ("cp315-abi3.abi3t", "m.abi3t.so"),
        ("cp315-abi3.abi3t", "m.pyd"),
    ]
    assert [job.tag for job in jobs if job.platform == "linux-x86_64"] == [
        *("cp313-cp313", "cp313-cp313t", "cp314-cp314", "cp314-cp314t", "cp315-abi3.abi3t"),
    ]


@pytest.mark.parametrize(
    ("modules", "wanted"),
    [
        # The wheel is for one Python as soon as one of its modules is.
        ((("m", "3.10"), ("n", "")), [("cp310-cp310", "3.10", ""), ("cp313-cp313", "3.10", "")]),
        ((("m", "3.10"), ("n", "3.11")), [("cp310-cp310", "3.10", ""), ("cp311-abi3", "3.10", "3.11")]),
        ((("m", "3.10"), ("n", "3.13")), [("cp310-cp310", "3.10", ""), ("cp313-abi3", "3.10", "3.13")]),
    ],
)
def test_modules_that_promise_different_things(
    modules: tuple[tuple[str, str], ...], wanted: list[tuple[str, ...]]
) -> None:
    mine = project(*(stable(*module) for module in modules))
    jobs = plan_of(mine, [target("linux-x86_64", python) for python in ("3.10", "3.13")])
    assert [(job.tag, *(module.limited_api for module in job.modules)) for job in jobs] == wanted


def test_one_wheel_serves_all_without_extensions() -> None:
    (job,) = plan_of(project(), [target("linux-x86_64"), target("windows-x64")])
    assert job == Pure(tag="py3-none")
    assert job.identifier == "py3-none-any"


def test_own_build_script_names_no_modules() -> None:
    (job,) = plan_of(project(build_zig=True), [target("linux-aarch64")])
    assert isinstance(job, Recipe)
    assert (job.identifier, job.modules) == ("cp313-manylinux_aarch64", ())


def test_build_mode() -> None:
    for configured, asked, mode in (
        ("ReleaseSmall", None, "ReleaseSmall"),
        ("ReleaseSmall", "Debug", "Debug"),
    ):
        (job,) = plan_of(
            project(EXTENSION, optimize=configured),
            [target("linux-x86_64")],
            optimize=asked,  # type: ignore[arg-type]
        )
        assert isinstance(job, Recipe)
        assert job.optimize == mode


@pytest.mark.parametrize("platform", ["linux-x86_64", "linux-aarch64"])
def test_glibc_floor(platform: str) -> None:
    arch = platform.removeprefix("linux-")
    legacy = f"manylinux_2_17_{arch}.manylinux2014_{arch}"
    assert planned(platform, glibc="2.17") == ("2.17", f"{arch}-linux-gnu.2.17", legacy)
    assert planned(platform, glibc="2.28") == ("2.28", f"{arch}-linux-gnu.2.28", f"manylinux_2_28_{arch}")


def test_a_platform_that_is_younger_than_the_glibc_asked_for() -> None:
    assert planned("linux-riscv64", glibc="2.28") == planned("linux-riscv64")
    assert planned("linux-riscv64")[0] == "2.39"
    newer = ("2.40", "riscv64-linux-gnu.2.40", "manylinux_2_40_riscv64")
    assert planned("linux-riscv64", glibc="2.40") == newer


def test_glibc_floor_is_for_glibc() -> None:
    for platform in ("musllinux-x86_64", "macos-arm64", "windows-x64"):
        assert planned(platform, glibc="2.28") == planned(platform)


@pytest.mark.parametrize("text", ["2.16", "2.5", "1.99", "0.0"])
def test_glibc_too_old(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        planned("linux-x86_64", glibc=text)
    assert caught.value.message == f"pyproject.toml: tool.pyz3.glibc: {text!r} is older than 2.17"
    assert caught.value.tip == "2.17 (manylinux2014) is the oldest that today's CPythons run on"


@pytest.mark.parametrize("text", ["", "2", "2.", "2.28.1", "2_28", "v2.28", "2.x", " 2.28", "٢.٢٨"])
def test_glibc_that_a_tag_cannot_name(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        planned("linux-x86_64", glibc=text)
    message = f"pyproject.toml: tool.pyz3.glibc: {text!r} is no version like 2.28 or 11.0"
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("platform", "python", "macos", "wanted"),
    [
        ("macos-x86_64", "3.9", None, ("10.9", "x86_64-macos.10.9", "macosx_10_9_x86_64")),
        ("macos-x86_64", "3.12", None, ("10.13", "x86_64-macos.10.13", "macosx_10_13_x86_64")),
        ("macos-x86_64", "3.14", None, ("10.15", "x86_64-macos.10.15", "macosx_10_15_x86_64")),
        ("macos-arm64", "3.9", None, ("11.0", "aarch64-macos.11.0", "macosx_11_0_arm64")),
        ("macos-x86_64", "3.9", "10.12", ("10.12", "x86_64-macos.10.12", "macosx_10_12_x86_64")),
        ("macos-x86_64", "3.12", "10.12", ("10.13", "x86_64-macos.10.13", "macosx_10_13_x86_64")),
        ("macos-x86_64", "3.12", "12", ("12.0", "x86_64-macos.12.0", "macosx_12_0_x86_64")),
        ("macos-arm64", "3.9", "10.15", ("11.0", "aarch64-macos.11.0", "macosx_11_0_arm64")),
        ("macos-arm64", "3.9", "13.0", ("13.0", "aarch64-macos.13.0", "macosx_13_0_arm64")),
        ("macos-x86_64", "3.9", "10.13.6", ("10.13.6", "x86_64-macos.10.13.6", "macosx_10_14_x86_64")),
        ("macos-arm64", "3.9", "11.3", ("11.3", "aarch64-macos.11.3", "macosx_12_0_arm64")),
        ("macos-arm64", "3.9", "11", ("11.0", "aarch64-macos.11.0", "macosx_11_0_arm64")),
    ],
)
def test_macos_minimum(platform: str, python: str, macos: str | None, wanted: tuple[str, str, str]) -> None:
    overridden = plan_of(project(EXTENSION, macos="99.0"), [target(platform, python)], macos=macos)
    configured = plan_of(project(EXTENSION, macos=macos), [target(platform, python)])
    jobs = (*configured, *(overridden if macos else ()))
    assert {(job.floor, *job.zig_targets, job.wheel_platform) for job in jobs} == {wanted}


def test_macos_minimum_is_for_macos() -> None:
    for platform in ("linux-x86_64", "musllinux-x86_64", "windows-x64"):
        assert planned(platform, macos="13.0") == planned(platform)


@pytest.mark.parametrize("text", ["x", "11.", "11.0.0.0", "-1"])
def test_macos_minimum_that_is_no_version(text: str) -> None:
    for (given, configured), where in (
        ((text, None), "MACOSX_DEPLOYMENT_TARGET"),
        ((None, text), "pyproject.toml: tool.pyz3.macos"),
    ):
        with pytest.raises(ConfigError) as caught:
            plan_of(project(EXTENSION, macos=configured), [target("macos-arm64")], macos=given)
        assert caught.value.message == f"{where}: {text!r} is no version like 2.28 or 11.0"


WHEEL_KEYS = {
    "identifier", "platform", "python", "optimize", "cpu", "lto", "zig_targets", "floor", "wheel_platform",
    "tag", "modules", "libraries", "left_out",
}  # fmt: skip


def test_what_the_plan_shows_to_other_programs() -> None:
    (recipe,) = plan_of(project(EXTENSION), [target("windows-x64", "3.9")])
    assert isinstance(recipe, Recipe)
    order = Order(**{field: getattr(recipe, field) for field in Order.__struct_fields__})
    left_out = (LeftOut(module="hello._b", identifier="", why="X is set", detail="long", tip="unset X"),)
    shown = public_plan([recipe, order, Pure(left_out=left_out)])
    assert (set(shown), shown["version"]) == ({"version", "wheels"}, "1.0")
    native, other, pure = shown["wheels"]
    assert set(native) == set(other) == set(pure) == WHEEL_KEYS
    assert (native["identifier"], native["tag"], native["wheel_platform"], native["floor"]) == (
        "cp39-win_amd64", "cp39-cp39", "win_amd64", "",
    )  # fmt: skip
    assert native["modules"] == [
        {
            "name": "hello._speed",
            "file": "hello/_speed.cp39-win_amd64.pyd",
            "optional": False,
            "limited_api": "",
            "settings": {
                "sources": ("a.c", "win.c"),
                "define": {"A": 1, "B": True, "C": "x"},
                "cflags": ("-O1",),
                "libraries": ("ws2_32",),
            },
        }
    ]
    # Another build backend has not been asked yet.
    assert (other["tag"], other["modules"], other["libraries"], other["left_out"]) == (None,) * 4
    assert (pure["identifier"], pure["tag"], pure["modules"]) == ("py3-none-any", "py3-none", [])
    assert pure["left_out"] == [{"module": "hello._b", "why": "X is set", "tip": "unset X"}]

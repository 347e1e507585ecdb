"""Situations of public bug reports: what a setuptools project's own script does and asks."""

from __future__ import annotations

import hashlib
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
import situations

from pyz3.audit import facts_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

needs_gcc = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("gcc") != "/usr/bin/gcc", reason="no GCC to keep out"
)


@pytest.mark.parametrize("named", ["", "gcc", "/usr/bin/gcc"])
@needs_gcc
def test_a_script_that_calls_this_machines_compilers(named: str, pyz3_cache: Path, tmp_path: Path) -> None:
    runtimes = ("host-3.13", "linux_aarch64-3.13")
    built = situations.build(
        situations.PROJECTS / "machine_compilers",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64", "linux-aarch64", "windows-x64"),
        changes={"MACHINE_CC": named} if named else {},
    )
    assert (built.done.returncode, len(built.wheels)) == (0, 3), built.done.stderr
    code = "import compiled; print({text.split()[0] for text in compiled.by()})"
    assert built.prints(code, runtimes) == dict.fromkeys(runtimes, "{'Clang'}")
    for part in ("manylinux_2_17_x86_64", "manylinux_2_17_aarch64"):
        (content,) = built.files(part).values()
        assert b"GCC: (" not in content
        assert b"clang version 21.1.0\0" in content


@needs_gcc
def test_what_this_machines_compiler_made_is_refused(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(
        situations.PROJECTS / "machine_compilers",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64",),
        changes={"SHELL_CC": "/usr/bin/gcc"},
    )
    assert (built.done.returncode, built.wheels) == (1, ()), built.done.stdout
    assert "part.o: another compiler made it, or a part of it: GCC: (" in built.done.stderr


@pytest.mark.parametrize("python", ["3.9", "3.13"])
def test_what_a_script_asks_of_python_is_the_targets(python: str, pyz3_cache: Path, tmp_path: Path) -> None:
    # Static assertions in the module compare with the compiler.
    platforms = ("linux-x86_64", "linux-i686", "windows-x64", "windows-x86", "macos-arm64")
    built = situations.build(
        situations.PROJECTS / "asked_of_python",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=platforms,
        python=python,
    )
    assert (built.done.returncode, len(built.wheels)) == (0, len(platforms)), built.done.stderr
    code = (
        "import asked, asked_child, importlib.machinery as m, sys;"
        "right = (m.EXTENSION_SUFFIXES[0], getattr(sys.implementation, '_multiarch', ''));"
        "print(asked.texts() == asked_child.texts() == right)"
    )
    runtimes = (f"host-{python}", f"win_amd64-{python}")
    assert built.prints(code, runtimes) == dict.fromkeys(runtimes, "True")


def test_setuptools_that_takes_pythons_own_distutils(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(
        situations.PROJECTS / "old_setuptools",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64", "windows-x64"),
        python="3.10",
    )
    assert built.done.returncode == 0, built.done.stderr
    modules = {
        "manylinux_2_17_x86_64": ".cpython-310-x86_64-linux-gnu.so",
        "win_amd64": ".cp310-win_amd64.pyd",
    }
    data = "past_tense_project-2.0rc1.data"
    for part, suffix in modules.items():
        assert built.wheel(part).name.startswith("past_tense_project-2.0rc1-cp310-cp310-")
        files = built.files(part)
        assert files.keys() == {
            *("past/__init__.py", f"past/tense{suffix}"),
            *(
                f"{data}/{name}"
                for name in ("data/share/past/words.txt", "scripts/past-tense", "headers/past.h")
            ),
        }
        assert files[f"{data}/scripts/past-tense"].startswith(b"#!python\n")
    runtimes = ("win_amd64-3.10",)
    assert built.prints("import past.tense as t; print(t.answer)", runtimes) == {"win_amd64-3.10": "42"}


def _worked_on(
    work: str, cache: Path, tmp_path: Path, platforms: Sequence[str] = ("linux-x86_64", "windows-x64")
) -> situations.Built:
    return situations.build(
        situations.PROJECTS / "worked_on",
        cache=cache,
        tmp_path=tmp_path,
        platforms=platforms,
        changes={"WORK": work},
    )


@pytest.mark.parametrize(
    ("work", "platforms"),
    [
        ("hash", {"linux-x86_64": "manylinux", "windows-x64": "win_amd64"}),
        ("process", {"windows-x64": "win_amd64"}),
        ("exit", {"linux-x86_64": "manylinux"}),
    ],
)
def test_who_works_on_a_module_finds_the_one_in_the_wheel(
    work: str, platforms: dict[str, str], pyz3_cache: Path, tmp_path: Path
) -> None:
    built = _worked_on(work, pyz3_cache, tmp_path, [*platforms])
    assert (built.done.returncode, len(built.wheels)) == (0, len(platforms)), built.done.stderr
    for part in platforms.values():
        files = built.files(part)
        (module,) = (data for name, data in files.items() if "/engine." in name)
        texts = {data.decode() for name, data in files.items() if name.endswith(".txt")}
        assert texts - {""} == {hashlib.sha256(module).hexdigest()}
    if work == "hash":
        again = _worked_on(work, pyz3_cache, tmp_path)
        assert "(nothing had to be compiled)" in again.done.stdout + again.done.stderr


def test_commands_are_run_for_each_machine_of_a_fused_platform(pyz3_cache: Path, tmp_path: Path) -> None:
    built = _worked_on("strip", pyz3_cache, tmp_path, ["macos-universal2"])
    assert built.done.returncode == 0, built.done.stderr
    files = built.files("worked_on-1.0-cp313-cp313-macosx_10_13_universal2.whl")
    module = "worked_on/engine.cpython-313-darwin.so"
    assert set(files) == {module, "worked_on/__init__.py", "worked_on/said.txt"}
    assert [facts.machine for facts in facts_of(files[module], name=module)] == ["x86_64", "arm64"]
    # Each has another digest, and neither is that of the file in the wheel.
    refused = _worked_on("hash", pyz3_cache, tmp_path, ["macos-universal2"])
    assert refused.done.returncode == 1
    assert "that cannot be fused: they differ in worked_on/said.txt\n" in refused.done.stderr


def test_a_module_for_another_system_cannot_be_imported(pyz3_cache: Path, tmp_path: Path) -> None:
    built = _worked_on("import", pyz3_cache, tmp_path)
    assert (built.done.returncode, len(built.wheels)) == (1, 1), built.done.stderr
    assert built.files("manylinux")["worked_on/said.txt"] == b"worked_on.engine"
    assert (
        "worked_on.engine was built for another system, and this machine cannot import it"
        in built.done.stderr
    )


def test_who_only_copies_a_module_has_it_written_down(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("worked_on", tmp_path)
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=("windows-x64",))
    assert (built.done.returncode, len(built.wheels)) == (0, 1), built.done.stderr
    digest = hashlib.sha256(str(project).encode()).hexdigest()[:12]
    places = [path.name for path in (pyz3_cache / "work" / f"worked_on-{digest}").iterdir() if path.is_dir()]
    assert places == ["cp313-win_amd64"]

"""Situations of public bug reports: which source becomes which object."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import situations
from venvs import commit, litter

if TYPE_CHECKING:
    from pathlib import Path


def test_modules_that_share_a_source_with_different_macros(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(
        situations.PROJECTS / "parallel_shared_source", cache=pyz3_cache, tmp_path=tmp_path
    )
    assert built.done.returncode == 0, built.done.stderr
    code = (
        "import importlib as i; print([i.import_module(f'shared_source.level{n}').get() for n in range(8)])"
    )
    assert built.prints(code) == dict.fromkeys(situations.RUNTIMES, "[0, 1, 2, 3, 4, 5, 6, 7]")


def test_sources_whose_objects_have_one_name(pyz3_cache: Path, tmp_path: Path) -> None:
    runtimes = ("host-3.13", "win_amd64-3.13")
    built = situations.build(
        situations.PROJECTS / "shared_objects",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64", "windows-x64"),
    )
    assert built.done.returncode == 0, built.done.stderr
    code = "import first, second; print(first.get(), second.get())"
    assert built.prints(code, runtimes) == dict.fromkeys(runtimes, "(1, 10, 20, 1, 2) (1, 10, 20, 1, 3)")


def replace(file: Path, text: str) -> None:
    """Give a file other content, of the same size and date."""
    status = file.stat()
    assert status.st_size == len(text)
    file.write_text(text)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_project_in_a_subfolder_is_built_with_what_lies_above(pyz3_cache: Path, tmp_path: Path) -> None:
    repository = situations.copy("monorepo", tmp_path / "a")
    commit(repository)
    subprocess.run(["git", "tag", "7.1"], cwd=repository, check=True)

    def build(repository: Path, out: str, **changes: str) -> tuple[str, str]:
        (tmp_path / out).mkdir()
        built = situations.build(
            repository / "bindings" / "python",
            cache=pyz3_cache,
            tmp_path=tmp_path / out,
            platforms=("linux-x86_64",),
            changes=changes,
        )
        assert built.done.returncode == 0, built.done.stderr
        assert "above its folder" not in built.done.stdout + built.done.stderr
        printed = built.prints("import monorepo; print(*monorepo.get())", ("host-3.13",))
        return built.wheels[0].name.split("-")[1], printed["host-3.13"]

    assert build(repository, "1") == ("3.4", "6 src/shape.c")
    assert litter(repository) == ""
    # Wherever the repository lies, and asking for more at once.
    moved = shutil.copytree(repository, tmp_path / "b" / "elsewhere")
    assert build(moved, "2", ASK_GIT="1") == ("7.1", "6 src/shape.c")
    modules = [
        zipfile.ZipFile(wheel).read("monorepo.cpython-313-x86_64-linux-gnu.so")
        for wheel in sorted(tmp_path.glob("[12]/out/*.whl"))
    ]
    assert modules[0] == modules[1]
    replace(repository / "release.txt", "3.5\n")
    replace(repository / "engine" / "sides.h", "#define SIDES 8\n")
    assert build(repository, "3") == ("3.5", "8 src/shape.c")


def test_what_a_project_asks_for_above_its_folder_counts_as_soon_as_it_is_there(
    pyz3_cache: Path, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    project = situations.copy("asks_above", repository)

    def build(number: int) -> str:
        (tmp_path / str(number)).mkdir()
        built = situations.build(
            project, cache=pyz3_cache, tmp_path=tmp_path / str(number), platforms=("linux-x86_64",)
        )
        assert built.done.returncode == 0, built.done.stderr
        return built.wheels[0].name.split("-")[1]

    assert build(1) == "0"
    (repository / "VERSION").write_text("1.5\n")
    assert build(2) == "1.5"

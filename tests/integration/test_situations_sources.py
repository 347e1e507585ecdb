"""Situations of public bug reports: which source becomes which object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import situations

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


def test_what_a_project_asks_for_above_its_folder_is_told(pyz3_cache: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    project = situations.copy("asks_above", repository)
    (repository / "VERSION").write_text("1.5\n")
    (repository / ".git").mkdir()

    def build(**changes: str) -> tuple[int, str]:
        done = situations.build(
            project, cache=pyz3_cache, tmp_path=tmp_path, platforms=("linux-x86_64",), changes=changes
        ).done
        return done.returncode, done.stdout + done.stderr

    told = "the project asks for {} above its folder, and a copy of the folder alone is built: {}"
    link = told.format("../VERSION", "what a link in the folder leads to is copied with it")
    git = told.format("../.git, ../VERSION", "give the version by a variable")
    status, text = build(ASK_GIT="1")
    assert (status, git in text) == (0, True), text
    status, text = build(NEEDS="1")
    assert (status, link in text) == (1, True), text
    (repository / "VERSION").unlink()
    (repository / ".git").rmdir()
    status, text = build(ASK_GIT="1")
    assert (status, "above its folder" in text) == (0, False), text

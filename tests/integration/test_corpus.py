"""Eight projects of the corpus, unmodified: built, compared with their official wheels, imported.

``scripts/corpus.py`` does the same with all of them; docs/compatibility.md is what came of that.
"""

from __future__ import annotations

import re

import pytest
from compat.cells import Cell
from compat.downloads import DownloadError, Downloads
from compat.projects import load_projects
from compat.runs import Run, run_project
from compat.trials import runtime_of
from runtimes import missing

from pyz3.targets import Platform, PythonVersion

PROJECTS = {project.name: project for project in load_projects()}
# C alone; modules that a probe decides on; Cython; Cython in an in-tree backend that works in a temporary
# folder; C++; another language's tables for each processor; the stable ABI; frameworks and Windows' headers.
CHOSEN = ("markupsafe", "simplejson", "msgpack", "frozenlist", "ujson", "xxhash", "tornado", "psutil")
CELLS = tuple(
    Cell(platform=platform, python=PythonVersion.parse("3.13"))
    for platform in Platform
    if platform.spec.default
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("corpus")
    return Run(
        cells=CELLS,
        downloads=Downloads(root=folder),
        work=folder,
        revision="",
        all_platforms=True,
        suites=False,
        say=lambda _text: None,
    )


def test_the_choice_is_of_the_corpus() -> None:
    assert set(CHOSEN) <= set(PROJECTS)
    assert len(PROJECTS) >= 60
    languages = {language for name in CHOSEN for language in PROJECTS[name].languages}
    assert {"C", "C++", "Cython"} <= languages


@pytest.mark.parametrize("name", CHOSEN)
def test_a_project_as_it_is_gives_its_official_wheels(name: str, run: Run) -> None:
    try:
        result = run_project(PROJECTS[name], run)
    except DownloadError as error:
        missing(f"the package index does not answer: {error}")
    wrong = {
        f"{cell.python} {cell.platform}": (cell.status, cell.reasons)
        for cell in result.cells
        if cell.status not in {"equal", "known", "unpublished", "skipped"}
    }
    assert wrong == {}
    tried = [cell for cell in result.cells if cell.wheel and cell.modules]
    assert len(tried) >= len(CELLS) // 2
    for cell in tried:
        target = Cell(platform=Platform(cell.platform), python=PythonVersion.parse(cell.python))
        # What an interpreter here can run has been imported by it.
        assert bool(cell.imported) == (runtime_of(target) is not None), cell
        assert re.fullmatch(r"[a-z0-9_.]+-[0-9.]+-cp3[0-9]+-(cp3[0-9]+|abi3)-\S+\.whl", cell.wheel)

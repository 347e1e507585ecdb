#!/usr/bin/env python3
"""Builds real projects from PyPI and compares each wheel with the one that the project publishes.

usage: python scripts/corpus.py [--only NAME...] [--platforms NAME...] [--pythons X.Y...] [--jobs N]
                                [--work DIR] [--run-tests] [--resume] [--compare-again]
                                [--fetch-only] [--json FILE] [--merge FILE...] [--write-docs]
                                [--popular]

The projects are those of tests/corpus.toml.  Each is built by `pyz3 wheel NAME==VERSION`; every wheel
is compared with the official one, its extension modules are imported in every runtime that
scripts/runtimes.sh made, and with --run-tests the projects' own tests are run on it.  Downloads,
wheels, logs and results stay in --work; a run that was stopped goes on with --resume, which
also judges the kept results by the list as it is now, and with --run-tests runs the tests that they lack.
At the end the sizes of the wheels are printed, as ratios to the official ones.
What --json wrote elsewhere, --merge takes in: the newest row of each project counts, and each row keeps the
revision of pyz3 and the day that it is of.
--popular builds nothing: it prints how many of the packages that are downloaded most (tests/popular.toml) the
results say are built, and what is in the way of the others; with --write-docs it goes to the page, too, and
the results to tests/popular.json, from which --popular goes where there are no newer ones.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from compat.cells import Cell  # noqa: E402 - tests/ is on the path from here on
from compat.downloads import DownloadError, Downloads  # noqa: E402
from compat.page import render  # noqa: E402
from compat.popular import load_popular, section, with_section  # noqa: E402
from compat.projects import Project, load_projects  # noqa: E402
from compat.runs import (  # noqa: E402
    Run,
    compare_again,
    complete,
    in_order,
    merged,
    run_project,
    summary_line,
)
from compat.sizes import sizes, sizes_line  # noqa: E402
from compat.verdicts import ProjectResult, recorded  # noqa: E402

from pyz3.targets import Platform, PythonVersion  # noqa: E402

# Results of single projects are kept in --work; all of them together are what this command gives.
COMMAND = "python scripts/corpus.py --run-tests --write-docs"
PAGE = ROOT / "docs" / "compatibility.md"
RECORD = ROOT / "tests" / "popular.json"
DEFAULT_PLATFORMS = tuple(str(platform) for platform in Platform if platform.spec.default)


def main() -> None:
    """Run the corpus."""
    options = _options()
    projects = load_projects()
    unknown = set(options.only) - {project.name for project in projects}
    if unknown:
        raise SystemExit(f"--only: not in tests/corpus.toml: {', '.join(sorted(unknown))}")
    chosen = [project for project in projects if not options.only or project.name in options.only]
    if options.popular:
        _say_popular(options, projects)
        return
    run = _run(options)
    if options.fetch_only:
        _fetch(chosen, run, jobs=options.jobs)
        return
    _run_all(chosen, run, options)
    listed = in_order(_results(options), projects if options.write_docs or options.merge else chosen)
    for of_platform in sizes(listed):
        print(sizes_line(of_platform))
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(listed)) + b"\n")
    if options.write_docs:
        PAGE.write_text(
            render(listed, projects, command=COMMAND, popular=load_popular()), encoding="utf-8", newline="\n"
        )
        print(PAGE.relative_to(ROOT))


def _run_all(chosen: Sequence[Project], run: Run, options: argparse.Namespace) -> None:
    """Run projects, several at a time, and keep each one's result as soon as it is there."""
    results = run.work / "results"
    results.mkdir(parents=True, exist_ok=True)
    done = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        futures = {
            pool.submit(_result, p, run, kept=_kept(results, p, options), again=options.compare_again): p
            for p in chosen
        }
        try:
            for future in as_completed(futures):
                done += 1
                if _keep(_path(results, futures[future]), future.result()):
                    run.say(f"[{done}/{len(chosen)}] {summary_line(future.result())}")
        except BaseException as error:
            pool.shutdown(wait=False, cancel_futures=True)  # what has not begun; the rest is waited for
            if isinstance(error, DownloadError):
                raise SystemExit(f"{error}\ngo on with --resume") from error
            raise


def _results(options: argparse.Namespace) -> tuple[ProjectResult, ...]:
    """Give what was kept, and what was made elsewhere."""
    kept = [
        msgspec.json.decode(path.read_bytes(), type=ProjectResult)
        for path in (options.work / "results").glob("*.json")
    ]
    others = [
        msgspec.json.decode(path.read_bytes(), type=tuple[ProjectResult, ...]) for path in options.merge
    ]
    return merged(*others, kept)


def _say_popular(options: argparse.Namespace, projects: Sequence[Project]) -> None:
    popular = load_popular()
    before = (
        msgspec.json.decode(RECORD.read_bytes(), type=tuple[ProjectResult, ...]) if RECORD.exists() else ()
    )
    results = in_order(merged(before, _results(options)), projects)
    text = section(popular, results)
    print(text)
    if options.write_docs:
        names = {canonicalize_name(name) for name in popular.packages}
        kept = [recorded(result) for result in results if canonicalize_name(result.name) in names]
        RECORD.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
        page = with_section(PAGE.read_text(encoding="utf-8"), text)
        PAGE.write_text(page, encoding="utf-8", newline="\n")
        print(f"{PAGE.relative_to(ROOT)}; for README.md: python scripts/readme.py table")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these projects alone")
    parser.add_argument(
        "--platforms", nargs="+", default=DEFAULT_PLATFORMS, choices=[str(p) for p in Platform]
    )
    parser.add_argument("--pythons", nargs="+", default=("3.11", "3.13"), metavar="X.Y")
    parser.add_argument("--jobs", type=int, default=1, help="projects at a time; one uses all processors")
    parser.add_argument("--work", type=Path, default=default_work(), help="downloads, wheels, results")
    parser.add_argument("--run-tests", action="store_true", help="run the projects' own tests")
    parser.add_argument("--resume", action="store_true", help="keep the results that are there")
    parser.add_argument("--compare-again", action="store_true", help="compare the wheels that are there")
    parser.add_argument(
        "--fetch-only", action="store_true", help="download the official wheels, build nothing"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results")
    parser.add_argument(
        "--merge", type=Path, nargs="+", default=[], metavar="FILE", help="what --json wrote elsewhere"
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="write docs/compatibility.md from all results"
    )
    parser.add_argument(
        "--popular", action="store_true", help="build nothing: count the most downloaded packages"
    )
    return parser.parse_args()


def default_work() -> Path:
    """Give where downloads and results go by default."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pyz3-corpus"


def _run(options: argparse.Namespace) -> Run:
    started = time.monotonic()
    work = options.work.absolute()
    return Run(
        cells=tuple(
            Cell(platform=Platform(platform), python=PythonVersion.parse(python))
            for platform in options.platforms
            for python in options.pythons
        ),
        downloads=Downloads(root=work),
        work=work,
        revision=revision(),
        all_platforms=tuple(options.platforms) == DEFAULT_PLATFORMS,
        suites=options.run_tests,
        # One write for a line: several threads may say something.
        say=lambda text: print(f"{time.monotonic() - started:6.0f} s  {text}\n", end="", flush=True),
    )


def revision() -> str:
    """Give pyz3's revision, as Git names it."""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _path(results: Path, project: Project) -> Path:
    return results / f"{project.folder}.json"


def _kept(results: Path, project: Project, options: argparse.Namespace) -> ProjectResult | None:
    path = _path(results, project)
    if not ((options.resume or options.compare_again) and path.is_file()):
        return None
    return msgspec.json.decode(path.read_bytes(), type=ProjectResult)


def _result(project: Project, run: Run, *, kept: ProjectResult | None, again: bool) -> ProjectResult:
    if kept is None:
        return run_project(project, run)
    return (compare_again if again else complete)(project, kept, run)


def _keep(path: Path, result: ProjectResult) -> bool:
    """Write a result; say whether it is a new one."""
    text = msgspec.json.format(msgspec.json.encode(result)) + b"\n"
    if path.is_file() and path.read_bytes() == text:
        return False
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_bytes(text)
    unfinished.replace(path)
    return True


def _fetch(projects: list[Project], run: Run, *, jobs: int) -> None:
    def fetch(project: Project) -> str:
        found = [run.downloads.official_wheel(project, cell) for cell in run.cells]
        run.downloads.sdist(project)
        return f"{project.requirement}: {len(found) - found.count(None)} of {len(found)} cells are published"

    with ThreadPoolExecutor(jobs) as pool:
        for line in pool.map(fetch, projects):
            run.say(line)


if __name__ == "__main__":
    main()

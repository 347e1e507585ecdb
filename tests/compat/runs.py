"""One project from its requirement to its results: built, compared, imported, tested."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from compat.builds import Build, build, command_line, left_out, made_before
from compat.comparison import compare, with_evidence
from compat.contents import read_wheel
from compat.downloads import DownloadError, Downloads
from compat.trials import SuiteRun, import_modules, run_suite, runtime_of, scratch_folder, unpack
from compat.verdicts import CellResult, ProjectResult, SuiteResult, is_published, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from runtimes import Runtime

    from compat.cells import Cell
    from compat.contents import Contents
    from compat.projects import Project, Suite

_SYMBOLS = {"equal": "✓", "unpublished": "+", "skipped": "-", "known": "k", "different": "≠", "failed": "✗"}
_NOT_TRIED = "not imported: "  # what it depends on is not to be had for the platform
_SHOWN = 20  # failing tests kept in a result


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is the same for every project of a run.

    Attributes:
        cells: Those to make.
        downloads: Where the official wheels are.
        work: Where wheels are made and tried.
        revision: Of pyz3.
        all_platforms: The cells are those that ``--all-platforms`` gives.
        suites: Whether the projects' own tests are run.
        say: Is told what is being done.
    """

    cells: tuple[Cell, ...]
    downloads: Downloads
    work: Path
    revision: str
    all_platforms: bool
    suites: bool
    say: Callable[[str], None]


def run_project(project: Project, run: Run) -> ProjectResult:
    """Build a project and judge each of its cells.

    Raises:
        DownloadError: The index did not answer.
    """
    run.say(f"{project.name}: building {project.requirement}")
    folder = run.work / "built" / project.name
    made = build(project, run.cells, folder, all_platforms=run.all_platforms)
    run.say(f"{project.name}: {len(made.wheels)} of {len(run.cells)} cells built in {made.seconds:.0f} s")
    variables = [f"{name}={value}" for name, value in project.environment.items()]
    variables += ["PIP_CONSTRAINT=constraints.txt"] if project.constraints else []
    words = variables + command_line(project, run.cells, all_platforms=run.all_platforms)
    result = ProjectResult(
        name=project.name,
        version=project.version,
        command=shlex.join(words),
        date=dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
        revision=run.revision,
        seconds=round(made.seconds, 1),
        cells=tuple(_judge_cell(project, cell, made, run) for cell in run.cells),
    )
    return complete(project, result, run)


def compare_again(project: Project, result: ProjectResult, run: Run) -> ProjectResult:
    """Compare the wheels that a result is about once more; tests that were run count as before.

    Raises:
        DownloadError: The index did not answer.
    """
    folder = run.work / "built" / project.name
    made = made_before(project, run.cells, folder, all_platforms=run.all_platforms, seconds=result.seconds)
    suites = {(cell.platform, cell.python): cell.suite for cell in result.cells}
    cells = []
    for cell in run.cells:
        new = _judge_cell(project, cell, made, run)
        suite = suites.get((new.platform, new.python))
        failed = (f"tests: {suite.summary}",) if suite is not None and suite.state == "failed" else ()
        cells.append(msgspec.structs.replace(new, suite=suite, reasons=new.reasons + failed))
    return complete(project, msgspec.structs.replace(result, cells=tuple(cells)), run)


def complete(project: Project, result: ProjectResult, run: Run) -> ProjectResult:
    """Judge kept cells by the list as it is now, and run the tests that are asked for and were not run.

    Tests run for the newest Python, on the wheels that were made.

    Raises:
        DownloadError: The index did not answer.
    """
    newest = max(cell.python for cell in run.cells)
    done = {(cell.platform, cell.python): cell for cell in result.cells}
    for cell in run.cells:
        kept = done.get((str(cell.platform), str(cell.python)))
        if kept is None:
            continue
        suite = project.tests
        if suite is None or cell.python != newest or str(cell.platform) not in suite.platforms:
            kept = _without_suite(kept)
        elif run.suites and kept.suite is None:
            kept = _with_suite(project, cell, kept, suite, run)
        if kept.status != "skipped":
            built, published = bool(kept.wheel), is_published(kept)
            status, causes = judge(cell, kept.reasons, built=built, published=published, known=project.known)
            kept = msgspec.structs.replace(kept, status=status, causes=causes)
        done[str(cell.platform), str(cell.python)] = kept
    return msgspec.structs.replace(result, cells=tuple(done.values()))


def _without_suite(kept: CellResult) -> CellResult:
    reasons = tuple(reason for reason in kept.reasons if not reason.startswith("tests: "))
    return msgspec.structs.replace(kept, reasons=reasons, suite=None)


def _with_suite(project: Project, cell: Cell, kept: CellResult, suite: Suite, run: Run) -> CellResult:
    path = run.work / "built" / project.name / "dist" / kept.wheel
    runtime = runtime_of(cell)
    if not kept.wheel or not path.is_file() or runtime is None:
        return kept
    trial = _Trial(project=project, cell=cell, runtime=runtime, run=run)
    official = run.downloads.official_wheel(project, cell) if is_published(kept) else None
    result = trial.suite(suite, path, read_wheel(path), official)
    reasons = kept.reasons + ((f"tests: {result.summary}",) if result.state == "failed" else ())
    return msgspec.structs.replace(kept, reasons=reasons, suite=result)


def _judge_cell(project: Project, cell: Cell, made: Build, run: Run) -> CellResult:
    official_path = run.downloads.official_wheel(project, cell)
    official = read_wheel(official_path) if official_path is not None else None
    published = official is not None and not official.is_pure
    path = counterpart(cell, made.wheels.get(cell, ()), official_path if published else None)
    if path is None or official is None:
        reasons = (f"build: {made.errors[cell]}",) if path is None else ()
        notes: tuple[str, ...] = ()
        floor = ""
    else:
        mine = read_wheel(path)
        compared = compare(mine, official, cell)
        # A pure official wheel says nothing about how the project is built for the platform.
        reasons = compared.differences if published else ()
        if any(reason.startswith("file ") for reason in reasons):
            reasons = with_evidence(reasons, mine, run.downloads.sdist(project))
        notes, floor = compared.notes if published else (), compared.floor if published else ""
    notes += tuple(f"left out: {text}" for text in left_out(cell, made.log))
    imported, modules = "", 0
    if path is not None:
        ours = read_wheel(path)
        modules = len(ours.modules)
        if (runtime := runtime_of(cell)) is not None:
            trial = _Trial(project=project, cell=cell, runtime=runtime, run=run)
            errors, remark = trial.imports(path, ours, official_path if published else None)
            reasons += tuple(f"import: {name}: {error}" for name, error in sorted(errors.items()))
            notes += (remark,) if remark else ()
            tried = bool(modules) and not remark.startswith(_NOT_TRIED)
            imported = str(runtime) if tried and not errors else ""
    if path is None and not published and cell in made.skipped:
        return CellResult(platform=str(cell.platform), python=str(cell.python), status="skipped")
    status, causes = judge(cell, reasons, built=path is not None, published=published, known=project.known)
    return CellResult(
        platform=str(cell.platform),
        python=str(cell.python),
        status=status,
        reasons=reasons,
        causes=causes,
        notes=notes,
        wheel=path.name if path else "",
        official=official_path.name if official_path else "",
        floor=floor,
        size=_size(path),
        official_size=_size(official_path if published else None),
        modules=modules,
        imported=imported,
    )


def _size(path: Path | None) -> int:
    return path.stat().st_size if path is not None else 0


def counterpart(cell: Cell, ours: Sequence[Path], official: Path | None) -> Path | None:
    """Give our wheel to compare with: the one with the same tags, else the one that an installer takes.

    A wheel with the stable ABI of an older Python fits beside one for the cell's own.
    """
    if official is not None:
        tags = cell.interpreter_tags(official.name)
        for path in ours:
            if cell.interpreter_tags(path.name) == tags:
                return path
    return ours[0] if ours else None


@dataclass(frozen=True, kw_only=True)
class _Trial:
    """A cell's wheels in the cell's runtime."""

    project: Project
    cell: Cell
    runtime: Runtime
    run: Run

    def imports(self, path: Path, ours: Contents, official: Path | None) -> tuple[dict[str, str], str]:
        """Give the modules that fail with our wheel and not with the official one, and a remark.

        Where there is no official one, that of another platform is tried: the same error counts there.
        """
        try:
            errors = self._imports(path, ours)
            if not errors:
                return errors, ""
            if official is not None:
                same = errors.keys() & self._imports(official, read_wheel(official)).keys()
            else:
                same = {
                    name for name, error in self._imports_elsewhere().items() if errors.get(name) == error
                }
        except DownloadError as error:
            return {}, f"{_NOT_TRIED}{error}"
        remark = f"not importable, officially neither: {', '.join(sorted(same))}" if same else ""
        return {name: error for name, error in errors.items() if name not in same}, remark

    def _imports_elsewhere(self) -> dict[str, str]:
        """Import the official wheel of the first platform that has one and a runtime, for the same Python."""
        for cell in self.run.cells:
            path = self.run.downloads.official_wheel(self.project, cell)
            runtime = runtime_of(cell) if cell.python == self.cell.python else None
            if path is not None and runtime is not None and not (contents := read_wheel(path)).is_pure:
                other = _Trial(project=self.project, cell=cell, runtime=runtime, run=self.run)
                return other._imports(path, contents)
        return {}

    def _imports(self, path: Path, contents: Contents) -> dict[str, str]:
        dependencies = self.run.downloads.installed(self._needed(contents), self.cell)
        with scratch_folder(self.run.downloads.root / "trials") as name:
            folder = self.run.downloads.root / "trials" / name
            unpack(path, dependencies, folder / "site")
            return import_modules(self.runtime, contents, folder / "site", folder)

    def suite(self, suite: Suite, path: Path, ours: Contents, official: Path | None) -> SuiteResult:
        """Run the project's tests; when they fail, with the official wheel, too."""
        self.run.say(f"{self.project.name}: its tests on {self.runtime}")
        state = "passed"
        try:
            done = self._suite(suite, path, ours)
            failures = done.failures
            if done.code != 0:
                theirs = self._suite(suite, official, read_wheel(official)) if official else None
                state = "as official" if theirs and _no_worse(done, theirs) else "failed"
                failures = done.failures - (theirs.failures if theirs and state == "failed" else frozenset())
        except DownloadError as error:
            return SuiteResult(runtime=str(self.runtime), state="not run", summary=str(error)[-300:])
        shown = tuple(sorted(failures)[:_SHOWN])
        return SuiteResult(runtime=str(self.runtime), state=state, summary=done.summary, failures=shown)

    def _suite(self, suite: Suite, path: Path, contents: Contents) -> SuiteRun:
        requirements = (*self._needed(contents), *suite.requires)
        dependencies = self.run.downloads.installed(requirements, self.cell)
        source = self.run.downloads.sdist(self.project)
        with scratch_folder(self.run.downloads.root / "trials") as name:
            folder = self.run.downloads.root / "trials" / name
            unpack(path, dependencies, folder / "site")
            done = run_suite(self.runtime, suite, source=source, site=folder / "site", folder=folder)
        log = self.run.work / "built" / self.project.name / f"tests-{self.runtime}-{path.parent.name}.log"
        log.write_text(done.output, encoding="utf-8")
        return done

    def _needed(self, contents: Contents) -> tuple[str, ...]:
        return tuple(line for line in contents.requires if "extra ==" not in line.replace("'", '"'))


def _no_worse(ours: SuiteRun, theirs: SuiteRun) -> bool:
    """Whether our run failed where the official one did, and nowhere else, and came as far."""
    if theirs.code == 0:
        return False
    return (bool(ours.failures) and ours.failures <= theirs.failures) or (
        not ours.failures and not theirs.failures and ours.code == theirs.code
    )


def summary_line(result: ProjectResult) -> str:
    """``markupsafe 3.0.3  ✓✓✓✓✓✓✓✓✓✓✓✓✓✓✓✓``."""
    symbols = "".join(_SYMBOLS[cell.status] for cell in result.cells)
    return f"{result.name} {result.version}  {symbols}  {result.seconds:.0f} s"


def in_order(results: Sequence[ProjectResult], projects: Sequence[Project]) -> tuple[ProjectResult, ...]:
    """Give the results in the order of the list, those of projects that are not in it left out."""
    found = {(result.name, result.version): result for result in results}
    return tuple(found[key] for p in projects if (key := (p.name, p.version)) in found)


def merged(*runs: Iterable[ProjectResult]) -> tuple[ProjectResult, ...]:
    """Give the newest result of each project and version; of the same day that of the last run."""
    found: dict[tuple[str, str], ProjectResult] = {}
    for result in (result for run in runs for result in run):
        before = found.get((result.name, result.version))
        if before is None or before.date <= result.date:
            found[result.name, result.version] = result
    return tuple(found.values())

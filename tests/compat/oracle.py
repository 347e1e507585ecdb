"""What this machine's own compiler makes of a project, against what pyz3 makes of it, in each interpreter."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec
from host_builds import build_with_pip
from runtimes import all_known

from compat.builds import build
from compat.cells import Cell
from compat.contents import read_wheel
from compat.downloads import DownloadError
from compat.observing import differences, observe
from compat.trials import run_suite, run_text, scratch_folder, unpack
from compat.verdicts import cause_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from runtimes import Runtime

    from compat.contents import Contents
    from compat.downloads import Downloads
    from compat.observing import Shown
    from compat.projects import Known, Project

Reference = Literal["this machine's compiler", "official wheel", "nothing"]
# What every linker adds to a shared library, each with another set of these.
_OF_LINKERS = frozenset({"_init", "_fini", "_edata", "_end", "__bss_start", "_DYNAMIC", "__dso_handle"})


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One difference.

    Attributes:
        what: A sentence.
        cause: Why it has to be; empty: it is a fault until somebody knows better.
    """

    what: str
    cause: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came out for one interpreter.

    Attributes:
        runtime: Its name.
        reference: What ours was compared with.
        modules: How many extension modules were looked at.
        differences: All of them.
    """

    runtime: str
    reference: Reference
    modules: int
    differences: tuple[Difference, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """The differences without a cause."""
        return tuple(one.what for one in self.differences if not one.cause)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What came out for a project.

    Attributes:
        name: Of it.
        version: Of it; empty: it is a folder.
        revision: Of pyz3.
        date: When.
        host_error: Why this machine's own compiler makes no wheel of it.
        answers: One for each interpreter.
    """

    name: str
    version: str
    revision: str
    date: str
    host_error: str = ""
    answers: tuple[Answer, ...]


@dataclass(frozen=True, kw_only=True)
class Oracle:
    """What is the same for every project.

    Attributes:
        runtimes: Interpreters to try.
        host: The one that this machine's compiler builds for.
        downloads: Sdists, official wheels, dependencies.
        work: Where everything is made.
        suites: Whether the projects' own tests are run.
    """

    runtimes: tuple[Runtime, ...]
    host: Runtime
    downloads: Downloads
    work: Path
    suites: bool

    def ask(self, project: Project, *, revision: str, date: str) -> Verdict:
        """Build a project with both, and compare.

        Raises:
            DownloadError: The index did not answer.
        """
        folder = self.work / "oracle" / project.folder
        shutil.rmtree(folder, ignore_errors=True)
        host = build_with_pip(
            self.host,
            project.source or self.downloads.sdist(project),
            folder / "host",
            environment=project.environment,
            constraints=project.constraints,
        )
        cells = [Cell(platform=runtime.platform, python=runtime.python) for runtime in self.runtimes]
        made = build(project, list(dict.fromkeys(cells)), folder / "ours", all_platforms=False)
        answers = []
        for runtime, cell in zip(self.runtimes, cells, strict=True):
            ours = made.wheels.get(cell, (None,))[0]
            if ours is None:
                found = [] if host.wheel is None else [f"build: {made.errors.get(cell, 'no wheel')}"]
                answers.append(_answer(runtime, "nothing", 0, found, project))
            else:
                answers.append(self._compare(project, runtime, cell, ours, host.wheel))
        error = "" if host.wheel else (host.log.strip().splitlines() or ["nothing said"])[-1]
        return Verdict(
            name=project.name,
            version="" if project.source else project.version,
            revision=revision,
            date=date,
            host_error=error,
            answers=tuple(answers),
        )

    def _compare(
        self, project: Project, runtime: Runtime, cell: Cell, ours: Path, host: Path | None
    ) -> Answer:
        here = runtime.platform == self.host.platform
        official = None if here or project.source else self.downloads.official_wheel(project, cell)
        theirs, where = (official, runtime) if official else (host, self.host)
        contents = read_wheel(ours)
        if theirs is None:
            return _answer(runtime, "nothing", len(contents.modules), [], project)
        other = read_wheel(theirs)
        found = [f"module missing: {name}" for name in sorted(other.modules.keys() - contents.modules.keys())]
        found += [f"module extra: {name}" for name in sorted(contents.modules.keys() - other.modules.keys())]
        names = sorted(contents.modules.keys() & other.modules.keys())
        try:
            found += differences(
                self._observe(runtime, ours, contents, names), self._observe(where, theirs, other, names)
            )
            found += self._checks(project, (runtime, ours, contents), (where, theirs, other))
        except DownloadError as error:
            found.append(f"not tried: {error}")
        if here:
            found += exports_missing(self._exports(ours, names), self._exports(theirs, names))
        reference: Reference = "official wheel" if official else "this machine's compiler"
        return _answer(runtime, reference, len(names), found, project)

    def _dependencies(self, runtime: Runtime, contents: Contents, more: Sequence[str] = ()) -> Path | None:
        needed = [line for line in contents.requires if "extra ==" not in line.replace("'", '"')]
        cell = Cell(platform=runtime.platform, python=runtime.python)
        return self.downloads.installed((*needed, *more), cell) if needed or more else None

    def _observe(
        self, runtime: Runtime, wheel: Path, contents: Contents, names: Iterable[str]
    ) -> dict[str, Shown]:
        dependencies = self._dependencies(runtime, contents)
        return observe(runtime, wheel, names, work=self.work / "trials", dependencies=dependencies)

    def _checks(
        self, project: Project, ours: tuple[Runtime, Path, Contents], theirs: tuple[Runtime, Path, Contents]
    ) -> list[str]:
        """Compare what the project's own check or tests say."""
        found = []
        if project.check:
            mine, other = (self._printed(project.check, *one) for one in (ours, theirs))
            if mine != other:
                found.append(f"check: {mine}, theirs {other}")
        if self.suites and project.tests is not None and str(ours[0].platform) in project.tests.platforms:
            mine, other = (self._tested(project, *one) for one in (ours, theirs))
            if mine != other:
                found.append(f"tests: {mine}, theirs {other}")
        return found

    def _printed(self, code: str, runtime: Runtime, wheel: Path, contents: Contents) -> str:
        with scratch_folder(self.work / "trials") as name:
            folder = self.work / "trials" / name
            unpack(wheel, self._dependencies(runtime, contents), folder / "site")
            return run_text(runtime, code, site=folder / "site", folder=folder)

    def _tested(self, project: Project, runtime: Runtime, wheel: Path, contents: Contents) -> str:
        assert project.tests is not None
        dependencies = self._dependencies(runtime, contents, project.tests.requires)
        source = project.source or self.downloads.sdist(project)
        with scratch_folder(self.work / "trials") as name:
            folder = self.work / "trials" / name
            unpack(wheel, dependencies, folder / "site")
            done = run_suite(runtime, project.tests, source=source, site=folder / "site", folder=folder)
        return f"exit code {done.code}, fails: {', '.join(sorted(done.failures)) or 'nothing'}"

    def _exports(self, wheel: Path, names: Iterable[str]) -> dict[str, frozenset[str]]:
        """Give what each module exports, by binutils' nm."""
        files = read_wheel(wheel).modules
        with scratch_folder(self.work / "trials") as name:
            site = self.work / "trials" / name / "site"
            unpack(wheel, None, site)
            return {module: _symbols(site / files[module].split(".data/platlib/")[-1]) for module in names}


def _symbols(file: Path) -> frozenset[str]:
    command = ["nm", "--dynamic", "--defined-only", "--format=posix", file]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return frozenset(line.split()[0].partition("@")[0] for line in done.stdout.splitlines())


def exports_missing(
    ours: Mapping[str, frozenset[str]], theirs: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """Tell which functions of C a module exports in one build alone.

    Names of C++ are left out: each standard library has its own templates, which compilers export.
    """
    found = []
    for module in sorted(theirs):
        mine, other = (
            {name for name in symbols[module] - _OF_LINKERS if not name.startswith("_Z")}
            for symbols in (ours, theirs)
        )
        found += [f"{module}: not exported: {name}" for name in sorted(other - mine)]
        found += [f"{module}: exported besides: {name}" for name in sorted(mine - other)]
    return tuple(found)


def _answer(
    runtime: Runtime, reference: Reference, modules: int, found: Iterable[str], project: Project
) -> Answer:
    cell = Cell(platform=runtime.platform, python=runtime.python)
    return Answer(
        runtime=str(runtime),
        reference=reference,
        modules=modules,
        differences=explained(found, project.differs, cell),
    )


def explained(found: Iterable[str], known: Iterable[Known], cell: Cell) -> tuple[Difference, ...]:
    """Give differences with the causes that the list has for them."""
    listed = tuple(known)
    return tuple(Difference(what=what, cause=cause_of(what, listed, cell) or "") for what in found)


def table(verdicts: Sequence[Verdict]) -> str:
    """Give the verdicts as text: a line for each project, and the faults below it."""
    lines = []
    for verdict in verdicts:
        cells = [f"{one.runtime}: {_word(one)}" for one in verdict.answers]
        lines.append(f"{verdict.name} {verdict.version}".strip() + f"  {'; '.join(cells)}")
        if verdict.host_error:
            lines.append(f"    this machine's compiler makes no wheel: {verdict.host_error}")
        seen: dict[str, list[str]] = {}
        for one in verdict.answers:
            for what in one.faults:
                seen.setdefault(what, []).append(one.runtime)
        lines += [f"    {', '.join(where)}: {what}" for what, where in seen.items()]
    return "\n".join(lines) + "\n"


def _word(answer: Answer) -> str:
    if answer.faults:
        return f"{len(answer.faults)} differences"
    if answer.reference == "nothing":
        return "not compared"
    known = len(answer.differences)
    return "the same" if not known else f"the same but for {known} known"


def runtimes_named(names: Sequence[str]) -> tuple[Runtime, ...]:
    """Give the interpreters of these names that are here; without names, all of one Python.

    Raises:
        ValueError: One is not known, or not here.
    """
    known = {runtime.name: runtime for runtime in all_known() if runtime.command.is_file()}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"no such interpreter here: {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(known[name] for name in names)

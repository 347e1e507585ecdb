"""``pyz3 test``: install wheels and test them, each in an interpreter that it is for."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from rich.text import Text

from pyz3._files import write_atomically
from pyz3.check import why_unfit
from pyz3.cli.settings import SETTINGS, complete_pythons
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError, abridged
from pyz3.frontends import declared_name, load_project
from pyz3.release import named_files
from pyz3.runtimes import (
    Trial,
    WheelTests,
    choose,
    find_runtimes,
    junit,
    served_targets,
    too_new,
    try_all,
    wheel_tests_for,
    why_none,
)
from pyz3.store import open_cache
from pyz3.targets import SUPPORTED, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.config import Project
    from pyz3.runtimes import Outcome, Runtime

_SIGNS = {"passed": "✓", "failed": "✗", "not run": "-", "skipped": "-"}
_STYLES = {"passed": "green", "failed": "bold red", "not run": "yellow", "skipped": "dim"}
_PROJECTS = ("pyproject.toml", "setup.py", "setup.cfg")
_EXAMPLES = """\b
Examples:
  pyz3 test                                   what is in dist, with the project's test-command
  pyz3 test dist --python 3.10 --python 3.14  a wheel for several Pythons, in two of them
  pyz3 test thing-1.2-py3-none-any.whl --test-requires pytest --test-command "pytest --pyargs thing"
"""


@click.command(context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Install wheels and test them.")
@click.argument("names", nargs=-1, type=click.Path(path_type=Path), metavar="[WHEEL|DIR]...")
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="The project that says how to test.  [default: the current folder, if it is the wheels']",
)
@click.option(
    "--python",
    "pythons",
    multiple=True,
    metavar="X.Y",
    shell_complete=complete_pythons,
    help="Test with these; repeatable.  [default: the oldest that a wheel is for and that is here]",
)
@click.option("--test-command", metavar="COMMAND", help="What tests a wheel.  [default: the project's]")
@click.option(
    "--test-requires",
    multiple=True,
    metavar="REQUIREMENT",
    help="What that needs; repeatable.  [default: the project's]",
)
@click.option("--import", "only_import", is_flag=True, help="Import the wheel's modules, and do no more.")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Of each wheel's tests."
)
@click.option("--require", is_flag=True, help="A wheel that cannot be run here is a failure.")
@click.option(
    "--junit",
    "report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the results as JUnit XML.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Wheels at a time.  [default: processors]")
@click.option("-v", "--verbose", is_flag=True, help="Show what tests print that pass, too.")
def test(
    *,
    names: tuple[Path, ...],
    project: Path | None,
    pythons: tuple[str, ...],
    test_command: str | None,
    test_requires: tuple[str, ...],
    only_import: bool,
    timeout: float | None,
    require: bool,
    report: Path | None,
    jobs: int | None,
    verbose: bool,
) -> int:
    """Install wheels and run their tests, each in an interpreter that it is for.

    That is one of this machine, or one of those that `pyz3 runtimes` lists: Windows in Wine, other processors
    in qemu, musl, Pyodide in node.  What is run is the project's test-command, in an empty folder; without
    one every module is imported.  A wheel that cannot be run here is told, and never counts as passed.
    """
    if only_import and test_command:
        raise click.UsageError("--import and --test-command exclude each other")
    console = SafeConsole(soft_wrap=True)
    paths, _ = named_files(names or (Path("dist"),))
    wheels = [path for path in paths if path.suffix == ".whl"]
    if not wheels:
        raise ConfigError("no wheel is among the files", tip="pyz3 wheel builds wheels")
    asked = Asked(
        pythons=_versions(pythons),
        command=(test_command,) if test_command else None,
        requires=test_requires or None,
        only_import=only_import,
    )
    found = load_project(project.absolute()) if project is not None else None
    trials, notes = _trials(wheels, found, asked)
    showing = Showing(jobs=jobs, timeout=timeout, require=require, report=report, verbose=verbose)
    return show_trials(console, trials, showing, notes=notes)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line says of the tests.

    Attributes:
        pythons: Test with these; none: see :func:`pyz3.runtimes.choose`.
        command: In place of the project's; None: the project's.
        requires: Likewise.
        only_import: Import the modules, and no more.
    """

    pythons: tuple[PythonVersion, ...] = ()
    command: tuple[str, ...] | None = None
    requires: tuple[str, ...] | None = None
    only_import: bool = False


@dataclass(frozen=True, kw_only=True)
class Showing:
    """How wheels are tried, and what is shown of it.

    Attributes:
        jobs: How many at a time; None: as many as there are processors.
        timeout: Seconds for the tests of one; None: any number.
        require: What cannot be run is a failure.
        report: The file of JUnit's XML.
        verbose: Show what tests print that pass, too.
        quiet: Show only what did not pass.
    """

    jobs: int | None = None
    timeout: float | None = None
    require: bool = False
    report: Path | None = None
    verbose: bool = False
    quiet: bool = False


def _versions(names: Sequence[str]) -> tuple[PythonVersion, ...]:
    if "all" in names:
        return SUPPORTED
    try:
        return tuple(PythonVersion.parse(name) for name in names)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _trials(wheels: Sequence[Path], project: Project | None, asked: Asked) -> tuple[list[Trial], list[str]]:
    """Give what is to be tried, and what the user should know of it."""
    here = Path.cwd()
    notes = []
    name = ""
    if project is None and any((here / file).is_file() for file in _PROJECTS):
        name = canonicalize_name(declared_name(here))
        if name in {_name(wheel) for wheel in wheels}:
            project = load_project(here)
    trials = []
    strangers = []
    for wheel in wheels:
        own = project if not name or name == _name(wheel) else None
        if own is None and not asked.command and not asked.only_import:
            strangers.append(wheel.name)
        trials += trials_of(wheel, own, asked)
    if strangers:
        notes.append(
            f"no project here says how to test {abridged(strangers)}: modules are imported (--project DIR)"
        )
    elif any(one.tests and not one.tests.command and not one.tests.skipped for one in trials):
        notes += [] if asked.only_import else ["there is no test-command: every module is imported"]
    return trials, notes


def trials_of(wheel: Path, project: Project | None, asked: Asked) -> list[Trial]:
    """Give what is to be done with a wheel: one trial, or one for each Python that was asked for.

    Args:
        wheel: The file.
        project: What says how to test it; None: nothing does.
        asked: What the command line says.

    Raises:
        ConfigError: Its name is that of no wheel, or what the project says of tests is wrong.
    """
    try:
        _, _, _, tags = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename as error:
        raise ConfigError(f"{wheel}: no name of a wheel: {error}") from error
    chosen = choose(tags, _runtimes(), pythons=asked.pythons)
    if not chosen:
        # What is not wanted is not missing either.
        unwanted = project is not None and _is_skipped(project, served_targets(tags))
        tests = WheelTests(skipped=True) if unwanted else None
        return [Trial(wheel=wheel, tests=tests, reason=why_none(tags, pythons=asked.pythons))]
    return [
        Trial(wheel=wheel, runtime=one, tests=_tests(one, project, asked), reason=too_new(tags, one))
        for one in chosen
    ]


def _is_skipped(project: Project, targets: Sequence[Target]) -> bool:
    options = [project.tool.hook_options(one.identifier, family=one.platform.family) for one in targets]
    return bool(options) and all(one.test_skipped for one in options)


@cache
def _runtimes() -> tuple[Runtime, ...]:
    return find_runtimes(environ=os.environ, cache=open_cache(os.environ))[0]


def _tests(runtime: Runtime, project: Project | None, asked: Asked) -> WheelTests:
    target = Target(platform=runtime.platform, python=runtime.python)
    tests = wheel_tests_for(target, project.tool, project.root) if project is not None else WheelTests()
    if asked.only_import:
        return WheelTests(skipped=tests.skipped)
    if asked.requires is not None:
        tests = replace(tests, requires=asked.requires)
    return tests if asked.command is None else replace(tests, command=asked.command)


def _name(wheel: Path) -> str:
    return canonicalize_name(wheel.name.partition("-")[0])


def show_trials(
    console: SafeConsole, trials: Sequence[Trial], showing: Showing, *, notes: Sequence[str] = ()
) -> int:
    """Try wheels, show what comes of each, write the report; give the exit code.

    Args:
        console: Where it is shown.
        trials: What is to be tried.
        showing: How.
        notes: What the user should know beforehand.
    """
    for note in notes:
        console.print(Text(f"note: {note}", style="yellow"))
    outcomes = []
    jobs = showing.jobs or os.cpu_count() or 1
    for one in try_all(trials, why_unfit=why_unfit, environ=os.environ, jobs=jobs, timeout=showing.timeout):
        outcomes.append(one)
        if not showing.quiet or one.status != "passed":
            _show(console, one, verbose=showing.verbose)
    if showing.report is not None:
        showing.report.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(showing.report, junit(outcomes))
    return _total(console, outcomes, showing)


def _show(console: SafeConsole, one: Outcome, *, verbose: bool) -> None:
    runtime = one.trial.runtime
    line = Text(f"{_SIGNS[one.status]} {one.status}", style=_STYLES[one.status])
    line.append(f"  {one.trial.wheel.name}", style="bold" if one.status == "failed" else "default")
    if runtime is not None and one.seconds:
        by = f" ({runtime.runs_by})" if runtime.runs_by else ""
        line.append(f"  {runtime}{by}, {one.seconds:.1f} s", style="cyan")
    line.append(f"  {one.reason}" if one.reason else "", style="default")
    console.print(line)
    if one.did and (verbose or one.status == "failed"):
        console.print(Text(f"  $ {one.did}", style="dim"))
    if one.output and (verbose or one.status in {"failed", "not run"}):
        console.print(Text("".join(f"  {text}\n" for text in one.output.splitlines())), end="")


def _total(console: SafeConsole, outcomes: Sequence[Outcome], showing: Showing) -> int:
    """Say how many passed; give the exit code: 0 says that something was run, and that all of it passed."""
    counts = {status: sum(one.status == status for one in outcomes) for status in _SIGNS}
    told = ", ".join(
        f"{count} {status}" for status, count in counts.items() if count or status in {"passed", "failed"}
    )
    ran = counts["passed"] + counts["failed"]
    lacking = showing.require and counts["not run"]
    failed = counts["failed"] or lacking or not (ran or counts["skipped"] == len(outcomes))
    note = "" if ran else "; nothing was tested"
    note += "; --require: what is not run has failed" if lacking else ""
    if failed or not showing.quiet:
        console.print(Text(f"{told}{note}", style="bold red" if failed else "bold"))
    return 1 if failed else 0

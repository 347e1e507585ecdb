"""What ``pyz3 wheel`` does when something is to be built."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from pyz3._files import unwritable
from pyz3.builder import WheelBuilder, inputs_of
from pyz3.cli.github import add_to_job_summary, marks
from pyz3.cli.terminal import SafeConsole, safe_json
from pyz3.cli.ui import BuildView, print_error
from pyz3.engine.toolchain import find_toolchain
from pyz3.errors import BuildFailedError, MatrixError, Pyz3Error, abridged
from pyz3.events import Note
from pyz3.plan import notes_on_tests, public_plan
from pyz3.release import CHECKSUMS, add_checksums, read_checksums
from pyz3.results import write_report
from pyz3.sources import FolderSource, classify
from pyz3.targets import Platform
from pyz3.unchanged import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from pyz3.builder import ProjectBuild
    from pyz3.config import Project
    from pyz3.plan import Planned
    from pyz3.results import DebugFiles, Summary
    from pyz3.targets import Selection
    from pyz3.unchanged import Question


_VARIABLES = {
    "platforms": ("platforms", "PYZ3_PLATFORM"),
    "pythons": ("pythons", "PYZ3_PYTHON"),
    "build_patterns": ("build", "PYZ3_BUILD"),
    "skip_patterns": ("skip", "PYZ3_SKIP"),
}


def build_wheels(
    context: click.Context,
    console: SafeConsole,
    question: Question | None,
    *,
    project: str,
    config: Path | None,
    locked: bool,
    python_headers: tuple[Path, ...],
    jobs: int | None,
    in_github: bool,
    quiet: bool,
    verbose: bool,
    **asked: Any,
) -> int:
    """Build what the command line asks for, and show it; give the exit code.

    The arguments are the command's; ``question`` keeps what was built, if that is to be kept.
    """
    view = BuildView(console, verbose=verbose, quiet=quiet, fold=in_github)
    builder = WheelBuilder.of(
        project, python_headers=python_headers, jobs=jobs, config=config, locked=locked, listener=view
    )
    shown = _Shown(console=console, view=view, in_github=in_github, quiet=quiet)
    return _build(context, shown, question, builder.open(), jobs=jobs, **asked)


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """Where and how what happens is shown."""

    console: SafeConsole
    view: BuildView
    in_github: bool
    quiet: bool


def _build(
    context: click.Context,
    shown: _Shown,
    question: Question | None,
    build: ProjectBuild,
    *,
    platforms: tuple[str, ...],
    all_platforms: bool,
    pythons: tuple[str, ...],
    build_patterns: tuple[str, ...],
    skip_patterns: tuple[str, ...],
    only: str | None,
    fallback: bool,
    require_extensions: bool,
    allow_pure: bool,
    test: bool,
    allow_empty: bool,
    output_dir: Path,
    optimize: str | None,
    jobs: int | None,
    checksums: bool,
    debug_files: Path | None,
    report: Path | None,
    print_build_identifiers: bool,
    print_plan: bool,
) -> int:
    view, root = shown.view, build.project.root
    selection = build.select(
        platforms=None if all_platforms else _platforms(platforms, identifiers=build_patterns or only),
        pythons=pythons,
        build=build_patterns or None,
        skip=skip_patterns or None,
        only=only,
        allow_empty=allow_empty,
        sources=_sources(context),
    )
    plan = build.plan(
        selection,
        optimize=optimize,
        # One identifier asked for is one wheel.
        fallback=fallback or (only is None and build.project.tool.fallback),
        require_extensions=require_extensions,
        allow_pure=allow_pure,
    )
    if print_build_identifiers or print_plan:
        return _print(plan, as_json=not print_build_identifiers)
    if not plan:
        return _say_nothing(shown.console, selection, report=report)
    if checksums:
        read_checksums(output_dir)  # one that would be lost is told of before anything is built
    skipped = _say_left_out(shown.console, selection)
    with build.using_cache(plan):
        summary = _run(
            build, plan, view, output_dir=output_dir, debug_files=debug_files, told_of_tests=not test
        )
        told = _tell_others(summary, view.notes, root=root, report=report, in_github=shown.in_github)
        _remember(question, build, plan, summary, said=(*skipped, *view.notes))
    _say_what_else(shown.console, summary, output_dir, checksums=checksums, debug_files=debug_files)
    tested = _test(summary, build.project, jobs=jobs, quiet=shown.quiet) if test and summary.wheels else 0
    return status_of(summary) or told or tested


def _run(
    build: ProjectBuild,
    plan: Sequence[Planned],
    view: BuildView,
    *,
    output_dir: Path,
    debug_files: Path | None,
    told_of_tests: bool,
) -> Summary:
    """Make the wheels, and show them; ``told_of_tests``: say how those are done that no build does."""
    with view.showing(plan, output_dir=str(output_dir)):
        for text in notes_on_tests(build.project, plan) if told_of_tests else ():
            build.tell(Note(text=text))
        summary = build.run(plan, output_dir=output_dir, debug_files=debug_files)
    view.summary(summary, output_dir=str(output_dir))
    return summary


def _say_what_else(
    console: SafeConsole, summary: Summary, output_dir: Path, *, checksums: bool, debug_files: Path | None
) -> None:
    """Say what there is besides wheels: debug data, as far as it could be had, and digests."""
    if summary.debug is not None:
        _say_debug_files(console, summary.debug, str(debug_files))
    if checksums and summary.wheels:
        _write_checksums(console, summary, output_dir)


def _say_debug_files(console: SafeConsole, found: DebugFiles, folder: str) -> None:
    for text in found.notes:
        _note(console, text)
    for text in found.failures:
        print_error(BuildFailedError(text))
    number = len(found.files)
    if number:
        by_id = f", {found.by_id} of them by build-id" if found.by_id else ""
        said = f"{number} debug file{'' if number == 1 else 's'} in {folder}{by_id}"
        console.print(said, soft_wrap=True)


def _write_checksums(console: SafeConsole, summary: Summary, output_dir: Path) -> None:
    path = output_dir / CHECKSUMS
    try:
        gone = add_checksums(output_dir, {one.path.name: one.sha256 for one in summary.wheels})
    except OSError as error:
        raise unwritable(f"--checksums: {path}", error) from error
    console.print(f"{path}: written", soft_wrap=True)
    if gone:
        _note(console, f"{path}: without {abridged(gone)}, of which there is no file any more")


def _test(summary: Summary, project: Project, *, jobs: int | None, quiet: bool) -> int:
    """Test the wheels that were built; give the exit code."""
    # Half of what it imports is of no use to a build.
    from pyz3.cli.test import Asked, Showing, show_trials, trials_of  # noqa: PLC0415

    trials = [trial for one in summary.wheels for trial in trials_of(one.path, project, Asked())]
    return show_trials(SafeConsole(soft_wrap=True), trials, Showing(jobs=jobs, quiet=quiet))


def keeping(project: str, console: SafeConsole) -> AbstractContextManager[None]:
    """Give what keeps an sdist's files, which are unpacked in the cache, while wheels are made of them.

    Raises:
        ConfigError: There is no such file or folder; there is no zig, or no usable cache.
    """
    if isinstance(classify(project), FolderSource):
        return contextlib.nullcontext()
    return find_toolchain(os.environ).in_use(lambda text: _note(console, text))


def _note(console: SafeConsole, text: str) -> None:
    console.print(f"note: {text}", style="yellow", soft_wrap=True)


@contextlib.contextmanager
def reporting(report: Path | None) -> Iterator[None]:
    """Have the report say, too, what ended the run before there were results; the earlier report is gone."""
    try:
        yield
    except Pyz3Error as error:
        if report is not None and not report.exists():
            try:
                write_report(report, (), error=error)
            except Pyz3Error as unwritten:
                print_error(unwritten)  # and then what ended the run
        raise


def _tell_others(
    summary: Summary, notes: Sequence[str], *, root: Path, report: Path | None, in_github: bool
) -> int:
    """Tell those who do not read the log: a program that asked for a report, GitHub; give the exit code."""
    status = 0
    try:
        if report is not None:
            write_report(report, summary.wheels, summary.failures)
    except Pyz3Error as error:
        print_error(error)  # what the build gave counts for more
        status = error.exit_code
    if in_github:
        workspace = Path(os.environ.get("GITHUB_WORKSPACE") or os.curdir)
        for command in marks(summary.wheels, summary.failures, notes, root=root, workspace=workspace):
            click.echo(command)
        add_to_job_summary(os.environ, summary.wheels, summary.failures, seconds=summary.seconds)
    return status


def _print(plan: Sequence[Planned], *, as_json: bool) -> int:
    if as_json:
        click.echo(safe_json(public_plan(plan)))
    else:
        click.echo("".join(f"{one.identifier}\n" for one in plan), nl=False)
    return 0


def status_of(summary: Summary) -> int:
    """Give the exit code; the view has said everything there is to say."""
    error = summary.error()
    if error is None:
        return 0
    return error.status if isinstance(error, MatrixError) else error.exit_code


def _platforms(names: tuple[str, ...], *, identifiers: object) -> tuple[str, ...] | None:
    """Give the platforms asked for; identifiers alone are about all that the project lists: None."""
    if names:
        return names
    return None if identifiers else (str(Platform.current()),)


def _sources(context: click.Context) -> dict[str, str]:
    """Give what messages shall call the values that come from variables."""
    return {
        name: variable
        for parameter, (name, variable) in _VARIABLES.items()
        if context.get_parameter_source(parameter) is ParameterSource.ENVIRONMENT
    }


def _say_nothing(console: SafeConsole, selection: Selection, *, report: Path | None) -> int:
    _say_left_out(console, selection)
    console.print("nothing is selected: no wheel is built", soft_wrap=True)
    if report is not None:
        write_report(report, ())
    return 0


def _say_left_out(console: SafeConsole, selection: Selection) -> tuple[str, ...]:
    lines = tuple(f"skipped {what}: {why}" for what, why in selection.left_out)
    for line in lines:
        console.print(line, style="yellow", soft_wrap=True)
    return lines


def _remember(
    question: Question | None,
    build: ProjectBuild,
    plan: Sequence[Planned],
    summary: Summary,
    *,
    said: tuple[str, ...],
) -> None:
    """Keep what was built for the next time, if everything came and all that it was made from is known."""
    if (
        question is None
        or summary.failures
        or not summary.wheels
        or any(wheel.left_out for wheel in summary.wheels)
    ):
        return
    with contextlib.suppress(OSError):  # the wheels are there: the next time they are built again
        inputs = inputs_of(build, plan)
        if inputs is not None:
            question.remember(Answer(wheels=summary.wheels, said=said), inputs)

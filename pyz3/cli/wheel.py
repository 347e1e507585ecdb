"""``pyz3 wheel``: build wheels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.console import Console

from pyz3.builder import WheelBuilder
from pyz3.cli.ui import BuildView
from pyz3.config import OPTIMIZE_MODES
from pyz3.errors import MatrixError
from pyz3.results import write_report
from pyz3.targets import Platform

if TYPE_CHECKING:
    from pyz3.targets.selection import Selection


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("project", type=click.Path(path_type=Path), default=".")
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    metavar="NAME",
    help="Platform to build for, a name or a glob; repeatable.  [default: this machine's]",
)
@click.option("--all-platforms", is_flag=True, help="Build for every platform that the project lists.")
@click.option(
    "--python",
    "pythons",
    multiple=True,
    metavar="X.Y",
    help="Python to build for (3.13, 3.13t, all); repeatable.  [default: this one]",
)
@click.option(
    "-o",
    "--output-dir",
    type=click.Path(path_type=Path),
    default="dist",
    show_default=True,
    help="Where the wheels go.",
)
@click.option(
    "--optimize", type=click.Choice(OPTIMIZE_MODES), help="Zig's build mode.  [default: the project's]"
)
@click.option(
    "--python-headers",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder that holds Python.h, used before those that are found; repeatable.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Compilers at a time.  [default: processors]")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a JSON report, as `build --report` does.",
)
@click.option("--print-build-identifiers", is_flag=True, help="List what would be built, and build nothing.")
@click.option("--print-plan", is_flag=True, help="Print the plan as JSON, and build nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Print the commands that are run.")
def wheel(
    *,
    project: Path,
    platforms: tuple[str, ...],
    all_platforms: bool,
    pythons: tuple[str, ...],
    output_dir: Path,
    optimize: str | None,
    python_headers: tuple[Path, ...],
    jobs: int | None,
    report: Path | None,
    print_build_identifiers: bool,
    print_plan: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Build wheels of the project in PROJECT, the current folder by default."""
    if platforms and all_platforms:
        raise click.UsageError("--platform and --all-platforms exclude each other")
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other")
    console = Console(highlight=False)
    view = BuildView(console, verbose=verbose, quiet=quiet)
    builder = WheelBuilder(project, python_headers=python_headers, jobs=jobs, listener=view)
    wanted = None if all_platforms else platforms or (str(Platform.current()),)
    selection = builder.select(platforms=wanted, pythons=pythons)
    plan = builder.plan(selection, optimize=optimize)
    if print_build_identifiers:
        click.echo("\n".join(job.identifier for job in plan))
        return 0
    if print_plan:
        click.echo(msgspec.json.format(msgspec.json.encode(plan)).decode())
        return 0
    if not quiet:
        _say_left_out(console, selection)
    view.start(plan)
    try:
        summary = builder.run(plan, output_dir=output_dir)
    finally:
        view.stop()
    view.summary(summary, output_dir=str(output_dir))
    if report is not None:
        write_report(report, summary.wheels)
    error = summary.error()
    if error is None:
        return 0
    # The summary has said everything there is to say.
    return error.status if isinstance(error, MatrixError) else error.exit_code


def _say_left_out(console: Console, selection: Selection) -> None:
    for what, why in selection.left_out:
        console.print(f"skipped {what}: {why}", style="yellow", soft_wrap=True)

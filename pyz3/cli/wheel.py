"""``pyz3 wheel``: build wheels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from pyz3.builder import WheelBuilder
from pyz3.cli.options import SETTINGS, optimize_option, output_dir_option, python_headers_option
from pyz3.cli.terminal import SafeConsole, safe_json
from pyz3.cli.ui import BuildView
from pyz3.errors import MatrixError
from pyz3.plan import public_plan
from pyz3.results import write_report
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.plan import Planned
    from pyz3.results import Summary
    from pyz3.targets import Selection


_TYPED = ParameterSource.COMMANDLINE
_EXCLUDED = {
    "--platform": ("--all-platforms",),
    "--only": ("--platform", "--all-platforms", "--python"),
    "--quiet": ("--verbose",),
}
_VARIABLES = {
    "platforms": ("platforms", "PYZ3_PLATFORM"),
    "pythons": ("pythons", "PYZ3_PYTHON"),
    "build_patterns": ("build", "PYZ3_BUILD"),
    "skip_patterns": ("skip", "PYZ3_SKIP"),
}


@click.command(context_settings=SETTINGS, short_help="Build wheels.")
@click.argument("project", default=".")
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    metavar="NAME",
    envvar="PYZ3_PLATFORM",
    show_envvar=True,
    help="Platform to build for: a name, an alias or a glob; repeatable.  [default: this machine's]",
)
@click.option("--all-platforms", is_flag=True, help="Build for every platform that the project lists.")
@click.option(
    "--python",
    "pythons",
    multiple=True,
    metavar="X.Y",
    envvar="PYZ3_PYTHON",
    show_envvar=True,
    help="Python to build for (3.13, 3.13t, all); repeatable.  [default: this one]",
)
@click.option(
    "--build",
    "build_patterns",
    multiple=True,
    metavar="PATTERNS",
    envvar="PYZ3_BUILD",
    show_envvar=True,
    help="Build these identifiers (cp3{12,13}-*linux*); repeatable.  Without --platform or --python "
    "of all that the project lists.  [default: tool.pyz3.build]",
)
@click.option(
    "--skip",
    "skip_patterns",
    multiple=True,
    metavar="PATTERNS",
    envvar="PYZ3_SKIP",
    show_envvar=True,
    help="Leave these identifiers out; repeatable.  [default: tool.pyz3.skip]",
)
@click.option("--only", metavar="ID", help="Build just this identifier, whatever is to be built or skipped.")
@click.option(
    "--fallback",
    is_flag=True,
    help="Add a wheel without extension modules (py3-none-any) for everyone else.  "
    "[default: tool.pyz3.fallback]",
)
@click.option(
    "--require-extensions", is_flag=True, help="An optional extension that cannot be built is an error."
)
@click.option(
    "--allow-pure",
    is_flag=True,
    help="A project of another build backend may end without its extension modules.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    envvar="PYZ3_CONFIG",
    show_envvar=True,
    help="TOML in place of the project's [tool.pyz3], for a project of another build backend.",
)
@click.option("--allow-empty", is_flag=True, help="Selecting nothing is no error.")
@output_dir_option("the wheels go")
@optimize_option
@python_headers_option
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Compilers at a time.  [default: processors]")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a JSON report, as `build --report` does, with what failed.",
)
@click.option("--print-build-identifiers", is_flag=True, help="List what would be built, and build nothing.")
@click.option("--print-plan", is_flag=True, help="Print the plan as JSON, and build nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but warnings and errors.")
@click.option("-v", "--verbose", is_flag=True, help="Print the commands that are run.")
@click.pass_context
def wheel(
    context: click.Context,
    *,
    project: str,
    platforms: tuple[str, ...],
    all_platforms: bool,
    pythons: tuple[str, ...],
    build_patterns: tuple[str, ...],
    skip_patterns: tuple[str, ...],
    only: str | None,
    fallback: bool,
    require_extensions: bool,
    allow_pure: bool,
    config: Path | None,
    allow_empty: bool,
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
    """Build wheels of PROJECT: a folder (by default the current one), an sdist, or a requirement.

    A requirement (thing==1.2) is fetched by pip as an sdist.
    """
    _refuse_contradictions(context)
    console = SafeConsole(quiet=quiet)
    view = BuildView(console, verbose=verbose, quiet=quiet)
    builder = WheelBuilder.of(project, python_headers=python_headers, jobs=jobs, config=config, listener=view)
    build = builder.open()
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
        return _say_nothing(console, selection, report=report)
    _say_left_out(console, selection)
    with view.showing(plan, output_dir=str(output_dir)):
        summary = build.run(plan, output_dir=output_dir)
    view.summary(summary, output_dir=str(output_dir))
    if report is not None:
        write_report(report, summary.wheels, summary.failures)
    return _status(summary)


def _print(plan: Sequence[Planned], *, as_json: bool) -> int:
    if as_json:
        click.echo(safe_json(public_plan(plan)))
    else:
        click.echo("".join(f"{one.identifier}\n" for one in plan), nl=False)
    return 0


def _status(summary: Summary) -> int:
    """Give the exit code; the view has said everything there is to say."""
    error = summary.error()
    if error is None:
        return 0
    return error.status if isinstance(error, MatrixError) else error.exit_code


def _refuse_contradictions(context: click.Context) -> None:
    """Refuse options that were typed together and cannot both be meant; what variables say yields."""
    options = {
        "--platform": "platforms",
        "--all-platforms": "all_platforms",
        "--python": "pythons",
        "--only": "only",
        "--quiet": "quiet",
        "--verbose": "verbose",
    }
    typed = [o for o, name in options.items() if context.get_parameter_source(name) is _TYPED]
    for one, others in _EXCLUDED.items():
        for other in others:
            if one in typed and other in typed:
                raise click.UsageError(f"{one} and {other} exclude each other")


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


def _say_left_out(console: SafeConsole, selection: Selection) -> None:
    for what, why in selection.left_out:
        console.print(f"skipped {what}: {why}", style="yellow", soft_wrap=True)

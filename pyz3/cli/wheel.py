"""``pyz3 wheel``: build wheels."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from pyz3.cli.github import add_to_job_summary, is_github
from pyz3.cli.lines import total_line, wheel_line
from pyz3.cli.options import (
    allow_pure_option,
    config_option,
    jobs_option,
    optimize_option,
    output_dir_option,
    platforms_option,
    python_headers_option,
    pythons_option,
)
from pyz3.cli.settings import SETTINGS, complete_identifiers
from pyz3.cli.terminal import SafeConsole
from pyz3.results import require_report
from pyz3.unchanged import Asked, ask

if TYPE_CHECKING:
    from pyz3.unchanged import Answer


_TYPED = ParameterSource.COMMANDLINE
_EXCLUDED = {
    "--platform": ("--all-platforms",),
    "--only": ("--platform", "--all-platforms", "--python"),
    "--quiet": ("--verbose",),
    "--report": ("--print-plan", "--print-build-identifiers"),
    "--checksums": ("--print-plan", "--print-build-identifiers"),
    "--debug-files": ("--print-plan", "--print-build-identifiers"),
}
# Options of which nothing is remembered: they show what happens, or name more files.
_LOOKING = (
    "verbose",
    "report",
    "config",
    "test",
    "checksums",
    "debug_files",
    "print_build_identifiers",
    "print_plan",
)

# Under which heading the help has an option; "Other" has the rest.
_SECTIONS = {
    "What is built": (
        *("platforms", "all_platforms", "pythons", "build_patterns", "skip_patterns", "only", "allow_empty"),
    ),
    "How": (
        *("optimize", "jobs", "python_headers", "config", "fallback", "require_extensions", "allow_pure"),
        *("locked", "test"),
    ),
    "Where it goes, and what is shown": (
        *(
            "output_dir",
            "debug_files",
            "checksums",
            "report",
            "print_build_identifiers",
            "print_plan",
            "no_ci",
            "quiet",
            "verbose",
        ),
    ),
}


class _Sectioned(click.Command):
    """A command whose many options stand under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options' part of the help."""
        options = (one for one in self.get_params(ctx) if isinstance(one, click.Option))
        left = {one.name: one.get_help_record(ctx) for one in options}
        for heading, names in _SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([record for name in names if (record := left.pop(name))])
        with formatter.section("Other"):
            formatter.write_dl([record for record in left.values() if record])


_EXAMPLES = """\b
Examples:
  pyz3 wheel --all-platforms --python 3.13
  pyz3 wheel thing==1.2 --platform 'windows-*' --python all -o wheelhouse
  pyz3 wheel --only cp313-macosx_arm64
"""


@click.command(cls=_Sectioned, context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Build wheels.")
@click.argument("project", default=".")
@platforms_option("build", default="this machine's")
@click.option("--all-platforms", is_flag=True, help="Build for every platform that the project lists.")
@pythons_option("build")
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
@click.option(
    "--only",
    metavar="ID",
    shell_complete=complete_identifiers,
    help="Build just this identifier, whatever is to be built or skipped.",
)
@click.option(
    "--fallback",
    is_flag=True,
    help="Add a wheel without extension modules (py3-none-any) for everyone else.  "
    "[default: tool.pyz3.fallback]",
)
@click.option(
    "--require-extensions", is_flag=True, help="An optional extension that cannot be built is an error."
)
@allow_pure_option
@click.option(
    "--locked",
    is_flag=True,
    envvar="PYZ3_LOCKED",
    show_envvar=True,
    help="Install build requirements from pylock.pyz3.toml alone, which `pyz3 lock` writes, or fail.  "
    "[default: tool.pyz3.locked]",
)
@click.option(
    "--test",
    is_flag=True,
    help="Test the wheels when all are built, as `pyz3 test` does; exit with 1 if any fails.",
)
@config_option
@click.option("--allow-empty", is_flag=True, help="Selecting nothing is no error.")
@output_dir_option("the wheels go")
@optimize_option
@python_headers_option
@jobs_option
@click.option(
    "--debug-files",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the debug data of binaries for Linux and Windows in files of DIR.",
)
@click.option(
    "--checksums",
    is_flag=True,
    help="Write the wheels' digests to SHA256SUMS beside them, for `sha256sum -c`.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a JSON report, as `build --report` does, with what failed.",
)
@click.option("--print-build-identifiers", is_flag=True, help="List what would be built, and build nothing.")
@click.option("--print-plan", is_flag=True, help="Print the plan as JSON, and build nothing.")
@click.option(
    "--no-ci", is_flag=True, help="In a job of GitHub's: no folds, no marks at sources, no summary."
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but warnings and errors.")
@click.option("-v", "--verbose", is_flag=True, help="Print the commands that are run.")
@click.pass_context
def wheel(
    context: click.Context,
    /,
    *,
    project: str,
    output_dir: Path,
    python_headers: tuple[Path, ...],
    no_ci: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Build wheels of PROJECT: a folder (by default the current one), an sdist, or a requirement.

    A requirement (thing==1.2) is fetched by pip as an sdist.
    """
    _refuse_contradictions(context)
    if options["report"] is not None:
        require_report(options["report"])
    started = time.perf_counter()
    console = SafeConsole(quiet=quiet)
    in_github = not no_ci and is_github(os.environ)
    question = None
    if Path(project).is_dir() and not any(options[name] for name in _LOOKING):
        question = ask(
            Asked(
                root=os.path.abspath(project),  # noqa: PTH100 - as the builder does
                output_dir=os.path.abspath(output_dir),  # noqa: PTH100 - the same
                options=options,
                environ=os.environ,
                python_headers=python_headers,
            )
        )
    answer = question.answer() if question is not None else None
    if answer is not None:
        return _show(console, answer, output_dir=str(output_dir), started=started, in_github=in_github)
    from pyz3.cli.building import build_wheels, keeping, reporting  # noqa: PLC0415 - half a second of imports

    with reporting(options["report"]), keeping(project, console):
        return build_wheels(
            context,
            console,
            question,
            project=project,
            output_dir=output_dir,
            python_headers=python_headers,
            in_github=in_github,
            quiet=quiet,
            **options,
        )


def _show(console: SafeConsole, answer: Answer, *, output_dir: str, started: float, in_github: bool) -> int:
    for text in answer.said:
        console.print(text, style="yellow", soft_wrap=True)
    for one in answer.wheels:
        console.print(wheel_line(one), soft_wrap=True)
    seconds = time.perf_counter() - started
    console.print(total_line(answer.wheels, output_dir, seconds=seconds, unchanged=True), soft_wrap=True)
    if in_github:
        add_to_job_summary(os.environ, answer.wheels, (), seconds=seconds)
    return 0


def _refuse_contradictions(context: click.Context) -> None:
    """Refuse options that were typed together and cannot both be meant; what variables say yields."""
    options = {
        "--platform": "platforms",
        "--all-platforms": "all_platforms",
        "--python": "pythons",
        "--only": "only",
        "--quiet": "quiet",
        "--verbose": "verbose",
        "--report": "report",
        "--checksums": "checksums",
        "--debug-files": "debug_files",
        "--print-plan": "print_plan",
        "--print-build-identifiers": "print_build_identifiers",
    }
    typed = [o for o, name in options.items() if context.get_parameter_source(name) is _TYPED]
    for one, others in _EXCLUDED.items():
        for other in others:
            if one in typed and other in typed:
                raise click.UsageError(f"{one} and {other} exclude each other")

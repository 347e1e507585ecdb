"""``pyz3 check``: what is wrong with wheels, whoever built them."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from rich.text import Text

from pyz3._patterns import split_words
from pyz3.check import as_github, as_json, as_sarif, check, wheels_in
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole, escaped_json, safe_text
from pyz3.cli.tree import library_tree
from pyz3.config import CheckTable, read_pyproject, read_tool_table
from pyz3.errors import abridged, one_line

if TYPE_CHECKING:
    from pyz3.check import CheckReport, Finding, WheelReport

_FAILED = 9
_FORMATS = {"json": as_json, "github": as_github, "sarif": as_sarif}
# Of one rule in one wheel, this many findings are shown.
_FEW = 5
_COLOURS = {"error": "red", "warning": "yellow"}
_EXAMPLES = """\b
Examples:
  pyz3 check                              what is in dist
  pyz3 check thing-1.2-*.whl --strict     warnings fail, too
  pyz3 check dist --against last          what has been lost since the last release
  pyz3 check dist --tree                  which library each binary needs, and who has it
  pyz3 check dist --ignore PW2,PW110 --format sarif > check.sarif
"""


@click.command(
    "check", context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Say what is wrong with wheels."
)
@click.argument("names", nargs=-1, type=click.Path(path_type=Path), metavar="[WHEEL|DIR]...")
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    help="Rules to go by: codes or how they begin (PW1,PW203), or ALL; repeatable.  [default: ALL]",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="CODES",
    help="Rules to leave out; of --select and this the longer code goes before; repeatable.",
)
@click.option("--strict", is_flag=True, default=None, help="Warnings are errors.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The wheels of the release before: whether a module or a platform of theirs was lost.",
)
@click.option("--tree", is_flag=True, help="Show which library each binary needs, and who has it.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *_FORMATS]),
    default="text",
    show_default=True,
    help="For people, for programs (with a schema), for GitHub's log, or SARIF 2.1.0.",
)
def check_command(
    *,
    names: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool | None,
    against: Path | None,
    tree: bool,
    form: Literal["text", "json", "github", "sarif"],
) -> int:
    """Say what is wrong with wheels, by default those in dist: of any project, for any platform.

    The files are read, and nothing is written, imported or run.  The exit code is 9 if there is an error.
    tool.pyz3.check of the project in this folder may have select, ignore and strict.  pyz3 explain PW203
    says what a rule means.
    """
    if tree and form in {"github", "sarif"}:
        raise click.UsageError(f"--tree is for text; {form} has no place for it, and json always has it")
    own = _own_table()
    report = check(
        wheels_in(names or (Path("dist"),)),
        select=_codes(select) or own.select,
        ignore=_codes(ignore) or own.ignore,
        strict=own.strict if strict is None else strict,
        against=against,
        environ=os.environ,
    )
    if form == "text":
        _show(SafeConsole(soft_wrap=True), report, tree=tree)
    else:
        text = _FORMATS[form](report)
        click.echo(escaped_json(text) if form == "json" else safe_text(text), nl=form != "github")
    return _FAILED if report.errors else 0


def _own_table() -> CheckTable:
    """Give what the project in this folder says; without one, nothing."""
    if not Path("pyproject.toml").is_file():
        return CheckTable()
    return read_tool_table(read_pyproject(Path())).check


def _codes(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for word in words for code in split_words(word, commas=True))


def _show(console: SafeConsole, report: CheckReport, *, tree: bool) -> None:
    for wheel in report.wheels:
        _show_wheel(console, wheel, tree=tree)
    for finding in report.findings:
        console.print(_line(finding, ""))
    for note in report.notes:
        console.print(Text(f"note: {note}", style="yellow"))
    counts = f"{_count(report.errors, 'error')}, {_count(report.warnings, 'warning')}"
    console.print(f"{_count(len(report.wheels), 'wheel')}: {counts}")
    if codes := sorted({finding.code for finding in report.all_findings}):
        console.print(f"what a rule means: pyz3 explain {codes[0]}", style="dim")


def _show_wheel(console: SafeConsole, wheel: WheelReport, *, tree: bool) -> None:
    worst = {finding.severity for finding in wheel.findings}
    mark, style = ("✗", "red") if "error" in worst else ("!", "yellow") if worst else ("✓", "green")
    console.print(Text.assemble((f"{mark} ", style), (one_line(Path(wheel.wheel).name), "bold")))
    named = {tag.rpartition("-")[2] for tag in wheel.tags}
    if any(named.isdisjoint(tag.split(".")) for tag in wheel.lowest):
        why = f" ({abridged(wheel.because)})" if wheel.because else ""
        console.print(f"  the oldest true tag: {', '.join(wheel.lowest)}{why}")
    if tree:
        for line in library_tree(wheel.needs):
            console.print(Text("  ") + line)
        if not wheel.needs:
            console.print("  no binary for the wheel's platform is in it", style="dim")
    for _, several in groupby(wheel.findings, key=lambda finding: finding.code):
        _show_rule(console, list(several))
    tips = dict.fromkeys(finding.tip for finding in wheel.findings if finding.severity == "error")
    for tip in tips:
        console.print(Text(f"  tip: {tip}", style="cyan"))
    for note in wheel.notes:
        console.print(Text(f"  note: {note}", style="yellow"))


def _show_rule(console: SafeConsole, findings: list[Finding]) -> None:
    for finding in findings[:_FEW]:
        console.print(_line(finding, "  "))
    if len(findings) > _FEW:
        console.print(
            f"  {findings[0].code} and {len(findings) - _FEW} more: --format json has all", style="dim"
        )


def _line(finding: Finding, indent: str) -> Text:
    head = f"{indent}{finding.code} {finding.name}"
    return Text.assemble((head, _COLOURS[finding.severity]), f": {finding.message}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

"""What GitHub Actions shows of a build: a folded log, marks at sources, a table in the job's summary.

Sources: docs.github.com, "Workflow commands for GitHub Actions" and "Limits of annotations"; how text is
escaped is what ``@actions/core`` does.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.cli.lines import human_size
from pyz3.errors import BuildFailedError, abridged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyz3.release import ReleaseFile
    from pyz3.results import Failure, WheelResult

# What is shown of each kind for a step; the log has all.
_MOST = 10
_PLACE = re.compile(
    r"^(?P<file>(?:[A-Za-z]:[\\/])?[^\s:][^:\n]*):(?P<line>\d+):(?P<column>\d+): "
    r"(?:fatal )?error: (?P<text>.+)$",
    re.MULTILINE,
)
# As zig tells what the linker says.
_UNPLACED = re.compile(r"^(?:fatal )?error: (.+)$", re.MULTILINE)


def is_github(environ: Mapping[str, str]) -> bool:
    """Tell whether this runs in a job of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def marks(
    wheels: Sequence[WheelResult],
    failures: Sequence[Failure],
    notes: Sequence[str],
    *,
    root: Path,
    workspace: Path,
) -> Iterator[str]:
    """Give the commands that mark what failed, warn of wheels without optional modules, and pass notes on.

    Args:
        wheels: What was built.
        failures: What was not.
        notes: What the user should know besides.
        root: The project: compilers name files relative to it.
        workspace: The checkout: GitHub wants them relative to that.
    """
    found: dict[tuple[tuple[str, str], ...], dict[str, list[str]]] = {}
    for failure in failures:
        for place, text in dict.fromkeys(_causes(failure, root, workspace)):
            found.setdefault(place, {}).setdefault(text, []).append(failure.identifier)
    errors = [
        _command("error", {"title": abridged(where), **dict(place)}, text)
        for place, texts in found.items()
        for text, where in texts.items()
    ]
    lacking: dict[str, list[str]] = {}
    for one in (one for wheel in wheels for one in wheel.left_out):
        lacking.setdefault(f"{one.module} is left out: {one.why}", []).append(one.identifier)
    warnings = [_command("warning", {"title": abridged(where)}, text) for text, where in lacking.items()]
    notices = [_command("notice", {}, text) for text in notes]
    yield from (*errors[:_MOST], *warnings[:_MOST], *notices[:_MOST])


def _causes(
    failure: Failure, root: Path, workspace: Path
) -> Iterator[tuple[tuple[tuple[str, str], ...], str]]:
    """Give what failed and where, if that is known."""
    said = failure.error.compiler if isinstance(failure.error, BuildFailedError) else ()
    for module, text in said or (("", ""),):
        places = [*_PLACE.finditer(text)]
        # A linker names no line.
        unplaced = _UNPLACED.findall(text)[:_MOST] if module and not places else []
        if unplaced:
            yield (), f"{module}: " + "\n".join(unplaced)
        elif not places:
            yield (), failure.error.message.removeprefix(f"{failure.identifier}: ")
        for match in places:
            file = _in_checkout(root / match["file"], workspace)
            place = (("file", file), ("line", match["line"]), ("col", match["column"])) if file else ()
            yield place, match["text"] if file else match[0]


def _in_checkout(path: Path, workspace: Path) -> str:
    """Give a file's name in the checkout; empty: it lies elsewhere, or there is none."""
    real = Path(os.path.realpath(path))
    top = Path(os.path.realpath(workspace))
    return real.relative_to(top).as_posix() if real.is_file() and real.is_relative_to(top) else ""


def _command(name: str, properties: Mapping[str, str], text: str) -> str:
    told = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{name}{' ' * bool(told)}{told}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(sign):02X}" if sign in f"%\r\n{more}" else sign for sign in text)


def group(title: str) -> str:
    """Give the command that begins a part of the log that can be folded."""
    return f"::group::{_escaped(title)}"


END_GROUP = "::endgroup::"


def add_to_job_summary(
    environ: Mapping[str, str], wheels: Sequence[WheelResult], failures: Sequence[Failure], *, seconds: float
) -> None:
    """Add a table of what was built to the summary of the job, if there is one.

    Raises:
        OSError: It cannot be written.
    """
    add_to_summary(environ, job_summary(wheels, failures, seconds=seconds))


def add_to_summary(environ: Mapping[str, str], text: str) -> None:
    """Add Markdown to the summary of the job, if there is one.

    Raises:
        OSError: It cannot be written.
    """
    if environ.get("GITHUB_STEP_SUMMARY"):
        with Path(environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


def published_summary(
    files: Sequence[ReleaseFile], *, uploaded: frozenset[Path], left: frozenset[Path], where: str
) -> str:
    """Give a table of what was to be published, in Markdown.

    Args:
        files: All of the release.
        uploaded: Which the index has taken.
        left: Which it has not.
        where: The index.
    """
    lines = [f"### pyz3: {len(uploaded)} of {len(files)} files uploaded to {where}", ""]
    lines += ["| file | size | tag | SHA-256 | |", "|---|--:|---|---|---|"]
    for one in files:
        state = "uploaded" if one.path in uploaded else "✗ not uploaded" if one.path in left else "was there"
        cells = (f"`{one.path.name}`", human_size(one.size), f"`{one.tag}`", f"`{one.sha256}`", state)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n\n"


def job_summary(wheels: Sequence[WheelResult], failures: Sequence[Failure], *, seconds: float) -> str:
    """Give a table of what was built, and a list of what was not, in Markdown."""
    failed = f", {len(failures)} failed" if failures else ""
    lines = [f"### pyz3: {len(wheels)} wheel{'' if len(wheels) == 1 else 's'}{failed} in {seconds:.1f} s", ""]
    if wheels:
        lines += ["| wheel | size | time | tag | SHA-256 |", "|---|--:|--:|---|---|"]
    for wheel in wheels:
        lacking = "".join(f"<br>without {one.module}" for one in wheel.left_out)
        cells = (f"`{wheel.path.name}`{lacking}", human_size(wheel.size), f"{wheel.seconds:.2f} s")
        lines.append(f"| {' | '.join(cells)} | `{wheel.tag}` | `{wheel.sha256}` |")
    if failures:
        lines += ["", *(f"- ✗ **{one.identifier}**: {_code(one.error.message)}" for one in failures)]
    return "\n".join(lines) + "\n\n"


def _code(text: str) -> str:
    """Give the first line of a text so that nothing in it is markup."""
    return f"`{text.partition(chr(10))[0].replace('`', chr(39))}`"

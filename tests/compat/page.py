"""``docs/compatibility.md``: the results as a page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from compat.popular import section
from compat.sizes import sizes
from compat.verdicts import is_published, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compat.popular import Popular
    from compat.projects import Project
    from compat.verdicts import CellResult, ProjectResult

_WORST_FIRST = ("failed", "different", "known", "equal", "unpublished", "skipped")
_SYMBOLS = {"failed": "✗", "different": "≠", "known": "", "equal": "✓", "unpublished": "+", "skipped": "-"}
_TITLE = """\
# Projects from PyPI, unmodified

Each project below was built from its sdist with the command that a user types, without any configuration
but what is listed under [settings](#settings), and each wheel was compared with the one that the project
publishes for that platform: compatibility tags, extension modules, all other files.
"""
_LEGEND = """\
| symbol | meaning |
|---|---|
| ✓ | like the official wheel |
| + | the project publishes no binary wheel for it; ours was built |
| - | neither is there: the project's own `[tool.cibuildwheel]` or `requires-python` leaves it out |
| (1) | not like the official wheel, for the cause with that number |
| ≠ | not like the official wheel |
| ✗ | no wheel |
| · | not run |

The last column says which revision of pyz3 a row is of, and when it was run.

A wheel is like the official one when its Python and ABI tags are the same, it runs on systems as old, or
as old as pyz3 promises (glibc 2.17, musl 1.2, macOS as python.org's installers), it holds the same
extension modules and the same other files with the same content, and every extension module can be imported
where there is an interpreter to try. A module of ours that cannot be imported counts as like the official
one only if that one cannot be imported there either.

Not compared are line ends, bytecode, code that Cython generated, the Git commit that setuptools_scm writes
down, the folder that a wheel was built in where a text of the project names it, what repair tools add,
`.dist-info` (but for entry points), and whether C and C++ sources lie in a package: setuptools packs them
when it builds an sdist, and not when it builds a checkout on Windows.
"""


def render(
    results: Sequence[ProjectResult],
    projects: Sequence[Project],
    *,
    command: str,
    popular: Popular | None = None,
) -> str:
    """Give the page.

    Args:
        results: In the order of the rows.
        projects: The list.
        command: What was run.
        popular: The most downloaded packages, which get a section of their own.
    """
    causes: dict[str, int] = {}
    platforms = tuple(dict.fromkeys(cell.platform for result in results for cell in result.cells))
    rows = [_row(result, platforms, causes) for result in results]
    head = ["project", *platforms, "pyz3"]
    parts = [
        _TITLE,
        f"```\n{command}\n```\n",
        _numbers(results, projects),
        _LEGEND,
        _table(head, rows),
        section(popular, results) if popular is not None else "",
        _causes(results, causes),
        _open(results),
        _sizes(results),
        _suites(results),
        _settings(results, projects),
    ]
    return "\n".join(part for part in parts if part)


def _numbers(results: Sequence[ProjectResult], projects: Sequence[Project]) -> str:
    cells = [cell for result in results for cell in result.cells]
    counted = Counter(cell.status for cell in cells if is_published(cell))
    total = sum(counted.values())
    pythons = " and ".join(dict.fromkeys(cell.python for cell in cells))
    named = {result.name for result in results}
    languages = Counter(word for project in projects if project.name in named for word in project.languages)
    spoken = ", ".join(f"{count} with {language}" for language, count in languages.most_common())
    imported = sum(bool(cell.imported) for cell in cells)
    equal, explained = counted["equal"], counted["equal"] + counted["known"]
    dates = sorted({result.date for result in results})
    when = " to ".join(dict.fromkeys((dates[0], dates[-1])))
    extra = [cell for cell in cells if not is_published(cell) and cell.status != "skipped"]
    made = sum(bool(cell.wheel) for cell in extra)
    return (
        f"{when}; Python {pythons}; {len(results)} projects ({spoken}).\n\n"
        f"- {equal} of {total} cells ({_percent(equal, total)}) are like the official wheel; with those that "
        f"differ for a known cause: {explained} ({_percent(explained, total)}).\n"
        f"- {made} of {len(extra)} cells without an official binary wheel have one of ours.\n"
        f"- In {imported} cells every extension module was imported on its platform.\n"
        f"{_passed(cells)}"
    )


def _passed(cells: Iterable[CellResult]) -> str:
    counted = Counter(cell.platform for cell in cells if cell.suite and cell.suite.state == "passed")
    spoken = ", ".join(f"{count} on {platform}" for platform, count in counted.most_common())
    return f"- [Tests of the projects](#tests-of-the-projects) that pass: {spoken}.\n" if spoken else ""


def _percent(part: int, total: int) -> str:
    # Rounded down: what is not all shall not read as 100 %.
    return f"{part * 1000 // total / 10} %" if total else "0 %"


def _row(result: ProjectResult, platforms: Iterable[str], causes: dict[str, int]) -> list[str]:
    row = [f"{result.name} {result.version}"]
    for platform in platforms:
        cells = [cell for cell in result.cells if cell.platform == platform]
        if not cells:
            row.append("·")
            continue
        worst = min((cell.status for cell in cells), key=_WORST_FIRST.index)
        numbers = sorted({causes.setdefault(c, len(causes) + 1) for cell in cells for c in cell.causes})
        row.append(_SYMBOLS[worst] + "".join(f"({number})" for number in numbers))
    return [*row, f"{result.revision}, {result.date}"]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["---"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _causes(results: Sequence[ProjectResult], causes: dict[str, int]) -> str:
    if not causes:
        return ""
    rows = []
    for cause, number in causes.items():
        touched = [r.name for r in results if any(cause in cell.causes for cell in r.cells)]
        rows.append([f"({number})", ", ".join(touched), cause])
    return "## Known causes\n\n" + _table(["", "projects", "cause"], rows)


def _open(results: Sequence[ProjectResult]) -> str:
    """What has no cause yet, the same reasons of a project together."""
    rows = []
    for result in results:
        grouped: dict[tuple[str, ...], list[str]] = {}
        for cell in result.cells:
            if cell.status in {"failed", "different"}:
                where = f"{cell.platform} {cell.python}"
                grouped.setdefault(cell.reasons, []).append(where)
        rows += [[result.name, ", ".join(where), shortened(reasons)] for reasons, where in grouped.items()]
    return "## Without a known cause\n\n" + _table(["project", "cells", "what"], rows) if rows else ""


def _sizes(results: Sequence[ProjectResult]) -> str:
    found = sizes(results)
    if not found:
        return ""
    head = ["platform", "wheels", "median", "largest", "larger than the official one"]
    rows = [
        [
            of.platform,
            str(of.wheels),
            f"{of.median:.2f}",
            f"{of.worst:.2f} ({of.worst_project})",
            str(of.larger),
        ]
        for of in found
    ]
    text = "Bytes of our wheels by those of the official ones, debug information of the latter and all:\n\n"
    return "## Sizes\n\n" + text + _table(head, rows)


def _suites(results: Sequence[ProjectResult]) -> str:
    rows = []
    for result in results:
        for cell in result.cells:
            if (suite := cell.suite) is not None:
                said = suite.state.replace("as official", "the same tests fail with the official wheel")
                rows.append([result.name, f"{cell.platform} {cell.python}", said, suite.summary])
    if not rows:
        return ""
    text = "The projects' own tests, from their sdists, on the wheels that were built; those for Windows\n"
    text += "run under Wine:\n\n"
    return "## Tests of the projects\n\n" + text + _table(["project", "cell", "result", "summary"], rows)


def _settings(results: Sequence[ProjectResult], projects: Sequence[Project]) -> str:
    """What is set for a project, as its own continuous integration does."""
    named = {result.name for result in results}
    rows, files = [], []
    for project in projects:
        if project.name not in named:
            continue
        said = [f"`{name}={value}`" for name, value in project.environment.items()]
        if project.constraints:
            said.append("build requirements: " + ", ".join(f"`{text}`" for text in project.constraints))
        said += [f"also `--python {python}`" for python in project.pythons]
        if project.config:
            said.append(f"[`--config`](#the-file-for-{project.name.replace('.', '')})")
        if said:
            rows.append([project.name, "; ".join(said)])
        if project.config:
            files.append(f"### The file for {project.name}\n\n```toml\n{project.config.strip()}\n```\n")
            files += [
                f"`{name}.py`: [the script](../tests/compat/libraries/{name}.py).\n"
                for name in project.libraries
            ]
    text = "Variables, versions of build requirements and files for `--config`, as the projects have them\n"
    text += (
        "when they build their own wheels, or for what they need where they take the compiler for MSVC:\n\n"
    )
    table = _table(["project", "settings"], rows)
    return "\n".join(["## Settings\n\n" + text + table, *files]) if rows else ""

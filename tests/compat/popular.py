"""The most downloaded packages with C or C++: how many pyz3 builds, and what is in the way of the others."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from packaging.utils import canonicalize_name

from compat.verdicts import is_published, shortened
from pyz3._toml import load_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from compat.verdicts import CellResult, ProjectResult

POPULAR = Path(__file__).resolve().parents[1] / "popular.toml"
MARKS = ("<!-- popular: scripts/corpus.py --popular --write-docs -->\n", "<!-- /popular -->\n")
_TITLE = "## The most downloaded\n\n"
_WIDTH = 115  # columns of a line of the page

Kind = Literal["library", "download", "sdist", "build", "size"]
_KINDS: dict[Kind, str] = {
    "library": "libraries or programs that neither sdist nor pyz3 brings",
    "download": "sources that the build downloads",
    "sdist": "an sdist that lacks what it is compiled from, or what compiles it",
    "build": "a build that fails by itself, or takes the compiler for another",
    "size": "too much to compile: not tried",
}
Standing = Literal[
    "alike", "explained", "different", "unpublished", "partly", "not built", "not tried", "not run"
]
_BUILT: dict[Standing, str] = {
    "alike": "like the official wheels",
    "explained": "different for a written cause",
    "different": "different, and nobody knows why",
    "unpublished": "without an official wheel",
}
_OTHERS: dict[Standing, str] = {
    "partly": "built for some of the platforms",
    "not built": "for none",
    "not tried": "not tried",
    "not run": "not run yet",
}


class Package(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package of the list; ``tests/popular.toml`` explains the fields."""

    rank: int
    kind: Kind | None = None
    why: str = ""


class Popular(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The list; ``tests/popular.toml`` explains the fields."""

    source: str
    others: dict[str, int]
    packages: dict[str, Package]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A package, and what came of it.

    Attributes:
        name: Of the package.
        package: Its row in the list.
        standing: ``alike``: every official wheel is matched; ``explained``: or differs for a cause that
            tests/corpus.toml gives; ``unpublished``: built, and there is no official one; ``partly``: some
            official wheels have no counterpart; ``not built``: all; ``not run``: there is no result.
        why: What is in the way, or different.
    """

    name: str
    package: Package
    standing: Standing
    why: str = ""


def load_popular(path: Path = POPULAR) -> Popular:
    """Give the list by rank.

    Raises:
        msgspec.ValidationError: A table is not as it must be.
    """
    listed = msgspec.convert(load_toml(path.read_text(encoding="utf-8")), Popular)
    ordered = dict(sorted(listed.packages.items(), key=lambda item: item[1].rank))
    return msgspec.structs.replace(listed, packages=ordered)


def count(packages: Mapping[str, Package], results: Iterable[ProjectResult]) -> tuple[Counted, ...]:
    """Say what came of each package, in the order given.

    A result counts; without one, what the list says is in the way.
    """
    found = {canonicalize_name(result.name): result for result in results}
    counted = []
    for name, package in packages.items():
        result = found.get(canonicalize_name(name))
        standing: Standing
        if result is not None:
            standing, why = _of_cells(result.cells)
        elif not package.why:
            standing, why = "not run", ""
        else:
            standing, why = ("not tried" if package.kind == "size" else "not built"), package.why
        counted.append(Counted(name=name, package=package, standing=standing, why=why))
    return tuple(counted)


def _of_cells(cells: Sequence[CellResult]) -> tuple[Standing, str]:
    # Where the project publishes no wheel of its own none is asked for, unless it publishes none at all.
    official = [cell for cell in cells if is_published(cell)]
    asked = official or [cell for cell in cells if cell.status != "skipped"]
    built = sum(_is_built(cell) for cell in asked)
    statuses = {cell.status for cell in asked}
    if built < len(asked):
        return ("partly" if built else "not built"), _why(asked)
    if statuses & {"different", "failed"}:
        return "different", _why(asked)
    if "known" in statuses:
        return "explained", _why(asked)
    return ("alike" if official else "unpublished"), ""


def _is_built(cell: CellResult) -> bool:
    """Whether there is a wheel; one that has no extension module where the official one has some is none."""
    lacks_all = not cell.modules and any(text.startswith("extension module missing") for text in cell.reasons)
    return bool(cell.wheel) and not lacks_all


def _why(cells: Iterable[CellResult]) -> str:
    """Give the causes, and what has none, each with the platforms that it is about."""
    where: dict[str, dict[str, None]] = {}
    for cell in cells:
        texts = cell.causes or ((shortened(cell.reasons),) if cell.reasons else ())
        for text in texts:
            where.setdefault(text, {})[cell.platform] = None
    return "; ".join(f"{', '.join(platforms)}: {text}" for text, platforms in where.items())


def section(popular: Popular, results: Iterable[ProjectResult]) -> str:
    """Give the section of the page, between its marks; its first paragraph has the figures."""
    named = {canonicalize_name(name) for name in popular.packages}
    ran = [result for result in results if canonicalize_name(result.name) in named]
    counted = count(popular.packages, ran)
    alike = ", ".join(one.name for one in counted if one.standing == "alike")
    parts = [
        _wrapped(headline(counted, ran)),
        _kinds(counted),
        _wrapped(_scope(popular, counted, ran)),
        _wrapped(f"Like the official wheels: {alike}.") if alike else "",
        _rows(counted),
    ]
    return MARKS[0] + _TITLE + "\n".join(part for part in parts if part) + MARKS[1]


def with_section(page: str, text: str) -> str:
    """Give a page with another section between its marks."""
    before, _, rest = page.partition(MARKS[0])
    return before + text + rest.partition(MARKS[1])[2]


def first_paragraph(page: str) -> str:
    """Give the figures of a page's section; empty: it has none."""
    text = page.partition(MARKS[0])[2].partition(MARKS[1])[0]
    return text.removeprefix(_TITLE).partition("\n\n")[0]


def headline(counted: Sequence[Counted], ran: Iterable[ProjectResult]) -> str:
    """Give the figures as one paragraph.

    Args:
        counted: The packages.
        ran: The results, which say what was run.
    """
    standings = Counter(one.standing for one in counted)
    built = sum(standings[name] for name in _BUILT)
    text = (
        f"Of the {len(counted)} packages among PyPI's 1,000 most downloaded that hold compiled C or C++, "
        f"`pyz3 wheel NAME==VERSION` builds {built} ({_percent(built, len(counted))}) {_where(ran)}: "
    )
    text += (
        ", ".join(f"{standings[name]} {said}" for name, said in _BUILT.items() if standings[name]) or "none"
    )
    others = ", ".join(f"{standings[name]} {said}" for name, said in _OTHERS.items() if standings[name])
    return f"{text}. Of the others: {others}." if others else f"{text}."


def _where(ran: Iterable[ProjectResult]) -> str:
    """Say for what; where packages were run for different cells, how many were for which."""
    runs = Counter(tuple((cell.platform, cell.python) for cell in result.cells) for result in ran)
    spoken = []
    for cells, packages in runs.most_common():
        platforms = _listed(dict.fromkeys(platform for platform, _ in cells))
        pythons = _listed(dict.fromkeys(python for _, python in cells))
        which = f" ({packages} package{'s' * (packages > 1)})" if len(runs) > 1 else ""
        spoken.append(f"for {platforms} with Python {pythons}{which}")
    return "; ".join(spoken) or "nowhere yet"


def _listed(words: Iterable[str]) -> str:
    """``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _kinds(counted: Iterable[Counted]) -> str:
    """Say what is in the way: a line for each kind."""
    names: dict[str, list[str]] = {said: [] for said in (*_KINDS.values(), "a cause of their own, below")}
    for one in counted:
        if one.standing in {"partly", "not built", "not tried"}:
            kind = one.package.kind
            names[_KINDS[kind] if kind else "a cause of their own, below"].append(one.name)
    lines = [
        _wrapped(f"- {len(them)}: {said} ({', '.join(them)}).", indent="  ")
        for said, them in names.items()
        if them
    ]
    return "What is in the way of the others:\n\n" + "".join(lines) if lines else ""


def _scope(popular: Popular, counted: Sequence[Counted], ran: Iterable[ProjectResult]) -> str:
    dates = sorted({result.date for result in ran})
    when = f"Run {' to '.join(dict.fromkeys((dates[0], dates[-1])))}. " if dates else ""
    out = sum(popular.others.values())
    spoken = ", ".join(f"{number} {why}" for why, number in popular.others.items())
    return (
        f"{when}Ranks are {popular.source}: {len(counted) + out} of the 1,000 packages hold compiled code, "
        f"{out} of which are not counted here: {spoken}. A package counts as built when there is a wheel for "
        "each of these platforms that its project publishes one for."
    )


def _rows(counted: Iterable[Counted]) -> str:
    said = {"partly": "in part", "not built": "no", "not tried": "not tried"}
    rows = [
        (one.package.rank, one.name, said.get(one.standing, "yes"), one.why.replace("|", "&#124;"))
        for one in counted
        if one.standing not in {"alike", "not run"}
    ]
    lines = [("rank", "package", "built", "why"), ("---",) * 4, *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines) if rows else ""


def _wrapped(text: str, *, indent: str = "") -> str:
    tied = text.replace(" %", "\0%")  # no line begins with a sign
    lines = textwrap.fill(
        tied, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return lines.replace("\0", " ") + "\n"


def _percent(part: int, total: int) -> str:
    # Rounded down: what is not all shall not read as 100 %.
    return f"{part * 1000 // total / 10} %" if total else "0 %"

"""The verdict on each cell, and the results of a run as values that go to JSON and back."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compat.cells import Cell
    from compat.projects import Known

Status = Literal["equal", "different", "failed", "known", "unpublished", "skipped"]


class SuiteResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a project's tests went; ``as official``: the same tests fail with the official wheel."""

    runtime: str
    state: Literal["passed", "as official", "failed", "not run"]
    summary: str
    failures: tuple[str, ...] = ()


class CellResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came out for one platform and Python.

    Attributes:
        platform: ``linux-x86_64``.
        python: ``3.13``.
        status: The verdict; ``unpublished``: the project publishes no wheel of its own for it, ours is there;
            ``skipped``: there is none of both, and the project's own configuration leaves it out.
        reasons: Why it is not equal.
        causes: For a known one the causes that the list gives.
        notes: What differs and does not matter.
        wheel: Our wheel's name.
        official: The official one's name.
        floor: Whether ours promises an ``older``, ``equal`` or ``newer`` system.
        size: Our wheel's bytes; 0: there is none, or they were not counted.
        official_size: The official one's; 0 if it is for any platform, too.
        modules: How many extension modules it has.
        imported: Where all of them were imported, or failed as the official ones do; empty: nowhere.
        suite: How the project's own tests went.
    """

    platform: str
    python: str
    status: Status
    reasons: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    wheel: str = ""
    official: str = ""
    floor: str = ""
    size: int = 0
    official_size: int = 0
    modules: int = 0
    imported: str = ""
    suite: SuiteResult | None = None


class ProjectResult(msgspec.Struct, frozen=True, kw_only=True):
    """One project's run.

    Attributes:
        name: Of the project.
        version: Of it.
        command: What was run.
        date: When, ``2026-11-21``.
        revision: Of pyz3.
        seconds: What the build took, wall clock.
        cells: One for each that was asked for.
    """

    name: str
    version: str
    command: str
    date: str
    revision: str
    seconds: float
    cells: tuple[CellResult, ...]


def is_published(cell: CellResult) -> bool:
    """Whether the project publishes a wheel of its own for the platform."""
    return bool(cell.official) and not cell.official.endswith("-none-any.whl")


def shortened(reasons: Sequence[str]) -> str:
    """Give up to three reasons as one line for a page."""
    shown = [_plain(reason)[:200] for reason in reasons[:3]]
    more = [f"and {len(reasons) - 3} more"] if len(reasons) > 3 else []
    return "; ".join([*shown, *more])


def recorded(result: ProjectResult) -> ProjectResult:
    """Give a result as the repository keeps it: reasons are short, and name no folder of a machine."""
    cells = tuple(
        msgspec.structs.replace(
            cell,
            reasons=tuple(_plain(text)[:400] for text in cell.reasons),
            notes=tuple(_plain(text)[:400] for text in cell.notes),
            imported=_plain(cell.imported),
        )
        for cell in result.cells
    )
    return msgspec.structs.replace(result, cells=cells)


def _plain(text: str) -> str:
    # Folders of the machine that the run was made on say nothing to a reader.
    return re.sub(r"(?<![\w.])/(?:[\w.+-]+/)+", ".../", " ".join(text.split()))


def judge(
    cell: Cell, reasons: Sequence[str], *, built: bool, published: bool, known: Iterable[Known]
) -> tuple[Status, tuple[str, ...]]:
    """Give the verdict and the causes.

    A cell is a known exception when the list has a cause for each of its reasons.
    """
    if not reasons:
        return ("equal" if published else "unpublished"), ()
    causes = []
    for reason in reasons:
        cause = cause_of(reason, known, cell)
        if cause is None:
            return ("different" if built else "failed"), ()
        causes.append(cause)
    return "known", tuple(dict.fromkeys(causes))


def cause_of(reason: str, known: Iterable[Known], cell: Cell) -> str | None:
    """Give the cause that the list has for a difference in a cell; None: it has none."""
    return next((k.cause for k in known if _applies(k, cell) and _matches(k.what, reason)), None)


def _applies(known: Known, cell: Cell) -> bool:
    return any(fnmatchcase(str(cell.platform), pattern) for pattern in known.platforms) and any(
        fnmatchcase(str(cell.python), pattern) for pattern in known.pythons
    )


def _matches(pattern: str, reason: str) -> bool:
    """Whether the reason is what the pattern says; ``*`` is the only special character."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), reason, re.DOTALL) is not None

"""Whether files are one release: one project and version, alike where they should be, and whole.  Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from pyz3.errors import Pyz3Error, abridged
from pyz3.targets import serves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.tags import Tag

    from pyz3.release.files import ReleaseFile
    from pyz3.targets import Target

_Value = TypeVar("_Value", bytes, str)
Kind = Literal["mixed", "different", "missing"]
# How many lines of a METADATA are named.
_FEW = 3


class UnfitReleaseError(Pyz3Error):
    """Files are no release that can be published (exit code 9)."""

    exit_code = 9


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a project lists: a platform and a Python.

    Attributes:
        target: Which.
        pure: A wheel without binaries is what is built for it.
    """

    target: Target
    pure: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong with a set.

    Attributes:
        kind: ``mixed``: several projects or versions; ``different``: wheels differ in what they should
            share; ``missing``: nothing was built for something that the project lists.
        text: What, as a sentence without an end.
        identifiers: Of what is missing: ``cp313-win_amd64``.
    """

    kind: Kind
    text: str
    identifiers: tuple[str, ...] = ()


def judge(
    files: Sequence[ReleaseFile], *, cells: Sequence[Cell] = (), elsewhere: Iterable[Tag] = ()
) -> tuple[Finding, ...]:
    """Give what is wrong with a set of files as one release; of a mixed one nothing else is said.

    Args:
        files: Wheels and sdists.
        cells: What there should be; empty: that is unknown.
        elsewhere: Tags of wheels of this version that are no longer missing: the index has them.
    """
    mixed = tuple(_mixed(files))
    if mixed:
        return mixed
    wheels = [one for one in files if one.kind == "wheel"]
    return (*_missing(wheels, cells, frozenset(elsewhere)), *_metadata(wheels), *_contents(wheels))


def _mixed(files: Sequence[ReleaseFile]) -> Iterator[Finding]:
    for what, values in (
        ("projects", {one.name for one in files}),
        ("versions", {one.version for one in files}),
    ):
        if len(values) > 1:
            yield Finding(kind="mixed", text=f"these are files of several {what}: {abridged(sorted(values))}")


def _missing(
    wheels: Sequence[ReleaseFile], cells: Sequence[Cell], elsewhere: frozenset[Tag]
) -> Iterator[Finding]:
    tags = elsewhere.union(*(one.tags for one in wheels))
    has_pure = any(tag.platform == "any" for tag in tags)
    lacking: dict[str, list[Target]] = {}
    for cell in cells:
        if not (cell.pure and has_pure) and not any(serves(tag, cell.target) for tag in tags):
            lacking.setdefault(str(cell.target.platform), []).append(cell.target)
    listed = Counter(str(cell.target.platform) for cell in cells)
    for platform, targets in lacking.items():
        pythons = ", ".join(str(one.python) for one in targets)
        every = "any Python" if len(targets) == listed[platform] else f"Python {pythons}"
        yield Finding(
            kind="missing",
            text=f"{platform}: nothing was built for {every}"
            + (", but the wheel without binaries" if has_pure else ""),
            identifiers=tuple(one.identifier for one in targets),
        )


def _metadata(wheels: Sequence[ReleaseFile]) -> Iterator[Finding]:
    for odd, usual, names in _odd_ones({one.path.name: one.metadata for one in wheels}):
        lines = [line for line in _lines(odd) ^ _lines(usual) if line.strip()]
        shown = f" ({abridged(sorted(lines), _FEW)})" if lines else ""
        yield Finding(
            kind="different", text=f"METADATA of {abridged(names)} differs from that of the others{shown}"
        )


def _lines(metadata: bytes) -> set[str]:
    return set(metadata.decode("utf-8", "replace").splitlines())


def _contents(wheels: Sequence[ReleaseFile]) -> Iterator[Finding]:
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name in dict.fromkeys(name for one in wheels for name in one.pure):
        for odd, usual, names in _odd_ones({one.path.name: one.pure.get(name, "") for one in wheels}):
            says = "is only in" if not usual else "is not in" if not odd else "is another in"
            found.setdefault((says, names), []).append(name)
    for (says, names), inside in found.items():
        yield Finding(kind="different", text=f"{abridged(sorted(inside))} {says} {abridged(names)}")


def _odd_ones(values: Mapping[str, _Value]) -> Iterator[tuple[_Value, _Value, tuple[str, ...]]]:
    """Give each value that is not the usual one, the usual one, and who has it."""
    if not values:
        return
    ((usual, _),) = Counter(values.values()).most_common(1)
    for odd in dict.fromkeys(value for value in values.values() if value != usual):
        yield odd, usual, tuple(sorted(name for name, value in values.items() if value == odd))

"""Whether a wheel that must not be trusted may be given to a program that unpacks or installs it.

Installers believe what a wheel says: pip takes gigabytes and minutes for a RECORD of tens of millions of
lines, and where a command called ``../../x`` goes differs from one version to the next.
"""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from pyz3.archive import is_portable
from pyz3.check import archive
from pyz3.check.findings import spelled
from pyz3.check.subject import MOST_TEXT, open_wheel, read_outline
from pyz3.sources import MOST_UNPACKED, ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyz3.check.subject import Subject

# What must be so: rules about the archive and its names.
_RULES = ("PW100", "PW107", "PW108", "PW109", "PW111")
_COMMANDS = ("console_scripts", "gui_scripts")
# PyPA's "Entry points specification": module, object and extras.
_OBJECT = re.compile(r"[\w.]+\s*:\s*[\w.]+\s*(?:\[.*\])?\s*")
_MOST_REQUIREMENTS = 10_000


def why_unfit(path: Path) -> str:
    """Say why no other program is to be given a wheel; empty: it may be.

    What it would do when it is run is not judged, nor what pyz3 check finds besides.

    Args:
        path: The wheel.

    Raises:
        OSError: The file cannot be read.
    """
    subject = read_outline(path)
    return next(_reasons(subject), "")


def _reasons(subject: Subject) -> Iterator[str]:
    if (count := len(subject.entries)) > MOST_UNPACKED:
        yield f"it has {count} files, and no more than {MOST_UNPACKED} are unpacked"
    for code in _RULES:
        yield from (hit.message for hit in archive.RULES[code](subject))
    if subject.record_error:
        yield f"RECORD cannot be read: {spelled(subject.record_error)}"
    yield from subject.notes
    if not subject.unreadable:
        yield from _of_commands(subject)
        yield from _of_requirements(subject)


class _EntryPoints(metadata.Distribution):
    """Entry points as pip reads them: by the standard library.

    Args:
        text: Of ``entry_points.txt``.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def read_text(self, filename: str) -> str | None:
        """Give the text."""
        return self._text if filename == "entry_points.txt" else None

    def locate_file(self, path: object) -> Path:
        """Give the place of a file: there is none."""
        raise FileNotFoundError(path)


def _of_commands(subject: Subject) -> Iterator[str]:
    """Find commands that would lie elsewhere than among commands, and what is none."""
    name = f"{subject.info}/entry_points.txt"
    try:
        with open_wheel(subject.path) as (_, opened):
            if name not in opened.files:
                return
            if (size := opened.files[name].file_size) > MOST_TEXT:
                yield f"entry_points.txt was not read: it has {size / 1e6:.0f} MB"
                return
            points = _EntryPoints(opened.read(name).decode("utf-8")).entry_points
    except ArchiveError as error:
        yield f"entry_points.txt cannot be read: {spelled(error.why)}"
        return
    except (ValueError, TypeError) as error:  # the standard library's, of a line without a value
        yield f"entry_points.txt cannot be read: {spelled(str(error))}"
        return
    for point in points:
        if point.group not in _COMMANDS:
            continue
        if "/" in point.name or not is_portable(point.name):
            yield f"entry_points.txt: {spelled(point.name)!a} is no name for a command"
        elif not _OBJECT.fullmatch(point.value):
            yield f"entry_points.txt: {spelled(point.name)} is {spelled(point.value)!a}, which is no object"


def _of_requirements(subject: Subject) -> Iterator[str]:
    """Find requirements that cannot be understood: some make a parser go too deep."""
    headers = subject.headers("METADATA")
    texts = [str(one) for one in headers.get_all("Requires-Dist", [])] if headers is not None else []
    if len(texts) > _MOST_REQUIREMENTS:
        yield f"it has {len(texts)} requirements, and no more than {_MOST_REQUIREMENTS} are read"
        return
    for text in texts:
        try:
            Requirement(text)
        except (InvalidRequirement, RecursionError) as error:  # noqa: PERF203 - the first one ends it
            why = str(error).partition("\n")[0]
            yield f"it requires {spelled(text)!a}, which is no requirement: {spelled(why)}"

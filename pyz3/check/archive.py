"""Rules about the archive: what installers and PyPI make of it (PEP 427, the binary distribution format)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from pyz3.archive import is_portable
from pyz3.check.findings import Hit, spelled
from pyz3.check.subject import DIGESTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyz3.check.subject import Row, Subject

# RECORD itself, and signatures of it, which cannot stand in it.
_NOT_RECORDED = ("RECORD", "RECORD.jws", "RECORD.p7s")
_DESCRIPTOR = 0x8
# Names that Windows keeps for devices, with any ending (learn.microsoft.com, "Naming Files").
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_NOT_ON_WINDOWS = frozenset('<>"|?*')
# MAX_PATH of Windows is 260; a site-packages folder there has 60 or more.
_LONG_PATH, _LONG_PART = 200, 255
_LONGEST_COMPARED = 4096  # PATH_MAX of Linux


def unreadable(subject: Subject) -> Iterator[Hit]:
    """Find an archive that cannot be read, and members of it."""
    if subject.unreadable:
        yield Hit(message=f"it cannot be read as a wheel: {subject.unreadable}")
    for name, why in subject.unread.items():
        yield Hit(member=name, message=f"{spelled(name)} cannot be read: {spelled(why)}")


def not_in_record(subject: Subject) -> Iterator[Hit]:
    """Find files that RECORD lacks."""
    if subject.record is None or subject.record_error:
        return
    named = {row.path for row in subject.record} | _unrecorded(subject)
    for name in subject.files:
        if name not in named:
            yield Hit(member=name, message=f"{spelled(name)} is not in RECORD")


def not_in_archive(subject: Subject) -> Iterator[Hit]:
    """Find files that only RECORD has."""
    there = set(subject.files)
    for row in subject.record or ():
        if row.path not in there:
            yield Hit(member=row.path, message=f"{spelled(row.path)} is in RECORD but not in the wheel")


def wrong_digest(subject: Subject) -> Iterator[Hit]:
    """Find files that are not those that RECORD has."""
    for row in _recorded(subject):
        written = row.digest.partition("=")[2].rstrip("=")
        found = subject.members[row.path].digest
        if row.digest.partition("=")[0] in DIGESTS and written != found:
            yield Hit(member=row.path, message=f"{spelled(row.path)} is not the file that RECORD has")


def wrong_size(subject: Subject) -> Iterator[Hit]:
    """Find files of another size than RECORD says."""
    for row in _recorded(subject):
        size = subject.members[row.path].size
        if row.size != str(size):
            said = f"says {spelled(row.size)}" if row.size else "says none"
            yield Hit(member=row.path, message=f"{spelled(row.path)} has {size} bytes, and RECORD {said}")


def weak_digest(subject: Subject) -> Iterator[Hit]:
    """Find lines of RECORD without a digest that installers accept."""
    for row in _recorded(subject):
        algorithm = row.digest.partition("=")[0]
        if algorithm not in DIGESTS:
            has = f"the digest {spelled(algorithm)}" if algorithm else "no digest"
            yield Hit(member=row.path, message=f"{spelled(row.path)} has {has} in RECORD")


def no_record(subject: Subject) -> Iterator[Hit]:
    """Find a wheel without RECORD."""
    if subject.record is None and not subject.unreadable:
        yield Hit(message="it has no RECORD")
    if subject.record_error:
        yield Hit(message=f"RECORD cannot be read: {spelled(subject.record_error)}")


def unsafe_path(subject: Subject) -> Iterator[Hit]:
    """Find names that are no plain relative paths."""
    for name in dict.fromkeys(entry.name for entry in subject.entries):
        if not is_portable(name.removesuffix("/")):
            yield Hit(member=name, message=f"{spelled(name)!a} is no plain relative path")
    for row in subject.record or ():
        if not is_portable(row.path):
            yield Hit(member=row.path, message=f"RECORD names {spelled(row.path)!a}, no plain path")


def duplicate(subject: Subject) -> Iterator[Hit]:
    """Find names that are there more than once."""
    for where, names in (
        ("the archive", [entry.name for entry in subject.entries]),
        ("RECORD", [row.path for row in subject.record or ()]),
    ):
        for name, count in Counter(names).items():
            if count > 1:
                yield Hit(member=name, message=f"{spelled(name)} is {count} times in {where}")


def contradicting_headers(subject: Subject) -> Iterator[Hit]:
    """Find what two readers of the archive see as two things."""
    for one in subject.directory.mismatches if subject.directory else ():
        subject_name = spelled(one.name) if one.name else "the archive"
        yield Hit(member=one.name, message=f"{subject_name} {one.what}")


def case_clash(subject: Subject) -> Iterator[Hit]:
    """Find names that are one where case, or Unicode's form, does not count."""
    folded: dict[str, str] = {}
    for name in subject.files:
        if len(name) > _LONGEST_COMPARED:
            continue  # PW112 tells; sorting the marks of so long a name takes seconds
        other = folded.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            yield Hit(member=name, message=f"{spelled(name)} and {spelled(other)} are one name elsewhere")


def link(subject: Subject) -> Iterator[Hit]:
    """Find links, and what else is neither file nor folder."""
    for entry in subject.entries:
        if entry.is_link:
            yield Hit(member=entry.name, message=f"{spelled(entry.name)} is a link or a device, not a file")


def unportable_name(subject: Subject) -> Iterator[Hit]:
    """Find names that Windows, or a name's limits, do not allow."""
    for name in subject.files:
        if why := _unportable(name):
            yield Hit(member=name, message=f"{spelled(name)} {why}")


def refused_by_pypi(subject: Subject) -> Iterator[Hit]:
    """Find what PyPI refuses though it is allowed in a zip file."""
    for entry in subject.entries:
        if entry.flags & _DESCRIPTOR:
            yield Hit(member=entry.name, message=f"{spelled(entry.name)} has its size behind its data")
        if entry.comment:
            yield Hit(member=entry.name, message=f"{spelled(entry.name)} has a comment")
        if not entry.plain:
            yield Hit(member=entry.name, message=f"{spelled(entry.name)} is a name in no known encoding")


def _unrecorded(subject: Subject) -> set[str]:
    return {f"{subject.info}/{name}" for name in _NOT_RECORDED}


def _recorded(subject: Subject) -> Iterator[Row]:
    """Give RECORD's lines for files that were read."""
    left_out = _unrecorded(subject)
    return (row for row in subject.record or () if row.path in subject.members and row.path not in left_out)


def _unportable(name: str) -> str:
    parts = name.split("/")
    if len(name) > _LONG_PATH:
        return f"is a path of {len(name)} characters: too long for Windows below many folders"
    if any(len(part.encode("utf-8", "replace")) > _LONG_PART for part in parts):
        return f"has a part of more than {_LONG_PART} bytes, which file systems refuse"
    if any(_DEVICES.fullmatch(part) for part in parts):
        return "is the name of a device for Windows"
    if any(part.endswith((".", " ")) and part not in {".", ".."} for part in parts):
        return "has a part that ends with a dot or a space, which Windows drops"
    if _NOT_ON_WINDOWS.intersection(name):
        return "has a character that Windows does not allow"
    return ""


RULES: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "PW100": unreadable,
    "PW101": not_in_record,
    "PW102": not_in_archive,
    "PW103": wrong_digest,
    "PW104": wrong_size,
    "PW105": weak_digest,
    "PW106": no_record,
    "PW107": unsafe_path,
    "PW108": duplicate,
    "PW109": contradicting_headers,
    "PW110": case_clash,
    "PW111": link,
    "PW112": unportable_name,
    "PW113": refused_by_pypi,
}

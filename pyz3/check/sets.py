"""Rules about wheels as a set: those of one release, and against the release before.

What belongs together is judged by ``pyz3.release``, as ``pyz3 publish`` does it.  What there should be is
known from the wheels themselves: every Python on every platform that any of them is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyz3.audit import begins_as_code
from pyz3.check.findings import Hit, spelled
from pyz3.doctor import read_promises
from pyz3.errors import abridged
from pyz3.release import Cell, ReleaseFile, belongs_to_all, judge
from pyz3.targets import PythonVersion, Target, serves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pyz3.check.subject import Subject

_CODES = {"missing": "PW803"}
_FEW = 3


@dataclass(frozen=True, kw_only=True)
class SetMember:
    """What of a wheel counts in a set.

    Attributes:
        file: As a file of a release.
        targets: What it is for, as far as it is known.
        modules: Dotted names of what can be imported from it.
    """

    file: ReleaseFile
    targets: frozenset[Target]
    modules: frozenset[str]


def set_member(subject: Subject) -> SetMember | None:
    """Give what of a wheel counts in a set; None: its name or its archive says nothing."""
    if subject.named is None or subject.unreadable:
        return None
    pure = {
        name: member.sha256
        for name, member in subject.members.items()
        if belongs_to_all(name) and not begins_as_code(member.start)
    }
    file = ReleaseFile(
        path=subject.path,
        kind="wheel",
        name=subject.named.name,
        version=subject.named.version,
        tags=subject.named.tags,
        metadata=subject.texts.get("METADATA", b""),
        pure=pure,
    )
    return SetMember(file=file, targets=frozenset(_targets(subject)), modules=frozenset(_modules(subject)))


def set_hits(members: Sequence[SetMember]) -> Iterator[tuple[str, Hit]]:
    """Give what is wrong with the wheels of each project and version, by code."""
    releases: dict[tuple[str, str], list[SetMember]] = {}
    for member in members:
        releases.setdefault((member.file.name, member.file.version), []).append(member)
    for (name, version), several in releases.items():
        for finding in judge([one.file for one in several], cells=tuple(_cells(several))):
            metadata = finding.text.startswith("METADATA of ")
            code = _CODES.get(finding.kind, "PW801" if metadata else "PW802")
            yield code, Hit(message=f"{name} {version}: {spelled(finding.text)}")


def lost_hits(members: Sequence[SetMember], before: Sequence[SetMember]) -> Iterator[tuple[str, Hit]]:
    """Give what the release before had, and this one has not.

    Args:
        members: The wheels that are checked.
        before: Those of the release before.
    """
    for old in before:
        new = [one for one in members if one.file.name == old.file.name and _follows(one, old)]
        if not any(one.file.name == old.file.name for one in members):
            continue
        if not new:
            yield (
                "PW804",
                Hit(message=f"{old.file.path.name} has no successor: no wheel is for the same"),
            )
            continue
        lost = sorted(old.modules.difference(*(one.modules for one in new)))
        if lost:
            names = abridged([spelled(one) for one in lost], _FEW)
            yield (
                "PW805",
                Hit(message=f"{new[0].file.path.name} has no {names}, which {old.file.path.name} had"),
            )


def against_nothing(members: Iterable[SetMember], before: Iterable[SetMember], folder: Path) -> str:
    """Say which projects were not compared; empty: none."""
    known = {one.file.name for one in before}
    missing = sorted({one.file.name for one in members} - known)
    return f"{abridged(missing)}: not compared, as {folder} has no wheel of it" if missing else ""


def _cells(members: Sequence[SetMember]) -> Iterator[Cell]:
    """Give every Python on every platform that any wheel is for."""
    targets = {target for member in members for target in member.targets}
    # There, each Python has a platform of its own.
    targets = {target for target in targets if target.platform.family != "pyodide"}
    pythons = {str(target.python): target.python for target in targets}
    platforms = {str(target.platform): target.platform for target in targets}
    for _, platform in sorted(platforms.items()):
        for _, python in sorted(pythons.items(), key=lambda item: (item[1].minor, item[0])):
            yield Cell(target=Target(platform=platform, python=python))


def _follows(new: SetMember, old: SetMember) -> bool:
    """Tell whether a wheel is for something that an older one is for."""
    if old.file.is_pure or new.file.is_pure or not old.targets:
        return old.file.is_pure or new.file.is_pure or bool(old.file.tags & new.file.tags)
    return any(serves(tag, target) for tag in new.file.tags for target in old.targets)


def _targets(subject: Subject) -> Iterator[Target]:
    for tag in subject.named.tags if subject.named else ():
        for promise in read_promises([tag]):
            try:
                python = PythonVersion.parse(tag.interpreter if tag.abi in {"abi3", "none"} else tag.abi)
            except ValueError:
                continue  # PyPy, or any Python
            yield Target(platform=promise.target.platform, python=python)


def _modules(subject: Subject) -> Iterator[str]:
    for name in subject.files:
        if ".dist-info/" in name or ".data/" in name:
            continue
        binary = subject.binaries.get(name)
        if binary is not None and binary.said.module:
            yield binary.said.module
        elif name.endswith(".py"):
            yield name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

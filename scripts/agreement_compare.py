"""Whether ``pyz3 check`` and another checker answer a question about a wheel alike.  Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# check-wheel-contents → pyz3.  Both of its codes for an empty wheel are one here.
CONTENTS = {
    "W001": "PW401",
    "W002": "PW402",
    "W003": "PW403",
    "W004": "PW404",
    "W005": "PW405",
    "W006": "PW406",
    "W007 W008": "PW407",
    "W009": "PW408",
    "W010": "PW409",
}
_FLOOR = re.compile(r"(manylinux|musllinux)_(\d+)_(\d+)_(\w+)")
_MACOS = re.compile(r"macosx_(\d+)_(\d+)_(\w+)")
# What of the tag a wheel does not keep: machine, system, libraries.
_TAG = frozenset({"PW201", "PW202", "PW203"})
# What `twine check --strict` fails of.
_STRICT = frozenset({"PW506", "PW507", "PW508"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What two checkers say to one question about one wheel.

    Attributes:
        checker: The other one.
        question: What was asked.
        theirs: Its answer.
        ours: That of pyz3.
    """

    checker: str
    question: str
    theirs: str
    ours: str

    @property
    def agree(self) -> bool:
        """Whether they say the same."""
        return self.theirs == self.ours


def answers(said: Mapping[str, Mapping[str, Any]], report: Mapping[str, Any]) -> list[Answer]:
    """Compare what all others say of a wheel with what pyz3 says.

    Args:
        said: Checker → what ``agreement_others.py`` gives of it.
        report: The wheel's part of what ``pyz3 check --format json`` prints.
    """
    found = []
    for checker, of in said.items():
        if "error" in of:
            found.append(
                Answer(checker=checker, question="can be read", theirs=of["error"], ours=_read(report))
            )
        else:
            found += [
                Answer(checker=checker, question=question, theirs=theirs, ours=ours)
                for question, theirs, ours in _ASK[checker](of, report)
            ]
    return found


def _read(report: Mapping[str, Any]) -> str:
    return "no" if _codes(report) & {"PW100"} else "yes"


def _auditwheel(of: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if not of["oldest"].startswith("musllinux"):  # musl has no versions of symbols to tell by
        yield "oldest tag", of["oldest"], _policy(report.get("lowest", ()), of["policies"])
    yield "libraries", _listed(of["outside"]), _listed(_symbols(report, "PW203"))
    yield "tag holds", _yes(of["holds"]), _yes(not _TAG & _codes(report))
    yield "newer processor", _yes(of["newer_instructions"]), _yes("PW215" in _codes(report))


def _policy(lowest: Iterable[str], policies: Iterable[str]) -> str:
    """Give the oldest of auditwheel's policies that a tag as pyz3 has it falls into: it knows few of them."""
    tags = [tag for one in lowest for tag in one.split(".")]
    match = _FLOOR.fullmatch(tags[0]) if tags else None
    if match is None:
        return ", ".join(tags)
    known = sorted((int(one[2]), int(one[3]), one[0]) for name in policies if (one := _FLOOR.fullmatch(name)))
    floor = (int(match[2]), int(match[3]))
    return next((name for major, minor, name in known if (major, minor) >= floor), tags[0])


def _abi3audit(of: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "not in the stable ABI", _listed(of["outside"]), _listed(_in_files(report, "PW301"))
    yield "newer than the tag", _listed(of["newer"]), _listed(_in_files(report, "PW302"))


def _delvewheel(of: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "libraries", _listed(of["outside"]), _listed(name.lower() for name in _symbols(report, "PW203"))


def _delocate(of: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "libraries", _listed(of["outside"]), _listed(_symbols(report, "PW203"))
    yield "oldest tag", _by_machine(of["oldest"]), _by_machine(report.get("lowest", ()))


def _by_machine(tags: Iterable[str]) -> str:
    """Give the oldest macOS for each processor; no Mac with Apple's ran one before 11."""
    found = {}
    for tag in (part for one in tags for part in one.split(".")):
        if match := _MACOS.fullmatch(tag):
            machines = ("x86_64", "arm64") if match[3] == "universal2" else (match[3],)
            for machine in machines:
                version = (int(match[1]), int(match[2]))
                found[machine] = max(version, (11, 0)) if machine == "arm64" else version
    return _listed(f"macosx_{major}_{minor}_{machine}" for machine, (major, minor) in found.items())


def _contents(of: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    ours = _codes(report)
    for theirs, code in CONTENTS.items():
        found = [one for one in theirs.split() if one in of["codes"]]
        yield theirs, "found" if found else "-", "found" if code in ours else "-"


def _twine(of: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    ours = _codes(report)
    yield "metadata is valid", _yes("invalid" not in of), _yes("PW501" not in ours)
    if "renders" in of:
        yield "description renders", _yes(of["renders"]), _yes("PW506" not in ours)
        yield "passes with --strict", _yes(of["renders"] and not of["warnings"]), _yes(not _STRICT & ours)


_ASK = {
    "auditwheel": _auditwheel,
    "abi3audit": _abi3audit,
    "delvewheel": _delvewheel,
    "delocate": _delocate,
    "check-wheel-contents": _contents,
    "twine": _twine,
}


def _codes(report: Mapping[str, Any]) -> set[str]:
    return {one["code"] for one in report.get("findings", ())}


def _symbols(report: Mapping[str, Any], code: str) -> set[str]:
    return {one.get("symbol", "") for one in report.get("findings", ()) if one["code"] == code}


def _in_files(report: Mapping[str, Any], code: str) -> set[str]:
    """Give ``FILE: SYMBOL`` for each finding of a rule."""
    return {
        f"{one['member'].rpartition('/')[2]}: {one['symbol']}"
        for one in report.get("findings", ())
        if one["code"] == code
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))) or "-"


def _yes(yes: bool) -> str:
    return "yes" if yes else "no"

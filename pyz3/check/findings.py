"""What a check gives: values, and with them the scheme of ``--format json``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from pyz3.errors import one_line

Severity = Literal["error", "warning"]
SCHEMA_VERSION = "1.1"
"""Of the report: the first number changes when something is taken away or means something else."""

_MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Hit:
    """What a rule finds.

    Attributes:
        message: A sentence without its end; it names the member.
        member: Path in the wheel; empty: the wheel as a whole.
        symbol: The symbol or library that it is about.
        version: The version demanded.
        tip: The next thing to do, if it is not the rule's own.
    """

    message: str
    member: str = ""
    symbol: str = ""
    version: str = ""
    tip: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule found in a wheel, or in several as a set.

    Attributes:
        code: The rule: ``PW101``.
        name: The rule's name: ``not-in-record``.
        severity: Whether it fails the check.
        message: What was found.
        wheel: Path of the file; empty: the set of all.
        member: Path in the wheel; empty: the wheel as a whole.
        symbol: The symbol or library that it is about.
        version: The version demanded.
        tip: The next thing to do.
    """

    code: str
    name: str
    severity: Severity
    message: str
    wheel: str = ""
    member: str = ""
    symbol: str = ""
    version: str = ""
    tip: str = ""


class Need(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A library that a binary needs.

    Attributes:
        name: As the binary names it.
        status: Who has it: the ``wheel``; every ``system`` that the tag names; ``python``; perhaps a system,
            and no list has it (``unlisted``, PW204); nobody (``missing``, PW203).
        where: Path in the wheel.
    """

    name: str
    status: Literal["wheel", "system", "python", "unlisted", "missing"]
    where: str = ""


class WheelReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be said of one wheel.

    Attributes:
        wheel: Path of the file.
        tags: Its tags: ``cp313-cp313-manylinux_2_17_x86_64``.
        lowest: The oldest platform tags that would be true, one for each platform; empty: no binary says.
        because: What needs the newest system: ``thing/_speed.so: memcpy@GLIBC_2.14``.
        libraries: What each binary needs that is not in the wheel.
        needs: All that each binary needs; of those for the wheel's platform.
        findings: What the rules found.
        notes: What was not looked at, and why.
    """

    wheel: str
    tags: tuple[str, ...] = ()
    lowest: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    libraries: dict[str, tuple[str, ...]] = {}
    needs: dict[str, tuple[Need, ...]] = {}
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``pyz3 check --format json`` prints.

    Attributes:
        version: Of this scheme: ``1.1``.
        wheels: A report for each wheel.
        findings: What was found in the wheels as a set.
        notes: What was not looked at, and why.
        errors: How many findings are errors; with ``--strict`` all are.
        warnings: How many are not.
    """

    version: Literal["1.1"] = SCHEMA_VERSION  # type: ignore[assignment]
    wheels: tuple[WheelReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    errors: int = 0
    warnings: int = 0

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Those of every wheel, and of the set."""
        return (*(one for wheel in self.wheels for one in wheel.findings), *self.findings)


def spelled(name: str) -> str:
    """Give a name from an archive as one short line: what cannot be printed is spelled out."""
    return one_line(name, _MOST_SHOWN)

"""The audit's result: findings, and the platform tag that the binaries prove."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pyz3.audit.facts import Format, version_key
from pyz3.errors import AuditFailedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.text import Text

    from pyz3.targets import Platform, Target

# No arm64 Mac runs anything older.
OLDEST_ARM64_MACOS = "11.0"


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that contradicts the wheel's name.

    Attributes:
        file: Path inside the wheel.
        rule: ``machine``, ``loadable``, ``floor``, ``library``, ``init``, ``export``, ``symbol``,
            ``signature``, ``path``, ``stack``, ``text-relocations``, ``timestamp``, ``hardening``.
        symbol: The symbol or library that it is about.
        version: The version demanded.
        message: What was found and what was expected.
        tip: The next thing to do.
    """

    file: str
    rule: str
    message: str
    symbol: str = ""
    version: str = ""
    tip: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the audit of one file found.

    Attributes:
        file: Path inside the wheel.
        module: Dotted name of the extension module; empty for another shared library.
        target: Build identifier: ``cp313-manylinux_x86_64``.
        format: Object file format.
        machines: Machines in the file, as wheel tags spell them.
        floor: Measured: oldest glibc or macOS that can load it; empty if the file demands none.
        platform_tag: The tag that the file proves; empty if it is for another machine.
        needed: Libraries that the loader must find.
        findings: What contradicts the wheel's name.
    """

    file: str
    target: str
    format: Format
    machines: tuple[str, ...]
    module: str = ""
    floor: str = ""
    platform_tag: str = ""
    needed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing contradicts the wheel's name."""
        return not self.findings

    def __rich__(self) -> Text:
        from rich.text import Text  # noqa: PLC0415 - only who shows a report needs it

        text = Text()
        text.append("✓ " if self.ok else "✗ ", style="green" if self.ok else "red")
        text.append(self.file, style="bold")
        floor = f", needs {_SYSTEM.get(self.format, '')} {self.floor}" if self.floor else ""
        text.append(f": {' + '.join(self.machines)}{floor}; {', '.join(self.needed) or 'no libraries'}")
        for finding in self.findings:
            text.append("\n  ")
            text.append(finding.rule, style="red")
            text.append(f": {finding.message}")
            if finding.tip:
                text.append(f"\n  tip: {finding.tip}", style="dim")
        return text


_SYSTEM: dict[str, str] = {"elf": "glibc", "macho": "macOS"}


def proved_tag(platform: Platform, *, measured: str, floor: str) -> str:
    """Give the platform tag of a binary that needs ``measured`` in a wheel that promises ``floor``.

    On glibc the promise holds as long as nothing newer is needed; a macOS binary states its minimum,
    so that is the proof.
    """
    if platform.traits.floor_of == "glibc":
        return platform.wheel_platform_for(max(floor, measured, key=version_key))
    if platform.traits.floor_of == "macOS":
        oldest = OLDEST_ARM64_MACOS if platform.spec.arch == "arm64" else ""
        return platform.wheel_platform_for(max(measured or floor, oldest, key=version_key))
    return platform.wheel_platform_for(floor)


def proved_platform_tag(reports: Sequence[Report], target: Target, floor: str) -> str:
    """Give the platform tag that all binaries of one wheel prove together.

    Args:
        reports: One per binary in the wheel, none failed.
        target: What the wheel is for.
        floor: What the wheel was to promise.

    Raises:
        AuditFailedError: A report has findings.
        ValueError: There are no reports: without a binary nothing is proved.
    """
    if not reports:
        raise ValueError(f"no binary was audited for {target}")
    require(reports)
    measured = max((report.floor for report in reports), key=version_key)
    return proved_tag(target.platform, measured=measured, floor=floor)


def require(reports: Iterable[Report]) -> None:
    """Raise what the audit found.

    Raises:
        AuditFailedError: A report has findings; the message holds every one of them.
    """
    findings = [finding for report in reports for finding in report.findings]
    if findings:
        tips = dict.fromkeys(finding.tip for finding in findings if finding.tip)
        raise AuditFailedError(
            "\n".join(finding.message for finding in findings), tip="; ".join(tips) or None
        )

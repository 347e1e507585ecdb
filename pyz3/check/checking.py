"""From wheels to a report: every selected rule on every wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.check import archive, naming, platform
from pyz3.check.catalog import rules, selected
from pyz3.check.findings import CheckReport, Finding, Hit, WheelReport, spelled
from pyz3.check.judging import Judge
from pyz3.check.platform import Judged
from pyz3.check.subject import read_subject
from pyz3.errors import ConfigError, NothingSelectedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyz3.check.judging import Judgement
    from pyz3.check.subject import Subject

# Of one rule in one wheel: more helps nobody, and the wheel may want to fill the memory.
_MOST = 200


def wheels_in(names: Sequence[Path]) -> tuple[Path, ...]:
    """Give the wheels that are named, and those in the folders that are named, each once.

    Raises:
        ConfigError: There is no such file, or it is no wheel.
        NothingSelectedError: There is no wheel in them.
    """
    found: dict[Path, None] = {}
    for name in names:
        if name.is_dir():
            inside = sorted(path for path in name.iterdir() if path.suffix == ".whl" and path.is_file())
            if not inside:
                raise NothingSelectedError(f"{name}: no wheel is in it", tip="pyz3 wheel builds wheels")
            found.update(dict.fromkeys(inside))
        elif not name.exists():
            raise ConfigError(f"there is no {name}", tip="name wheels, or folders of wheels")
        elif name.suffix != ".whl":
            raise ConfigError(f"{name} is no wheel (.whl)", tip="name wheels, or folders of wheels")
        else:
            found[name] = None
    return tuple(found)


def check(
    paths: Sequence[Path],
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    strict: bool = False,
    environ: Mapping[str, str],
) -> CheckReport:
    """Check wheels; nothing is written, imported or run.

    Args:
        paths: The wheels.
        select: Codes or their beginnings; empty: all.
        ignore: Those that are not looked for.
        strict: Whether warnings are errors.
        environ: Environment variables, to find headers of Pythons by.

    Raises:
        ConfigError: No rule is called so.
        OSError: A file cannot be read.
    """
    codes = selected(select, ignore)
    judge = Judge(environ=environ)
    wheels = tuple(_checked(path, judge, codes, strict=strict) for path in paths)
    report = CheckReport(wheels=wheels)
    errors = sum(one.severity == "error" for one in report.all_findings)
    return CheckReport(wheels=wheels, errors=errors, warnings=len(report.all_findings) - errors)


def _checked(path: Path, judge: Judge, codes: frozenset[str], *, strict: bool) -> WheelReport:
    subject = read_subject(path)
    judgement = judge.judge(subject)
    notes = [*subject.notes, *judgement.notes]
    findings: list[Finding] = []
    for code in sorted(codes):
        hits = tuple(dict.fromkeys(_hits(code, subject, judgement)))
        findings += (_finding(code, hit, path, strict=strict) for hit in hits[:_MOST])
        if len(hits) > _MOST:
            notes.append(f"{code}: {len(hits) - _MOST} more of its findings are left out")
    return WheelReport(
        wheel=str(path),
        tags=tuple(sorted(map(str, subject.named.tags)))[:_MOST] if subject.named else (),
        lowest=judgement.lowest,
        because=judgement.because[:_MOST],
        libraries={spelled(one.file): one.outside for one in judgement.files if one.outside},
        findings=tuple(findings),
        notes=tuple(dict.fromkeys(notes)),
    )


def _hits(code: str, subject: Subject, judgement: Judgement) -> Iterable[Hit]:
    if rule := {**archive.RULES, **naming.RULES}.get(code):
        return rule(subject)
    return _judged_hits(code, Judged(subject=subject, judgement=judgement))


def _judged_hits(code: str, judged: Judged) -> Iterator[Hit]:
    if rule := platform.RULES.get(code):
        yield from rule(judged)


def _finding(code: str, hit: Hit, path: Path, *, strict: bool) -> Finding:
    rule = rules()[code]
    return Finding(
        code=code,
        name=rule.name,
        severity="error" if strict else rule.severity,
        message=hit.message,
        wheel=str(path),
        member=spelled(hit.member),
        symbol=hit.symbol,
        version=hit.version,
        tip=hit.tip or rule.mend,
    )

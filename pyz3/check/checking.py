"""From wheels to a report: every selected rule on every wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pyz3.check import archive, contents, hardening, metadata, naming, platform
from pyz3.check.catalog import rules, selected
from pyz3.check.findings import CheckReport, Finding, Hit, Need, WheelReport, spelled
from pyz3.check.judging import Judge
from pyz3.check.platform import Judged
from pyz3.check.sets import against_nothing, lost_hits, set_hits, set_member
from pyz3.check.subject import read_subject
from pyz3.errors import ConfigError, NothingSelectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pyz3.check.judging import Judgement
    from pyz3.check.subject import Subject

_OF_SUBJECTS: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    code: rule
    for room in (archive, naming, contents, metadata, hardening)
    for code, rule in room.RULES.items()
}
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
    against: Path | None = None,
    environ: Mapping[str, str],
) -> CheckReport:
    """Check wheels; nothing is written, imported or run.

    Args:
        paths: The wheels.
        select: Codes or their beginnings; empty: all.
        ignore: Those that are not looked for.
        strict: Whether warnings are errors.
        against: A folder with the wheels of the release before, or one wheel of it.
        environ: Environment variables, to find headers of Pythons by.

    Raises:
        ConfigError: No rule is called so, or there is no such folder.
        NothingSelectedError: There is no wheel in the folder of the release before.
        OSError: A file cannot be read.
    """
    codes = selected(select, ignore)
    judge = Judge(environ=environ)
    old_paths = wheels_in([against]) if against else ()
    wheels, members = [], []
    for path in paths:
        subject = read_subject(path)
        wheels.append(_checked(subject, judge, codes, strict=strict))
        members += [member] if (member := set_member(subject)) else []
    before = [member for path in old_paths if (member := set_member(read_subject(path)))]
    hits = [*set_hits(members), *lost_hits(members, before)]
    findings = tuple(_finding(code, hit, None, strict=strict) for code, hit in hits if code in codes)[:_MOST]
    note = against_nothing(members, before, against) if against else ""
    report = CheckReport(wheels=tuple(wheels), findings=findings, notes=tuple(filter(None, [note])))
    errors = sum(one.severity == "error" for one in report.all_findings)
    return msgspec.structs.replace(report, errors=errors, warnings=len(report.all_findings) - errors)


def _checked(subject: Subject, judge: Judge, codes: frozenset[str], *, strict: bool) -> WheelReport:
    path = subject.path
    judgement = judge.judge(subject)
    notes = [*subject.notes, *judgement.notes]
    if "PW506" in codes and (note := metadata.not_tried(subject)):
        notes.append(note)
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
        needs=_needs(judgement),
        findings=tuple(findings),
        notes=tuple(dict.fromkeys(notes)),
    )


def _needs(judgement: Judgement) -> dict[str, tuple[Need, ...]]:
    """Give what each binary needs; for several platforms that is all that it needs for any of them."""
    found: dict[str, dict[Need, None]] = {}
    for one in judgement.files:
        if one.fits:
            found.setdefault(spelled(one.file), {}).update(dict.fromkeys(one.needs))
    return {file: tuple(needs) for file, needs in found.items()}


def _hits(code: str, subject: Subject, judgement: Judgement) -> Iterable[Hit]:
    if rule := _OF_SUBJECTS.get(code):
        return rule(subject)
    return _judged_hits(code, Judged(subject=subject, judgement=judgement))


def _judged_hits(code: str, judged: Judged) -> Iterator[Hit]:
    if rule := platform.RULES.get(code):
        yield from rule(judged)


def _finding(code: str, hit: Hit, path: Path | None, *, strict: bool) -> Finding:
    rule = rules()[code]
    return Finding(
        code=code,
        name=rule.name,
        severity="error" if strict else rule.severity,
        message=hit.message,
        wheel=str(path) if path else "",
        member=spelled(hit.member),
        symbol=hit.symbol,
        version=hit.version,
        tip=hit.tip or rule.mend,
    )

"""Reports as text for programs: JSON, GitHub's workflow commands, SARIF 2.1.0."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from pyz3 import __version__
from pyz3._schema import as_json_schema
from pyz3.check.catalog import rules
from pyz3.check.findings import SCHEMA_VERSION, CheckReport

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.check.findings import Finding

# What references within are relative to; RFC 2606 has it that there is no such host.
_ID = f"https://pyz3.invalid/check-report-{SCHEMA_VERSION}.json"


def as_json(report: CheckReport) -> str:
    """Give a report as JSON; ``pyz3/check/report.schema.json`` is its schema."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode()


def report_schema() -> str:
    """Give the schema of a report as JSON (draft 2020-12)."""
    return as_json_schema(CheckReport, identifier=_ID)


def as_github(report: CheckReport) -> str:
    """Give each finding as a workflow command of GitHub Actions: a mark in the log and on the run's page."""
    return "".join(f"{_command(finding)}\n" for finding in report.all_findings)


def _command(finding: Finding) -> str:
    place = f"file={_property(finding.wheel)}," if finding.wheel else ""
    title = _property(f"{finding.code} {finding.name}")
    where = f"{PurePath(finding.wheel).name}: " if finding.wheel else ""
    return f"::{finding.severity} {place}title={title}::{_data(f'{where}{finding.message}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(report: CheckReport) -> str:
    """Give a report as SARIF 2.1.0 (OASIS), which GitHub's code scanning and others read."""
    found = report.all_findings
    codes = sorted({finding.code for finding in found})
    driver = {
        "name": "pyz3",
        "version": __version__,
        "rules": [_sarif_rule(code) for code in codes],
    }
    run = {"tool": {"driver": driver}, "results": _results(found, codes)}
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=True)


def _sarif_rule(code: str) -> dict[str, Any]:
    rule = rules()[code]
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": f"{rule.what} {rule.why}"},
        "help": {"text": rule.mend},
        "defaultConfiguration": {"level": rule.severity},
    }


def _results(found: Sequence[Finding], codes: Sequence[str]) -> list[dict[str, Any]]:
    results = []
    for finding in found:
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": finding.severity,
            "message": {"text": finding.message},
        }
        if finding.wheel:
            place = {"artifactLocation": {"uri": _uri(finding.wheel)}}
            inside = [{"fullyQualifiedName": finding.member, "kind": "member"}] if finding.member else []
            result["locations"] = [
                {"physicalLocation": place, **({"logicalLocations": inside} if inside else {})}
            ]
        results.append(result)
    return results


def _uri(path: str) -> str:
    """Give a path as a reference: relative ones stay so, as GitHub wants them."""
    from urllib.parse import quote  # noqa: PLC0415 - for SARIF alone

    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else quote(pure.as_posix())

"""``pyz3 check``: what is wrong with a wheel, from anyone, for any platform, read from the file alone."""

from pyz3.check.catalog import Rule, groups, rules
from pyz3.check.checking import check, wheels_in
from pyz3.check.findings import SCHEMA_VERSION, CheckReport, Finding, WheelReport
from pyz3.check.formats import as_github, as_json, as_sarif, report_schema

__all__ = (
    "SCHEMA_VERSION",
    "CheckReport",
    "Finding",
    "Rule",
    "WheelReport",
    "as_github",
    "as_json",
    "as_sarif",
    "check",
    "groups",
    "report_schema",
    "rules",
    "wheels_in",
)

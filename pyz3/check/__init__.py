"""``pyz3 check``: what is wrong with a wheel, from anyone, for any platform, read from the file alone."""

from pyz3.check.catalog import Rule, groups, rules
from pyz3.check.checking import check, wheels_in
from pyz3.check.findings import SCHEMA_VERSION, CheckReport, Finding, Need, WheelReport, spelled
from pyz3.check.fitness import why_unfit
from pyz3.check.formats import as_github, as_json, as_sarif, report_schema
from pyz3.check.subject import TOO_MANY, open_wheel

__all__ = (
    "SCHEMA_VERSION",
    "TOO_MANY",
    "CheckReport",
    "Finding",
    "Need",
    "Rule",
    "WheelReport",
    "as_github",
    "as_json",
    "as_sarif",
    "check",
    "groups",
    "open_wheel",
    "report_schema",
    "rules",
    "spelled",
    "wheels_in",
    "why_unfit",
)

"""What the files really are: binaries → facts → a report that proves a platform tag."""

from pyz3.audit.facts import Effort, Facts, Symbol, VersionNeed, version_key
from pyz3.audit.glibc import glibc_since
from pyz3.audit.hardening import Hardening, hardening_of
from pyz3.audit.judge import judge, measured_floor
from pyz3.audit.ledger import CorruptBinaryError, Ledger
from pyz3.audit.nature import begins_as_code, nature_of
from pyz3.audit.policy import fits, machines_of, oldest_glibc, policy_for, promised_elsewhere
from pyz3.audit.reach import carried_as, expanded, how_to_reach, is_reached
from pyz3.audit.reader import facts_of, load_parser, read_facts
from pyz3.audit.report import Finding, Report, proved_platform_tag, proved_tag, require
from pyz3.audit.rules import init_names, is_plain_library, only_failing
from pyz3.audit.sections import section_at
from pyz3.audit.system import system_symbols

__all__ = (
    "CorruptBinaryError",
    "Effort",
    "Facts",
    "Finding",
    "Hardening",
    "Ledger",
    "Report",
    "Symbol",
    "VersionNeed",
    "begins_as_code",
    "carried_as",
    "expanded",
    "facts_of",
    "fits",
    "glibc_since",
    "hardening_of",
    "how_to_reach",
    "init_names",
    "is_plain_library",
    "is_reached",
    "judge",
    "load_parser",
    "machines_of",
    "measured_floor",
    "nature_of",
    "oldest_glibc",
    "only_failing",
    "policy_for",
    "promised_elsewhere",
    "proved_platform_tag",
    "proved_tag",
    "read_facts",
    "require",
    "section_at",
    "system_symbols",
    "version_key",
)

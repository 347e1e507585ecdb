"""``pyz3 reproduce``: whether a wheel is what its source gives: built again, and compared byte by byte."""

from pyz3.reproduce.causes import Here, likely_causes
from pyz3.reproduce.comparing import compare
from pyz3.reproduce.planning import Rebuild, plan_rebuild
from pyz3.reproduce.recorded import Recorded, read_recorded
from pyz3.reproduce.report import (
    ArchiveDifference,
    Comparison,
    MemberDifference,
    Reproduction,
    reproduction_schema,
)

__all__ = (
    "ArchiveDifference",
    "Comparison",
    "Here",
    "MemberDifference",
    "Rebuild",
    "Recorded",
    "Reproduction",
    "compare",
    "likely_causes",
    "plan_rebuild",
    "read_recorded",
    "reproduction_schema",
)

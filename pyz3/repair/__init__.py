"""``pyz3 repair``: libraries that a wheel needs and its users may not have are put into it."""

from pyz3.repair.folders import read_prefixes
from pyz3.repair.repairing import Added, Repaired, repair
from pyz3.repair.tool import require_tool

__all__ = ("Added", "Repaired", "read_prefixes", "repair", "require_tool")

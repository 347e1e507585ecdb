"""``pyz3 repair``: libraries that a wheel needs and its users may not have are put into it."""

from pyz3.repair.repairing import Repaired, repair
from pyz3.repair.tool import require_tool

__all__ = ("Repaired", "repair", "require_tool")

"""Interpreters of this machine and of other platforms, and testing wheels in them."""

from pyz3.runtimes.adding import add_runtime
from pyz3.runtimes.choosing import choose, served_targets, too_new, why_none
from pyz3.runtimes.finding import find_runtimes
from pyz3.runtimes.junit import junit
from pyz3.runtimes.machine import missing_here
from pyz3.runtimes.modules import modules_of
from pyz3.runtimes.origins import named_origins, origins
from pyz3.runtimes.provisioned import (
    command_of,
    provisioned_runtime,
    provisioned_runtimes,
    remedy,
    runtimes_dir,
)
from pyz3.runtimes.runtime import HOST, Runtime
from pyz3.runtimes.testing import WheelTests, wheel_tests_for
from pyz3.runtimes.trials import Outcome, Trial, try_all

__all__ = (
    "HOST",
    "Outcome",
    "Runtime",
    "Trial",
    "WheelTests",
    "add_runtime",
    "choose",
    "command_of",
    "find_runtimes",
    "junit",
    "missing_here",
    "modules_of",
    "named_origins",
    "origins",
    "provisioned_runtime",
    "provisioned_runtimes",
    "remedy",
    "runtimes_dir",
    "served_targets",
    "too_new",
    "try_all",
    "wheel_tests_for",
    "why_none",
)

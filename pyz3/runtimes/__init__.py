"""Interpreters that can try a wheel: this machine's own, and those of other platforms that run here."""

from pyz3.runtimes.finding import find_runtimes
from pyz3.runtimes.provisioned import provisioned_runtime, provisioned_runtimes, remedy, runtimes_dir
from pyz3.runtimes.runtime import HOST, Runtime

__all__ = (
    "HOST",
    "Runtime",
    "find_runtimes",
    "provisioned_runtime",
    "provisioned_runtimes",
    "remedy",
    "runtimes_dir",
)

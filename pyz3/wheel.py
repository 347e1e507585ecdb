"""pyz3's public interface, and ``python -m pyz3.wheel``.

A façade: nothing is defined here, because running this file as ``__main__`` executes it a second
time, and an Enum defined here would then exist twice.
"""

from pyz3._interruption import end_at_once

if __name__ == "__main__":
    end_at_once()
    from pyz3.cli import main
    from pyz3.cli.wheel import wheel

    # It ends the process: what Python code builds with need not be imported.
    main(command=wheel, program="python -m pyz3.wheel")

from pyz3.builder import BuildConfig, WheelBuilder, build_wheel
from pyz3.results import Failure, Summary, WheelResult
from pyz3.targets import Platform

__all__ = [
    "BuildConfig",
    "Failure",
    "Platform",
    "Summary",
    "WheelBuilder",
    "WheelResult",
    "build_wheel",
]

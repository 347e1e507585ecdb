"""The builder: the only room that knows the order of the stages.

``api`` selects, plans and runs platforms side by side; ``platform`` takes one platform from
headers to audited binaries; ``delivery`` makes wheels of them, ``source`` source distributions.
"""

from pyz3.builder.api import BuildConfig, WheelBuilder, build_wheel

__all__ = ["BuildConfig", "WheelBuilder", "build_wheel"]

"""What was asked for: a target, how it is compiled, the oldest system that it is to run on.  JSON-able."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from pyz3.config import Optimize
from pyz3.targets import Platform, PythonVersion, Target

AnyOrder = TypeVar("AnyOrder", bound="Order")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One wheel that was asked for.

    Attributes:
        identifier: ``cp313-manylinux_x86_64``.
        platform: The platform's name: ``linux-x86_64``.
        python: ``3.13`` or ``3.13t``.
        optimize: Zig's build mode.
        zig_targets: With the floor: ``x86_64-linux-gnu.2.17``; several are fused into one file.
        floor: Oldest system promised: glibc, musl or macOS version; empty on Windows.
        wheel_platform: The platform tag that goes with the floor.
        asked_floor: The one that the user asked for, be it older than the Pythons' own; empty: none.
        cpu: The processor to build for on purpose, as zig names it; empty is the platform's oldest.
        lto: Link-time optimisation, ``thin`` or ``full``; empty is none.
        allow_pure: It may end without binaries although the project declares extension modules.
        require_extensions: It may lack none of them, be it one that the project can do without.
        debug_info: Debug data stays in its binaries, or on Windows in files that these name.
    """

    identifier: str
    platform: str
    python: str
    optimize: Optimize
    zig_targets: tuple[str, ...]
    floor: str
    wheel_platform: str
    asked_floor: str = ""
    cpu: str = ""
    lto: str = ""
    allow_pure: bool = False
    require_extensions: bool = False
    debug_info: bool = False

    @property
    def target(self) -> Target:
        """The platform and Python."""
        return Target(platform=Platform(self.platform), python=PythonVersion.parse(self.python))


def serve_from(order: AnyOrder, oldest: PythonVersion) -> AnyOrder:
    """Give the same for a wheel that serves all Pythons from ``oldest`` on, and promises their system."""
    platform = order.target.platform
    floor = platform.floor(oldest, asked=order.asked_floor)
    return msgspec.structs.replace(
        order,
        floor=floor,
        zig_targets=platform.zig_targets_for(floor),
        wheel_platform=platform.wheel_platform_for(floor),
    )

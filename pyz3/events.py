"""What a build tells whoever watches it: small values, handed to one callback.

They may come from several threads, one at a time for each platform.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pyz3.errors import Pyz3Error
    from pyz3.plan import Order, Planned
    from pyz3.results import WheelResult


@dataclass(frozen=True, kw_only=True)
class Activity:
    """A platform turns to something else: ``compiling libc++, first time only``."""

    platform: str
    text: str


@dataclass(frozen=True, kw_only=True)
class WheelBuilt:
    """A wheel stands in the output folder."""

    planned: Planned
    result: WheelResult


@dataclass(frozen=True, kw_only=True)
class WheelShared:
    """The wheel for another target, of which more will be told, serves this one, too."""

    order: Order
    by: Order


@dataclass(frozen=True, kw_only=True)
class WheelFailed:
    """A wheel will not come."""

    planned: Planned
    error: Pyz3Error


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that the user should know although nothing is wrong with the build."""

    text: str


@dataclass(frozen=True, kw_only=True)
class CommandRun:
    """A command line is about to be run."""

    command: tuple[str, ...]


Event: TypeAlias = Activity | WheelBuilt | WheelShared | WheelFailed | Note | CommandRun
Listener: TypeAlias = Callable[[Event], None]

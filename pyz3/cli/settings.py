"""What commands say to click, and to shells.  It imports nothing: ``pyz3 cc`` starts hundreds of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
"""How a command is asked for help."""


def complete_platforms(_context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    """Give the names of platforms that begin so, for shells."""
    from pyz3.targets import Platform  # noqa: PLC0415 - for completion alone

    return [str(one) for one in Platform if str(one).startswith(begun)]


def complete_pythons(_context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    """Give the Pythons that begin so, for shells."""
    from pyz3.targets import SUPPORTED  # noqa: PLC0415 - as above

    return [name for name in ("all", *map(str, SUPPORTED)) if name.startswith(begun)]


def complete_identifiers(_context: click.Context, _option: click.Parameter, begun: str) -> list[str]:
    """Give the build identifiers that begin so, for shells."""
    from pyz3.targets import known_targets  # noqa: PLC0415 - as above

    return [name for name in known_targets() if name.startswith(begun)]


def complete_topics(_context: click.Context, _argument: click.Parameter, begun: str) -> list[str]:
    """Give what ``pyz3 explain`` knows by name that begins so, for shells; case does not matter."""
    from pyz3.pages import entries, topics  # noqa: PLC0415 - as above

    return sorted(name for name in {*topics(), *entries()} if name.lower().startswith(begun.lower()))

"""Groups of commands that name the one that may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pyz3._nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping


class HintingGroup(click.Group):
    """A group that knows what others call its commands.

    Attributes:
        elsewhere: What another tool calls it → what to type here.
    """

    def __init__(self, *args: Any, elsewhere: Mapping[str, str] | None = None, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.elsewhere: Mapping[str, str] = elsewhere or {}

    def offered(self, ctx: click.Context) -> list[str]:
        """Give the commands that a user may mean."""
        return self.list_commands(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is asked for; name the one that may be meant."""
        name = args[0]
        if name not in self.list_commands(ctx) and not name.startswith("-"):
            near = self.elsewhere.get(name.lower()) or nearest(name, [*self.offered(ctx), *self.elsewhere])
            hint = f" Did you mean {self.elsewhere.get(near, near)!r}?" if near else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

"""Plans of pyz3's own projects, from targets to recipes in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.plan import Pure, Recipe, make_orders, make_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.config import Optimize, Project
    from pyz3.targets import Target


def plan_of(
    project: Project,
    targets: Sequence[Target],
    *,
    optimize: Optimize | None = None,
    macos: str | None = None,
    glibc: str = "",
    fallback: bool = False,
    require_extensions: bool = False,
    source_date: str = "",
) -> tuple[Recipe | Pure, ...]:
    """Give the plan of a project for targets."""
    return make_plan(
        project,
        make_orders(project, targets, optimize=optimize, macos=macos, glibc=glibc),
        fallback=fallback,
        require_extensions=require_extensions,
        source_date=source_date,
    )

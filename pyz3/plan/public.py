"""The plan as ``--print-plan`` prints it: a schema for other programs, apart from the records here.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pyz3.plan.recipe import Pure, Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.linking import LinkedLibrary
    from pyz3.plan.recipe import LeftOut, Module, Planned

PLAN_VERSION = "1.0"
"""Of the schema, in docs/reference/json.md: what is added to it changes the second number, else the first."""


def public_plan(plan: Sequence[Planned]) -> dict[str, Any]:
    """Give a plan as JSON has it, every wheel with the same keys."""
    return {"version": PLAN_VERSION, "wheels": [_wheel(one) for one in plan]}


def _wheel(planned: Planned) -> dict[str, Any]:
    if isinstance(planned, Pure):
        own: dict[str, Any] = dict.fromkeys(("platform", "python", "optimize", "cpu", "lto"), "")
        own |= {"zig_targets": [], "floor": "", "wheel_platform": "any"}
    else:
        own = {
            "platform": planned.platform,
            "python": planned.python,
            "optimize": planned.optimize,
            "cpu": planned.cpu,
            "lto": planned.lto,
            "zig_targets": [*planned.zig_targets],
            "floor": planned.floor,
            "wheel_platform": planned.wheel_platform,
        }
    # Of another build backend's wheel this is known when it has run.
    known = isinstance(planned, (Pure, Recipe))
    modules = planned.modules if isinstance(planned, Recipe) else ()
    libraries = planned.libraries if isinstance(planned, Recipe) else ()
    left_out = planned.left_out if isinstance(planned, (Pure, Recipe)) else ()
    return {
        "identifier": planned.identifier,
        **own,
        "tag": planned.tag if isinstance(planned, (Pure, Recipe)) else None,
        "modules": [_module(one) for one in modules] if known else None,
        "libraries": [_library(one) for one in libraries] if known else None,
        "left_out": [_left_out(one) for one in left_out] if known else None,
    }


def _module(module: Module) -> dict[str, Any]:
    return {
        "name": module.name,
        "file": module.file,
        "optional": module.optional,
        "limited_api": module.limited_api,
        "settings": msgspec.to_builtins(module.settings),
    }


def _library(library: LinkedLibrary) -> dict[str, Any]:
    return {
        "name": library.name,
        "file": library.file,
        "settings": msgspec.to_builtins(library.settings),
    }


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {"module": one.module, "why": one.why, "tip": one.tip}

"""What another build system compiles and links, as the engine does it.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyz3.driver.compile_flags import c_flags, translate_compile
from pyz3.driver.link_flags import translate_link
from pyz3.driver.target import DriverTarget
from pyz3.engine.ldflags import parse_ldflags
from pyz3.engine.plan_file import Source
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.engine.ldflags import LinkFlags
    from pyz3.linking import Part, Unit
    from pyz3.plan import Order, Recipe

_COMPILING = re.compile(r"-(f(?!ramework)|O|g|m|std=|D|U|I|i|W(?!l,)|pipe)")


def foreign_sources(units: Sequence[Unit], recipe: Recipe, *, before: tuple[str, ...]) -> tuple[Source, ...]:
    """Give the sources of what another build system compiles, flags translated.

    Args:
        units: What it compiles.
        recipe: The wheel.
        before: Flags of ours; those of the project may overrule them.
    """
    if not units:
        return ()
    target = driver_target(recipe)
    return tuple(
        Source(
            path=unit.source,
            flags=(
                *before,
                *translate_compile(unit.flags, target=target).args,
                *c_flags(unit.source, unit.flags, target=target),
            ),
        )
        for unit in units
    )


def asked_of_linker(recipe: Recipe, module: Part) -> LinkFlags:
    """Give what a module's flags ask of the linker.

    Raises:
        ConfigError: A flag that zig's build system has no way to pass on.
    """
    settings = module.settings
    if not module.units:
        return parse_ldflags(settings.ldflags, module=module.name)
    words = (*settings.ldflags, *(f"-l{name}" for name in settings.libraries))
    linked = translate_link(words, target=driver_target(recipe))
    if linked.refused:
        raise ConfigError(f"{module.name}: {'; '.join(linked.refused)}")
    # Compilers take their own flags at a link, too, and do nothing with them.
    linking = tuple(word for word in linked.args if not _COMPILING.match(word))
    return parse_ldflags(linking, module=module.name)


def is_expressible(recipe: Recipe) -> bool:
    """Tell whether the engine can link the recipe's modules as their own build system would."""
    try:
        for library in recipe.libraries:
            asked_of_linker(recipe, library)
        for module in recipe.modules:
            asked_of_linker(recipe, module)
    except ConfigError:
        return False
    return True


def left_out_flags(recipe: Recipe) -> tuple[str, ...]:
    """Give the flags of a project's own that are dropped, each once with the reason (``flag: reason``)."""
    target = driver_target(recipe)
    found: list[str] = []
    parts: tuple[Part, ...] = (*recipe.libraries, *recipe.modules)
    for part in parts:
        for unit in part.units:
            found += translate_compile(unit.flags, target=target).dropped
        if part.units:
            found += translate_compile(part.settings.ldflags, target=target).dropped
            found += translate_link(part.settings.ldflags, target=target).dropped
    return tuple(dict.fromkeys(found))


def driver_target(order: Order) -> DriverTarget:
    """Give the driver's view of a wheel's target."""
    libc = order.target.platform.slices[0].spec.libc
    return DriverTarget(order.zig_targets[0], debug=order.optimize == "Debug", libc=libc)

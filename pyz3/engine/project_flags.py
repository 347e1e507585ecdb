"""Flags of a project, its own or another build system's, as the engine hands them to zig.  Pure."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.config import CXX_SUFFIXES
from pyz3.driver.compile_flags import c_flags, translate_compile, translate_flags, without_link
from pyz3.driver.flag_table import INCLUDES, units
from pyz3.driver.link_flags import translate_link
from pyz3.driver.sysroot import headers_first
from pyz3.driver.target import DriverTarget
from pyz3.engine.ldflags import parse_ldflags
from pyz3.engine.plan_file import Source
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyz3.driver.target import Translated
    from pyz3.engine.ldflags import LinkFlags
    from pyz3.linking import Part
    from pyz3.plan import Order, Recipe

_COMPILING = re.compile(r"-(f(?!ramework)|O|g|m|std=|D|U|I|i|W(?!l,)|pipe)")
# Flags whose value, the next word, is a header.
_HEADERS = frozenset({"-include", "-imacros"})


def make_sources(
    root: Path,
    recipe: Recipe,
    part: Part,
    zig_target: str,
    *,
    before: tuple[str, ...],
    cxx: tuple[str, ...],
    is_file: Callable[[Path], bool],
) -> tuple[Source, ...]:
    """Give the sources of a module or library that clang compiles, flags translated.

    Args:
        root: The project's folder, absolute.
        recipe: The wheel.
        part: The module or library.
        zig_target: What it is compiled for: one of the recipe's.
        before: Flags of ours for C; those of the project may overrule them.
        cxx: Likewise for C++.
        is_file: Tells whether there is such a file.

    Raises:
        ConfigError: A flag of the project's own configuration that code would not be the same without.
    """
    target = driver_target(recipe, zig_target)
    if part.units:
        return tuple(
            Source(
                path=unit.source,
                flags=(
                    *cxx,
                    *without_link(translate_compile(unit.flags, target=target), target=target).args,
                    *c_flags(unit.source, unit.flags, target=target),
                ),
            )
            for unit in part.units
        )
    found = []
    for path in part.settings.sources:
        if path.endswith(".zig"):
            continue
        name, flags = _own_flags(part, path)
        own = translate_flags([*_from_root(flags, root, is_file)], target=target)
        if own.refused:
            raise ConfigError(f"pyproject.toml: {name} of {part.name}: {'; '.join(own.refused)}")
        start = cxx if name == "cxxflags" else before
        flags = (*start, *own.args, *headers_first(target))  # those are behind the project's own
        found.append(Source(path=os.path.normpath(root / path), flags=flags))
    return tuple(found)


def _own_flags(part: Part, path: str) -> tuple[str, tuple[str, ...]]:
    """Give the key of the flags of one source, and the flags."""
    is_cxx = Path(path).suffix in CXX_SUFFIXES
    return ("cxxflags", part.settings.cxxflags) if is_cxx else ("cflags", part.settings.cflags)


def _from_root(flags: Sequence[str], root: Path, is_file: Callable[[Path], bool]) -> Iterator[str]:
    """Take folders and headers that flags name as a compiler does that runs in the project's folder."""
    for unit in units(flags):
        word, value = unit[0], unit[-1]
        if len(unit) > 1 and (word in INCLUDES or (word in _HEADERS and is_file(root / value))):
            yield from (word, os.path.normpath(root / value))
        elif (flag := next(filter(word.startswith, INCLUDES), "")) and word != flag:
            yield flag + os.path.normpath(root / word[len(flag) :])
        else:
            yield from unit


def asked_of_linker(recipe: Recipe, module: Part) -> LinkFlags:
    """Give what a module's flags ask of the linker.

    Raises:
        ConfigError: A flag that zig's build system has no way to pass on.
    """
    words = module.settings.ldflags
    if module.units:
        words += tuple(f"-l{name}" for name in module.settings.libraries)
    linked = translate_link(words, target=driver_target(recipe))
    where = module.name if module.units else f"pyproject.toml: ldflags of {module.name}"
    if linked.refused:
        raise ConfigError(f"{where}: {'; '.join(linked.refused)}")
    # Compilers take their own flags at a link, too, and do nothing with them.
    linking = tuple(word for word in linked.args if not _COMPILING.match(word))
    return parse_ldflags(linking, module=module.name)


def is_expressible(recipe: Recipe) -> bool:
    """Tell whether the engine can compile and link the recipe's modules as their own build system would."""
    try:
        for part in _parts(recipe):
            asked_of_linker(recipe, part)
    except ConfigError:
        return False
    return not any(flags.refused for flags in _compiled(recipe))


def left_out_flags(recipe: Recipe) -> tuple[str, ...]:
    """Give the flags of a project's own that are dropped, each once with the reason (``flag: reason``)."""
    target = driver_target(recipe)
    found = [reason for flags in _compiled(recipe) for reason in flags.dropped]
    for part in _parts(recipe):
        found += translate_compile(part.settings.ldflags, target=target).dropped
        found += translate_link(part.settings.ldflags, target=target).dropped
    return tuple(dict.fromkeys(found))


def left_out_notes(flags: Iterable[str]) -> list[str]:
    """Say of each flag that it was dropped, and why.

    Args:
        flags: As :func:`left_out_flags` gives them.
    """
    parts = (one.partition(": ") for one in dict.fromkeys(flags))
    return [f"{flag} is left out: {reason}" for flag, _, reason in parts]


def _parts(recipe: Recipe) -> tuple[Part, ...]:
    return (*recipe.libraries, *recipe.modules)


def _compiled(recipe: Recipe) -> Iterator[Translated]:
    """Give what becomes of the flags of each compile."""
    targets = [driver_target(recipe, zig_target) for zig_target in recipe.zig_targets]
    for part in _parts(recipe):
        sources = (path for path in part.settings.sources if not path.endswith(".zig"))
        own = [] if part.units else [_own_flags(part, path)[1] for path in sources]
        for flags in dict.fromkeys((*(unit.flags for unit in part.units), *own)):
            yield from (_translated(flags, one.zig, debug=one.debug, libc=one.libc) for one in targets)


@lru_cache(maxsize=4096)
def _translated(flags: tuple[str, ...], zig: str, *, debug: bool, libc: str) -> Translated:
    """Translate flags; many sources have the same, and are asked about more than once."""
    return translate_flags(flags, target=DriverTarget(zig, debug=debug, libc=libc))


def driver_target(order: Order, zig_target: str = "") -> DriverTarget:
    """Give the driver's view of a wheel's target.

    Args:
        order: The wheel.
        zig_target: Of one that is fused from several, one of these; default: the first.
    """
    libc = order.target.platform.slices[0].spec.libc
    return DriverTarget(
        zig_target or order.zig_targets[0],
        debug=order.optimize == "Debug",
        libc=libc,
        debug_info=order.debug_info,
    )

"""What was written down on this machine → what it means on the target."""

from __future__ import annotations

import os
from functools import cache as cache_results
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.driver.pragmas import comment_libraries, quoted_includes, refuses_other_compilers
from pyz3.environments import map_include_dirs
from pyz3.errors import Pyz3Error
from pyz3.plan import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyz3.environments import Environment
    from pyz3.linking import Part
    from pyz3.plan import Module, Recipe, Unit
    from pyz3.store import Cache


def adapt(
    recipe: Recipe, environment: Environment, *, cache: Cache, environ: Mapping[str, str]
) -> Recipe | Trouble:
    """Give a recipe with the target's headers of build dependencies, and the libraries that sources name.

    Args:
        recipe: With modules that were written down.
        environment: Where that was done.
        cache: pyz3's cache.
        environ: The user's environment variables, for pip.
    """
    stands_in = cache_results(_stands_in)

    def units_of(part: Part) -> tuple[Unit, ...]:
        mapped = []
        for unit in part.units:
            found = map_include_dirs(
                unit.flags,
                environment=environment,
                platform=recipe.target.platform,
                python=recipe.target.python,
                cache=cache,
                environ=environ,
            )
            flags = (
                _behind(found.flags, stands_in) if recipe.target.platform.family == "windows" else found.flags
            )
            mapped.append(msgspec.structs.replace(unit, flags=(*flags, *found.extra)))
        return tuple(mapped)

    try:
        modules = tuple(_linked(m, recipe, units=units_of(m)) for m in recipe.modules)
        libraries = tuple(msgspec.structs.replace(lib, units=units_of(lib)) for lib in recipe.libraries)
    except Pyz3Error as error:
        return Trouble(message=error.message, tip=error.tip or "")
    return msgspec.structs.replace(recipe, modules=modules, libraries=libraries)


def _behind(flags: Sequence[str], stands_in: Callable[[str], bool]) -> tuple[str, ...]:
    """Have folders with headers that MSVC once lacked searched after the system's own."""
    return tuple(
        word
        for flag in flags
        for word in (("-idirafter", flag[2:]) if flag.startswith("-I") and stands_in(flag[2:]) else (flag,))
    )


def _stands_in(folder: str) -> bool:
    """Tell whether a folder holds a stdint.h or inttypes.h for MSVC alone."""
    files = (Path(folder, name) for name in ("inttypes.h", "stdint.h"))
    return any(
        refuses_other_compilers(file.read_text(encoding="utf-8", errors="replace"))
        for file in files
        if file.is_file()
    )


def _linked(module: Module, recipe: Recipe, *, units: Sequence[Unit]) -> Module:
    """Add what Microsoft's linker would link without being asked."""
    settings = module.settings
    if recipe.target.platform.family == "windows":
        named = named_libraries(units)
        libraries = (*settings.libraries, *(name for name in named if name not in settings.libraries))
        settings = msgspec.structs.replace(settings, libraries=libraries)
    return msgspec.structs.replace(module, settings=settings, units=tuple(units))


def named_libraries(units: Sequence[Unit]) -> tuple[str, ...]:
    """Give the libraries that sources, and headers of the project that they include, tell MSVC to link.

    Args:
        units: What is compiled.
    """
    found: dict[str, None] = {}
    seen: set[Path] = set()
    for unit in units:
        folders = [Path(flag[2:]) for flag in unit.flags if flag.startswith("-I")]
        waiting = [Path(unit.source)]
        while waiting:
            file = waiting.pop()
            if file in seen:
                continue
            seen.add(file)
            text = file.read_text(encoding="utf-8", errors="replace")
            found.update(dict.fromkeys(comment_libraries(text)))
            for name in quoted_includes(text):
                places = (Path(os.path.normpath(folder / name)) for folder in (file.parent, *folders))
                waiting += [place for place in places if place.is_file()][:1]
    return tuple(found)

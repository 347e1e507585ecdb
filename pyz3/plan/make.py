"""Project and targets → orders, and recipes of pyz3's own projects.  Nothing is read, run or written.

A recipe says what will be compiled and what the wheel will promise; the audit proves the promise later.
``pyz3 wheel --print-plan`` prints them as JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from pyz3 import __version__
from pyz3.capi import stable_abi_tag
from pyz3.config import Settings
from pyz3.errors import ConfigError, abridged
from pyz3.linking import link, make_libraries
from pyz3.plan.order import Order, serve_from
from pyz3.plan.recipe import LeftOut, Module, Pure, Recipe
from pyz3.targets import OLDEST, PythonVersion, Target, check_cpu, has_cpu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.config import Extension, Lto, Optimize, Project, WheelOptions
    from pyz3.linking import LinkedLibrary

# No CPython that pyz3 builds for runs on an older glibc: manylinux2014 is PEP 599's 2.17.
OLDEST_GLIBC = (2, 17)


def make_plan(
    project: Project,
    orders: Sequence[Order],
    *,
    fallback: bool = False,
    require_extensions: bool = False,
    source_date: str = "",
) -> tuple[Recipe | Pure, ...]:
    """Give a wheel for each of ``orders``, in their order; a project without extensions needs just one.

    Args:
        project: What a frontend read.
        orders: What :func:`make_orders` gave.
        fallback: Add a wheel without binaries, for whatever has no wheel of its own.
        require_extensions: What is optional must be built all the same.
        source_date: For ``build-info``: when the source was made, as ISO 8601 spells it; empty: unknown.

    Raises:
        ConfigError: An extension has no sources for a platform.
    """
    if not project.has_binaries:
        return (Pure(fallback=fallback, left_out=_switched_off(project, Pure().identifier)),)
    lost: tuple[LeftOut, ...] = ()
    plan: dict[tuple[str, ...], Recipe | Pure] = {}
    for order in orders:
        target = order.target
        options = project.tool.for_identifier(order.identifier)
        modules, left_out = _modules(project, target, options, required=require_extensions)
        libraries = make_libraries(
            project, [name for m in modules for name in m.links], target.platform.family
        )
        if not (modules or libraries or project.tool.build_zig):
            plan[()] = Pure()
            lost += left_out
            continue
        recipe = _recipe(order, modules, libraries)
        # A wheel for the stable ABI serves all later Pythons of its platform: it is built once.
        key = (recipe.platform, recipe.tag, target.platform.abi_of(target.python))
        if key not in plan:
            recipe = _with_build_info(project, recipe, source_date)
            plan[key] = msgspec.structs.replace(recipe, left_out=left_out)
    if fallback or () in plan:
        plan[()] = Pure(fallback=fallback, left_out=lost)
    return tuple(plan.values())


def _switched_off(project: Project, identifier: str) -> tuple[LeftOut, ...]:
    return tuple(
        LeftOut(module=extension.name, identifier=identifier, why=extension.off)
        for extension in project.extensions
        if extension.off
    )


def _modules(
    project: Project, target: Target, options: WheelOptions, *, required: bool
) -> tuple[tuple[Module, ...], tuple[LeftOut, ...]]:
    """Give the modules of one wheel, and those that it is made without."""
    modules: list[Module] = []
    left_out = list(_switched_off(project, target.identifier))
    for extension in project.enabled:
        optional = extension.optional and not required
        if optional and not extension.settings(target.platform.family).sources:
            why = f"it has no sources for {target.platform}"
            left_out.append(LeftOut(module=extension.name, identifier=target.identifier, why=why))
        else:
            modules.append(_module(project, extension, target, options, optional=optional))
    return tuple(modules), tuple(left_out)


def make_orders(
    project: Project,
    targets: Sequence[Target],
    *,
    optimize: Optimize | None = None,
    macos: str | None = None,
    glibc: str = "",
    allow_pure: bool = False,
    require_extensions: bool = False,
) -> tuple[Order, ...]:
    """Give an order for each of ``targets``, in their order.

    Args:
        project: What a frontend read.
        targets: What was selected.
        optimize: Overrides the project's mode.
        macos: Overrides the project's macOS minimum (``MACOSX_DEPLOYMENT_TARGET``).
        glibc: Overrides the project's glibc (``--platform manylinux_2_28``).
        allow_pure: Wheels without any of the extension modules that the project declares are no error.
        require_extensions: Wheels without one of them are, even if the project can do without it.

    Raises:
        ConfigError: A floor is no version or older than the platform can promise; no machine has the cpu.
    """
    found = []
    for target in targets:
        options = project.tool.for_identifier(target.identifier)
        asked = _asked_floor(project, options, target, macos=macos, glibc=glibc)
        floor = target.platform.floor(target.python, asked=asked)
        zig_targets = target.platform.zig_targets_for(floor)
        order = Order(
            identifier=target.identifier,
            platform=str(target.platform),
            python=str(target.python),
            optimize=optimize or options.optimize,
            zig_targets=zig_targets,
            floor=floor,
            wheel_platform=target.platform.wheel_platform_for(floor),
            asked_floor=asked,
            cpu=_cpu(project, options, zig_targets),
            lto=_lto(options, target),
            allow_pure=allow_pure,
            require_extensions=require_extensions,
        )
        found.append(order)
    return tuple(found)


def make_notes(project: Project, plan: Sequence[Order | Pure]) -> tuple[str, ...]:
    """Give what the user must know of a plan although nothing is wrong with it."""
    told: dict[tuple[str, str], list[str]] = {}
    for order in (one for one in plan if isinstance(one, Order)):
        if order.cpu:
            told.setdefault(("cpu", order.cpu), []).append(order.identifier)
        if not order.lto and project.tool.for_identifier(order.identifier).lto:
            told.setdefault(("lto", ""), []).append(order.identifier)
    words = {
        "cpu": "built for {} only; a wheel's tag cannot say so, and pip installs it anywhere",
        "lto": "built without lto, which zig cannot do there",
    }
    return tuple(
        f"{abridged(identifiers)}: {words[key].format(value)}" for (key, value), identifiers in told.items()
    )


def notes_on_tests(project: Project, plan: Sequence[Order | Pure]) -> tuple[str, ...]:
    """Give what the user must know of a build without tests of a project that has some."""
    told: dict[str, list[str]] = {}
    for order in (one for one in plan if isinstance(one, Order)):
        if tests := _tests(project, order):
            told.setdefault(tests, []).append(order.identifier)
    return tuple(
        f"{abridged(identifiers)}: {tests} not run by a build: pyz3 test does it, or pyz3 wheel --test"
        for tests, identifiers in told.items()
    )


def _tests(project: Project, order: Order) -> str:
    """Name what the configuration says of testing a wheel; empty: nothing."""
    options = project.tool.hook_options(order.identifier, family=order.target.platform.family)
    keys = [
        *(["test-command"] if options.test_command else []),
        *(["test-requires"] if options.test_requires else []),
    ]
    return f"{' and '.join(keys)} {'are' if len(keys) > 1 else 'is'}" if keys else ""


def _recipe(order: Order, modules: tuple[Module, ...], libraries: tuple[LinkedLibrary, ...]) -> Recipe:
    target = order.target
    oldest = target.python
    tag = f"{target.python.tag}-{target.python.abi}"
    if modules and all(module.limited_api for module in modules):
        # The wheel needs what its most demanding module needs.
        oldest = max(PythonVersion.parse(module.limited_api) for module in modules)
        tag = stable_abi_tag(str(oldest))
    elif libraries and not modules:  # for ctypes and its like: one wheel serves every Python
        oldest, tag = OLDEST, "py3-none"
    if target.platform.abi_of(target.python):
        oldest = target.python
    return Recipe(
        **msgspec.structs.asdict(serve_from(order, oldest)), tag=tag, modules=modules, libraries=libraries
    )


def _with_build_info(project: Project, recipe: Recipe, source_date: str) -> Recipe:
    """Add the macros that tell a module how it is built, where it asks for them; they are strings in C.

    They are not for everyone: a date that changes with each commit compiles everything anew.
    """
    asking = {extension.name for extension in project.enabled if extension.build_info}
    values = {
        "VERSION": __version__,
        "TARGET": "+".join(recipe.zig_targets),
        "OPTIMIZE": recipe.optimize,
        "SOURCE_DATE": source_date,
    }
    told = Settings(define={f"PYZ3_{name}": f'"{value}"' for name, value in values.items()})
    return msgspec.structs.replace(
        recipe,
        modules=tuple(
            msgspec.structs.replace(module, settings=module.settings.plus(told))
            if module.name in asking
            else module
            for module in recipe.modules
        ),
    )


def _cpu(project: Project, options: WheelOptions, zig_targets: Sequence[str]) -> str:
    """Give the processor, if this machine has it: one key serves a whole matrix."""
    if options.cpu:
        check_cpu(options.cpu, where=project.where(options.origin["cpu"]))
    return options.cpu if any(has_cpu(zig_target, options.cpu) for zig_target in zig_targets) else ""


def _lto(options: WheelOptions, target: Target) -> Lto | Literal[""]:
    return options.lto if target.platform.spec.lto else ""


def _module(
    project: Project, extension: Extension, target: Target, options: WheelOptions, *, optional: bool
) -> Module:
    limited = extension.abi3 if _can_load_abi3(target.python, extension.abi3) else ""
    suffix = target.stable_abi_suffix(limited) if limited else target.extension_suffix
    family = target.platform.family
    if not extension.settings(family).sources:
        raise ConfigError(
            f"pyproject.toml: {extension.name} has no sources for {target.platform}",
            tip=f"add them to its sources, or to its {family} table",
        )
    linkage = link(project, extension, family, extra=options.settings)
    return Module(
        name=extension.name,
        file=extension.name.replace(".", "/") + suffix,
        settings=linkage.settings,
        limited_api=limited,
        optional=optional,
        export_symbols=extension.export_symbols,
        links=linkage.links,
        rpaths=linkage.rpaths,
    )


def _can_load_abi3(python: PythonVersion, abi3: str) -> bool:
    """Whether ``python`` loads modules for the stable ABI since ``abi3``.

    Free-threaded Pythons load ``3.15t`` (PEP 803) only, and so do those with the GIL from 3.15 on.
    """
    if not abi3:
        return False
    oldest = PythonVersion.parse(abi3)
    return python.minor >= oldest.minor and (oldest.free_threaded or not python.free_threaded)


def _asked_floor(
    project: Project, options: WheelOptions, target: Target, *, macos: str | None, glibc: str
) -> str:
    wanted_glibc = glibc or options.glibc
    if target.platform.traits.floor_of == "glibc" and wanted_glibc is not None:
        where = "--platform" if glibc else project.where(options.origin["glibc"])
        if _version(wanted_glibc, where, parts=(2, 2)) < OLDEST_GLIBC:
            raise ConfigError(
                f"{where}: {wanted_glibc!r} is older than 2.17",
                tip="2.17 (manylinux2014) is the oldest that today's CPythons run on",
            )
        return wanted_glibc
    wanted_macos = macos or options.macos
    if target.platform.traits.floor_of == "macOS" and wanted_macos:
        where = "MACOSX_DEPLOYMENT_TARGET" if macos else project.where(options.origin["macos"])
        _version(wanted_macos, where, parts=(1, 3))
        return wanted_macos if "." in wanted_macos else f"{wanted_macos}.0"
    return ""


def _version(text: str, where: str, *, parts: tuple[int, int]) -> tuple[int, ...]:
    """Read a version of so many ``parts``; manylinux tags have a place for two (PEP 600)."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)*", text) or not parts[0] <= text.count(".") + 1 <= parts[1]:
        raise ConfigError(f"{where}: {text!r} is no version like 2.28 or 11.0")
    return tuple(int(part) for part in text.split("."))

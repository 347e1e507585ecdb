"""A wheel's name and the date of its files → what is to be built to have it again.  Nothing is built here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyz3.archive import DEFAULT_EPOCH
from pyz3.errors import ConfigError, NothingSelectedError, Pyz3Error, UnavailablePythonError, abridged
from pyz3.plan import Order, Pure
from pyz3.targets import SUPPORTED, Platform, PythonVersion, Target, serves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyz3.builder import ProjectBuild
    from pyz3.plan import Planned
    from pyz3.reproduce.recorded import Recorded
    from pyz3.targets import Selection

_EPOCH, _MACOS = "SOURCE_DATE_EPOCH", "MACOSX_DEPLOYMENT_TARGET"


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """What is to be built.

    Attributes:
        build: The project, with the variables that the wheel tells of.
        plan: One wheel.
        notes: What was guessed, and what the wheel goes before.
    """

    build: ProjectBuild
    plan: tuple[Planned, ...]
    notes: tuple[str, ...] = ()


def plan_rebuild(
    build: ProjectBuild,
    wheel: Recorded,
    *,
    python: str | None = None,
    make: Callable[[ProjectBuild, Selection], Sequence[Planned]],
) -> Rebuild:
    """Give what is to be built to have a wheel again.

    Args:
        build: The project.
        wheel: What is known of the wheel.
        python: Of a wheel for several Pythons, the one to build with; default: the oldest that can be used.
        make: Makes the plan: with the options that the wheel does not tell of.

    Raises:
        ConfigError: pyz3 builds no such wheels, or the Python's headers are missing.
        NothingSelectedError: The project does not support that Python.
    """
    build, notes = _dated(build, wheel)
    targets = _targets(wheel, python)
    selection = _select(build, targets)
    if len(targets) > 1 and not wheel.is_for_any:
        chosen = selection.targets[0].python
        notes.append(f"it is for several Pythons, and built with {chosen}; another: --python X.Y")
    plan = make(build, selection)
    order = next((one for one in plan if isinstance(one, Order)), None)
    if order is not None and (floor := _promised(wheel, order)):
        of = order.target.platform.traits.floor_of
        notes.append(f"its name promises {of} {floor}, the project {order.floor}: built for {of} {floor}")
        if of == "macOS":
            build = replace(build, environ={**build.environ, _MACOS: floor})
        else:
            selection = replace(selection, glibc=floor)
        plan = make(build, selection)
    wanted = tuple(one for one in plan if isinstance(one, Pure) == wheel.is_for_any)
    return Rebuild(build=build, plan=wanted or tuple(plan), notes=tuple(notes))


def _dated(build: ProjectBuild, wheel: Recorded) -> tuple[ProjectBuild, list[str]]:
    """Give the project with the wheel's own date: what this shell has is of another build."""
    here = build.environ.get(_EPOCH) or ""
    if wheel.epoch is None:
        return build, ["its files have several dates: those of the rebuilt one are pyz3's own"]
    # Without the variable files have this date; a zip file has steps of two seconds.
    epoch = "" if wheel.epoch == DEFAULT_EPOCH else str(wheel.epoch)
    if here == epoch or (here.isdecimal() and int(here) // 2 == wheel.epoch // 2):
        return build, []
    environ = {name: value for name, value in build.environ.items() if name != _EPOCH}
    build = replace(build, environ={**environ, **({_EPOCH: epoch} if epoch else {})})
    if here:
        return build, [f"{_EPOCH} is {here} here, and not obeyed: the wheel has its own date"]
    return build, [f"{_EPOCH} is taken from the date of its files: {epoch}, or a second more"]


def _targets(wheel: Recorded, python: str | None) -> tuple[Target, ...]:
    """Give what a wheel may have been built for, by its tags; of one for every platform it is this machine.

    Raises:
        ConfigError: It is nothing that pyz3 builds for.
    """
    tags = sorted(wheel.tags, key=str)
    if wheel.is_for_any:
        here = Target(platform=Platform.current(), python=_version(python) or PythonVersion.current())
        return (here,)
    platforms = dict.fromkeys(found[0] for tag in tags if (found := Platform.of_wheel_tag(tag.platform)))
    targets = tuple(
        target
        for platform in platforms
        for one in SUPPORTED
        if platform.has(one)
        and any(serves(tag, target := Target(platform=platform, python=one)) for tag in tags)
    )
    if not targets:
        raise ConfigError(
            f"{wheel.path.name}: pyz3 builds nothing for {abridged([str(tag) for tag in tags])}",
            tip="pyz3 platforms and pyz3 pythons list what it builds for",
        )
    if python is None:
        return targets
    chosen = tuple(target for target in targets if target.python == _version(python))
    if not chosen:
        names = [str(target.python) for target in targets]
        raise ConfigError(f"--python: {wheel.path.name} is for Python {', '.join(names)}, not for {python}")
    return chosen


def _version(text: str | None) -> PythonVersion | None:
    try:
        return None if text is None else PythonVersion.parse(text)
    except ValueError as error:
        raise ConfigError(f"--python: {error}") from None


def _select(build: ProjectBuild, targets: Sequence[Target]) -> Selection:
    """Select the first of ``targets`` that the project supports and that there are headers for."""
    first: Pyz3Error | None = None
    for target in targets:
        try:
            return build.select_one(str(target.platform), python=str(target.python))
        except (NothingSelectedError, UnavailablePythonError) as error:  # noqa: PERF203 - of few
            first = first or error
    raise first or ConfigError("the wheel is for no Python")


def _promised(wheel: Recorded, order: Order) -> str:
    """Give the oldest system that the wheel's name promises, if it is not the plan's; empty: it is."""
    platform = order.target.platform
    named = {tag.platform for tag in wheel.tags}
    if not platform.traits.floor_of or not named.isdisjoint(order.wheel_platform.split(".")):
        return ""
    return next(
        (floor for tag in sorted(named) for _, floor in [Platform.of_wheel_tag(tag) or (None, "")] if floor),
        "",
    )

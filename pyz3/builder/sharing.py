"""Which wheel serves which of the targets asked for, and under which tag: by what the wheels hold.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

import msgspec

from pyz3.errors import abridged
from pyz3.plan import Base, Described, Order, Pure, Recipe, Trouble

Pair: TypeAlias = tuple[Order, Described]
_Wheel: TypeAlias = Recipe | Pure
_AnyWheel = TypeVar("_AnyWheel", bound=Recipe | Pure)
# Gives the files that two wheels do not have in common, for the user.
Differing: TypeAlias = Callable[[Base, Base], Sequence[str]]


def share(found: Sequence[Pair], *, differing: Differing) -> tuple[Pair, ...]:
    """Give the wheel of each target; targets that one wheel serves have the same object.

    One that serves several Pythons (PEP 384, or without any module) is made once, and twice only where its
    content is another: then the later one is for its own Python and newer ones, which installers prefer.  One
    that serves all platforms holds the same for all of them; else it is one for its platform.

    Args:
        found: What was asked for, and the wheel that the project's backend made for it.
        differing: Gives the files that two wheels do not have in common, for the user.
    """
    platforms: dict[str, list[Pair]] = {}
    for order, wheel in sorted(found, key=lambda pair: pair[0].target.python.minor):
        platforms.setdefault(order.platform, []).append((order, wheel))
    served = [
        pair for pairs in platforms.values() for pair in _stable(_without_abi(pairs, differing), differing)
    ]
    return tuple(_across(served, differing))


def _without_abi(pairs: Sequence[Pair], differing: Differing) -> Iterable[Pair]:
    """Let wheels of one platform that any Python may use be one; if they differ, each is for its own Pythons.

    Installers prefer ``py3`` to ``py312``: there is no tag for a Python and all later ones.
    """
    alike: dict[tuple[str, type], dict[str, list[tuple[Order, _Wheel]]]] = {}
    for order, wheel in pairs:
        if not isinstance(wheel, Trouble) and wheel.tag.endswith("-none"):
            same = alike.setdefault((wheel.tag, type(wheel)), {})
            same.setdefault(_base(wheel).content, []).append((order, wheel))
    chosen: dict[str, Described] = {}
    for (tag, _), contents in alike.items():
        groups = [*contents.values()]
        first = groups[0][0][1]
        for group in groups:
            wheel = group[0][1]
            if len(groups) > 1:
                other = first if wheel is not first else groups[1][0][1]
                named = _named(differing(_base(wheel), _base(other)))
                remark = f"what {tag} stands for is not the same for all Pythons ({named}): one for each kind"
                wheel = _for_own(group, remark)
            chosen.update((order.identifier, wheel) for order, _ in group)
    for order, wheel in pairs:
        yield order, chosen.get(order.identifier, wheel)


def _for_own(group: Sequence[tuple[Order, _Wheel]], remark: str) -> _Wheel:
    """Give a wheel that serves no Pythons but those it was asked for."""
    order, wheel = group[0]
    wheel = _remarked(wheel, remark)
    pythons = [one.target.python for one, _ in group]
    if all(python.free_threaded for python in pythons):
        # No tag without an ABI is for free-threaded Pythons alone, and none with one for every platform.
        tag = f"{order.target.python.tag}-{'.'.join(python.abi for python in pythons)}"
        return msgspec.structs.replace(_bound(order, wheel) if isinstance(wheel, Pure) else wheel, tag=tag)
    tag = f"{'.'.join(dict.fromkeys(python.tag for python in pythons))}-none"
    return msgspec.structs.replace(wheel, tag=tag)


def _stable(pairs: Iterable[Pair], differing: Differing) -> Iterable[Pair]:
    """Let the wheel for the stable ABI serve later Pythons until one has another content."""
    latest: dict[str, Recipe] = {}
    for order, wheel in pairs:
        abi = wheel.tag.partition("-")[2] if isinstance(wheel, Recipe) else ""
        if not isinstance(wheel, Recipe) or not abi.startswith("abi3"):
            yield order, wheel
            continue
        before = latest.get(abi)
        if before is not None and _base(before).content == _base(wheel).content:
            yield order, before
            continue
        if before is not None and before.tag == wheel.tag:
            newer = f"{order.target.python.tag}-{abi}"
            named = _named(differing(_base(before), _base(wheel)))
            remark = (
                f"what {wheel.tag} stands for is not the same for Python {before.python} and {order.python} "
                f"({named}): for {order.python} and later ones there is {newer}"
            )
            latest[abi] = msgspec.structs.replace(_remarked(wheel, remark), tag=newer)
        else:
            latest[abi] = wheel
        yield order, latest[abi]


def _across(pairs: Sequence[Pair], differing: Differing) -> Iterable[Pair]:
    """Let wheels without binaries that are the same be one, and bind the others to their platforms."""
    pure: dict[str, list[Pure]] = {}
    for _, wheel in pairs:
        if isinstance(wheel, Pure):
            pure.setdefault(wheel.tag, []).append(wheel)
    odd: Mapping[str, tuple[Base, Base]] = {
        tag: (_base(wheels[0]), other)
        for tag, wheels in pure.items()
        if (other := next((b for b in map(_base, wheels) if b.content != _base(wheels[0]).content), None))
    }
    bound: dict[tuple[str, str, str], Recipe] = {}
    for order, wheel in pairs:
        if not isinstance(wheel, Pure):
            yield order, wheel
        elif wheel.tag not in odd:
            yield order, pure[wheel.tag][0]
        else:
            key = (order.platform, wheel.tag, _base(wheel).content)
            if key not in bound:
                names = _named(differing(*odd[wheel.tag]))
                remark = (
                    f"what {wheel.tag}-any stands for is not the same everywhere ({names}): one per platform"
                )
                bound[key] = _remarked(_bound(order, wheel), remark)
            yield order, bound[key]


def _bound(order: Order, wheel: Pure) -> Recipe:
    """Give a wheel without binaries as one for the platform that was asked for."""
    asked = msgspec.structs.asdict(order)
    return Recipe(**asked, tag=wheel.tag, left_out=wheel.left_out, base=wheel.base, bound=True)


def _base(wheel: _Wheel) -> Base:
    """Give the backend's wheel that a wheel holds."""
    return wheel.base or Base(path="")


def _remarked(wheel: _AnyWheel, remark: str) -> _AnyWheel:
    base = _base(wheel)
    base = msgspec.structs.replace(base, remarks=(*base.remarks, remark))
    return msgspec.structs.replace(wheel, base=base)


def _named(files: Sequence[str]) -> str:
    return abridged(files) or "how its modules are compiled"

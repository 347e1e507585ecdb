"""Which wheel serves which of the targets asked for, and under which tag: by what the wheels hold.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pyz3.plan import Job


def share(
    found: Sequence[tuple[Job, Job]], *, differing: Callable[[Job, Job], Sequence[str]]
) -> tuple[tuple[Job, Job], ...]:
    """Give the wheel of each target.

    One that serves several Pythons (PEP 384, or without any module) is made once, and twice only where its
    content is another: then the later one is for its own Python and newer ones, which installers prefer.  One
    that serves all platforms holds the same for all of them; else it is one for its platform.

    Args:
        found: What was asked for, and the wheel that the project's backend made for it.
        differing: Gives the files that two wheels do not have in common, for the user.
    """
    platforms: dict[str, list[tuple[Job, Job]]] = {}
    for asked, wheel in sorted(found, key=lambda pair: pair[0].target.python.minor):
        platforms.setdefault(asked.platform, []).append((asked, wheel))
    served = [
        pair for pairs in platforms.values() for pair in _stable(_without_abi(pairs, differing), differing)
    ]
    return tuple(_across(served, differing))


def _without_abi(
    pairs: Sequence[tuple[Job, Job]], differing: Callable[[Job, Job], Sequence[str]]
) -> Iterable[tuple[Job, Job]]:
    """Let wheels of one platform that any Python may use be one; if they differ, each is for its own Pythons.

    Installers prefer ``py3`` to ``py312``: there is no tag for a Python and all later ones.
    """
    alike: dict[tuple[str, bool], dict[str, list[tuple[Job, Job]]]] = {}
    for asked, wheel in pairs:
        if wheel.trouble is None and wheel.tag.endswith("-none"):
            alike.setdefault((wheel.tag, wheel.is_pure), {}).setdefault(wheel.content, []).append(
                (asked, wheel)
            )
    chosen: dict[str, Job] = {}
    for (tag, _), contents in alike.items():
        groups = [*contents.values()]
        first = groups[0][0][1]
        for group in groups:
            wheel = group[0][1]
            if len(groups) > 1:
                other = first if wheel is not first else groups[1][0][1]
                named = _named(differing(wheel, other))
                remark = f"what {tag} stands for is not the same for all Pythons ({named}): one for each kind"
                wheel = _for_own(group, remark)
            chosen.update((asked.identifier, wheel) for asked, _ in group)
    for asked, wheel in pairs:
        yield asked, chosen.get(asked.identifier, wheel)


def _for_own(group: Sequence[tuple[Job, Job]], remark: str) -> Job:
    """Give a wheel that serves no Pythons but those it was asked for."""
    asked, wheel = group[0]
    wheel = msgspec.structs.replace(wheel, remarks=(*wheel.remarks, remark))
    pythons = [one.target.python for one, _ in group]
    if all(python.free_threaded for python in pythons):
        # No tag without an ABI is for free-threaded Pythons alone, and none with one for every platform.
        tag = f"{asked.target.python.tag}-{'.'.join(python.abi for python in pythons)}"
        return msgspec.structs.replace(_bound(asked, wheel) if wheel.is_pure else wheel, tag=tag)
    tag = f"{'.'.join(dict.fromkeys(python.tag for python in pythons))}-none"
    identifier = f"{tag}-any" if wheel.is_pure else wheel.identifier
    return msgspec.structs.replace(wheel, identifier=identifier, tag=tag)


def _stable(
    pairs: Iterable[tuple[Job, Job]], differing: Callable[[Job, Job], Sequence[str]]
) -> Iterable[tuple[Job, Job]]:
    """Let the wheel for the stable ABI serve later Pythons until one has another content."""
    latest: dict[str, Job] = {}
    for asked, wheel in pairs:
        tag = wheel.tag
        abi = tag.partition("-")[2]
        if wheel.trouble is not None or not abi.startswith("abi3"):
            yield asked, wheel
            continue
        before = latest.get(abi)
        if before is not None and before.content == wheel.content:
            yield asked, before
            continue
        if before is not None and before.tag == tag:
            newer = f"{asked.target.python.tag}-{abi}"
            remark = (
                f"what {tag} stands for is not the same for Python {before.python} and {asked.python} "
                f"({_named(differing(before, wheel))}): for {asked.python} and later ones there is {newer}"
            )
            latest[abi] = msgspec.structs.replace(wheel, tag=newer, remarks=(*wheel.remarks, remark))
        else:
            latest[abi] = wheel
        yield asked, latest[abi]


def _across(
    pairs: Sequence[tuple[Job, Job]], differing: Callable[[Job, Job], Sequence[str]]
) -> Iterable[tuple[Job, Job]]:
    """Let wheels without binaries that are the same be one, and bind the others to their platforms."""
    pure: dict[str, list[Job]] = {}
    for _, wheel in pairs:
        if wheel.is_pure and wheel.trouble is None:
            pure.setdefault(wheel.tag, []).append(wheel)
    odd: Mapping[str, tuple[Job, Job]] = {
        tag: (wheels[0], other)
        for tag, wheels in pure.items()
        if (other := next((one for one in wheels if one.content != wheels[0].content), None)) is not None
    }
    bound: dict[tuple[str, str, str], Job] = {}
    for asked, wheel in pairs:
        if not wheel.is_pure or wheel.trouble is not None:
            yield asked, wheel
        elif wheel.tag not in odd:
            yield asked, pure[wheel.tag][0]
        else:
            key = (asked.platform, wheel.tag, wheel.content)
            if key not in bound:
                names = _named(differing(*odd[wheel.tag]))
                remark = (
                    f"what {wheel.tag}-any stands for is not the same everywhere ({names}): one per platform"
                )
                bound[key] = msgspec.structs.replace(_bound(asked, wheel), remarks=(*wheel.remarks, remark))
            yield asked, bound[key]


def _bound(asked: Job, wheel: Job) -> Job:
    """Give a wheel without binaries as one for the platform that was asked for."""
    return msgspec.structs.replace(
        asked,
        base=wheel.base,
        tag=wheel.tag,
        left_out=wheel.left_out,
        shipped=wheel.shipped,
        telling=wheel.telling,
        content=wheel.content,
        remarks=wheel.remarks,
        bound=True,
    )


def _named(files: Sequence[str], most: int = 3) -> str:
    more = f" and {len(files) - most} more" if len(files) > most else ""
    return f"{', '.join(files[:most]) or 'how its modules are compiled'}{more}"

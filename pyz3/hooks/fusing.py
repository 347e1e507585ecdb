"""Wheels of several machines → one for all of them, where a project's own commands build for one at a time.

As Apple's ``lipo`` does with files: what is equal stays, Mach-O files are fused, anything else must be equal.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import digest_of
from pyz3.engine.fuse import fuse
from pyz3.errors import abridged
from pyz3.plan import Base, Pure, Recipe, Trouble
from pyz3.sources import ArchiveError, open_zip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.plan import AnyOrder, Described, Order
    from pyz3.sources import OpenZip

# They say what the wheel is for; pyz3 writes its own.
_OURS = (".dist-info/WHEEL", ".dist-info/RECORD")


class _DifferentError(Exception):
    """The wheels cannot be one; its text says why."""


def slices_of(order: AnyOrder) -> tuple[AnyOrder, ...]:
    """Give an order for each machine of a fused platform, by the same identifier; else the order itself."""
    if len(order.zig_targets) == 1:
        return (order,)
    parts = []
    for platform, zig_target in zip(order.target.platform.slices, order.zig_targets, strict=True):
        floor = platform.floor(asked=order.floor)
        parts.append(
            msgspec.structs.replace(
                order,
                platform=str(platform),
                zig_targets=(zig_target,),
                floor=floor,
                wheel_platform=platform.wheel_platform_for(floor),
            )
        )
    return tuple(parts)


def fuse_described(order: Order, parts: Sequence[Described], folder: Path) -> Described:
    """Give the one wheel that the wheels of several machines are.

    Args:
        order: What was asked for.
        parts: What was described for each of its slices, in their order.
        folder: Where the fused wheel goes.
    """
    if len(parts) == 1:
        return parts[0]
    wheels = []
    for platform, part in zip(order.target.platform.slices, parts, strict=True):
        if isinstance(part, Trouble):
            return msgspec.structs.replace(part, message=f"for {platform}: {part.message}")
        wheels.append(part)
    try:
        base = _fuse_bases(wheels, folder, platform=order.wheel_platform)
    except (_DifferentError, ArchiveError, OSError) as error:
        names = " and ".join(map(str, order.target.platform.slices))
        return Trouble(
            message=f"the project's own commands make wheels for {names} that cannot be fused: {error}",
            tip=f"build these two in place of {order.platform}: pip takes them on every Mac",
        )
    first = wheels[0]
    if isinstance(first, Pure):
        return msgspec.structs.replace(first, base=base)
    asked = msgspec.structs.asdict(order)
    return Recipe(**asked, tag=first.tag, left_out=first.left_out, base=base, bound=first.bound)


def _fuse_bases(wheels: Sequence[Recipe | Pure], folder: Path, *, platform: str) -> Base:
    """Write the backend's wheel of several.

    Raises:
        _DifferentError: Their tags differ, or files in them that are no Mach-O files.
        OSError: It cannot be written.
        ArchiveError: One of the wheels is damaged.
    """
    if len({(type(one), one.tag) for one in wheels}) > 1:
        tags = [f"{one.tag}-{'any' if isinstance(one, Pure) else one.wheel_platform}" for one in wheels]
        raise _DifferentError(f"they are {' and '.join(tags)}")
    bases = [one.base for one in wheels if one.base is not None]
    paths = [Path(base.path) for base in bases]
    name = paths[0].name
    if isinstance(wheels[0], Recipe):
        name = f"{name.removesuffix('.whl').rpartition('-')[0]}-{platform}.whl"
    _fuse_wheels(paths, folder / name)
    return Base(
        path=str(folder / name),
        content=hashlib.sha256(" ".join(base.content for base in bases).encode()).hexdigest(),
        **{
            field: tuple(dict.fromkeys(value for base in bases for value in getattr(base, field)))
            for field in ("shipped", "prebuilt", "telling", "remarks", "failed")
        },
        log=bases[0].log,
    )


def _fuse_wheels(paths: Sequence[Path], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        wheels = [stack.enter_context(open_zip(one)) for one in paths]
        names = [name for wheel in wheels for name in wheel.files if not name.endswith(_OURS)]
        if lacking := sorted(name for name, count in Counter(names).items() if count < len(wheels)):
            raise _DifferentError(f"only one of them holds {abridged(lacking)}")
        differing = []
        with zipfile.ZipFile(path, "w") as fused:
            for name, held in wheels[0].files.items():
                info = zipfile.ZipInfo(name)
                info.external_attr = held.external_attr
                try:
                    _write_one(fused, info, [wheel for wheel in wheels if name in wheel.files])
                except ValueError:
                    differing.append(name)
    if differing:
        raise _DifferentError(f"they differ in {abridged(sorted(differing))}")


def _write_one(fused: zipfile.ZipFile, info: zipfile.ZipInfo, wheels: Sequence[OpenZip]) -> None:
    """Write a file of several wheels: as it is, in pieces, where it is the same in all.

    Raises:
        ValueError: It is not, and is no Mach-O file.
    """
    name = info.filename
    if not name.endswith(_OURS) and len({digest_of(wheel.chunks(name)) for wheel in wheels}) > 1:
        fused.writestr(info, fuse(list(dict.fromkeys(wheel.read(name) for wheel in wheels))))
        return
    info.file_size = wheels[0].files[name].file_size
    with fused.open(info, "w") as file:
        for piece in wheels[0].chunks(name):
            file.write(piece)

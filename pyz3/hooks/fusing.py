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

from pyz3.engine.fuse import fuse
from pyz3.plan import Trouble
from pyz3.sources.archives import ArchiveError, open_zip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.plan import Job

# They say what the wheel is for; pyz3 writes its own.
_OURS = (".dist-info/WHEEL", ".dist-info/RECORD")
_MOST = 5


class _DifferentError(Exception):
    """The wheels cannot be one; its text says why."""


def slices_of(job: Job) -> tuple[Job, ...]:
    """Give a job for each machine of a fused platform, by the same identifier; else the job itself."""
    if job.is_pure or len(job.zig_targets) == 1:
        return (job,)
    parts = []
    for platform, zig_target in zip(job.target.platform.slices, job.zig_targets, strict=True):
        floor = platform.floor(asked=job.floor)
        parts.append(
            msgspec.structs.replace(
                job,
                platform=str(platform),
                zig_targets=(zig_target,),
                floor=floor,
                wheel_platform=platform.wheel_platform_for(floor),
            )
        )
    return tuple(parts)


def fuse_jobs(job: Job, parts: Sequence[Job], folder: Path) -> Job:
    """Give ``job`` with what its slices turned out to be.

    Args:
        job: As it was asked for.
        parts: A finished job for each slice, in their order.
        folder: Where the fused wheel goes.
    """
    if len(parts) == 1:
        return parts[0]
    for platform, part in zip(job.target.platform.slices, parts, strict=True):
        if part.trouble is not None:
            trouble = msgspec.structs.replace(part.trouble, message=f"for {platform}: {part.trouble.message}")
            return msgspec.structs.replace(job, trouble=trouble)
    first = parts[0]
    try:
        base = _fuse_wheels(parts, folder, platform=job.wheel_platform)
    except (_DifferentError, ArchiveError, OSError) as error:
        names = " and ".join(map(str, job.target.platform.slices))
        return msgspec.structs.replace(
            job,
            trouble=Trouble(
                message=f"the project's own commands make wheels for {names} that cannot be fused: {error}",
                tip=f"build these two in place of {job.platform}: pip takes them on every Mac",
            ),
        )
    return msgspec.structs.replace(
        first if first.is_pure else job,
        base=str(base),
        tag=first.tag,
        bound=first.bound,
        left_out=first.left_out,
        content=hashlib.sha256(" ".join(part.content for part in parts).encode()).hexdigest(),
        **{
            name: tuple(dict.fromkeys(value for part in parts for value in getattr(part, name)))
            for name in ("shipped", "prebuilt", "telling", "remarks")
        },
    )


def _fuse_wheels(parts: Sequence[Job], folder: Path, *, platform: str) -> Path:
    """Write the wheel of several, and give its path.

    Raises:
        _DifferentError: Their tags differ, or files in them that are no Mach-O files.
        OSError: It cannot be written.
        ArchiveError: One of the wheels is damaged.
    """
    if len({(part.is_pure, part.tag) for part in parts}) > 1:
        raise _DifferentError(f"they are {' and '.join(f'{p.tag}-{p.wheel_platform}' for p in parts)}")
    paths = [Path(part.base) for part in parts]
    folder.mkdir(parents=True, exist_ok=True)
    name = paths[0].name
    path = folder / (
        name if parts[0].is_pure else f"{name.removesuffix('.whl').rpartition('-')[0]}-{platform}.whl"
    )
    with ExitStack() as stack:
        wheels = [stack.enter_context(open_zip(one)) for one in paths]
        names = [name for wheel in wheels for name in wheel.files if not name.endswith(_OURS)]
        if lacking := sorted(name for name, count in Counter(names).items() if count < len(wheels)):
            raise _DifferentError(f"only one of them holds {_abridged(lacking)}")
        differing = []
        with zipfile.ZipFile(path, "w") as fused:
            for name in wheels[0].files:
                contents = list(dict.fromkeys(wheel.read(name) for wheel in wheels if name in wheel.files))
                if len(contents) > 1 and not name.endswith(_OURS):
                    try:
                        contents = [fuse(contents)]
                    except ValueError:
                        differing.append(name)
                info = zipfile.ZipInfo(name)
                info.external_attr = wheels[0].files[name].external_attr
                fused.writestr(info, contents[0])
    if differing:
        raise _DifferentError(f"they differ in {_abridged(sorted(differing))}")
    return path


def _abridged(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"

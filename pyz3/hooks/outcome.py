"""What a build backend gave → the job with its modules, or why there is none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.engine.toolchain import COMPILER
from pyz3.errors import Pyz3Error
from pyz3.hooks.base import read_base, shipped_binaries
from pyz3.hooks.made_by import refuse_others
from pyz3.hooks.recorded import left_out_of, libraries_of, modules_of
from pyz3.plan import Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.config import Settings
    from pyz3.hooks.base import BaseWheel
    from pyz3.hooks.protocol import Result
    from pyz3.plan import Job, Module


def finish_job(
    job: Job,
    answer: Result | Trouble,
    *,
    extra: Settings,
    root: Path,
    work: Path,
    delivered: Sequence[Path] = (),
) -> Job:
    """Give the job as its build backend describes it.

    Args:
        job: The wheel as it was asked for, without modules.
        answer: What running the backend gave.
        extra: What the configuration adds to every module.
        root: The project, as it was before anything was built.
        work: The folder of pyz3's in which it was built.
        delivered: Folders besides the project's with libraries of others: of packages that it builds with.
    """
    if isinstance(answer, Trouble):
        return msgspec.structs.replace(job, trouble=answer)
    try:
        base = read_base(Path(answer.wheel))
    except Pyz3Error as error:
        return msgspec.structs.replace(job, trouble=Trouble(message=error.message))
    shipped = shipped_binaries(base, root) if base.binaries else ()
    binaries = [file for file in base.binaries if file not in shipped]
    modules = modules_of(answer, python_abi=base.python_abi, extra=extra)
    modules = tuple(module for module in modules if module.file in base.placeholders)
    left_out = left_out_of(answer, identifier=job.identifier, present=[*binaries, *(m.file for m in modules)])
    files = {**{file: base.binaries[file] for file in binaries}, **_linked(modules, work)}
    refused, prebuilt = refuse_others(files, delivered=(root, *delivered), ours=COMPILER)
    job = msgspec.structs.replace(
        job,
        base=answer.wheel,
        tag=base.python_abi,
        modules=modules,
        libraries=libraries_of(answer, extra=extra),
        left_out=left_out,
        shipped=shipped,
        prebuilt=prebuilt,
        telling=_telling(base, work),
    )
    trouble = refused or _unrecorded(base, modules) or _pure(job, answer, binaries)
    if trouble is not None:
        return msgspec.structs.replace(job, trouble=trouble)
    if modules or binaries:
        return job
    return _without_binaries(job)


def _linked(modules: Sequence[Module], work: Path) -> dict[str, bytes]:
    """Give the object files and static libraries that the project made itself, by their names in it."""
    source = work / "src"
    paths: list[Path] = []
    for module in modules:
        settings = module.settings
        paths += map(Path, module.objects)
        paths += (source / flag for flag in settings.ldflags if not flag.startswith("-"))
        paths += (
            Path(folder) / f"lib{name}.a" for folder in settings.library_dirs for name in settings.libraries
        )
    own = dict.fromkeys(path for path in paths if path.is_relative_to(work) and path.is_file())
    return {os.path.relpath(path, source): path.read_bytes() for path in own}


def _telling(base: BaseWheel, work: Path) -> tuple[str, ...]:
    folder = os.fsencode(work)
    return tuple(entry.arcname for entry in base.files if entry.holds(folder))


def _without_binaries(job: Job) -> Job:
    return msgspec.structs.replace(
        job,
        identifier="py3-none-any",
        platform="",
        python="",
        tag="py3-none",
        zig_targets=(),
        floor="",
        wheel_platform="any",
        libraries=(),
    )


def _unrecorded(base: BaseWheel, modules: tuple[Module, ...]) -> Trouble | None:
    """Refuse a wheel with a file that nobody will build."""
    files = {module.file for module in modules}
    lost = [file for file in base.placeholders if file not in files]
    if not lost:
        return None
    return Trouble(
        message=f"the wheel would lack {', '.join(lost)}: it was moved after it was linked",
        tip="report this project to pyz3: its build backend does something that pyz3 does not follow",
        recorded=True,
    )


def _pure(job: Job, answer: Result, binaries: Sequence[str]) -> Trouble | None:
    """Refuse a wheel without any of the extension modules that the project declares."""
    if not answer.extensions or job.modules or binaries or job.allow_pure:
        return None
    names = ", ".join(one.name for one in answer.extensions)
    return Trouble(
        message=f"the wheel would hold none of the extension modules that the project declares: {names}",
        output="\n".join(dict.fromkeys(one.why for one in answer.extensions if one.why)),
        tip="--allow-pure makes a wheel without them",
    )

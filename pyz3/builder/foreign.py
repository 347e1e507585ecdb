"""Projects with a build backend of their own: hooks → engine → what the engine could not do, by commands."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.builder.inputs import read_epoch
from pyz3.builder.sharing import share
from pyz3.driver.missing_headers import compile_advice
from pyz3.driver.run import read_log
from pyz3.engine.foreign import is_expressible, left_out_flags
from pyz3.errors import BuildFailedError, Pyz3Error
from pyz3.events import Activity, Note, WheelShared
from pyz3.frontends.undeclared import undeclared_extensions
from pyz3.hooks.base import differing
from pyz3.hooks.fusing import fuse_jobs, slices_of
from pyz3.hooks.outcome import finish_job
from pyz3.hooks.recorded import GOES_ON
from pyz3.hooks.runner import HookRunner, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyz3._processes import Processes
    from pyz3.builder.platform import Built, Deliver
    from pyz3.capi import HeaderTree
    from pyz3.config import Backend, Project
    from pyz3.engine.toolchain import Toolchain
    from pyz3.events import Listener
    from pyz3.hooks.protocol import Mode
    from pyz3.plan import Job, Trouble

    BuildPlatforms = Callable[[Sequence[Job], Deliver], None]


# What is said of names in a note.
_SHIPPED = "already built in the project, shipped as they are and not audited"
_PREBUILT = (
    "holds what another compiler made: the project brings it compiled already, and it is taken as it is"
)
_PLAIN = "not modules to import, but libraries for ctypes or cffi: no source defines a PyInit_… function"
_TELLING = "the project writes the folder into it that it is built in"


class Foreign:
    """Builds the wheels of a project that its own backend describes.

    Args:
        project: The project.
        backend: Its build backend.
        toolchain: Zig and the cache.
        environ: The user's environment variables.
        headers: The header tree of each Python.
        includes: The prepared headers of each.
        processes: Ends what runs.
        jobs_at_once: Processes at a time.
        tell: Is told what happens.
    """

    def __init__(
        self,
        project: Project,
        backend: Backend,
        *,
        toolchain: Toolchain,
        environ: Mapping[str, str],
        headers: Mapping[str, HeaderTree],
        includes: Mapping[str, Path],
        processes: Processes,
        jobs_at_once: int,
        tell: Listener,
    ) -> None:
        around = Surroundings(
            toolchain=toolchain,
            environ=environ,
            headers=headers,
            includes=includes,
            processes=processes,
            epoch=read_epoch(environ),
            jobs=jobs_at_once,
            tell=tell,
        )
        self._hooks = HookRunner(project, backend, around)
        self._root = project.root
        self._backend_path = backend.backend_path
        self._tell = tell

    def build(
        self,
        jobs: Sequence[Job],
        platforms: BuildPlatforms,
        deliver: Deliver,
        pure: Callable[[Job], None],
    ) -> tuple[Job, ...]:
        """Build and deliver every job.

        Args:
            jobs: What was asked for.
            platforms: Has zig build jobs and the audit judge them.
            deliver: Takes each result.
            pure: Takes each job that turned out to need no binary.

        Returns:
            The jobs as they turned out to be: one per wheel.
        """
        plain: list[str] = []
        telling: list[str] = []
        audited: set[str] = set()

        def note(job: Job, built: Built | Pyz3Error) -> None:
            if not isinstance(built, Pyz3Error):
                plain.extend(built.plain)
                audited.update(report.file for report in built.reports)
                telling.extend(job.telling)
                built = self._optional(job, built)
            deliver(job, built)

        with self._hooks.lock():
            done = self._build(jobs, platforms, note, pure)
        for text in dict.fromkeys(remark for job in done for remark in job.remarks):
            self._tell(Note(text=text))
        shipped = [file for job in done for file in job.shipped if file not in audited]
        prebuilt = [file for job in done for file in job.prebuilt]
        told = ((shipped, _SHIPPED), (prebuilt, _PREBUILT), (plain, _PLAIN), (telling, _TELLING))
        for names, what in told:
            if names:
                self._tell(Note(text=f"{abridged(tuple(dict.fromkeys(names)))}: {what}"))
        for one in dict.fromkeys(one for job in done for one in self._left_out_flags(job)):
            flag, _, reason = one.partition(": ")
            self._tell(Note(text=f"{flag} is left out: {reason}"))
        if any(job.is_pure and job.trouble is None and not job.left_out for job in done):
            said = undeclared_extensions(self._root, self._backend_path)
            if said is not None:
                self._tell(Note(text=said))
        return done

    def _build(
        self,
        jobs: Sequence[Job],
        platforms: BuildPlatforms,
        deliver: Deliver,
        pure: Callable[[Job], None],
    ) -> tuple[Job, ...]:
        done = self._describe(jobs, "record")
        again = {name: job for name, job in done.items() if _needs_commands(job)}
        buildable = [job for name, job in done.items() if _is_buildable(job) and name not in again]
        failed: dict[str, BuildFailedError] = {}

        def take(job: Job, built: Built | Pyz3Error) -> None:
            if isinstance(built, BuildFailedError) and job.modules:
                failed[job.identifier] = self._shortened(job, built)
            else:
                deliver(job, built)

        if buildable:
            platforms(buildable, take)
        again |= {job.identifier: job for job in buildable if job.identifier in failed}
        if again:
            # Which Pythons the wheel serves may be known by now, and with them the oldest system.
            known = [_for_system_of(again[job.identifier], job) for job in jobs if job.identifier in again]
            commanded = self._describe(known, "run")
            self._build_commanded(tuple(commanded.values()), failed, platforms, deliver)
            done |= commanded
        for job in done.values():
            if job.trouble is not None and job.identifier not in failed:
                deliver(job, trouble_error(job, job.trouble))
            elif job.is_pure:
                pure(job)
        return tuple({job.identifier: job for job in done.values()}.values())

    def _build_commanded(
        self,
        jobs: Sequence[Job],
        failed: Mapping[str, BuildFailedError],
        platforms: BuildPlatforms,
        deliver: Deliver,
    ) -> None:
        """Deliver what the project's own commands built; where they fail, the engine said it more clearly."""
        buildable = [job for job in jobs if _is_buildable(job)]
        if buildable:
            platforms(buildable, deliver)
        for job in jobs:
            if job.trouble is not None and job.identifier in failed:
                error = failed[job.identifier]
                # A wheel without the modules there is all the same: one may ask for it.
                tips = (error.tip, job.trouble.tip) if job.base else (error.tip or job.trouble.tip,)
                tip = "; ".join(filter(None, tips))
                deliver(job, BuildFailedError(error.message, tip=tip, compiler=error.compiler))

    def _shortened(self, job: Job, error: BuildFailedError) -> BuildFailedError:
        """Give an error that names the project's files as the project does."""
        named = self._hooks.place(job, "record").named
        compiler = tuple((module, named(text)) for module, text in error.compiler)
        return BuildFailedError(error.message, tip=error.tip, compiler=compiler)

    def _optional(self, job: Job, built: Built) -> Built:
        """Say of modules that could not be built what is true of another backend's."""
        named = self._hooks.place(job, "record").named
        left_out = tuple(
            msgspec.structs.replace(one, detail=named(one.detail), instead="", tip=one.tip or GOES_ON)
            for one in built.left_out
        )
        return replace(built, left_out=left_out)

    def _left_out_flags(self, job: Job) -> tuple[str, ...]:
        """Give what compilers and linkers were not told of what the project says (``flag: reason``)."""
        if any(module.units for module in job.modules):
            return left_out_flags(job)
        logs = [self._hooks.place(part, "run").dropped for part in slices_of(job)]
        texts = [log.read_text("utf-8", "surrogateescape") for log in logs if log.is_file()]
        return tuple(dict.fromkeys(one for text in texts for one in read_log(text)))

    def _describe(self, jobs: Sequence[Job], mode: Mode) -> dict[str, Job]:
        """Have the backend say what is in each wheel, by what was asked for; the same file is there once."""
        if mode == "run":
            for platform in dict.fromkeys(job.platform for job in jobs):
                self._tell(Activity(platform=platform, text="running the project's own commands"))
        finished = self._run_slices(jobs) if mode == "run" else self._finish(jobs, mode)
        found = list(zip(jobs, finished, strict=True))
        wheels: dict[str, Job] = {}
        first: dict[str, str] = {}
        for job, wheel in share(found, differing=lambda one, two: differing(Path(one.base), Path(two.base))):
            own = first.setdefault(f"{wheel.identifier} {wheel.tag}", job.identifier)
            if own == job.identifier:
                wheels[own] = wheel
            else:
                self._tell(WheelShared(job=job, by=wheel))
        return {job.identifier: wheels[job.identifier] for job in jobs if job.identifier in wheels}

    def _run_slices(self, jobs: Sequence[Job]) -> list[Job]:
        """Have the project's commands run, for one machine at a time."""
        parts = [slices_of(job) for job in jobs]
        done: dict[str, list[Job]] = {job.identifier: [] for job in jobs}
        for turn in zip_longest(*parts):
            asked = [part for part in turn if part is not None]
            for part, finished in zip(asked, self._finish(asked, "run"), strict=True):
                done[part.identifier].append(finished)
        return [fuse_jobs(job, done[job.identifier], self._hooks.place(job, "run").folder) for job in jobs]

    def _finish(self, jobs: Sequence[Job], mode: Mode) -> list[Job]:
        answers = self._hooks.run(jobs, mode=mode)
        found = []
        for job in jobs:
            finished = finish_job(
                job,
                answers[job.identifier],
                extra=self._hooks.additions(job),
                root=self._root,
                scope=self._hooks.scope,
                place=self._hooks.place(job, mode),
                delivered=self._hooks.delivered(job),
                own=self._hooks.folders(job),
            )
            there = _is_buildable(finished) and _is_there(finished)
            found.append(self._hooks.adapt(finished) if there else finished)
        return found


def abridged(names: Sequence[str], most: int = 3) -> str:
    """Give the first few of names as text, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def trouble_error(job: Job, trouble: Trouble) -> BuildFailedError:
    """Give the error that tells why a wheel cannot be made."""
    said = (("", f"{trouble.message}\n{trouble.output}".strip()),) if trouble.output else ()
    tip = trouble.tip or "; ".join(compile_advice(trouble.output, job.platform))
    return BuildFailedError(f"{job.identifier}: {trouble.message}", tip=tip or None, compiler=said)


def _needs_commands(job: Job) -> bool:
    """Tell whether only the project's own commands can build it."""
    if job.trouble is not None:
        return job.trouble.recorded
    return not (is_expressible(job) and _is_there(job))


def _for_system_of(found: Job, job: Job) -> Job:
    return msgspec.structs.replace(
        job, floor=found.floor, zig_targets=found.zig_targets, wheel_platform=found.wheel_platform
    )


def _is_buildable(job: Job) -> bool:
    return job.trouble is None and not job.is_pure


def _is_there(job: Job) -> bool:
    """Tell whether all files to compile outlived the backend's run."""
    units = [unit for module in job.modules for unit in module.units]
    units += [unit for library in job.libraries for unit in library.units]
    objects = [file for module in job.modules for file in module.objects]
    return all(Path(file).exists() for file in (*objects, *(unit.source for unit in units)))

"""Doing the jobs of a plan: hooks where the project has a backend of its own, zig, the audit, the wheels."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from pyz3._processes import Processes, wait_alert
from pyz3.builder.delivery import Delivery, read_contents
from pyz3.builder.fallback import check_fallback
from pyz3.builder.foreign import Foreign, abridged
from pyz3.builder.inputs import read_epoch
from pyz3.builder.platform import PlatformBuild
from pyz3.capi import prepare_include
from pyz3.engine.zig import ZigRunner
from pyz3.events import Activity, CommandRun, Note
from pyz3.plan import make_notes
from pyz3.results import Failure, Summary, WheelResult, one_per_file
from pyz3.sources import ALONE, scope_of, tree_looks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pyz3.builder.delivery import Contents
    from pyz3.builder.platform import Deliver
    from pyz3.capi import HeaderTree
    from pyz3.config import Project
    from pyz3.engine.toolchain import Toolchain
    from pyz3.errors import Pyz3Error
    from pyz3.events import Listener
    from pyz3.plan import Job
    from pyz3.sources import Scope


class Run:
    """One run of a plan.

    Args:
        project: The project.
        environ: The user's environment variables.
        toolchain: Finds zig and the cache; asked only if something is to be compiled.
        headers: Finds the header tree of each Python; likewise.
        jobs_at_once: How many compilers run at a time.
        tell: Is told what happens, from several threads.
    """

    def __init__(
        self,
        project: Project,
        *,
        environ: Mapping[str, str],
        toolchain: Callable[[], Toolchain],
        headers: Callable[[], Mapping[str, HeaderTree]],
        jobs_at_once: int,
        tell: Listener,
    ) -> None:
        self._project = project
        self._environ = environ
        self._find_toolchain = toolchain
        self._headers = headers
        self._jobs_at_once = jobs_at_once
        self._tell = tell
        self._processes = Processes()

    def __call__(self, jobs: Sequence[Job], *, contents: Contents | None, output_dir: Path) -> Summary:
        """Do the jobs, platforms side by side; one that fails stops no other.

        A wheel of a project that changes meanwhile may be of what was before and of what is now: all are
        built once more then.  What goes on changing, or has changed the plan, is told.

        Args:
            jobs: What the plan lists.
            contents: What the wheels hold besides binaries; default: the project's packages.
            output_dir: Where the wheels go.

        Raises:
            ConfigError: The project's metadata, the cache or the output folder is unusable.
        """
        started = time.perf_counter()
        root = self._project.root
        scope = self._scope()
        before = tree_looks(root, scope, without=output_dir)
        summary = self._attempt(jobs, contents, output_dir)
        now = tree_looks(root, scope, without=output_dir)
        changed = _differing(before, now)
        if changed and "pyproject.toml" not in changed:
            self._tell(Note(text=f"{abridged(changed)}: changed while it was built: building again"))
            summary = self._attempt(jobs, contents, output_dir)
            changed = _differing(now, tree_looks(root, scope, without=output_dir))
        if changed:
            told = "changed while it was built: wheels may hold what was before; build again"
            self._tell(Note(text=f"{abridged(changed)}: {told}"))
        return replace(summary, seconds=time.perf_counter() - started)

    def _scope(self) -> Scope:
        """Give what belongs to the project above its folder, as far as it is known by now."""
        if self._project.backend is None:
            return ALONE
        return scope_of(self._project.root, cache=self._find_toolchain().cache)

    def _attempt(self, jobs: Sequence[Job], contents: Contents | None, output_dir: Path) -> Summary:
        started = time.perf_counter()
        notes = (*self._project.notes, *make_notes(self._project, jobs))
        if self._project.backend is None:
            contents = contents or read_contents(self._project)
            notes += (*contents.metadata.warnings, *contents.notes)
        for text in notes:
            self._tell(Note(text=text))
        delivery = Delivery(contents, output_dir=output_dir, epoch=read_epoch(self._environ), tell=self._tell)
        try:
            jobs = self._build(jobs, contents, delivery)
        except BaseException:
            self._processes.stop()
            raise
        outcomes = [delivery.outcomes[job.identifier] for job in jobs]
        return Summary(
            wheels=one_per_file(o for o in outcomes if isinstance(o, WheelResult)),
            failures=tuple(o for o in outcomes if isinstance(o, Failure)),
            seconds=time.perf_counter() - started,
        )

    def _build(self, jobs: Sequence[Job], contents: Contents | None, delivery: Delivery) -> Sequence[Job]:
        """Build and deliver; give the jobs as they turned out to be."""
        if self._project.backend is None:
            for job in jobs:
                if job.is_pure:
                    delivery.deliver(job, self._fallback_error(contents) if job.fallback else None)
            binary = [job for job in jobs if not job.is_pure]
            if binary:
                toolchain = self._find_toolchain()
                includes = prepare_includes(binary, self._headers(), toolchain)
                self._build_platforms(binary, toolchain, includes, delivery.deliver)
            return jobs
        toolchain = self._find_toolchain()
        headers = self._headers()
        includes = prepare_includes(jobs, headers, toolchain)
        foreign = Foreign(
            self._project,
            self._project.backend,
            toolchain=toolchain,
            environ=self._environ,
            headers=headers,
            includes=includes,
            processes=self._processes,
            jobs_at_once=self._jobs_at_once,
            tell=self._tell,
        )
        return foreign.build(
            jobs,
            lambda some, deliver: self._build_platforms(some, toolchain, includes, deliver),
            delivery.deliver,
            lambda job: delivery.deliver(job, None),
        )

    def _fallback_error(self, contents: Contents | None) -> Pyz3Error | None:
        if contents is None:
            return None
        self._tell(Activity(platform="", text="importing without the extension modules"))
        return check_fallback(
            contents.files,
            packages=contents.packages,
            extensions=[extension.name for extension in self._project.extensions],
        )

    def _build_platforms(
        self, jobs: Sequence[Job], toolchain: Toolchain, includes: Mapping[str, Path], deliver: Deliver
    ) -> None:
        # One run of zig has one mode.
        groups: dict[tuple[str, str], list[Job]] = {}
        for job in jobs:
            groups.setdefault((job.platform, job.optimize), []).append(job)
        runner = ZigRunner(
            toolchain,
            {**self._environ, "SOURCE_DATE_EPOCH": str(read_epoch(self._environ))},
            root=self._project.root,
            log=lambda command: self._tell(CommandRun(command=tuple(command))),
            processes=self._processes,
        )
        # One more than compilers may run: the processors go on while one platform is audited.
        workers = min(len(groups), self._jobs_at_once + 1 if self._jobs_at_once > 1 else 1)
        builds = [
            PlatformBuild(
                self._project,
                tuple(group),
                includes=includes,
                runner=runner,
                jobs_at_once=max(1, self._jobs_at_once // workers),
                tell=self._tell,
            )
            for group in groups.values()
        ]
        seen = toolchain.identity()
        with ThreadPoolExecutor(workers) as pool:
            try:  # Ctrl-C may come when the first build runs and the last is not submitted
                futures = [pool.submit(build.run, deliver) for build in builds]
                wait_alert(futures)
            except BaseException:
                runner.stop()
                pool.shutdown(cancel_futures=True)
                raise
            for future in futures:
                future.result()
        while corrupt := [build for build in builds if build.corrupt]:
            toolchain.discard(everything=any(build.corrupt == "global" for build in corrupt), seen=seen)
            seen = toolchain.identity()
            for build in corrupt:
                build.run(deliver)


def _differing(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Give what has come, gone or changed; nothing if one of them is not known."""
    names = sorted({*before, *now}) if before and now else ()
    return [name for name in names if before.get(name) != now.get(name)]


def prepare_includes(
    jobs: Sequence[Job], trees: Mapping[str, HeaderTree], toolchain: Toolchain
) -> dict[str, Path]:
    """Prepare the headers of each version that the jobs need."""
    bases = sorted({job.target.python.base for job in jobs})
    return {base: prepare_include(trees[base], toolchain.capi) for base in bases}

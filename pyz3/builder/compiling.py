"""Recipes → audited binaries, platforms side by side; what a damaged cache gave is built once more."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from pyz3._processes import wait_alert
from pyz3.builder.platform import PlatformBuild
from pyz3.builder.proof import DamagedError
from pyz3.capi import prepare_include
from pyz3.engine.deflate import deflate_path
from pyz3.engine.header_search import HeaderSearch
from pyz3.engine.warmth import Warmth
from pyz3.engine.zig import ZigRunner
from pyz3.errors import Pyz3Error
from pyz3.events import Activity, CommandRun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pyz3.builder.platform import Built
    from pyz3.capi import HeaderTree
    from pyz3.config import Project
    from pyz3.engine.toolchain import Toolchain
    from pyz3.hooks.runner import Surroundings
    from pyz3.plan import Order, Recipe

T = TypeVar("T")


class Compiler:
    """Compiles and audits the wheels of one project.

    Args:
        project: The project.
        around: What it is compiled with.
    """

    def __init__(self, project: Project, around: Surroundings) -> None:
        self._project = project
        self._around = around
        self._runner = ZigRunner(
            around.toolchain,
            {**around.environ, "SOURCE_DATE_EPOCH": str(around.epoch)},
            root=project.root,
            log=lambda command: around.tell(CommandRun(command=tuple(command))),
            processes=around.processes,
            at_once=around.jobs,
        )

        self._warmth = Warmth(
            around.toolchain.warm_parts,
            lambda platform, text: around.tell(Activity(platform=platform, text=text)),
        )

    def __call__(
        self, recipes: Sequence[Recipe], then: Callable[[Recipe, Built | Pyz3Error], T]
    ) -> dict[str, T]:
        """Compile and audit; one that fails stops no other.

        Args:
            recipes: The wheels.
            then: What to make of each, as soon as it is there; several threads call it.

        Returns:
            What that gave, by identifier.
        """
        # One run of zig has one mode.
        groups: dict[tuple[str, str, bool], list[Recipe]] = {}
        for recipe in recipes:
            groups.setdefault((recipe.platform, recipe.optimize, recipe.debug_info), []).append(recipe)
        # One more than zigs may run: the processors go on while one platform is audited.
        workers = min(len(groups), self._around.jobs + 1 if self._around.jobs > 1 else 1)
        search = header_search(self._around.toolchain)
        builds = [
            self._platform(group, search, share=max(1, self._around.jobs // workers))
            for group in groups.values()
        ]
        if not self._warmth.has_script() and self._around.jobs > 1:
            Thread(target=self._go_ahead, args=(builds[workers:],)).start()
        done: dict[str, T] = {}
        while builds:
            seen = self._around.toolchain.identity()
            damaged = []
            for build, result in zip(builds, self._side_by_side(builds, then, workers), strict=True):
                if isinstance(result, DamagedError):
                    damaged.append((build, result))
                else:
                    done |= result
            if damaged:
                everything = any(error.part == "global" for _, error in damaged)
                self._around.toolchain.discard(everything=everything, seen=seen)
            builds = [build for build, _ in damaged]
        return done

    def _go_ahead(self, later: Sequence[PlatformBuild]) -> None:
        """Make what later platforms are linked with while zig compiles its build script, on one processor.

        What fails here is made when it is needed, and fails there.
        """
        self._around.processes.adopt()
        with contextlib.suppress(OSError, Pyz3Error):
            deflate_path(self._around.toolchain)
        for build in later:
            with contextlib.suppress(OSError, Pyz3Error):
                build.artifacts()

    def _platform(self, recipes: Sequence[Recipe], search: HeaderSearch, *, share: int) -> PlatformBuild:
        return PlatformBuild(
            self._project,
            tuple(recipes),
            includes=self._around.includes,
            runner=self._runner,
            search=search,
            warmth=self._warmth,
            jobs_at_once=share,
            tell=self._around.tell,
        )

    def _side_by_side(
        self, builds: Sequence[PlatformBuild], then: Callable[[Recipe, Built | Pyz3Error], T], workers: int
    ) -> list[dict[str, T] | DamagedError]:
        with ThreadPoolExecutor(workers, initializer=self._around.processes.adopt) as pool:
            try:  # Ctrl-C may come when the first build runs and the last is not submitted
                futures = [pool.submit(self._finish, build, then) for build in builds]
                wait_alert(futures)
            except BaseException:
                self._runner.stop()
                pool.shutdown(cancel_futures=True)
                raise
            return [future.result() for future in futures]

    def _finish(
        self, build: PlatformBuild, then: Callable[[Recipe, Built | Pyz3Error], T]
    ) -> dict[str, T] | DamagedError:
        done: dict[str, T] = {}
        try:
            for recipe, built in build.run():
                if self._around.processes.stopped:  # nobody waits for the others
                    break
                done[recipe.identifier] = then(recipe, built)
        except DamagedError as error:
            self._around.tell(
                Activity(platform=str(build.platform), text="the cache is damaged, building anew")
            )
            return error
        return done


def header_search(toolchain: Toolchain) -> HeaderSearch:
    """Give what looks for the headers of sources as they are now."""
    cache = toolchain.cache
    return HeaderSearch(
        zig_lib=toolchain.zig_lib, environments=(cache.all_environments, cache.all_target_wheels)
    )


def prepare_includes(
    orders: Sequence[Order], trees: Mapping[str, HeaderTree], toolchain: Toolchain
) -> dict[str, Path]:
    """Prepare the headers of each version that wheels need."""
    bases = sorted({order.target.python.base for order in orders})
    return {base: prepare_include(trees[base], toolchain.cache) for base in bases}

"""The line: plan → describe → compile → prove → pack.  Only this module knows the order of the stages.

A project of pyz3's own is described when it is planned.  One with another build backend is described by
that: setuptools first by writing down what compilers would do, and by its own commands where zig cannot do
that; any other by its own commands.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from pyz3._processes import Processes
from pyz3.builder.bill import Bills
from pyz3.builder.compiling import Compiler, prepare_includes
from pyz3.builder.fallback import check_fallback
from pyz3.builder.foreign import BackendDescriber, Made, in_system_of, needs_commands, trouble_error
from pyz3.builder.packing import Packer, read_contents, read_epoch
from pyz3.driver.compiler_variables import unused_note
from pyz3.engine.deflate import Deflate
from pyz3.engine.project_flags import left_out_flags, left_out_notes
from pyz3.errors import BuildFailedError, abridged
from pyz3.events import Activity, Note
from pyz3.hooks.runner import Surroundings
from pyz3.plan import Order, Pure, Recipe, Trouble, make_notes
from pyz3.results import Failure, Summary, WheelResult, one_per_file
from pyz3.sources import ALONE, scope_of, tree_looks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pyz3.builder.packing import Contents
    from pyz3.builder.platform import Built
    from pyz3.builder.project_build import ProjectBuild
    from pyz3.config import Backend
    from pyz3.environments import Environment
    from pyz3.errors import Pyz3Error
    from pyz3.plan import Described, Planned
    from pyz3.results import Outcome
    from pyz3.sources import Scope


class Line:
    """Makes the wheels of one project.

    Args:
        build: The project, and what builds it.
    """

    def __init__(self, build: ProjectBuild) -> None:
        self._build = build
        self._project = build.project
        self._tell = build.tell
        self._processes = Processes()

    def __call__(self, plan: Sequence[Planned], *, contents: Contents | None, output_dir: Path) -> Summary:
        """Make the wheels, platforms side by side; one that fails stops no other.

        A wheel of a project that changes meanwhile may be of what was before and of what is now: all are
        built once more then.  What goes on changing, or has changed the plan, is told.

        Args:
            plan: What is to be made.
            contents: What the wheels hold besides binaries; default: the project's packages.
            output_dir: Where the wheels go.

        Raises:
            ConfigError: The project's metadata, the cache or the output folder is unusable.
        """
        started = time.perf_counter()
        root, scope = self._project.root, self._scope()
        before = tree_looks(root, scope, without=output_dir)
        outcomes = self._attempt(plan, contents, output_dir)
        now = tree_looks(root, scope, without=output_dir)
        changed = _differing(before, now)
        if changed and "pyproject.toml" not in changed:
            self._tell(Note(text=f"{abridged(changed)}: changed while it was built: building again"))
            outcomes = self._attempt(plan, contents, output_dir)
            changed = _differing(now, tree_looks(root, scope, without=output_dir))
        if changed:
            told = "changed while it was built: wheels may hold what was before; build again"
            self._tell(Note(text=f"{abridged(changed)}: {told}"))
        return Summary(
            wheels=one_per_file(one for one in outcomes if isinstance(one, WheelResult)),
            failures=tuple(one for one in outcomes if isinstance(one, Failure)),
            seconds=time.perf_counter() - started,
        )

    def _scope(self) -> Scope:
        """Give what belongs to the project above its folder, as far as it is known by now."""
        if self._project.backend is None:
            return ALONE
        return scope_of(self._project.root, cache=self._build.toolchain().cache)

    def _attempt(
        self, plan: Sequence[Planned], contents: Contents | None, output_dir: Path
    ) -> Sequence[Outcome]:
        unused = unused_note(self._build.environ)
        for text in (*self._project.notes, *make_notes(self._project, plan), *([unused] if unused else ())):
            self._tell(Note(text=text))
        backend = self._project.backend
        try:
            if backend is None:
                if contents is not None:  # an editable install's: nobody passes it on
                    return self._own(plan, contents, self._packer(contents, output_dir))
                contents = read_contents(self._project)
                return self._own(plan, contents, self._packer(contents, output_dir, self._bills()))
            return self._others(backend, [one for one in plan if isinstance(one, Order)], output_dir)
        except BaseException:
            self._processes.stop()
            raise

    def _own(self, plan: Sequence[Planned], contents: Contents, packer: Packer) -> Sequence[Outcome]:
        """Make the wheels of a project that pyz3 itself builds: the plan describes them."""
        for text in (*contents.metadata.warnings, *contents.notes):
            self._tell(Note(text=text))
        outcomes: dict[str, Outcome] = {}
        for pure in (one for one in plan if isinstance(one, Pure)):
            error = self._fallback_error(contents) if pure.fallback else None
            outcomes[pure.identifier] = packer.pack(pure) if error is None else packer.fail(pure, error)
        recipes = [one for one in plan if isinstance(one, Recipe)]
        for text in left_out_notes(one for recipe in recipes for one in left_out_flags(recipe)):
            self._tell(Note(text=text))
        if recipes:
            outcomes |= Compiler(self._project, self._around(recipes))(recipes, packer.finish)
        return [outcomes[one.identifier] for one in plan]

    def _fallback_error(self, contents: Contents) -> Pyz3Error | None:
        self._tell(Activity(platform="", text="importing without the extension modules"))
        return check_fallback(
            contents.files,
            packages=contents.packages,
            extensions=[extension.name for extension in self._project.extensions],
        )

    def _others(self, backend: Backend, orders: Sequence[Order], output_dir: Path) -> Sequence[Outcome]:
        """Make the wheels of a project that another build backend describes."""
        around = self._around(orders)
        compiler = Compiler(self._project, around)
        describer = BackendDescriber(self._project, backend, around)
        packer = self._packer(None, output_dir, self._bills(describer.environment_of))

        def finish(recipe: Recipe, built: Built | Pyz3Error) -> Made:
            built = describer.reworded(built)
            return Made(built=built, outcome=packer.finish(recipe, built))

        def attempt(recipe: Recipe, built: Built | Pyz3Error) -> Made | BuildFailedError:
            if isinstance(built, BuildFailedError) and recipe.modules:
                return describer.shortened(built)
            return finish(recipe, built)

        with describer.lock():
            described = describer.describe(orders, "record")
            recorded = [
                one for one in described.values() if isinstance(one, Recipe) and not needs_commands(one)
            ]
            tried = compiler(recorded, attempt)
            failed = {name: one for name, one in tried.items() if isinstance(one, BuildFailedError)}
            made = {name: one for name, one in tried.items() if isinstance(one, Made)}
            again = [name for name, one in described.items() if name in failed or needs_commands(one)]
            if again:
                # Which Pythons a wheel serves may be known by now, and with them the oldest system.
                known = [
                    in_system_of(described.get(order.identifier), order)
                    for order in orders
                    if order.identifier in again
                ]
                commanded = describer.describe(known, "run")
                made |= compiler([one for one in commanded.values() if isinstance(one, Recipe)], finish)
                described = {name: one for name, one in described.items() if name not in again} | commanded
        for text in describer.notes(described, made):
            self._tell(Note(text=text))
        return _in_order(orders, described, made, failed, packer)

    def _packer(self, contents: Contents | None, output_dir: Path, bills: Bills | None = None) -> Packer:
        epoch = read_epoch(self._build.environ)
        compressor = partial(Deflate, self._build.toolchain())
        return Packer(
            contents,
            output_dir=output_dir,
            epoch=epoch,
            compressor=compressor,
            tell=self._tell,
            bills=bills,
        )

    def _bills(self, environment_of: Callable[[str], Environment | None] | None = None) -> Bills | None:
        if not self._project.tool.sbom.binaries or not self._project.has_binaries:
            return None
        toolchain = self._build.toolchain()
        return Bills(self._project.root, toolchain, tell=self._tell, environment_of=environment_of)

    def _around(self, orders: Sequence[Order]) -> Surroundings:
        toolchain, headers = self._build.toolchain(), self._build.headers()
        return Surroundings(
            toolchain=toolchain,
            environ=self._build.environ,
            headers=headers,
            includes=prepare_includes(orders, headers, toolchain),
            processes=self._processes,
            epoch=read_epoch(self._build.environ),
            jobs=self._build.jobs,
            tell=self._tell,
            locked=self._build.locked,
        )


def _in_order(
    orders: Sequence[Order],
    described: Mapping[str, Described],
    made: Mapping[str, Made],
    failed: Mapping[str, BuildFailedError],
    packer: Packer,
) -> list[Outcome]:
    """Give what came of all wheels; those without binaries are packed, once each."""
    outcomes: list[Outcome] = []
    pure: set[str] = set()
    for order in orders:
        one = described.get(order.identifier)
        if isinstance(one, Recipe):
            outcomes.append(made[order.identifier].outcome)
        elif isinstance(one, Trouble):
            outcomes.append(
                packer.fail(order, trouble_error(order, one, before=failed.get(order.identifier)))
            )
        elif one is not None and one.identifier not in pure:
            pure.add(one.identifier)
            outcomes.append(packer.pack(one, order))
    return outcomes


def _differing(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Give what has come, gone or changed; nothing if one of them is not known."""
    names = sorted({*before, *now}) if before and now else ()
    return [name for name in names if before.get(name) != now.get(name)]

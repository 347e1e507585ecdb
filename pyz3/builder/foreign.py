"""Projects with a build backend of their own: what it says of each wheel, and which wheel serves whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.builder.sharing import share
from pyz3.driver.missing_headers import compile_advice
from pyz3.driver.msvc import PASSED_OVER
from pyz3.driver.pragmas import passed_over
from pyz3.driver.run import PROBES, read_log
from pyz3.engine.project_flags import is_expressible, left_out_flags, left_out_notes
from pyz3.errors import BuildFailedError, Pyz3Error, abridged
from pyz3.events import Activity, WheelShared
from pyz3.frontends import undeclared_extensions
from pyz3.hooks.base import differing
from pyz3.hooks.fusing import fuse_described, slices_of
from pyz3.hooks.outcome import describe
from pyz3.hooks.recorded import GOES_ON
from pyz3.hooks.runner import HookRunner
from pyz3.plan import Pure, Recipe, Trouble
from pyz3.sources import open_zip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from pyz3.builder.platform import Built
    from pyz3.config import Backend, Project
    from pyz3.environments import Environment
    from pyz3.hooks.protocol import Mode
    from pyz3.hooks.runner import Surroundings
    from pyz3.plan import Base, Described, Order
    from pyz3.results import Outcome


# What is said of names in a note.
_SHIPPED = "already built in the project, shipped as they are and not audited"
_PREBUILT = (
    "holds what another compiler made: the project brings it compiled already, and it is taken as it is"
)
_PLAIN = "not modules to import, but libraries for ctypes or cffi: no source defines a PyInit_… function"
_BARE = "for one platform, and nothing in it is compiled: did a part of the build fail?"
_FAILED = "{} did not compile or link, and the project's own build went on without."
# By which Python code has a library loaded, or looked for, before a module needs it.
_LOADING = (b"CDLL", b"dlopen", b"LoadLibrary")
_LOADING_DLLS = (*_LOADING, b"WinDLL", b"add_dll_directory")
_TELLING = "the project writes the folder into it that it is built in"
_ELSEWHERE = (
    "names extension modules as another system does: what generated it saw this machine, not the target"
)
# How modules end (PEP 3149, and bpo-39825 of Windows).
_SUFFIX = re.compile(rb"\.cpython-3\d+t?-[\w-]+\.so|\.cp3\d+t?-win\w+\.pyd")
_MARKS = (b".cpython-3", b"-win")
_UNRECORDED = Trouble(message="nobody writes down what its compilers would do", recorded=True)


@dataclass(frozen=True, kw_only=True)
class Made:
    """What came of one wheel: its audited binaries, and the wheel itself or why there is none."""

    built: Built | Pyz3Error
    outcome: Outcome


class BackendDescriber:
    """Has a project's own build backend describe its wheels.

    Args:
        project: The project.
        backend: Its build backend.
        around: What hooks need besides.
    """

    def __init__(self, project: Project, backend: Backend, around: Surroundings) -> None:
        self._hooks = HookRunner(project, backend, around)
        self._root = project.root
        self._backend = backend
        self._tell = around.tell
        self._orders: Sequence[Order] = ()

    def lock(self) -> AbstractContextManager[None]:
        """Hold what is kept of this project, until the last wheel is made."""
        return self._hooks.lock()

    def environment_of(self, identifier: str) -> Environment | None:
        """Give the environment that a wheel's backend ran in; None: that is not known."""
        return self._hooks.environment_of(identifier)

    def describe(self, orders: Sequence[Order], mode: Mode) -> dict[str, Described]:
        """Have the backend say what is in each wheel.

        Args:
            orders: What was asked for.
            mode: Whether the project's commands are run, or what they would do is written down.

        Returns:
            By identifier of what was asked for; what the wheel of another one serves is missing, and told.
        """
        self._orders = self._orders or orders
        if mode == "record" and not self._backend.is_recorded:
            return dict.fromkeys((order.identifier for order in orders), _UNRECORDED)
        if mode == "run":
            for platform in dict.fromkeys(order.platform for order in orders):
                self._tell(Activity(platform=platform, text="running the project's own commands"))
        described = self._run_slices(orders) if mode == "run" else self._ask(orders, mode)
        found = list(zip(orders, described, strict=True))
        wheels: dict[str, Described] = {}
        first: dict[int, Order] = {}
        for order, wheel in share(found, differing=_differing_files):
            own = order if isinstance(wheel, Trouble) else first.setdefault(id(wheel), order)
            if own is order:
                wheels[order.identifier] = wheel
            else:
                self._tell(WheelShared(order=order, by=own))
        return {order.identifier: wheels[order.identifier] for order in orders if order.identifier in wheels}

    def _run_slices(self, orders: Sequence[Order]) -> list[Described]:
        """Have the project's commands run, for one machine at a time."""
        done: dict[str, list[Described]] = {order.identifier: [] for order in orders}
        for turn in zip_longest(*map(slices_of, orders)):
            asked = [part for part in turn if part is not None]
            for part, described in zip(asked, self._ask(asked, "run"), strict=True):
                done[part.identifier].append(described)
        return [
            fuse_described(order, done[order.identifier], self._hooks.place(order, "run").folder)
            for order in orders
        ]

    def _ask(self, orders: Sequence[Order], mode: Mode) -> list[Described]:
        answers = self._hooks.run(orders, mode=mode)
        found = []
        for order in orders:
            wheel = describe(
                order,
                answers[order.identifier],
                extra=self._hooks.additions(order),
                root=self._root,
                scope=self._hooks.scope,
                place=self._hooks.place(order, mode),
                delivered=self._hooks.delivered(order),
                own=self._hooks.folders(order),
                compiled_by=self._backend.compiled_by,
            )
            if isinstance(wheel, Recipe) and _is_there(wheel):
                wheel = self._hooks.adapt(wheel)
            found.append(wheel)
        return found

    def shortened(self, error: BuildFailedError) -> BuildFailedError:
        """Give an error that names the project's files as the project does."""
        compiler = tuple((module, self._named(text)) for module, text in error.compiler)
        return BuildFailedError(error.message, tip=error.tip, compiler=compiler)

    def reworded(self, built: Built | Pyz3Error) -> Built | Pyz3Error:
        """Say of modules that could not be built what is true of another backend's."""
        if isinstance(built, Pyz3Error):
            return built
        left_out = tuple(
            msgspec.structs.replace(one, detail=self._named(one.detail), instead="", tip=one.tip or GOES_ON)
            for one in built.left_out
        )
        return replace(built, left_out=left_out)

    def _named(self, text: str) -> str:
        # What is the same for several wheels is compiled in the copy of one of them.
        for order in self._orders:
            text = self._hooks.place(order, "record").named(text)
        return text

    def notes(self, described: Mapping[str, Described], made: Mapping[str, Made]) -> tuple[str, ...]:
        """Give what the user should know of wheels.

        Args:
            described: By identifier of what was asked for.
            made: What came of those with binaries.
        """
        wheels = [one for one in described.values() if not isinstance(one, Trouble)]
        bases = [one.base for one in wheels if one.base is not None]
        remarks = [remark for base in bases for remark in base.remarks]
        remarks += [text for one in described.values() if isinstance(one, Trouble) for text in one.remarks]
        built = {name: one.built for name, one in made.items() if not isinstance(one.built, Pyz3Error)}
        audited = {report.file for one in built.values() for report in one.reports}
        told = (
            ([file for base in bases for file in base.shipped if file not in audited], _SHIPPED),
            ([file for base in bases for file in base.prebuilt], _PREBUILT),
            ([name for one in built.values() for name in one.plain], _PLAIN),
            ([file for name in built for file in _telling(described.get(name))], _TELLING),
            ([file for name, one in built.items() for file in _misled(one, described.get(name))], _ELSEWHERE),
        )
        notes = [*dict.fromkeys(remarks)]
        notes += [f"{abridged(tuple(dict.fromkeys(names)))}: {what}" for names, what in told if names]
        about: dict[str, list[str]] = {}
        for name, made_of in built.items():
            found = made_of.unreached and not _loads_libraries(described.get(name))
            for file, why in (*(made_of.unreached if found else ()), *made_of.failing):
                about.setdefault(why, []).append(file)
        notes += [f"{abridged(tuple(dict.fromkeys(files)))}: {why}" for why, files in about.items()]
        recipes = [one for one in wheels if isinstance(one, Recipe)]
        notes += _incomplete(described, built)
        notes += left_out_notes(one for recipe in recipes for one in self._left_out_flags(recipe))
        if any(isinstance(one, Pure) and not one.left_out for one in wheels):
            idle = self._backend.idle or undeclared_extensions(self._root, self._backend.backend_path)
            notes += [idle] if idle else []
        return tuple(notes)

    def _left_out_flags(self, recipe: Recipe) -> tuple[str, ...]:
        """Give what compilers and linkers were not told of what the project says (``flag: reason``)."""
        if any(module.units for module in recipe.modules):
            windows = recipe.target.platform.family == "windows"
            return (*left_out_flags(recipe), *(_passed_over(recipe) if windows else ()))
        logs = [self._hooks.place(part, "run").dropped for part in slices_of(recipe)]
        texts = [log.read_text("utf-8", "surrogateescape") for log in logs if log.is_file()]
        return tuple(dict.fromkeys(one for text in texts for one in read_log(text, probes=PROBES)))


def _incomplete(described: Mapping[str, Described], built: Mapping[str, Built]) -> list[str]:
    """Give notes on wheels that lack something compiled, as far as the project did not say so itself."""
    lacking: dict[str, list[str]] = {}
    logs: dict[str, str] = {}
    for name, wheel in described.items():
        if isinstance(wheel, Trouble) or wheel.base is None:
            continue
        said = _FAILED.format(abridged(wheel.base.failed)) if wheel.base.failed else ""
        if not said and isinstance(wheel, Recipe) and name in built and _is_bare(wheel.base, built[name]):
            said = _BARE
        if said:
            lacking.setdefault(said, []).append(name)
            logs.setdefault(said, wheel.base.log)
    return [f"{abridged(names)}: {said}  What it printed: {logs[said]}" for said, names in lacking.items()]


def _is_bare(base: Base, built: Built) -> bool:
    """Tell whether a wheel that is for one platform alone has no binary."""
    return not built.reports and not base.shipped


def _telling(wheel: Described | None) -> tuple[str, ...]:
    return wheel.base.telling if isinstance(wheel, Recipe) and wheel.base is not None else ()


def _misled(built: Built, wheel: Described | None) -> list[str]:
    """Give the binaries that hold the ending of modules of another system: mypyc writes it into its code."""
    if not isinstance(wheel, Recipe):
        return []
    own = wheel.target.extension_suffix.encode()
    marked = [(file, data) for file, data in built.files.items() if any(mark in data for mark in _MARKS)]
    return [file for file, data in marked if any(found != own for found in _SUFFIX.findall(data))]


def _passed_over(recipe: Recipe) -> tuple[str, ...]:
    """Give what sources say to Microsoft's compiler and zig's does not do."""
    parts = (*recipe.libraries, *recipe.modules)
    files = dict.fromkeys(Path(unit.source) for part in parts for unit in part.units)
    contents = ((file, file.read_bytes()) for file in files if file.is_file())
    return tuple(
        text
        for file, content in contents
        if any(mark in content for mark in PASSED_OVER)
        for text in passed_over(content.decode("utf-8", "replace"), file.name)
    )


def _loads_libraries(wheel: Described | None) -> bool:
    """Tell whether a wheel's own Python code has libraries loaded, or looked for in more folders."""
    if not isinstance(wheel, Recipe) or wheel.base is None:
        return False
    calls = _LOADING_DLLS if wheel.target.platform.family == "windows" else _LOADING
    with open_zip(Path(wheel.base.path)) as archive:
        sources = (archive.read(file) for file in archive.files if file.endswith(".py"))
        return any(call in source for source in sources for call in calls)


def _differing_files(one: Base, two: Base) -> tuple[str, ...]:
    return differing(Path(one.path), Path(two.path))


def trouble_error(
    order: Order, trouble: Trouble, *, before: BuildFailedError | None = None
) -> BuildFailedError:
    """Give the error that tells why a wheel cannot be made.

    Args:
        order: What was asked for.
        trouble: Why.
        before: What zig said when it was to build what the project's commands failed at: more clearly.
    """
    if before is not None:
        # A wheel without the modules there is all the same: one may ask for it.
        tips = (before.tip, trouble.tip) if trouble.wheel else (before.tip or trouble.tip,)
        tip = "; ".join(filter(None, tips))
        return BuildFailedError(before.message, tip=tip, compiler=before.compiler)
    said = (("", f"{trouble.message}\n{trouble.output}".strip()),) if trouble.output else ()
    tip = trouble.tip or "; ".join(compile_advice(trouble.output, order.platform))
    return BuildFailedError(f"{order.identifier}: {trouble.message}", tip=tip or None, compiler=said)


def needs_commands(wheel: Described) -> bool:
    """Tell whether only the project's own commands can build it."""
    if isinstance(wheel, Recipe):
        return not (is_expressible(wheel) and _is_there(wheel))
    return isinstance(wheel, Trouble) and wheel.recorded


def in_system_of(wheel: Described | None, order: Order) -> Order:
    """Give what was asked for with the oldest system that a description promises."""
    if not isinstance(wheel, Recipe):
        return order
    return msgspec.structs.replace(
        order, floor=wheel.floor, zig_targets=wheel.zig_targets, wheel_platform=wheel.wheel_platform
    )


def _is_there(recipe: Recipe) -> bool:
    """Tell whether all files to compile outlived the backend's run."""
    units = [unit for module in recipe.modules for unit in module.units]
    units += [unit for library in recipe.libraries for unit in library.units]
    objects = [file for module in recipe.modules for file in module.objects]
    return all(Path(file).exists() for file in (*objects, *(unit.source for unit in units)))

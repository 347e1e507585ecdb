"""Running a project's own build backend: one process per interpreter, results kept while nothing changes."""

from __future__ import annotations

import contextlib
import hashlib
import shlex
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock, Timeout

from pyz3 import driver
from pyz3._files import long_path_advice
from pyz3._processes import wait_alert
from pyz3.audit import load_parser
from pyz3.config import Settings, expand_variables
from pyz3.driver.declined import language_said, sentence
from pyz3.environments import (
    LOCK_FILE,
    LockError,
    environment_for,
    interpreter_for,
    read_lock,
)
from pyz3.errors import Pyz3Error, abridged
from pyz3.events import Activity, Note
from pyz3.guests import HOOK, READS
from pyz3.hooks.adapting import adapt
from pyz3.hooks.build_systems import backend_settings, backend_variables
from pyz3.hooks.causes import find_causes, what_the_compiler_said
from pyz3.hooks.compiler_facts import predefined_macros
from pyz3.hooks.emulators import emulator_for
from pyz3.hooks.memory import Memory, read_result
from pyz3.hooks.printed import (
    essence,
    file_type_advice,
    folder_advice,
    is_failed_command,
    library_advice,
    run_advice,
    short_failure,
)
from pyz3.hooks.protocol import Mode, Request, Result, TargetRequest
from pyz3.hooks.recorded import asked_above
from pyz3.hooks.requests import (
    Place,
    absolute,
    flag_variables,
    hook_environment,
    made_for,
    prefix_maps,
    prefix_settings,
    prefix_variables,
    python_environment,
    target_request,
)
from pyz3.hooks.tools import manifests_of, sysroot, tools_cache, tools_for
from pyz3.plan import Trouble
from pyz3.sources import (
    MOST_ROUNDS,
    describe_tree,
    missed_above,
    own_settings,
    remove_tree,
    scope_of,
    widen_scope,
)
from pyz3.store import mark_used

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyz3._processes import Processes
    from pyz3.capi import HeaderTree
    from pyz3.config import Backend, HookOptions, Project
    from pyz3.driver.tools import Tools
    from pyz3.engine.toolchain import Toolchain
    from pyz3.environments import Environment
    from pyz3.events import Listener
    from pyz3.hooks.causes import Causes
    from pyz3.hooks.requests import MadeFor
    from pyz3.plan import Order, Recipe
    from pyz3.sources import Scope

_MOST_NOTES = 5
DRIVER = Path(driver.__file__).parent

_CHANGING = Trouble(
    message="what lies above the project's folder changes while it is built", tip="build again"
)

_PRINTED = "everything that it printed: {}"
_NOT_HERE = "{} was built for another system, and this machine cannot import it: the project must not need to"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What hooks need besides the project.

    Attributes:
        toolchain: Zig and the cache.
        environ: The user's environment variables.
        headers: The header tree of each Python (``3.13``).
        includes: The prepared headers of each.
        processes: Ends what runs.
        epoch: For whatever writes dates, in seconds since 1970.
        jobs: Processes at a time.
        tell: Is told what happens.
        locked: Build requirements are installed from the project's lock file, or not at all.
    """

    toolchain: Toolchain
    environ: Mapping[str, str]
    headers: Mapping[str, HeaderTree]
    includes: Mapping[str, Path]
    processes: Processes
    epoch: int
    jobs: int
    tell: Listener
    locked: bool = False


class HookRunner:
    """Runs the build backend of one project.

    Args:
        project: The project.
        backend: Its build backend.
        around: What hooks need besides.
    """

    def __init__(self, project: Project, backend: Backend, around: Surroundings) -> None:
        self._project = project
        self._backend = backend
        self._around = around
        self._lock = read_lock(project.root)
        if self._lock is None and around.locked:
            raise LockError(
                f"locked: {project.root} has no {LOCK_FILE}", tip="pyz3 lock writes it: commit it, too"
            )
        self._told: set[str] = set()
        self._look(scope_of(project.root, cache=around.toolchain.cache))
        for note in self._tree.notes[:_MOST_NOTES]:
            around.tell(Note(text=note))
        if len(self._tree.notes) > _MOST_NOTES:
            around.tell(Note(text=f"and {len(self._tree.notes) - _MOST_NOTES} more of that kind"))
        self._environments: dict[str, Environment] = {}
        self._defined: dict[str, Mapping[str, str]] = {}
        self._ran: list[Place] = []
        self._folder = around.toolchain.cache.work(project.root)

    def place(self, order: Order, mode: Mode) -> Place:
        """Give where a wheel is worked on; what is run does not disturb what was written down."""
        if mode == "record":
            name = order.identifier
        else:
            own = order.identifier == order.target.identifier
            # A slice of a fused one has a place of its own.
            name = f"{order.identifier}-run" if own else f"{order.identifier}-{order.platform}-run"
        name += "-debug" * order.debug_info
        return Place(folder=self._folder / name, inside=self.scope.inside)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold this project's work folder; another pyz3 at work there is told of and waited for."""
        self._folder.mkdir(parents=True, exist_ok=True)
        mark_used(self._folder)
        lock = FileLock(self._folder / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            self._around.tell(Note(text="another pyz3 is building this project: waiting for it to end"))
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def run(self, orders: Sequence[Order], *, mode: Mode) -> dict[str, Result | Trouble]:
        """Run the backend for each wheel; again if it asks for what lies above the project, and is there.

        Args:
            orders: What was asked for.
            mode: Whether the compilers are run, or what they would do is written down.

        Returns:
            By identifier: what it said, or why it said nothing.
        """
        for number in range(MOST_ROUNDS):
            answers = self._run_whole(orders, mode)
            scope = self._widened(orders, mode)
            if scope == self.scope or number + 1 == MOST_ROUNDS:
                break
            added = [name for name in scope.names if name not in self.scope.names]
            self._around.tell(
                Activity(platform="", text=f"copying what the project asks for: {abridged(added)}")
            )
            self._look(scope)
        return {**dict.fromkeys((order.identifier for order in orders), _CHANGING), **answers}

    def _look(self, scope: Scope) -> None:
        """Take the project's files as they are now."""
        self.scope = scope
        self._tree = describe_tree(self._project.root, scope)
        self._memory = Memory(self._project.root, self._tree, scope)

    def _widened(self, orders: Sequence[Order], mode: Mode) -> Scope:
        """Give what belongs to the project after what its hooks have asked for just now."""
        root, cache = self._project.root, self._around.toolchain.cache
        asked: set[str] = set()
        places = [place for order in orders if (place := self.place(order, mode)) in self._ran]
        for place in places:
            result = read_result(place)
            if result is not None:
                asked |= asked_above(result, _printed(place), place)
        return widen_scope(root, asked, cache=cache) if places else scope_of(root, cache=cache)

    def _run_whole(self, orders: Sequence[Order], mode: Mode) -> dict[str, Result | Trouble]:
        """Run the backend, and once more if the cache turns out to be damaged."""
        toolchain = self._around.toolchain
        seen, began_ns = toolchain.identity(), toolchain.cache.now()
        answers = self._run(orders, mode)
        ran = [place for order in orders if (place := self.place(order, mode)) in self._ran]
        if not ran:
            return answers
        # Their compilers may have taken what zig made before.
        damaged = toolchain.find_damage((tools_cache(one, toolchain) for one in ran), since_ns=began_ns)
        if damaged is None and toolchain.identity() == seen:  # no other process has found it damaged
            return answers
        self._around.tell(Activity(platform="", text="the cache is damaged, building anew"))
        toolchain.discard(everything=damaged == "global", seen=seen)
        for place in ran:
            self._memory.forget(place)
        return self._run(orders, mode)

    def _run(self, orders: Sequence[Order], mode: Mode) -> dict[str, Result | Trouble]:
        answers: dict[str, Result | Trouble] = {}
        groups: dict[tuple[str, bytes], list[Order]] = {}
        for order in orders:
            groups.setdefault(self._group(order), []).append(order)
        ways = max(1, self._around.jobs // max(1, len(groups)))
        shares = [group[start::ways] for group in groups.values() for start in range(min(ways, len(group)))]
        with ThreadPoolExecutor(self._around.jobs, initializer=self._around.processes.adopt) as pool:
            try:
                futures = [pool.submit(self._run_python, share, mode) for share in shares]
                wait_alert(futures)
                for future in futures:
                    answers.update(future.result())
            except BaseException:
                self._around.processes.stop()
                pool.shutdown(cancel_futures=True)
                raise
        return answers

    def _group(self, order: Order) -> tuple[str, bytes]:
        """Give what wheels that share a process have in common: a Python, and what decides what it needs."""
        told = (self.options(order).config_settings, self._own_variables(order))
        return order.target.python.base, msgspec.json.encode(told)

    def options(self, order: Order, mode: Mode = "record") -> HookOptions:
        """Give what the configuration says about a wheel; folders are absolute, and kept out of binaries."""
        options = self._own_options(order)
        maps = prefix_maps(self.place(order, mode), self._around.toolchain.cache)
        settings = options.settings
        if mode == "record":  # else the tools do it: no shell, make or configure has to take such names
            settings = settings.plus(Settings(cflags=maps, cxxflags=maps))
        if options.before_build:
            settings = settings.plus(prefix_settings(self.place(order, mode)))
        return replace(options, settings=settings)

    def _own_options(self, order: Order) -> HookOptions:
        options = self._project.tool.hook_options(order.identifier, family=order.target.platform.family)
        return replace(options, settings=absolute(options.settings, self._project.root))

    def additions(self, order: Order) -> Settings:
        """Give what is added to every module that was written down."""
        extra = sysroot(order, toolchain=self._around.toolchain, environ=self._around.environ)
        return self.options(order).settings.plus(extra)

    def delivered(self, order: Order) -> tuple[Path, ...]:
        """Give the folders of libraries that neither the project nor this machine's compilers make."""
        cache = self._around.toolchain.cache
        environment = self._environments.get(order.identifier)
        own = [environment.root] if environment is not None else []
        return (*own, cache.all_target_wheels, *map(Path, self.options(order).settings.library_dirs))

    def folders(self, order: Order) -> tuple[Path, ...]:
        """Give the folders that an order's Python has to itself: its headers, and its build environment."""
        environment = self._environments.get(order.identifier)
        include = self._around.includes[order.target.python.base]
        return (include, *([environment.root] if environment is not None else ()))

    def environment_of(self, identifier: str) -> Environment | None:
        """Give the environment that a wheel's hooks ran in; None: they did not."""
        return self._environments.get(identifier)

    def adapt(self, recipe: Recipe) -> Recipe | Trouble:
        """Give a wheel whose modules were written down here as the target needs it."""
        around = self._around
        environment = self._environments[recipe.identifier]
        return adapt(recipe, environment, cache=around.toolchain.cache, environ=around.environ)

    def _run_python(self, orders: Sequence[Order], mode: Mode) -> dict[str, Result | Trouble]:
        """Run the wheels of one Python; what they have in common fails for all of them."""
        settings = _as_lists(self.options(orders[0]).config_settings)
        try:
            environment = self._environment(orders[0], settings)
            self._environments |= dict.fromkeys((order.identifier for order in orders), environment)
            if scope_of(self._project.root, cache=self._around.toolchain.cache) != self.scope:
                return {}  # asked what it requires, the backend has asked for more: another round follows
        except Pyz3Error as error:
            trouble = Trouble(message=error.message, tip=error.tip or "")
            return {order.identifier: trouble for order in orders}
        requests = {order.identifier: self._request(order, environment, mode, settings) for order in orders}
        told = msgspec.json.encode(settings).decode()
        before = {order.identifier: _digests(self.options(order).before_build) for order in orders}
        keys = {
            name: self._key(request, environment, f"{told} {before[name]}" if before[name] else told)
            for name, request in requests.items()
        }
        places = {order.identifier: self.place(order, mode) for order in orders}
        answers: dict[str, Result | Trouble | None] = {
            order.identifier: self._memory.recall(places[order.identifier], keys[order.identifier])
            for order in orders
        }
        if None in answers.values() or self._memory.updated:
            Thread(target=load_parser).start()  # what is built now has to be read later
        for order in orders:
            if answers[order.identifier] is None:
                answers[order.identifier] = self._prepare(
                    order, places[order.identifier], requests[order.identifier], keys[order.identifier]
                )
        wanted = [request for name, request in requests.items() if answers[name] is None]
        if wanted:
            self._run_hooks(wanted, environment)
        by_name = {order.identifier: order for order in orders}
        for request in wanted:
            place = places[request.identifier]
            self._ran.append(place)
            answers[request.identifier] = self._read(by_name[request.identifier], request, place)
            date = request.environment["SOURCE_DATE_EPOCH"]
            for lists in manifests_of(place, self._around.toolchain, date=date):
                lists.note()
            self._memory.end(place, commands=bool(before[request.identifier]))
        return {name: answer for name, answer in answers.items() if answer is not None}

    def _prepare(self, order: Order, place: Place, request: TargetRequest, key: MadeFor) -> Trouble | None:
        """Make the copy of the project ready for its backend; give what went wrong."""
        why = self._memory.why(place, key)
        self._memory.begin(place, key)
        remove_tree(place.prefix)
        self._around.toolchain.begin(tools_cache(place, self._around.toolchain))
        date = request.environment["SOURCE_DATE_EPOCH"]
        for lists in manifests_of(place, self._around.toolchain, date=date):
            lists.prune()
        self._around.tell(
            Activity(
                platform=order.platform,
                text=f"running the build backend for {order.python}{f': {why}' if why else ''}",
            )
        )
        for command in self.options(order).before_build:
            (place.prefix / "include").mkdir(parents=True, exist_ok=True)
            (place.prefix / "lib").mkdir(exist_ok=True)
            words = _words(command, str(place.prefix))
            try:
                status, output = self._around.processes.run(words, env=request.environment, cwd=place.source)
            except OSError as error:
                status, output = 127, str(error)
            if status != 0:
                where = self._project.where("before-build")
                return Trouble(
                    message=f"{where}: {command!r} ended with exit code {status}",
                    output=place.named(essence(output, source=str(place.source))),
                    tip="it is run in a copy of the project, without a shell",
                )
        return None

    def _environment(self, order: Order, settings: Mapping[str, str | list[str]]) -> Environment:
        around = self._around
        interpreter = interpreter_for(
            order.target.python.base, environ=around.environ, cache=around.toolchain.cache
        )
        ask = partial(
            environment_for,
            self._project.root,
            self._backend,
            interpreter,
            cache=around.toolchain.cache,
            environ={**around.environ, **self._own_variables(order)},
            config_settings=settings,
            known=(self.scope, self._tree),
            tell=lambda text: around.tell(Activity(platform="", text=text)),
        )
        if self._lock is None or around.locked:
            return ask(lock=self._lock)
        try:
            environment = ask(lock=self._lock)
        except LockError as error:
            self._tell_once(f"{error.message}: the build requirements are installed unlocked ({error.tip})")
            return ask()
        self._tell_once(f"the build requirements are those of {LOCK_FILE}")
        return environment

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._around.tell(Note(text=text))

    def _own_variables(self, order: Order) -> dict[str, str]:
        """Give the project's own variables: a backend may require something only when one of them says so."""
        own = expand_variables(self.options(order).environment, self._around.environ)
        return own_settings(own, self._project.root)

    def _request(
        self, order: Order, environment: Environment, mode: Mode, settings: dict[str, str | list[str]]
    ) -> TargetRequest:
        around = self._around
        options = self._own_options(order)
        base = order.target.python.base
        include = around.includes[base]
        place = self.place(order, mode)
        tools = tools_for(
            order,
            place,
            toolchain=around.toolchain,
            include=include,
            environment=environment,
            environ=around.environ,
            with_prefix=bool(options.before_build),
        )
        commands = tools.environment
        variables = expand_variables(options.environment, around.environ)
        emulator = self._emulator(order, place, tools, {**around.environ, **variables})
        suffix = order.target.extension_suffix
        told = backend_variables(self._backend, place, suffix=suffix, jobs=around.jobs, emulator=emulator)
        return target_request(
            order,
            place,
            mode=mode,
            full_version=around.headers[base].full_version,
            include=include,
            commands=commands,
            stand_ins=tools.commands,
            config_settings=backend_settings(
                self._backend,
                settings,
                order=order,
                place=place,
                tools=tools,
                environment=environment,
                jobs=around.jobs,
                ask=lambda: self._macros(order, tools),
                emulator=emulator,
            ),
            environment=hook_environment(
                around.environ,
                python=environment.python,
                commands=commands,
                macos=order.floor if order.target.platform.family == "macos" else "",
                variables=order.target.platform.traits.variables,
                epoch=around.epoch,
                extra={
                    # What lies above the cache is none of the project's, a repository least of all.
                    "GIT_CEILING_DIRECTORIES": str(place.folder),
                    **(prefix_variables(place, str(order.target.platform)) if options.before_build else {}),
                    # What is written down gets these flags from the plan; folders the compilers know.
                    **(flag_variables(options.settings, order) if mode == "run" else {}),
                    **told,
                    **variables,
                },
                path=(tools.commands,),
            ),
        )

    def _emulator(
        self, order: Order, place: Place, tools: Tools, environ: Mapping[str, str]
    ) -> tuple[str, ...]:
        if self._backend.is_recorded:  # nothing is configured
            return ()
        self._around.toolchain.begin(tools_cache(place, self._around.toolchain))
        return emulator_for(order, tools, environ=environ, processes=self._around.processes)

    def _macros(self, order: Order, tools: Tools) -> Mapping[str, str]:
        """Give the macros that the compiler of a wheel's commands defines."""
        target = order.zig_targets[0]
        if target not in self._defined:
            around, folder = self._around, tools.cmake_toolchain.parent
            self._defined[target] = predefined_macros(
                tools.cc, folder, environ=around.environ, processes=around.processes
            )
        return self._defined[target]

    def _key(self, request: TargetRequest, environment: Environment, told: str) -> MadeFor:
        return made_for(
            request,
            environ=self._around.environ,
            environment=environment.key,
            program=_program(),
            backend=f"{self._backend.build_backend} {told}",
        )

    def _read(self, order: Order, request: TargetRequest, place: Place) -> Result | Trouble:
        """Give what the hook said, or why it failed."""
        result = read_result(place)
        if result is not None and (result.works_on or (result.wheel and not result.error)):
            return result
        output = _printed(place)
        said = result.error if result is not None else ""
        above = missed_above(self._project.root, result.reads, self.scope) if result is not None else ""
        causes = find_causes(output, tools=str(Path(request.stand_ins).parent))
        if result is not None and result.cannot_import:
            shown = _NOT_HERE.format(result.cannot_import)
        else:
            shown = place.named(_why(output, causes, place, said))
        cause = causes.text if causes is not None else ""
        if language := language_said(shown):
            return Trouble(
                message=f"the project needs a compiler of {language}: {sentence(language)}",
                output="" if language_said(cause) else shown,
                tip=f"cibuildwheel builds it, on a machine of each system; {_PRINTED.format(place.log)}",
                recorded=request.mode == "record",
            )
        advice = (
            above,
            library_advice(output, cause),
            run_advice(output, cause, order.target.platform.spec.emulators),
            long_path_advice(output),
            file_type_advice(output),
            folder_advice(output, str(self._around.toolchain.cache.root)),
            *(f"more of it: {log}" for log in _logs(causes, place)),
            _PRINTED.format(place.log),
        )
        if not said:
            message = "the project's build backend ended without a word"
        elif causes is not None and is_failed_command(said):
            message = f"building the project failed: {causes.failed}"
        else:
            message = f"building the project failed: {short_failure(said)}"
        return Trouble(
            message=message,
            output=shown,
            tip="; ".join(filter(None, advice)),
            recorded=request.mode == "record",
        )

    def _run_hooks(
        self,
        requests: Sequence[TargetRequest],
        environment: Environment,
    ) -> None:
        around = self._around
        request = Request(
            source=requests[0].source,
            backend=self._backend.build_backend,
            backend_path=self._backend.backend_path,
            cython_cache=str(around.toolchain.cache.cython),
            reads=str(READS),
            targets=tuple(requests),
        )
        with around.toolchain.cache.scratch() as scratch:
            file = Path(scratch) / "request.json"
            file.write_bytes(msgspec.json.encode(request))
            command = [str(environment.python), "-s", str(HOOK), str(file)]
            _, text = around.processes.run(
                command, env=python_environment(around.environ), cwd=Path(requests[0].source)
            )
        for one in requests:
            if not Path(one.result).exists():  # the process itself came to grief
                Path(one.log).write_text(text, encoding="utf-8")


def _words(command: str, prefix: str) -> list[str]:
    """Give the words of a command of the configuration's."""
    words = shlex.split(command.replace("{project}", ".").replace("{package}", "."))
    return [word.replace("{prefix}", prefix) for word in words]


def _digests(commands: Sequence[str]) -> list[str]:
    """Give commands with digests of the files outside the project that they name."""
    files = [Path(word) for command in commands for word in _words(command, "") if Path(word).is_absolute()]
    contents = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()]
    return [*commands, *contents]


def _as_lists(settings: Mapping[str, str | tuple[str, ...]]) -> dict[str, str | list[str]]:
    """Give what a hook is told as PEP 517 has it."""
    return {name: value if isinstance(value, str) else [*value] for name, value in settings.items()}


def _printed(place: Place) -> str:
    try:
        return place.log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _logs(causes: Causes | None, place: Place) -> Iterator[Path]:
    """Give the file in which the build system that failed tells more, if there is one."""
    for name in causes.logs if causes is not None else ():
        if (log := place.work / "build" / name).is_file():
            yield log
            return


def _why(output: str, causes: Causes | None, place: Place, said: str) -> str:
    """Give why a project's build failed, as its build system says it, or else the end of what was printed."""
    source = str(place.source)
    if causes is None:
        return essence(output, source=source, said=said)
    logs = [log.read_text(encoding="utf-8", errors="replace") for log in _logs(causes, place)]
    compiler = [what_the_compiler_said(log) for log in logs]
    rest = essence(causes.rest, source=source, said=said, lines=10)
    return "\n".join(filter(None, (essence(causes.text, source=source), *compiler, rest)))


@cache
def _program() -> str:
    """Give a digest of the code whose work is remembered: the hook's own, and the compilers'."""
    files = (*sorted(HOOK.glob("*.py")), READS, *sorted(DRIVER.glob("*.py")))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()

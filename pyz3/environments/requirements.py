"""What a project needs to be built: what it names, and what its backend asks for besides."""

from __future__ import annotations

import hashlib
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock
from packaging.requirements import Requirement

from pyz3._records import from_file
from pyz3.environments.locks import LockError, unmet
from pyz3.environments.variables import changed_variables, fingerprints
from pyz3.environments.venvs import Environment, build_environment, locked_environment, normalise
from pyz3.errors import BuildFailedError, abridged
from pyz3.guests import ASK
from pyz3.sources import (
    MOST_ROUNDS,
    Reads,
    Scope,
    Tree,
    begin_reading,
    describe_tree,
    missed_above,
    note_reads,
    reads_of,
    run_command,
    scope_of,
    sync_copy,
    tail,
    unread_changes,
    widen_scope,
)
from pyz3.store import Remembered, mark_used

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyz3.config import Backend
    from pyz3.environments.interpreters import Interpreter
    from pyz3.environments.locks import Lock
    from pyz3.store import Cache

# setuptools before 70.1 requires it of every project.
_FALLBACK = ("wheel",)
_MOST_ANSWERS = 8

ConfigSettings = dict[str, str | list[str]]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the backend said."""

    requires: tuple[str, ...] = ()
    error: str = ""
    reads: Reads | None = None


class _Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What a backend requires, of which files and variables it said so, and what it had read by then."""

    requires: tuple[str, ...]
    tree: Tree
    variables: dict[str, str] = {}
    reads: Reads = Reads(every_variable="it was not noted")


class _Memories(msgspec.Struct, frozen=True, kw_only=True):
    """Answers for different variables, the newest first: platforms may have variables of their own."""

    answers: tuple[_Memory, ...] = ()


def environment_for(
    root: Path,
    backend: Backend,
    interpreter: Interpreter,
    *,
    cache: Cache,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
    config_settings: Mapping[str, str | list[str]] | None = None,
    lock: Lock | None = None,
    known: tuple[Scope, Tree] | None = None,
) -> Environment:
    """Give the environment that a project's build backend runs in.

    The arguments are those of :func:`what_is_required`.

    Raises:
        ConfigError: A requirement is malformed.
        LockError: The lock file has nothing for a requirement, or not for this Python.
        Pyz3Error: A requirement cannot be installed, or has another hash than the locked one.
    """
    base, more = what_is_required(
        root,
        backend,
        interpreter,
        cache=cache,
        environ=environ,
        tell=tell,
        config_settings=config_settings,
        lock=lock,
        known=known,
    )
    if lock is not None:
        _require_locked(more, lock, base, interpreter)
        return base
    if all(is_satisfied(text, base.site_packages) for text in more):
        return base
    return build_environment((*base.requires, *more), interpreter, cache=cache, environ=environ, tell=tell)


def _require_locked(
    requires: Sequence[str], lock: Lock, environment: Environment, interpreter: Interpreter
) -> None:
    missing = unmet(requires, environment.site_packages, interpreter)
    if missing:
        raise LockError(
            f"{lock.path.name} has nothing for {abridged(missing)} and Python {interpreter.version}",
            tip="pyz3 lock adds what is missing",
        )


def what_is_required(
    root: Path,
    backend: Backend,
    interpreter: Interpreter,
    *,
    cache: Cache,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
    config_settings: Mapping[str, str | list[str]] | None = None,
    lock: Lock | None = None,
    known: tuple[Scope, Tree] | None = None,
) -> tuple[Environment, tuple[str, ...]]:
    """Ask a project's build backend what it requires besides what the project names.

    The backend is asked on the host's own terms, nothing faked, in a copy of the project; its answer is
    kept as long as environment, variables, settings and what it reads of the project stay the same
    (:mod:`pyz3.sources.reads`).  One that fails to answer is taken to need nothing more: what is missing
    then shows when the project is built.

    Args:
        root: The project.
        backend: Its backend, with what the project requires.
        interpreter: What it runs on.
        cache: pyz3's cache.
        environ: Environment variables of the backend and of the installer, the project's own among them.
        tell: Called with a sentence when something must be installed.
        config_settings: Handed to the backend.
        lock: What may be installed, and is; None: what the index has.
        known: What belongs to the project, and what its files are, if that is known.

    Returns:
        The environment that it was asked in, and what it says.

    Raises:
        ConfigError: A requirement is malformed.
        LockError: The lock file has nothing for a requirement of the project's, or not for this Python.
        Pyz3Error: A requirement cannot be installed.
    """
    if lock is not None:
        base = locked_environment(
            lock.pins(interpreter), interpreter, cache=cache, environ=environ, tell=tell
        )
        _require_locked(normalise(backend.requires), lock, base, interpreter)
    else:
        base = build_environment(backend.requires, interpreter, cache=cache, environ=environ, tell=tell)
    settings = dict(config_settings or {})
    scope = known[0] if known else scope_of(root, cache=cache)
    tree = known[1] if known else describe_tree(root, scope)
    variables = fingerprints(environ)
    asked = (backend.build_backend, backend.backend_path, settings)
    what = [base.key, str(root.absolute()), *asked]
    key = hashlib.sha256(msgspec.json.encode(what, order="sorted")).hexdigest()[:24]
    memory = Remembered(cache.requirements(key), _Memories)
    known_answers = (memory.recall() or _Memories()).answers
    more = _still_true(known_answers, tree, variables, cache.copy_of(root))
    if more is None:
        try:
            more = required_by_backend(
                root, backend, base, cache=cache, environ=environ, config_settings=settings
            )
            now = scope_of(root, cache=cache)
            seen = tree if now == scope else describe_tree(root, now)
            reads = reads_of(cache.copy_of(root)) or _Memory(requires=(), tree=seen).reads
            newest = _Memory(requires=more, tree=seen, variables=variables, reads=reads)
            memory.remember(_Memories(answers=(newest, *known_answers)[:_MOST_ANSWERS]))
        except BuildFailedError as error:
            # A setup.py that tries the host's compiler may do better with ours: the build will tell.
            tell(f"{error.message.partition(chr(10))[0]}; going on without")
            more = _FALLBACK
    return base, more


def required_by_backend(
    root: Path,
    backend: Backend,
    environment: Environment,
    *,
    cache: Cache,
    environ: Mapping[str, str],
    config_settings: ConfigSettings,
) -> tuple[str, ...]:
    """Ask ``get_requires_for_build_wheel`` of the backend, in a copy of the project.

    What it asks for above the project's folder is remembered; if that is there, it is asked again.

    Returns:
        Requirements in one spelling, sorted.

    Raises:
        BuildFailedError: The hook failed; the message holds the end of what it printed.
    """
    for _ in range(MOST_ROUNDS):
        scope = scope_of(root, cache=cache)
        said, text = _ask_once(
            root,
            backend,
            environment,
            scope=scope,
            cache=cache,
            environ=environ,
            config_settings=config_settings,
        )
        above = said.reads.above if said.reads is not None else ()
        if not above or widen_scope(root, above, cache=cache) == scope:
            break
    if said.error:
        printed = tail(text)
        raise BuildFailedError(
            f"{backend.build_backend} cannot say what the project requires: {said.error}\n{printed}",
            tip=missed_above(root, said.reads, scope)
            or "the project's setup.py fails on this machine, before any target is involved",
        )
    return normalise(said.requires)


def _ask_once(
    root: Path,
    backend: Backend,
    environment: Environment,
    *,
    scope: Scope,
    cache: Cache,
    environ: Mapping[str, str],
    config_settings: ConfigSettings,
) -> tuple[_Answer, str]:
    """Ask the backend; give what it said and what it printed."""
    copy = cache.copy_of(root)
    project = scope.project(copy)
    copy.parent.mkdir(parents=True, exist_ok=True)
    mark_used(copy.parent)
    with (
        FileLock(copy.with_name(f"{copy.name}.lock")),
        tempfile.TemporaryDirectory(dir=copy.parent, ignore_cleanup_errors=True) as scratch,
    ):
        before = begin_reading(copy)
        sync_copy(root, copy, scope=scope)
        answer = Path(scratch) / "answer.json"
        request = Path(scratch) / "request.json"
        request.write_bytes(
            msgspec.json.encode({
                "source": str(project),
                "known": [str(copy.parent)],
                "backend": backend.build_backend,
                "backend_path": backend.backend_path,
                "config_settings": config_settings,
                "answer": str(answer),
            })
        )  # fmt: skip
        command = (environment.python, "-I", ASK, request)
        # What lies above the cache is none of the project's, a repository least of all.
        alone = {**environ, "GIT_CEILING_DIRECTORIES": str(copy.parent)}
        status, text = run_command(command, cwd=project, environ=alone)
        said = from_file(answer, _Answer) or _Answer(error=f"it ended with status {status}")
        if said.reads is not None:
            note_reads(copy, before.plus(said.reads).looked_at())
    return said, text


def is_satisfied(text: str, site_packages: Path) -> bool:
    """Whether a requirement is met by what is installed; one with a marker, an extra or an address is not.

    Args:
        text: As PEP 508 has it.
        site_packages: Where it may be installed.
    """
    requirement = Requirement(text)
    if requirement.marker or requirement.extras or requirement.url:
        return False
    found = metadata.distributions(name=requirement.name, path=[str(site_packages)])
    return any(requirement.specifier.contains(one.version, prereleases=True) for one in found)


def _still_true(
    answers: Sequence[_Memory], tree: Tree, variables: Mapping[str, str], copy: Path
) -> tuple[str, ...] | None:
    """Give what the backend said of this tree of files and these variables, or of what is the same to it."""
    reads = reads_of(copy) if answers else None
    if reads is None or not reads.is_as_it_was():
        return None
    for known in answers:
        if changed_variables(known.variables, variables, known.reads.plus(reads)):
            continue
        if known.tree == tree or unread_changes(known.tree, tree, known.reads.plus(reads)) is not None:
            return known.requires
    return None

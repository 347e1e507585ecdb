"""What the wheels of a project require to be built, for its lock file: each Python asks its backend."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from packaging.requirements import Requirement

from pyz3.config import expand_variables
from pyz3.environments import LockError, interpreter_for, what_is_required
from pyz3.events import Activity
from pyz3.sources import own_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyz3.config import Backend, Project
    from pyz3.environments import Interpreter, Lock
    from pyz3.events import Listener
    from pyz3.store import Cache
    from pyz3.targets import Target


@dataclass(frozen=True, kw_only=True)
class Required:
    """What a project's wheels require to be built.

    Attributes:
        requires: Requirements (PEP 508), sorted; what only some Pythons require has a marker.
        oldest: The oldest Python that builds or is built for: ``3.9``.
        stand_ins: Pythons that are not installed here → those that were asked in their place.
    """

    requires: tuple[str, ...]
    oldest: str
    stand_ins: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """Asks a project's backend what it requires.

    Attributes:
        project: The project.
        backend: What builds it.
        cache: pyz3's.
        environ: The user's environment variables.
        lock: The lock file as it is: backends are asked in what it has, as long as that fits; None: in what
            the index has.
        tell: Is told what happens.
    """

    project: Project
    backend: Backend
    cache: Cache
    environ: Mapping[str, str]
    lock: Lock | None
    tell: Listener

    def __call__(self, targets: Sequence[Target]) -> Required:
        """Ask with each Python that would build for ``targets`` here; their settings may differ.

        Raises:
            ConfigError: A requirement is malformed, or no CPython runs here.
            Pyz3Error: A requirement cannot be installed.
        """
        by_python: dict[str, set[str]] = {}
        stand_ins: dict[str, str] = {}
        answers: dict[tuple[str, bytes], tuple[str, ...]] = {}
        for target in targets:
            base = target.python.base
            interpreter = interpreter_for(base, environ=self.environ, cache=self.cache)
            if not interpreter.exact:
                stand_ins[base] = interpreter.version
            told = self._told(target)
            key = interpreter.version, msgspec.json.encode(told)
            if key not in answers:
                answers[key] = self._ask(interpreter, *told)
            for version in (base, interpreter.version):
                by_python.setdefault(version, set()).update(answers[key])
        return Required(
            requires=tuple(sorted({*self.backend.requires, *_marked(by_python)})),
            oldest=min(by_python, key=lambda version: tuple(map(int, version.split(".")))),
            stand_ins=stand_ins,
        )

    def _told(self, target: Target) -> tuple[dict[str, str | list[str]], dict[str, str]]:
        """Give what the configuration tells the backend: settings (PEP 517), and variables."""
        options = self.project.tool.hook_options(target.identifier, family=target.platform.family)
        settings = {
            name: value if isinstance(value, str) else [*value]
            for name, value in options.config_settings.items()
        }
        own = expand_variables(options.environment, self.environ)
        return settings, own_settings(own, self.project.root)

    def _ask(
        self, interpreter: Interpreter, settings: dict[str, str | list[str]], variables: dict[str, str]
    ) -> tuple[str, ...]:
        ask = partial(
            what_is_required,
            self.project.root,
            self.backend,
            interpreter,
            cache=self.cache,
            environ={**self.environ, **variables},
            config_settings=settings,
            tell=lambda text: self.tell(Activity(platform="", text=text)),
        )
        try:
            return ask(lock=self.lock)[1]
        except LockError:  # it is to be written anew
            return ask()[1]


def _marked(by_python: Mapping[str, Iterable[str]]) -> set[str]:
    """Give requirements, those with a marker that not all Pythons have."""
    found = set()
    for text in {text for requires in by_python.values() for text in requires}:
        pythons = sorted(version for version, requires in by_python.items() if text in requires)
        if len(pythons) == len(by_python):
            found.add(text)
            continue
        wanted = Requirement(text)
        only = " or ".join(f'python_version == "{version}"' for version in pythons)
        own = f"({wanted.marker}) and " if wanted.marker is not None else ""
        wanted.marker = None
        found.add(f"{wanted} ; {own}({only})")
    return found

"""Interpreters of this machine that can run a project's build backend."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._records import from_json
from pyz3.capi import find_installations
from pyz3.errors import ConfigError
from pyz3.store import Remembered
from pyz3.targets import SUPPORTED, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyz3.capi import Host
    from pyz3.store import Cache

# A hanging one must not hang the build; a cold disk may take seconds.
_TIMEOUT_SECONDS = 30

_QUESTION = """
import importlib.util, json, sys, sysconfig
print(json.dumps({
    "implementation": sys.implementation.name,
    "version_info": list(sys.version_info),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "platform": sysconfig.get_platform(),
    "has_venv": importlib.util.find_spec("venv") is not None,
}))
"""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A CPython that runs here.

    Attributes:
        executable: Of the installation itself, not of a virtual environment.
        version_info: As ``sys.version_info``: ``(3, 13, 0, "final", 0)``.
        platform: As ``sysconfig.get_platform()``: ``linux-x86_64``.
        exact: It is of the version that was asked for.
        free_threaded: It was built without the GIL (PEP 703).
    """

    executable: Path
    version_info: tuple[int, int, int, str, int]
    platform: str
    exact: bool
    free_threaded: bool = False

    @property
    def version(self) -> str:
        """Its feature version: ``3.13``."""
        return f"{self.version_info[0]}.{self.version_info[1]}"


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an interpreter says of itself."""

    implementation: str
    version_info: tuple[int, int, int, str, int]
    free_threaded: bool
    platform: str
    has_venv: bool


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found when a file was run; ``facts`` is ``None`` if it does not run."""

    modified_ns: int
    size: int
    facts: _Facts | None


def interpreter_for(
    version: str, *, environ: Mapping[str, str], cache: Cache, host: Host | None = None
) -> Interpreter:
    """Find a CPython of ``version``, else the nearest one, of two equally near the newer.

    The installation of the interpreter that runs pyz3 comes first, then those of pyenv, uv, conda, of the
    system and on ``PATH``.  One that does not run is passed over.  A build with the GIL is preferred:
    most build requirements have wheels for it.

    Args:
        version: Feature version, ``3.13``; a ``t`` at its end is of no meaning here.
        environ: Environment variables.
        cache: pyz3's cache: what an interpreter says of itself is asked once, until its file changes.
        host: This machine unless given.

    Raises:
        ConfigError: No CPython that pyz3 supports runs here.
    """
    wanted = PythonVersion.parse(version).minor
    probe = _Probe(Remembered(cache.interpreters, dict[str, _Answer]))
    try:
        found = tuple(_installations(environ, host))
        for minor in _by_nearness(wanted):
            interpreter = _of_version(minor, found, probe, exact=minor == wanted)
            if interpreter is not None:
                return interpreter
    finally:
        probe.save()
    raise ConfigError(
        f"no CPython runs here that could build a project for Python {version}",
        tip=f"uv python install {version}",
    )


def installed_interpreters(
    *, environ: Mapping[str, str], cache: Cache, host: Host | None = None
) -> tuple[Interpreter, ...]:
    """Give the CPythons that run here, the first that is found of each version, oldest first.

    Where they are looked for, and in which order, is said at :func:`interpreter_for`.

    Args:
        environ: Environment variables.
        cache: pyz3's cache: what an interpreter says of itself is asked once, until its file changes.
        host: This machine unless given.
    """
    probe = _Probe(Remembered(cache.interpreters, dict[str, _Answer]))
    found: dict[tuple[str, bool], Interpreter] = {}
    try:
        prefixes = tuple(_installations(environ, host))
        for minor in sorted({python.minor for python in SUPPORTED}):
            for one in _all_of_version(minor, prefixes, probe, exact=True):
                found.setdefault((one.version, one.free_threaded), one)
    finally:
        probe.save()
    return tuple(found.values())


def _by_nearness(wanted: int) -> list[int]:
    minors = {python.minor for python in SUPPORTED}
    return sorted(minors, key=lambda minor: (abs(minor - wanted), -minor))


def _installations(environ: Mapping[str, str], host: Host | None) -> Iterator[Path]:
    """Give prefixes, each once."""
    seen = set()
    for prefix in (Path(sys.base_prefix), *(path for _, path in find_installations(environ, host))):
        real = os.path.realpath(prefix)
        if real not in seen:
            seen.add(real)
            yield prefix


def _of_version(
    minor: int, installations: tuple[Path, ...], probe: _Probe, *, exact: bool
) -> Interpreter | None:
    free_threaded = None
    for interpreter in _all_of_version(minor, installations, probe, exact=exact):
        if not interpreter.free_threaded:
            return interpreter
        free_threaded = free_threaded or interpreter
    return free_threaded


def _all_of_version(
    minor: int, installations: tuple[Path, ...], probe: _Probe, *, exact: bool
) -> Iterator[Interpreter]:
    for prefix in installations:
        for file in _executables(prefix, minor):
            facts = probe.ask(file)
            if facts is None or facts.implementation != "cpython" or not facts.has_venv:
                continue
            if facts.version_info[:2] != (3, minor):
                continue
            yield Interpreter(
                executable=file,
                version_info=facts.version_info,
                platform=facts.platform,
                exact=exact,
                free_threaded=facts.free_threaded,
            )


def _executables(prefix: Path, minor: int) -> tuple[Path, ...]:
    """Give the files that may be the interpreter of ``prefix``."""
    if sys.platform == "win32":
        return tuple(path for path in (prefix / "python.exe",) if _is_program(path))
    names = (f"python3.{minor}", f"python3.{minor}t")
    return tuple(path for name in names if _is_program(path := prefix / "bin" / name))


def _is_program(path: Path) -> bool:
    """Tell a program from a manager's script, and from the empty stand-ins of the Microsoft Store."""
    try:
        with path.open("rb") as file:
            return file.read(2) not in {b"", b"#!"}
    except OSError:
        return False


class _Probe:
    """Asks interpreters of themselves, and remembers the answers."""

    def __init__(self, memory: Remembered[dict[str, _Answer]]) -> None:
        self._memory = memory
        self._changed = False
        self._answers = memory.recall() or {}

    def ask(self, file: Path) -> _Facts | None:
        real = os.path.realpath(file)
        try:
            status = os.stat(real)  # noqa: PTH116 - a string at hand
        except OSError:
            return None
        known = self._answers.get(str(file))
        if known is None or (known.modified_ns, known.size) != (status.st_mtime_ns, status.st_size):
            known = _Answer(modified_ns=status.st_mtime_ns, size=status.st_size, facts=_ask(file))
            self._answers[str(file)] = known
            self._changed = True
        return known.facts

    def save(self) -> None:
        if self._changed:
            self._memory.remember(self._answers)


def _ask(file: Path) -> _Facts | None:
    try:
        done = subprocess.run(
            [str(file), "-I", "-S", "-c", _QUESTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
        return from_json(done.stdout, _Facts)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None

"""Virtual environments that hold build requirements, one per (requirements, Python), kept in the cache."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pyz3.capi import find_uv
from pyz3.environments.locks import HASH_TIP
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.sources import offline_tip, remove_tree, run_command, tail
from pyz3.store import has_only_grown, is_noted, mark_used, note_growing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyz3.environments.interpreters import Interpreter
    from pyz3.environments.locks import LockedFile, Pin
    from pyz3.store import Cache

# Counts up when environments are made in another way.
_LAYOUT = 1
# All of it: Python may add to it what it compiles, and changes nothing.
_ALL = ("*",)

# uv has variables of its own; who has set only pip's means them for both.
_UV_NAMES = {
    "PIP_INDEX_URL": ("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    "PIP_EXTRA_INDEX_URL": ("UV_INDEX", "UV_EXTRA_INDEX_URL"),
    "PIP_FIND_LINKS": ("UV_FIND_LINKS",),
    "PIP_CONSTRAINT": ("UV_CONSTRAINT",),
    "PIP_CERT": ("SSL_CERT_FILE",),
}
_COMMAS = {"UV_FIND_LINKS"}
_CONSTRAINTS = ("PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_OVERRIDE")


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A virtual environment with build requirements.

    Attributes:
        root: Its folder.
        python: Its interpreter.
        site_packages: Where packages are installed.
        requires: The requirements, normalised and sorted.
        version: Its feature version: ``3.13``.
        key: Digest of what it was made from; part of its path.
        pins: What a lock file allows to be installed; empty: it was not made from one.
    """

    root: Path
    python: Path
    site_packages: Path
    requires: tuple[str, ...]
    version: str
    key: str
    pins: tuple[Pin, ...] = ()

    def hashes_of(self, name: str) -> tuple[str, ...]:
        """Give the hashes that a locked distribution's files may have (``sha256:…``); empty: not locked."""
        return pin.hashes if (pin := self._pin(name)) else ()

    def files_of(self, name: str) -> tuple[LockedFile, ...]:
        """Give the files of which one is what a locked distribution was installed from; empty: not locked."""
        return pin.files if (pin := self._pin(name)) else ()

    def _pin(self, name: str) -> Pin | None:
        return next((pin for pin in self.pins if pin.name == canonicalize_name(name)), None)


def build_environment(
    requires: Sequence[str],
    interpreter: Interpreter,
    *,
    cache: Cache,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
) -> Environment:
    """Give an environment that holds ``requires``; it is made once, with uv if there is one, else pip.

    Args:
        requires: Requirements (PEP 508); their order is of no meaning.
        interpreter: What it runs on.
        cache: pyz3's.
        environ: The user's environment variables; settings of pip and uv in it are obeyed.
        tell: Called with a sentence when an environment must be made.

    Raises:
        ConfigError: A requirement is not written as PEP 508 says.
        Pyz3Error: They cannot be installed; the message holds what the installer printed.
    """
    return _environment(normalise(requires), (), interpreter, cache=cache, environ=environ, tell=tell)


def locked_environment(
    pins: Sequence[Pin],
    interpreter: Interpreter,
    *,
    cache: Cache,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
) -> Environment:
    """Give an environment that holds what a lock file pins and nothing else, as :func:`build_environment`.

    Only wheels are installed: to build one, more would be installed that nobody has locked.

    Args:
        pins: What is installed, with its hashes.
        interpreter: What it runs on.
        cache: pyz3's.
        environ: The user's environment variables; settings of pip and uv in it are obeyed.
        tell: Called with a sentence when an environment must be made.

    Raises:
        Pyz3Error: Something cannot be installed, or has another hash.
    """
    names = tuple(pin.requirement for pin in pins)
    return _environment(names, tuple(pins), interpreter, cache=cache, environ=environ, tell=tell)


def _environment(
    names: tuple[str, ...],
    pins: tuple[Pin, ...],
    interpreter: Interpreter,
    *,
    cache: Cache,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
) -> Environment:
    constraints = [_file(environ, name) for name in _CONSTRAINTS]
    wanted = [pin.line for pin in pins] or names
    what = [_LAYOUT, wanted, interpreter.version, interpreter.platform, constraints]
    key = hashlib.sha256(msgspec.json.encode(what)).hexdigest()[:24]
    environment = _describe(cache.environment(key), names, pins, interpreter, key)
    if _is_ready(environment):
        mark_used(environment.root)
        return environment
    environment.root.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(environment.root.with_suffix(".lock")):
        if not _is_ready(environment):
            why = "again, as the cache's are damaged" if is_noted(environment.root) else "first time only"
            how = "build requirements" + (", as they are locked," if pins else "")
            tell(f"installing {how} for Python {interpreter.version}, {why}: {', '.join(names)}")
            # A folder without a note of what is in it is what an interrupted run left.
            remove_tree(environment.root)
            _make(environment, interpreter, environ)
            note_growing(environment.root, _ALL)
    return environment


def normalise(requires: Sequence[str]) -> tuple[str, ...]:
    """Give requirements in one spelling, sorted, each once.

    Raises:
        ConfigError: One is not written as PEP 508 says.
    """
    found = set()
    for text in requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            reason = str(error).partition("\n")[0]
            raise ConfigError(
                f"build-system.requires: {text!r} is no requirement ({reason})",
                tip="PEP 508 has the grammar",
            ) from error
        requirement.name = canonicalize_name(requirement.name)
        found.add(str(requirement))
    return tuple(sorted(found))


def _describe(
    root: Path, names: tuple[str, ...], pins: tuple[Pin, ...], interpreter: Interpreter, key: str
) -> Environment:
    python = venv_python(root)
    library = root / "Lib" if sys.platform == "win32" else root / "lib" / f"python{interpreter.version}"
    return Environment(
        root=root,
        python=python,
        site_packages=library / "site-packages",
        requires=names,
        version=interpreter.version,
        key=key,
        pins=pins,
    )


def venv_python(root: Path) -> Path:
    """Give the interpreter of a virtual environment."""
    return root / "Scripts" / "python.exe" if sys.platform == "win32" else root / "bin" / "python"


def constraint_files(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give the files, there or not, that decide which versions of requirements are installed."""
    paths = [path for name in _CONSTRAINTS for path in environ.get(name, "").split()]
    return tuple(str(Path(path).absolute()) for path in paths)


def _is_ready(environment: Environment) -> bool:
    # The interpreter is a link on POSIX: it leads nowhere when its installation is gone.
    return environment.python.exists() and has_only_grown(environment.root, _ALL)


def _make(environment: Environment, interpreter: Interpreter, environ: Mapping[str, str]) -> None:
    root = environment.root
    uv = find_uv(environ)
    # uv installs into an environment without pip, whose own installation takes seconds.
    bare = ("--without-pip",) if uv or not environment.requires else ()
    status, text = run_command(
        (interpreter.executable, "-I", "-m", "venv", *bare, root), cwd=root.parent, environ=environ
    )
    if status != 0:
        raise Pyz3Error(
            f"{interpreter.executable} cannot make a virtual environment:\n{tail(text)}",
            tip="pip install uv: it needs no ensurepip",
        )
    if not environment.requires:
        return
    command = _uv_install(uv, environment, environ) if uv else _pip_install(environment)
    environ = settings_for_uv(environ) if uv else environ
    status, text = run_command((*command, *_wanted(environment)), cwd=root, environ=environ)
    if status != 0:
        raise _not_installed(environment, "uv" if uv else "pip", text)


def _wanted(environment: Environment) -> tuple[str, ...]:
    """Give the arguments, the same for pip and uv, that say what is installed."""
    if not environment.pins:
        return ("--", *environment.requires)
    file = environment.root / "locked-requirements.txt"
    file.write_text("".join(f"{pin.line}\n" for pin in environment.pins), encoding="utf-8", newline="\n")
    return ("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(file))


def _pip_install(environment: Environment) -> tuple[str, ...]:
    return (str(environment.python), "-I", "-m", "pip", "install", "--no-user", "--no-warn-script-location")


def _uv_install(uv: tuple[str, ...], environment: Environment, environ: Mapping[str, str]) -> tuple[str, ...]:
    # Compiled at once: hooks run without leave to write there.
    command = (
        *uv,
        "pip",
        "install",
        "--python",
        str(environment.python),
        "--compile-bytecode",
        "--no-progress",
    )
    return (*command, *no_index(environ))


def no_index(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give uv's option that asks no index, if the user has told pip so: uv has no variable for it."""
    is_said = environ.get("PIP_NO_INDEX", "").lower() in {"1", "true", "yes", "on"}
    return ("--no-index",) if is_said else ()


def settings_for_uv(environ: Mapping[str, str]) -> dict[str, str]:
    """Say in uv's words what the user has told pip alone."""
    result = dict(environ)
    for name, (new, *old) in _UV_NAMES.items():
        value = environ.get(name)
        if value and not any(other in environ for other in (new, *old)):
            result[new] = ",".join(value.split()) if new in _COMMAS else value
    return result


# A hash and more of them: uv lists all that a file might have had, fifty for a package with as many wheels.
_HASHES = re.compile(r"^([ \t]*)(sha256:\w{64})\n(?:[ \t]*sha256:\w{64}\n)+", re.MULTILINE)


def _not_installed(environment: Environment, tool: str, output: str) -> Pyz3Error:
    said = tail(_HASHES.sub(r"\1\2\n\1…\n", output))
    if environment.pins and offline_tip(output) is None:
        return Pyz3Error(
            f"what is locked cannot be installed for Python {environment.version}; {tool} says:\n{said}",
            tip=HASH_TIP,
        )
    blamed = [text for text in environment.requires if Requirement(text).name in output.lower()]
    one = blamed[0] if len(blamed) == 1 else ", ".join(environment.requires)
    tip = offline_tip(output)
    if tip is None and tool == "uv":
        tip = "uv reads UV_DEFAULT_INDEX and uv.toml for the address of an index, and no pip.conf"
    return Pyz3Error(
        f"{one} cannot be installed for Python {environment.version}; {tool} says:\n{said}", tip=tip
    )


def _file(environ: Mapping[str, str], name: str) -> str:
    """Give a digest of a file of constraints: they choose versions, so they are part of the key."""
    paths = [Path(path) for path in environ.get(name, "").split()]
    return " ".join(
        hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else str(path) for path in paths
    )

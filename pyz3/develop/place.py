"""The environment that a project is installed into while it is worked on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from configparser import ConfigParser
from configparser import Error as NoConfiguration
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._records import from_json
from pyz3.errors import ConfigError
from pyz3.targets import SUPPORTED, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

# A hanging interpreter must not hang the command; a cold disk may take seconds.
_TIMEOUT_SECONDS = 30

_QUESTION = """
import importlib.util, json, os, sys, sysconfig
free_threaded = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": "%d.%d" % sys.version_info[:2] + free_threaded,
    "prefix": sys.prefix,
    "virtual": sys.prefix != sys.base_prefix,
    "folders": [sysconfig.get_path(name) for name in ("platlib", "purelib")],
    "include": sysconfig.get_path("include"),
    "marker": os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED"),
    "pip": importlib.util.find_spec("pip") is not None,
}))
"""


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an interpreter says of itself."""

    implementation: str
    version: str
    prefix: str
    virtual: bool
    folders: tuple[str, str]
    include: str
    marker: str
    pip: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """A Python environment of this machine.

    Attributes:
        python: Its interpreter.
        source: What named it, such as ``VIRTUAL_ENV`` or ``.venv``; empty: none, pyz3 runs in it.
        version: Of its Python.
        prefix: Its folder.
        site: Where packages are installed, for binaries and without.
        include: Folder of its C headers; None: it has none.
        has_pip: It has a pip of its own.
        managed: What says that a package manager of the system owns it (PEP 668); empty: none does.
    """

    python: Path
    source: str
    version: PythonVersion
    prefix: Path
    site: tuple[Path, ...]
    include: Path | None
    has_pip: bool
    managed: str

    def __str__(self) -> str:
        """Name it for users: ``.venv (Python 3.13)``."""
        return f"{_shown(self.prefix)} (Python {self.version})"

    @property
    def python_headers(self) -> tuple[Path, ...]:
        """Its own headers: they are those of its very version."""
        return () if self.include is None else (self.include,)

    def require_open(self) -> None:
        """Refuse an environment that belongs to a package manager of the system.

        Raises:
            ConfigError: It is externally managed (PEP 668).
        """
        if self.managed:
            raise ConfigError(
                f"{self.prefix}: this Python is externally managed: {self.managed}",
                tip="make an environment, which is then used by itself: python -m venv .venv",
            )


def find_place(root: Path, *, python: str | None, environ: Mapping[str, str]) -> Place:
    """Find the environment that is meant, as uv and maturin do.

    That of ``python``, of ``VIRTUAL_ENV``, of ``CONDA_PREFIX``, the folder ``.venv`` of the project, or the
    one that pyz3 runs in: the first that is named.

    Args:
        root: The project's folder.
        python: An interpreter, the folder of an environment, a program or a version (``3.12``) on PATH; None:
            none is named.
        environ: Environment variables.

    Raises:
        ConfigError: What is named is not there, does not run, or is no Python that pyz3 builds for.
    """
    source, named = _named(root, python, environ)
    program = Path(sys.executable) if named is None else _interpreter(named, source, environ)
    facts = _ask(program, source)
    try:
        version = PythonVersion.parse(facts.version)
    except ValueError:
        version = None
    if facts.implementation != "cpython" or version not in SUPPORTED:
        raise ConfigError(
            f"{_cause(source)}{program} is {facts.implementation} {facts.version}; "
            f"pyz3 builds for CPython {SUPPORTED[0]} to {SUPPORTED[-1].base}",
            tip="name another: --python PATH",
        )
    include = Path(facts.include)
    return Place(
        python=program,
        source=source,
        version=version,
        prefix=Path(facts.prefix),
        site=tuple(map(Path, facts.folders)),
        include=include if (include / "Python.h").exists() else None,
        has_pip=facts.pip,
        managed="" if facts.virtual else _managed(Path(facts.marker)),
    )


def _named(root: Path, python: str | None, environ: Mapping[str, str]) -> tuple[str, Path | None]:
    if python is not None:
        return "--python", Path(python)
    # Conda's base holds conda itself, and is active in many a shell without being meant.
    base = environ.get("CONDA_DEFAULT_ENV") in {"base", "root"}
    for variable in ("VIRTUAL_ENV",) if base else ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if environ.get(variable):
            return variable, Path(environ[variable])
    folder = root.absolute() / ".venv"
    return (".venv", folder) if folder.is_dir() else ("", None)


def _interpreter(named: Path, source: str, environ: Mapping[str, str]) -> Path:
    """Give the program that ``named`` stands for."""
    if named.is_dir():
        # Windows keeps it in Scripts, conda on Windows at the top.
        for name in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
            if (named / name).is_file():
                return (named / name).absolute()
        raise ConfigError(
            f"{_cause(source)}{named} holds no Python", tip="make an environment: python -m venv .venv"
        )
    if named.is_file():
        return named.absolute()  # a link is the environment's interpreter, what it leads to is not
    found = None
    if source == "--python" and named.parent == Path():
        names = (str(named), f"python{named}")  # python3.12, 3.12
        found = next((path for name in names if (path := shutil.which(name, path=environ.get("PATH")))), None)
    if found is None:
        tip = "name an interpreter, the folder of an environment, or a version that is on PATH"
        if source != "--python":
            tip = f"unset {source}, or name another: --python PATH"
        raise ConfigError(f"{_cause(source)}{named} is not there", tip=tip)
    return Path(found).absolute()


def _ask(program: Path, source: str) -> _Facts:
    try:
        done = subprocess.run(
            [str(program), "-I", "-c", _QUESTION],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        )
        return from_json(done.stdout, _Facts)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise ConfigError(
            f"{_cause(source)}{program} does not run as a Python: {_why(error)}",
            tip="name another: --python PATH",
        ) from None


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    printed = error.stderr if isinstance(error, subprocess.CalledProcessError) else b""
    return printed.decode("utf-8", "replace").strip().partition("\n")[0] or "it says nothing of itself"


def _cause(source: str) -> str:
    return f"{source}: " if source else ""


def _managed(marker: Path) -> str:
    """Give what a marker of PEP 668 says, its first line; empty: there is none."""
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(marker.read_text(encoding="utf-8"))
        text = parser["externally-managed"]["Error"]
    except OSError:
        return ""
    except (NoConfiguration, KeyError, UnicodeDecodeError):
        return "by the system"
    return text.strip().partition("\n")[0]


def _shown(folder: Path) -> str:
    """Give a folder as users think of it: relative where it is below the current one."""
    here = Path.cwd()
    return os.path.relpath(folder, here) if folder != here and folder.is_relative_to(here) else str(folder)

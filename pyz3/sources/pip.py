"""pip as a program: the one that is installed beside pyz3, or one that uv brings."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._processes import Processes
from pyz3.capi import find_uv
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Where installed files go is for pyz3 to say; all else that the user set for pip stays.
_DESTINATIONS = (
    *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON", "PIP_REQUIREMENT", "PIP_DRY_RUN"),
    *("PIP_REPORT", "PIP_DEST", "PIP_REQUIRE_VIRTUALENV", "PIP_ONLY_BINARY", "PIP_NO_BINARY", "PIP_PLATFORM"),
    *("PIP_QUIET", "PIP_VERBOSE", "UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "UV_NO_BINARY"),
)
# Of the interpreter that runs pyz3; another one must not see them.
_INTERPRETERS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "PYTHONEXECUTABLE")

# These name files, relative to where the user is.
_PATHS = (
    *("PIP_CONSTRAINT", "PIP_FIND_LINKS", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_CONFIG_FILE", "PIP_CACHE_DIR"),
    *(
        "UV_CONSTRAINT",
        "UV_OVERRIDE",
        "UV_BUILD_CONSTRAINT",
        "UV_FIND_LINKS",
        "UV_CONFIG_FILE",
        "UV_CACHE_DIR",
    ),
    *("SSL_CERT_FILE",),
)
_CONSTRAINTS = frozenset(("PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_OVERRIDE", "UV_BUILD_CONSTRAINT"))

_OFFLINE = (
    *("Temporary failure in name resolution", "Name or service not known", "dns error", "getaddrinfo failed"),
    *(
        "Network is unreachable",
        "Connection refused",
        "ConnectTimeoutError",
        "tcp connect error",
        "timed out",
    ),
    *("nodename nor servname provided", "Failed to establish a new connection", "ProxyError"),
)


def python_with_pip(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give the command that starts a Python which can import pip.

    Args:
        environ: Environment variables; uv is looked for when pyz3's own interpreter has no pip.

    Raises:
        ConfigError: There is neither pip nor uv.
    """
    if importlib.util.find_spec("pip") is not None:
        return (sys.executable,)
    uv = find_uv(environ)
    if uv is None:
        raise ConfigError(
            f"{sys.executable} has no pip, and there is no uv: one of them must fetch packages",
            tip="pip install uv, or python -m ensurepip",
        )
    return (*uv, "run", "--quiet", "--no-project", "--python", sys.executable, "--with", "pip", "python")


def run_command(command: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    """Run pip, uv or a Python; give its exit code and what it printed, both streams in order.

    Args:
        command: Program and arguments.
        cwd: A folder without configuration of a project (uv reads a ``pyproject.toml`` there).
        environ: The user's environment variables; settings of pip and uv are respected, except where
            files go.

    Raises:
        ConfigError: The program cannot be started.
    """
    left_out = {*_DESTINATIONS, *_INTERPRETERS}
    env = {name: value for name, value in environ.items() if name not in left_out}
    env = settle_paths(env, Path.cwd())
    env |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_NO_COLOR": "1", "NO_COLOR": "1"}
    env |= {"PYTHONIOENCODING": "utf-8"}
    cwd.mkdir(parents=True, exist_ok=True)
    try:
        return Processes.of_this_thread().run([os.fspath(word) for word in command], env=env, cwd=cwd)
    except OSError as error:
        raise ConfigError(f"{command[0]} cannot be run: {error.strerror or error}") from error


def settle_paths(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Make the settings of pip and uv absolute that name files, relative to a folder.

    Args:
        environ: Environment variables.
        folder: Where they were said: the user's, or a project's.
    """
    return {name: _settle(value, folder) if name in _PATHS else value for name, value in environ.items()}


def own_settings(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    """Give a project's own variables, with settings of pip and uv as this machine can obey them.

    Files are relative to the project.  Constraints are often those of its repository, and not in its sdist:
    without the file there is nothing to obey.

    Args:
        environ: The variables.
        root: The project.
    """
    found = settle_paths(environ, root)
    return {
        name: value
        for name, value in found.items()
        if name not in _CONSTRAINTS
        or all(Path(word).is_absolute() or "://" in word for word in value.split())
    }


def _settle(value: str, folder: Path) -> str:
    """Make the words of a variable absolute that name files."""
    return re.sub(
        r"[^\s,]+",
        lambda word: str(path) if (path := folder.absolute() / word[0]).exists() else word[0],
        value,
    )


def offline_tip(output: str) -> str | None:
    """Give a tip if ``output`` of pip or uv tells of a network that is not there."""
    if any(text in output for text in _OFFLINE):
        return "the package index is out of reach: check the network, a proxy, and the address of the index"
    return None


def tail(output: str, lines: int = 20) -> str:
    """Give the last lines of a program's output, empty ones left out."""
    return "\n".join([line.rstrip() for line in output.splitlines() if line.strip()][-lines:])

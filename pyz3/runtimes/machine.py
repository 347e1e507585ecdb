"""What this machine has to run interpreters of other platforms with."""

from __future__ import annotations

import os
import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._processes import Processes
from pyz3.runtimes.origins import origins
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OLDEST_NODE = 20


@dataclass(frozen=True, kw_only=True)
class Lack:
    """What this machine lacks.

    Attributes:
        reason: What an interpreter needs that is not here.
        tip: How that can be had.
    """

    reason: str
    tip: str


@dataclass(frozen=True, kw_only=True)
class Wine:
    """Wine's two programs."""

    loader: Path
    server: Path


def missing_here(name: str, folder: Path, environ: Mapping[str, str]) -> Lack | None:
    """Say why an interpreter cannot be had on this machine; None: it can.

    Args:
        name: One of :func:`~pyz3.runtimes.origins`.
        folder: That of :func:`~pyz3.runtimes.runtimes_dir`.
        environ: Environment variables; programs are looked for on PATH.
    """
    origin = origins()[name]
    if os.name != "posix":
        return Lack(reason="it is started by a POSIX shell", tip="use Linux or macOS; on Windows: WSL")
    if origin.registry == "npm":
        return _no_node(environ)
    if Platform.current() is not Platform.LINUX_X86_64:
        return Lack(
            reason="it runs on Linux x86_64", tip="test its wheels on such a machine, or in a container"
        )
    if origin.registry == "Debian":
        return _no_debian(environ) or _no_compiler(name, environ)
    if (folder / "opt" / "wine" / "run").exists() or wine_of(environ) or _no_debian(environ) is None:
        return None
    return Lack(
        reason="it needs wine and wineserver, not found on PATH",
        tip="install Wine (Ubuntu: apt-get install wine64)",
    )


def wine_of(environ: Mapping[str, str]) -> Wine | None:
    """Give this machine's Wine; None: there is none on PATH.

    Args:
        environ: Environment variables.
    """
    path = environ.get("PATH")
    loader = shutil.which("wine64", path=path) or shutil.which("wine", path=path)
    if loader is None:
        return None
    # Debian has the server beside its library, and Wine 10 calls it by one name for both sizes.
    beside = (Path(loader).resolve().parent, Path("/usr/lib/wine"))
    names = ("wineserver64", "wineserver")
    found = (str(folder / name) for folder in beside for name in names if os.access(folder / name, os.X_OK))
    server = shutil.which("wineserver", path=path) or next(found, None)
    return Wine(loader=Path(loader), server=Path(server)) if server else None


def _no_debian(environ: Mapping[str, str]) -> Lack | None:
    lacking = _not_on_path(("bash", "apt-get", "dpkg-deb", "tar", "flock"), environ)
    try:
        system = platform.freedesktop_os_release().get("ID", "")
    except OSError:
        system = ""
    if system == "debian" and not lacking:
        return None
    reason = "it is put together of Debian's packages, by Debian's tools"
    if system == "debian":
        return Lack(
            reason=f"{reason}; not found on PATH: {lacking}", tip="install what is missing by apt-get"
        )
    return Lack(reason=reason, tip="use Debian x86_64, or a container of it")


def _no_compiler(name: str, environ: Mapping[str, str]) -> Lack | None:
    """Tell of what compiles those that are no packages: free-threaded ones, and musl's."""
    if not name.endswith("t") and not name.startswith("musllinux"):
        return None
    lacking = _not_on_path(("gcc", "make", "xz", "dpkg-source"), environ)
    tip = "apt-get install gcc libc6-dev make xz-utils dpkg-dev"
    return (
        Lack(reason=f"it is compiled, and needs {lacking}, not found on PATH", tip=tip) if lacking else None
    )


def _not_on_path(programs: Sequence[str], environ: Mapping[str, str]) -> str:
    """Give those that are not there as text: ``node and npm``."""
    return " and ".join(one for one in programs if shutil.which(one, path=environ.get("PATH")) is None)


def _no_node(environ: Mapping[str, str]) -> Lack | None:
    tip = f"install node {_OLDEST_NODE} or newer, with npm: nodejs.org, or your system's packages"
    node = shutil.which("node", path=environ.get("PATH"))
    if node is None or _not_on_path(("npm",), environ):
        lacking = _not_on_path(("node", "npm"), environ)
        return Lack(reason=f"it needs {lacking}, not found on PATH", tip=tip)
    _, said = Processes.of_this_thread().run((node, "--version"), env=environ, cwd=Path.cwd())
    version = re.match(r"v(\d+)\.", said)
    if version and int(version[1]) >= _OLDEST_NODE:
        return None
    return Lack(
        reason=f"it needs node {_OLDEST_NODE}, and {node} is {said.strip() or 'of no version'}", tip=tip
    )

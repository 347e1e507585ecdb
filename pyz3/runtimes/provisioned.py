"""Interpreters of other platforms: executables called ``python-win_amd64-3.13`` in one folder.

``pyz3 runtimes add`` and scripts/runtimes.sh put them there; whoever has others can do so, too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.capi.emscripten import emscripten_abis
from pyz3.runtimes.origins import origins
from pyz3.runtimes.runtime import Runtime
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "python-"
# How the Pyodide is called whose version the table of origins says.
_USUAL = "pyodide"


def runtimes_dir(environ: Mapping[str, str]) -> Path:
    """Give the folder that scripts/runtimes.sh makes; the script has the same rule.

    Args:
        environ: Environment variables.
    """
    if environ.get("PYZ3_RUNTIMES"):
        return Path(environ["PYZ3_RUNTIMES"])
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pyz3-runtimes"


def command_of(name: str, folder: Path) -> Path:
    """Give where the executable of a name is, or would be.

    Args:
        name: ``win_amd64-3.13``.
        folder: That of :func:`runtimes_dir`.
    """
    return folder / "bin" / f"{_PREFIX}{name}"


def provisioned_runtime(name: str, folder: Path) -> Runtime | None:
    """Give the interpreter that a name stands for, whether it is there or not; None: for none that is known.

    Args:
        name: ``linux_aarch64-3.13``, ``pyodide``, ``pyodide-0.29.4``.
        folder: That of :func:`runtimes_dir`.
    """
    system, _, version = name.partition("-")
    platform = next((one for one in Platform if system and one.spec.runtime == system), None)
    if platform is None:
        return None
    try:
        python = PythonVersion.parse(_python(platform, version))
    except ValueError:
        return None
    return Runtime(
        name=name,
        platform=platform,
        python=python,
        command=command_of(name, folder),
        runs_by=platform.spec.runs_by,
    )


def provisioned_runtimes(folder: Path) -> tuple[tuple[Runtime, ...], tuple[str, ...]]:
    """Give the interpreters that are in a folder, and the names there that stand for none.

    Args:
        folder: That of :func:`runtimes_dir`; it need not exist.  Those in it are in the order of platforms.
    """
    found, strangers = [], []
    for path in sorted((folder / "bin").glob(f"{_PREFIX}*")) if os.name == "posix" else ():
        name = path.name.removeprefix(_PREFIX)
        runtime = provisioned_runtime(name, folder)
        if runtime is None:
            strangers.append(name)
        elif os.access(path, os.X_OK):
            found.append(runtime)
    order = [*Platform]
    return tuple(sorted(found, key=lambda one: (order.index(one.platform), one.python))), tuple(strangers)


def remedy(target: Target) -> str:
    """Give how an interpreter for a target can be had here; empty: not at all.

    Args:
        target: What is to be run.
    """
    platform, python = target.platform, target.python
    if platform is Platform.current():
        return f"uv python install {python}"
    name = next((one for one in origins() if _serves(one, target)), f"{platform.spec.runtime}-{python}")
    everywhere = name in origins() and origins()[name].registry == "npm"
    if everywhere and Platform.current().family != "windows":
        return f"pyz3 runtimes add {name}"
    if not platform.spec.runtime or Platform.current() is not Platform.LINUX_X86_64:
        return ""
    return f"pyz3 runtimes add {name}" if name in origins() else f"scripts/runtimes.sh {name}"


def _serves(name: str, target: Target) -> bool:
    runtime = provisioned_runtime(name, Path())
    return runtime is not None and (runtime.platform, runtime.python) == (target.platform, target.python)


def _python(platform: Platform, version: str) -> str:
    """Give the version of Python; a runtime whose platform depends on it is called by its own version."""
    if not platform.abi_of(PythonVersion.current()):
        return version
    releases = {abi.pyodide: abi.python for abi in emscripten_abis().values()}
    return releases.get(version or origins()[_USUAL].version, "")

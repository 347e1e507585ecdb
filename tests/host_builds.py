"""Wheels that this machine's own compiler and setuptools make: what pyz3's are compared with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runtimes import Runtime

_BUILD = """\
import sys
from setuptools import build_meta
sys.path.insert(0, "")
build_meta.build_wheel(sys.argv[1])
"""
_TIMEOUT_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class HostBuild:
    """What came of a build.

    Attributes:
        wheel: The wheel; None: there is none.
        log: What was printed.
    """

    wheel: Path | None
    log: str


def host_environment(runtime: Runtime, requirements: Sequence[str], root: Path) -> Path:
    """Make an environment with these requirements, once; give its Python."""
    python = root / "bin" / "python"
    done = root / "complete"
    if not done.is_file():
        subprocess.run([runtime.command, "-m", "venv", "--without-pip", "--clear", root], check=True)
        command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", *requirements]
        subprocess.run(command, check=True, env=_plain())
        done.touch()
    return python


def build_in(python: Path, project: Path, folder: Path) -> HostBuild:
    """Build a project's wheel with the setuptools of an environment, in the project's own folder."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(python), "-c", _BUILD, str(folder)]
    return _built(command, cwd=project, wheels=folder, variables=_plain())


def build_with_pip(
    runtime: Runtime,
    project: Path,
    folder: Path,
    *,
    environment: Mapping[str, str],
    constraints: Sequence[str] = (),
) -> HostBuild:
    """Build a wheel as pip does, from a copy of the project, with all that it requires.

    Args:
        runtime: The interpreter whose pip does it.
        project: The project's folder.
        folder: Where the copy and the wheel go.
        environment: Variables.
        constraints: Versions of build requirements.
    """
    wheels = folder / "dist"
    wheels.mkdir(parents=True)
    source = folder / project.name
    shutil.copytree(project, source, symlinks=True)
    variables = {**_plain(), **environment}
    if constraints:
        (folder / "constraints.txt").write_text("\n".join(constraints) + "\n", encoding="utf-8")
        variables["PIP_CONSTRAINT"] = str(folder / "constraints.txt")
    command = [runtime.command, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--wheel-dir", wheels, source]
    return _built([*map(str, command)], cwd=folder, wheels=wheels, variables=variables)


def _built(command: list[str], *, cwd: Path, wheels: Path, variables: Mapping[str, str]) -> HostBuild:
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        cwd=cwd,
        encoding="utf-8",
        errors="replace",
        env=dict(variables),
        timeout=_TIMEOUT_SECONDS,
    )
    found = sorted(wheels.glob("*.whl"))
    return HostBuild(wheel=found[0] if found and done.returncode == 0 else None, log=done.stdout)


def _plain() -> dict[str, str]:
    """This process's variables without those that steer Python, pip or a compiler."""
    steering = (
        "PYTHON",
        "PIP_",
        "UV_",
        "VIRTUAL_ENV",
        "CC",
        "CXX",
        "CFLAGS",
        "CPPFLAGS",
        "LDFLAGS",
        "ARCHFLAGS",
    )
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}

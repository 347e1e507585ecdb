"""Wheels that this machine's own compiler and setuptools make: what pyz3's are compared with."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    done = subprocess.run(
        [python, "-c", _BUILD, folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        cwd=project,
        encoding="utf-8",
        errors="replace",
        env=_plain(),
        timeout=_TIMEOUT_SECONDS,
    )
    wheels = sorted(folder.glob("*.whl"))
    return HostBuild(wheel=wheels[0] if wheels and done.returncode == 0 else None, log=done.stdout)


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

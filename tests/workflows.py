"""What tests of workflows share: a project that has one, and its steps run as a service runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import factory

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
_PYPROJECT = """
[tool.pyz3]
platforms = [%s]
build = "cp313-*"
test-command = "python {project}/check.py"
test-requires = ["iniconfig"]
"""
_CHECK = """
import iniconfig, probe, sys
assert probe.answer() == 42
print("the wheel of", probe.__spec__.origin, "answers on", sys.platform)
"""


def write_project(root: Path, platforms: Sequence[str]) -> Path:
    """Make a project whose wheels are tested by what they print."""
    listed = ", ".join(f'"{name}"' for name in platforms)
    files = {"probe.c": factory.ANSWER % {"name": "probe"}, "check.py": _CHECK}
    return factory.write_project(root, _PYPROJECT % listed + factory.extension("probe", "probe.c"), files)


def put_pyz3(checkout: Path, tmp_path: Path) -> None:
    """Do what a workflow's user is told to do first: put a wheel of pyz3 into the repository."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(checkout / "wheels")]
    subprocess.run([*command, str(ROOT)], check=True, cwd=tmp_path)


def run_bash(script: str, *, cwd: Path, **environ: str) -> str:
    """Run a script as services do: it ends at the first mistake; give what it says."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = factory.run(command, cwd=cwd, env={**factory.environment(cwd), **environ})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

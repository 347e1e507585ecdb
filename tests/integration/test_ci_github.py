"""The workflow of ``pyz3 ci github``: what looks for mistakes in workflows finds none, and its steps work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import factory
import pytest
import runtimes
import yaml

ROOT = Path(__file__).parents[2]
PYPROJECT = """
[tool.pyz3]
platforms = ["linux-x86_64"]
build = "cp313-*"
test-command = "python {project}/check.py"
test-requires = ["iniconfig"]
"""
CHECK = """
import iniconfig, probe
assert probe.answer() == 42
print("the wheel of", probe.__spec__.origin, "answers")
"""
STEPS = ("Install pyz3", "Build the source distribution", "Build all wheels", "Install the wheels, and test")


def expand(text: str, workspace: Path, matrix: dict[str, str]) -> str:
    """Put in what GitHub would."""
    known = {"github.workspace": str(workspace), **{f"matrix.{key}": value for key, value in matrix.items()}}
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda match: known[match[1]], text)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository whose workflow has been written."""
    project = factory.write_project(
        tmp_path / "probe",
        PYPROJECT + factory.extension("probe", "probe.c"),
        {"probe.c": factory.ANSWER % {"name": "probe"}, "check.py": CHECK},
    )
    (project / ".git").mkdir()
    done = factory.pyz3("ci", "github", project, cache=tmp_path / "none")
    assert done.returncode == 0, done.stderr
    return project


def workflow(checkout: Path) -> dict[str, Any]:
    found = yaml.safe_load((checkout / ".github/workflows/build-wheels.yml").read_text())
    assert isinstance(found, dict)
    return found


def test_zizmor_finds_nothing(checkout: Path) -> None:
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [zizmor, "--offline", "--persona=pedantic", "--no-progress", checkout / ".github/workflows"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the job that builds runs on Linux")
def test_its_steps_work_as_they_stand(checkout: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    python = runtimes.require("host-3.13").command
    jobs = workflow(checkout)["jobs"]
    # What the workflow's user is told to do first.
    wheels = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", checkout / "wheels", ROOT]
    subprocess.run(wheels, check=True, cwd=tmp_path)
    machine = tmp_path / "machine"
    subprocess.run([sys.executable, "-m", "venv", machine], check=True)
    for name in ("temp", "tools"):
        (tmp_path / name).mkdir()
    environ = {
        **factory.environment(pyz3_cache),
        "PATH": os.pathsep.join((str(machine / "bin"), str(python.parent), os.environ["PATH"])),
        "GITHUB_WORKSPACE": str(checkout),
        "RUNNER_TEMP": str(tmp_path / "temp"),
    }
    said = ""
    for job, run in (("build", STEPS[:3]), ("test", STEPS[3:])):
        (matrix,) = jobs[job].get("strategy", {"matrix": {"include": [{}]}})["matrix"]["include"]
        steps = {step.get("name"): step for step in jobs[job]["steps"]}
        for name in run:
            step = steps[name]
            own = {**jobs[job].get("env", {}), **step.get("env", {})}
            told = {key: expand(value, checkout, matrix) for key, value in own.items()}
            done = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=checkout,
                env={**environ, **told, "PYZ3_CACHE_DIR": str(pyz3_cache)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            said = done.stdout
    assert sorted(path.suffix for path in (checkout / "dist").iterdir()) == [".gz", ".whl"]
    assert re.search(
        r"::group::Python 3\.13\n(?s:.)*the wheel of \S+/temp/env/\S+ answers\n::endgroup::", said
    )

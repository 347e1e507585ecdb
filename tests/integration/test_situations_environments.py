"""Situations of wheels that need other build environments than the rest of their project."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import factory
import pytest
import situations
from venvs import files
from wheels import put_wheel

from pyz3.targets import Platform

if TYPE_CHECKING:
    from pathlib import Path


def test_each_wheel_gets_the_headers_of_its_own_environment(pyz3_cache: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    here = "win_amd64" if sys.platform == "win32" else f"linux_{Platform.current().spec.arch}"
    for platform in (here, "manylinux2014_aarch64"):
        files = {"probe_headers/__init__.py": "", "probe_headers/whose.h": f'#define WHOSE "{platform}"\n'}
        put_wheel(index, "probe_headers", files, f"cp313-cp313-{platform}")
    # One after the other, and the one that needs more comes first.
    built = situations.build(
        situations.PROJECTS / "group_environments",
        *("-j", "1"),
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-aarch64", "windows-x64"),
        changes={"PIP_FIND_LINKS": str(index), "UV_FIND_LINKS": str(index)},
    )
    assert built.done.returncode == 0, built.done.stderr
    code = "import groups; print(groups.whose())"
    assert built.prints(code, ("linux_aarch64-3.13", "win_amd64-3.13")) == {
        "linux_aarch64-3.13": "manylinux2014_aarch64",
        "win_amd64-3.13": "nobody",
    }


SETUP = """
from setuptools import Extension, setup
setup(name="probe", version="1", ext_modules=[Extension("probe", ["probe.c"])])
"""


@pytest.mark.parametrize("own", [True, False], ids=["pyz3", "setuptools"])
def test_flags_of_this_machine_are_not_used_and_told(own: bool, pyz3_cache: Path, tmp_path: Path) -> None:
    source = "#ifdef HERE\n#error a flag of this machine\n#endif\n" + factory.ANSWER % {"name": "probe"}
    config = '[project]\nname = "probe"\nversion = "1"\n' + factory.extension("probe", "probe.c")
    script = "pyproject.toml" if own else "setup.py"
    project = files(tmp_path / "probe", {"probe.c": source, script: config if own else SETUP})
    here = {"CFLAGS": "-DHERE", "LDFLAGS": "-lnowhere", "CC": ""}
    done = factory.pyz3("wheel", project, "-o", tmp_path / "dist", cache=pyz3_cache, **here)
    assert done.returncode == 0, done.stderr
    (note,) = (line for line in done.stdout.splitlines() if line.startswith("note: "))
    told = "about this machine's compiler, so not used; flags for wheels belong in pyproject.toml"
    assert note == f"note: CFLAGS, LDFLAGS: {told}"

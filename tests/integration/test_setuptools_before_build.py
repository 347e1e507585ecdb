"""A C library that is no part of a setuptools project: built by the user's own command, for each platform."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.runtime

PYTHON = PythonVersion.parse("3.13")
PLATFORMS = ("linux-x86_64", "linux-aarch64", "windows-x64")

PROJECT = {
    "setup.py": """\
from setuptools import Extension, setup
setup(name="probe", version="1", ext_modules=[Extension("probe", ["probe.c"], libraries=["deep"])])
""",
    "probe.c": factory.ANSWER.replace("PyLong_FromLong(ANSWER)", "PyLong_FromLong(deep_thought())").replace(
        "#include <Python.h>", "#include <Python.h>\n#include <deep.h>"
    )
    % {"name": "probe"},
}
BESIDE = {
    "help.toml": 'before-build = "python {config}/build.py {prefix}"\n',
    "build.py": """\
import os, shutil, subprocess, sys
from pathlib import Path

beside, prefix = Path(__file__).parent, Path(os.environ["PYZ3_PREFIX"])
assert str(prefix) == sys.argv[1] and Path.cwd() != beside
define = f'-DPLATFORM="{os.environ["PYZ3_PLATFORM"]}"'
subprocess.run([os.environ["CC"], define, "-c", beside / "deep.c", "-o", "deep.o"], check=True)
subprocess.run([os.environ["AR"], "rcs", prefix / "lib/libdeep.a", "deep.o"], check=True)
shutil.copy(beside / "deep.h", prefix / "include")
""",
    "deep.h": "int deep_thought(void);\n",
    "deep.c": """\
#include "deep.h"
#include <string.h>
int deep_thought(void) { return strchr(PLATFORM, '-') ? 42 : 40; }
""",
}


def test_a_library_is_built_beside_a_project(pyz3_cache: Path, tmp_path: Path) -> None:
    beside, project = tmp_path / "with space", tmp_path / "project"
    for folder, files in ((project, PROJECT), (beside, BESIDE)):
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")

    def build() -> str:
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        chosen = [word for name in PLATFORMS for word in ("--platform", name)]
        arguments = ("--config", str(beside / "help.toml"), *chosen, "--python", str(PYTHON))
        done = factory.pyz3("wheel", project, *arguments, "-o", tmp_path / "out", cache=pyz3_cache)
        assert done.returncode == 0, done.stderr
        said = set()
        for runtime in runtimes.all_known():
            if str(runtime.platform) in PLATFORMS and runtime.python == PYTHON:
                platform = Platform(runtime.platform)
                tag = platform.wheel_platform_for(platform.floor(PYTHON))
                (wheel,) = (tmp_path / "out").glob(f"*-{tag}.whl")
                code = "import probe; print(probe.answer())"
                known = runtimes.require(runtime.name)
                said.add(runtimes.run_python(known, code, wheels=[wheel], tmp_path=tmp_path))
        (answer,) = said
        return answer

    assert build() == "42\n"
    # A command that has changed is run again, though the project has not.
    script = (beside / "build.py").read_text(encoding="utf-8")
    (beside / "build.py").write_text(
        script.replace('os.environ["PYZ3_PLATFORM"]', '"none"'), encoding="utf-8"
    )
    assert build() == "40\n"
    assert factory.listing(project) == sorted(PROJECT)

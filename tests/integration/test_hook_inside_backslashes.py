"""File names with backslashes, on a host that knows no such separator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyz3.guests.hook.backslashes import with_slashes

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there they are names")

PROGRAM = """\
import glob, os, pathlib, shutil
from pyz3.guests.hook import backslashes
backslashes.install()
from setuptools import Extension
print(open("deps\\\\inc\\\\a.h").read())
shutil.copy("deps\\\\inc\\\\a.h", "deps\\\\b.h")
print(os.path.isfile("deps\\\\b.h"), os.path.isdir("deps\\\\inc"), os.path.exists("deps\\\\none"))
print(pathlib.Path("deps\\\\b.h").read_text())
print(glob.glob("deps\\\\*.h"), glob.glob("deps\\\\**\\\\a.h", recursive=True))
os.makedirs("deps\\\\new")
os.rename("deps\\\\b.h", "deps\\\\new\\\\c.h")
print(sorted(os.listdir("deps")), os.listdir("deps\\\\new"), os.listdir("."))
made = Extension("x", ["deps\\\\inc\\\\a.h", "deps\\\\later.c"], include_dirs=["deps\\\\inc", "a\\\\b"])
print(made.sources, made.include_dirs)
args = ["deps\\\\inc\\\\a.h", "/DEF:deps\\\\inc\\\\a.h", "/DEF:none\\\\b.h", "-DX=deps\\\\inc", "\\\\x"]
print(Extension("x", [], extra_link_args=args).extra_link_args)
shutil.rmtree("deps")
try:
    open("none\\\\x.h")
except OSError as error:
    print(error)
"""


def test_a_name_is_another_only_if_it_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.h").touch()
    (tmp_path / "a\\y.h").touch()
    assert with_slashes(f"{tmp_path}\\a\\x.h") == f"{tmp_path}/a/x.h"
    assert with_slashes(tmp_path / "a\\x.h") == f"{tmp_path}/a/x.h"
    assert with_slashes(f"{tmp_path}/a\\y.h") == f"{tmp_path}/a\\y.h"
    assert with_slashes(f"{tmp_path}/a\\new.h") == f"{tmp_path}/a/new.h"
    for other in (f"{tmp_path}/b\\new.h", f"{tmp_path}/a/x.h", b"a\\b", 3, None):
        assert with_slashes(other) == other


def test_functions_of_python_find_it(tmp_path: Path) -> None:
    (tmp_path / "deps/inc").mkdir(parents=True)
    (tmp_path / "deps/inc/a.h").write_text("A")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "A",
        "True True False",
        "A",
        "['deps/b.h'] ['deps/inc/a.h']",
        "['inc', 'new'] ['c.h'] ['deps']",
        "['deps/inc/a.h', 'deps/later.c'] ['deps/inc', 'a\\\\b']",
        r"['deps/inc/a.h', '/DEF:deps/inc/a.h', '/DEF:none\\b.h', '-DX=deps\\inc', '\\x']",
        "[Errno 2] No such file or directory: 'none\\\\x.h'",
    ]

"""What is noticed of a build backend's reading, by Pythons of all ages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pyz3.environments import interpreter_for
from pyz3.errors import ConfigError
from pyz3.guests import READS
from pyz3.store import Cache

if TYPE_CHECKING:
    from pathlib import Path

START = """
import importlib.util, json, os, sys
os.chdir("project")
spec = importlib.util.spec_from_file_location("_reads", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
variables = module.Variables()
variables.is_known = "ours".__eq__
variables.watch()
reads = module.Reads(os.getcwd(), [os.path.abspath("../scratch")], variables=variables)
reads.watch()
import shutil
from pathlib import Path
"""
END = """
print(json.dumps([reads.files(), reads.copies(), reads.why_unknown()]))
"""


@pytest.fixture(params=["3.9", "3.11", "3.13"])
def python(request: pytest.FixtureRequest, pyz3_cache: Path) -> str:
    try:
        found = interpreter_for(request.param, environ=os.environ, cache=Cache(pyz3_cache))
    except ConfigError as error:
        pytest.skip(str(error))
    if not found.exact:
        pytest.skip(f"no Python {request.param} here")
    return str(found.executable)


@pytest.fixture
def notice(python: str, tmp_path: Path) -> Any:
    for name in ("x.c", "y.h", "sub/z.c"):
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "scratch").mkdir()

    def notice(code: str) -> Any:
        done = subprocess.run(
            [python, "-I", "-c", START + code + END, str(READS)],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        return json.loads(done.stdout)

    return notice


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("open('x.c').read()", ["x.c"]),
        ("os.close(os.open(b'sub/z.c', os.O_RDONLY))", ["sub/z.c"]),
        ("Path('sub/../y.h').read_bytes()", ["y.h"]),
        ("open('new', 'w').close()", ["new"]),
        ("os.stat('x.c').st_mtime", ["x.c"]),
        ("os.path.getmtime('x.c')", ["x.c"]),
        ("Path('x.c').stat().st_size", ["x.c"]),
        ("[entry.stat() for entry in os.scandir('sub')]", ["sub"]),
        ("os.rename('x.c', 'w.c')", ["w.c", "x.c"]),
        ("shutil.rmtree('sub')", ["sub"]),
        ("shutil.copyfile('x.c', 'sub/x.c')", ["sub/x.c", "x.c"]),
        # Only whether it is there, and what else is.
        ("os.path.exists('x.c'), os.path.isfile('y.h'), Path('x.c').exists(), Path('x.c').is_file()", []),
        ("os.listdir('.'), list(os.walk('.')), list(Path().glob('**/*')), os.path.getmtime('.')", []),
        ("open('../scratch/other', 'w').close(), open(os.__file__).close()", []),
        ("shutil.rmtree('../scratch')", []),
    ],
)
def test_files(notice: Any, code: str, files: list[str]) -> None:
    assert notice(code) == [files, {}, ""]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_what_it_leads_to(notice: Any) -> None:
    assert notice("os.symlink('x.c', 'link'); reads._paths.clear(); open('link').close()") == [
        ["link", "x.c"],
        {},
        "",
    ]


def test_copies(notice: Any, tmp_path: Path) -> None:
    copy = str((tmp_path / "scratch" / "x.c").resolve())
    assert notice("shutil.copy2('x.c', '../scratch/x.c')") == [[], {"x.c": [copy]}, ""]
    assert notice("shutil.copy2('x.c', '../scratch/x.c'); os.remove('../scratch/x.c')") == [
        ["x.c"],
        {"x.c": []},
        "",
    ]
    # A copy of a copy is one; who opens it has read the file.
    code = "shutil.copyfile('x.c', '../scratch/x.c'); shutil.copyfile('../scratch/x.c', '../scratch/y')"
    assert notice(code)[0] == []
    assert notice(f"{code}; open('../scratch/y').read()")[0] == ["x.c"]


@pytest.mark.parametrize(
    ("code", "outside", "asked"),
    [
        ("open('../outer/x').read()", ["x"], []),
        ("os.stat('../outer/x').st_mtime", ["x"], []),
        ("os.path.exists('../outer/x'), Path('../outer/none').is_file()", [], ["none", "x"]),
        ("os.path.isdir('../outer/deep')", [], ["deep"]),
        ("os.path.realpath('../outer/x')", [], []),
        ("os.listdir('../outer')", [""], []),
        ("list(os.walk('../outer')), __import__('glob').glob('../outer/*/*')", ["", "deep"], []),
        ("list(Path('../outer').rglob('*.c'))", ["", "deep"], []),
        ("subprocess.run(['cat', '../outer/x', '-v'])", ["x"], []),
        ("subprocess.run('exit', shell=True, cwd='../outer')", ["exit"], []),
        ("os.system('cat ../outer/x')", ["x"], []),
        ("os.access('../outer/y', os.R_OK)", [], ["y"]),
        ("subprocess.run(['cat', 'x'], cwd='../outer')", ["cat", "x"], []),
        ("sys.path.append('../outer'); import code_there", ["", "code_there.py"], []),
        ("open(os.__file__).close(), os.listdir(os.path.dirname(os.__file__))", [], []),
    ],
)
def test_outside(notice: Any, tmp_path: Path, code: str, outside: list[str], asked: list[str]) -> None:
    outer = tmp_path / "outer"
    (outer / "deep").mkdir(parents=True)
    for name in ("x", "code_there.py"):
        (outer / name).write_text("")
    found = notice(
        f"import subprocess\n{code}\n"
        "start = os.path.realpath('../outer')\n"
        "reads.files = lambda: [p[len(start) + 1:] for p in reads.outside() if p.startswith(start)]\n"
        "reads.copies = lambda: [p[len(start) + 1:] for p in reads.asked() if p.startswith(start)]\n"
    )
    assert [name for name in found[0] if "__pycache__" not in name] == outside
    assert found[1] == asked


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import subprocess; subprocess.run([sys.executable, '-c', ''])", "a process was started"),
        ("os.system('exit')", "a process was started"),
        ("import ctypes; ctypes.CDLL(__import__('_ctypes').__file__)", "a library was called"),
        ("import types; sys.modules['other'] = types.SimpleNamespace(__file__='/x/other.so')", "(other)"),
    ],
)
def test_what_cannot_be_noticed(notice: Any, code: str, why: str) -> None:
    assert why in notice(code)[2]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "os.environ.get('A'), os.getenv('B'), 'C' in os.environ, os.environ.setdefault('D', '1')",
            "A B C D",
        ),
        (
            "os.getenvb(b'E'), os.path.expandvars('$F'), os.environ.pop('G', ''), shutil.which('x')",
            "E F G PATH",
        ),
        ("os.environ['H'] = '1'; del os.environ['H']", ""),
        ("len(os.environ), os.path.exists('x.c'), print, sys.version", ""),
        # Whoever starts a process without a folder looks for it by PATH; it has what it asks for.
        ("run(['git', 'no such command'])", "EMAIL GIT_* HOME PATH USER XDG_CONFIG_HOME"),
        ("run(['ours'])", "PATH"),
    ],
)
def test_variables(notice: Any, code: str, names: str) -> None:
    assert _asked(notice, code) == [names.split(), ""]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("dict(os.environ)", "all were taken (__main__)"),
        ("os.environ.copy()", "all were taken (__main__)"),
        ("str(os.environ), print", "all were taken (__main__)"),
        ("{**os.environ}", "all were taken (__main__)"),
        ("[*os.environ.items()]", "all were taken (__main__)"),
        ("run(['make', '--version'])", "a process was started (make)"),
        ("run(['none'], close_fds=False)", "a process was started (none)"),
        ("os.system('exit')", "a process was started (os.system)"),
        ("open('/proc/self/environ').close()", "all were read (/proc/self/environ)"),
        ("import ctypes; ctypes.CDLL(__import__('_ctypes').__file__)", "a library was called"),
    ],
)
def test_who_may_have_asked_for_each_variable(notice: Any, code: str, why: str) -> None:
    if "/proc" in code and not os.path.exists("/proc/self/environ"):  # noqa: PTH110 - of the system
        pytest.skip("no such folder here")
    assert why in _asked(notice, code)[1]


def _asked(notice: Any, code: str) -> list[Any]:
    """Give which variables were asked for by some code, and why each may have been."""
    start = (
        "import subprocess\n"
        "def run(*args, **options):\n"
        "    try: subprocess.run(*args, **options, capture_output=True)\n"
        "    except OSError: pass\n"
        "variables._names.clear(); variables.everything = ''\n"
    )
    end = (
        "told = reads.told()\n"
        "reads.files, reads.copies = (lambda: told['variables']), (lambda: told['every_variable'])\n"
    )
    found: list[Any] = notice(f"{start}{code}\n{end}")
    return found[:2]

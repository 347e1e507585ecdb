"""The inside of a hook: projects whose C is made by Cython, pybind11's helpers, cffi and mypyc."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hooking import LINUX, MACOS, SETUP, WINDOWS, Hooks, hooks_of

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the commands of these tests are scripts for sh"
)

NEW = ("3.13", ("setuptools>=82", "cython>=3.1,<3.2"))
OLD = ("3.9", ("setuptools==59.8.0", "wheel<0.46", "cython<3"))

PYX = "from demo.other cimport twice\ndef f(int x):\n    return twice(x)\n"
PXD = "cdef inline int twice(int x):\n    return 2 * x\n"
CYTHONIZE = SETUP + (
    "from Cython.Build import cythonize\n"
    "setup(name='demo', version='1', packages=['demo'], ext_modules=cythonize(\n"
    "    [Extension('demo.x', ['demo/x.pyx'])], compiler_directives={'language_level': 3}))\n"
)
BUILD_EXT = SETUP + (
    "setup(name='demo', version='1', packages=['demo'], ext_modules=[Extension('demo.x', ['demo/x.pyx'])])\n"
)
FILES = {"demo/__init__.py": "", "demo/x.pyx": PYX, "demo/other.pxd": PXD}


@pytest.fixture(params=[NEW, OLD], ids=["new", "old"])
def hooks(request: pytest.FixtureRequest, pyz3_cache: Path, tmp_path: Path) -> Hooks:
    version, requires = request.param
    return hooks_of(version, requires, cache=pyz3_cache, root=tmp_path)


def made(hooks: Hooks) -> list[Path]:
    """What Cython made."""
    return sorted((hooks.root / "cython").glob("*.json"))


@pytest.mark.parametrize("setup", [CYTHONIZE, BUILD_EXT], ids=["cythonize", "build_ext"])
def test_cython_translates_once(hooks: Hooks, setup: str) -> None:
    outcomes = hooks.run({"setup.py": setup, **FILES}, LINUX, MACOS, WINDOWS)
    assert [one.states for one in outcomes] == [{"demo.x": "recorded"}] * 3
    sources = [Path(one.result.links[0].objects[0].source) for one in outcomes]
    assert sources == [one.source / "demo/x.c" for one in outcomes]
    texts = {file.read_bytes() for file in sources}
    assert len(texts) == len(made(hooks)) == 1
    assert str(hooks.root).encode() not in texts.pop()
    # Nothing else is in the wheel than without a cache.
    assert {file for file in outcomes[0].files if not file.endswith((".so", ".pyx", ".pxd"))} == {
        "demo/__init__.py"
    }


@pytest.mark.parametrize("setup", [CYTHONIZE, BUILD_EXT], ids=["cythonize", "build_ext"])
def test_cython_3_0_makes_its_own_context(pyz3_cache: Path, tmp_path: Path, setup: str) -> None:
    requires = ("setuptools>=82", "cython>=3.0,<3.1")
    hooks = hooks_of("3.13", requires, cache=pyz3_cache, root=tmp_path)
    (outcome,) = hooks.run({"setup.py": setup, **FILES}, LINUX)
    assert outcome.states == {"demo.x": "recorded"}
    assert len(made(hooks)) == 1


def test_cython_translates_again_what_it_depends_on(hooks: Hooks) -> None:
    (before,) = hooks.run({"setup.py": CYTHONIZE, **FILES}, LINUX)
    other = {**FILES, "demo/other.pxd": PXD.replace("2 * x", "3 * x")}
    (after,) = hooks.run({"setup.py": CYTHONIZE, **other}, LINUX)
    assert len(made(hooks)) == 2
    directive = CYTHONIZE.replace("'language_level': 3", "'language_level': 3, 'embedsignature': True")
    hooks.run({"setup.py": directive, **other}, LINUX)
    assert len(made(hooks)) == 3
    texts = [Path(one.result.links[0].objects[0].source) for one in (before, after)]
    assert texts[0] == texts[1]


def test_cython_knows_the_target_where_it_is_asked(hooks: Hooks) -> None:
    pyx = "IF UNAME_SYSNAME == 'Windows':\n    x = 'on windows'\nELSE:\n    x = 'elsewhere'\n"
    outcomes = hooks.run({"setup.py": CYTHONIZE, **FILES, "demo/x.pyx": pyx}, LINUX, WINDOWS)
    lines = [Path(one.result.links[0].objects[0].source).read_text().splitlines() for one in outcomes]
    code = ["\n".join(line for line in one if not line.startswith(" *")) for one in lines]
    assert [("on windows" in text, "elsewhere" in text) for text in code] == [(False, True), (True, False)]
    assert len(made(hooks)) == 2


def test_what_cython_rejects_is_not_remembered(hooks: Hooks) -> None:
    (fails,) = hooks.run({"setup.py": CYTHONIZE, **FILES, "demo/x.pyx": "cdef f(:\n"}, LINUX)
    assert fails.result.error == "CompileError: demo/x.pyx"
    assert made(hooks) == []


def test_helpers_of_pybind11(pyz3_cache: Path, tmp_path: Path) -> None:
    hooks = hooks_of("3.13", ("setuptools>=82", "pybind11>=3"), cache=pyz3_cache, root=tmp_path)
    project = {
        "setup.py": "from setuptools import setup\n"
        "from pybind11.setup_helpers import Pybind11Extension, ParallelCompile, build_ext\n"
        "ParallelCompile('NPY_NUM_BUILD_JOBS', default=2).install()\n"
        "setup(name='demo', version='1', cmdclass={'build_ext': build_ext},\n"
        "    ext_modules=[Pybind11Extension('x', ['x.cpp', 'y.cpp'])])\n",
        "x.cpp": "", "y.cpp": "",
    }  # fmt: skip
    environment = {"MACOSX_DEPLOYMENT_TARGET": "11.0"}
    linux, macos, windows = hooks.run(project, LINUX, MACOS, WINDOWS, environment=environment)
    assert [one.states for one in (linux, macos, windows)] == [{"x": "recorded"}] * 3
    flags = {one.work.parent.name: one.flags("x") for one in (linux, macos, windows)}
    assert [flag for flag in flags["cp313-linux-aarch64"] if "std" in flag] == ["-std=c++17"]
    assert not [flag for flag in flags["cp313-macosx-11.0-arm64"] if "version-min" in flag]
    assert "/EHsc" in flags["cp313-win-amd64"]
    assert {Path(unit.source).name for unit in windows.result.links[0].objects} == {"x.cpp", "y.cpp"}
    assert windows.result.links[0].language == "c++"


def test_cffi_out_of_line(pyz3_cache: Path, tmp_path: Path) -> None:
    hooks = hooks_of("3.13", ("setuptools>=82", "cffi>=2"), cache=pyz3_cache, root=tmp_path)
    project = {
        "setup.py": "from setuptools import setup\n"
        "setup(name='demo', version='1', packages=['demo'], cffi_modules=['build_demo.py:ffi'])\n",
        "build_demo.py": "import cffi\nffi = cffi.FFI()\nffi.cdef('int twice(int);')\n"
        "ffi.set_source('demo._x', 'static int twice(int x) { return 2 * x; }')\n",
        "demo/__init__.py": "",
    }
    linux, windows = hooks.run(project, LINUX, WINDOWS)
    assert (linux.states, windows.states) == ({"demo._x": "recorded"}, {"demo._x": "recorded"})
    assert set(linux.files) == {"demo/__init__.py", "demo/_x.abi3.so"}
    assert set(windows.files) == {"demo/__init__.py", "demo/_x.pyd"}


def test_mypyc(pyz3_cache: Path, tmp_path: Path) -> None:
    hooks = hooks_of("3.13", ("setuptools>=82", "mypy>=1.18"), cache=pyz3_cache, root=tmp_path)
    project = {
        "setup.py": "from setuptools import setup\nfrom mypyc.build import mypycify\n"
        "setup(name='demo', version='1', packages=['demo'],\n"
        "    ext_modules=mypycify(['demo/a.py', 'demo/b.py']))\n",
        "demo/__init__.py": "",
        "demo/a.py": "def f(x: int) -> int:\n    return x + 1\n",
        "demo/b.py": "def g(x: int) -> int:\n    return x + 2\n",
    }
    (windows,) = hooks.run(project, WINDOWS)
    assert windows.result.error == ""
    assert set(windows.states.values()) == {"recorded"}
    assert {"demo.a", "demo.b"} < set(windows.states)

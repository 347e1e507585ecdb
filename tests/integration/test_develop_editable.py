"""Editable installs by pip and by pyz3 develop: every layout, rebuilding on import, a clean tree."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import factory
import pytest
from venvs import Venv, commit, files, litter, make_venv

from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

VERSION = str(PythonVersion.current())
SYSTEM = '[build-system]\nrequires = ["pyz3==0.1.*"]\nbuild-backend = "pyz3.backend"\n'


def pyproject(name: str, *extensions: str, tool: str = "") -> str:
    tables = "".join(
        f'[[tool.pyz3.extensions]]\nname = "{extension}"\n'
        f'sources = ["native/{extension.rpartition(".")[2]}.c"]\n'
        for extension in extensions
    )
    return f'{SYSTEM}[project]\nname = "{name}"\nversion = "1"\n{tool}\n{tables}'


def source(module: str, answer: int = 42) -> str:
    return f"#define ANSWER {answer}\n" + factory.ANSWER % {"name": module}


LAYOUTS = {
    "flat": {
        "pyproject.toml": pyproject("flat", "flat._f"),
        "flat/__init__.py": "from flat._f import answer as answer\n",
        "native/_f.c": source("_f"),
    },
    "in-src": {
        "pyproject.toml": pyproject("in-src", "in_src._s", "in_src.sub._t"),
        "src/in_src/__init__.py": "",
        "src/in_src/__main__.py": "from in_src import _s\nprint(_s.answer())\n",
        "src/in_src/data.txt": "data",
        "src/in_src/sub/__init__.py": "from . import _t\n",
        "native/_s.c": source("_s"),
        "native/_t.c": source("_t", 43),
    },
    "acme-tool": {
        "pyproject.toml": pyproject(
            "acme-tool", "acme.tool._a", "acme._n", tool='[tool.pyz3]\npackages = ["acme.tool"]'
        ),
        "src/acme/tool/__init__.py": "",
        "native/_a.c": source("_a"),
        "native/_n.c": source("_n", 44),
    },
    "acme-other": {
        "pyproject.toml": pyproject("acme-other", tool='[tool.pyz3]\npackages = ["acme.other"]'),
        "src/acme/other/__init__.py": "VALUE = 7\n",
    },
    "several": {
        "pyproject.toml": pyproject("several", "one._1", "two._2"),
        "src/one/__init__.py": "",
        "src/two/__init__.py": "",
        "native/_1.c": source("_1"),
        "native/_2.c": source("_2"),
    },
    "lone": {
        "pyproject.toml": pyproject("lone", "_lone"),
        "lone.py": "from _lone import answer as answer\n",
        "native/_lone.c": source("_lone"),
    },
    "only-c": {"pyproject.toml": pyproject("only-c", "only_c"), "native/only_c.c": source("only_c", 45)},
    "broken": {
        "pyproject.toml": pyproject("broken", "broken._b"),
        "src/broken/__init__.py": "raise RuntimeError('not today')\n",
        "native/_b.c": source("_b"),
    },
}

EVERYTHING = """
import importlib.metadata, importlib.resources, json, pkgutil, runpy
import flat, in_src.sub, acme.tool._a, acme._n, acme.other, one._1, two._2, lone, only_c
from in_src import _s
try:
    import broken
except RuntimeError as error:
    failure = str(error)
print(json.dumps({
    "answers": [flat.answer(), _s.answer(), in_src.sub._t.answer(), acme.tool._a.answer(), acme._n.answer(),
                acme.other.VALUE, one._1.answer(), two._2.answer(), lone.answer(), only_c.answer()],
    "in_src": [m.name for m in pkgutil.iter_modules(in_src.__path__)],
    "data": (importlib.resources.files("in_src") / "data.txt").read_text(),
    "file": in_src.__file__, "spec": in_src.__spec__.name, "package": _s.__package__ or _s.__spec__.parent,
    "failure": failure, "version": importlib.metadata.version("broken"),
}))
"""


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("projects")
    for name, texts in LAYOUTS.items():
        commit(files(root / name, texts))
    return root


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, pyz3_cache: Path) -> Venv:
    return make_venv(tmp_path_factory.mktemp("venv") / "v", pyz3_cache, with_pyz3=True)


@pytest.fixture(scope="module")
def installed(projects: Path, environment: Venv) -> Venv:
    words = [word for name in LAYOUTS for word in ("-e", projects / name)]
    environment.pip("install", "--no-build-isolation", "--no-deps", *words)
    return environment


def test_every_layout(installed: Venv, projects: Path) -> None:
    done = installed.python_c(EVERYTHING, PYTHONDONTWRITEBYTECODE="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "answers": [42, 42, 43, 42, 44, 7, 42, 42, 42, 45],
        "in_src": ["__main__", "sub", "_s"],
        "data": "data",
        "file": str(projects / "in-src" / "src" / "in_src" / "__init__.py"),
        "spec": "in_src",
        "package": "in_src",
        "failure": "not today",
        "version": "1",
    }
    run = installed.run(installed.python, "-m", "in_src", PYTHONDONTWRITEBYTECODE="1")
    assert (run.returncode, run.stdout, run.stderr) == (0, "42\n", "")
    assert {name: litter(projects / name) for name in LAYOUTS} == dict.fromkeys(LAYOUTS, "")


def test_nothing_is_left_after_uninstalling(environment: Venv, projects: Path, tmp_path: Path) -> None:
    before = factory.listing(environment.site)
    project = files(tmp_path / "gone", {k: v.replace("flat", "gone") for k, v in LAYOUTS["flat"].items()})
    (project / "flat").rename(project / "gone")
    environment.pip("install", "--no-build-isolation", "--no-deps", "-e", project)
    added = set(factory.listing(environment.site)) - set(before)
    suffix = {"win32": ".pyd"}.get(sys.platform, ".so")
    assert {name for name in added if name.endswith(suffix)} == {
        name for name in added if name.startswith("_pyz3_editable_gone/built/gone/_f.")
    }
    environment.pip("uninstall", "-y", "gone")
    assert factory.listing(environment.site) == before
    assert factory.listing(project) == ["gone", "gone/__init__.py", "native", "native/_f.c", "pyproject.toml"]
    del projects


def test_rebuilding_on_import(environment: Venv, tmp_path: Path) -> None:
    texts = {
        "pyproject.toml": pyproject("again", "again._again"),
        "again/__init__.py": "",
        "native/_again.c": '#include "answer.h"\n' + source("_again").partition("\n")[2],
        "native/answer.h": "#define ANSWER 1\n",
    }
    project = files(tmp_path / "again", texts)
    environment.pip("install", "--no-build-isolation", "--no-deps", "-e", project)
    state = environment.site / "_pyz3_editable_again" / "state.json"
    record = environment.site / "again-1.dist-info" / "RECORD"
    installed = (state.stat().st_mtime_ns, record.read_bytes())

    def answer(**changes: str) -> tuple[int, str, str]:
        done = environment.python_c("from again import _again; print(_again.answer())", **changes)
        return done.returncode, done.stdout, done.stderr

    assert answer(PYZ3_EDITABLE_REBUILD="1") == (0, "1\n", "")
    assert (state.stat().st_mtime_ns, record.read_bytes()) == installed, "nothing had changed"
    (project / "native" / "answer.h").write_text("#define ANSWER 1234\n")
    assert answer() == (0, "1\n", "")
    assert answer(PYZ3_EDITABLE_REBUILD="0") == (0, "1\n", "")
    assert answer(PYZ3_EDITABLE_REBUILD="1") == (0, "1234\n", "")
    assert answer() == (0, "1234\n", "")
    (project / "native" / "answer.h").write_text("#define ANSWER nonsense\n")
    status, output, errors = answer(PYZ3_EDITABLE_REBUILD="1")
    assert (status, output) == (1, "")
    assert f"ImportError: {project} could not be rebuilt:\n" in errors
    assert "use of undeclared identifier 'nonsense'" in errors
    # A second module, in a source that no build has seen.
    (project / "native" / "answer.h").write_text("#define ANSWER 5\n")
    files(
        project,
        {
            "pyproject.toml": pyproject("again", "again._again", "again._new"),
            "native/_new.c": source("_new", 6),
        },
    )
    done = environment.python_c(
        "from again import _again, _new; print(_again.answer(), _new.answer())", PYZ3_EDITABLE_REBUILD="1"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "5 6\n", "")
    environment.pip("uninstall", "-y", "again")
    assert [name for name in factory.listing(environment.site) if "again" in name] == []


def test_an_optional_extension_that_compiles_later(environment: Venv, tmp_path: Path) -> None:
    project = files(
        tmp_path / "maybe",
        {
            "pyproject.toml": pyproject("maybe", "maybe._maybe") + "optional = true\n",
            "maybe/__init__.py": "",
            "native/_maybe.c": "this is no C",
        },
    )
    environment.pip("install", "--no-build-isolation", "--no-deps", "-e", project)
    code = "from maybe import _maybe; print(_maybe.answer())"
    for _ in range(2):
        failed = environment.python_c(code, PYZ3_EDITABLE_REBUILD="1")
        assert failed.stderr.splitlines()[-1].startswith(
            "ImportError: cannot import name '_maybe' from 'maybe'"
        )
    (project / "native" / "_maybe.c").write_text(source("_maybe", 49))
    assert environment.python_c(code, PYZ3_EDITABLE_REBUILD="1").stdout == "49\n"
    assert environment.python_c(code).stdout == "49\n"
    environment.pip("uninstall", "-y", "maybe")
    assert [name for name in factory.listing(environment.site) if "maybe" in name] == []


def test_rebuilding_needs_pyz3(tmp_path: Path, pyz3_cache: Path, environment: Venv) -> None:
    project = files(tmp_path / "bare", {k: v.replace("flat", "bare") for k, v in LAYOUTS["flat"].items()})
    (project / "flat").rename(project / "bare")
    bare = make_venv(tmp_path / "v", pyz3_cache, with_pyz3=False)
    code = f"import pyz3.backend as b; print(b.build_editable({str(tmp_path)!r}))"
    name = environment.run(environment.python, "-c", code, cwd=project).stdout.strip()
    bare.pip("install", "--no-index", tmp_path / name)
    assert bare.pip("check") == "No broken requirements found.\n"
    (project / "native" / "_f.c").write_text(source("_f", 9))
    done = bare.python_c("import bare", PYZ3_EDITABLE_REBUILD="1")
    assert done.stderr.splitlines()[-2:] == [
        f"ImportError: {project} has changed, but pyz3 is not installed here to rebuild it",
        "tip: install pyz3 into this environment, or unset PYZ3_EDITABLE_REBUILD",
    ]
    assert bare.python_c("import bare; print(bare.answer())").stdout == "42\n"


def test_a_shared_library_is_on_the_path_of_its_package(environment: Venv, tmp_path: Path) -> None:
    code = """
import ctypes, sys
from pathlib import Path
_NAMES = {"win32": "core.dll", "darwin": "libcore.dylib"}
_NAME = _NAMES.get(sys.platform, "libcore.so")
_FILE = next(path for folder in __path__ if (path := Path(folder, _NAME)).exists())
print(ctypes.CDLL(str(_FILE)).core_answer())
"""
    project = files(
        tmp_path / "shared",
        {
            "pyproject.toml": f'{SYSTEM}[project]\nname = "shared"\nversion = "1"\n'
            '[[tool.pyz3.libraries]]\nname = "shared.core"\nsources = ["core.c"]\n',
            "shared/__init__.py": code,
            "core.c": "#ifdef _WIN32\n__declspec(dllexport)\n#endif\nint core_answer(void) { return 48; }\n",
        },
    )
    environment.pip("install", "--no-build-isolation", "--no-deps", "-e", project)
    done = environment.python_c("import shared", PYTHONDONTWRITEBYTECODE="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "48\n", "")
    environment.pip("uninstall", "-y", "shared")


def test_develop_and_clean(environment: Venv, tmp_path: Path) -> None:
    project = files(tmp_path / "dev", {k: v.replace("flat", "dev") for k, v in LAYOUTS["flat"].items()})
    (project / "flat").rename(project / "dev")
    commit(project)

    def pyz3(*words: str) -> str:
        done = environment.run(environment.python, "-m", "pyz3", *words, cwd=project)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.replace(str(environment.root), "V").replace(VERSION, "X.Y")

    before = factory.listing(environment.site)
    assert pyz3("develop", "--optimize", "Debug") == (
        "✓ dev 1 in V (Python X.Y), where pyz3 runs: its sources can be worked on\n"
    )
    state = json.loads((environment.site / "_pyz3_editable_dev" / "state.json").read_text(encoding="utf-8"))
    assert (state["project"], state["optimize"]) == (str(project), "Debug")
    code = "import dev; print(dev.answer())"
    assert environment.python_c(code, PYTHONDONTWRITEBYTECODE="1").stdout == "42\n"
    assert litter(project) == ""
    assert pyz3("clean") == "removed dev from V (Python X.Y)\n"
    assert factory.listing(environment.site) == before
    assert pyz3("clean") == "nothing to remove from V (Python X.Y)\n"
    # A project without binaries has no finder, only a path.
    (project / "pyproject.toml").write_text(pyproject("dev", tool='[tool.pyz3]\npackages = ["dev"]'))
    pyz3("develop")
    assert set(factory.listing(environment.site)) - set(before) >= {"_pyz3_editable_dev.pth"}
    pyz3("clean")
    assert factory.listing(environment.site) == before


def test_the_active_environment_needs_no_pyz3(tmp_path: Path, pyz3_cache: Path) -> None:
    project = files(tmp_path / "active", {k: v.replace("flat", "act") for k, v in LAYOUTS["flat"].items()})
    (project / "flat").rename(project / "act")
    bare = make_venv(tmp_path / "v", pyz3_cache, with_pyz3=False)
    before = factory.listing(bare.site)
    active = {"VIRTUAL_ENV": str(bare.root), "PATH": os.environ["PATH"]}

    def pyz3(*words: str) -> str:
        done = bare.run(*factory.pyz3_command(*words), cwd=project, **active)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # Twice: what is there is replaced.
    for _ in range(2):
        told = (
            f"✓ act 1 in {bare.root} (Python {VERSION}), named by VIRTUAL_ENV: its sources can be worked on\n"
        )
        assert pyz3("develop") == told
    assert bare.python_c("import act; print(act.answer())", PYTHONDONTWRITEBYTECODE="1").stdout == "42\n"
    (project / "native" / "_f.c").write_text(source("_f", 43))
    rebuilt = {"PYZ3_EDITABLE_REBUILD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    assert bare.python_c("import act; print(act.answer())", **rebuilt).stdout == "43\n"
    listed = json.loads(bare.pip("list", "--editable", "--format", "json"))
    assert [(one["name"], one["editable_project_location"]) for one in listed] == [("act", str(project))]
    assert pyz3("clean") == f"removed act from {bare.root} (Python {VERSION})\n"
    assert factory.listing(bare.site) == before


def test_in_place(environment: Venv, tmp_path: Path) -> None:
    project = files(tmp_path / "place", LAYOUTS["in-src"])
    before = factory.listing(project)

    def pyz3(*words: str) -> tuple[int, str, str]:
        done = environment.run(environment.python, "-m", "pyz3", *words, cwd=project)
        return done.returncode, done.stdout, done.stderr

    status, output, _ = pyz3("develop", "--in-place")
    added = sorted(set(factory.listing(project)) - set(before))
    assert [name.partition(".")[0] for name in added] == ["src/in_src/_s", "src/in_src/sub/_t"]
    assert (status, output) == (0, "".join(f"✓ {name}\n" for name in added))
    code = "from in_src import _s, sub; print(_s.answer(), sub._t.answer(), _s.__file__)"
    path = str(project / "src")
    done = environment.python_c(code, PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1")
    assert done.stdout == f"42 43 {project / added[0]}\n"
    assert pyz3("develop", "--in-place") == (0, "nothing had changed\n", "")
    # What somebody else put there is neither overwritten nor removed.
    (project / added[0]).write_bytes(b"mine")
    status, _, errors = pyz3("develop", "--in-place")
    assert (status, errors.splitlines()[0]) == (
        2,
        f"error: {project / added[0]}: is there already, and pyz3 did not put it there",
    )
    assert pyz3("clean") == (
        0,
        f"removed {added[1]}\nkept {added[0]}: it was changed since pyz3 put it there\n",
        "",
    )
    assert factory.listing(project) == sorted([*before, added[0]])

"""pip, uv and build, in fresh environments and without a compiler in reach."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pytest
from venvs import Venv, commit, files, litter, make_venv

from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
ABI = PythonVersion.current().abi
WHEEL = f"hello-1.0.0-{ABI}-{ABI}-{Platform.current().wheel_platform}.whl"
CALL = "import hello, hello._speed; print(hello.distance('kitten', 'sitting'))"
SDIST = [
    "hello-1.0.0/LICENSE",
    "hello-1.0.0/PKG-INFO",
    "hello-1.0.0/README.md",
    "hello-1.0.0/pyproject.toml",
    "hello-1.0.0/src/hello/__init__.py",
    "hello-1.0.0/src/hello/_speed.c",
    "hello-1.0.0/src/hello/pure.py",
]
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
needs_uv = pytest.mark.skipif(UV is None, reason="uv is not installed")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def own_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pyz3 itself as a wheel, for environments that front ends isolate."""
    folder = tmp_path_factory.mktemp("pyz3")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.iterdir()
    return wheel


@pytest.fixture
def hello(copy_example: Callable[[str], Path], own_wheel: Path) -> Path:
    """The example, whose build requirement is the pyz3 under test."""
    project = copy_example("hello")
    path = project / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('["pyz3==0.1.*"]', f'["pyz3 @ {own_wheel.as_uri()}"]'), encoding="utf-8")
    commit(project)
    return project


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, pyz3_cache: Path) -> Venv:
    return make_venv(tmp_path_factory.mktemp("here") / "v", pyz3_cache, with_pyz3=True)


def reference(hello: Path, out: Path, cache: Path) -> str:
    """SHA-256 of the wheel that the command line makes of the tree."""
    done = factory.pyz3("wheel", hello, "-o", out, cache=cache)
    assert (done.returncode, done.stderr) == (0, "")
    return sha256(out / WHEEL)


def test_pip_installs_in_isolation(hello: Path, tmp_path: Path, pyz3_cache: Path) -> None:
    fresh = make_venv(tmp_path / "v", pyz3_cache, with_pyz3=False)
    before = factory.listing(fresh.site)
    fresh.pip("install", hello)
    assert fresh.python_c(CALL, PYTHONDONTWRITEBYTECODE="1").stdout == "3\n"
    assert fresh.pip("check") == "No broken requirements found.\n"
    fresh.pip("uninstall", "-y", "hello")
    assert factory.listing(fresh.site) == before
    assert litter(hello) == ""


@needs_uv
def test_uv_builds_and_installs_in_isolation(hello: Path, tmp_path: Path, pyz3_cache: Path) -> None:
    fresh = make_venv(tmp_path / "v", pyz3_cache, with_pyz3=False)

    def uv(*words: str | Path) -> str:
        done = fresh.run(str(UV), *words, cwd=hello)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    uv("build", "--python", fresh.python)
    assert litter(hello) == "!! dist/\n"  # uv puts a .gitignore there
    assert factory.listing(hello / "dist") == [".gitignore", WHEEL, "hello-1.0.0.tar.gz"]
    # uv builds the wheel from the sdist.
    assert sha256(hello / "dist" / WHEEL) == reference(hello, tmp_path / "tree", pyz3_cache)
    shutil.rmtree(hello / "dist")
    for editable in ([], ["-e"]):
        uv("pip", "install", "--python", fresh.python, *editable, ".")
        assert fresh.python_c(CALL, PYTHONDONTWRITEBYTECODE="1").stdout == "3\n"
        uv("pip", "check", "--python", fresh.python)
        uv("pip", "uninstall", "--python", fresh.python, "hello")
    assert litter(hello) == ""


def test_build_makes_both(hello: Path, here: Venv, tmp_path: Path, pyz3_cache: Path) -> None:
    out = tmp_path / "dist"
    command = ["-m", "build", "--no-isolation", "--skip-dependency-check", "-o", out, hello]
    done = here.run(here.python, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert factory.listing(out) == [WHEEL, "hello-1.0.0.tar.gz"]
    assert sha256(out / WHEEL) == reference(hello, tmp_path / "tree", pyz3_cache)
    with tarfile.open(out / "hello-1.0.0.tar.gz") as archive:
        assert archive.getnames() == SDIST
        for member in archive:
            path = tmp_path / "unpacked" / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            file = archive.extractfile(member)
            assert file is not None
            path.write_bytes(file.read())
    # An sdist of the unpacked sdist is the same again, and so is one by the command line.
    unpacked = tmp_path / "unpacked" / "hello-1.0.0"
    for project in (unpacked, hello):
        done = factory.pyz3("sdist", project, "-o", tmp_path / "again", cache=pyz3_cache)
        assert done.returncode == 0, done.stderr
        assert sha256(tmp_path / "again" / "hello-1.0.0.tar.gz") == sha256(out / "hello-1.0.0.tar.gz")
    assert reference(unpacked, tmp_path / "third", pyz3_cache) == sha256(out / WHEEL)
    assert litter(hello) == ""


def hook(
    venv: Venv, project: Path, name: str, *arguments: object, **changes: str
) -> tuple[int, str | None, str, str]:
    """Call a hook as front ends do; give exit code, result, stdout and stderr."""
    result = venv.root / "result.json"
    result.unlink(missing_ok=True)
    code = (
        "import json, sys, pyz3.backend as backend\n"
        f"value = backend.{name}(*json.loads(sys.argv[1]))\n"
        "open(sys.argv[2], 'w').write(json.dumps(value))"
    )
    done = venv.run(venv.python, "-c", code, json.dumps(arguments), result, cwd=project, **changes)
    value = json.loads(result.read_text()) if result.exists() else None
    return done.returncode, value, done.stdout, done.stderr


def test_hooks_build_for_other_platforms(hello: Path, here: Venv, tmp_path: Path) -> None:
    wanted = {"platform": "windows-x64", "optimize": ["ReleaseSmall"]}
    name = f"hello-1.0.0-{ABI}-{ABI}-win_amd64.whl"
    status, value, output, errors = hook(here, hello, "build_wheel", str(tmp_path / "a"), wanted)
    assert (status, value, output) == (0, name, ""), errors
    variables = {"PYZ3_PLATFORM": "windows-x64", "PYZ3_OPTIMIZE": "ReleaseSmall"}
    status, value, output, errors = hook(here, hello, "build_wheel", str(tmp_path / "b"), None, **variables)
    assert (status, value, output) == (0, name, ""), errors
    assert sha256(tmp_path / "a" / name) == sha256(tmp_path / "b" / name)


def test_metadata_without_a_compiler(here: Venv, tmp_path: Path) -> None:
    project = files(
        tmp_path / "project",
        {
            "pyproject.toml": '[project]\nname = "Broken"\ndynamic = ["version"]\n'
            'scripts = { broken = "broken:main" }\n'
            '[[tool.pyz3.extensions]]\nname = "broken._b"\nsources = ["b.c"]\n',
            "broken/__init__.py": '__version__ = "1.5"\nraise RuntimeError\n',
            "b.c": "this is no C",
        },
    )
    for kind in ("wheel", "editable"):
        out = tmp_path / kind
        name = f"prepare_metadata_for_build_{kind}"
        assert hook(here, project, name, str(out), {"optimize": "Debug"}) == (
            0,
            "broken-1.5.dist-info",
            "",
            "",
        )
        assert factory.digests(out).keys() == {
            "broken-1.5.dist-info/METADATA",
            "broken-1.5.dist-info/entry_points.txt",
        }
        assert hook(here, project, f"get_requires_for_build_{kind}") == (0, [], "", "")
    assert hook(here, project, "get_requires_for_build_sdist", {}) == (0, [], "", "")
    status, value, output, errors = hook(here, project, "build_wheel", str(tmp_path / "dist"))
    assert (status, value, output) == (1, None, "")
    assert "b.c:1:1: error: unknown type name 'this'" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize(
    ("name", "settings", "variables", "message"),
    [
        (
            "build_wheel",
            {"platfrom": "linux-x86_64"},
            {},
            "error: -C platfrom: there is no such setting\ntip: did you mean 'platform'?\n",
        ),
        (
            "build_wheel",
            {"platform": "windows-x46"},
            {},
            "error: -C platform: 'windows-x46' is no platform\n",
        ),
        (
            "build_wheel",
            {},
            {"PYZ3_PLATFORM": "linux-x86_64 windows-x64"},
            "error: PYZ3_PLATFORM: linux-x86_64, windows-x64 are several; one wheel is built at a time",
        ),
        ("build_sdist", {"optimize": True}, {}, "error: -C optimize: a value is missing\n"),
        (
            "build_editable",
            {"platform": "windows-x64"},
            {},
            "error: -C platform: an editable install is for the Python that it is installed into\n",
        ),
        (
            "build_wheel",
            {"platform": "linux-*"},
            {},
            "error: 'linux-*' with Python ",
        ),
    ],
)
def test_mistakes_are_messages(
    here: Venv,
    tmp_path: Path,
    *,
    name: str,
    settings: dict[str, object],
    variables: dict[str, str],
    message: str,
) -> None:
    project = factory.write_project(
        tmp_path / "p", factory.extension("probe", "p.c"), {"p.c": factory.ANSWER % {"name": "probe"}}
    )
    status, value, output, errors = hook(here, project, name, str(tmp_path / "d"), settings, **variables)
    assert (status, value, output) == (2, None, "")
    assert errors.startswith(message)
    assert "Traceback" not in errors


def test_a_read_only_tree(hello: Path, here: Venv, tmp_path: Path) -> None:
    shutil.rmtree(hello / ".git")
    before = factory.digests(hello)
    folders = [hello, *(path for path in hello.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        for kind in ("wheel", "editable", "sdist"):
            status, value, output, errors = hook(here, hello, f"build_{kind}", str(tmp_path / kind))
            assert (status, output) == (0, ""), errors
            assert factory.listing(tmp_path / kind) == [value]
    finally:
        for folder in folders:
            folder.chmod(stat.S_IRWXU)
    assert factory.digests(hello) == before


def test_a_dirty_tree(hello: Path, here: Venv, tmp_path: Path, pyz3_cache: Path) -> None:
    files(
        hello,
        {
            ".gitignore": "*.log\n/generated.h\n",
            "src/hello/new.py": "",
            "src/hello/debug.log": "",
            "notes.txt": "",
            "generated.h": "",
        },
    )
    path = dict(PATH=os.environ["PATH"])  # noqa: C408 - a name, not a key
    status, value, _, errors = hook(here, hello, "build_sdist", str(tmp_path), **path)
    assert (status, value) == (0, "hello-1.0.0.tar.gz")
    assert errors == (
        "note: Git ignores src/hello/debug.log: left out of wheels and sdists; to have it in both: "
        '[tool.pyz3.sdist] include = ["src/hello/debug.log"]\n'
        "note: not tracked by Git, and in the sdist all the same: src/hello/new.py\n"
    )
    with tarfile.open(tmp_path / "hello-1.0.0.tar.gz") as archive:
        assert archive.getnames() == sorted([*SDIST, "hello-1.0.0/src/hello/new.py"])
    reference(hello, tmp_path / "dist", pyz3_cache)
    with zipfile.ZipFile(tmp_path / "dist" / WHEEL) as archive:
        assert [
            n for n in archive.namelist() if n.startswith("hello/") and not n.startswith("hello/_speed")
        ] == [
            "hello/__init__.py",
            "hello/new.py",
            "hello/pure.py",
        ]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process")
def test_ctrl_c(hello: Path, here: Venv, tmp_path: Path) -> None:
    code = f"import pyz3.backend as backend; backend.build_wheel({str(tmp_path / 'dist')!r})"
    # With nothing in the cache zig compiles for seconds.
    cache = tmp_path / "cache"
    process = subprocess.Popen(
        [here.python, "-c", code],
        cwd=hello,
        env=here.environment(PYZ3_CACHE_DIR=str(cache)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        while not list(cache.glob("tmp/*/plan.json")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, output) == (130, "")
    assert errors.splitlines()[-1] == "stopped"
    assert "Traceback" not in errors
    assert not (tmp_path / "dist").exists()
    assert litter(hello) == ""

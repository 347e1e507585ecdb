"""Setuptools projects that cannot be built: what is said, the exit code, and that nothing is half written."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pytest

from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

THIS = PythonVersion.current()
TWO = ("linux-aarch64", "windows-x64")
CHOSEN = tuple(word for name in TWO for word in ("--platform", name))
TITLES = "".join(f"✗ {name}  ({THIS.abi})\n" for name in TWO)
SETUP = """\
from setuptools import Extension, setup
setup(name="probe", version="1", packages=["probe"], ext_modules=[Extension("probe._c", ["src/_c.c"])])
"""
BROKEN = "#include <Python.h>\nstatic int f(void) { return missing; }\n"
PACKAGE = {"setup.py": SETUP, "probe/__init__.py": "", "src/_c.c": factory.ANSWER % {"name": "_c"}}
OFFLINE = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": os.devnull}


def write(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def fail(
    source: Path | str, *args: str, cache: Path, tmp_path: Path, code: int = 1, **changes: str
) -> tuple[str, str]:
    """Build what cannot be built; give what is said on stderr, and the log it names, if any."""
    out = tmp_path / "out"
    before = factory.digests(source) if not isinstance(source, str) else {}
    done = factory.pyz3("wheel", source, *args, "-o", out, cache=cache, cwd=tmp_path, **changes)
    assert done.returncode == code, done.stderr
    assert factory.listing(out) == []
    assert (factory.digests(source) if not isinstance(source, str) else {}) == before
    named = re.search(rf"everything that it printed: ({re.escape(str(cache))}.*log\.txt)", done.stderr)
    return done.stderr.replace(named[1], "LOG") if named else done.stderr, named[1] if named else ""


def test_c_that_does_not_compile(pyz3_cache: Path, tmp_path: Path) -> None:
    project = write(tmp_path / "p", {**PACKAGE, "src/_c.c": BROKEN})
    said, log = fail(project, *CHOSEN, cache=pyz3_cache, tmp_path=tmp_path)
    titles = "".join(f"✗ {name} · probe._c  ({THIS.abi})\n" for name in TWO)
    assert said == (
        f"{titles}src/_c.c:2:29: error: use of undeclared identifier 'missing'\n"
        "static int f(void) { return missing; }\n                            ^\n"
        "tip: everything that it printed: LOG\n"
    )
    assert Path(log).is_file()


def test_a_setup_script_that_raises(pyz3_cache: Path, tmp_path: Path) -> None:
    text = (
        "import version\nfrom setuptools import setup\nsetup(name='probe', version=version.find())\n",
        "def find():\n    raise RuntimeError('run ./configure first')\n",
    )
    system = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta:__legacy__"\n'
    files = {"setup.py": text[0], "version.py": text[1], "pyproject.toml": system}
    project = write(tmp_path / "p", files)
    said, log = fail(project, *CHOSEN, cache=pyz3_cache, tmp_path=tmp_path)
    assert said == (
        f"{TITLES}building the project failed: RuntimeError: run ./configure first\n"
        "Traceback (most recent call last):\n"
        '  File "setup.py", line 3, in <module>\n'
        '  File "version.py", line 2, in find\n'
        "    raise RuntimeError('run ./configure first')\n"
        "tip: everything that it printed: LOG\n"
        'more: pyz3 explain "building the project failed: …"\n'
    )
    assert "setuptools/build_meta.py" in Path(log).read_text(encoding="utf-8")


def test_a_setup_script_that_exits(pyz3_cache: Path, tmp_path: Path) -> None:
    text = "import sys\nprint('looking for libfoo')\nsys.exit('libfoo is not there')\n"
    project = write(tmp_path / "p", {"setup.py": text})
    said, _ = fail(project, "--platform", TWO[0], cache=pyz3_cache, tmp_path=tmp_path)
    assert said.startswith(
        f"✗ {TWO[0]}  ({THIS.abi})\nbuilding the project failed: libfoo is not there\nlooking for libfoo\n"
    )
    assert said.endswith(
        'tip: everything that it printed: LOG\nmore: pyz3 explain "building the project failed: …"\n'
    )


def test_a_build_requirement_that_is_nowhere(pyz3_cache: Path, tmp_path: Path) -> None:
    system = '[build-system]\nrequires = ["probe-is-nowhere==1"]\nbuild-backend = "setuptools.build_meta"\n'
    project = write(tmp_path / "p", {**PACKAGE, "pyproject.toml": system})
    said, log = fail(project, *CHOSEN, cache=pyz3_cache, tmp_path=tmp_path, **OFFLINE)
    assert said.startswith(f"{TITLES}probe-is-nowhere==1 cannot be installed for Python {THIS.base}; "), said
    assert log == ""


def test_a_command_before_the_build_that_fails(pyz3_cache: Path, tmp_path: Path) -> None:
    table = (
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        "[tool.pyz3]\nbefore-build = \"python -c 'raise SystemExit(3)'\"\n"
    )
    project = write(tmp_path / "p", {**PACKAGE, "pyproject.toml": table})
    said, _ = fail(project, *CHOSEN, cache=pyz3_cache, tmp_path=tmp_path)
    assert said == (
        f"{TITLES}pyproject.toml: tool.pyz3.before-build: \"python -c 'raise SystemExit(3)'\" "
        "ended with exit code 3\ntip: it is run in a copy of the project, without a shell\n"
    )


def test_rust_is_declined(pyz3_cache: Path, tmp_path: Path) -> None:
    system = '[build-system]\nrequires = []\nbuild-backend = "maturin"\n'
    project = write(tmp_path / "p", {"pyproject.toml": system})
    assert fail(project, cache=pyz3_cache, tmp_path=tmp_path, code=2)[0] == (
        "error: pyproject.toml: build-system.build-backend: 'maturin': pyz3 compiles no Rust\n"
        "tip: it cross-compiles with zig itself: maturin build --zig --target aarch64-unknown-linux-gnu\n"
    )


def test_an_sdist_that_is_nowhere(pyz3_cache: Path, tmp_path: Path) -> None:
    said, _ = fail("probe-is-nowhere==99", cache=pyz3_cache, tmp_path=tmp_path, **OFFLINE)
    assert said.startswith("error: pip finds no sdist for probe-is-nowhere==99\n")
    assert said.endswith("tip: check the name, and pip's index (pip config list)\n")


def test_an_index_out_of_reach(pyz3_cache: Path, tmp_path: Path) -> None:
    address = "http://127.0.0.1:9/simple"
    changes = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": address, "PIP_RETRIES": "1"}
    assert fail("probe-is-nowhere==99", cache=pyz3_cache, tmp_path=tmp_path, **changes)[0] == (
        "error: probe-is-nowhere==99 cannot be fetched: pip reaches no package index\n"
        "tip: the package index is out of reach: check the network, a proxy, and the address of the index\n"
    )


def test_a_source_that_is_none(pyz3_cache: Path, tmp_path: Path) -> None:
    assert fail("./nothing-here", cache=pyz3_cache, tmp_path=tmp_path, code=2)[0] == (
        "error: there is no file or folder ./nothing-here\n"
        "tip: name a folder (./thing), an sdist (./thing-1.2.tar.gz) or a requirement (thing==1.2)\n"
    )


WAITING = """\
import fcntl, os, pathlib, sys, time
from setuptools import setup
if "WHEN" in sys.argv:
    lock = open(os.environ["PROBE_LOCK"], "a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    pathlib.Path(os.environ["PROBE_LOCK"] + ".held").touch()
    time.sleep(600)
setup(name="probe", version="1", packages=["probe"])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
@pytest.mark.parametrize("when", ["egg_info", "bdist_wheel"], ids=["asking", "building"])
def test_ctrl_c_ends_everything(when: str, pyz3_cache: Path, tmp_path: Path) -> None:
    files = {"setup.py": WAITING.replace("WHEN", when), "probe/__init__.py": ""}
    project = write(tmp_path / "p", files)
    lock, out = tmp_path / "lock", tmp_path / "out"
    process = subprocess.Popen(
        factory.pyz3_command("wheel", project, "-o", out),
        env=factory.environment(pyz3_cache, PROBE_LOCK=str(lock)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        # A shell that runs tests in the background has them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    try:
        wait_for(lambda: tmp_path.joinpath("lock.held").exists())
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, stdout.strip(), stderr.strip()) == (
        130,
        "",
        f"stopped: 0 of 1 wheel in {out}",
    )
    assert factory.listing(out) == []
    # The script's process is gone, as the system has given back its lock.
    with lock.open("a") as file:
        wait_for(lambda: is_free(file.fileno()))


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)


def is_free(descriptor: int) -> bool:
    import fcntl  # noqa: PLC0415 - Windows has none

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def test_a_project_that_cannot_be_written(pyz3_cache: Path, tmp_path: Path) -> None:
    project = write(tmp_path / "p", PACKAGE)
    folders = [project, *(path for path in project.rglob("*") if path.is_dir())]
    before = factory.digests(project)
    for path in (*project.rglob("*"), project):
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        done = factory.pyz3("wheel", project, "-o", tmp_path / "out", cache=pyz3_cache)
    finally:
        for path in folders:
            path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    target = Target(platform=Platform.current(), python=THIS)
    assert [name for name in factory.listing(tmp_path / "out") if THIS.abi in name]
    assert f"✓ {target.identifier}  probe-1-" in done.stdout
    assert factory.digests(project) == before

"""``pyz3 runtimes add``: a real runtime in an empty folder tests a wheel; without network nothing is left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import runtimes
from wheels import put_wheel

from pyz3.runtimes import missing_here

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="they are started by a POSIX shell")

NAME = "pyodide-0.29.4"
# Nothing listens at the port "discard" (RFC 863).
NOWHERE = "http://127.0.0.1:9/"


def pyz3(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pyz3", *words],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env={**os.environ, "PYZ3_RUNTIMES": str(folder / "runtimes"), **variables},
    )


@pytest.fixture(autouse=True)
def _node() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        runtimes.missing("Pyodide needs node and npm")


def test_one_that_was_added_tests_a_wheel(tmp_path: Path) -> None:
    # Two at once: one adds it, the other waits.
    with ThreadPoolExecutor() as pool:
        both = pool.map(lambda _: pyz3(tmp_path, "runtimes", "add", NAME), range(2))
        waited, added = sorted(both, key=lambda one: "✓" in one.stdout)
    if "npm reaches no registry" in added.stderr:
        runtimes.missing(added.stderr)
    assert (added.returncode, added.stderr) == (0, "")
    told, done = added.stdout.splitlines()
    assert told == f"{NAME}: fetching pyodide 0.29.4 of npm"
    assert done.startswith(f"✓ {NAME}  Python 3.13.")
    folder = tmp_path / "runtimes"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*")) == [
        *(f"bin/python-{NAME}", f"opt/{NAME}"),
    ]
    tag = "cp313-cp313-pyemscripten_2025_0_wasm32"
    wheel = put_wheel(
        tmp_path, "probe", {"probe.py": "import sys\nassert sys.platform == 'emscripten'\n"}, tag
    )
    tested = pyz3(tmp_path, "test", str(wheel))
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert f"✓ passed  {wheel.name}  {NAME} (node)" in tested.stdout
    there = f"{NAME} is there already: {folder / 'bin' / f'python-{NAME}'}"
    for one in (waited, pyz3(tmp_path, "runtimes", "add", NAME)):
        assert (one.returncode, one.stderr, one.stdout.splitlines()[-1]) == (0, "", there)


def test_without_a_network(tmp_path: Path) -> None:
    failed = pyz3(
        tmp_path,
        *("runtimes", "add", NAME),
        npm_config_registry=NOWHERE,
        npm_config_fetch_retries="0",
        npm_config_cache=str(tmp_path / "npm"),
    )
    assert failed.returncode == 1
    assert failed.stderr == (
        f"error: {NAME}: pyodide@0.29.4 cannot be fetched: npm reaches no registry\n"
        "tip: check the network, a proxy, and the registry's address: npm config get registry\n"
    )
    assert [*(tmp_path / "runtimes").glob("*/*")] == []


def test_without_debians_mirror(tmp_path: Path) -> None:
    name = "linux_i686-3.13"
    if lack := missing_here(name, tmp_path, os.environ):
        pytest.skip(lack.reason)
    failed = pyz3(tmp_path, "runtimes", "add", name, http_proxy=NOWHERE, https_proxy=NOWHERE)
    assert failed.returncode == 1
    assert failed.stdout == f"{name}: putting it together of Debian's packages, which takes minutes\n"
    lines = failed.stderr.splitlines()
    assert lines[0] == f"error: {name}: it cannot be put together of Debian's packages"
    assert lines[-1].startswith("tip: check the network, and Debian's mirror; ")
    assert [*(tmp_path / "runtimes").glob("*/*")] == []

"""Which interpreter builds for which Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyz3.capi.discovery import Host, find_installations
from pyz3.environments import interpreters
from pyz3.environments.interpreters import Interpreter, interpreter_for
from pyz3.errors import ConfigError
from pyz3.store import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

POSIX = pytest.mark.skipif(
    sys.platform == "win32", reason="interpreters of Windows have no version in their names"
)
EMPTY = Host(home=Path("/nowhere"), running=(), system=(), windows=False)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put files there as interpreters of pyenv; what they say of themselves is what is given."""
    said: dict[str, interpreters._Facts | None] = {}
    asked: list[str] = []

    def ask(file: Path) -> interpreters._Facts | None:
        asked.append(file.name)
        return said[str(file)]

    monkeypatch.setattr(interpreters, "_ask", ask)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "running"))

    def install(
        folder: str, minor: int, *, implementation: str = "cpython", threads: bool = False, runs: bool = True
    ) -> Path:
        path = tmp_path / folder / "bin" / f"python3.{minor}{'t' if threads else ''}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x7fELF")
        facts = interpreters._Facts(
            implementation=implementation,
            version_info=(3, minor, 1, "final", 0),
            free_threaded=threads,
            platform="linux-x86_64",
            has_venv=True,
        )
        said[str(path)] = facts if runs else None
        return path

    install.asked = asked  # type: ignore[attr-defined]
    return install


def find(version: str, tmp_path: Path) -> Interpreter:
    return interpreter_for(
        version, environ={"PYENV_ROOT": str(tmp_path)}, cache=Cache(tmp_path / "cache"), host=EMPTY
    )


@POSIX
def test_the_version_that_was_asked_for(installed: Callable[..., Path], tmp_path: Path) -> None:
    installed("running", 11)
    path = installed("versions/x", 13)
    installed("versions/y", 12)
    found = find("3.13", tmp_path)
    assert found == Interpreter(
        executable=path, version_info=(3, 13, 1, "final", 0), platform="linux-x86_64", exact=True
    )
    assert found.version == "3.13"
    assert find("3.13t", tmp_path) == found


@POSIX
def test_the_running_one_comes_first(installed: Callable[..., Path], tmp_path: Path) -> None:
    installed("versions/x", 13)
    assert find("3.13", tmp_path).executable == tmp_path / "versions/x/bin/python3.13"
    running = installed("running", 13)
    assert find("3.13", tmp_path).executable == running


@POSIX
@pytest.mark.parametrize(
    ("there", "wanted", "given"),
    [
        ((9, 11), "3.10", "3.11"),
        ((9, 12), "3.10", "3.9"),
        ((11, 13), "3.15", "3.13"),
        ((12, 14), "3.9", "3.12"),
    ],
)
def test_else_the_nearest(
    there: tuple[int, ...], wanted: str, given: str, installed: Callable[..., Path], tmp_path: Path
) -> None:
    for minor in there:
        installed(f"versions/{minor}", minor)
    found = find(wanted, tmp_path)
    assert (found.version, found.exact) == (given, False)


@POSIX
def test_what_does_not_run_is_passed_over(installed: Callable[..., Path], tmp_path: Path) -> None:
    installed("versions/a", 13, runs=False)
    installed("versions/b", 13, implementation="pypy")
    shim = installed("versions/c", 13)
    shim.write_text("#!/bin/sh\n")
    good = installed("versions/d", 13)
    installed("versions/e", 13)
    assert find("3.13", tmp_path).executable == good


@POSIX
def test_the_gil_is_preferred(installed: Callable[..., Path], tmp_path: Path) -> None:
    threads = installed("versions/a", 13, threads=True)
    assert find("3.13", tmp_path).executable == threads
    usual = installed("versions/b", 13)
    assert find("3.13", tmp_path).executable == usual


@POSIX
def test_each_is_asked_once_until_its_file_changes(installed: Callable[..., Path], tmp_path: Path) -> None:
    path = installed("versions/a", 13)
    broken = installed("versions/Z", 13, runs=False)
    asked = installed.asked  # type: ignore[attr-defined]
    assert find("3.13", tmp_path).executable == path
    assert find("3.13", tmp_path).executable == path
    assert asked == [broken.name, path.name]
    os.utime(path, (1, 1))
    find("3.13", tmp_path)
    assert asked == [broken.name, path.name, path.name]
    (tmp_path / "cache/interpreters.json").write_text("nonsense")
    find("3.13", tmp_path)
    assert len(asked) == 5


@POSIX
def test_none_at_all(installed: Callable[..., Path], tmp_path: Path) -> None:
    installed("versions/a", 13, runs=False)
    with pytest.raises(ConfigError) as raised:
        find("3.13", tmp_path)
    assert raised.value.message == "no CPython runs here that could build a project for Python 3.13"
    assert raised.value.tip == "uv python install 3.13"


def test_installations_in_the_order_of_discovery(tmp_path: Path) -> None:
    for folder in ("pyenv/versions/3.12.1", "uv/cpython-3.13", "usr/include/python3.11", "path/bin"):
        (tmp_path / folder).mkdir(parents=True)
    windows = sys.platform == "win32"
    (tmp_path / "path/bin" / ("python.exe" if windows else "python3")).touch()
    host = Host(
        home=tmp_path,
        running=(),
        system=(("system", str(tmp_path / "usr/include/python3.*")),),
        windows=False,
    )
    environ = {
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "UV_PYTHON_INSTALL_DIR": str(tmp_path / "uv"),
        "CONDA_PREFIX": str(tmp_path / "conda"),
        "PATH": str(tmp_path / "path/bin"),
    }
    found = [(o, p.relative_to(tmp_path).as_posix()) for o, p in find_installations(environ, host)]
    assert found[:4] == [
        ("pyenv", "pyenv/versions/3.12.1"),
        ("uv", "uv/cpython-3.13"),
        ("conda", "conda"),
        ("system", "usr"),
    ]
    assert windows or found[4:] == [("PATH", "path")]

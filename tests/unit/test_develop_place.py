"""Which environment pyz3 develop, clean and watch are about, and which they refuse."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pyz3.develop import find_place, place
from pyz3.errors import ConfigError
from pyz3.targets import PythonVersion

MANAGED = "[externally-managed]\nError=Use the package manager,\n or else.\n"


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What every interpreter says of itself."""
    facts: dict[str, Any] = {
        "implementation": "cpython",
        "version": "3.12",
        "prefix": str(tmp_path / "prefix"),
        "virtual": True,
        "folders": ("plat", "pure"),
        "include": str(tmp_path / "include"),
        "marker": str(tmp_path / "EXTERNALLY-MANAGED"),
        "pip": False,
    }
    monkeypatch.setattr(place, "_ask", lambda program, source: place._Facts(**facts))  # noqa: ARG005
    return facts


def environment(folder: Path, program: str = "bin/python") -> Path:
    (folder / program).parent.mkdir(parents=True)
    (folder / program).touch()
    return folder / program


def found(root: Path, python: str | None = None, **environ: str) -> tuple[Path, str]:
    one = find_place(root, python=python, environ=environ)
    return one.python, one.source


def test_what_is_named_first_is_meant(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    named, active, conda = (environment(tmp_path / name) for name in ("named", "active", "conda"))
    assert found(root) == (Path(sys.executable), "")
    own = environment(root / ".venv", "Scripts/python.exe")
    assert found(root) == (own, ".venv")
    variables = {"CONDA_PREFIX": str(tmp_path / "conda")}
    assert found(root, **variables) == (conda, "CONDA_PREFIX")
    assert found(root, **variables, CONDA_DEFAULT_ENV="base") == (own, ".venv"), "nobody chose it"
    variables["VIRTUAL_ENV"] = str(tmp_path / "active")
    assert found(root, **variables) == (active, "VIRTUAL_ENV")
    assert found(root, str(tmp_path / "named"), **variables) == (named, "--python")
    assert found(root, str(named), **variables) == (named, "--python")


def test_a_version_is_a_program_on_path(tmp_path: Path) -> None:
    program = environment(tmp_path, "bin/python3.12")
    program.chmod(0o755)
    assert found(tmp_path, "3.12", PATH=str(program.parent)) == (program, "--python")


@pytest.mark.parametrize(
    ("python", "active", "message", "tip"),
    [
        ("nosuch", "", "--python: nosuch is not there", "name an interpreter, the folder of an env"),
        (None, "gone", "VIRTUAL_ENV: gone is not there", "unset VIRTUAL_ENV, or name another"),
        (None, ".", "VIRTUAL_ENV: . holds no Python", "make an environment: python -m venv .venv"),
    ],
)
def test_what_is_not_there(python: str | None, active: str, message: str, tip: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find_place(tmp_path, python=python, environ={"VIRTUAL_ENV": active, "PATH": ""})
    assert caught.value.message == message
    assert str(caught.value.tip).startswith(tip)


@pytest.mark.parametrize(
    ("implementation", "version"), [("cpython", "3.8"), ("cpython", "2.7"), ("pypy", "3.11")]
)
def test_pythons_that_nothing_is_built_for(
    implementation: str, version: str, asked: dict[str, Any], tmp_path: Path
) -> None:
    asked.update(implementation=implementation, version=version)
    message = f"{sys.executable} is {implementation} {version}; pyz3 builds for CPython 3.9 to 3.15"
    with pytest.raises(ConfigError) as caught:
        find_place(tmp_path, python=None, environ={})
    assert caught.value.message == message


def test_an_externally_managed_python_is_refused(asked: dict[str, Any], tmp_path: Path) -> None:
    find_place(tmp_path, python=None, environ={}).require_open()
    (tmp_path / "EXTERNALLY-MANAGED").write_text(MANAGED)
    find_place(tmp_path, python=None, environ={}).require_open()  # an environment of one is not managed
    asked["virtual"] = False
    with pytest.raises(ConfigError) as caught:
        find_place(tmp_path, python=None, environ={}).require_open()
    assert caught.value.message == (
        f"{tmp_path / 'prefix'}: this Python is externally managed: Use the package manager,"
    )
    (tmp_path / "EXTERNALLY-MANAGED").write_text("")
    with pytest.raises(ConfigError, match=r"this Python is externally managed: by the system$"):
        find_place(tmp_path, python=None, environ={}).require_open()


def test_its_own_headers_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_place(tmp_path, python=None, environ={}).python_headers == ()
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "Python.h").touch()
    one = find_place(tmp_path, python=None, environ={})
    assert (one.python_headers, one.version) == ((tmp_path / "include",), PythonVersion(3, 12))
    monkeypatch.chdir(tmp_path)
    assert str(one) == "prefix (Python 3.12)"

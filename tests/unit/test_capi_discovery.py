from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from pyz3.capi import HeaderTree, best_headers, fetch_with_uv, find_headers, how_to_get
from pyz3.capi.discovery import Host, parse_patchlevel, read_tree
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def headers(include: Path, version: str) -> Path:
    include.mkdir(parents=True)
    (include / "Python.h").write_text("")
    (include / "patchlevel.h").write_text(
        f'#define PY_MAJOR_VERSION 3\n#define PY_VERSION      "{version}"\n'
    )
    return include


def host(home: Path, *, running: tuple[Path, ...] = (), system: str = "", windows: bool = False) -> Host:
    patterns = (("system", str(home / system)),) if system else ()
    return Host(home=home, running=running, system=patterns, windows=windows)


def found(trees: tuple[HeaderTree, ...]) -> list[tuple[str, str]]:
    return [(tree.full_version, tree.origin) for tree in trees]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('#define PY_VERSION "3.13.0"', "3.13.0"),
        ('# define  PY_VERSION\t"3.15.0b2+"\n', "3.15.0b2+"),
        ('/* Version */\n#define PY_MINOR_VERSION 9\n#define PY_VERSION      \t"3.9.18"\n', "3.9.18"),
        ('#define PY_VERSION "3.10.14"\n#define PYPY_VERSION "7.3.17"\n', None),
        ('#define PY_VERSION "2.7.18"', None),
        ("#define PY_VERSION PY_MAJOR", None),
        ("", None),
    ],
)
def test_patchlevel(text: str, version: str | None) -> None:
    assert parse_patchlevel(text) == version


def test_version_comes_from_patchlevel_not_from_the_folder(tmp_path: Path) -> None:
    include = headers(tmp_path / "python3.9", "3.12.4+")
    assert read_tree(include, origin="system") == HeaderTree(
        version="3.12", full_version="3.12.4", include=include, origin="system"
    )


@pytest.mark.parametrize("missing", ["Python.h", "patchlevel.h"])
def test_incomplete_tree_is_none(tmp_path: Path, missing: str) -> None:
    include = headers(tmp_path / "python3.13", "3.13.0")
    (include / missing).unlink()
    assert read_tree(include, origin="system") is None


@pytest.mark.parametrize("version", ["3.8.20", "3.16.0"])
def test_unsupported_version_is_none(tmp_path: Path, version: str) -> None:
    assert read_tree(headers(tmp_path / "include", version), origin="system") is None


def test_every_place_of_a_posix_host(tmp_path: Path) -> None:
    home = tmp_path / "home"
    headers(home / ".pyenv/versions/3.13.1/include/python3.13", "3.13.1")
    headers(home / ".local/share/uv/python/cpython-3.14.0-linux-x86_64-gnu/include/python3.14", "3.14.0")
    headers(home / "env/include/python3.10", "3.10.2")
    (home / ".conda").mkdir()
    (home / ".conda/environments.txt").write_text(f"{home / 'env'}\n\n/gone\n")
    headers(home / "active/include/python3.9", "3.9.1")
    headers(home / "usr/include/python3.12", "3.12.3")
    running = headers(home / "venv-base/python3.11", "3.11.7")
    real = home / "opt/python/bin/python3.13"
    real.parent.mkdir(parents=True)
    real.touch()
    headers(home / "opt/python/include/python3.13t", "3.13.2")
    shims = home / "bin"
    shims.mkdir()
    (shims / "python3.13").symlink_to(real)
    trees = find_headers(
        environ={"CONDA_PREFIX": str(home / "active"), "PATH": f"{shims}{os.pathsep}{home / 'none'}"},
        host=host(home, running=(running,), system="usr/include/python3.*"),
    )
    assert found(trees) == [
        ("3.9.1", "conda"),
        ("3.10.2", "conda"),
        ("3.11.7", "this interpreter"),
        ("3.12.3", "system"),
        ("3.13.1", "pyenv"),
        ("3.13.2", "PATH"),
        ("3.14.0", "uv"),
    ]


def test_every_place_of_a_windows_host(tmp_path: Path) -> None:
    home = tmp_path / "home"
    headers(home / ".pyenv/pyenv-win/versions/3.11.9/include", "3.11.9")
    headers(home / "roaming/uv/data/python/cpython-3.12.1-windows-x86_64-none/include", "3.12.1")
    headers(home / "Programs/Python313/include", "3.13.3")
    (home / "Programs/Python313/python.exe").touch()
    environ = {"APPDATA": str(home / "roaming"), "PATH": str(home / "Programs/Python313")}
    trees = find_headers(environ=environ, host=host(home, windows=True))
    assert found(trees) == [("3.11.9", "pyenv"), ("3.12.1", "uv"), ("3.13.3", "PATH")]


@pytest.mark.parametrize(
    ("variable", "folder", "origin"),
    [
        ("PYENV_ROOT", "versions/3.12.1/include/python3.12", "pyenv"),
        ("UV_PYTHON_INSTALL_DIR", "cpython-3.12.1-linux/include/python3.12", "uv"),
        ("XDG_DATA_HOME", "uv/python/cpython-3.12.1-linux/include/python3.12", "uv"),
    ],
)
def test_variables_move_places(tmp_path: Path, variable: str, folder: str, origin: str) -> None:
    headers(tmp_path / "moved" / folder, "3.12.1")
    trees = find_headers(environ={variable: str(tmp_path / "moved")}, host=host(tmp_path / "home"))
    assert found(trees) == [("3.12.1", origin)]


def test_order_within_a_version(tmp_path: Path) -> None:
    home = tmp_path
    for version in ("3.13.1", "3.13.2", "3.13.10", "3.13.11rc1"):
        headers(home / f".pyenv/versions/{version}/include/python3.13", version)
    running = headers(home / "running", "3.13.0")
    option = headers(home / "option", "3.13.0b1")
    variable = headers(home / "variable", "3.13.4")
    trees = find_headers(
        extra=(option,), environ={"PYZ3_PYTHON_HEADERS": str(variable)}, host=host(home, running=(running,))
    )
    assert found(trees) == [
        ("3.13.0b1", "--python-headers"),
        ("3.13.4", "PYZ3_PYTHON_HEADERS"),
        ("3.13.0", "this interpreter"),
        ("3.13.10", "pyenv"),
        ("3.13.2", "pyenv"),
        ("3.13.1", "pyenv"),
        ("3.13.11rc1", "pyenv"),
    ]
    assert best_headers(trees) == {"3.13": trees[0]}


def test_trees_named_by_hand_keep_their_order(tmp_path: Path) -> None:
    older, newer = headers(tmp_path / "z", "3.13.1"), headers(tmp_path / "a", "3.13.2")
    environ = {"PYZ3_PYTHON_HEADERS": f"{older}{os.pathsep}{newer}"}
    trees = find_headers(environ=environ, host=host(tmp_path / "home"))
    assert [tree.include for tree in trees] == [older, newer]


def test_one_tree_found_twice_is_listed_once_by_its_first_origin(tmp_path: Path) -> None:
    include = headers(tmp_path / ".pyenv/versions/3.13.1/include/python3.13", "3.13.1")
    (tmp_path / "link").symlink_to(include)
    trees = find_headers(environ={}, host=host(tmp_path, running=(tmp_path / "link",)))
    assert found(trees) == [("3.13.1", "this interpreter")]


def test_nothing_found(tmp_path: Path) -> None:
    assert find_headers(environ={"PATH": ""}, host=host(tmp_path)) == ()


def test_option_that_names_no_folder(tmp_path: Path) -> None:
    message = f"--python-headers names {tmp_path / 'none'}: there is no such folder"
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$") as caught:
        find_headers(extra=(tmp_path / "none",), environ={}, host=host(tmp_path))
    assert caught.value.tip == "name the folder that holds Python.h itself, such as PREFIX/include/python3.13"


def test_variable_that_names_a_folder_without_headers(tmp_path: Path) -> None:
    message = f"PYZ3_PYTHON_HEADERS names {tmp_path}: it holds no Python.h and no patchlevel.h"
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        find_headers(environ={"PYZ3_PYTHON_HEADERS": str(tmp_path)}, host=host(tmp_path))


def test_option_that_names_another_python(tmp_path: Path) -> None:
    include = headers(tmp_path / "include", "3.8.1")
    message = f"--python-headers names {include}: its patchlevel.h is not of CPython 3.9 to 3.15"
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        find_headers(extra=(include,), environ={}, host=host(tmp_path))


def test_how_to_get() -> None:
    assert how_to_get("3.14") == (
        "uv python install 3.14 (pyz3 pythons --fetch does it), or name its headers with --python-headers DIR"
    )


def test_fetching_without_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # An environment without the package: its finder does not find it.
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"^uv is neither on PATH nor installed as a package"):
        fetch_with_uv("3.14", environ={"PATH": str(tmp_path)})

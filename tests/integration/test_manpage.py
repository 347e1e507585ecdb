"""The man page in the hands of the programs that show it, and in a wheel of pyz3."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "pyz3.1"


def run(*command: str | Path, **variables: str) -> tuple[str, str]:
    """Run a program; give what it printed, and its complaints."""
    done = subprocess.run(
        command, capture_output=True, check=False, encoding="utf-8", env={**os.environ, **variables}
    )
    assert done.returncode in {0, 2}, done.stderr  # mandoc -T lint: 2 is a warning
    return done.stdout, done.stderr


def need(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt-get install {program}")


def test_groff_shows_it_without_warnings() -> None:
    need("groff")
    shown, complaints = run("groff", "-man", "-Tutf8", "-ww", "-P-cbou", PAGE)
    lines = [line for line in shown.splitlines() if line]
    assert complaints == ""
    assert lines[1:3] == ["NAME", "       pyz3 - build the wheels of a Python project for every platform"]
    assert any(line.split()[:3] == ["pyz3", "wheel", "[OPTIONS]"] for line in lines)


def test_mandoc_finds_nothing_but_the_missing_date() -> None:
    need("mandoc")
    found = [line for line in "".join(run("mandoc", "-T", "lint", PAGE)).splitlines() if "STYLE" not in line]
    assert [line.partition(" WARNING: ")[2] for line in found] == ['missing date, using "": TH']


def test_it_is_found_where_a_wheel_is_installed(tmp_path: Path) -> None:
    need("man")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", tmp_path, ROOT]
    run(*build)
    (wheel,) = tmp_path.glob("pyz3-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith("/pyz3.1")]
    assert name.endswith(".data/data/share/man/man1/pyz3.1")
    prefix = tmp_path / "env"
    venv.create(prefix, with_pip=False, symlinks=os.name != "nt")
    python = Path(sysconfig.get_path("scripts", "venv", {"base": str(prefix)})) / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    found, _ = run("man", "-w", "pyz3", PATH=path, MANPATH="")
    assert found.strip() == str(prefix / "share" / "man" / "man1" / "pyz3.1")

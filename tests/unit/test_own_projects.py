"""What only projects have that pyz3 itself builds, asked for in one of setuptools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pyz3 import backend
from pyz3.cli import cli
from pyz3.errors import ConfigError
from pyz3.scaffold import refuse_setup_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETUP = 'from setuptools import setup\nsetup(name="probe", version="1")\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "setup.py").write_text(SETUP)
    return folder


def complaint(*args: object) -> tuple[str, str | None]:
    done = CliRunner().invoke(cli, [str(arg) for arg in args])
    assert isinstance(done.exception, ConfigError)
    assert (done.stdout, done.exception.exit_code) == ("", 2)
    return done.exception.message, done.exception.tip


@pytest.mark.parametrize(
    ("args", "what", "tip"),
    [
        (["sdist"], "pyz3 sdist", "python -m build --sdist"),
        (["develop"], "pyz3 develop", "pip install -e {root}"),
        (["develop", "--in-place"], "pyz3 develop", "pip install -e {root}"),
        (["watch"], "pyz3 watch", "pyz3 wheel builds again only what has changed"),
        (["clean"], "pyz3 clean", "pip uninstall, and git clean -X"),
        (["zig-plan"], "build.zig", "pyz3 wheel builds it for every platform"),
    ],
    ids=" ".join,
)
def test_commands(args: list[str], what: str, tip: str, root: Path) -> None:
    message = f"{what} is for projects that pyz3 itself builds; setuptools builds the one in {root}"
    assert complaint(*args, root) == (message, tip.format(root=root))
    assert [path.name for path in root.iterdir()] == ["setup.py"]


def test_rebuilding_on_import(root: Path, tmp_path: Path) -> None:
    message, tip = complaint("refresh", root, tmp_path)
    assert message.startswith("PYZ3_EDITABLE_REBUILD is for projects that pyz3 itself builds; ")
    assert tip == f"pip install -e {root}"


@pytest.mark.parametrize("file", ["setup.py", "setup.cfg"])
@pytest.mark.parametrize("pyproject", [None, '[project]\nname = "probe"\nversion = "1"\n'])
def test_init_loses_nothing(file: str, pyproject: str | None, tmp_path: Path) -> None:
    (tmp_path / file).write_text(SETUP if file == "setup.py" else "[metadata]\nname = probe\n")
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(pyproject)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert complaint("init", "--yes", tmp_path) == (
        f"{tmp_path / file}: setuptools builds this project, and pyz3 reads nothing of what stands there",
        "pyz3 wheel builds the project as it is; for pyz3 init, move all of it to pyproject.toml",
    )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_setup_cfg_of_other_tools_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[flake8]\nmax-line-length = 100\n")
    refuse_setup_files(tmp_path)


@pytest.mark.parametrize(
    "hook",
    [
        backend.build_wheel,
        backend.build_editable,
        backend.build_sdist,
        backend.prepare_metadata_for_build_wheel,
        backend.prepare_metadata_for_build_editable,
    ],
    ids=lambda hook: hook.__name__,
)
def test_hooks(
    hook: Callable[[str], str],
    root: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(root)
    with pytest.raises(SystemExit) as caught:
        hook(str(tmp_path / "out"))
    assert caught.value.code == 2
    said = capsys.readouterr()
    assert said.err == (
        "error: the build backend pyz3.backend is for projects that pyz3 itself builds; setuptools builds "
        f"the one in {root}\ntip: name the project's own in [build-system]: build-backend\n"
    )
    assert said.out == ""
    assert not (tmp_path / "out").exists()


def test_an_option_that_only_own_projects_obey(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name='probe', version='1')\n")
    done = CliRunner().invoke(cli, ["wheel", str(tmp_path), "--print-plan", "--fallback"])
    assert isinstance(done.exception, ConfigError)
    assert done.exception.message == (
        "--fallback: another build backend builds this project, and it decides what a wheel holds"
    )

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from pyz3.cli import main
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = '[project]\nname = "hello"\nversion = "1.0"\nrequires-python = "==3.12.*"\n'
C = '[[tool.pyz3.extensions]]\nname = "hello._speed"\nsources = ["*.c"]\n'
HERE = f"cp312-{Platform.current().spec.identifier}"


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of this machine's environment counts, and main()'s signal handler goes again."""
    for name in [*(n for n in os.environ if n.startswith("PYZ3_")), "MACOSX_DEPLOYMENT_TARGET"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project for 3.12 alone, the one Python whose headers are sure to be there."""
    headers = tmp_path / "include"
    headers.mkdir()
    (headers / "Python.h").touch()
    (headers / "patchlevel.h").write_text('#define PY_VERSION "3.12.9"\n')
    monkeypatch.setenv("PYZ3_PYTHON_HEADERS", str(headers))
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.c").touch()
    return configure(root)


def configure(root: Path, tool: str = "", extensions: str = C) -> Path:
    (root / "pyproject.toml").write_text(f"{HEAD}[tool.pyz3]\n{tool}\n{extensions}")
    return root


def run(*args: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["wheel", *map(str, args)])
    assert isinstance(caught.value.code, int)
    return caught.value.code


class Asked:
    """Runs ``pyz3 wheel --print-build-identifiers``."""

    def __init__(self, capsys: pytest.CaptureFixture[str], project: Path) -> None:
        self.capsys, self.project = capsys, project

    def __call__(self, *args: str) -> list[str]:
        assert run(self.project, *args, "--print-build-identifiers") == 0
        captured = self.capsys.readouterr()
        assert captured.err == ""
        return captured.out.splitlines()


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str], project: Path) -> Asked:
    return Asked(capsys, project)


DEFAULTS = [f"cp312-{platform.spec.identifier}" for platform in Platform if platform.spec.default]


def test_axes_that_nobody_names(asked: Asked) -> None:
    assert asked("--python", "3.12") == [HERE]
    assert asked("--build", "*") == asked("--build", "*", "--python", "3.12") == DEFAULTS
    assert asked("--build", "*", "--platform", "win32") == ["cp312-win32"]
    assert asked("--all-platforms", "--python", "all") == DEFAULTS
    # Leaving out widens nothing.
    assert asked("--skip", "cp3?-*", "--python", "3.12") == [HERE]


def test_patterns_repeat_and_share_an_option(asked: Asked) -> None:
    wanted = ["cp312-manylinux_aarch64", "cp312-win_amd64"]
    assert asked("--build", "cp312-win_amd64", "--build", "*-manylinux_aarch64") == wanted
    assert asked("--build", "cp312-win_amd64 *-manylinux_aarch64") == wanted
    assert asked("--build", "cp312-{win*,manylinux_aarch64}", "--skip", "*win_arm64") == wanted


def test_command_line_before_variables_before_configuration(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(asked.project, 'build = "*-win*"\nskip = "*-win_arm64"')
    windows = ("--platform", "windows-*", "--python", "3.12")
    assert asked(*windows) == ["cp312-win_amd64", "cp312-win32"]
    monkeypatch.setenv("PYZ3_BUILD", "*-win_* *-macosx_arm64")
    assert asked() == ["cp312-macosx_arm64", "cp312-win_amd64"]
    assert asked(*windows) == ["cp312-win_amd64"]
    monkeypatch.setenv("PYZ3_SKIP", "*-win_amd64")
    assert asked(*windows) == ["cp312-win_arm64"]
    assert asked("--build", "*-win_amd64", "--skip", "cp27-*") == ["cp312-win_amd64"]
    assert asked(*windows, "--build", "*", "--skip", "") == [
        *("cp312-win_amd64", "cp312-win_arm64", "cp312-win32"),
    ]


def test_variables_are_defaults_of_the_axes(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYZ3_PLATFORM", "win_amd64,macos-arm64 linux-s390x")
    monkeypatch.setenv("PYZ3_PYTHON", "3.12")
    assert asked() == ["cp312-macosx_arm64", "cp312-win_amd64", "cp312-manylinux_s390x"]
    assert asked("--build", "*-m*") == ["cp312-macosx_arm64", "cp312-manylinux_s390x"]
    assert asked("--platform", "win32") == ["cp312-win32"]
    assert asked("--all-platforms") == DEFAULTS
    assert asked("--only", "cp312-musllinux_x86_64") == ["cp312-musllinux_x86_64"]


def test_an_empty_variable_says_nothing(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("PLATFORM", "PYTHON", "BUILD", "SKIP", "OPTIMIZE", "OUTPUT_DIR")
    for name in names:
        monkeypatch.setenv(f"PYZ3_{name}", "")
    configure(asked.project, 'skip = "*-win_arm64"')
    assert asked("--platform", "windows-*", "--python", "3.12") == ["cp312-win_amd64", "cp312-win32"]


def test_only(asked: Asked) -> None:
    configure(asked.project, 'build = "*-win_*"\nskip = "*"')
    assert asked("--only", "cp312-manylinux_riscv64") == ["cp312-manylinux_riscv64"]
    assert asked("--only", "cp312-win32", "--build", "cp39-*", "--skip", "*") == ["cp312-win32"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--only", "cp312-win32", "--platform", "win32"), "--only and --platform exclude each other"),
        (("--only", "cp312-win32", "--python", "3.12"), "--only and --python exclude each other"),
        (("--only", "cp312-win32", "--all-platforms"), "--only and --all-platforms exclude each other"),
    ],
)
def test_contradictions(
    args: tuple[str, ...], message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, *args) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"Error: {message}"


def test_unknown_identifier(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "--only", "cp312-win_amd46") == 2
    assert capsys.readouterr().err == (
        "error: --only: 'cp312-win_amd46' is no build identifier\n"
        "tip: did you mean 'cp312-win_amd64'? see them all: "
        "pyz3 wheel --platform '*' --python all --print-build-identifiers\n"
    )


def test_messages_name_variables(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYZ3_PLATFORM", "plan9")
    assert run(project) == 2
    assert capsys.readouterr().err.startswith("error: PYZ3_PLATFORM: 'plan9' is no platform\n")
    assert run(project, "--platform", "plan10") == 2
    assert capsys.readouterr().err.startswith("error: --platform: 'plan10' is no platform\n")
    monkeypatch.setenv("PYZ3_OPTIMIZE", "fast")
    assert run(project) == 2
    assert "Invalid value for '--optimize' (env var: 'PYZ3_OPTIMIZE'): 'fast' is not one of" in (
        capsys.readouterr().err
    )


def test_nothing_selected(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYZ3_SKIP", "*-win*")
    asked_for = (project, "--build", "cp312-win_amd64 pp39-*", "-o", tmp_path / "out")
    reason = "pp39-*: --build matches no identifier"
    assert run(*asked_for) == 3
    assert capsys.readouterr().err.startswith(f"error: nothing is selected ({reason})\n")
    report = tmp_path / "report.json"
    assert run(*asked_for, "--allow-empty", "--report", report) == 0
    assert capsys.readouterr() == (f"skipped {reason}\nnothing is selected: no wheel is built\n", "")
    assert json.loads(report.read_text()) == {"version": "1.0", "artifacts": [], "failures": []}
    assert run(*asked_for, "--allow-empty", "-q") == 0
    assert capsys.readouterr() == ("", "")
    assert run(*asked_for, "--allow-empty", "--print-build-identifiers") == 0
    assert capsys.readouterr() == ("", "")
    assert run(*asked_for, "--allow-empty", "--print-plan") == 0
    assert capsys.readouterr() == ('{\n  "version": "1.0",\n  "wheels": []\n}\n', "")
    assert not (tmp_path / "out").exists()


def test_the_plan_has_what_was_asked_for(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(
        project,
        'glibc = "2.34"',
        '[[tool.pyz3.overrides]]\nselect = "*-manylinux*"\ncpu = "x86_64_v3"\noptimize = "Debug"\n' + C,
    )
    common = (project, "--python", "3.12", "--print-plan", "--platform")
    assert run(*common, "manylinux_2_28_x86_64") == 0
    (job,) = json.loads(capsys.readouterr().out)["wheels"]
    assert (job["floor"], job["wheel_platform"]) == ("2.28", "manylinux_2_28_x86_64")
    assert (job["optimize"], job["cpu"], job["lto"]) == ("Debug", "x86_64_v3", "")
    monkeypatch.setenv("PYZ3_OPTIMIZE", "ReleaseSmall")
    assert run(*common, "linux-x86_64") == 0
    (job,) = json.loads(capsys.readouterr().out)["wheels"]
    assert (job["floor"], job["optimize"]) == ("2.34", "ReleaseSmall")
    assert run(*common, "linux-x86_64", "--optimize", "ReleaseSafe") == 0
    (job,) = json.loads(capsys.readouterr().out)["wheels"]
    assert job["optimize"] == "ReleaseSafe"


def test_the_output_folder_of_the_variable(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project, 'packages = ["hello"]', extensions="")
    (project / "hello").mkdir()
    (project / "hello" / "__init__.py").touch()
    monkeypatch.setenv("PYZ3_OUTPUT_DIR", str(tmp_path / "from variable"))
    assert run(project, "-q") == 0
    assert run(project, "-q", "-o", tmp_path / "from option") == 0
    assert capsys.readouterr() == ("", "")
    for folder in ("from variable", "from option"):
        assert [path.name for path in (tmp_path / folder).iterdir()] == ["hello-1.0-py3-none-any.whl"]

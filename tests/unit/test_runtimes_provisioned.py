"""Which interpreters of other platforms are meant by their names, and how they are started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pyz3.runtimes import Runtime, provisioned_runtime, provisioned_runtimes, remedy, runtimes_dir
from pyz3.targets import Platform, PythonVersion, Target

FOLDER = Path("/folder")


@pytest.mark.parametrize(
    ("name", "platform", "python", "runs_by"),
    [
        ("win_amd64-3.13", "windows-x64", "3.13", "Wine"),
        ("linux_aarch64-3.14", "linux-aarch64", "3.14", "qemu-user"),
        ("linux_x86_64-3.13t", "linux-x86_64", "3.13t", "its own glibc"),
        ("musllinux_x86_64-3.13", "musllinux-x86_64", "3.13", "its own musl"),
        ("pyodide", "pyodide", "3.14", "node"),
        ("pyodide-0.27.7", "pyodide", "3.12", "node"),
        ("pyodide-315.0.0-alpha.2", "pyodide", "3.15", "node"),
    ],
)
def test_a_name_says_platform_and_python(name: str, platform: str, python: str, runs_by: str) -> None:
    assert provisioned_runtime(name, FOLDER) == Runtime(
        name=name,
        platform=Platform(platform),
        python=PythonVersion.parse(python),
        command=FOLDER / "bin" / f"python-{name}",
        runs_by=runs_by,
    )


@pytest.mark.parametrize("name", ["", "win_amd64", "win_amd64-", "beos_x86-3.13", "pyodide-1.2", "-3.13"])
def test_other_names_stand_for_none(name: str) -> None:
    assert provisioned_runtime(name, FOLDER) is None


@pytest.mark.skipif(sys.platform == "win32", reason="they are scripts of a POSIX shell")
def test_what_a_folder_holds(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("win_amd64-3.9", "linux_aarch64-3.13", "linux_aarch64-3.9", "mine", "win_amd64-3.10"):
        path = folder / f"python-{name}"
        path.touch()
        path.chmod(0o644 if name.endswith("3.10") else 0o755)
    found, strangers = provisioned_runtimes(tmp_path)
    assert [one.name for one in found] == ["linux_aarch64-3.9", "linux_aarch64-3.13", "win_amd64-3.9"]
    assert strangers == ("mine",)
    assert provisioned_runtimes(tmp_path / "none") == ((), ())


def test_the_folder_is_that_of_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/me"))
    assert runtimes_dir({"PYZ3_RUNTIMES": "/a", "XDG_CACHE_HOME": "/b"}) == Path("/a")
    assert runtimes_dir({"XDG_CACHE_HOME": "/b"}) == Path("/b/pyz3-runtimes")
    assert runtimes_dir({}) == Path("/me/.cache/pyz3-runtimes")


@pytest.mark.parametrize(
    ("here", "platform", "python", "how"),
    [
        ("linux-x86_64", "linux-x86_64", "3.13t", "uv python install 3.13t"),
        ("linux-x86_64", "windows-x64", "3.12", "pyz3 runtimes add win_amd64-3.12"),
        ("linux-x86_64", "pyodide", "3.13", "pyz3 runtimes add pyodide-0.29.4"),
        ("linux-x86_64", "pyodide", "3.14", "pyz3 runtimes add pyodide"),
        ("linux-x86_64", "linux-aarch64", "3.13", "pyz3 runtimes add linux_aarch64-3.13"),
        ("linux-x86_64", "linux-s390x", "3.14", "scripts/runtimes.sh linux_s390x-3.14"),
        ("macos-arm64", "pyodide", "3.13", "pyz3 runtimes add pyodide-0.29.4"),
        ("windows-x64", "pyodide", "3.13", ""),
        ("macos-arm64", "linux-aarch64", "3.13", ""),
        ("linux-x86_64", "macos-arm64", "3.13", ""),
        ("macos-arm64", "windows-x64", "3.12", ""),
        ("macos-arm64", "macos-arm64", "3.12", "uv python install 3.12"),
    ],
)
def test_how_one_can_be_had(
    here: str, platform: str, python: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Platform, "current", lambda: Platform(here))
    target = Target(platform=Platform(platform), python=PythonVersion.parse(python))
    assert remedy(target) == how


def test_it_sees_nothing_of_another_python() -> None:
    runtime = provisioned_runtime("win_amd64-3.13", FOLDER)
    assert runtime is not None
    environ = {"PYTHONHOME": "/usr", "PYTHONPATH": "/mine", "PATH": "/bin"}
    plain = {"PATH": "/bin", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    assert runtime.variables(environ) == plain
    assert runtime.variables(environ, path=[FOLDER]) == {**plain, "PYTHONPATH": str(FOLDER)}
    assert (runtime.is_native, str(runtime)) == (False, "win_amd64-3.13")

"""Commands that tell of pyz3 itself: platforms, env, completion."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest

from pyz3 import __version__
from pyz3.cli import cli, main
from pyz3.targets import SUPPORTED, Platform

if TYPE_CHECKING:
    from pathlib import Path


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as caught:
        main(args)
    assert isinstance(caught.value.code, int)
    said = capsys.readouterr()
    return caught.value.code, said.out + said.err


def as_json(capsys: pytest.CaptureFixture[str], command: str) -> dict[str, Any]:
    status, said = run(capsys, command, "--json")
    assert status == 0
    found = json.loads(said)
    assert isinstance(found, dict)
    return found


def test_platforms(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = run(capsys, "platforms")
    head, *lines = said.splitlines()
    assert (status, head.split()) == (0, ["platform", "wheel", "platform", "zig", "target"])
    assert [line.split()[0] for line in lines] == [str(one) for one in Platform]
    assert [line.split()[0] for line in lines if " * " in line] == [
        str(p) for p in Platform if p.spec.default
    ]


def test_platforms_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    found = as_json(capsys, "platforms")
    assert found["version"] == "1.0"
    by_name = {one.pop("name"): one for one in found["platforms"]}
    assert list(by_name) == [str(one) for one in Platform]
    assert by_name["macos-universal2"] == {
        "family": "macos",
        "arch": "universal2",
        "default": False,
        "identifier": "macosx_universal2",
        "wheel_platform": "macosx_10_9_universal2",
        "zig_targets": ["x86_64-macos.10.9", "aarch64-macos.11.0"],
        "pythons": [str(python) for python in SUPPORTED],
    }
    assert by_name["pyodide"]["pythons"] == ["3.12", "3.13", "3.14", "3.15"]


def test_env(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYZ3_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("TWINE_PASSWORD", "secret")
    found = as_json(capsys, "env")
    assert list(found) == [
        *(
            "version",
            "pyz3",
            "zig",
            "zig_path",
            "python",
            "executable",
            "system",
            "platform",
            "cache",
            "headers",
        ),
        "variables",
    ]
    assert (found["version"], found["pyz3"], found["zig"]) == ("1.0", __version__, "0.16.0")
    assert (found["executable"], found["platform"]) == (sys.executable, str(Platform.current()))
    assert found["cache"] == found["variables"]["PYZ3_CACHE_DIR"] == str(tmp_path / "cache")
    status, said = run(capsys, "env")
    assert status == 0
    assert "secret" not in said
    shown = dict(line.split(maxsplit=1) for line in said.splitlines())
    assert shown["cache"] == str(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()  # who only looks makes none


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    status, said = run(capsys, "completion", shell)
    assert status == 0
    assert f"_PYZ3_COMPLETE={shell}_complete" in said
    monkeypatch.setenv("SHELL", f"/bin/{shell}")
    assert run(capsys, "completion") == (0, said)


def test_no_completion_for_other_shells(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/bin/nu")
    status, said = run(capsys, "completion")
    assert status == 2
    assert said == "error: nu: there is no completion for it\ntip: name one of bash, zsh, fish\n"


@pytest.mark.parametrize(
    ("command", "option", "begun", "words"),
    [
        ("wheel", "--platform", "windows-", ["windows-x64", "windows-arm64", "windows-x86"]),
        ("wheel", "--python", "3.13", ["3.13", "3.13t"]),
        ("toolchain", "--target", "pyo", ["pyodide"]),
        ("wheel", "--only", "cp313-win_a", ["cp313-win_amd64", "cp313-win_arm64"]),
        ("explain", "words", "ABI", ["abi3"]),
    ],
)
def test_values_are_completed(command: str, option: str, begun: str, words: list[str]) -> None:
    context = click.Context(cli)
    found = cli.get_command(context, command)
    assert found is not None
    (parameter,) = (one for one in found.params if option in one.opts)
    assert [item.value for item in parameter.shell_complete(context, begun)] == words

"""What ``pyz3 check`` prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from wheels import put_wheel

from pyz3._records import from_json
from pyz3.check import CheckReport, report_schema
from pyz3.cli import cli
from pyz3.errors import ConfigError, NothingSelectedError

FILES = {"thing/__init__.py": "x = 1\n"}


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["check", *args], standalone_mode=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with ``dist``: a sound wheel, one with a warning, and one with an error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dist").mkdir()
    put_wheel(tmp_path / "dist", "sound", FILES)
    put_wheel(tmp_path / "dist", "odd", {**FILES, "thing/aux.py": ""})
    wrong = put_wheel(tmp_path / "dist", "wrong", FILES)
    wrong.write_bytes(wrong.read_bytes() + b"more")
    return tmp_path


def test_text(folder: Path) -> None:
    done = run()
    assert done.return_value == 9
    assert done.stdout == (
        "! odd-1.0-py3-none-any.whl\n"
        "  PW112 unportable-name: thing/aux.py is the name of a device for Windows\n"
        "✓ sound-1.0-py3-none-any.whl\n"
        "✗ wrong-1.0-py3-none-any.whl\n"
        "  PW109 contradicting-headers: the archive has data behind its end\n"
        "  tip: Pack it again: `python -m wheel unpack`, then `python -m wheel pack`.\n"
        "3 wheels: 1 error, 1 warning\n"
        "what a rule means: pyz3 explain PW109\n"
    )
    assert folder.joinpath("dist").is_dir()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["dist/sound-1.0-py3-none-any.whl"], 0),
        (["dist/odd-1.0-py3-none-any.whl"], 0),
        (["dist/odd-1.0-py3-none-any.whl", "--strict"], 9),
        (["dist", "--ignore", "PW109"], 0),
        (["dist", "--ignore", "PW1", "--select", "PW109"], 9),
        (["dist", "--select", "PW2,PW3"], 0),
    ],
)
@pytest.mark.usefixtures("folder")
def test_exit_codes(args: list[str], code: int) -> None:
    assert run(*args).return_value == code


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_checked() -> None:
    Path("empty").mkdir()
    Path("notes.txt").touch()
    for name, kind, message in (
        ("gone.whl", ConfigError, "there is no gone.whl"),
        ("notes.txt", ConfigError, "notes.txt is no wheel (.whl)"),
        ("empty", NothingSelectedError, "empty: no wheel is in it"),
    ):
        done = run(name)
        assert (type(done.exception), str(done.exception)) == (kind, message)


def test_a_projects_own_choice(folder: Path) -> None:
    pyproject = folder / "pyproject.toml"
    pyproject.write_text('[tool.pyz3.check]\nignore = ["PW109"]\nstrict = true\n', encoding="utf-8")
    assert "PW109" not in run("dist").stdout
    assert run("dist/odd-1.0-py3-none-any.whl").return_value == 9
    assert run("dist/wrong-1.0-py3-none-any.whl").return_value == 0
    assert run("dist/wrong-1.0-py3-none-any.whl", "--ignore", "PW2").return_value == 9
    pyproject.write_text('[tool.pyz3.check]\nignored = ["PW109"]\n', encoding="utf-8")
    assert str(run("dist").exception) == "pyproject.toml: tool.pyz3.check.ignored: unknown key"


@pytest.mark.usefixtures("folder")
def test_json_is_what_the_schema_says() -> None:
    done = run("--format", "json")
    report = from_json(done.stdout.encode(), CheckReport)
    assert (done.return_value, report.errors, report.warnings) == (9, 1, 1)
    document = json.loads(done.stdout)
    assert document["version"] == "1.1"
    assert document["wheels"][2]["findings"] == [
        {
            "code": "PW109",
            "name": "contradicting-headers",
            "severity": "error",
            "message": "the archive has data behind its end",
            "wheel": str(Path("dist/wrong-1.0-py3-none-any.whl")),
            "tip": "Pack it again: `python -m wheel unpack`, then `python -m wheel pack`.",
        }
    ]
    definitions = json.loads(report_schema())["$defs"]
    assert set(document) == set(definitions["CheckReport"]["properties"])
    assert set(document["wheels"][2]) <= set(definitions["WheelReport"]["properties"])
    assert set(document["wheels"][2]["findings"][0]) <= set(definitions["Finding"]["properties"])


@pytest.mark.usefixtures("folder")
def test_a_tree() -> None:
    assert run("dist/sound-1.0-py3-none-any.whl", "--tree").stdout == (
        "✓ sound-1.0-py3-none-any.whl\n"
        "  no binary for the wheel's platform is in it\n"
        "1 wheel: 0 errors, 0 warnings\n"
    )
    assert run("--tree", "--format", "json").stdout == run("--format", "json").stdout
    error = run("--tree", "--format", "sarif").exception
    assert str(error) == "--tree is for text; sarif has no place for it, and json always has it"


@pytest.mark.usefixtures("folder")
def test_github() -> None:
    assert run("--format", "github").stdout == (
        "::warning file=dist/odd-1.0-py3-none-any.whl,title=PW112 unportable-name::"
        "odd-1.0-py3-none-any.whl: thing/aux.py is the name of a device for Windows\n"
        "::error file=dist/wrong-1.0-py3-none-any.whl,title=PW109 contradicting-headers::"
        "wrong-1.0-py3-none-any.whl: the archive has data behind its end\n"
    )


@pytest.mark.usefixtures("folder")
def test_sarif() -> None:
    log = json.loads(run("--format", "sarif").stdout)
    (one,) = log["runs"]
    assert (log["version"], one["tool"]["driver"]["name"]) == ("2.1.0", "pyz3")
    assert [rule["id"] for rule in one["tool"]["driver"]["rules"]] == ["PW109", "PW112"]
    assert one["results"][0] == {
        "ruleId": "PW112",
        "ruleIndex": 1,
        "level": "warning",
        "message": {"text": "thing/aux.py is the name of a device for Windows"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "dist/odd-1.0-py3-none-any.whl"}},
                "logicalLocations": [{"fullyQualifiedName": "thing/aux.py", "kind": "member"}],
            }
        ],
    }


def test_a_rule_is_explained() -> None:
    done = CliRunner().invoke(cli, ["explain", "PW109"])
    assert done.stdout.startswith("# PW109 contradicting-headers\n\nThe archive's central directory")
    assert done.stdout.endswith("(docs/reference/rules.md)\n")
    assert CliRunner().invoke(cli, ["explain", "rules"]).stdout.startswith("# Rules of pyz3 check\n")

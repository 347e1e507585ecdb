from __future__ import annotations

import contextlib
import errno
import json
import signal
import sys
from concurrent.futures import Future
from types import SimpleNamespace
from typing import TYPE_CHECKING, NoReturn
from zipfile import ZipFile

import click
import pytest

from pyz3 import __version__
from pyz3._ending import end_by
from pyz3._processes import wait_alert
from pyz3.cli import _COMMANDS, cli, main
from pyz3.cli.boundary import Ended, boundary
from pyz3.cli.cc import _tools_words
from pyz3.cli.wheel import wheel
from pyz3.errors import AuditFailedError, ConfigError, NothingSelectedError, NoWheelError, Pyz3Error
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PURE = '[project]\nname = "hello"\nversion = "1.0"\n'
C = '[[tool.pyz3.extensions]]\nname = "hello._speed"\nsources = ["*.c"]\n'


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of this machine's environment counts, and main()'s signal handler goes again."""
    for name in ("PYZ3_PYTHON_HEADERS", "MACOSX_DEPLOYMENT_TARGET", "SOURCE_DATE_EPOCH", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for name in names if (number := signal.Signals[name])}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PURE)
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "__init__.py").write_text("x = 1\n")
    return tmp_path


def run(*args: object, command: click.Command | None = None) -> int:
    with pytest.raises(SystemExit) as caught:
        main([str(arg) for arg in args], **({} if command is None else {"command": command}))
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"pyz3, version {__version__}\n"


def test_the_overview_says_of_each_command_what_it_says_itself() -> None:
    context = click.Context(cli)
    said = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    assert {name: one.name for name, one in said.items() if one} == {name: name for name in said}
    hidden = {name for name, one in said.items() if one and one.hidden}
    assert hidden == {"refresh", "zig-plan"}
    formatter = click.HelpFormatter(width=200)
    cli.format_commands(context, formatter)
    lines = [line for line in formatter.getvalue().splitlines() if line.startswith("  ")]
    shown = dict(line.split(maxsplit=1) for line in lines)
    own = {name: one.get_short_help_str(200) for name, one in said.items() if one and name not in hidden}
    assert shown == own


def test_the_list_of_commands_is_readable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run("--help") == 0
    commands = capsys.readouterr().out.partition("Build:\n")[2].splitlines()
    assert [line for line in commands if line.endswith("...")] == []
    assert len(commands) > 7


@pytest.mark.parametrize("args", [("--help",), ("wheel", "--help"), ("wheel", "-h"), ("pythons", "-h")])
def test_help(args: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 0
    assert capsys.readouterr().out.startswith("Usage: pyz3 ")


def test_options_stand_under_headings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert run("wheel", "--help") == 0
    shown = capsys.readouterr().out
    headings = [line for line in shown.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["What is built:", "How:", "Where it goes, and what is shown:", "Other:"]
    assert shown.partition("Other:\n")[2].startswith(
        "  -h, --help  Show this message and exit.\n\n  Examples:\n"
    )
    for option in (one for one in wheel.params if isinstance(one, click.Option)):
        begins = f"  {', '.join(option.opts)} "
        assert sum(f"{line} ".startswith(begins) for line in shown.splitlines()) == 1, option.opts


@pytest.mark.parametrize("name", _COMMANDS)
def test_each_commands_help_has_no_signs_of_its_form(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name, "--help") == 0
    assert not {"\\", "\b"} & set(capsys.readouterr().out)


def raising(error: BaseException) -> click.Command:
    @click.command()
    def command() -> NoReturn:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "printed"),
    [
        (Pyz3Error("what", tip="do"), 1, "error: what\ntip: do\n"),
        (ConfigError("what"), 2, "error: what\n"),
        (NothingSelectedError("what"), 3, "error: what\n"),
        (AuditFailedError("what"), 9, "error: what\n"),
        (NoWheelError("what"), 10, "error: what\n"),
        (click.ClickException("what"), 1, "Error: what\n"),
        (KeyboardInterrupt(), 130, "stopped\n"),
        (click.Abort(), 130, "stopped\n"),
    ],
)
def test_one_boundary_for_errors(
    error: BaseException, code: int, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command=raising(error)) == code
    captured = capsys.readouterr()
    assert (captured.out, captured.err.lstrip("\n")) == ("", printed)


@pytest.mark.parametrize(
    ("free", "tip"), [(0, "tip: make room on the disk of the cache (PYZ3_CACHE_DIR)\n"), (1 << 30, "")]
)
def test_a_full_disk_is_named(
    free: int, tip: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    assert run(command=raising(OSError(errno.ENOSPC, "No space left on device"))) == 1
    assert capsys.readouterr().err == f"error: No space left on device\n{tip}"


def test_mistakes_of_pyz3_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        main([], command=raising(ZeroDivisionError()))


def test_an_interruption_that_gets_lost_is_heard_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    @boundary()
    def deaf() -> None:
        with contextlib.suppress(KeyboardInterrupt):  # C code that runs Python code may do so
            end_by(Ended(signal.SIGTERM))
        wait_alert([Future[None]()])

    with pytest.raises(SystemExit, match=r"^143$"):
        deaf()
    assert capsys.readouterr().err == "stopped\n"
    done: Future[None] = Future()
    done.set_result(None)
    wait_alert([done])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that can be caught")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_being_ended_from_outside_is_like_ctrl_c(
    name: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def command() -> None:
        signal.raise_signal(signal.Signals[name])

    signal.signal(signal.Signals[name], signal.default_int_handler)  # tests may run where it is ignored
    assert run(command=command) == code
    assert capsys.readouterr().err.strip() == "stopped"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--platform", "linux-*", "--all-platforms"), "--platform and --all-platforms exclude each other"),
        (("-q", "-v"), "--quiet and --verbose exclude each other"),
        (("--optimize", "fast"), "'fast' is not one of"),
        (("-j", "0"), "0 is not in the range x>=1"),
        (("--nonsense",), "No such option"),
    ],
)
def test_usage(
    args: tuple[str, ...], message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("wheel", project, *args) == 2
    assert message in capsys.readouterr().err


def test_configuration_errors(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("wheel", project / "hello") == 2
    assert capsys.readouterr().err == (
        f"error: {project / 'hello'}: no pyproject.toml here\n"
        "tip: name the folder of a project: pyz3 wheel path/to/project\n"
        'more: pyz3 explain "no pyproject.toml here"\n'
    )
    (project / "pyproject.toml").write_text(PURE + '[tool.pyz3]\noptimise = "Debug"\n')
    assert run("wheel", project) == 2
    assert capsys.readouterr().err == (
        "error: pyproject.toml: tool.pyz3.optimise: unknown key\ntip: did you mean 'optimize'?\n"
    )


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("build", " Did you mean 'wheel'?"),
        ("audit", " Did you mean 'check'?"),
        ("help", " Did you mean '--help'?"),
        ("whel", " Did you mean 'wheel'?"),
        ("WHEEL", " Did you mean 'wheel'?"),
        ("biuld", " Did you mean 'wheel'?"),
        ("buid", " Did you mean 'wheel'?"),
        ("make", " Did you mean 'wheel'?"),
        ("package", " Did you mean 'wheel'?"),
        ("compile", " Did you mean 'wheel'?"),
        ("create", " Did you mean 'init'?"),
        ("lint", " Did you mean 'check'?"),
        ("prune", " Did you mean 'cache clean'?"),
        ("purge", " Did you mean 'cache clean'?"),
        ("run", " Did you mean 'test'?"),
        ("info", " Did you mean 'env'?"),
        ("version", " Did you mean '--version'?"),
        ("cache prune", " Did you mean 'clean'?"),
        ("cache wram", " Did you mean 'warm'?"),
        ("runtimes install", " Did you mean 'add'?"),
        ("ci gihub", " Did you mean 'github'?"),
        ("ci jenkins", ""),
        ("refrehs", ""),  # refresh is not for users
        ("xyzzy", ""),
    ],
)
def test_unknown_commands(command: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = command.split()
    assert run(*words) == 2
    assert capsys.readouterr().err.endswith(f"\nError: No such command {words[-1]!r}.{hint}\n")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--target linux-x86_64 -c x.c -o x.o", "-c x.c -o x.o"),
        ("--target=linux-x86_64 -v --python 3.13 -shared -DNAME=v x.c", "-shared -DNAME=v x.c"),
        ("--log log.txt --target linux-x86_64 -- -v x.c", "-- -v x.c"),
        ("--target linux-x86_64 x.c --target y", "x.c --target y"),
        ("--verbose", ""),
        ("--target", ""),
    ],
)
def test_the_words_of_a_tool_begin_behind_those_of_pyz3(line: str, words: str) -> None:
    args = line.split()
    assert " ".join(args[_tools_words(args) :]) == words


def test_a_name_without_a_version_is_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("wheel", "nosuch") == 2
    assert capsys.readouterr().err == (
        "error: there is no folder nosuch\n"
        "tip: to build a project of that name from the package index, say which version: nosuch==1.2\n"
    )


def test_unknown_platform_and_python(
    project: Path, headers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(PURE + C)
    (project / "a.c").touch()
    assert run("wheel", project, "--platform", "linux-x86-64") == 2
    captured = capsys.readouterr().err
    assert captured.startswith(
        "error: --platform: 'linux-x86-64' is no platform\ntip: did you mean 'linux-x86_64'? "
    )
    assert run("wheel", project, "--python", "2.7", "--python-headers", headers) == 2
    assert capsys.readouterr().err.startswith(
        "error: --python: '2.7' is not a Python version like 3.13 or 3.13t\n"
    )


def test_nothing_selected(project: Path, headers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(PURE + 'requires-python = ">=3.13"\n' + C)
    (project / "a.c").touch()
    assert run("wheel", project, "--python", "3.12", "--python-headers", headers) == 3
    assert capsys.readouterr().err == (
        "error: nothing is selected (3.12: requires-python is '>=3.13')\n"
        "tip: see what there is: pyz3 pythons, and --print-build-identifiers\n"
        'more: pyz3 explain "nothing is selected"\n'
    )


def test_identifiers(project: Path, headers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(
        PURE + '[tool.pyz3]\nplatforms = ["windows-x64", "linux-*64"]\n' + C
    )
    (project / "a.c").touch()
    common = ("wheel", project, "--python-headers", headers, "--python", "3.12", "--print-build-identifiers")
    assert run(*common, "--platform", "macos-a*", "--platform", "musllinux-x86_64") == 0
    assert capsys.readouterr().out == "cp312-macosx_arm64\ncp312-musllinux_x86_64\n"
    assert run(*common, "--all-platforms") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:3] == ["cp312-manylinux_x86_64", "cp312-manylinux_aarch64", "cp312-win_amd64"]
    assert run(*common) == 0
    assert capsys.readouterr().out == f"cp312-{Platform.current().spec.identifier}\n"
    assert sorted(path.name for path in project.iterdir()) == ["a.c", "hello", "include", "pyproject.toml"]


def test_plan(project: Path, headers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(PURE + C)
    (project / "a.c").touch()
    common = ("wheel", project, "--python-headers", headers, "--python", "3.12", "--print-plan")
    assert run(*common, "--platform", "linux-aarch64", "--optimize", "Debug") == 0
    (job,) = json.loads(capsys.readouterr().out)["wheels"]
    assert (job["identifier"], job["platform"], job["python"]) == (
        "cp312-manylinux_aarch64",
        "linux-aarch64",
        "3.12",
    )
    assert (job["floor"], job["optimize"]) == ("2.17", "Debug")
    assert [module["file"] for module in job["modules"]] == ["hello/_speed.cpython-312-aarch64-linux-gnu.so"]
    assert [module["settings"] for module in job["modules"]] == [{"sources": ["a.c"]}]


def test_a_wheel_without_binaries(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output, report = tmp_path / "wheelhouse", tmp_path / "report.json"
    assert run("wheel", project, "--all-platforms", "-o", output, "--report", report) == 0
    (made,) = output.iterdir()
    assert made.name == "hello-1.0-py3-none-any.whl"
    with ZipFile(made) as archive:
        assert archive.namelist() == [
            "hello/__init__.py",
            *(f"hello-1.0.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD")),
        ]
    captured = capsys.readouterr()
    line, total = captured.out.splitlines()
    assert line.startswith("✓ py3-none-any  hello-1.0-py3-none-any.whl  ")
    assert total.startswith(f"1 wheel in {output}, ")
    assert total.endswith(" s")  # whether something had changed nobody asked
    assert captured.err == ""
    (artifact,) = json.loads(report.read_text())["artifacts"]
    assert (artifact["path"], artifact["size"]) == (str(made), made.stat().st_size)
    assert artifact["hashes"]["sha256"] == line.rpartition("sha256=")[2]


def test_the_report_of_a_run_that_fails_early(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    report.write_text("of the last good run")
    (project / "pyproject.toml").write_text(PURE + "[tool.pyz3]\nextension = []\n")
    assert run("wheel", project, "-o", tmp_path / "out", "--report", report) == 2
    message, tip, *_ = capsys.readouterr().err.splitlines()
    assert message.startswith("error: pyproject.toml: tool.pyz3.extension: unknown key")
    assert json.loads(report.read_text()) == {
        "version": "1.0",
        "artifacts": [],
        "failures": [
            {
                "identifier": None,
                "message": message.removeprefix("error: "),
                "tip": tip.removeprefix("tip: ") if tip.startswith("tip: ") else None,
            }
        ],
    }


@pytest.mark.parametrize("printing", ["--print-plan", "--print-build-identifiers"])
def test_no_report_of_what_is_not_built(
    printing: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    report.write_text("of the last good run")
    assert run("wheel", project, printing, "--report", report) == 2
    assert f"--report and {printing} exclude each other" in capsys.readouterr().err
    assert report.read_text() == "of the last good run"


def test_quiet(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("-q", "wheel") == 2
    capsys.readouterr()
    assert run(project, "-q", "-o", tmp_path / "out", command=wheel) == 0
    assert capsys.readouterr() == ("", "")


def test_output_that_cannot_be_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "dist").write_text("a file")
    code = run("wheel", project, "-o", project / "dist")
    captured = capsys.readouterr()
    assert code in {1, 2}
    assert str(project / "dist") in captured.err
    assert "Traceback" not in captured.err
    assert (project / "dist").read_text() == "a file"


def test_no_extension_and_no_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(PURE)
    assert run("wheel", tmp_path, "-o", tmp_path / "out") == 2
    captured = capsys.readouterr().err
    assert captured.startswith("error: ")
    assert not (tmp_path / "out").exists()


def test_pythons(headers: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")  # no line is broken
    assert run("pythons", "--python-headers", headers) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    rows = [line.split() for line in lines]
    assert rows[0] == ["Python", "release", "found", "by", "headers"]
    assert [row[0] for row in rows[1:8]] == ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]
    assert rows[4] == ["3.12", "3.12.9", "--python-headers", str(headers)]


def test_pythons_with_a_folder_that_holds_no_headers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("pythons", "--python-headers", tmp_path) == 2
    assert capsys.readouterr().err.startswith("error: ")

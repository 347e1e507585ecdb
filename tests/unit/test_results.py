from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from planning import plan_of

from pyz3._files import unwritable
from pyz3.config import Project, ToolTable
from pyz3.errors import (
    AuditFailedError,
    BuildFailedError,
    ConfigError,
    MatrixError,
    NothingSelectedError,
    NoWheelError,
    Pyz3Error,
)
from pyz3.results import Failure, Summary, WheelResult, require_report, write_report
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Callable


def failure(python: str, error: Pyz3Error) -> Failure:
    target = Target(platform=Platform.WINDOWS_X64, python=PythonVersion.parse(python))
    project = Project(root=Path(), tool=ToolTable(build_zig=True), extensions=())
    (job,) = plan_of(project, [target])
    return Failure(planned=job, error=error)


def wheel(name: str = "hello-1-cp313-cp313-win_amd64.whl") -> WheelResult:
    return WheelResult(
        identifier="cp313-win_amd64",
        path=Path("dist", name).absolute(),
        tag="cp313-cp313-win_amd64",
        size=1234,
        sha256="ab" * 32,
        seconds=0.5,
        cached=False,
    )


def summary(wheels: int, *failures: Failure) -> Summary:
    return Summary(wheels=tuple(wheel() for _ in range(wheels)), failures=failures, seconds=1.0)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Pyz3Error, 1),
        (BuildFailedError, 1),
        (ConfigError, 2),
        (NothingSelectedError, 3),
        (AuditFailedError, 9),
        (NoWheelError, 10),
    ],
)
def test_exit_codes(error: type[Pyz3Error], code: int) -> None:
    raised = error("message", tip="do this")
    assert (raised.exit_code, raised.message, raised.tip, str(raised)) == (
        code,
        "message",
        "do this",
        "message",
    )
    assert error("message").tip is None


def test_every_wheel_came() -> None:
    assert summary(2).error() is None


def test_no_wheel_and_no_failure() -> None:
    error = summary(0).error()
    assert isinstance(error, NoWheelError)
    assert error.message == "no wheel was built"


def test_the_only_wheel_failed() -> None:
    cause = AuditFailedError("bad")
    assert summary(0, failure("3.13", cause)).error() is cause


def test_one_failure_beside_finished_wheels() -> None:
    cause = AuditFailedError("bad", tip="mend it")
    error = summary(2, failure("3.13", cause)).error()
    assert isinstance(error, MatrixError)
    assert error.message == "1 of 3 wheels could not be built:\n  cp313-win_amd64: bad"
    assert error.failures == (("cp313-win_amd64", cause),)
    assert error.status == 9


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ((AuditFailedError("a"), AuditFailedError("b")), 9),
        ((ConfigError("a"), ConfigError("b")), 2),
        ((BuildFailedError("a"), AuditFailedError("b")), 1),
        ((ConfigError("a"), AuditFailedError("b")), 1),
    ],
)
def test_several_failures(errors: tuple[Pyz3Error, ...], status: int) -> None:
    error = summary(1, failure("3.9", errors[0]), failure("3.13t", errors[1])).error()
    assert isinstance(error, MatrixError)
    assert error.message == "2 of 3 wheels could not be built:\n  cp39-win_amd64: a\n  cp313t-win_amd64: b"
    assert error.status == status
    without_wheels = summary(0, failure("3.9", errors[0]), failure("3.13t", errors[1])).error()
    assert isinstance(without_wheels, MatrixError)
    assert without_wheels.status == status


def test_report(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    one, two = wheel("one-1-py3-none-any.whl"), wheel("two-1-py3-none-any.whl")
    failed = failure("3.9", ConfigError("no", tip="do"))
    write_report(path, (one, two), (failed,))
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "version": "1.0",
        "artifacts": [
            {
                "name": each.path.name,
                "path": str(each.path),
                "kind": "wheel",
                "size": 1234,
                "hashes": {"sha256": "ab" * 32},
            }
            for each in (one, two)
        ],
        "failures": [{"identifier": "cp39-win_amd64", "message": "no", "tip": "do"}],
    }
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_report_of_nothing_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_report(Path("report.json"), ())
    assert json.loads((tmp_path / "report.json").read_text()) == {
        "version": "1.0",
        "artifacts": [],
        "failures": [],
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask to speak of")
def test_report_is_readable_as_the_umask_has_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_report(tmp_path / "report.json", ())
    finally:
        os.umask(before)
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("function", [require_report, lambda path: write_report(path, ())])
def test_report_that_cannot_be_written(function: Callable[[Path], None], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, tip in (
        (tmp_path / "missing" / "report.json", "name a file in a folder that exists"),
        (tmp_path / "file" / "report.json", "name a file in a folder that exists"),
    ):
        with pytest.raises(ConfigError) as caught:
            function(path)
        assert caught.value.message.startswith(f"--report: {path} cannot be written: ")
        assert caught.value.tip == tip
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_report_in_the_place_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        require_report(tmp_path)
    assert (caught.value.message, caught.value.tip) == (
        f"--report: {tmp_path} cannot be written: {os.strerror(errno.EISDIR)}",
        "name a file, not a folder",
    )


@pytest.mark.parametrize(
    ("number", "exit_code", "tip"),
    [
        (errno.ENOSPC, 1, "make room on that disk, or name a file on another one"),
        (errno.EROFS, 2, "name a file in a folder that you may write to"),
        (errno.EACCES, 2, "name a file in a folder that you may write to"),
        (errno.ELOOP, 2, "name another file"),
    ],
)
def test_what_to_do_about_an_unwritable_file(number: int, exit_code: int, tip: str) -> None:
    error = unwritable("--report: r.json", OSError(number, os.strerror(number), "other"))
    assert error.message == f"--report: r.json cannot be written: {os.strerror(number)}"
    assert (error.exit_code, error.tip) == (exit_code, tip)

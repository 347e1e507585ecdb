"""What GitHub Actions shows of a build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from planning import plan_of

from pyz3.cli.github import add_to_job_summary, group, is_github, job_summary, marks
from pyz3.config import Project, ToolTable
from pyz3.errors import BuildFailedError, ConfigError, Pyz3Error
from pyz3.plan import LeftOut
from pyz3.results import Failure, WheelResult
from pyz3.targets import Platform, PythonVersion, Target

SHA = "ab" * 32
COMPILER = """\
src/a.c:3:7: error: no such thing: 100%, ever
int a;
      ^
src/b.h:1:1: fatal error: 'x.h' file not found"""


def failed(error: Pyz3Error, python: str = "3.13") -> Failure:
    project = Project(root=Path(), tool=ToolTable(build_zig=True), extensions=())
    target = Target(platform=Platform.WINDOWS_X64, python=PythonVersion.parse(python))
    return Failure(planned=plan_of(project, [target])[0], error=error)


def wheel(**changes: Any) -> WheelResult:
    values = {
        "identifier": "cp313-win_amd64",
        "path": Path("dist/hello-1-cp313-cp313-win_amd64.whl"),
        "tag": "cp313-cp313-win_amd64",
        "size": 5412,
        "sha256": SHA,
        "seconds": 0.25,
        "cached": False,
    }
    return WheelResult(**{**values, **changes})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in a folder of a checkout."""
    for name in ("package/src/a.c", "package/src/b.h"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path / "package"


def test_compiler_messages_are_marked_at_their_lines(root: Path) -> None:
    error = BuildFailedError("hello._core failed to compile", compiler=(("hello._core", COMPILER),))
    failures = [failed(error, version) for version in ("3.12", "3.13")]
    both = "cp312-win_amd64%2C cp313-win_amd64"
    assert [*marks((), failures, (), root=root, workspace=root.parent)] == [
        f"::error title={both},file=package/src/a.c,line=3,col=7::no such thing: 100%25, ever",
        f"::error title={both},file=package/src/b.h,line=1,col=1::'x.h' file not found",
    ]
    # A file that is none of the checkout's: the message has its place.
    elsewhere = [*marks((), failures[:1], (), root=root, workspace=root / "src/other")]
    assert elsewhere[0] == ("::error title=cp312-win_amd64::src/a.c:3:7: error: no such thing: 100%25, ever")


def test_each_module_is_told(root: Path) -> None:
    linker = (
        "error: lld-link: undefined symbol: nope\n    note: referenced by build/link.o\nerror: lld-link: more"
    )
    error = BuildFailedError(
        "a, b, c and d failed to compile",
        compiler=(("a", COMPILER.partition("\n")[0]), ("b", linker), ("c", "killed"), ("d", "killed")),
    )
    assert [*marks((), [failed(error)], (), root=root, workspace=root)] == [
        "::error title=cp313-win_amd64,file=src/a.c,line=3,col=7::no such thing: 100%25, ever",
        "::error title=cp313-win_amd64::b: lld-link: undefined symbol: nope%0Alld-link: more",
        "::error title=cp313-win_amd64::a, b, c and d failed to compile",
    ]


def test_what_has_no_place_is_told_as_it_is(root: Path) -> None:
    failure = failed(ConfigError("cp313-win_amd64: one\nand two"))
    lacking = LeftOut(
        module="hello._core", identifier="cp313-win_amd64", why="it failed to compile", detail=""
    )
    commands = marks(
        [wheel(left_out=(lacking,))], [failure], ["note: -Wx is dropped"], root=root, workspace=root
    )
    assert [*commands] == [
        "::error title=cp313-win_amd64::one%0Aand two",
        "::warning title=cp313-win_amd64::hello._core is left out: it failed to compile",
        "::notice::note: -Wx is dropped",
    ]


def test_no_more_than_github_shows(root: Path) -> None:
    errors = [failed(ConfigError(str(number))) for number in range(30)]
    assert len([*marks((), errors, [str(number) for number in range(30)], root=root, workspace=root)]) == 20


def test_the_summary(tmp_path: Path) -> None:
    failure = failed(ConfigError("why `not`?\nmore"))
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    environ = {"GITHUB_STEP_SUMMARY": str(file)}
    add_to_job_summary(environ, [wheel()], [failure], seconds=1.25)
    assert file.read_text() == (
        "before\n### pyz3: 1 wheel, 1 failed in 1.2 s\n\n"
        "| wheel | size | time | tag | SHA-256 |\n|---|--:|--:|---|---|\n"
        "| `hello-1-cp313-cp313-win_amd64.whl` | 5.4 kB | 0.25 s | `cp313-cp313-win_amd64` "
        f"| `{SHA}` |\n\n"
        "- ✗ **cp313-win_amd64**: `why 'not'?`\n\n"
    )
    add_to_job_summary({}, [wheel()], [], seconds=1)  # no summary is asked for
    assert job_summary([], [], seconds=0.04) == "### pyz3: 0 wheels in 0.0 s\n\n\n"


def test_only_in_a_job_of_github() -> None:
    assert is_github({"GITHUB_ACTIONS": "true"})
    assert not is_github({"CI": "true"})
    assert group("a: 100%\nb") == "::group::a: 100%25%0Ab"

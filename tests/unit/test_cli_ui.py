from __future__ import annotations

import io
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from planning import plan_of
from rich.console import Console

from pyz3.cli.lines import human_size, wheel_line
from pyz3.cli.table import LiveTable, clock_time
from pyz3.cli.ui import BuildView, failure_lines, print_error
from pyz3.config import Project, ToolTable
from pyz3.errors import AuditFailedError, BuildFailedError, ConfigError, Pyz3Error
from pyz3.events import Activity, CommandRun, WheelBuilt, WheelFailed, WheelShared
from pyz3.results import Failure, Summary, WheelResult
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pyz3.plan import Pure, Recipe

SHA = "ab" * 32


def job(platform: str = "linux-x86_64", python: str = "3.13") -> Recipe:
    project = Project(root=Path(), tool=ToolTable(build_zig=True), extensions=())
    target = Target(platform=Platform(platform), python=PythonVersion.parse(python))
    return plan_of(project, [target])[0]


def pure_job() -> Pure:
    project = Project(root=Path(), tool=ToolTable(), extensions=())
    return plan_of(project, [Target(platform=Platform.LINUX_X86_64, python=PythonVersion(3, 13))])[0]


def wheel(
    identifier: str = "cp313-manylinux_x86_64", *, size: int = 5412, cached: bool = False
) -> WheelResult:
    return WheelResult(
        identifier=identifier,
        path=Path("dist", f"hello-1-{identifier}.whl").absolute(),
        tag="t",
        size=size,
        sha256=SHA,
        seconds=0.25,
        cached=cached,
    )


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def recorded(
    *, terminal: bool = False, forced: bool = False, width: int = 80, height: int = 25
) -> tuple[Console, io.StringIO]:
    out = Screen() if terminal else io.StringIO()
    console = Console(
        file=out,
        force_terminal=terminal or forced,
        color_system=None,
        width=width,
        height=height,
        highlight=False,
        legacy_windows=False,
    )
    return console, out


def summary(*wheels: WheelResult, failures: tuple[Failure, ...] = ()) -> Summary:
    return Summary(wheels=wheels, failures=failures, seconds=1.5)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (5412, "5.4 kB"),
        (1_000_000, "1.0 MB"),
        (2_340_000_000, "2.3 GB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert human_size(size) == text


def test_a_wheels_line() -> None:
    assert wheel_line(wheel()).plain == (
        f"✓ cp313-manylinux_x86_64  hello-1-cp313-manylinux_x86_64.whl  5.4 kB  0.25 s  sha256={SHA}"
    )


def test_an_error_goes_to_stderr_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(ConfigError("[bold]x[/bold] " + "y" * 200, tip="do [this]"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"error: [bold]x[/bold] {'y' * 200}\ntip: do [this]\n"


def test_an_error_without_tip(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(ConfigError("x"))
    assert capsys.readouterr().err == "error: x\n"


def test_an_error_with_a_text_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    error = ConfigError("nothing is selected", tip="look")
    print_error(error)
    assert capsys.readouterr().err == (
        'error: nothing is selected\ntip: look\nmore: pyz3 explain "nothing is selected"\n'
    )
    print_error(error, explained=False)
    assert capsys.readouterr().err == "error: nothing is selected\ntip: look\n"


def failed(platform: str, python: str, error: Pyz3Error) -> Failure:
    return Failure(planned=job(platform, python), error=error)


def lines(*failures: Failure) -> list[str]:
    return [line.plain for line in failure_lines(failures)]


def test_a_text_that_explains_several_causes_is_named_once() -> None:
    first, second = (
        AuditFailedError(f"{name}.so: the wheel needs macOS 12 but the wheel promises macOS 11", tip=name)
        for name in "ab"
    )
    more = 'more: pyz3 explain "needs macOS … but the wheel promises macOS …"'
    assert [
        line
        for line in lines(failed("macos-arm64", "3.9", first), failed("macos-arm64", "3.10", second))
        if line.startswith(("tip", "more"))
    ] == ["tip: a", more, "tip: b"]


def test_the_same_cause_is_told_once_for_all_wheels() -> None:
    one = BuildFailedError("whatever", compiler=(("hello._a", "a.c:1: no"), ("hello._b", "b.c:1: no")))
    other = BuildFailedError("whatever", compiler=(("hello._a", "a.c:1: other"),))
    assert lines(
        failed("linux-x86_64", "3.9", one),
        failed("linux-x86_64", "3.13t", one),
        failed("linux-x86_64", "3.14", other),
        failed("windows-x64", "3.9", one),
    ) == [
        *("✗ linux-x86_64 · hello._a  (cp39, cp313t)", "✗ windows-x64 · hello._a  (cp39)", "a.c:1: no"),
        *("✗ linux-x86_64 · hello._b  (cp39, cp313t)", "✗ windows-x64 · hello._b  (cp39)", "b.c:1: no"),
        *("✗ linux-x86_64 · hello._a  (cp314)", "a.c:1: other"),
    ]


def test_the_same_cause_is_told_once_for_all_modules() -> None:
    modules = ("a", "b", "c", "d")
    text = "error: unable to find dynamic system library 'z'"
    error = BuildFailedError("x", tip="libz", compiler=tuple((module, text) for module in modules))
    assert lines(*(failed("linux-x86_64", python, error) for python in ("3.12", "3.13"))) == [
        *("✗ linux-x86_64 · a, b, c and 1 more  (cp312, cp313)", text, "tip: libz"),
        'more: pyz3 explain "unable to find dynamic system library"',
    ]


def test_what_the_title_says_is_not_said_again() -> None:
    failures = [
        failed(
            platform,
            "3.13",
            BuildFailedError(f"{job(platform).identifier}: no", tip=f"z.h is not there for {platform}"),
        )
        for platform in ("linux-x86_64", "windows-x64")
    ]
    assert lines(*failures) == [
        *(
            "✗ linux-x86_64  (cp313)",
            "✗ windows-x64  (cp313)",
            "no",
            "tip: z.h is not there for linux-x86_64, windows-x64",
        )
    ]


def test_causes_without_compiler_messages() -> None:
    assert lines(
        failed("macos-arm64", "3.9", AuditFailedError("bad symbol", tip="raise the floor")),
        Failure(planned=pure_job(), error=ConfigError("no metadata")),
        failed("macos-arm64", "3.13", AuditFailedError("bad symbol", tip="raise the floor")),
    ) == [
        *("✗ macos-arm64  (cp39, cp313)", "bad symbol", "tip: raise the floor"),
        *("✗ any platform", "no metadata"),
    ]
    assert lines() == []


def test_summary_as_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    console, out = recorded()
    view = BuildView(console, verbose=False, quiet=False)
    failure = failed("windows-x64", "3.13", ConfigError("why [not]"))
    view.summary(
        summary(wheel(), wheel("cp39-win_amd64", cached=True), failures=(failure,)), output_dir="[d]"
    )
    assert out.getvalue().splitlines() == [
        f"✓ cp313-manylinux_x86_64  hello-1-cp313-manylinux_x86_64.whl  5.4 kB  0.25 s  sha256={SHA}",
        f"✓ cp39-win_amd64  hello-1-cp39-win_amd64.whl  5.4 kB  0.25 s  sha256={SHA}",
        "2 wheels in [d], 1.50 s; 1 failed",
    ]
    assert capsys.readouterr().err == "✗ windows-x64  (cp313)\nwhy [not]\n"


@pytest.mark.parametrize(
    ("wheels", "total"),
    [
        ((wheel(),), "1 wheel in dist, 1.50 s"),
        ((wheel(cached=True), wheel(cached=True)), "2 wheels in dist, 1.50 s (nothing had to be compiled)"),
        ((replace(wheel(cached=True), tag="py3-none-any"),), "1 wheel in dist, 1.50 s"),
        ((), "0 wheels in dist, 1.50 s"),
    ],
)
def test_totals(wheels: tuple[WheelResult, ...], total: str) -> None:
    console, out = recorded()
    BuildView(console, verbose=False, quiet=False).summary(summary(*wheels), output_dir="dist")
    assert out.getvalue().splitlines()[-1] == total


def test_quiet_leaves_nothing_but_errors(capsys: pytest.CaptureFixture[str]) -> None:
    console, out = recorded()
    view = BuildView(console, verbose=False, quiet=True)
    view.start([job()])
    view(Activity(platform="linux-x86_64", text="compiling libc++, first time only"))
    view(CommandRun(command=("zig", "build")))
    view.stop()
    failure = failed("windows-x64", "3.13", ConfigError("why"))
    view.summary(summary(wheel(), failures=(failure,)), output_dir="dist")
    assert out.getvalue() == ""
    assert capsys.readouterr().err == "✗ windows-x64  (cp313)\nwhy\n"


EVENTS = (
    Activity(platform="linux-x86_64", text="compiling"),
    Activity(platform="macos-arm64", text="compiling libc++, first time only"),
    CommandRun(command=("zig", "build", "-Dx=[y]")),
    WheelBuilt(planned=job(), result=wheel()),
)


@pytest.mark.parametrize(
    ("verbose", "printed"),
    [
        (False, ["macos-arm64: compiling libc++, first time only"]),
        (
            True,
            [
                "linux-x86_64: compiling",
                "macos-arm64: compiling libc++, first time only",
                "zig build -Dx=[y]",
            ],
        ),
    ],
)
def test_events_as_plain_lines(verbose: bool, printed: list[str]) -> None:
    console, out = recorded()
    view = BuildView(console, verbose=verbose, quiet=False)
    view.start([job(), job("macos-arm64")])
    for event in EVENTS:
        view(event)
    view.stop()
    line = wheel_line(wheel()).plain
    assert out.getvalue().splitlines() == [*printed, line]
    # Each wheel has one line; what was built once more, another.
    view.summary(summary(wheel()), output_dir="dist")
    view.summary(summary(replace(wheel(), sha256="b" * 64)), output_dir="dist")
    assert [text[-8:] for text in out.getvalue().splitlines() if text.startswith("✓")] == [line[-8:], "b" * 8]


def test_a_failed_wheel_has_a_line_as_soon_as_it_is_known() -> None:
    console, out = recorded()
    view = BuildView(console, verbose=False, quiet=False)
    view.start([job(), job("macos-arm64")])
    view(WheelFailed(planned=job("macos-arm64"), error=ConfigError("why")))
    view.stop()
    assert out.getvalue() == "✗ cp313-macosx_arm64  failed: the end says why\n"
    # One that is alone has no others to wait for.
    view.start([job()])
    view(WheelFailed(planned=job(), error=ConfigError("why")))
    view.stop()
    assert out.getvalue().count("\n") == 1


def test_times() -> None:
    assert [clock_time(seconds) for seconds in (0, 83.9, 3600 + 125)] == ["0:00", "1:23", "1:02:05"]


class Clock:
    """Seconds that pass when they are told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(table: LiveTable, *, width: int = 80, height: int = 25) -> list[str]:
    console, out = recorded(width=width, height=height)
    console.print(table)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_the_live_table() -> None:
    linux, mac = job(python="3.9"), job("macos-arm64", "3.13t")
    table = LiveTable([linux, job(python="3.13t"), mac])
    assert drawn(table) == [
        "platform      3.9  3.13t",
        "linux-x86_64  ·    ·      waiting",
        "macos-arm64        ·      waiting",
        "0 of 3 wheels, 0:00",
    ]
    table.update(Activity(platform="linux-x86_64", text="compiling [x]"))
    table.update(WheelBuilt(planned=linux, result=wheel(size=5412)))
    table.update(WheelFailed(planned=mac, error=ConfigError("x")))
    head, first, second, last = drawn(table)
    assert head.split() == ["platform", "3.9", "3.13t"]
    assert first.split("·")[0].split() == ["linux-x86_64", "✓", "5.4", "kB"]
    assert first.endswith("compiling [x]")
    assert second.split() == ["macos-arm64", "✗", "failed"]
    assert last == "1 of 3 wheels, 1 failed, 0:00"
    table.update(WheelBuilt(planned=job(python="3.13t"), result=wheel(size=10)))
    assert drawn(table)[1].split() == ["linux-x86_64", "✓", "5.4", "kB", "✓", "10", "B"]


def test_the_live_table_of_a_wheel_without_binaries() -> None:
    pure = pure_job()
    table = LiveTable([pure])
    assert [line.split() for line in drawn(table)] == [["platform", "any"], ["any", "·", "waiting"]]
    table.update(WheelBuilt(planned=pure, result=wheel(size=10)))
    assert drawn(table)[1].split() == ["any", "✓", "10", "B"]


def test_the_live_table_of_a_wheel_that_serves_later_pythons() -> None:
    old, new, mac = job(python="3.11"), job(python="3.13"), job("macos-arm64", "3.13")
    table = LiveTable([old, new, mac])
    table.update(Activity(platform="linux-x86_64", text="compiling"))
    table.update(WheelShared(order=new, by=old))
    assert drawn(table)[1].split()[:3] == ["linux-x86_64", "·", "·"]
    table.update(WheelBuilt(planned=old, result=wheel(size=10)))
    assert [line.split() for line in drawn(table)[1:-1]] == [
        ["linux-x86_64", *("✓", "10", "B") * 2],
        ["macos-arm64", "·", "waiting"],
    ]
    assert drawn(table)[-1] == "2 of 3 wheels, 0:00"


def test_the_live_table_when_one_wheel_serves_everyone() -> None:
    linux, mac, pure = job(), job("macos-arm64"), pure_job()
    table = LiveTable([linux, mac])
    for one in (linux, mac):
        table.update(Activity(platform=one.platform, text="running the build backend"))
        table.update(WheelShared(order=one, by=pure))
    table.update(WheelBuilt(planned=pure, result=wheel(size=10)))
    assert [line.split() for line in drawn(table)[1:-1]] == [
        ["linux-x86_64", "✓", "10", "B"],
        ["macos-arm64", "✓", "10", "B"],
    ]


def test_what_is_done_for_all_platforms_has_a_row_while_it_lasts() -> None:
    table = LiveTable([job()])
    table.update(Activity(platform="", text="installing x"))
    platform, everyone = (line.split() for line in drawn(table)[1:])
    assert platform == ["linux-x86_64", "·", "waiting"]
    assert everyone[1:] == ["installing", "x"]  # the first is a sign that moves with time
    table.update(Activity(platform="linux-x86_64", text="compiling"))
    assert len(drawn(table)) == 2


def matrix() -> list[Recipe]:
    platforms = (
        "linux-x86_64",
        "linux-aarch64",
        "macos-x86_64",
        "macos-arm64",
        "windows-x64",
        "windows-arm64",
    )
    return [job(platform, python) for platform in platforms for python in ("3.9", "3.10", "3.13", "3.13t")]


def test_a_narrow_terminal() -> None:
    plan, clock = matrix(), Clock()
    table = LiveTable(plan, clock=clock)
    for one in plan[:3]:
        table.update(WheelBuilt(planned=one, result=wheel()))
    table.update(WheelFailed(planned=plan[3], error=ConfigError("x")))
    table.update(Activity(platform="linux-aarch64", text="compiling libc++ (about 40 s), first time only"))
    clock.now += 64
    assert [re.sub("[\u2800-\u28ff]", "*", line) for line in drawn(table, width=60)] == [
        "platform       3.9 … 3.13t",
        "linux-x86_64   ✓✓✓✗",
        "linux-aarch64  ····  * 1:04 compiling libc++ (about 40 s), …",
        "macos-x86_64   ····  waiting",
        "macos-arm64    ····  waiting",
        "windows-x64    ····  waiting",
        "windows-arm64  ····  waiting",
        "3 of 24 wheels, 1 failed, 1:04",
    ]
    assert drawn(table, width=120)[2].endswith(" 1:04 compiling libc++ (about 40 s), first time only")
    for width in (30, 60, 80, 100, 120):
        lines = drawn(table, width=width)
        assert len(lines) == 8, "no line is wrapped"
        assert max(map(len, lines)) <= width


def test_a_low_terminal_shows_what_is_being_done() -> None:
    plan = matrix()
    table = LiveTable(plan, clock=Clock())
    for one in plan[:4]:
        table.update(Activity(platform=one.platform, text="compiling"))
        table.update(WheelBuilt(planned=one, result=wheel()))
    table.update(Activity(platform="windows-x64", text="compiling"))
    assert [line.split()[0] for line in drawn(table, width=60, height=6)] == [
        *("platform", "linux-aarch64", "macos-x86_64", "windows-x64"),
        "4",
    ]
    assert drawn(table, width=60, height=6)[-1] == "4 of 24 wheels, 0:00; 3 more platforms"
    assert len(drawn(table, width=60, height=3)) == 2


def test_one_line_for_the_whole() -> None:
    table = LiveTable(matrix(), one_line=True, clock=Clock())
    table.update(Activity(platform="macos-arm64", text="compiling"))
    table.update(Activity(platform="windows-x64", text="compiling"))
    (line,) = drawn(table, width=60)
    assert line[1:] == " 0 of 24 wheels, 0:00  macos-arm64: compiling, windows-x64…"


def test_the_table_is_drawn_on_stderr_if_stdout_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", screen := Screen())
    with (tmp_path / "log").open("w+", encoding="utf-8") as out:
        view = BuildView(Console(file=out), verbose=False, quiet=False)  # type: ignore[arg-type]
        view.start([job()])
        view(WheelBuilt(planned=job(), result=wheel()))
        view.stop()
        out.seek(0)
        assert out.read() == f"{wheel_line(wheel()).plain}\n"
    assert "linux-x86_64" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K")


@pytest.mark.parametrize(("forced", "term"), [(True, "xterm"), (False, "dumb")])
def test_no_cursor_moves_where_there_is_no_screen(
    forced: bool, term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # FORCE_COLOR wants colours in a log; a dumb terminal knows no moves.
    monkeypatch.setenv("TERM", term)
    console, out = recorded(terminal=not forced, forced=forced)
    view = BuildView(console, verbose=False, quiet=False)  # type: ignore[arg-type]
    view.start([job()])
    view(WheelBuilt(planned=job(), result=wheel()))
    view.stop()
    assert out.getvalue() == f"{wheel_line(wheel()).plain}\n"


def test_long_silence_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyz3.cli.ui._SILENCE", 0.05)
    console, out = recorded()
    view = BuildView(console, verbose=False, quiet=False)  # type: ignore[arg-type]
    view.start([job(), job("macos-arm64")])
    view(Activity(platform="macos-arm64", text="compiling"))
    until = time.monotonic() + 10
    while "0 of 2 wheels, 0:00: macos-arm64: compiling\n" not in out.getvalue():
        assert time.monotonic() < until
        time.sleep(0.01)
    view.stop()


def test_on_a_terminal_the_table_appears_and_vanishes() -> None:
    console, out = recorded(terminal=True)
    view = BuildView(console, verbose=False, quiet=False)
    view.start([job()])
    for event in EVENTS:
        view(event)
    view.stop()
    assert "linux-x86_64" in out.getvalue()
    assert "zig build" not in out.getvalue()
    assert out.getvalue().endswith("\x1b[2K")  # the lines are erased
    view.stop()


@pytest.mark.parametrize(("verbose", "quiet"), [(True, False), (False, True)])
def test_no_table_beside_commands_or_in_silence(verbose: bool, quiet: bool) -> None:
    console, out = recorded(terminal=True)
    view = BuildView(console, verbose=verbose, quiet=quiet)
    view.start([job()])
    view.stop()
    assert out.getvalue() == ""

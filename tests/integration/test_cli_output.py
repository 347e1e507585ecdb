"""What the command line prints when all goes well: plain lines, nothing, commands, the live table."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pytest

from pyz3.cli.lines import human_size
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Callable

THIS = Target(platform=Platform.current(), python=PythonVersion.current())
WHEEL_LINE = re.compile(r"✓ (\S+)  (\S+)  ([\d.]+ [kM]?B)  (\d+\.\d\d) s  sha256=([0-9a-f]{64})")
TOTAL_LINE = re.compile(r"(\d+ wheels?) in (.+), \d+\.\d\d s( \(nothing had (changed|to be compiled)\))?")
OUR_SCRIPT = Path(sys.executable).with_name("pyz3.exe" if sys.platform == "win32" else "pyz3")


def check_lines(stdout: str, folder: Path, shown_as: str, identifiers: list[str]) -> None:
    """A line per wheel as they come, each true, then the total."""
    *lines, last = [line for line in stdout.splitlines() if "first time only" not in line]
    matches = [WHEEL_LINE.fullmatch(line) for line in lines]
    assert sorted(match[1] if match else "" for match in matches) == sorted(identifiers), stdout
    for match in matches:
        assert match is not None
        content = (folder / match[2]).read_bytes()
        assert match[3] == human_size(len(content))
        assert match[5] == hashlib.sha256(content).hexdigest()
    total = TOTAL_LINE.fullmatch(last)
    assert total is not None, last
    assert total[1] == f"{len(identifiers)} wheel{'s' if len(identifiers) > 1 else ''}"
    assert total[2] == shown_as


def without_times(text: str) -> str:
    return re.sub(r"\d+\.\d\d s|^.*first time only\n", "", text, flags=re.MULTILINE)


def test_a_line_per_wheel_and_a_total(
    pyz3_cache: Path, copy_example: Callable[[str], Path], tmp_path: Path
) -> None:
    args = (
        "wheel",
        copy_example("hello"),
        "--platform",
        "windows-x64",
        "--platform",
        "linux-[ax]*64",
        "-o",
        "my wheels",
    )
    done = factory.pyz3(*args, cache=pyz3_cache, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    identifiers = [
        str(Target(platform=platform, python=THIS.python))
        for platform in (Platform.LINUX_X86_64, Platform.LINUX_AARCH64, Platform.WINDOWS_X64)
    ]
    check_lines(done.stdout, tmp_path / "my wheels", "my wheels", identifiers)
    again = factory.pyz3(*args, cache=pyz3_cache, cwd=tmp_path)
    check_lines(again.stdout, tmp_path / "my wheels", "my wheels", identifiers)
    assert again.stdout.endswith(" s (nothing had changed)\n")


def test_the_defaults_are_this_folder_this_machine_this_python_and_dist(
    pyz3_cache: Path, examples: Path, tmp_path: Path
) -> None:
    project = tmp_path / "hello"
    for path in (examples / "hello").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            copy = project / path.relative_to(examples / "hello")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    before = factory.listing(project)
    done = factory.run([sys.executable, "-m", "pyz3.wheel"], env=factory.environment(pyz3_cache), cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    check_lines(done.stdout, project / "dist", "dist", [str(THIS)])
    tags = THIS.platform.wheel_platform_for(THIS.platform.floor(THIS.python))
    wheel = f"hello-1.0.0-{THIS.python.tag}-{THIS.python.abi}-{tags}.whl"
    assert factory.listing(project) == sorted([*before, "dist", f"dist/{wheel}"])


def test_three_spellings_of_one_command(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    outputs = []
    for command in (
        [sys.executable, "-m", "pyz3.wheel"],
        [sys.executable, "-m", "pyz3", "wheel"],
        [str(OUR_SCRIPT), "wheel"],
    ):
        env = factory.environment(pyz3_cache)
        done = factory.run([*command, str(examples / "hello"), "-o", "out"], env=env, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        outputs.append(re.sub(r" \(nothing had .*\)", "", without_times(done.stdout)))
        asked = factory.run([*command, "--help"], env=env, cwd=tmp_path)
        assert asked.returncode == 0
        usage, options = asked.stdout.split("\n", 1)
        spelled = " ".join(["python", *command[1:]] if command[1] == "-m" else ["pyz3", "wheel"])
        assert usage == f"Usage: {spelled} [OPTIONS] [PROJECT]"
        outputs.append(options)
    assert len(set(outputs)) == 2, outputs


def test_quiet_prints_nothing(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    done = factory.pyz3("wheel", examples / "hello", "-q", "-o", tmp_path / "out", cache=pyz3_cache)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(factory.listing(tmp_path / "out")) == 1


def test_verbose_shows_the_commands(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    args = ("--platform", "linux-[ax]*64", "-v", "-j", "1", "-o", tmp_path / "out")
    done = factory.pyz3("wheel", examples / "hello", *args, cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, "")
    commands = [line.split(" ") for line in done.stdout.splitlines() if " build " in line]
    assert [Path(command[0]).stem for command in commands] == ["zig", "zig"]
    for command in commands:
        assert command[1:3] == ["build", "--build-file"]
        assert command[-3:] == ["-j1", "--maxrss", str(1 << 40)]
        assert str(pyz3_cache / "zig-0.16.0" / "local") in command


@pytest.mark.parametrize("flags", [("-q", "-v"), ("--all-platforms", "--platform", "linux-x86_64")])
def test_flags_that_exclude_each_other(flags: tuple[str, ...], examples: Path, tmp_path: Path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    done = factory.pyz3("wheel", examples / "hello", *flags, "-o", out, cache=cache)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(" exclude each other\n")
    assert factory.listing(tmp_path) == []


def test_output_that_knows_no_check_marks(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    # What a redirected stdout of Windows is.
    args = ("wheel", examples / "hello", "-o", tmp_path / "out")
    done = factory.pyz3(*args, cache=pyz3_cache, PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(rf"^\? {THIS}  hello-1\.0\.0-", done.stdout, re.MULTILINE)


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe breaks with another error on Windows")
@pytest.mark.parametrize("asked", [False, True])
def test_a_reader_that_goes_away(asked: bool, pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    flags = ["--print-plan"] if asked else ["-o", str(tmp_path / "out")]
    command = factory.pyz3_command("wheel", examples / "hello", *flags)
    with os.fdopen(writer, "wb") as broken:
        done = subprocess.run(
            command,
            stdout=broken,
            stderr=subprocess.PIPE,
            env=factory.environment(pyz3_cache),
            check=False,
            text=True,
        )
    assert (done.returncode, done.stderr) == (1, "")
    assert len(factory.listing(tmp_path / "out")) == (0 if asked else 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
def test_output_that_is_full(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    command = factory.pyz3_command("wheel", examples / "hello", "-o", tmp_path / "out")
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            env=factory.environment(pyz3_cache),
            check=False,
            text=True,
        )
    assert (done.returncode, done.stderr) == (1, "error: No space left on device\n")


def on_a_terminal(command: list[str], env: dict[str, str], columns: int) -> tuple[int, str]:
    """Run a command on a terminal of its own; give its exit code and all that it wrote."""
    pty = pytest.importorskip("pty", reason="pseudo-terminals are a matter of POSIX")
    import fcntl  # noqa: PLC0415 - POSIX only
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 65536):
            written += chunk
    except OSError:  # Linux' way to say that the other side is closed
        pass
    os.close(ours)
    return process.wait(), written.decode()


def test_a_live_table_on_a_terminal(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    command = factory.pyz3_command(
        *("wheel", examples / "hello", "--platform", "linux-[ax]*64", "--platform", "macos-arm64"),
        *("--python", str(THIS.python), "-o", tmp_path / "out"),
    )
    env = factory.environment(pyz3_cache, TERM="xterm-256color", COLUMNS="300")
    status, written = on_a_terminal(command, env, 300)
    assert status == 0, written
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h") == 1
    table, after = written.split("\x1b[?25h")
    assert table.startswith("\x1b[?25l")
    plain = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", table)
    heading = re.search(r"platform +(\S+)", plain)
    assert heading is not None
    assert heading[1] == str(THIS.python)
    last_frame = plain.split("platform")[-1]
    for platform in ("linux-x86_64", "linux-aarch64", "macos-arm64"):
        assert re.search(rf"{platform} +✓ \d\.\d kB", last_frame), plain
    # The table is erased line by line: what stays is what a pipe would have got.
    erased, results = after.rsplit("\x1b[2K", 1)
    assert re.fullmatch(r"(\r|\x1b\[1A|\x1b\[2K)*", erased)
    results = re.sub(r"\x1b\[[\d;]*m", "", results).replace("\r\n", "\n")
    identifiers = [
        str(Target(platform=platform, python=THIS.python))
        for platform in (Platform.LINUX_X86_64, Platform.LINUX_AARCH64, Platform.MACOS_ARM64)
    ]
    check_lines(results, tmp_path / "out", str(tmp_path / "out"), identifiers)


def test_no_colour_if_the_user_wants_none(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    command = factory.pyz3_command("wheel", examples / "hello", "-o", tmp_path / "out")
    env = factory.environment(pyz3_cache, TERM="xterm-256color", NO_COLOR="1")
    status, written = on_a_terminal(command, env, 300)
    assert status == 0, written
    assert not re.search(r"\x1b\[(\d+;)*3[0-7]m", written)


def test_what_github_shows(pyz3_cache: Path, tmp_path: Path) -> None:
    broken = "int here(void) { return there; }\n"
    project = factory.write_project(
        tmp_path / "checkout" / "probe", factory.extension("probe", "src/a.c"), {"src/a.c": broken}
    )
    summary = tmp_path / "summary.md"
    github = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(project.parent),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    done = factory.pyz3("wheel", project, "-o", tmp_path / "out", cache=pyz3_cache, **github)
    assert done.returncode == 1
    first, *_, last = [line for line in done.stdout.splitlines() if "first time only" not in line]
    assert first == "::group::building 1 wheel"
    mark = "file=probe/src/a.c,line=1,col=25::use of undeclared identifier 'there'"
    assert last == f"::error title={THIS},{mark}"
    assert summary.read_text().splitlines()[0].startswith("### pyz3: 0 wheels, 1 failed in ")
    plain = factory.pyz3("wheel", project, "--no-ci", cache=pyz3_cache, **github)
    assert (plain.returncode, "::" in plain.stdout, summary.read_text().count("###")) == (1, False, 1)

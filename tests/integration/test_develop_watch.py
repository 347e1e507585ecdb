"""pyz3 watch, and what is compiled anew after a change."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import factory
import pytest
from venvs import files

# Its lines are read as they come: one that never does is a test that failed, not one that hangs.
pytestmark = pytest.mark.timeout(240)

HEAD = '[project]\nname = "probe"\nversion = "1"\n'


def objects(cache: Path) -> set[str]:
    """The objects that zig has made of this test's sources so far."""
    return {str(path) for path in cache.glob("zig-*/local/projects/**/o/*/fifty_*.o")}


def test_touching_one_of_fifty_sources_compiles_one(tmp_path: Path, pyz3_cache: Path) -> None:
    stamp = time.time_ns()  # no earlier run may have compiled these
    texts = {
        f"native/fifty_{n:02}.c": f"long long part_{n}(void) {{ return {stamp} + {n}; }}\n" for n in range(49)
    }
    project = files(
        tmp_path / "probe",
        {
            **texts,
            "native/fifty_49.c": factory.ANSWER % {"name": "probe"},
            "pyproject.toml": HEAD + factory.extension("probe", "native/*.c"),
        },
    )

    def build() -> None:
        done = factory.pyz3("wheel", project, "-o", tmp_path / "dist", cache=pyz3_cache)
        assert (done.returncode, done.stderr) == (0, "")

    before = objects(pyz3_cache)
    build()
    all_of_them = objects(pyz3_cache)
    assert len(all_of_them - before) in {49, 50}  # the fiftieth may be known already
    (project / "native" / "fifty_07.c").write_text(f"long long part_7(void) {{ return {stamp} - 1; }}\n")
    build()
    (new,) = objects(pyz3_cache) - all_of_them
    assert new.endswith("fifty_07.o")


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process")
def test_watch(tmp_path: Path, pyz3_cache: Path) -> None:
    project = files(
        tmp_path / "probe",
        {
            "pyproject.toml": HEAD + factory.extension("probe", "native/*.c"),
            "native/probe.c": factory.ANSWER % {"name": "probe"},
            "probe.py": "",
        },
    )
    env = factory.environment(pyz3_cache, PYTHONUNBUFFERED="1")
    code = "print('after ' + 'it')"
    process = subprocess.Popen(
        factory.pyz3_command("watch", project, "--", sys.executable, "-c", code),
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout is not None
    ran = [f"$ {Path(sys.executable).name} -c {shlex.quote(code)}\n", "after it\n", "✓ exit code 0\n"]

    def next_line(word: str) -> str:
        """Read on until a line holds ``word``."""
        assert process.stdout is not None
        for line in process.stdout:
            if word in line:
                return line
        pytest.fail(f"watch ended without {word!r}")

    try:
        assert next_line("").startswith(f"watching {project}: nothing but whether it compiles, for Python ")
        assert next_line("✓").startswith("✓ probe.")
        assert [next_line("") for _ in range(3)] == ran
        (project / "probe.py").write_text("VALUE = 1\n", encoding="utf-8")
        assert [next_line("") for _ in range(3)] == ran, "a Python file is not built"
        source = project / "native" / "probe.c"
        text = source.read_text(encoding="utf-8")
        source.write_text(text.replace("42", "nonsense"), encoding="utf-8")
        assert "use of undeclared identifier 'nonsense'" in next_line("error:")
        source.write_text(text.replace("42", "43"), encoding="utf-8")
        assert next_line("✓").startswith("✓ probe.")
        config = project / "pyproject.toml"
        config.write_text(HEAD + "[tool.pyz3]\nextension = []\n", encoding="utf-8")
        assert next_line("error: pyproject.toml: tool.pyz3.extension: unknown key")
        config.write_text(HEAD + factory.extension("renamed", "native/*.c"), encoding="utf-8")
        assert "PyInit_renamed" in next_line("does not export")
        # A new file that the glob matches, in place of the old one.
        (project / "native" / "second.c").write_text(factory.ANSWER % {"name": "renamed"}, encoding="utf-8")
        (project / "native" / "probe.c").unlink()
        assert next_line("✓").startswith("✓ renamed.")
        process.send_signal(signal.SIGINT)
        # The two changes may have been noticed one by one, and a command that was just being started is not
        # ended by what is sent to pyz3 alone: its line may be the last.
        rest = [line for line in process.stdout.read().splitlines() if f"{line}\n" not in ran]
        assert (process.wait(60), rest.pop()) == (0, "stopped")
        assert all(line.startswith("✓ renamed.") for line in rest)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
    assert factory.listing(project) == ["native", "native/second.c", "probe.py", "pyproject.toml"]


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process")
def test_a_command_that_writes_what_is_watched(tmp_path: Path, pyz3_cache: Path) -> None:
    project = files(
        tmp_path / "probe", {"pyproject.toml": HEAD, "probe/__init__.py": "", "probe/version.py": ""}
    )
    log = tmp_path / "log"
    code = f"open('probe/version.py', 'a').write('#'); print('ran', file=open({str(log)!r}, 'a'))"
    process = subprocess.Popen(
        factory.pyz3_command("watch", ".", "--", sys.executable, "-c", code),
        env=factory.environment(pyz3_cache, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        cwd=project,
    )
    assert process.stdout is not None
    run = [f"$ {Path(sys.executable).name} -c {shlex.quote(code)}\n", "✓ exit code 0\n"]

    def lines(count: int) -> list[str]:
        assert process.stdout is not None
        return [process.stdout.readline() for _ in range(count)]

    try:
        assert lines(2)[0].startswith(f"watching {project}: ")
        assert lines(6) == run * 3
        assert lines(1)[0] == (
            f"note: {Path('probe', 'version.py')} changed in each of 3 runs of the command, which seems to "
            "write there: that starts nothing any more, and counts with the next change\n"
        )
        time.sleep(1)  # in which it would have been run again
        assert log.read_text(encoding="utf-8") == "ran\n" * 3
        (project / "probe" / "__init__.py").write_text("VALUE = 1\n", encoding="utf-8")
        assert lines(2) == run
        (project / "probe" / "version.py").write_text("", encoding="utf-8")
        assert lines(2) == run, "edited between two runs, it counts"
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        assert (process.stdout.read(), process.wait(60)) == ("stopped\n", 0)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
    assert log.read_text(encoding="utf-8") == "ran\n" * 5

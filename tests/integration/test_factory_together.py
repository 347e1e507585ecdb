"""Builds that share a cache: what one has made is never changed, and one that discards it ends no other."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import factory

from pyz3.engine.toolchain import Toolchain, find_zig
from pyz3.store import Cache

if TYPE_CHECKING:
    from collections.abc import Iterator

# A frame of more than a page: on Windows compiler-rt probes the stack, which is made on first use.
SOURCE = """\
#define ANSWER ({ \\
    volatile char large[65536]; \\
    for (unsigned i = 0; i < sizeof large; i++) large[i] = 42; \\
    large[(size_t)self % sizeof large]; \\
})
"""


def begin(tmp_path: Path, name: str) -> subprocess.Popen[str]:
    """Build a project of its own, in the cache of all."""
    pyproject = factory.NATIVE + factory.extension("m", "m.c")
    files = {"m.c": SOURCE + factory.ANSWER % {"name": "m"}}
    project = factory.write_project(tmp_path / name, pyproject, files)
    args = ("wheel", project, "--platform", "windows-x64", "--python", "3.13", "-o", project / "dist")
    return subprocess.Popen(
        factory.pyz3_command(*args),
        env=factory.environment(tmp_path / "cache"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(build: subprocess.Popen[str]) -> str:
    stdout, stderr = build.communicate()
    assert (stderr, build.returncode) == ("", 0), stdout
    return stdout


def shared(cache: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Give what pyz3 has zig make for all projects, but for what is being made: path, inode and date."""
    for own in (cache / "zig-0.16.0" / "global" / "o").glob("pyz3-*"):
        for folder, folders, files in os.walk(own):
            folders[:] = (name for name in folders if not name.startswith(".tmp-"))
            for path in (Path(folder, name) for name in files if not name.startswith(".tmp-")):
                with contextlib.suppress(FileNotFoundError):
                    status = path.lstat()
                    yield path, (status.st_ino, status.st_mtime_ns)


def test_what_one_has_made_the_other_leaves_as_it_is(tmp_path: Path) -> None:
    seen: dict[Path, tuple[int, int]] = {}
    with begin(tmp_path, "one") as one, begin(tmp_path, "two") as two:
        while one.poll() is None or two.poll() is None:
            for path, marks in shared(tmp_path / "cache"):
                assert seen.setdefault(path, marks) == marks, path
            time.sleep(0.02)
        assert "damaged" not in end(one) + end(two)
    assert dict(shared(tmp_path / "cache")).items() >= seen.items()
    assert any(path.name == "compiler_rt.lib" for path in seen)


def test_a_cache_that_another_one_discards(tmp_path: Path) -> None:
    zig, version = find_zig()
    toolchain = Toolchain(zig=zig, version=version, cache=Cache(tmp_path / "cache"))
    with begin(tmp_path, "one") as build:
        for _ in range(2):
            while build.poll() is None and not any(shared(tmp_path / "cache")):
                time.sleep(0.02)
            assert build.poll() is None, end(build)
            toolchain.discard(everything=True)
        assert "the cache is damaged, building anew" in end(build)
    assert factory.listing(tmp_path / "one" / "dist") == ["probe-1-cp313-cp313-win_amd64.whl"]

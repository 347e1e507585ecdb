"""Wheels by others: what pip downloads for a platform, to compare with."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from runtimes import missing

if TYPE_CHECKING:
    from pathlib import Path


def pip_download(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Have pip put one wheel into ``folder``; it may fail."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
            *("--disable-pip-version-check", "--dest", str(folder), *map(str, arguments)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def official_wheel(requirement: str, *platforms: str, folder: Path, python: str, abi: str = "") -> Path:
    """Give a project's own wheel, or skip the test, as `missing` does.

    Args:
        requirement: ``markupsafe==3.0.3``.
        platforms: Platform tags that will do.
        folder: Where it goes; it holds no wheel yet.
        python: Version of the Python that it is for.
        abi: ABI tag that it must have; empty: whatever that Python takes.
    """
    asked = [word for platform in platforms for word in ("--platform", platform)]
    if abi:
        asked += ["--implementation", "cp", "--abi", abi]
    done = pip_download(*asked, "--python-version", python, requirement, folder=folder)
    if done.returncode:
        missing(f"pip cannot download {requirement} for {platforms[0]}: {done.stderr.strip()[-300:]}")
    (wheel,) = folder.glob("*.whl")
    return wheel

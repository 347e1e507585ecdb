"""Programs from npm that tests run in node: installed once, beside the runtimes."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from filelock import FileLock
from runtimes import missing, runtimes_dir

if TYPE_CHECKING:
    from pathlib import Path


def npm_program(package: str, version: str, *, path: str) -> list[str]:
    """Give the command that runs a program of a package, or skip the test as `runtimes.missing` does.

    Args:
        package: Its name.
        version: Which.
        path: The program's file in the package.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        missing(f"{package} needs node and npm: install nodejs and npm")
    folder: Path = runtimes_dir() / "npm" / f"{package.rpartition('/')[2]}-{version}"
    program = folder / "node_modules" / package / path
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not program.is_file():
            command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
            done = subprocess.run(
                [*command, f"{package}@{version}"], capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                missing(f"npm install {package}@{version}: {done.stderr[-300:]}")
    return ["node", str(program)]

"""What comes from the package index, kept in a folder: sdists, official wheels, dependencies."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from official import pip_download

from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compat.cells import Cell
    from compat.projects import Project

# What wheels for Windows are tried with: later ones call crealf, which Wine 8 does not have.
_ON_WINE = "numpy<2.2"
# uv's names of the platforms that there are runtimes for.
_UV_PLATFORMS = {
    Platform.LINUX_X86_64: "x86_64-manylinux_2_28",
    Platform.LINUX_AARCH64: "aarch64-manylinux_2_28",
    Platform.MUSLLINUX_X86_64: "x86_64-unknown-linux-musl",
    Platform.WINDOWS_X64: "x86_64-pc-windows-msvc",
    Platform.PYODIDE: "wasm32-pyodide2025",  # with Python 3.13
}
# pip says one of these when the index answered, and has no such file.
_NOTHING = ("No matching distribution found", "Could not find a version")


class DownloadError(Exception):
    """The index did not answer, or something cannot be installed."""


@dataclass(frozen=True, kw_only=True)
class Downloads:
    """A folder of downloads.

    Attributes:
        root: The folder; what is in it already is not downloaded again.
    """

    root: Path

    def official_wheel(self, project: Project, cell: Cell) -> Path | None:
        """Give the wheel that an installer takes for the cell; None: the project publishes none.

        Raises:
            DownloadError: pip failed in another way.
        """
        folder = self.root / "official" / project.folder
        note = folder / f"{cell.identifier}.json"
        if note.is_file():
            name = json.loads(note.read_text(encoding="utf-8"))
            return folder / name if name else None
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            asked = [word for tag in cell.platform_tags for word in ("--platform", tag)]
            abis = (f"cp{cell.python.major}{cell.python.minor}", "abi3", "none")
            asked += ["--implementation", "cp", *(word for abi in abis for word in ("--abi", abi))]
            asked += ["--python-version", str(cell.python), project.requirement]
            done = pip_download(*asked, folder=Path(scratch))
            if done.returncode and not any(text in done.stderr for text in _NOTHING):
                raise DownloadError(f"{project.requirement} for {cell}: {done.stderr.strip()[-500:]}")
            names = [path.replace(folder / path.name).name for path in Path(scratch).glob("*.whl")]
        name = names[0] if names else ""
        _write(note, json.dumps(name))
        return folder / name if name else None

    def sdist(self, project: Project) -> Path:
        """Give the sdist, unpacked.

        Raises:
            DownloadError: There is none.
        """
        unpacked = self.root / "sources" / project.folder
        if not unpacked.is_dir():
            archive = self._archive(project)
            unpacked.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=unpacked.parent) as scratch:
                if archive.suffix == ".zip":
                    with zipfile.ZipFile(archive) as zipped:
                        zipped.extractall(scratch)  # noqa: S202 - of pinned projects
                else:
                    with tarfile.open(archive) as tar:
                        tar.extractall(scratch, filter="data")
                (top,) = Path(scratch).iterdir()
                top.replace(unpacked)
        return unpacked

    def _archive(self, project: Project) -> Path:
        folder = self.root / "sdists" / project.folder
        found = [path for path in folder.glob("*") if path.name.endswith((".tar.gz", ".zip"))]
        if found:
            return found[0]
        # Only this one from source: what its build needs may come as wheels.
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", project.name]
        command += ["--dest", str(folder), project.requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DownloadError(f"{project.requirement}: {done.stderr.strip()[-500:]}")
        return next(folder.iterdir())

    def installed(self, requirements: Sequence[str], cell: Cell) -> Path:
        """Give a folder with these and what they need, as the cell's platform has them.

        Raises:
            DownloadError: One of them cannot be had as a wheel.
        """
        platform = _UV_PLATFORMS[cell.platform]
        limits = [_ON_WINE] if cell.platform.family == "windows" else []
        key = [*sorted(requirements), platform, str(cell.python), *limits]
        digest = hashlib.sha256("\n".join(key).encode())
        folder = self.root / "environments" / digest.hexdigest()[:16]
        if folder.is_dir():
            return folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-python-downloads"]
        command += ["--python", sys.executable, "--only-binary", ":all:", "--target", str(unfinished)]
        command += ["--python-version", str(cell.python), "--python-platform", platform, *requirements]
        if requirements:
            constraints = unfinished.with_suffix(".txt")
            _write(constraints, "\n".join(limits))
            command += ["--constraint", str(constraints)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            constraints.unlink()
            if done.returncode:
                shutil.rmtree(unfinished)
                raise DownloadError(done.stderr.strip()[-500:])
        return unfinished.replace(folder)


def _write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)

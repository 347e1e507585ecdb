"""Situations of public bug reports: small projects, built and run for real.

A folder of ``tests/integration/situations`` is a project as its author would write it.  A test names it,
builds its wheels for the platforms whose interpreters are at hand (and for macOS, where the audit alone can
judge), and compares what code prints in each interpreter with what is right.
"""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import factory
from runtimes import Runtime, require, run_python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence

PROJECTS = Path(__file__).parent / "integration" / "situations"
# One interpreter of each system: glibc, musl, another processor, Windows.
RUNTIMES = ("host-3.13", "musllinux_x86_64-3.13", "linux_aarch64-3.13", "win_amd64-3.13")
# Nothing here runs these: their wheels are built, audited and read.
UNRUN = ("macos-arm64", "macos-x86_64")


@dataclass(frozen=True, kw_only=True)
class Built:
    """What became of a project.

    Attributes:
        done: The command, its exit code and what it printed.
        folder: Where the wheels are.
        tmp_path: For whatever is unpacked.
    """

    done: subprocess.CompletedProcess[str]
    folder: Path
    tmp_path: Path

    @property
    def wheels(self) -> tuple[Path, ...]:
        """The wheels, by name."""
        return tuple(sorted(self.folder.glob("*.whl")))

    def wheel(self, part: str) -> Path:
        """The one wheel whose name holds ``part`` (``win_amd64``)."""
        (found,) = (path for path in self.wheels if part in path.name)
        return found

    def files(self, part: str) -> dict[str, bytes]:
        """Path → content of what that wheel holds, metadata apart."""
        with zipfile.ZipFile(self.wheel(part)) as archive:
            names = [name for name in archive.namelist() if ".dist-info/" not in name]
            return {name: archive.read(name) for name in names}

    def prints(self, code: str, runtimes: Sequence[str] = RUNTIMES) -> dict[str, str]:
        """Runtime → what ``code`` prints in it, with the wheel of its platform and Python on its path."""
        return {name: self._printed(require(name), code) for name in runtimes}

    def _printed(self, runtime: Runtime, code: str) -> str:
        wheels = [path for path in self.wheels if fits(path, runtime)]
        assert len(wheels) == 1, f"{runtime}: {[path.name for path in self.wheels]}\n{self.done.stderr}"
        return run_python(runtime, code, wheels=wheels, tmp_path=self.tmp_path).strip()


def fits(wheel: Path, runtime: Runtime) -> bool:
    """Tell whether a wheel is the one for an interpreter, by its name alone."""
    python, abi, platform = wheel.stem.rsplit("-", 3)[1:]
    part = {
        **{
            f"linux-{machine}": f"manylinux_2_17_{machine}"
            for machine in ("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x")
        },
        "musllinux-x86_64": "musllinux_1_2_x86_64",
        "windows-x64": "win_amd64",
    }.get(str(runtime.platform), str(runtime.platform))
    return part in platform and (python == f"cp{runtime.python}".replace(".", "") or abi in {"abi3", "none"})


def copy(name: str, tmp_path: Path) -> Path:
    """Copy a situation's folder to where a test may change it."""
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    return shutil.copytree(PROJECTS / name, tmp_path / name, ignore=ignored)


def build(
    project: Path,
    *args: str | Path,
    cache: Path,
    tmp_path: Path,
    platforms: Sequence[str] = (),
    python: str = "3.13",
    changes: Mapping[str, str] | None = None,
) -> Built:
    """Build a project's wheels.

    Args:
        project: Its folder.
        args: More of ``pyz3 wheel``'s arguments.
        cache: pyz3's cache.
        tmp_path: Where the wheels go, below it.
        platforms: Names; default: those of :data:`RUNTIMES` and :data:`UNRUN`.
        python: For which Python; empty: ``args`` say it.
        changes: Environment variables.
    """
    chosen = platforms or (*dict.fromkeys(str(require(name).platform) for name in RUNTIMES), *UNRUN)
    words = [word for name in chosen for word in ("--platform", name)]
    words += ["--python", python] if python else []
    folder = tmp_path / "out"
    done = factory.pyz3(
        "wheel", project, *words, "-o", folder, *args, cache=cache, cwd=tmp_path, **(changes or {})
    )
    return Built(done=done, folder=folder, tmp_path=tmp_path)

"""Virtual environments for tests of front ends, and programs run without any compiler in reach."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import factory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Venv:
    """A fresh environment.

    Attributes:
        root: Its folder.
        cache: pyz3's cache.
    """

    root: Path
    cache: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        windows = sys.platform == "win32"
        return self.root / ("Scripts" if windows else "bin") / ("python.exe" if windows else "python")

    @property
    def site(self) -> Path:
        """Its site-packages."""
        variables = {"base": str(self.root), "platbase": str(self.root)}
        return type(self.root)(sysconfig.get_path("purelib", vars=variables))

    def environment(self, **changes: str) -> dict[str, str]:
        """Variables with an empty folder as PATH: no compiler, no Git."""
        empty = self.root / "empty"
        empty.mkdir(exist_ok=True)
        changes = {"PATH": str(empty), "PIP_DISABLE_PIP_VERSION_CHECK": "1", **changes}
        return factory.environment(self.cache, **changes)

    def run(
        self, *command: str | Path, cwd: Path | None = None, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program without compilers in reach; ``changes`` are variables."""
        env = self.environment(**changes)
        return factory.run([str(word) for word in command], env=env, cwd=cwd or self.root)

    def pip(self, *args: str | Path, cwd: Path | None = None, **changes: str) -> str:
        """Run pip for the environment, which has none of its own; give what it printed."""
        done = self.run(sys.executable, "-m", "pip", "--python", self.python, *args, cwd=cwd, **changes)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python_c(self, code: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run code in the environment."""
        return self.run(self.python, "-c", code, **changes)


def make_venv(root: Path, cache: Path, *, with_pyz3: bool) -> Venv:
    """Make an environment; ``with_pyz3`` it sees everything that is installed for these tests."""
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(root)
    made = Venv(root=root, cache=cache)
    if with_pyz3:
        line = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        (made.site / "tests.pth").write_text(line, encoding="utf-8")
    return made


def commit(project: Path) -> None:
    """Make a Git repository of a project, with everything in it committed."""
    env = {
        **os.environ,
        **{f"GIT_{who}_{what}": "tests" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", *command], cwd=project, env=env, check=True, capture_output=True)


def litter(project: Path) -> str:
    """What Git sees in a project besides what was committed, ignored files too."""
    command = ["git", "status", "--porcelain", "--ignored"]
    return subprocess.run(command, cwd=project, check=True, capture_output=True, encoding="utf-8").stdout


def files(root: Path, texts: Mapping[str, str]) -> Path:
    """Write files below ``root``."""
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root

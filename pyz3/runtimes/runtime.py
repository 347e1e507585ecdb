"""An interpreter that can try a wheel, and how it is started."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyz3.targets import Platform, PythonVersion

HOST = "host"
"""How the names of this machine's own interpreters begin."""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """An interpreter.

    It takes arguments, standard input, PYTHONPATH and paths as one of this machine does, whatever runs it.

    Attributes:
        name: ``win_amd64-3.13``; this machine's own are ``host-3.13``.
        platform: The platform whose wheels it runs.
        python: Its version.
        command: The executable.
        runs_by: What runs it: ``Wine``, ``qemu-user``; empty: this machine itself.
    """

    name: str
    platform: Platform
    python: PythonVersion
    command: Path
    runs_by: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def is_native(self) -> bool:
        """Whether this machine runs it itself: it can have virtual environments, and pip."""
        return not self.runs_by

    def has_crashed(self, output: str) -> bool:
        """Tell whether a program's output tells of a crash: Wine's exit code may be 0 then."""
        sign = "" if self.is_native else self.platform.spec.crash_says
        return bool(sign) and any(line.startswith(sign) for line in output.splitlines())

    def variables(self, environ: Mapping[str, str], *, path: Sequence[Path] = ()) -> dict[str, str]:
        """Give the environment variables to start it with: nothing of another Python is among them.

        Args:
            environ: The user's.
            path: Folders of modules.
        """
        kept = {name: value for name, value in environ.items() if not name.startswith("PYTHON")}
        kept |= {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return kept | ({"PYTHONPATH": os.pathsep.join(map(str, path))} if path else {})

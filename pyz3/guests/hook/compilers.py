"""This machine's compilers, by whatever name they are called: the target's take their place."""

# ruff: noqa: PTH110, PTH118, PTH119, PTH120 - commands are texts

from __future__ import annotations

import functools
import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Where systems and package managers keep programs; any other folder is the project's or its user's choice.
_SYSTEM = ("/usr/", "/bin/", "/sbin/", "/opt/", "/Library/", "/Applications/Xcode")


class Compilers:
    """Knows what stands in for which program.

    Args:
        folder: Of the commands that stand in, absolute.
    """

    def __init__(self, folder: str) -> None:
        self._folder = os.path.normpath(folder)

    def instead(self, program: Any) -> Any:
        """Give what is to run: a tool of the target in place of one of this machine (``/usr/bin/gcc``)."""
        if not isinstance(program, str):
            return program
        if program[:1] == program[-1:] == '"':  # as the variable CC has it where its path has a space
            program = program[1:-1]
        if not program.startswith(_SYSTEM):
            return program
        ours = os.path.join(self._folder, os.path.basename(program))
        return ours if os.path.exists(ours) else program

    def tool(self, program: str) -> str:
        """Give the tool that a command really is, without links; empty: it is none of ours."""
        found = program
        if not os.path.dirname(program):
            found = next((path for path in self._on_path(program) if os.access(path, os.X_OK)), "")
        found = os.path.normpath(self.instead(found)) if found else ""
        if os.path.dirname(found) in {self._folder, os.path.dirname(self._folder)}:
            return str(os.path.realpath(found))
        return ""

    def install(self) -> None:
        """Let the processes that this one starts be those that are meant, from now on."""
        subprocess.Popen.__init__ = self._starting(subprocess.Popen.__init__)  # type: ignore[method-assign]

    @staticmethod
    def _on_path(program: str) -> list[str]:
        folders = os.environ.get("PATH", "").split(os.pathsep)
        names = [program, f"{program}.exe"] if os.name == "nt" else [program]
        return [os.path.join(folder, name) for folder in folders for name in names]

    def _starting(self, own: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(own)
        def init(process: Any, args: Any, *rest: Any, **options: Any) -> None:
            if isinstance(args, (list, tuple)) and args:
                args = [self.instead(args[0]), *args[1:]]
            own(process, args, *rest, **options)

        return init

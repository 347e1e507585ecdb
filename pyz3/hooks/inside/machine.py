"""Notices where the project's own code asks what this machine's system has: the target has something else."""

# ruff: noqa: PTH117, PTH118, PTH120 - as the os module has it

from __future__ import annotations

import os
import sys
import sysconfig
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from .view import Scope

# Where systems and package managers keep headers, libraries, settings and what they know of the machine.
_SYSTEM = (
    *("/usr/include/", "/usr/lib", "/usr/local/", "/usr/share/pkgconfig/", "/lib", "/opt/", "/etc/"),
    *("/proc/", "/sys/", "/Library/", "/System/", "/Applications/Xcode.app/"),
    *("C:\\Program Files", "C:\\Windows\\"),
)  # fmt: skip
# Nearly every system has them: that they are there tells nothing.
_EVERYWHERE = frozenset((
    *("/usr/include", "/usr/lib", "/usr/lib64", "/usr/local", "/usr/local/include", "/usr/local/lib", "/lib"),
    *("/usr/local/lib64", "/lib64", "/etc", "/opt", "/proc", "/sys", "/Library", "/System"),
))  # fmt: skip
# Commands that tell of the machine they run on.
_COMMANDS = frozenset((
    *("ldconfig", "ldd", "lscpu", "getconf", "lsb_release", "dpkg", "dpkg-architecture", "dpkg-query", "rpm"),
    *("brew", "port", "arch", "sysctl", "system_profiler"),
))  # fmt: skip
_LIBRARY = os.path.dirname(os.__file__) + os.sep
_SITE = os.path.join(_LIBRARY, "site-packages") + os.sep


class Machine:
    """Hears of paths and commands, and keeps those that the project asks for.

    Args:
        scope: Whose code is the project's.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._asked: dict[str, None] = {}
        self._status = os.lstat  # before anybody hears of who asks
        bases = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
        own = [base for base in bases if base not in {"/usr", "/usr/local"}]
        folders = (*own, *sysconfig.get_paths().values(), *sys.path)
        self._pythons = tuple(os.path.join(folder, "") for folder in folders if folder)

    def asked(self) -> list[str]:
        """Give what was asked for, in that order; of what lies in a folder whose names are, no more."""
        listed = tuple(one for one in self._asked if one.endswith(os.sep))
        return [
            one for one in self._asked if not one.startswith(tuple(other for other in listed if other != one))
        ]

    def hear(self, what: str) -> None:
        """Take note of a path, or of a command by its name, if it is the project that asks.

        Args:
            what: As :class:`Reads` tells it.
        """
        there = what in _COMMANDS or (
            what.startswith(_SYSTEM)
            and what not in _EVERYWHERE
            and not self._is_chosen(what)
            and self._is_there(what)
        )
        if there and self._is_projects(sys._getframe(1)):  # noqa: SLF001 - the way to know who asks
            self._asked[what] = None

    def _is_there(self, path: str) -> bool:
        try:
            self._status(path)
        except (OSError, ValueError):
            return False
        return True

    def _is_projects(self, frame: FrameType | None) -> bool:
        """Tell whether the project asks, be it by the standard library or distutils."""
        while frame is not None and _for_others(frame):
            frame = frame.f_back
        return self._scope.covers(frame)

    def _is_chosen(self, path: str) -> bool:
        """Tell whether a path is Python's own, or what an environment variable names."""
        if path.startswith(self._pythons):
            return True
        values = (
            one for value in os.environ.values() for one in value.split(os.pathsep) if os.path.isabs(one)
        )
        return any(len(one) > 1 and f"{path}{os.sep}".startswith(os.path.join(one, "")) for one in values)


def _for_others(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    if (
        file.startswith("<frozen") or frame.f_code.co_name == "find_library_file"
    ):  # distutils' compilers have it
        return True
    module = str(frame.f_globals.get("__name__", ""))
    if module == "_pyz3_reads" or module.startswith(__name__.partition(".")[0] + "."):
        return True
    return file.startswith(_LIBRARY) and not file.startswith(_SITE)

"""The CPythons that wheels are made for, and how tags spell them (PEP 425, PEP 703)."""

from __future__ import annotations

import re
import sys
import sysconfig
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class PythonVersion:
    """A CPython feature version, free-threaded or not: ``3.13``, ``3.13t``.

    Attributes:
        major: Always 3.
        minor: 13 in 3.13.
        free_threaded: Built with ``--disable-gil`` (PEP 703); its ABI tag ends in ``t``.
    """

    major: int
    minor: int
    free_threaded: bool = False

    @classmethod
    def parse(cls, text: str) -> PythonVersion:
        """Read ``3.13``, ``3.13t``, ``3.13.1``, ``313t``, ``cp313`` or ``python3.13``.

        Raises:
            ValueError: ``text`` names no Python version.
        """
        match = re.fullmatch(r"(?:cp|python)?(3)\.?(\d{1,2})(?:\.\d+)?(t?)", text.strip())
        if match is None:
            msg = f"{text!r} is not a Python version like 3.13 or 3.13t"
            raise ValueError(msg)
        return cls(int(match[1]), int(match[2]), bool(match[3]))

    @classmethod
    def current(cls) -> PythonVersion:
        """Give the version of the interpreter that runs pyz3."""
        gil_disabled = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
        return cls(sys.version_info[0], sys.version_info[1], gil_disabled)

    def __str__(self) -> str:
        return f"{self.base}{'t' if self.free_threaded else ''}"

    @property
    def base(self) -> str:
        """The version without threading: ``3.13``; its headers serve both builds."""
        return f"{self.major}.{self.minor}"

    @property
    def tag(self) -> str:
        """The wheel's Python tag: ``cp313``, for both builds."""
        return f"cp{self.major}{self.minor}"

    @property
    def abi(self) -> str:
        """The wheel's ABI tag: ``cp313`` or ``cp313t``."""
        return f"cp{self.nodot}"

    @property
    def nodot(self) -> str:
        """``313`` or ``313t``, as in file names of modules and of ``python313t.dll``."""
        return f"{self.major}{self.minor}{'t' if self.free_threaded else ''}"


_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}


def implementation() -> str:
    """Give the name of the Python implementation that runs pyz3: ``CPython``, ``PyPy``, ``GraalPy``.

    ``sys.implementation.name`` (PEP 421) spells them in lower case.
    """
    name = sys.implementation.name
    return _IMPLEMENTATIONS.get(name, name)


OLDEST = PythonVersion(3, 9)
NEWEST = PythonVersion(3, 15)
# Free-threaded builds exist from 3.13 on (PEP 703).
FREE_THREADED_SINCE = 13

SUPPORTED: tuple[PythonVersion, ...] = tuple(
    PythonVersion(3, minor, free_threaded)
    for minor in range(OLDEST.minor, NEWEST.minor + 1)
    for free_threaded in (False, True)
    if not free_threaded or minor >= FREE_THREADED_SINCE
)

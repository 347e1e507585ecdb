"""Whether this machine's own CMake can build for other machines."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

# Before it, FindPython knows no stable ABI (Development.SABIModule), and some tests that are to run a program
# of another machine make CMake crash.
_OLDEST = Version("3.26")
# Backends that have CMake compile, as `Backend.kind` calls them.
_BY_CMAKE = ("scikit-build-core", "py-build-cmake")


def newer_cmake(kind: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give what is to be installed because the CMake on ``PATH`` is too old: requirements (PEP 508).

    Without any, build backends ask for one themselves.

    Args:
        kind: The build backend.
        environ: Its environment variables.
    """
    if kind not in _BY_CMAKE:
        return ()
    program = shutil.which("cmake", path=environ.get("PATH"))
    version = _version(program) if program else None
    return (f"cmake>={_OLDEST}",) if version is not None and version < _OLDEST else ()


@cache
def _version(program: str) -> Version | None:
    """Ask a CMake which it is; None: it does not say."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, check=False, encoding="utf-8", timeout=30
        )
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"cmake version (\d+(?:\.\d+)*)", done.stdout)
    return Version(match[1]) if match else None

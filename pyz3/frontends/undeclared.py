"""Projects whose build scripts speak of extension modules and declare none: they may want to be asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SPEAKS = re.compile(r"\b(ext_modules|cffi_modules|cythonize|mypycify|(?:Pybind11)?Extension)\b")
_VARIABLE = re.compile(
    r"""(?:environ(?:\.get|\.pop)?\s*[\[(]|getenv\s*\()\s*["'](?P<read>\w+)["']"""
    r"""|["'](?P<asked>\w+)["']\s+(?:not\s+)?in\s+(?:os\.)?environ"""
)
# They concern compilers and tools, not what is built.
_OF_TOOLS = frozenset(
    """
    CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CPATH PATH HOME USER TMPDIR TEMP INCLUDE LIB LIBS PKG_CONFIG CI
    ARCHFLAGS MACOSX_DEPLOYMENT_TARGET PYTHONPATH VIRTUAL_ENV
    """.split()  # noqa: SIM905 - a table of words
)


def undeclared_extensions(root: Path, backend_path: Sequence[str] = ()) -> str | None:
    """Say that a project without extension modules can have some; None: nothing speaks of them.

    Nothing is run for that.

    Args:
        root: The project.
        backend_path: Folders of its own backend, relative to it.
    """
    scripts = [root / "setup.py", *(path for name in backend_path for path in (root / name).glob("*.py"))]
    texts = {path: _text(path) for path in dict.fromkeys(scripts)}
    speaking = [path for path, text in texts.items() if _SPEAKS.search(text)]
    if not speaking:
        return None
    names = {match["read"] or match["asked"] for text in texts.values() for match in _VARIABLE.finditer(text)}
    asked = ", ".join(sorted(names - _OF_TOOLS))
    script = speaking[0].relative_to(root).as_posix()
    return (
        f"{script} speaks of extension modules, and declares none for this build: the wheel is pure Python"
        + (f"; variables that it asks for: {asked}" if asked else "")
    )


def _text(path: Path) -> str:
    """Read a script without its comments."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)

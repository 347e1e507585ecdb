"""What sources for Visual Studio tell its linker themselves.  Pure."""

from __future__ import annotations

import re

_COMMENT_LIB = re.compile(
    r'^[ \t]*#[ \t]*pragma[ \t]+comment[ \t]*\([ \t]*lib[ \t]*,[ \t]*"([^"\n]+)"', re.MULTILINE
)


def comment_libraries(source: str) -> tuple[str, ...]:
    """Give the libraries that ``#pragma comment(lib, "NAME.lib")`` names, as ``-l`` takes them.

    Visual Studio's linker links them without being asked; clang leaves the pragma out for mingw.  The names
    are in lower case, as zig's import libraries are.  Python's own is left out: its headers name it, too.

    Args:
        source: Text of a source or header of the project.
    """
    names = (
        match[1].replace("\\", "/").rpartition("/")[2].lower().removesuffix(".lib")
        for match in _COMMENT_LIB.finditer(source)
    )
    return tuple(dict.fromkeys(name for name in names if not re.fullmatch(r"python\d*t?(_d)?", name)))

"""What files for Visual Studio say of themselves.  Pure."""

from __future__ import annotations

import re

_COMMENT_LIB = re.compile(
    r'^[ \t]*#[ \t]*pragma[ \t]+comment[ \t]*\([ \t]*lib[ \t]*,[ \t]*"([^"\n]+)"', re.MULTILINE
)
_QUOTED = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.MULTILINE)
_MSVC_ALONE = re.compile(
    r"^[ \t]*#[ \t]*(?:ifndef[ \t]+_MSC_VER|if[ \t]+![ \t]*defined[ \t]*\(?[ \t]*_MSC_VER)\b[^\n]*\n"
    r"\s*#[ \t]*error\b",
    re.MULTILINE,
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


def quoted_includes(source: str) -> tuple[str, ...]:
    """Give the headers that ``#include "NAME"`` names: a project's own are included so.

    Python's is left out: Microsoft's compiler finds nothing more in it than Python itself.

    Args:
        source: Text of a source or header of the project.
    """
    names = (match[1].replace("\\", "/") for match in _QUOTED.finditer(source))
    return tuple(dict.fromkeys(name for name in names if name != "Python.h"))


def refuses_other_compilers(header: str) -> bool:
    """Tell whether a header ends in an error unless MSVC reads it.

    Projects bring such a ``stdint.h`` for the MSVC of before 2010, which had none.

    Args:
        header: Its text.
    """
    return _MSVC_ALONE.search(header) is not None

"""What files for Visual Studio say of themselves.  Pure."""

from __future__ import annotations

import re

# As a directive, as __pragma(…) in a macro, or as _Pragma("…") with \\" in it.
_COMMENT_LIB = re.compile(
    r'(?:^[ \t]*#[ \t]*pragma[ \t]+|\b__pragma[ \t]*\([ \t]*|\b_Pragma[ \t]*\([ \t]*L?"[ \t]*)'
    r'comment[ \t]*\([ \t]*lib[ \t]*,[ \t]*\\?"([^"\\\n]+(?:\\\\[^"\\\n]+)*)',
    re.MULTILINE,
)
_QUOTED = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.MULTILINE)
_MSVC_ALONE = re.compile(
    r"^[ \t]*#[ \t]*(?:ifndef[ \t]+_MSC_VER|if[ \t]+![ \t]*defined[ \t]*\(?[ \t]*_MSC_VER)\b[^\n]*\n"
    r"\s*#[ \t]*error\b",
    re.MULTILINE,
)
# Words for Microsoft's compiler that clang passes over for mingw, though the code then does something else.
_PASSED_OVER = (
    (r"#[ \t]*pragma[ \t]+init_seg[ \t]*\([^)\n]*\)", "objects are constructed in the order of the link"),
    (
        r"#[ \t]*pragma[ \t]+fp_contract[ \t]*\([^)\n]*\)",
        "it is another compiler's; clang has #pragma STDC FP_CONTRACT OFF",
    ),
    (
        r"#[ \t]*pragma[ \t]+comment[ \t]*\([ \t]*linker[ \t]*,[ \t]*\"[/-]manifestdependency",
        'the linker makes no manifest; a .rc file can hold one: 2 24 "x.manifest"',
    ),
)
_TRY = r"\b__try\b"
_IN_CXX = (
    "in C++ clang catches what functions raise that are called there; do it in one that is "
    "__declspec(noinline), or in a C file"
)


def passed_over(source: str, name: str) -> tuple[str, ...]:
    """Give what a file says to Microsoft's compiler and clang does not do: ``what (file:line): why``.

    A file that holds nothing of ``msvc.PASSED_OVER`` says no such thing.

    Args:
        source: Its text.
        name: What it is called.
    """
    told = [(found, found[0], why) for form, why in _PASSED_OVER for found in re.finditer(form, source)]
    if not name.endswith(".c"):
        block = "catching what the block of __try does itself"
        told += [(found, block, _IN_CXX) for found in re.finditer(_TRY, source)][:1]
    return tuple(
        f"{what} ({name}:{source.count(chr(10), 0, found.start()) + 1}): {why}" for found, what, why in told
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

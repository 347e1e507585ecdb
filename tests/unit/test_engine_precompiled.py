from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.engine.header_search import HeaderSearch
from pyz3.engine.precompiled import clang_flags, opening_of

if TYPE_CHECKING:
    from pathlib import Path

CLEAN = "#define PY_SSIZE_T_CLEAN\n#include <Python.h>\n"
PLAIN = "#include <Python.h>\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#include <Python.h>\nint x;\n", PLAIN),
        ('#include "Python.h"', PLAIN),
        ("#define PY_SSIZE_T_CLEAN\n#include <Python.h>\n", CLEAN),
        ("/* A module. */\n\n// It adds.\n# define PY_SSIZE_T_CLEAN // '#'\n#  include <Python.h>\n", CLEAN),
        ("#ifndef PY_SSIZE_T_CLEAN\r\n#define PY_SSIZE_T_CLEAN\r\n#endif\r\n#include <Python.h>\r\n", CLEAN),
        ("#define PY_SSIZE_T_CLEAN /* lengths */\n\n/* all of it */\n#include <Python.h>\n", CLEAN),
        # Anything else may change what the headers give.
        ("#define PY_SSIZE_T_CLEAN 1\n#include <Python.h>\n", None),
        ("#define _GNU_SOURCE\n#include <Python.h>\n", None),
        ("#include <stdio.h>\n#include <Python.h>\n", None),
        ("#ifdef X\n#include <Python.h>\n#endif\n", None),
        ("#define PY_SSIZE_T_CLEAN \\\n  long\n#include <Python.h>\n", None),
        ("// a comment that goes on \\\n#include <Python.h>\nint x;\n", None),
        ("// so does this ??/\n#include <Python.h>\nint x;\n", None),
        ("int x;\n#include <Python.h>\n", None),
        ("#include <python.h>\n", None),
        ("#include <Python.h.in>\n", None),
        ("", None),
    ],
)
def test_what_a_source_begins_with(text: str, expected: str | None) -> None:
    assert opening_of(text.encode()) == expected


@pytest.mark.parametrize(
    "part",
    [
        "/* a */",
        "/* a *",
        "/* a */ /* b",
        "//",
        " \t",
        "/",
        "/* a */ int x;\n",
        "#define PY_SSIZE_T_CLEAN /* x */",
    ],
)
@pytest.mark.parametrize("before", ["", "#define PY_SSIZE_T_CLEAN ", "#ifndef PY_SSIZE_T_CLEAN\n"])
def test_a_long_source_is_turned_down_at_once(before: str, part: str) -> None:
    """As Cython's are: comments, and code of megabytes.  In more than one way it would take hours."""
    assert opening_of((before + part * 20_000).encode()) is None


ZIG = "/my tools/zig"
LIB = "/my tools/lib"
SOURCE = "/a b/asked.c"
SAID = (
    f"{ZIG} clang {SOURCE} --no-default-config -target x86_64-unknown-windows-gnu -MD -MV -MF /c/t-asked.d "
    f"-isystem {LIB}/include -O2 -Xclang -target-cpu -Xclang x86-64 -DPYZ3_FLAGS -c -o /c/t-asked.o "
    "--serialize-diagnostics /c/t.diag"
)


@pytest.mark.parametrize("before", ["", "asked.c:1:1: warning: nothing\n"])
def test_flags_of_zigs_own_are_read_from_its_command(before: str) -> None:
    assert clang_flags(f"{before}{SAID}\n", zig=ZIG, names=(SOURCE, LIB)) == (
        *(
            "--no-default-config",
            "-target",
            "x86_64-unknown-windows-gnu",
            "-isystem",
            f"{LIB}/include",
            "-O2",
        ),
        *("-Xclang", "-target-cpu", "-Xclang", "x86-64"),
    )


@pytest.mark.parametrize("text", ["", SAID.replace("-DPYZ3_FLAGS ", ""), SAID.replace(ZIG, "/other/zig")])
def test_a_command_that_is_not_understood_gives_nothing(text: str) -> None:
    assert clang_flags(text, zig=ZIG, names=(SOURCE, LIB)) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("speed.h", False),
        ("version", False),  # of C++'s
        ("stdio.h", True),
        ("STDIO.H", True),
        ("sys/cdefs.h", True),
        ("Python.h", True),
        ("cpython/object.h", True),
        ("ptrcheck.h", True),  # that is asked for, and that nobody has
    ],
)
def test_folders_that_may_change_pythons_headers(tmp_path: Path, name: str, expected: bool) -> None:
    there = ("lib/include/stddef.h", "lib/libcxx/include/version", "python/cpython/object.h")
    system = ("lib/libc/include/any/stdio.h", "lib/libc/include/any/sys/cdefs.h", "python/Python.h")
    for file in (*there, *system, f"project/{name}"):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    search = HeaderSearch(zig_lib=tmp_path / "lib")
    assert search.precedes(str(tmp_path / "project"), str(tmp_path / "python")) is expected

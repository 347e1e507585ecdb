from __future__ import annotations

import pytest

from pyz3.hooks.causes import find_causes, what_the_compiler_said

TOOLS = "/cache/tools/ae"
# As meson-python, scikit-build-core and what they run print it, shortened.
MESON = """\
+ meson setup /w/_src /w/_build/build --cross-file=/cache/tools/ae/cross.ini
The Meson build system
../../_src/subprojects/z/meson.build:1:0: ERROR: Problem encountered: not for this one
Subproject z is buildable: NO (disabling)
Program python found: YES (/cache/tools/ae/meson-python)
../../_src/meson.build:4:3: ERROR: C header 'frob.h' not found

A full log can be found at /w/_build/build/meson-logs/meson-log.txt
SystemExit: 1
"""
CMAKE = """\
*** Configuring CMake...
-- Detecting C compile features - done
CMake Warning at CMakeLists.txt:2 (message):
  no matter

CMake Error at /usr/share/cmake/Modules/FindPackageHandleStandardArgs.cmake:230 (message):
  Could NOT find ZLIB (missing: ZLIB_LIBRARY)
Call Stack (most recent call first):
  /usr/share/cmake/Modules/FindZLIB.cmake:166 (FIND_PACKAGE_HANDLE_STANDARD_ARGS)
  src/CMakeLists.txt:4 (find_package)
  CMakeLists.txt:9 (add_subdirectory)


-- Configuring incomplete, errors occurred!
See also "/w/_build/build/CMakeFiles/CMakeOutput.log".

*** CMake configuration failed
SystemExit: 1
"""
NINJA = """\
[1/3] Building C object a.o
[2/3] Building C object b.o
FAILED: [code=1] b.o
/cache/tools/ae/cc -O3 -o b.o -c ../_src/b.c
In file included from ../_src/b.c:1:
../_src/b.h:1:5: warning: unused variable 'y' [-Wunused-variable]
    1 | int y;
      |     ^
../_src/c.h:9:1: note: declared here
In file included from ../_src/b.c:2:
../_src/b.c:3:42: error: use of undeclared identifier 'x'
    3 | return x;
      |        ^
../_src/c.h:7:1: note: did you mean 'z'?
1 warning and 1 error generated.
[3/3] Building C object c.o
ninja: build stopped: subcommand failed.
"""


def shown(output: str) -> list[str]:
    found = find_causes(output, tools=TOOLS)
    assert found is not None
    assert found.rest == ""
    return [found.failed, *found.text.splitlines()]


def test_meson_fails_of_its_last_error() -> None:
    assert shown(MESON) == [
        "Meson could not configure it",
        "../../_src/meson.build:4:3: ERROR: C header 'frob.h' not found",
    ]


def test_an_error_of_meson_that_it_went_on_after_is_no_cause() -> None:
    assert find_causes(MESON.partition("A full log")[0], tools=TOOLS) is None
    assert find_causes("ERROR: pip's\nCMake is fine\nFAILED (failures=1)\n", tools=TOOLS) is None


def test_a_syntax_error_of_meson_has_its_lines() -> None:
    lines = ["meson.build:5:9: ERROR: Expecting rparen got eof.", "foo(", "   ^"]
    end = "\n\nA full log can be found at /w/meson-log.txt\n"
    assert shown("\n".join(lines) + end)[1:] == lines


def test_an_error_of_cmake_is_where_the_project_called_what_failed() -> None:
    assert shown(CMAKE) == [
        "CMake could not configure it",
        "CMake Error at src/CMakeLists.txt:4 (find_package):",
        "  Could NOT find ZLIB (missing: ZLIB_LIBRARY)",
    ]


def test_every_error_of_cmake_is_given_once() -> None:
    asked = "CMake Error: try_run() invoked in cross-compiling mode, set these:\n   RAN (advanced)\n"
    fatal = "CMake Error at C:/cmake/x.cmake:1 (message):\n  wrong\n"
    assert shown(f"{asked}For details see /w/TryRunResults.cmake\n{fatal}{fatal}-- Done\n")[1:] == [
        *asked.splitlines(),
        *fatal.splitlines(),
    ]


def test_of_a_compiler_that_failed_its_errors_are_left() -> None:
    assert shown(NINJA) == [
        "a command of its build failed",
        "In file included from ../_src/b.c:2:",
        "../_src/b.c:3:42: error: use of undeclared identifier 'x'",
        "    3 | return x;",
        "      |        ^",
        "../_src/c.h:7:1: note: did you mean 'z'?",
        "1 warning and 1 error generated.",
    ]


@pytest.mark.parametrize(
    ("command", "said", "text"),
    [
        ("python gen.py", ["gen.py: no"], ["FAILED: g.h", "python gen.py", "gen.py: no"]),
        (f"{TOOLS}/cc a.c", [], ["FAILED: g.h", f"{TOOLS}/cc a.c"]),
        (f": && {TOOLS}/cc a.o && :", ["error: undefined symbol: f"], ["error: undefined symbol: f"]),
        # -Werror, or a compiler that says no more: it is no less the cause.
        (f"{TOOLS}/cc a.c", ["a.c:1:1: warning: odd"], ["a.c:1:1: warning: odd"]),
    ],
)
def test_a_command_is_shown_unless_it_is_a_compiler_with_something_to_say(
    command: str, said: list[str], text: list[str]
) -> None:
    lines = ["FAILED: g.h", command, *said, "ninja: build stopped: subcommand failed.", ""]
    assert shown("\n".join(lines))[1:] == text


def test_what_somebody_says_of_it_is_the_rest() -> None:
    found = find_causes(f"{CMAKE}RuntimeError: no zlib\n", tools=TOOLS)
    assert found is not None
    assert found.rest == "RuntimeError: no zlib"
    assert found.logs == ("CMakeFiles/CMakeConfigureLog.yaml", "CMakeFiles/CMakeError.log")


def test_cmake_fails_because_ninja_did() -> None:
    found = find_causes(f"{NINJA}CMake Error at a.cmake:1 (message):\n  download failed\n", tools=TOOLS)
    assert found is not None
    assert found.failed == "CMake could not configure it"
    assert found.text.splitlines()[-2:] == ["CMake Error at a.cmake:1 (message):", "  download failed"]
    assert "undeclared" in found.text


def test_the_beginning_of_a_long_cause_counts() -> None:
    lines = "".join(f"b.c:{n}:1: error: {n}\n" for n in range(40))
    text = shown(f"FAILED: b.o\n{TOOLS}/cc b.c\n{lines}")[1:]
    assert (text[0], text[-2:]) == ("b.c:0:1: error: 0", ["b.c:29:1: error: 29", "and 10 lines more"])


CHECK = """\
Command line: `/cache/tools/ae/cc /w/_build/build/meson-private/tmp4ry/testfile.c -E` -> 1
stderr:
/w/_build/build/meson-private/tmp4ry/testfile.c:4:12: error: 'frob.h' file not found
1 error generated.
-----------
"""


def test_the_compiler_has_said_why_a_check_of_mesons_failed() -> None:
    error = "\n../../_src/meson.build:4:3: ERROR: C header 'frob.h' not found\n"
    said = "testfile.c:4:12: error: 'frob.h' file not found\n1 error generated."
    assert what_the_compiler_said(CHECK + error) == said
    assert what_the_compiler_said(f'{CHECK}Checking if "frob" compiles: NO\n{error}') == said
    # The check that failed was none of this error's.
    assert what_the_compiler_said(f"{CHECK}Program python found: YES\n{error}") == ""
    assert what_the_compiler_said(f"{CHECK.replace('-> 1', '-> 0')}{error}") == ""
    assert what_the_compiler_said("") == ""

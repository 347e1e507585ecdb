from __future__ import annotations

import pytest

from pyz3.hooks.printed import (
    essence,
    file_type_advice,
    folder_advice,
    is_failed_command,
    library_advice,
    run_advice,
    short_failure,
)

LOG = """\
running bdist_wheel
creating /cache/p-1/build/lib/p
copying p/__init__.py -> /cache/p-1/build/lib/p
writing p.egg-info/PKG-INFO
reading manifest file 'p.egg-info/SOURCES.txt'
warning: no previously-included files matching '*.pyc' found anywhere in distribution
warning: build_py: byte-compiling is disabled, skipping.
adding license file 'LICENSE'
Traceback (most recent call last):
  File "/pyz3/guests/hook/process.py", line 84, in _run_target
    result["wheel"] = _build(request, target)
                      ^^^^^^^^^^^^^^^^^^^^^^^
  File "/cache/environments/f9/lib/python3.11/site-packages/setuptools/build_meta.py", line 317, in run_setup
    exec(code, locals())
  File "<string>", line 5, in <module>
  File "/cache/p-1/src/tools/version.py", line 4, in version
    raise RuntimeError("run ./configure first")
RuntimeError: run ./configure first
"""
SHORT = """\
Traceback (most recent call last):
  File "setup.py", line 5, in <module>
  File "tools/version.py", line 4, in version
    raise RuntimeError("run ./configure first")"""


def test_the_projects_own_frames_are_left() -> None:
    said = "RuntimeError: run ./configure first"
    assert essence(LOG, source="/cache/p-1/src", said=said) == SHORT
    assert essence(LOG, source="/cache/p-1/src") == f"{SHORT}\n{said}"


def test_what_the_project_says_is_left() -> None:
    log = "running bdist_wheel\nPlease set P_DIR\ncreating: p\nwriting: q\n"
    assert essence(log, source="/src") == "Please set P_DIR\ncreating: p\nwriting: q"


def test_windows() -> None:
    frame = '  File "C:\\w\\src\\setup.py", line 1, in <module>'
    log = f"{LOG.splitlines()[8]}\n{frame}\n    1/0\nZeroDivisionError: x\n"
    assert essence(log, source="C:\\w\\src") == (
        'Traceback (most recent call last):\n  File "setup.py", line 1, in <module>\n    1/0\n'
        "ZeroDivisionError: x"
    )


@pytest.mark.parametrize("error", ["SystemExit: no compiler", "ValueError: one\n    two\n  three"])
def test_a_traceback_of_others_is_its_error(error: str) -> None:
    log = f'{LOG.splitlines()[1]}\n  File "/a/b.py", line 1, in f\n    g()\n    ~^^\n{error}\n'
    assert essence(log, source="/src") == error


def test_chains() -> None:
    one = f'{LOG.splitlines()[1]}\n  File "/a/b.py", line 1, in f\n    g()\nKeyError: 1\n'
    middle = "\nDuring handling of the above exception, another exception occurred:\n\n"
    assert essence(one + middle + LOG, source="/cache/p-1/src").splitlines() == [
        "KeyError: 1",
        middle.strip(),
        *SHORT.splitlines(),
        "RuntimeError: run ./configure first",
    ]


def test_files_are_named_as_the_project_names_them() -> None:
    assert (
        essence("/w/src/a.c:1:2: error: no\nin /w/src\n", source="/w/src") == "a.c:1:2: error: no\nin /w/src"
    )


def test_the_end_is_what_counts() -> None:
    assert essence("".join(f"{i}\n\n" for i in range(99)), source="/w", lines=2) == "97\n98"
    assert essence("", source="/w", said="x") == ""


@pytest.mark.parametrize(
    ("output", "names"),
    [
        (
            "Package libusb-1.0 was not found in the pkg-config search path.\nNo package 'libusb-1.0' found",
            "libusb-1.0",
        ),
        ("Exception: pkg-config package 'libusb-1.0 >= 1.0.9' not found\n", "libusb-1.0"),
        (
            "Error: Could not run curl-config: [Errno 2] No such file or directory: 'curl-config'\n",
            "curl-config",
        ),
        ("No package 'a' found\nNo package 'b' found\n/bin/sh: 1: c-config: not found\n", "a, b"),
        ("/bin/sh: 1: pg-config: not found\n", "pg-config"),
    ],
)
def test_a_library_that_is_not_part_of_the_project(output: str, names: str) -> None:
    assert library_advice(output) == (
        f"{names}: an external library is looked for, and this machine's own is of no use to other "
        "platforms; before-build can build it for each and put it into PYZ3_PREFIX"
    )


@pytest.mark.parametrize(
    "output", ["", "sh: pkg-config: not found\n", "the-config is right\nfile not found\n", LOG]
)
def test_no_library(output: str) -> None:
    assert library_advice(output) == ""


@pytest.mark.parametrize(
    ("cause", "names"),
    [
        ("  Could NOT find ZLIB (missing: ZLIB_LIBRARY ZLIB_INCLUDE_DIR)", "ZLIB"),
        ('a package configuration file provided by\n  "zstd", but CMake', "zstd"),
        ('ERROR: Dependency "libfoo" not found, tried pkgconfig and cmake', "libfoo"),
        ("ERROR: Dependency lookup for libfoo with method 'pkg-config' failed", "libfoo"),
        ("ERROR: C shared or static library 'foo' not found", "foo"),
    ],
)
def test_what_a_build_system_cannot_do_without(cause: str, names: str) -> None:
    assert library_advice("", cause).startswith(f"{names}: an external library is looked for, ")
    assert library_advice(cause) == ""  # it went on without


@pytest.mark.parametrize("name", ["Python", "Python3", "OpenMP_C", "Threads", "pybind11", "NumPy"])
def test_what_is_no_library_to_be_built_before(name: str) -> None:
    assert library_advice("", f"Could NOT find {name} (missing: X)") == ""


def test_what_a_program_of_the_target_would_give() -> None:
    cause = (
        "CMake Error: try_run() invoked in cross-compiling mode, please set the following cache variables "
        "appropriately:\n   RAN (advanced)\n   RAN__TRYRUN_OUTPUT (advanced)\nCMake Error: x"
    )
    assert run_advice("", cause) == (
        "what a program gives that CMake would run is said in config-settings: "
        '"cmake.define.RAN" = "0", "cmake.define.RAN__TRYRUN_OUTPUT" = "0"'
    )
    cause = "meson.build:4:5: ERROR: Can not run test applications in this cross environment."
    said = "cc.run() would run it: cc.compiles() and cc.sizeof() run nothing"
    assert run_advice("", cause) == said
    assert run_advice("", cause, ["qemu-arm", "other"]) == f"{said}, or qemu-arm on PATH runs it"
    crashed = "-- Performing Test SHIFTS\n\n*** CMake configuration failed\n"
    assert run_advice(crashed, "").startswith("CMake crashed in the test SHIFTS, ")
    assert run_advice("-- Performing Test SHIFTS - Success\n*** CMake configuration failed\n", "") == ""


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        ("it ended with exit code 1", True),
        ("command 'cmake' failed with exit code 1", True),
        ("RuntimeError: no cmake", False),
        ("", False),
    ],
)
def test_what_tells_of_a_failed_command_alone(said: str, *, failed: bool) -> None:
    assert is_failed_command(said) is failed


def test_a_source_that_setuptools_does_not_compile() -> None:
    output = "SystemExit: error: unknown file type '.mc' (from 'src/events.mc')"
    assert file_type_advice(output).startswith("src/events.mc: there is no message compiler; ")
    assert file_type_advice(output.replace("mc", "rc")).startswith(
        "src/events.rc: resources are Windows' alone"
    )
    assert file_type_advice(output.replace("mc", "cu")) == file_type_advice("") == ""


COMMAND = (
    "Command '['/cache/tools/ae/cc', '-O3', '-c', 'a.c', '-o', '/w/a.o']' returned non-zero exit status 1."
)
FAILED = f"""\
building 'a' extension
/cache/tools/ae/cc -O3 -c a.c -o /w/a.o
a.c:1:1: error: no
subprocess.CalledProcessError: {COMMAND}
During handling of the above exception, another exception occurred:
distutils.compilers.C.errors.CompileError: {COMMAND}
During handling of the above exception, another exception occurred:
Traceback (most recent call last):
  File "setup.py", line 2, in <module>
SystemExit: error: {COMMAND}
"""


def test_a_compiler_that_failed_has_said_why() -> None:
    assert essence(FAILED, source="/src").splitlines() == FAILED.splitlines()[:3]
    other = f"{FAILED}During handling of the above exception, another exception occurred:\nKeyError: 1\n"
    assert essence(other, source="/src").splitlines() == [*FAILED.splitlines()[:3], "KeyError: 1"]
    # A project that goes on: what it says is kept.
    assert essence(f"{FAILED}trying without\n", source="/src").endswith("error: no\ntrying without")
    # Nothing else was said.
    assert essence(f"error: {COMMAND}\n", source="/src") == f"error: {COMMAND}"


@pytest.mark.parametrize(
    ("said", "short"),
    [
        (f"CompileError: {COMMAND}", "cc ended with exit code 1"),
        ("command '/tools/x/cc' failed with exit code 2", "cc ended with exit code 2"),
        ("error: command 'C:\\tools\\cc.exe' failed with exit code 1", "cc.exe ended with exit code 1"),
        ("RuntimeError: run ./configure first", "RuntimeError: run ./configure first"),
    ],
)
def test_a_failed_command_is_named_by_its_program(said: str, short: str) -> None:
    assert short_failure(said) == short


@pytest.mark.parametrize(
    ("cache", "signs"), [("/Jane D'oe/pyz3", "'"), ("/a;b/$x", "; and $"), ("/Jane Doe (ü)/pyz3", "")]
)
def test_a_folder_that_build_systems_misread(cache: str, signs: str) -> None:
    output = f"ERROR: Malformed value in machine file variable 'python': {cache}/bin/python"
    assert folder_advice(output, cache) == (
        f"the cache's folder has {signs} in its name, which not every build system reads as it is: "
        "choose another with PYZ3_CACHE_DIR"
        if signs
        else ""
    )
    assert folder_advice("x.c:1: error: no", cache) == ""

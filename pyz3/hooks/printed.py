"""What a project's build printed → the part of it that is about the project.  Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_HEAD = "Traceback (most recent call last):"
_FRAME = re.compile(r'  File "(?P<file>.*?)"(?P<place>, line \d+.*)')
# What distutils says of a source by its ending (UnknownFileType).
_FILE_TYPE = re.compile(r"unknown file type '(?P<type>\.\w+)' \(from '(?P<file>[^']+)'\)")
_OF_TYPES = {
    ".rc": "resources are Windows' alone, and end in .rc; list the file where sys.platform is 'win32'",
    ".mc": "there is no message compiler; list the .rc that mc.exe makes of it, and keep that and its header",
    ".idl": "there is no compiler for it (midl.exe); keep the sources that it makes",
}
# What pkg-config, CMake's and meson's use of it, and projects say of a library that it does not know.
_NOT_KNOWN = re.compile(
    r"Package '?(?P<pc>[\w.+-]+)'? was not found in the pkg-config|No package '(?P<asked>[\w.+-]+)' found"
    r"|pkg-config package '(?P<own>[\w.+-]+)"
)
# How Meson and CMake say that what the project cannot do without is not there.
_LACKING = re.compile(
    r"Could NOT find (?P<module>\w+) \(missing"
    r"|package configuration file provided by\s+\"(?P<package>[\w.+-]+)\""
    r"|Dependency (?:lookup for )?['\"]?(?P<dependency>[\w.+-]+)['\"]? (?:with method|not found)"
    r"|library '(?P<library>[\w.+-]+)' not found"
)
# Of those, what is no library that could be built before.
_NO_LIBRARIES = re.compile(
    r"Python\d?|Threads|OpenMP(_\w+)?|CUDA\w*|MPI(_\w+)?|pybind11|nanobind|Cython|NumPy"
)
# What CMake and Meson say of a check that would run what it has compiled.
_TRY_RUN = re.compile(r"please set the following cache variables appropriately:\n(?P<names>(?:   .*\n?)+)")
_MESON_RUN = "Can not run test applications in this cross environment"
# CMake before 3.26 may crash there (its own words end in the middle of the test).
_CRASHED = re.compile(r"-- Performing Test (?P<test>\w+)\n+\*\*\* CMake configuration failed\n")
# Programs that come with a library, and tell where it is.
_TOOL = re.compile(r"(?P<tool>\b[\w.]+-config)\b.*(?:[Nn]o such file|[Nn]ot found|cannot find)")
# What setuptools and distutils tell of their work, none of it about what went wrong.
_CHATTER = re.compile(
    r"(running|creating|copying|writing|reading|adding|removing|moving|deleting|generating|byte-compiling) .*"
    r"|(hard linking|installing library code|Copying|skipping) .*"
    r"|warning: (build_py|install_lib): byte-compiling is disabled, skipping\."
    r"|warning: no (previously-included|files found|directories found|previously included) .*"
)
# How Python says that a command failed; distutils says it two or three times, with all of its words.
_FAILED = re.compile(
    r"(?:[\w.]+: )?(?:error: )?[Cc]ommand '(?:\[')?(?P<program>[^']+)'.*"
    r"(?:returned non-zero exit status|failed with exit code) (?P<status>\d+)\.?"
)
_ENDED = re.compile(r"it ended with exit code \d+")
_CHAINS = frozenset((
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
))  # fmt: skip
# setuptools runs setup.py as a text.
_SETUP = "<string>"

# What Meson's files (as meson-python writes them), CMake's lists, shells and make do not take as it is.
_MISREAD = "';$`"


def essence(output: str, *, source: str, said: str = "", lines: int = 30) -> str:
    """Give the end of what a build printed, in words that mean something to the project's maintainer.

    Of tracebacks the project's own frames are left, and its files are named as it names them.  What
    setuptools tells of its work is left out, and that a command failed which has said why itself.

    Args:
        output: All of it.
        source: The folder that the project was built in.
        said: What is told beside it anyway: the line is not given again at the end.
        lines: How many to give at most.
    """
    found = [line.rstrip() for line in _own(output.splitlines(), source) if line.strip()]
    found = [line for line in found if not _CHATTER.fullmatch(line)]
    found = [*_without_failed(found)] or found
    if found and said and found[-1] == said:
        found.pop()
    return "\n".join(found[-lines:]).replace(f"{source}/", "").replace(f"{source}\\", "")


def short_failure(said: str) -> str:
    """Give ``cc ended with exit code 1`` for what Python says of a failed command; all else as it is.

    Args:
        said: ``CompileError: Command '['/tools/cc', '-c', …]' returned non-zero exit status 1.``
    """
    match = _FAILED.fullmatch(said)
    if match is None:
        return said
    program = re.split(r"[/\\]", match["program"])[-1]
    return f"{program} ended with exit code {match['status']}"


def is_failed_command(said: str) -> bool:
    """Whether what a build ended with tells no more than that a command, or it itself, ended so."""
    return bool(_FAILED.fullmatch(said) or _ENDED.fullmatch(said))


def _without_failed(lines: Sequence[str]) -> Iterator[str]:
    """Leave out exceptions that tell only of a failed command, with their tracebacks and what chains them."""
    chain, shown = "", False
    head: list[str] = []
    for line in lines:
        if line in _CHAINS:
            chain = line
        elif line == _HEAD or (head and line.startswith("  ")):
            head.append(line)
        elif _FAILED.fullmatch(line):
            chain, head, shown = "", [], False
        else:
            if chain and shown:
                yield chain
            yield from head
            yield line
            chain, head, shown = "", [], True


def library_advice(output: str, cause: str = "") -> str:
    """Say what to do about an external library that a build looked for and did not find; empty: it did not.

    Args:
        output: All that it printed.
        cause: Why its build system failed, if it said so.
    """
    known = [next(filter(None, match.groups())) for match in _NOT_KNOWN.finditer(output)]
    lacking = [next(filter(None, match.groups())) for match in _LACKING.finditer(cause)]
    known += [name for name in lacking if not _NO_LIBRARIES.fullmatch(name)]
    tools = [match["tool"] for match in _TOOL.finditer(output) if match["tool"] != "pkg-config"]
    if not (known or tools):
        return ""
    return (
        f"{', '.join(dict.fromkeys(known or tools))}: an external library is looked for, and this machine's "
        "own is of no use to other platforms; before-build can build it for each and put it into PYZ3_PREFIX"
    )


def run_advice(output: str, cause: str, emulators: Sequence[str] = ()) -> str:
    """Say what to do about a check that would run what it has compiled; empty: there is none.

    Args:
        output: All that a build printed.
        cause: Why its build system failed, if it said so.
        emulators: Programs that would run it, were they on PATH.
    """
    runs = f", or {emulators[0]} on PATH runs it" if emulators else ""
    if match := _TRY_RUN.search(cause):
        names = [line.split()[0] for line in match["names"].splitlines()]
        given = ", ".join(f'"cmake.define.{name}" = "0"' for name in names)
        return f"what a program gives that CMake would run is said in config-settings: {given}{runs}"
    if _MESON_RUN in cause:
        return f"cc.run() would run it: cc.compiles() and cc.sizeof() run nothing{runs}"
    if match := _CRASHED.search(output):
        return (
            f"CMake crashed in the test {match['test']}, as some do that are to run a program of another "
            "machine: require a newer one (build-system.requires: cmake>=3.26)"
        )
    return ""


def file_type_advice(output: str) -> str:
    """Say what to do about a source that setuptools has no compiler for; empty: there is none.

    Args:
        output: All that a build printed.
    """
    match = _FILE_TYPE.search(output)
    advice = _OF_TYPES.get(match["type"].lower(), "") if match is not None else ""
    return f"{match['file']}: {advice}" if match is not None and advice else ""


def folder_advice(output: str, cache: str) -> str:
    """Say what to do about the cache's folder if its name may be what failed; empty: it is not.

    Args:
        output: All that a build printed.
        cache: The folder.
    """
    signs = [sign for sign in _MISREAD if sign in cache]
    if not signs or cache not in output:
        return ""
    return (
        f"the cache's folder has {' and '.join(signs)} in its name, which not every build system reads as it "
        "is: choose another with PYZ3_CACHE_DIR"
    )


def _own(output: Iterable[str], source: str) -> Iterator[str]:
    """Leave frames of others out, and a traceback's head if none is left."""
    head = ""
    kept = True
    for line in output:
        if line == _HEAD:
            head, kept = line, False
            continue
        frame = _FRAME.fullmatch(line)
        if frame is not None:
            kept = _is_own(frame["file"], source)
            if kept and head:
                yield head
                head = ""
            if kept:
                file = "setup.py" if frame["file"] == _SETUP else frame["file"]
                yield f'  File "{file}"{frame["place"]}'
        elif not line.startswith("    ") or kept:
            # Indented more are the lines of code and their marks.
            head, kept = "", True
            yield line


def _is_own(file: str, source: str) -> bool:
    return file == _SETUP or file.startswith((f"{source}/", f"{source}\\"))

"""Running what a command became: the tools that ``write_tools`` makes start here."""

from __future__ import annotations

import binascii
import os
import sys
import time

from pyz3.driver.command import SCRATCH, make_command, output_of
from pyz3.driver.compiler_variables import DATES, HOST_VARIABLES
from pyz3.driver.flag_table import is_file, is_source, units
from pyz3.driver.msvc import PASSED_OVER
from pyz3.driver.runtime import make_runtime
from pyz3.driver.setup import Setup

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pyz3.driver.command import Command, Tool
    from pyz3.driver.target import DriverTarget

__all__ = ["Setup", "run_alone", "run_tool"]

# As lines of the log have it.
_DROPPED = ": dropped "
_FAILED = ": failed "
_TRIED = ": tried "  # failed, too, and only tried the compiler
_DONE = ": compiled "
_LINKED = ": linked "
# What is in the names of files that build systems make only to try a compiler: CMake's try_compile() and its
# identification of the compiler, Meson's checks.
PROBES = ("cmTC_", "CompilerIdC", "/meson-private/", "/output.obj", "/output.exe")
# Before a folder, in the same word.
_BEFORE_FOLDERS = ("-I", "-L", "/I")
# Without it the first link of C++ for a target prints 37,000 lines, about libc++.  zig's clang takes flags
# for that from this variable alone.
_QUIET = {"CCC_OVERRIDE_OPTIONS": "# +-Wno-nullability-completeness"}
# What makes a shared library of a link: of gcc, clang and Apple's.
_SHARED = frozenset(("-shared", "-bundle", "-dynamiclib"))
# By which names Makefiles and configure scripts know the compiler for the machine that builds.
BUILD_CC = ("CC_FOR_BUILD", "BUILD_CC", "HOST_CC", "HOSTCC")
BUILD_CXX = ("CXX_FOR_BUILD", "BUILD_CXX", "HOST_CXX", "HOSTCXX")
# Beside what zig made of what is run in a folder: that folder's name.
FOLDER_MARKER = "pyz3-folder"
# What -lx is looked for as, for Windows.
_LIBRARIES = ("lib{}.a", "{}.lib")
# Where zig has lists of what Windows' libraries export.
_DEFINITIONS = ("lib-common", "lib64", "lib32", "libarm32")
_MISSING = 127  # as shells report a program that is not there


def run_tool(
    tool: Tool,
    args: Sequence[str],
    setup: Setup,
    *,
    environ: Mapping[str, str],
    say: Callable[[str], object],
    complain: Callable[[str], object],
    replace: bool = False,
    verbose: bool = False,
) -> int:
    """Do what a compiler or archiver of that command line would do.

    Args:
        tool: Which one.
        args: Its arguments.
        setup: What it is for.
        environ: Environment variables.
        say: Takes the answer to an inquiry.
        complain: Takes errors of our own, and with ``verbose`` zig's command lines.
        replace: Zig may take this process's place: it does not return then.
        verbose: Tell the command lines.

    Returns:
        The exit code; of a process that a signal ended its negative number.
    """
    words = with_slashes(read_response_files(args), setup.target)
    if tool == "nm":
        from pyz3.driver.nm import list_symbols  # noqa: PLC0415 - rarely needed

        return list_symbols(words, say=say, complain=complain)
    words += _date(words, environ)
    output = output_of(words)
    special = bool(output) and os.path.exists(output) and not os.path.isfile(output)  # noqa: PTH110, PTH113 - pathlib costs 15 ms
    cwd = os.getcwd() if setup.moved else ""  # noqa: PTH109 - pathlib costs 15 ms
    command = make_command(tool, words, setup, special=special, cwd=cwd)
    dropped = (*command.dropped, *(_passed_over(words) if setup.target.system == "windows" else ()))
    if setup.log and dropped and any(is_file(word) for word in words):  # else it is an inquiry
        _write_log(setup.log, (f"{setup.target.zig} {output or '-'}{_DROPPED}{flag}" for flag in dropped))
    if command.error:
        complain(f"pyz3 {tool}: error: {command.error}")
        return 1
    if not command.steps:
        if tool == "strip":
            _copy(words, output)
        say(command.says)
        return 0
    if missing := _missing_source(words) if tool in {"cc", "c++"} else "":
        # zig says no more than CacheCheckFailed.
        complain(f"pyz3 {tool}: error: no such file or directory: '{missing}'")
        return 1
    if verbose:
        for step in command.steps:
            complain(" ".join(step))
    try:
        environment = _environment(environ, setup)
        _make_runtime(command, setup, environment)
        work = _log_work(setup, words, output) if setup.log and tool in {"cc", "c++"} else []
        status = _run_steps(command, setup, environment, replace=replace and not work)
        _log_outcome(setup, work, output, failed=status != 0)
    except OSError as error:
        complain(f"pyz3 {tool}: error: {error.filename or setup.zig.program}: {error.strerror or error}")
        return _MISSING
    return status


def run_alone(
    tool: Tool,
    args: Sequence[str],
    setup: Setup,
    *,
    environ: Mapping[str, str],
    say: Callable[[str], object],
    complain: Callable[[str], object],
    replace: bool = False,
    verbose: bool = False,
) -> int:
    """Do as :func:`run_tool` with nothing that zig remembers of sources, which may deceive it.

    A build system decides itself what is made anew.  The arguments are those of :func:`run_tool`; zig takes
    no process's place.
    """
    del replace
    folder = f"{setup.zig.scratch}/alone-{os.getpid()}-{time.monotonic_ns()}"
    os.makedirs(folder)  # noqa: PTH103 - pathlib costs 15 ms
    setup.zig.local_cache = folder
    try:
        return run_tool(tool, args, setup, environ=environ, say=say, complain=complain, verbose=verbose)
    finally:
        for place, folders, files in os.walk(folder, topdown=False):
            for name in files:
                os.unlink(f"{place}/{name}")  # noqa: PTH108 - see above
            for name in folders:
                os.rmdir(f"{place}/{name}")  # noqa: PTH106 - see above
        os.rmdir(folder)  # noqa: PTH106 - see above


def _run_steps(command: Command, setup: Setup, environment: Mapping[str, str], *, replace: bool) -> int:
    if any(SCRATCH in word for step in command.steps for word in step):
        return _run_aside(command, setup, environment)
    call = _caller(setup)
    if replace and call is _call and len(command.steps) == 1 and os.name == "posix":
        os.execve(command.steps[0][0], command.steps[0], environment)  # noqa: S606 - no shell
    for step in command.steps:
        status = call(step, environment)
        if status:
            return status
    return 0


def _caller(setup: Setup) -> Callable[[Sequence[str], Mapping[str, str]], int]:
    """Give what runs a command of zig's to its end."""
    if not setup.target.debug_info:
        return _call
    from pyz3.driver.debug_link import link_kept  # noqa: PLC0415 - rarely needed

    return lambda step, environment: link_kept(step, environment, _call)


def for_this_machine(called: str, environ: Mapping[str, str]) -> bool:
    """Tell whether a command is called as the compiler of tools that run during the build.

    ``make HOST_CC=gcc`` (LuaJIT's) hands the name to what it runs, as every variable of its command line.

    Args:
        called: By which name: ``gcc``.
        environ: Environment variables.
    """
    name = called.replace("\\", "/").rpartition("/")[2].removesuffix(".py")  # of Windows

    def named(variables: Sequence[str]) -> bool:
        values = (environ.get(variable, "").split() for variable in variables)
        return any(name in words for words in values)

    return named(BUILD_CC + BUILD_CXX) and not named(("CC", "CXX"))


def read_response_files(args: Sequence[str]) -> list[str]:
    """Give ``args`` with the words of ``@file`` in place of those that exist, as gcc and clang do."""
    words: list[str] = []
    for arg in args:
        if not (arg.startswith("@") and os.path.isfile(arg[1:])):  # noqa: PTH113 - pathlib costs 15 ms
            words.append(arg)
            continue
        import shlex  # noqa: PLC0415 - rarely needed, and this runs hundreds of times

        with open(arg[1:], encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123 - see above
            words += read_response_files(shlex.split(file.read(), posix=True))
    return words


def with_slashes(words: list[str], target: DriverTarget) -> list[str]:
    r"""Give a command line for Windows with the files that are meant, if it names them as on Windows.

    ``src\fast.c`` is ``src/fast.c`` where there is no file of the first name; a hook's Python does the same.
    """
    if os.sep == "\\" or target.system != "windows" or not any("\\" in word for word in words):
        return words
    done: list[str] = []
    for word in words:
        flag = next((flag for flag in _BEFORE_FOLDERS if word.startswith(flag)), "")
        name = word[len(flag) :]
        other = name.replace("\\", "/")
        folder = os.path.dirname(other) or "."  # noqa: PTH120 - see above
        is_name = "\\" in name and (flag or not name.startswith("-")) and not os.path.lexists(name)
        meant = is_name and (os.path.lexists(other) or os.path.isdir(folder))  # noqa: PTH112 - see above
        done.append(flag + other if meant else word)
    return done


def _date(words: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Give a flag for zig's key if a flag is about the date: the key holds flags alone."""
    if not any(date in word for word in words for date in DATES):
        return ()
    return (f"-DPYZ3_DATE={environ.get('SOURCE_DATE_EPOCH', '')}",)


def _environment(environ: Mapping[str, str], setup: Setup) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in HOST_VARIABLES}
    folders = {
        "ZIG_LIB_DIR": setup.zig.lib,
        "ZIG_LOCAL_CACHE_DIR": _local_cache(setup.zig.local_cache, os.getcwd()),  # noqa: PTH109 - pathlib costs 15 ms
        "ZIG_GLOBAL_CACHE_DIR": setup.zig.global_cache,
    }
    return {**_QUIET, **kept, **{name: folder for name, folder in folders.items() if folder}}


def _local_cache(folder: str, cwd: str) -> str:
    """Give zig's cache for what is run in one folder: in its lists of files paths are relative to that."""
    name = os.fsencode(cwd)
    own = f"{folder}/{binascii.crc32(name):08x}"
    marker = f"{own}/{FOLDER_MARKER}"
    if folder and not os.path.exists(marker):  # noqa: PTH110 - see above
        os.makedirs(own, exist_ok=True)  # noqa: PTH103 - see above
        with open(marker, "wb") as file:  # noqa: PTH123 - see above
            file.write(name)
    return own if folder else ""


def _make_runtime(command: Command, setup: Setup, environment: Mapping[str, str]) -> None:
    folder = f"{setup.runtime}/"
    files = [word for step in command.steps for word in step if setup.runtime and word.startswith(folder)]
    make_runtime(files, setup.target, zig=setup.zig.program, zig_lib=setup.zig.lib, environ=environment)


if sys.platform == "win32":

    def _call(step: Sequence[str], environment: Mapping[str, str]) -> int:
        import subprocess  # noqa: PLC0415 - os.spawnve quotes no words there

        return subprocess.call(list(step), env=dict(environment))

else:

    def _call(step: Sequence[str], environment: Mapping[str, str]) -> int:
        process = os.posix_spawn(step[0], list(step), environment)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _run_aside(command: Command, setup: Setup, environment: Mapping[str, str]) -> int:
    """Run in a folder that takes what zig leaves beside its output, and move the output alone."""
    folder = f"{setup.zig.scratch}/driver-{os.getpid()}-{time.monotonic_ns()}"
    os.makedirs(folder)  # noqa: PTH103 - see above
    try:
        for name, text in command.files.items():
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:  # noqa: PTH123 - see above
                file.write(text)
        for step, output in zip(command.steps, command.outputs, strict=True):
            words = _prepared([word.replace(SCRATCH, folder) for word in step], command, setup, folder)
            status = _link(words, setup, environment) if command.coff else _caller(setup)(words, environment)
            if status:
                return status
            if output == "-":
                with open(words[-1], "rb") as file:  # noqa: PTH123 - see above
                    os.write(1, file.read())
            elif output:
                _move(words[-1], output)
        return 0
    finally:
        for name in os.listdir(folder):  # noqa: PTH208 - see above
            os.unlink(f"{folder}/{name}")  # noqa: PTH108 - see above
        os.rmdir(folder)  # noqa: PTH106 - see above


def _prepared(words: list[str], command: Command, setup: Setup, folder: str) -> list[str]:
    if command.hiding:
        return _hidden(words, command, folder)
    if command.coff:
        spelled = _defined_once(_as_spelled(words, setup), folder)
        return _with_default_libraries(_with_own_kept(spelled, setup, folder), setup)
    return _legible(words, folder) if command.resources else words


def _hidden(words: Sequence[str], command: Command, folder: str) -> list[str]:
    """Give a link of copies in which the names are private that it is to keep to itself."""
    from pyz3.driver.local_symbols import hide, is_kept  # noqa: PLC0415 - rarely needed

    kept = is_kept(command.hiding)
    given = _objects(words)
    return _replaced(words, {at: hide(content, kept) for at, content in given.items()}, folder)


def _defined_once(words: Sequence[str], folder: str) -> list[str]:
    """Give a link for Windows in which C++'s inline functions do not stand against C's definitions."""
    from pyz3.driver.local_symbols import without_second_definitions  # noqa: PLC0415 - for Windows alone

    given = _objects(words)
    contents = list(given.values())
    done = without_second_definitions(contents, lambda: [content for _, content in _looked_up(words)])
    changed = {at: new for (at, old), new in zip(given.items(), done, strict=True) if new is not old}
    return _replaced(words, changed, folder)


def _with_own_kept(words: list[str], setup: Setup, folder: str) -> list[str]:
    """Give a link for Windows that keeps what its objects call as if it were another DLL's."""
    from pyz3.driver.local_symbols import keeping_own  # noqa: PLC0415 - for Windows alone

    contents = [*_objects(words).values(), *(content for _, content in _looked_up(words))]
    content = keeping_own(contents, setup.target.machine)
    if not content:
        return words
    file = f"{folder}/kept.o"
    with open(file, "wb") as kept:  # noqa: PTH123 - see above
        kept.write(content)
    return [*words[:-2], file, *words[-2:]]


def _legible(words: Sequence[str], folder: str) -> list[str]:
    """Give a compile of resources a copy of the source that zig can read, if it cannot read the source."""
    from pyz3.driver.resources import folders, legible  # noqa: PLC0415 - for Windows alone

    *before, source, output = words
    beside = os.path.dirname(source) or "."  # noqa: PTH120 - see above
    places = (beside, *folders(before))
    content = _read(source)
    text, code_page = legible(content, lambda name: any(os.path.isfile(f"{one}/{name}") for one in places))  # noqa: PTH113 - see above
    if text == content:
        return list(words)
    copy = f"{folder}/{os.path.basename(source)}"  # noqa: PTH119 - see above
    with open(copy, "wb") as file:  # noqa: PTH123 - see above
        file.write(b'#line 1 "%s"\n%s' % (os.fsencode(source.replace("\\", "/")), text))
    options = ("/i", beside, *(("/c", code_page) if code_page else ()))
    return [*before[:-1], *options, before[-1], copy, output]


def _as_spelled(words: Sequence[str], setup: Setup) -> list[str]:
    """Give a link for Windows in which libraries are called as their files are; they may lie right here."""
    from pyz3.driver.library_names import as_spelled  # noqa: PLC0415 - for Windows alone

    given = [*units(words)]
    folders = [unit[-1].removeprefix("-L") for unit in given if unit[0].startswith("-L")]
    done: list[str] = []
    for word in words:
        if not word.startswith("-l") or word.startswith("-l:"):
            done.append(word)
            continue
        here = () if _is_windows_own(word[2:], setup) else (".",)
        folder, name = as_spelled(word[2:], (*folders, *here))
        done += [*(["-L."] if folder == "." else []), f"-l{name}" if folder else word]
    return done


def _link(words: Sequence[str], setup: Setup, environment: Mapping[str, str]) -> int:
    """Link for Windows: with no more of mingw-w64's runtime and of libc++ than is needed."""
    from pyz3.driver.windows_link import link_lean  # noqa: PLC0415 - for Windows alone

    folder = f"{setup.runtime}/{setup.target.zig}"
    own = [word for word in words if word.startswith(f"{folder}/")]
    given = [word for word in words if word not in own]

    def attempt(line: Sequence[str]) -> str | None:
        files = [word for word in line if word.startswith(f"{folder}/")]
        make_runtime(files, setup.target, zig=setup.zig.program, zig_lib=setup.zig.lib, environ=environment)
        return _complaint(line, environment)

    done = bool(setup.runtime) and link_lean(
        words,
        setup.target,
        zig_lib=setup.zig.lib,
        folder=folder,
        objects=[*_objects(given).values()],
        libraries=_looked_up(given),
        own=[*map(_read, own)],
        attempt=attempt,
        read=_read,
    )
    return 0 if done else _call(words, environment)


def _complaint(line: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Run what may fail in silence; give what it says then.  What it says when it does not is passed on."""
    import subprocess  # noqa: PLC0415 - for Windows alone

    done = subprocess.run(line, env=dict(environment), capture_output=True, check=False)
    if done.returncode == 0:
        os.write(2, done.stderr)
        return None
    return done.stderr.decode(errors="replace")


def _is_windows_own(name: str, setup: Setup) -> bool:
    """Tell whether zig has a list of what a library of Windows' exports."""
    places = (f"{setup.zig.lib}/libc/mingw/{folder}/{name}.def" for folder in _DEFINITIONS)
    return any(os.path.isfile(place + end) for place in places for end in ("", ".in"))  # noqa: PTH113 - see above


def _with_default_libraries(words: Sequence[str], setup: Setup) -> list[str]:
    """Give a link for Windows with the import libraries that its objects ask for."""
    from pyz3.driver.local_symbols import default_libraries  # noqa: PLC0415 - for Windows alone

    names = default_libraries([*_objects(words).values()])
    named = [f"-l{name}" for name in names if _is_windows_own(name, setup)]
    return [*words[:-2], *(word for word in named if word not in words), *words[-2:]]


def _objects(words: Sequence[str]) -> dict[int, bytes]:
    """Give the objects and archives that a link names, by their place among its words."""
    from pyz3.driver.local_symbols import is_hideable  # noqa: PLC0415 - rarely needed

    places = [at for at, word in enumerate(words) if is_hideable(word) and words[at - 1] != "-o"]
    return {at: _read(words[at]) for at in places}


def _looked_up(words: Sequence[str]) -> list[tuple[str, bytes]]:
    """Give the libraries that a link looks for in folders of its own: name, content."""
    folders = [unit[-1].removeprefix("-L") for unit in units(words) if unit[0].startswith("-L")]
    names = [unit[-1].removeprefix("-l") for unit in units(words) if unit[0].startswith("-l")]
    places = [
        (name, f"{folder}/{form.format(name)}") for name in names for folder in folders for form in _LIBRARIES
    ]
    return [(name, _read(file)) for name, file in places if os.path.isfile(file)]  # noqa: PTH113 - see above


def _read(file: str) -> bytes:
    with open(file, "rb") as stream:  # noqa: PTH123 - see above
        return stream.read()


def _replaced(words: Sequence[str], contents: Mapping[int, bytes], folder: str) -> list[str]:
    done = list(words)
    for at, content in contents.items():
        done[at] = f"{folder}/{at}-{os.path.basename(words[at])}"  # noqa: PTH119 - see above
        with open(done[at], "wb") as file:  # noqa: PTH123 - see above
            file.write(content)
    return done


def _move(made: str, output: str) -> None:
    try:
        os.replace(made, output)  # noqa: PTH105 - see above
    except OSError:
        import shutil  # noqa: PLC0415 - another file system: rare

        shutil.copyfile(made, output)
        shutil.copymode(made, output)


def read_log(text: str, *, probes: Sequence[str] = ()) -> tuple[str, ...]:
    """Give what a tool's log says was dropped, each ``flag: reason`` once.

    Args:
        text: The log.
        probes: What is in the name of a file that only tries the compiler: of such nothing is given.
    """
    lines = (line.partition(_DROPPED) for line in text.splitlines())
    said = [told for made, _, told in lines if told and not any(mark in made for mark in probes)]
    return tuple(dict.fromkeys(said))


def failed_files(text: str, *, tried: bool = True) -> tuple[str, ...]:
    """Give what a tool's log says failed, and did not succeed later with other flags: absolute.

    Args:
        text: The log.
        tried: With what only tried the compiler.

    Returns:
        Sources that did not compile; shared libraries and modules that were not linked.
    """
    failed: dict[str, None] = {}
    for line in text.splitlines():
        said = next((said for said in (_FAILED, _TRIED, _DONE) if line.startswith(said)), "")
        file = line.removeprefix(said)
        if said == _DONE:
            failed.pop(file, None)
        elif said == _FAILED or (said and tried):
            failed[file] = None
    return tuple(failed)


def linked_files(text: str) -> tuple[str, ...]:
    """Give the shared libraries and modules that a tool's log says were linked: absolute."""
    lines = [line.removeprefix(_LINKED) for line in text.splitlines() if line.startswith(_LINKED)]
    return tuple(dict.fromkeys(lines))


def _log_work(setup: Setup, words: Sequence[str], output: str) -> list[str]:
    """Take down what is linked; give the sources that are compiled, and the library that is linked."""
    shared = bool(output) and not _SHARED.isdisjoint(words)
    if shared:
        _write_log(setup.log, (f"{_LINKED}{os.path.abspath(output)}",))  # noqa: PTH100 - see above
    given = [*units(words)] if shared or "-c" in words else []
    files = [unit[0] for unit in given if is_source(unit[0])]
    return [os.path.abspath(file) for file in (*files, *([output] if shared else []))]  # noqa: PTH100 - see above


def _log_outcome(setup: Setup, work: Sequence[str], output: str, *, failed: bool) -> None:
    """Take down that files failed, or that they did before and do no more."""
    if not failed and work:
        before = _read(setup.log).decode("utf-8", "surrogateescape") if os.path.isfile(setup.log) else ""  # noqa: PTH113 - see above
        once = failed_files(before)
        work = [file for file in work if file in once]
    if work:
        probes = any(mark in output for mark in PROBES)
        said = (_TRIED if probes else _FAILED) if failed else _DONE
        _write_log(setup.log, (f"{said}{file}" for file in work))


def _missing_source(words: Sequence[str]) -> str:
    sources = (unit[0] for unit in units(words) if is_source(unit[0]))
    return next((source for source in sources if not os.path.exists(source)), "")  # noqa: PTH110 - pathlib costs 15 ms


def _passed_over(words: Sequence[str]) -> tuple[str, ...]:
    """Give what sources say to Microsoft's compiler and zig's does not do."""
    sources = [unit[0] for unit in units(words) if is_source(unit[0]) and os.path.isfile(unit[0])]  # noqa: PTH113 - see above
    contents = [(source, _read(source)) for source in sources]
    marked = [one for one in contents if any(mark in one[1] for mark in PASSED_OVER)]
    if not marked:
        return ()
    from pyz3.driver.pragmas import passed_over  # noqa: PLC0415 - rarely needed

    texts = [(os.path.basename(source), content.decode("utf-8", "replace")) for source, content in marked]  # noqa: PTH119 - see above
    return tuple(told for name, text in texts for told in passed_over(text, name))


def _copy(words: Sequence[str], output: str) -> None:
    """Copy what ``strip -o`` would write a smaller copy of."""
    import shutil  # noqa: PLC0415 - rare

    given = [unit[0] for unit in units(words) if not unit[0].startswith("-")]
    if output and given and given[-1] != output:
        shutil.copy(given[-1], output)


def _write_log(log: str, lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    # One write at the end of the file: several tools may write at a time.
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, text.encode("utf-8", "surrogateescape"))
    finally:
        os.close(handle)

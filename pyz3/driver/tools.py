"""The tools of one target as files: ``cc``, ``c++``, ``ar`` and ``ranlib``; what CMake and autoconf read."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import re
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pyz3.driver.answers import TargetFacts, commands_for
from pyz3.driver.autoconf import config_site, configure_variables
from pyz3.driver.build_systems import meson_cross_file, meson_native_file
from pyz3.driver.command import triple
from pyz3.driver.declined import CMAKE_LANGUAGES, declined, sentence
from pyz3.driver.launcher import launcher
from pyz3.driver.run import BUILD_CC, BUILD_CXX
from pyz3.driver.setup import Setup
from pyz3.driver.stand_ins import stand_ins, tool_names
from pyz3.driver.sysroot import SDK, case_overlay
from pyz3.driver.target import DriverTarget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyz3.driver.command import Tool
    from pyz3.driver.setup import File

# Isolated and without site-packages, in 13 ms: a tool starts hundreds of times.
_PROGRAM = """\
{interpreter}
# Written by pyz3; it is a tool for {zig}.
import os
import sys

sys.path += [{package!r}, {libraries!r}]
from pyz3.driver.run import Setup, for_this_machine, {run} as run

if {native!r} and for_this_machine(sys.argv[0], os.environ):
    if os.name != "posix":
        import subprocess

        raise SystemExit(subprocess.call([{native!r}, *sys.argv[1:]]))
    os.execv({native!r}, [{native!r}, *sys.argv[1:]])
status = run(
    {tool!r},
    sys.argv[1:],
    Setup.read({setup!r}),
    environ=os.environ,
    say=lambda text: print(text) if text else None,
    complain=lambda text: print(text, file=sys.stderr),
    replace=True,
    verbose=bool({verbose!r}),
)
if status < 0 and os.name == "posix":
    os.kill(os.getpid(), -status)
raise SystemExit(status)
"""
# What stands for commands that tell of this machine.
_ANSWERING = """\
{interpreter}
# Written by pyz3; it answers for {zig}, as the command of that name does there.
import os
import subprocess
import sys

sys.path.append({package!r})
from pyz3.driver.answers import TargetFacts, answer

facts = {facts!r}
found = answer({name!r}, sys.argv[1:], facts)
if found.tells and facts.asked:
    with open(facts.asked, "a", encoding="utf-8") as file:
        file.write('"{name}"\\n')
if found.passes:
    own = os.path.realpath(os.path.dirname(__file__))
    places = [os.path.join(one, {name!r}) for one in os.get_exec_path() if os.path.realpath(one) != own]
    real = next((one for one in places if os.access(one, os.X_OK)), "")
    raise SystemExit(subprocess.call([real, *sys.argv[1:]]) if real else "{name}: not found")
if found.command:
    raise SystemExit(subprocess.call(found.command))
if found.error:
    raise SystemExit(found.error)
print(found.says)
"""
# The interpreter that is found is this machine's and knows the target: it needs no emulator.
_FINDER = """\
# Written by pyz3.
if(POLICY CMP0190)
  cmake_policy(SET CMP0190 OLD)
endif()
include("${{CMAKE_ROOT}}/Modules/Find{name}.cmake")
if(NOT {name}_SOABI)
  set({name}_SOABI "{soabi}")
endif()
"""
_EMULATOR = """\
if(DEFINED ENV{CMAKE_CROSSCOMPILING_EMULATOR})
  set(CMAKE_CROSSCOMPILING_EMULATOR "$ENV{CMAKE_CROSSCOMPILING_EMULATOR}")
endif()
"""
# What CMake says of Linux is true there, but for run paths.  Up to 4.1 it has no such file itself, and links
# no shared library; later it takes that of a toolchain whose CMAKE_SYSTEM_VERSION is 1, as Emscripten's is,
# before its own.
_OF_EMSCRIPTEN = {"EMSCRIPTEN": "TRUE", "CMAKE_SYSTEM_VERSION": "1"}
_PLATFORM = """\
# Written by pyz3.
include(Platform/Linux)
set(CMAKE_SHARED_LIBRARY_RUNTIME_C_FLAG "")
"""
_DECLINING = """\
# Written by pyz3.
message(FATAL_ERROR "{sentence}")
"""
# Meson runs it with a program that prints what it asks as JSON.
_MESON_PYTHON = """\
{interpreter}
# Written by pyz3: the build environment's Python, as Meson is to see the target's.
import json
import os
import subprocess
import sys

command = [{runs!r}, *sys.argv[1:]]
if os.path.basename(command[-1]) == "python_info.py":
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(done.returncode)
    print(json.dumps({{**json.loads(done.stdout), **{told!r}}}))
    raise SystemExit
if os.name == "posix":
    os.execv(command[0], command)
raise SystemExit(subprocess.call(command))
"""
# Elsewhere a file's first line says what runs it; Windows needs an .exe beside each program.
_POSIX = os.name == "posix"
_COMPILERS: tuple[Tool, ...] = ("cc", "c++")
# Beside the tools: commands that scripts find on PATH.
_COMMANDS = "bin"
# What neither a shell nor make takes for anything but a part of a word.
_PLAIN = re.compile(r"[A-Za-z0-9_./+@%,:=-]*")
# Folders for everybody on every POSIX system (Filesystem Hierarchy Standard 3.18, 5.15).
_TEMPORARY = tuple(str(Path(os.sep, *parents, "tmp")) for parents in ((), ("var",)))
# Linux cuts the first line of a script there (BINPRM_BUF_SIZE before 5.1).
_LONGEST_FIRST_LINE = 127

# What CMake calls systems and processors.
_SYSTEMS = {"elf": "Linux", "macos": "Darwin", "windows": "Windows", "wasm": "Emscripten"}
_PROCESSORS = {"x86_64": "AMD64", "aarch64": "ARM64", "x86": "x86"}  # of Windows; elsewhere uname's


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The programs, CMake's toolchain file, variables for autoconf's scripts.

    Attributes:
        build_cc: For programs that run during the build, on this machine; ``build_cxx`` likewise.
        windres: For Windows alone.
        commands: A folder for ``PATH``: what stands in for this machine's compilers, and answers for the
            target.
    """

    cc: Path
    cxx: Path
    ar: Path
    ranlib: Path
    nm: Path
    build_cc: Path
    build_cxx: Path
    windres: Path | None
    strip: Path
    cmake_toolchain: Path
    autoconf: Mapping[str, str]
    commands: Path

    @property
    def environment(self) -> dict[str, str]:
        """What build scripts look for them by; of backslashes shells, make and setuptools make nothing."""
        return {
            "CC": self.cc.as_posix(),
            "CXX": self.cxx.as_posix(),
            "AR": self.ar.as_posix(),
            "RANLIB": self.ranlib.as_posix(),
            "NM": self.nm.as_posix(),
            "CMAKE_TOOLCHAIN_FILE": str(self.cmake_toolchain),
            **({"WINDRES": self.windres.as_posix()} if self.windres is not None else {}),
            **self.build_machine,
            **self.autoconf,
        }

    @property
    def build_machine(self) -> dict[str, str]:
        """By which variables Makefiles and configure scripts find a compiler for this machine."""
        return {
            **dict.fromkeys(BUILD_CC, self.build_cc.as_posix()),
            **dict.fromkeys(BUILD_CXX, self.build_cxx.as_posix()),
        }


def write_tools(
    folder: Path,
    setup: Setup,
    *,
    find_roots: Sequence[Path] = (),
    cmake_variables: Mapping[str, str] | None = None,
    soabi: str = "",
    python_config: Mapping[str, str] | None = None,
    asked: File = "",
    verbose: bool = False,
    alone: bool = False,
    python: str = sys.executable,
) -> Tools:
    """Write a set of tools; files that are so already stay as they are.

    Args:
        folder: Where they go; it is made.
        setup: What they are for.
        find_roots: Folders in which CMake may look for headers and libraries.
        cmake_variables: More of CMake's variables.
        soabi: What stands in names of extension modules: ``cp313-win_amd64``; empty: they are for no Python.
        python_config: What ``python3-config`` answers to its options, and the Python's ``--version``.
        asked: File that takes the name of each command that told of this machine; empty for none.
        verbose: The tools tell zig's command lines.
        alone: Nobody looks after what zig remembers of their work: it remembers nothing.
        python: An interpreter of 3.10 or newer that starts them.

    Raises:
        OSError: The folder cannot be written.
        BuildFailedError: On Windows: what starts them cannot be compiled.
    """
    target = setup.target
    starter = b"" if _POSIX else launcher(setup.zig, _this_machine())
    programs = _write_programs(folder, setup, python, starter, verbose=verbose, alone=alone)
    commands = folder / _COMMANDS
    told = python_config or {}
    _write_answering(
        commands, setup, programs, python_config=told, asked=asked, python=python, starter=starter
    )
    names = stand_ins(target, triple=triple(target), machine=platform.machine(), found=_on_path())
    for name, tool in names.items():
        _write_stand_in(commands, name, programs[tool])
    toolchain = folder / "toolchain.cmake"
    roots = [*find_roots, folder / "root"]
    modules = _write_modules(folder / "cmake", soabi)
    text = cmake_toolchain(target, programs, roots, cmake_variables or {}, modules=modules)
    _write(toolchain, text.encode(), mode=0o644)
    site = folder / "config.site"
    _write(site, config_site(target).encode(), mode=0o644)
    return Tools(
        cc=programs["cc"],
        cxx=programs["c++"],
        ar=programs["ar"],
        ranlib=programs["ranlib"],
        nm=programs["nm"],
        windres=programs["windres"] if target.system == "windows" else None,
        build_cc=programs["build-cc"],
        build_cxx=programs["build-c++"],
        strip=programs["strip"],
        cmake_toolchain=toolchain,
        autoconf=configure_variables(target, site, system=platform.system(), machine=platform.machine()),
        commands=commands,
    )


def write_cross_file(
    tools: Tools,
    target: DriverTarget,
    *,
    binaries: Mapping[str, Path] | None = None,
    properties: Mapping[str, str] | None = None,
    emulator: Sequence[str] = (),
) -> Path:
    """Write a cross file for Meson beside tools, and give it.

    Args:
        tools: The target's.
        target: What is compiled for.
        binaries: More programs, by what Meson calls them.
        properties: More properties, or others.
        emulator: The words before a program for the target that run it here; none: nothing does.

    Raises:
        OSError: The folder cannot be written.
    """
    programs = {
        "cc": tools.cc,
        "c++": tools.cxx,
        "ar": tools.ar,
        "ranlib": tools.ranlib,
        "nm": tools.nm,
        "strip": tools.strip,
    }
    if tools.windres is not None:
        programs["windres"] = tools.windres
    file = tools.cmake_toolchain.with_name("cross.ini")
    text = meson_cross_file(target, programs, binaries=binaries, properties=properties, emulator=emulator)
    _write(file, text.encode(), mode=0o644)
    return file


def write_native_file(tools: Tools) -> Path:
    """Write a native file for Meson beside tools, and give it: else it takes this machine's own compiler.

    Raises:
        OSError: The folder cannot be written.
    """
    file = tools.cmake_toolchain.with_name("native.ini")
    text = meson_native_file({"c": tools.build_cc, "cpp": tools.build_cxx})
    _write(file, text.encode(), mode=0o644)
    return file


def write_meson_python(tools: Tools, python: Path, told: Mapping[str, object]) -> Path:
    """Write what Meson takes for the target's Python, and give it.

    It is ``python`` with other answers to the program by which Meson asks a Python about itself.

    Args:
        tools: It lies beside them.
        python: The build environment's, whose variables of ``sysconfig`` are the target's already.
        told: What is true of the target besides; the names are those of Meson's ``python_info.py``.

    Raises:
        OSError: The folder cannot be written.
        BuildFailedError: On Windows: what starts it cannot be compiled.
    """
    folder = tools.cmake_toolchain.parent
    starter = b"" if _POSIX else tools.cc.read_bytes()
    return _write_program(
        folder, "meson-python", _MESON_PYTHON, sys.executable, starter, runs=str(python), told=dict(told)
    )


def toolchain_folder(tools: Path, setup: Setup) -> Path:
    """Give the folder of a set of tools that is for no project.

    Args:
        tools: Of the cache.
        setup: What they are for.
    """
    name = hashlib.sha256(setup.to_json().encode()).hexdigest()[:12]
    return plain_folder(tools) / name


def plain_folder(folder: Path) -> Path:
    """Give a name of a folder that Makefiles and shells take as one word: itself, or a link to it.

    ``$(CC)`` can be quoted in no way that survives make, configure and the shell (``/home/Jane Doe``).
    """
    if not _POSIX or _PLAIN.fullmatch(str(folder)):
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    # TMPDIR may be below the same home.
    for place in filter(_PLAIN.fullmatch, dict.fromkeys((tempfile.gettempdir(), *_TEMPORARY))):
        link = Path(place, f"pyz3-{digest}")
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)  # through a link that leads nowhere nothing can be made
            if not link.is_symlink():
                link.symlink_to(folder)
            # In a folder for everybody nobody but its owner can change a link.
            if link.lstat().st_uid == os.getuid() and link.readlink() == folder:
                return link
    return folder


def _write_programs(
    folder: Path, setup: Setup, python: str, starter: bytes, *, verbose: bool, alone: bool
) -> dict[str, Path]:
    lief = importlib.util.find_spec("lief")  # nm reads with it
    libraries = str(Path(lief.origin).parents[1]) if lief is not None and lief.origin else ""
    run = "run_alone" if alone else "run_tool"

    def write(name: str, tool: Tool, own: Setup, kept: Path, build: object = "") -> Path:
        values = {"tool": tool, "setup": str(kept), "verbose": verbose, "native": str(build), "run": run}
        values["libraries"] = libraries
        return _write_program(folder, name, _PROGRAM, python, starter, zig=own.target.zig, **values)

    native = Setup(setup.zig, DriverTarget(_this_machine()))
    kept, kept_native = folder / "setup.json", folder / "build-setup.json"
    _write(kept, setup.to_json().encode(), mode=0o644)
    _write(kept_native, native.to_json().encode(), mode=0o644)
    programs = {f"build-{tool}": write(f"build-{tool}", tool, native, kept_native) for tool in _COMPILERS}
    return {
        **programs,
        **{
            tool: write(tool, tool, setup, kept, programs.get(f"build-{tool}", ""))
            for tool in tool_names(setup.target)
        },
    }


def _this_machine() -> str:
    """Give zig's name of this machine."""
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64", "i686": "x86", "ppc64le": "powerpc64le"}.get(
        machine, "arm" if machine.startswith("armv") else machine
    )
    libc = "gnu" if platform.libc_ver()[0] == "glibc" else "musl"
    if machine == "arm":
        libc = f"{libc}eabihf"
    system = {"Darwin": "macos", "Windows": "windows-gnu"}.get(platform.system(), f"linux-{libc}")
    return f"{machine}-{system}"


@cache
def _on_path() -> tuple[str, ...]:
    """Give the names in the folders of ``PATH``."""
    names: set[str] = set()
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        with contextlib.suppress(OSError):
            names.update(os.listdir(folder))  # noqa: PTH208 - names, not paths
    return tuple(sorted(names))


def _write_stand_in(folder: Path, name: str, program: Path) -> None:
    """Let a tool be called by another name: it may tell by that what it is called as."""
    if not _POSIX:
        own = name.removesuffix(".exe")
        for suffix in (".py", ".exe"):
            _write(folder / f"{own}{suffix}", program.with_suffix(suffix).read_bytes(), mode=0o755)
        return
    link, leads = folder / name, f"../{program.name}"
    if link.is_symlink() and os.readlink(link) == leads:  # noqa: PTH115 - a text is compared
        return
    scratch = folder / f".{name}.{os.getpid()}"
    scratch.symlink_to(leads)
    scratch.replace(link)


def _write_answering(
    folder: Path,
    setup: Setup,
    programs: Mapping[str, Path],
    *,
    python_config: Mapping[str, str],
    asked: File,
    python: str,
    starter: bytes,
) -> None:
    target = setup.target
    facts = TargetFacts(
        sdk=setup.sdkroot or SDK,
        version=target.zig.partition(".")[2],
        programs={name: str(path) for name, path in programs.items()},
        system=target.system,
        release=setup.emscripten.version if setup.emscripten else "",
        machine=target.uname,
        python=python_config,
        asked=str(asked),
        declined=declined(_on_path(), native=target.zig.partition(".")[0] == _this_machine()),
    )
    version = python_config.get("--version", "")
    known = commands_for(target.system, python=version, found=_on_path())
    for name in (*known, *facts.declined):
        _write_program(folder, name, _ANSWERING, python, starter, zig=target.zig, facts=facts)


def write_overlay(target: DriverTarget, folder: Path, zig_lib: Path) -> Path | Literal[""]:
    """Write the file that lets Windows' headers be found in any spelling; give it, for other systems nothing.

    Args:
        target: What is compiled for.
        folder: Where it goes.
        zig_lib: Zig's own files.

    Raises:
        OSError: The folder cannot be written.
    """
    if target.system != "windows":
        return ""
    text = _windows_overlay(zig_lib / "libc" / "include" / "any-windows-any")
    path = folder / f"windows-{hashlib.sha256(text).hexdigest()[:16]}.yaml"
    _write(path, text, mode=0o644)
    return path


@cache
def _windows_overlay(headers: Path) -> bytes:
    names = [path.name for path in headers.iterdir() if path.suffix in {".h", ".hpp"}]
    return case_overlay(headers.as_posix(), names).encode()


def _write_modules(folder: Path, soabi: str) -> Path:
    """Write modules of CMake's with what pyz3 knows better, and give their folder.

    FindPython gets the name that modules have, if any: it asks no Python when it cross-compiles.  The modules
    that look for a compiler fail of languages that pyz3 compiles none of (``enable_language`` finds them).
    """
    texts = {
        f"CMakeDetermine{one}Compiler": _DECLINING.format(sentence=sentence(one)) for one in CMAKE_LANGUAGES
    }
    texts["Platform/Emscripten"] = _PLATFORM
    if soabi:
        texts |= {f"Find{name}": _FINDER.format(name=name, soabi=soabi) for name in ("Python", "Python3")}
    for name, text in texts.items():
        _write(folder / f"{name}.cmake", text.encode(), mode=0o644)
    return folder


def cmake_toolchain(
    target: DriverTarget,
    programs: Mapping[str, Path],
    roots: Sequence[Path],
    more: Mapping[str, str],
    *,
    modules: Path | None = None,
) -> str:
    """Give the text of CMake's toolchain file (cmake-toolchains(7)).

    Args:
        target: What is compiled for.
        programs: ``cc``, ``c++``, ``ar``, ``ranlib`` … → path.
        roots: Folders in which CMake may look for headers and libraries.
        more: More variables.
        modules: A folder of modules that come before CMake's own.
    """
    system = _SYSTEMS[target.system]
    variables = {
        "CMAKE_SYSTEM_NAME": system,
        "CMAKE_SYSTEM_PROCESSOR": _PROCESSORS[target.machine] if target.system == "windows" else target.uname,
        "CMAKE_C_COMPILER": programs["cc"],
        "CMAKE_CXX_COMPILER": programs["c++"],
        "CMAKE_ASM_COMPILER": programs["cc"],
        "CMAKE_AR": programs["ar"],
        "CMAKE_RANLIB": programs["ranlib"],
        "CMAKE_NM": programs["nm"],
        "CMAKE_STRIP": programs["strip"],
        "CMAKE_FIND_ROOT_PATH": ";".join(_cmake(root) for root in roots),
        "CMAKE_FIND_ROOT_PATH_MODE_PROGRAM": "NEVER",
        "CMAKE_FIND_ROOT_PATH_MODE_LIBRARY": "ONLY",
        "CMAKE_FIND_ROOT_PATH_MODE_INCLUDE": "ONLY",
        "CMAKE_FIND_ROOT_PATH_MODE_PACKAGE": "ONLY",
        # From 3.27 on CMake has linkers write down what they read, which zig's does not.
        "CMAKE_LINK_DEPENDS_USE_LINKER": "FALSE",
        **({"CMAKE_RC_COMPILER": programs["windres"]} if system == "Windows" else {}),
        **(_OF_EMSCRIPTEN if system == "Emscripten" else {}),
        **({"CMAKE_LIBRARY_ARCHITECTURE": triple(target)} if system == "Linux" else {}),
        **more,
    }
    # CMake asks Apple's tools where there are none, and changes load commands that are right already.
    cached = {"CMAKE_OSX_SYSROOT": "", "CMAKE_OSX_ARCHITECTURES": "", "CMAKE_INSTALL_NAME_TOOL": "true"}
    lines = [f'set({name} "{_cmake(value)}")\n' for name, value in variables.items()]
    if system == "Darwin":
        lines += [f'set({name} "{value}" CACHE STRING "")\n' for name, value in cached.items()]
    # CMake before 3.28 does not ask the environment itself.
    lines.append(_EMULATOR)
    if modules is not None:
        lines.append(f'list(PREPEND CMAKE_MODULE_PATH "{_cmake(modules)}")\n')
    return "".join(lines)


def _cmake(value: object) -> str:
    return str(value).replace("\\", "/").replace('"', '\\"').replace("$", "\\$")


def _first_lines(python: str) -> str:
    """The line by which a system finds the interpreter; one for the shell if that cannot hold it."""
    line = f"#!{python} -IS"
    if " " not in python and len(line) <= _LONGEST_FIRST_LINE:
        return line
    # To the shell the first word is exec, and the rest of the file never read; to Python it is a text.
    quoted = python.replace("'", "'\\''")
    return f"#!/bin/sh\n'''exec' '{quoted}' -IS \"$0\" \"$@\"\n' '''"


def _write_program(
    folder: Path, name: str, template: str, python: str, starter: bytes, **values: object
) -> Path:
    """Write a Python program that is a command; ``values`` are what only its template has."""
    text = template.format(
        interpreter=_first_lines(python) if _POSIX else f"#!{python}",
        package=str(Path(__file__).parents[2]),
        name=name,
        **values,
    )
    content = text.encode("utf-8", "surrogateescape")
    if _POSIX:
        _write(folder / name, content, mode=0o755)
        return folder / name
    _write(folder / f"{name}.py", content, mode=0o644)
    _write(folder / f"{name}.exe", starter, mode=0o755)
    return folder / f"{name}.exe"


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file at one stroke, its mode included: another process may be running it."""
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

"""DLLs for Windows that are linked without mingw-w64's start-up code: what they are linked with.

CPython and its modules take C's functions from the UCRT, which is part of Windows.  What else a C library
does for a DLL before its code is run (thread-locals, constructors, ``atexit``) is in mingw-w64's runtime, and
that takes a minute to compile for each target.  A module in C rarely needs any of it: it is linked with
``libpyz3-ucrt.a``, start-up code of ours and the import libraries of the UCRT and of Windows.  The linker
decides: where it finds something undefined, or a section that needs the runtime, it links with mingw-w64's.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pyz3.driver.target import DriverTarget

UCRT = "libpyz3-ucrt.a"
SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "runtime", "windows")  # noqa: PTH100, PTH118, PTH120 - see __init__.py
# What mingw-w64's start-up code looks at: crt/crtdll.c, gccmain.c and tlssup.c.
STARTUP_SECTIONS = (".ctors", ".dtors", ".CRT$", ".tls")

# Zig's name of a machine → lld's of -machine, dlltool's of -m.
_MACHINES = {"x86_64": ("x64", "i386:x86-64"), "x86": ("x86", "i386"), "aarch64": ("arm64", "arm64")}
# Where zig's libc/mingw has lists of what DLLs export, those of one machine before those of all.
_DEFINITIONS = {"x86_64": ("lib64", "lib-common"), "x86": ("lib32", "lib-common"), "aarch64": ("lib-common",)}
# The import libraries of every link with mingw-w64's runtime, less ntdll: it has C functions of its own.
_SYSTEM = ("advapi32", "kernel32", "shell32", "user32")
_OF_THE_UCRT = "api-ms-win-crt-"
# DLLs with C functions of their own, which must not take the place of the UCRT's.
_OF_C = ("api-ms-", "crtdll", "msvc", "ntdll", "ntoskrnl", "ucrt", "vcruntime")
PART_OF_C = frozenset({"c", "c++", "c++abi", "m", "pthread", "unwind"})
COMPILER_RT = "compiler_rt.lib"
_LIBRARY = re.compile(r'^LIBRARY\s+"?([^"\s]+)"?.*$', re.MULTILINE)

_STDCALL = re.compile(r"^(\w+)@\d+", re.MULTILINE)
# In the UCRT's lists: functions that mingw-w64 has itself (lgamma).  The linker takes them for variables.
_DATA = re.compile(r"^\S+[ \t]+DATA\b.*$", re.MULTILINE)


def lean_flags(target: DriverTarget) -> tuple[str, ...]:
    """Give what ``zig lld-link`` is told besides its files: what zig tells it, and to guess nothing.

    Data of DLLs that is not declared to be such would need mingw-w64's relocator at start.
    """
    machine, _ = _MACHINES[target.machine]
    same = ("-lldmingw", "-errorlimit:0", "-nologo", "-build-id:no", "-dll", "-Brepro", f"-machine:{machine}")
    return (*same, "-auto-import:no", "-demangle:no")


def entry(target: DriverTarget) -> str:
    """Give the name of what mingw-w64's start-up code begins with in a DLL."""
    size = "@12" if target.machine == "x86" else ""  # stdcall's names have it
    return f"DllMainCRTStartup{size}"


def startup_flags(target: DriverTarget) -> tuple[str, ...]:
    """Give what it is told besides, where mingw-w64's start-up code is linked."""
    underscore = "_" if target.machine == "x86" else ""  # before C's names
    return (f"-entry:{entry(target)}", f"-alternatename:__image_base__={underscore}__ImageBase")


def compile_flags(zig_lib: str) -> tuple[str, ...]:
    """Give what the sources are compiled with that are ours in part, mingw-w64's own in part."""
    mingw = f"{zig_lib}/libc/mingw"
    return ("-std=gnu11", "-D_CRTBLD", "-D__USE_MINGW_ANSI_STDIO=0", f"-I{mingw}/include", f"-I{mingw}/stdio")


def compiler_rt_args(target: DriverTarget, *, zig_lib: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the arguments by which zig makes its compiler-rt, less files: as bitcode, and that as an archive.

    One step would do, but for jump tables.  They all are in one section, which is linked always, and so is
    each function that has one: ``___chkstk_ms``, of a few bytes, would bring 50 kB to a module.
    """
    same = ("build-lib", "-target", target.zig, "-OReleaseFast", "-fstrip")
    sections = ("-ffunction-sections", "-fdata-sections")
    no_tables = ("-mllvm", "-min-jump-table-entries=1000000")
    compiled = ("-cflags", "-w", *sections, "-Xclang", "-disable-llvm-passes", *no_tables, "--")
    return (*same, "-fno-builtin", *sections, f"{zig_lib}/compiler_rt.zig"), (*same, *compiled)


def lean_libraries(libraries: Iterable[str], target: DriverTarget, *, zig_lib: str) -> tuple[str, ...] | None:
    """Give names of the files that a lean link is given last; None: it cannot have one of the libraries.

    Args:
        libraries: Those of Windows that it names.
        target: What it is for.
        zig_lib: Zig's own files.
    """
    wanted = [name for name in dict.fromkeys(libraries) if name not in PART_OF_C]
    if any(name.startswith(_OF_C) or not definition_of(name, target, zig_lib) for name in wanted):
        return None
    return (UCRT, *(f"{name}.lib" for name in wanted if name not in _SYSTEM))


def make_import_libraries(
    name: str,
    target: DriverTarget,
    *,
    zig: str,
    zig_lib: str,
    run: Callable[[Sequence[str]], object],
    scratch: str,
) -> None:
    """Make an archive of import libraries, or add them to what is there.

    Args:
        name: What :func:`lean_libraries` gave.
        target: What it is for.
        zig: The executable.
        zig_lib: Its own files.
        run: Runs a command in ``scratch``, or raises.
        scratch: Where it is made.
    """
    _, machine = _MACHINES[target.machine]
    mingw = f"{zig_lib}/libc/mingw"
    names = _ucrt_names(mingw) if name == UCRT else (name.removesuffix(".lib"),)
    files = [definition_of(one, target, zig_lib) for one in names]
    with open(f"{scratch}/all.c", "w", encoding="utf-8") as file:  # noqa: PTH123 - see __init__.py
        file.writelines(f'#include "{path}"\n' for path in files)
    run(
        (
            zig,
            "cc",
            "-target",
            target.zig,
            "-E",
            "-P",
            "-w",
            f"-I{mingw}/def-include",
            "all.c",
            "-o",
            "all.def",
        )
    )
    with open(f"{scratch}/all.def", encoding="utf-8") as file:  # noqa: PTH123 - see above
        text = file.read()
    definitions = split_definitions(_DATA.sub("", text) if name == UCRT else text)
    # stdcall's "@8" is part of a name for the linker, and not for the DLL; elsewhere there is no stdcall.
    undecorated = ("-k",) if target.machine == "x86" else ()
    made = []
    for dll, text in definitions:
        with open(f"{scratch}/{dll}.def", "w", encoding="utf-8") as file:  # noqa: PTH123 - see above
            file.write(text if undecorated else _STDCALL.sub(r"\1", text))
        run((zig, "dlltool", "-m", machine, *undecorated, "-d", f"{dll}.def", "-l", f"{dll}.lib"))
        made.append(f"{dll}.lib")
    run((zig, "ar", "qcsDL", name, *made))


def split_definitions(text: str) -> list[tuple[str, str]]:
    """Give each definition file of a text that holds several, by the names of the DLLs."""
    starts = [*_LIBRARY.finditer(text)]
    ends = [*(match.start() for match in starts[1:]), len(text)]
    return [(match[1].lower(), text[match.start() : end]) for match, end in zip(starts, ends, strict=True)]


def _ucrt_names(mingw: str) -> tuple[str, ...]:
    names = (file.partition(".def")[0] for file in os.listdir(f"{mingw}/lib-common"))  # noqa: PTH208 - see __init__.py
    return (*sorted(name for name in names if name.startswith(_OF_THE_UCRT)), *_SYSTEM)


def definition_of(name: str, target: DriverTarget, zig_lib: str) -> str:
    """Give zig's list of what a library of Windows' exports; empty: it has none."""
    folders = (f"{zig_lib}/libc/mingw/{folder}" for folder in _DEFINITIONS[target.machine])
    places = (f"{folder}/{name}.def{end}" for folder in folders for end in ("", ".in"))
    return next((place for place in places if os.path.isfile(place)), "")  # noqa: PTH113 - see __init__.py

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

from pyz3.driver.flag_table import is_source

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
_PART_OF_C = frozenset({"c", "c++", "c++abi", "m", "pthread", "unwind"})
# Objects with the numbers of Windows' interfaces.  CMake names them in each link, and few need them: who does
# is linked in the other way.
_GUIDS = "uuid"
COMPILER_RT = "compiler_rt.lib"
# Of a link that says itself how it starts, or where the linker compiles.
_UNFIT = (
    "-nostdlib", "-nostartfiles", "-nodefaultlibs", "-static", "-flto", "-fsanitize",
    "-Wl,-e,", "-Wl,--entry", "-l:",
)  # fmt: skip
# Of files that a word for the linker names: what is in them is not looked at.
_FILES = (".a", ".o", ".lib", ".obj")
# In objects: what only start-up code looks at, and the beginning of LLVM's bitcode: the linker compiles it.
MARKS = tuple(section.encode() for section in STARTUP_SECTIONS)
_BITCODE = b"BC\xc0\xde"
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


def startup_flags(target: DriverTarget) -> tuple[str, ...]:
    """Give what it is told besides, where mingw-w64's start-up code is linked."""
    if target.machine == "x86":  # C names have an underscore there, and those of stdcall their size
        return ("-entry:DllMainCRTStartup@12", "-alternatename:__image_base__=___ImageBase")
    return ("-entry:DllMainCRTStartup", "-alternatename:__image_base__=__ImageBase")


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
    wanted = [name for name in dict.fromkeys(libraries) if name not in _PART_OF_C]
    if any(name.startswith(_OF_C) or not _definition(name, target, zig_lib) for name in wanted):
        return None
    return (UCRT, *(f"{name}.lib" for name in wanted if name not in _SYSTEM))


def lean_link(
    words: Sequence[str], target: DriverTarget, *, zig_lib: str, folder: str, contents: Iterable[bytes]
) -> tuple[str, ...] | None:
    """Give the command line of a link by ``zig cc -shared`` as one without mingw-w64's runtime and libc++.

    Whether that is enough, the linker says: it fails where something is undefined.

    Args:
        words: The command line; it ends with ``-o FILE``.
        target: What it is for.
        zig_lib: Zig's own files.
        folder: Where libraries of the target are.
        contents: The objects and archives that it links.

    Returns:
        None: It has words that do not go with that.
    """
    if "-shared" not in words:
        return None
    handed = [word for word in words if word.startswith("-Wl,") and not word.startswith("-Wl,--out-implib")]
    named = any(part.endswith(_FILES) for word in handed for part in word.split(","))
    if named or any(word.startswith(_UNFIT) or is_source(word) for word in words):
        return None
    if any(_BITCODE in content for content in contents):
        return None
    names = [word[2:] for word in words if word.startswith("-l")]
    system = [name for name in names if name in _PART_OF_C or _definition(name, target, zig_lib)]
    libraries = lean_libraries(system, target, zig_lib=zig_lib)
    if libraries is None:
        return None
    dropped = {f"-l{name}" for name in (*system, _GUIDS)}
    kept = [word for word in words if word not in dropped]
    return (*kept[:-2], "-nostdlib", *(f"{folder}/{name}" for name in libraries), *kept[-2:])


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
    files = [_definition(one, target, zig_lib) for one in names]
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


def _definition(name: str, target: DriverTarget, zig_lib: str) -> str:
    folders = (f"{zig_lib}/libc/mingw/{folder}" for folder in _DEFINITIONS[target.machine])
    places = (f"{folder}/{name}.def{end}" for folder in folders for end in ("", ".in"))
    return next((place for place in places if os.path.isfile(place)), "")  # noqa: PTH113 - see __init__.py

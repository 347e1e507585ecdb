"""Zig's libc++ and mingw-w64's runtime in parts: what a module does not need is not compiled.  Pure.

At the first link for a target zig compiles all of libc++, which takes half a minute of a processor, and for
Windows mingw-w64's runtime, which takes as long.  Most modules need a quarter of the one (exceptions,
strings, containers) and a twentieth of the other (start-up code).  So ``build.zig`` links with the parts that
every module needs, sees which names are missing, and compiles the parts whose ``marks`` are in them.
A linker takes the same objects from a part as from the whole.

The flags are those by which zig compiles these sources (``zig build-lib -lc++ --verbose-cc``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.driver.target import DriverTarget


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """Sources in a folder of zig's, and what tells that they are needed; no marks: always.

    ``windows``: more sources, there alone; ``windows_x86``: there, where a long double has 80 bits.
    """

    folder: str
    sources: str
    marks: str = ""
    needs: tuple[str, ...] = ()
    windows: str = ""
    windows_x86: str = ""


# What the parts need of each other, and which names they have, a test holds against zig's own archives.
_PARTS: Mapping[str, _Part] = {
    "mingw": _Part(
        folder="libc/mingw",
        sources="",
        windows="crt/cinitexe.c crt/crtdll.c crt/cxa_atexit.c crt/cxa_thread_atexit.c crt/gccmain.c"
        " crt/mingw_helpers.c crt/natstart.c crt/pesect.c crt/pseudo-reloc-list.c crt/pseudo-reloc.c"
        " crt/tls_atexit.c crt/tlsmcrt.c crt/tlssup.c crt/tlsthrd.c"
        " gdtoa/dmisc.c gdtoa/g__fmt.c gdtoa/gethex.c gdtoa/gmisc.c gdtoa/hd_init.c gdtoa/hexnan.c"
        " gdtoa/misc.c gdtoa/smisc.c gdtoa/strtodg.c gdtoa/strtodnrp.c gdtoa/strtopx.c gdtoa/sum.c"
        " misc/_onexit.c misc/dllmain.c misc/mingw_wcstold.c misc/ucrt_amsg_exit.c",
        windows_x86="crt/CRT_fp10.c misc/wcstold.c",
    ),
    "unwind": _Part(
        folder="libunwind",
        sources="libunwind.cpp Unwind-EHABI.cpp Unwind-seh.cpp UnwindLevel1.c UnwindLevel1-gcc-ext.c"
        " UnwindRegistersSave.S UnwindRegistersRestore.S gcc_personality_v0.c",
    ),
    "abi": _Part(
        folder="libcxxabi",
        sources="abort_message.cpp cxa_aux_runtime.cpp cxa_default_handlers.cpp cxa_demangle.cpp"
        " cxa_exception.cpp cxa_exception_storage.cpp cxa_guard.cpp cxa_handlers.cpp cxa_personality.cpp"
        " cxa_thread_atexit.cpp cxa_vector.cpp cxa_virtual.cpp fallback_malloc.cpp private_typeinfo.cpp"
        " stdlib_exception.cpp stdlib_new_delete.cpp stdlib_stdexcept.cpp stdlib_typeinfo.cpp",
    ),
    "core": _Part(
        folder="libcxx",
        sources="any.cpp bind.cpp call_once.cpp error_category.cpp exception.cpp expected.cpp functional.cpp"
        " hash.cpp memory.cpp new.cpp new_handler.cpp new_helpers.cpp optional.cpp stdexcept.cpp string.cpp"
        " system_error.cpp typeinfo.cpp valarray.cpp variant.cpp vector.cpp verbose_abort.cpp",
        windows="chrono.cpp support/win32/locale_win32.cpp support/win32/support.cpp"
        " support/win32/thread_win32.cpp",
    ),
    "numbers": _Part(
        folder="libcxx",
        sources="algorithm.cpp charconv.cpp random.cpp random_shuffle.cpp"
        " ryu/d2fixed.cpp ryu/d2s.cpp ryu/f2s.cpp",
        marks="sort __bitset_partition nth_element _chars _buffered_n random shuffle __rs_",
    ),
    "threads": _Part(
        folder="libcxx",
        sources="atomic.cpp barrier.cpp chrono.cpp condition_variable.cpp condition_variable_destructor.cpp"
        " future.cpp memory_resource.cpp mutex.cpp mutex_destructor.cpp shared_mutex.cpp thread.cpp",
        marks="atomic barrier chrono condition_variable future promise _assoc_ memory_resource pmr mutex"
        " thread",
    ),
    "streams": _Part(
        folder="libcxx",
        sources="fstream.cpp ios.cpp ios.instantiations.cpp iostream.cpp locale.cpp ostream.cpp"
        " strstream.cpp",
        marks="ios stream locale buf ctype codecvt collate messages money num_get num_put numpunct"
        " time_get time_put 3cinE 4wcinE 4coutE 5wcoutE 4cerrE 5wcerrE 4clogE 5wclogE",
    ),
    "files": _Part(
        folder="libcxx",
        sources="filesystem/directory_entry.cpp filesystem/directory_iterator.cpp"
        " filesystem/filesystem_clock.cpp filesystem/filesystem_error.cpp filesystem/operations.cpp"
        " filesystem/path.cpp",
        marks="10filesystem",
        needs=("streams",),
    ),
    "rest": _Part(
        folder="libcxx",
        sources="print.cpp regex.cpp",
        marks="regex classname collation __match_any _terminal _console",
    ),
}
_MINGW = "libc/mingw"
_VISIBILITY = ("-fvisibility=hidden", "-fvisibility-inlines-hidden")
_CXX = ("-std=c++23", "-D_LIBCPP_BUILDING_LIBRARY", *_VISIBILITY)
_UNWIND = (
    "-D_LIBUNWIND_HIDE_SYMBOLS", "-D_LIBUNWIND_IS_NATIVE_ONLY", "-Wa,--noexecstack", *_VISIBILITY,
    "-fvisibility-global-new-delete=force-hidden",
)  # fmt: skip
_FLAGS: Mapping[str, tuple[str, ...]] = {
    "libcxx": (
        *_CXX, "-DLIBCXX_BUILDING_LIBCXXABI", "-D_LIBCPP_HAS_NO_PRAGMA_SYSTEM_HEADER",
        "-DLIBC_NAMESPACE=__llvm_libc_common_utils", "-faligned-allocation",
        "-I{lib}/libcxx/src", "-I{lib}/libcxx/libc",
    ),
    "libcxxabi": (*_CXX, "-D_LIBCXXABI_BUILDING_LIBRARY", "-fstrict-aliasing", "-I{lib}/libcxx/src"),
    ".cpp": ("-fno-exceptions", "-fno-rtti", *_UNWIND),
    ".c": ("-std=c99", "-fexceptions", *_UNWIND),
    ".S": _UNWIND,
    _MINGW: (
        "-std=gnu11", "-D__USE_MINGW_ANSI_STDIO=0", "-D__MSVCRT_VERSION__=0x700", "-D_CRTBLD", "-D_SYSCRT=1",
        "-D_WIN32_WINNT=0x0f00", "-DCRTDLL=1", "-DHAVE_CONFIG_H",
    ),
}  # fmt: skip


class ZigPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part for one target; ``build.zig`` explains the fields."""

    file: str
    args: tuple[str, ...]
    cxx: bool
    marks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def zig_parts(target: DriverTarget, *, folder: str, zig_lib: str) -> tuple[ZigPart, ...]:
    """Give the parts for a target, those that every module needs first.

    Args:
        target: What they are compiled for.
        folder: Where its archives are.
        zig_lib: Zig's ``lib`` folder.
    """
    made = {
        name: ("build-lib", "-static", "-target", target.zig, *_arguments(name, part, zig_lib, target))
        for name, part in _PARTS.items()
        if _sources(part, target)
    }

    def file(name: str) -> str:
        digest = hashlib.sha256("\0".join(made[name]).encode()).hexdigest()[:16]
        return f"{folder}/zig-{name}-{digest}.a"

    return tuple(
        ZigPart(
            file=file(name),
            args=made[name],
            cxx=_PARTS[name].folder != _MINGW,
            marks=tuple(_PARTS[name].marks.split()),
            needs=tuple(map(file, _PARTS[name].needs)),
        )
        for name in made
    )


def _sources(part: _Part, target: DriverTarget) -> list[str]:
    more = [part.windows] if target.system == "windows" else []
    if more and target.machine in {"x86_64", "x86"}:
        more.append(part.windows_x86)
    return " ".join([part.sources, *more]).split()


def _arguments(name: str, part: _Part, zig_lib: str, target: DriverTarget) -> tuple[str, ...]:
    """Give what zig is told besides the target: as ``-cflags FLAGS -- FILES`` for each kind of source."""
    # libunwind's own header must come before clang's, which it does not where libc++'s are known to zig.
    libraries = ("-lc", "-lc++") if part.folder.startswith("libcxx") else ("-lc",)
    words = (
        "-OReleaseFast", "-fstrip", "-fPIC", "-fno-stack-protector", "-fno-sanitize-c",
        "-ffunction-sections", "-fdata-sections", *libraries, "--name", f"c++-{name}",
    )  # fmt: skip
    folder = part.folder if part.folder == _MINGW else f"{part.folder}/src"
    for source in _sources(part, target):
        flags = _FLAGS[Path(source).suffix if part.folder == "libunwind" else part.folder]
        if part.folder == "libcxxabi" and target.system == "windows":
            flags = (*flags, "-DHAVE___CXA_THREAD_ATEXIT_IMPL")
        own = (flag.format(lib=zig_lib) for flag in (*flags, f"-I{{lib}}/{part.folder}/include"))
        # No path of this machine in __FILE__; and nobody would read a warning.
        always = ("-w", "-DNDEBUG", f"-ffile-prefix-map={zig_lib}=zig")
        words += ("-cflags", *always, *own, "--", f"{zig_lib}/{folder}/{source}")
    return words

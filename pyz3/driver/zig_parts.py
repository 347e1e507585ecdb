"""Zig's libc++ and mingw-w64's runtime in parts: what a module does not need is not compiled.  Pure.

At the first link for a target zig compiles all of libc++, which takes half a minute of a processor, and for
Windows mingw-w64's runtime, which takes as long.  Most modules need a quarter of the one (exceptions,
strings, containers) and a twentieth of the other (start-up code).  So ``build.zig`` links with the parts that
every module needs, sees which names are missing, and compiles the parts whose ``marks`` are in them.
A linker takes the same objects from a part as from the whole.

The flags are those by which zig compiles these sources (``zig build-lib -lc++ --verbose-cc``).
"""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyz3.driver.target import DriverTarget


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Sources in a folder of zig's, and what tells that they are needed; no marks: always.

    ``windows``: more sources, there alone; ``windows_x86``: there, where a long double has 80 bits.
    """

    folder: str
    sources: str = ""
    marks: str = ""
    needs: tuple[str, ...] = ()
    windows: str = ""
    windows_x86: str = ""


_MINGW = "libc/mingw"
# What the parts need of each other, and which names they have, a test holds against zig's own archives.
_PARTS: Mapping[str, _Part] = {
    "mingw": _Part(
        folder=_MINGW,
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
    # What mingw-w64's headers call in place of the UCRT's, where a source asks for POSIX (_POSIX_C_SOURCE).
    "printf": _Part(
        folder=_MINGW,
        windows="stdio/mingw_asprintf.c stdio/mingw_fprintf.c stdio/mingw_pformat.c stdio/mingw_printf.c"
        " stdio/mingw_snprintf.c stdio/mingw_sprintf.c stdio/mingw_vasprintf.c stdio/mingw_vfprintf.c"
        " stdio/mingw_vprintf.c stdio/mingw_vsnprintf.c stdio/mingw_vsprintf.c stdio/asprintf.c"
        " stdio/vasprintf.c gdtoa/dtoa.c gdtoa/g_dfmt.c gdtoa/g_ffmt.c gdtoa/g_xfmt.c gdtoa/gdtoa.c"
        " gdtoa/strtof.c gdtoa/ulp.c misc/strsafe.c",
        marks="_printf _vprintf _fprintf _vfprintf _sprintf _vsprintf _snprintf _vsnprintf asprintf"
        " strtof StringC",
    ),
    "scanf": _Part(
        folder=_MINGW,
        windows="stdio/mingw_fscanf.c stdio/mingw_fwprintf.c stdio/mingw_fwscanf.c stdio/mingw_scanf.c"
        " stdio/mingw_sformat.c stdio/mingw_snwprintf.c stdio/mingw_sscanf.c stdio/mingw_swformat.c"
        " stdio/mingw_swprintf.c stdio/mingw_swscanf.c stdio/mingw_vfscanf.c stdio/mingw_vfwprintf.c"
        " stdio/mingw_vfwscanf.c stdio/mingw_vsnwprintf.c stdio/mingw_vsscanf.c stdio/mingw_vswprintf.c"
        " stdio/mingw_vswscanf.c stdio/mingw_vwprintf.c stdio/mingw_wpformat.c stdio/mingw_wprintf.c"
        " stdio/mingw_wscanf.c misc/mingw_wcstod.c misc/mingw_wcstof.c",
        marks="_scanf _vscanf _fscanf _vfscanf _sscanf _vsscanf wprintf wscanf __mingw_wcsto",
        needs=("printf",),
    ),
    "posix": _Part(
        folder=_MINGW,
        windows="misc/alarm.c misc/dirent.c misc/dirname.c misc/ftruncate.c misc/ftw32.c misc/ftw32i64.c"
        " misc/ftw64.c misc/ftw64i32.c misc/getlogin.c misc/getopt.c misc/gettimeofday.c"
        " misc/mingw-aligned-malloc.c misc/mingw_usleep.c misc/mkstemp.c misc/sleep.c misc/tdelete.c"
        " misc/tdestroy.c misc/tfind.c misc/tsearch.c misc/twalk.c misc/wdirent.c"
        " stdio/__mingw_fix_stat_path.c stdio/__mingw_fix_wstat_path.c stdio/fopen64.c"
        " stdio/fseeko32.c stdio/fseeko64.c stdio/ftello.c stdio/ftello64.c stdio/ftruncate64.c"
        " stdio/lltoa.c stdio/lseek64.c stdio/truncate.c stdio/ulltoa.c stdio/wtoll.c",
        marks="alarm basename dir truncate ftw getlogin getopt opta opte opti opto gettimeofday"
        " __mingw_aligned sleep mkstemp tdelete tdestroy tfind tsearch twalk stat_path fopen64 fseeko"
        " ftello lseek64 lltoa wtoll",
    ),
    "math": _Part(
        folder=_MINGW,
        windows="math/cbrtl.c math/coshl.c math/erfl.c math/fdiml.c math/fmal.c math/fpclassify.c"
        " math/fpclassifyf.c math/fpclassifyl.c math/ldexpf.c math/lgamma.c math/lgammaf.c math/lgammal.c"
        " math/llrintl.c math/llroundl.c math/lrintl.c math/lroundl.c math/nextafterl.c math/nexttoward.c"
        " math/nexttowardf.c math/rintl.c math/signbit.c math/signbitf.c math/signbitl.c math/signgam.c"
        " math/sinhl.c math/tanhl.c math/tgammal.c misc/feclearexcept.c misc/fegetenv.c"
        " misc/fegetexceptflag.c misc/fegetround.c misc/feholdexcept.c misc/feraiseexcept.c"
        " misc/fesetenv.c misc/fesetexceptflag.c misc/fesetround.c misc/fetestexcept.c"
        " misc/feupdateenv.c misc/mingw_controlfp.c misc/mingw_setfp.c",
        windows_x86="math/x86/_chgsignl.S math/x86/acoshl.c math/x86/acosl.c math/x86/asinhl.c"
        " math/x86/asinl.c math/x86/atan2l.c math/x86/atanhl.c math/x86/cossinl.c math/x86/exp2l.S"
        " math/x86/expl.c math/x86/expm1l.c math/x86/fucom.c math/x86/ilogbl.S math/x86/internal_logl.S"
        " math/x86/ldexpl.c math/x86/log10l.S math/x86/log1pl.S math/x86/log2l.S math/x86/logbl.c"
        " math/x86/logl.c math/x86/nearbyintl.S math/x86/powl.c math/x86/remainderl.S"
        " math/x86/remquol.S math/x86/scalbnl.S",
        marks="cbrtl sinhl coshl tanhl acos asin atan cosl sinl erfl fdiml fmal fpclassify ldexp gamma"
        " rintl nearbyint roundl nextafterl nexttoward signbit signgam feclear fege feho fera fese fete feup"
        " __mingw_control __mingw_fe __fp_unordered expl exp2l expm1l logl log10l log1pl log2l logb powl"
        " remquol remainderl scalb",
    ),
    "sockets": _Part(
        folder=_MINGW,
        windows="libsrc/ws2_32.c libsrc/ws2tcpip/gai_strerrorA.c libsrc/ws2tcpip/gai_strerrorW.c"
        " libsrc/ws2tcpip/in6_addr_equal.c libsrc/ws2tcpip/in6_is_addr_linklocal.c"
        " libsrc/ws2tcpip/in6_is_addr_loopback.c libsrc/ws2tcpip/in6_is_addr_mc_global.c"
        " libsrc/ws2tcpip/in6_is_addr_mc_linklocal.c libsrc/ws2tcpip/in6_is_addr_mc_nodelocal.c"
        " libsrc/ws2tcpip/in6_is_addr_mc_orglocal.c libsrc/ws2tcpip/in6_is_addr_mc_sitelocal.c"
        " libsrc/ws2tcpip/in6_is_addr_multicast.c libsrc/ws2tcpip/in6_is_addr_sitelocal.c"
        " libsrc/ws2tcpip/in6_is_addr_unspecified.c libsrc/ws2tcpip/in6_is_addr_v4compat.c"
        " libsrc/ws2tcpip/in6_is_addr_v4mapped.c libsrc/ws2tcpip/in6_set_addr_loopback.c"
        " libsrc/ws2tcpip/in6_set_addr_unspecified.c libsrc/ws2tcpip/in6addr_isany.c"
        " libsrc/ws2tcpip/in6addr_isloopback.c libsrc/ws2tcpip/in6addr_setany.c"
        " libsrc/ws2tcpip/in6addr_setloopback.c",
        marks="gai_strerror IN6_ in6addr IN6ADDR",
    ),
    "pthreads": _Part(
        folder=f"{_MINGW}/winpthreads",
        windows="barrier.c clock.c cond.c misc.c mutex.c nanosleep.c rwlock.c sched.c sem.c spinlock.c"
        " thread.c",
        marks="pthread sem_ sched_ clock_ nanosleep",
        needs=("printf",),
    ),
}
_VISIBILITY = ("-fvisibility=hidden", "-fvisibility-inlines-hidden")
_CXX = ("-std=c++23", "-D_LIBCPP_BUILDING_LIBRARY", *_VISIBILITY)
_UNWIND = (
    "-D_LIBUNWIND_HIDE_SYMBOLS", "-D_LIBUNWIND_IS_NATIVE_ONLY", "-Wa,--noexecstack", *_VISIBILITY,
    "-fvisibility-global-new-delete=force-hidden",
)  # fmt: skip
_C = ("-std=gnu11", "-D__USE_MINGW_ANSI_STDIO=0", f"-I{{lib}}/{_MINGW}/include")
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
        *_C, "-D__MSVCRT_VERSION__=0x700", "-D_CRTBLD", "-D_SYSCRT=1", "-D_WIN32_WINNT=0x0f00", "-DCRTDLL=1",
        "-DHAVE_CONFIG_H",
    ),
    f"{_MINGW}/winpthreads": (*_C, "-DIN_WINPTHREAD"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ZigPart:
    """A part for one target; ``build.zig`` explains the fields."""

    name: str
    file: str
    args: tuple[str, ...]
    cxx: bool
    marks: tuple[str, ...]
    needs: tuple[str, ...]


def zig_parts(target: DriverTarget, *, folder: str, zig_lib: str) -> tuple[ZigPart, ...]:
    """Give the parts for a target, those that every module needs first.

    Args:
        target: What they are compiled for.
        folder: Where its archives are.
        zig_lib: Zig's ``lib`` folder.
    """
    import hashlib  # noqa: PLC0415 - who reads no names need not wait for it

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
            name=name,
            file=file(name),
            args=made[name],
            cxx=not _PARTS[name].folder.startswith(_MINGW),
            marks=tuple(_PARTS[name].marks.split()),
            needs=tuple(map(file, _PARTS[name].needs)),
        )
        for name in made
    )


def parts_having(names: Iterable[str], parts: Sequence[ZigPart]) -> tuple[ZigPart, ...]:
    """Give the parts that have what is missing in a link, and what these need; none of those of every link.

    A name of C++'s library that none is known to have takes all of it.  ``build.zig`` does the same.

    Args:
        names: What is missing, as the linker knows it.
        parts: What :func:`zig_parts` gave.
    """
    found: set[str] = set()
    for name in names:
        cxx = _is_of_cxx(name)
        marked = [one for one in parts if one.cxx is cxx and any(mark in name for mark in one.marks)]
        found.update(one.file for one in marked or (one for one in parts if cxx and one.cxx))
    found.update(file for one in parts if one.file in found for file in one.needs)
    return tuple(one for one in parts if one.marks and one.file in found)


def _is_of_cxx(name: str) -> bool:
    """Tell whether a name is one of C++'s library: of namespace std, as the Itanium C++ ABI mangles it."""
    return "_Z" in name[:3] and "St" in name


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
        "-ffunction-sections", "-fdata-sections", *libraries, "--name", name,
    )  # fmt: skip
    is_mingw = part.folder.startswith(_MINGW)
    folder = part.folder if is_mingw else f"{part.folder}/src"
    includes = () if is_mingw else (f"-I{{lib}}/{part.folder}/include",)
    for source in _sources(part, target):
        suffix = source[source.rindex(".") :]
        flags = _FLAGS[suffix if part.folder == "libunwind" else part.folder]
        if part.folder == "libcxxabi" and target.system == "windows":
            flags = (*flags, "-DHAVE___CXA_THREAD_ATEXIT_IMPL")
        own = (flag.format(lib=zig_lib) for flag in (*flags, *includes))
        # No path of this machine in __FILE__; and nobody would read a warning.
        always = ("-w", "-DNDEBUG", f"-ffile-prefix-map={zig_lib}=zig")
        words += ("-cflags", *always, *own, "--", f"{zig_lib}/{folder}/{source}")
    return words

"""Flags of a compile, as maintainers write them for gcc, clang or MSVC → ``zig cc``.  Pure.

Every row was tried with zig 0.16: what is dropped is refused or means something else, what is not named
here is taken, or is refused as the platform's own compiler would (a probe then gets an honest no).
"""

from __future__ import annotations

from pyz3.driver import cpu, msvc
from pyz3.driver.flag_table import (
    HOST_REASON,
    IMPLIED,
    INCLUDES,
    Refusal,
    Table,
    is_of_the_host,
    named,
    units,
)
from pyz3.driver.sysroot import SDK
from pyz3.driver.target import Translated

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.driver.target import DriverTarget

    Answer = tuple[tuple[str, ...], str]

# zig cc without them: undefined behaviour traps, and code that gcc 13 warns of is an error.
ALWAYS = (
    "-fno-sanitize=undefined",
    "-fwrapv",  # as CPython is compiled itself
    "-Wno-date-time",  # the date is SOURCE_DATE_EPOCH
    "-Wno-error=implicit-function-declaration",
    "-Wno-error=implicit-int",
    "-Wno-error=int-conversion",
    "-Wno-error=incompatible-pointer-types",
    "-Wno-error=incompatible-function-pointer-types",
    "-Wno-error=return-mismatch",
    # What g++ 11 to 14 compile with a warning: register in C++17, a variable narrowed in braces, a macro
    # right behind a string.
    "-Wno-error=register",
    "-Wno-error=c++11-narrowing",
    "-Wno-error=reserved-user-defined-literal",
)

_OF_SYSTEMS = {
    # Sooner or later it becomes part of a module; zig's default differs between glibc and musl.
    "elf": ("-fPIC",),
    # Microsoft's compiler merges the definitions `int x;` of several C files, as C compilers once did.
    # And zstd, a part of many projects, is built without its assembly there, which GNU C would ask for.
    # Its own words: __declspec(thread), __declspec(align(n)), __try, 5i64.
    "windows": ("-fcommon", "-fms-extensions", "-DZSTD_DISABLE_ASM"),
}

# Of C files alone: what the block of a __try does itself (x = *p) is caught, too, as Microsoft's compiler has
# it.  Without it clang catches what functions raise that are called there.  Files without one stay the same.
# In C++ clang crashes of it where exceptions are caught.
_OF_C = {"windows": ("-Xclang", "-fasync-exceptions")}

# What the platform's own compiler does at every level but -O0: zig keeps frame pointers.  On macOS they are
# part of the ABI.  Microsoft's /O2 says /Gy: functions that nobody calls are not linked, nor what they need.
_RELEASE = {"elf": ("-fomit-frame-pointer",), "windows": ("-fomit-frame-pointer", "-ffunction-sections")}
# Modules are bound when they are loaded (-z now), and each call through the PLT takes a jump more.  On other
# processors each call becomes longer without it.
_NO_PLT = {("elf", "x86_64"): ("-fno-plt",)}

# What sysconfig's CFLAGS of a python.org build say to setuptools' projects, by pyz3's mode.
_LEVELS = {"ReleaseFast": "-O3", "ReleaseSafe": "-O2", "ReleaseSmall": "-Os"}
# On Windows they say nothing, and everybody compiles with /O2.
_FASTEST = {"windows": "-O2"}
# zig cc knows four modes: to it these are -O2, and the last is -Os.
_LEVELS_OF_CC = {
    "-O1": ("-Xclang", "-O1", "-fno-vectorize", "-fno-slp-vectorize"),
    **dict.fromkeys(("-O3", "-O4", "-Ofast"), ("-Xclang", "-O3")),
    "-Oz": ("-Xclang", "-Oz", "-fno-vectorize"),
}

_GCC = "gcc's own; clang has nothing like it"
_LTO = "optimisation across files is pyz3's own setting (lto)"
_FLOOR = "the oldest system is the target's"
_TARGET = "the target is pyz3's"
_SANITIZER = Refusal("there is no runtime for it")
_PROFILE = "there is no profile and no runtime for one"
_SSE = Refusal("Emscripten's own headers imitate these instructions, and pyz3 has none of them")
_PROTECTED = "WebAssembly keeps the stack of calls out of a program's reach itself"
_NOT_LINKED = "the linker's own, and nothing is linked here"
OPENMP = "there is no OpenMP runtime: the code is serial"
RELEASE = "a release has no debug information"

_RULES = Table(
    [
        # WebAssembly: what Pyodide has nothing for, or is so anyway
        ("-pthread -pthreads -mthreads -fwasm-exceptions -fPIC -fpic", "wasm", "", IMPLIED),
        ("-fstack-protector* -fstack-clash-protection", "wasm", "", _PROTECTED),
        ("-fcf-protection* -mbranch-protection=*", "wasm", "", _PROTECTED),
        ("-fno-plt -fno-semantic-interposition", "wasm", "", IMPLIED),
        ("-msse* -mssse3 -mavx*", "wasm", "", _SSE),
        # other compilers' warnings are not this one's
        ("-Werror", "", "", "written for another compiler's warnings"),
        ("-pedantic-errors", "", "-pedantic", "written for another compiler's warnings"),
        # optimisers
        ("-Ofast", "", "-O3 -ffast-math", IMPLIED),  # zig cc takes it for -O2
        ("-flto* -fwhole-program -fuse-linker-plugin -fno-use-linker-plugin", "", "", _LTO),
        ("-ffat-lto-objects -fno-fat-lto-objects -fno-lto", "", "", IMPLIED),
        ("-fopenmp-simd", "", "-fopenmp-simd", IMPLIED),
        ("-fopenmp* -openmp -qopenmp -Qopenmp", "", "", OPENMP),
        ("-fipa-* -fno-ipa-* -fgraphite* -floop-*", "", "", _GCC),
        ("-ftree-loop-* -fdevirtualize* -fno-tree-loop-*", "", "", _GCC),
        ("-fguess-branch-probability -fno-guess-branch-probability -fno-gcse*", "", "", _GCC),
        ("-fgcse* -finline-limit=*", "", "", _GCC),
        ("-freorder-* -fno-reorder-* -fpredictive-commoning", "", "", _GCC),
        ("-funroll-all-loops -fmodulo-sched*", "", "", _GCC),
        ("-fira-* -frename-registers -fweb", "", "", _GCC),
        ("-fsplit-* -fno-split-* -fvariable-expansion-in-unroller", "", "", _GCC),
        ("-mpreferred-stack-boundary=* -mno-fancy-math-387", "", "", _GCC),
        ("-minline-all-stringops -mprefer-avx128", "", "", _GCC),
        ("--param --param=*", "", "", _GCC),
        ("-fhardened -fno-trampolines -fvect-cost-model* -fsimd-cost-model* -fno-tree-pre", "", "", _GCC),
        ("-fmax-errors=* -fdiagnostics-* -ftrack-macro-expansion*", "", "", IMPLIED),
        ("-fprofile-* -fauto-profile* -fno-profile-* -ftest-coverage --coverage -coverage", "", "", _PROFILE),
        ("-fembed-bitcode*", "", "", "Apple's App Store alone reads it"),
        ("-fno-semantic-interposition -fno-plt -fstack-clash-protection", "macos windows", "", IMPLIED),
        ("-save-temps* -fverbose-asm", "", "", "it would leave files behind"),
        ("-pg -p", "", "", _PROFILE),
        # the target
        ("-target", "", "", _TARGET),
        ("--target=*", "", "", _TARGET),
        ("-isysroot --sysroot=* --sysroot", "", "", "headers are the target's own"),
        ("-mmacosx-version-min=* -mmacos-version-min=* -mmacosx_version_min=*", "", "", _FLOOR),
        ("-mno-cygwin -mcrtdll=* -mthreads -mdll -mwin32 -mconsole -mwindows", "windows", "", IMPLIED),
        ("-mno-cygwin -mcrtdll=*", "", "", "it belongs to MinGW"),
        ("-stdlib=libc++ -stdlib=libstdc++ -fuse-ld=* -static-libgcc -static-libstdc++", "", "", IMPLIED),
        ("-static-libgfortran -static-openmp -shared-libgcc", "", "", IMPLIED),
        ("-B -B*", "", "", "tools are pyz3's"),
        ("-specs=* -wrapper", "", "", "it configures gcc"),
        ("-pipe", "", "", IMPLIED),
        # clang's -u takes any word, and -b too
        ("-bigobj -Wa,-mbig-obj", "windows", "", IMPLIED),
    ]
)  # fmt: skip
# What -fsanitize= names and needs a runtime library for, which zig has none of.
_SANITIZERS = frozenset(
    """
    address kernel-address hwaddress kernel-hwaddress thread memory kernel-memory leak dataflow fuzzer
    fuzzer-no-link realtime type numerical memtag scudo safe-stack cfi
    """.split()  # noqa: SIM905 - a table of words
)
_DEBUG = (
    "-g",
    "-g1",
    "-g2",
    "-g3",
    "-ggdb",
    "-gdwarf",
    "-gz",
    "-gstabs",
    "-gsplit-dwarf",
    "-gline-tables-only",
)
_PREPROCESSING = ("-Xpreprocessor", "-Wp,", "-include", "-imacros")
_FOLDERS = frozenset({*INCLUDES, "-cxx-isystem", "-L"})


def setuptools_flags(optimize: str, target: DriverTarget) -> tuple[str, ...]:
    """Give what setuptools adds to every compile: of CPython's own CFLAGS what is not always given.

    Args:
        optimize: ``Debug``, ``ReleaseFast``, ``ReleaseSafe`` or ``ReleaseSmall``.
        target: What is compiled for.
    """
    return ("-O0", "-g") if optimize == "Debug" else ("-DNDEBUG", _level(optimize, target))


def _level(optimize: str, target: DriverTarget) -> str:
    level = _LEVELS[optimize]
    return _FASTEST.get(target.system, level) if optimize == "ReleaseFast" else level


def level_flags(optimize: str, target: DriverTarget) -> tuple[str, ...]:
    """Give the level of a compile by ``zig build``, whose own is ``-O2`` in ``ReleaseFast``.

    A level among the project's flags comes later and counts.

    Args:
        optimize: ``Debug``, ``ReleaseFast``, ``ReleaseSafe`` or ``ReleaseSmall``.
        target: What is compiled for; Pyodide's flags are Emscripten's, and theirs alone.
    """
    return (_level(optimize, target),) if optimize == "ReleaseFast" and target.system != "wasm" else ()


def level_of_cc(words: Sequence[str]) -> tuple[str, ...]:
    """Give what makes ``zig cc`` compile at the level that ``words`` ask for, to stand before them.

    With a level it defines ``NDEBUG``, which gcc, clang and MSVC leave to the user: assertions stay.

    Args:
        words: Of a compile; the last level counts.
    """
    levels = [unit[0] for unit in units(words) if unit[0].startswith(("-O", "/O"))]
    if not levels or levels[-1] in {"-O0", "/Od"}:
        return ()
    return ("-UNDEBUG", *_LEVELS_OF_CC.get(levels[-1], ()))


def c_flags(source: str, flags: Sequence[str], *, target: DriverTarget) -> tuple[str, ...]:
    """Give what is added to the compile of a C file; nothing for other languages.

    Args:
        source: The file.
        flags: Of its compile: they may say that it is another language.
        target: What is compiled for.
    """
    named = any(flag.startswith("-x") or flag in {"/TP", "-TP"} for flag in flags)
    return _OF_C.get(target.system, ()) if source.endswith(".c") and not named else ()


def translate_compile(args: Sequence[str], *, target: DriverTarget) -> Translated:
    """Translate the flags of one compile, and give zig what every compile has; words that are no flags pass.

    Args:
        args: Flags, or a whole command without the compiler's name.
        target: What is compiled for.
    """
    features, words, reasons = _translate_all(args, target)
    always = (*ALWAYS, *_OF_SYSTEMS.get(target.system, ()))
    debug = () if target.debug else ("-g" if target.debug_info else "-g0",)
    base = (*always, *_release(target), *cpu.baseline(target, features), *debug)
    return Translated((*base, *cpu.as_flags(features), *words), reasons)


def without_link(translated: Translated, *, target: DriverTarget) -> Translated:
    """Leave out what MSVC's linker takes, of a command that links nothing: ``cl`` passes it over.

    Args:
        translated: The command's words.
        target: What is compiled for.
    """
    words: list[str] = []
    reasons = [*translated.dropped, *translated.refused]
    for unit in units(translated.args):
        if len(unit) == 1 and msvc.is_linkers(unit[0], target.system):
            reasons.append(named(unit[0], _NOT_LINKED))
        else:
            words += unit
    return Translated(words, reasons)


def translate_flags(args: Sequence[str], *, target: DriverTarget) -> Translated:
    """Translate the flags of one compile that links nothing; functions may choose their own processor.

    Args:
        args: As for :func:`translate_compile`.
        target: What is compiled for.
    """
    features, words, reasons = _translate_all(args, target)
    own = (*_release(target), *cpu.baseline(target, features), *cpu.as_flags(features), *words)
    return without_link(Translated(own, reasons), target=target)


def _release(target: DriverTarget) -> tuple[str, ...]:
    if target.debug:
        return ()
    return (*_RELEASE.get(target.system, ()), *_NO_PLT.get((target.system, target.machine), ()))


def _translate_all(args: Sequence[str], target: DriverTarget) -> tuple[tuple[str, ...], list[str], list[str]]:
    """Give features of the processor, all other words, and why some are left out."""
    words: list[str] = []
    features: list[str] = []
    reasons: list[str] = []
    for unit in units(_msvc_words(args) if target.system == "windows" else args):
        flag = " ".join(unit)
        found = cpu.features_of(unit[0], target) if len(unit) == 1 else None
        if found is not None:
            features += found[0]
            reasons.append(named(flag, found[1]))
            continue
        answer = _translate(unit, target)
        if answer is None:
            words += unit
            continue
        words += answer[0]
        reasons.append(named(flag, answer[1]))
    return tuple(features), words, reasons


def _translate(unit: tuple[str, ...], target: DriverTarget) -> Answer | None:  # noqa: PLR0911 - one per spelling
    word, value = unit[0], unit[-1]
    if word == "-arch" or word.startswith("-Xarch_"):
        return _architecture(word, value, target)
    if target.system == "macos" and _is_said_again(word, value, target):
        return (), IMPLIED
    if word.startswith("-fsanitize=") and not _SANITIZERS.isdisjoint(word[11:].split(",")):
        return (), _SANITIZER
    if word.startswith(_PREPROCESSING):
        return _preprocessor(unit, target)
    if word in {"-m64", "-m32"}:
        wide = target.machine not in {"x86", "arm", "wasm32"}
        return ((), IMPLIED) if wide == (word == "-m64") else None
    if not target.debug and word.startswith(_DEBUG):
        return (), IMPLIED if word == "-g0" else RELEASE
    folder = _folder(unit)
    if folder and is_of_the_host(folder):
        return (), HOST_REASON
    if msvc.is_msvc(word, target.system):
        return msvc.compile_flag(word)
    return _RULES.find(word, target.system)


def _architecture(word: str, value: str, target: DriverTarget) -> Answer | None:
    own = {"x86_64": "x86_64", "aarch64": "arm64"}.get(target.machine)
    if word != "-arch":
        return ((value,), IMPLIED) if word == f"-Xarch_{own}" else ((), "another processor's")
    if target.system == "macos":
        return (), IMPLIED if value == own else "this is one processor's part of the build"
    return None


def _is_said_again(word: str, value: str, target: DriverTarget) -> bool:
    """Tell whether a flag says what pyz3 has told the build system: CMake hands on both."""
    if word.startswith("-mmacosx-version-min="):
        return target.zig.endswith(f"-macos.{word.partition('=')[2]}")
    return word == "-isysroot" and value == SDK


def _folder(unit: tuple[str, ...]) -> str:
    """The folder that a flag names: ``-I/x``, ``-I /x``, ``-isystem /x``."""
    if unit[0] in _FOLDERS and len(unit) > 1:
        return unit[1]
    return unit[0][2:] if unit[0].startswith(("-I", "-L")) else ""


def _preprocessor(unit: tuple[str, ...], target: DriverTarget) -> Answer | None:
    """``-Wp,-DA,-MD,file``: zig takes no ``-Wp`` with a value.  ``-Xpreprocessor -DA``, ``-include x.h``."""
    word, value = unit[0], unit[-1]
    if word == "-Xpreprocessor":
        return _translate((value,), target) or ((value,), IMPLIED)
    if word in {"-include", "-imacros"} and value != word:
        # zig build looks for what stands alone in its own folder, not where headers are.
        return ((f"-{word}={value}",), IMPLIED)
    if not word.startswith("-Wp,"):
        return None
    parts = word[4:].split(",")
    words: list[str] = []
    while parts:
        part = parts.pop(0)
        words.append(part)
        if part in {"-MD", "-MMD"} and parts:
            words += ("-MF", parts.pop(0))
    return tuple(words), IMPLIED


def _msvc_words(args: Sequence[str]) -> list[str]:
    """``/I include`` as one word, ``/Tc file`` as the file."""
    words: list[str] = []
    rest = iter(args)
    for word in rest:
        value = next(rest, "") if msvc.takes_value(word) else ""
        words += (value,) if word in {"/Tc", "/Tp"} else (word + value,)
    return words

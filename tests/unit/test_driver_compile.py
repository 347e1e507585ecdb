"""The compile table: what is written for gcc, clang and MSVC, and what zig is given."""

from __future__ import annotations

import pytest

from pyz3.driver.compile_flags import (
    _NOT_LINKED,
    ALWAYS,
    c_flags,
    setuptools_flags,
    translate_compile,
    translate_flags,
    without_link,
)
from pyz3.driver.sysroot import SDK
from pyz3.driver.target import DriverTarget, Translated
from pyz3.targets import Platform

LINUX = DriverTarget("x86_64-linux-gnu.2.17")
ARM = DriverTarget("aarch64-linux-gnu.2.17")
MACOS = DriverTarget("aarch64-macos.11.0")
WINDOWS = DriverTarget("x86_64-windows-gnu")
TARGETS = {"linux": LINUX, "arm": ARM, "macos": MACOS, "windows": WINDOWS}
ALL = "linux arm macos windows"

SERIAL = "there is no OpenMP runtime: the code is serial"
RELEASE = "a release has no debug information"
LTO = "optimisation across files is pyz3's own setting (lto)"
GCC = "gcc's own; clang has nothing like it"
NATIVE = "the processor of this machine is none of the target"
OLDEST = "the oldest processor of the target is built for"
HOST = "a folder of this machine, not of the target"
FLOOR = "the oldest system is the target's"
WERROR = "written for another compiler's warnings"
PROFILE = "there is no profile and no runtime for one"
MSVC = "MSVC's own; zig has nothing like it"


def features(*names: str) -> str:
    return " ".join(f"-Xclang -target-feature -Xclang {name}" for name in names)


ARM_FEATURES = ("+crc", "+aes", "+sha2")
HIDDEN = {
    "+crc": "-U__ARM_FEATURE_CRC32",
    "+aes": "-U__ARM_FEATURE_AES -U__ARM_FEATURE_CRYPTO",
    "+sha2": "-U__ARM_FEATURE_SHA2",
}
X86 = features("+crc32", "+evex512")
BASE = {
    "linux": f"-fPIC -fomit-frame-pointer -fno-plt {X86} -U__CRC32__ -g0",
    # MSVC merges tentative definitions, and has no assembler for zstd's
    "windows": f"-fcommon -fms-extensions -DZSTD_DISABLE_ASM "
    f"-fomit-frame-pointer -ffunction-sections {X86} -U__CRC32__ -g0",
    "arm": f"-fPIC -fomit-frame-pointer {features(*ARM_FEATURES)} {' '.join(HIDDEN.values())} -g0",
    "macos": "-g0",
}

# Targets, what is written, what zig is given, why something is dropped.
CASES = [
    # taken as it is
    (ALL, "-O3 -O0 -Os -Ofast", "-O3 -O0 -Os -O3 -ffast-math", ""),
    (
        ALL,
        "-std=c99 -std=gnu++17 -Wall -Wextra -Wno-unused",
        "-std=c99 -std=gnu++17 -Wall -Wextra -Wno-unused",
        "",
    ),
    (ALL, "-fvisibility=hidden -fno-strict-aliasing", "-fvisibility=hidden -fno-strict-aliasing", ""),
    (ALL, "-DX=1 -D Y -UZ -Iinc -I inc -isystem sys", "-DX=1 -D Y -UZ -Iinc -I inc -isystem sys", ""),
    (ALL, "-c /tp/x.c -o /tp/x.o", "-c /tp/x.c -o /tp/x.o", ""),
    (ALL, "-c /Data/Img/x.cpp -o /Out/x.o", "-c /Data/Img/x.cpp -o /Out/x.o", ""),
    (ALL, "-include /I/x.h -I /Us/me -MF /D.d", "--include=/I/x.h -I /Us/me -MF /D.d", ""),
    (ALL, "-include x.h -imacros y.h", "--include=x.h --imacros=y.h", ""),
    (ALL, "-MMD -MF x.d -MT x.o", "-MMD -MF x.d -MT x.o", ""),
    (ALL, "-Werror=format-security -Wno-error=all", "-Werror=format-security -Wno-error=all", ""),
    (ALL, "-fopenmp-simd -ffast-math -funroll-loops", "-fopenmp-simd -ffast-math -funroll-loops", ""),
    (ALL, "-D_FORTIFY_SOURCE=2 -fstack-protector-strong", "-D_FORTIFY_SOURCE=2 -fstack-protector-strong", ""),
    # other compilers' own
    (ALL, "-Werror", "", WERROR),
    (ALL, "-pedantic-errors", "-pedantic", WERROR),
    (ALL, "-flto", "", LTO),
    (ALL, "-flto=auto", "", LTO),
    (ALL, "-flto-partition=none", "", LTO),
    (ALL, "-fno-lto -ffat-lto-objects -pipe", "", ""),
    (ALL, "-fopenmp", "", SERIAL),
    (ALL, "-fopenmp=libomp", "", SERIAL),
    (ALL, "-Xpreprocessor -fopenmp", "", SERIAL),
    (ALL, "-fipa-pta", "", GCC),
    (ALL, "-fgraphite-identity", "", GCC),
    (ALL, "-fno-guess-branch-probability", "", GCC),
    (ALL, "-mpreferred-stack-boundary=4", "", GCC),
    (ALL, "--param inline-unit-growth=100", "", GCC),
    (ALL, "--param=inline-unit-growth=100", "", GCC),
    (ALL, "-fhardened", "", GCC),
    (ALL, "-fprofile-generate", "", PROFILE),
    (ALL, "-fprofile-use", "", PROFILE),
    (ALL, "-fembed-bitcode", "", "Apple's App Store alone reads it"),
    (ALL, "-specs=/usr/lib/rpm/redhat/redhat-hardened-cc1", "", "it configures gcc"),
    (ALL, "-save-temps", "", "it would leave files behind"),
    (ALL, "-Wp,-D_FORTIFY_SOURCE=2", "-D_FORTIFY_SOURCE=2", ""),
    (ALL, "-Wp,-DA,-UB", "-DA -UB", ""),
    (ALL, "-Wp,-MMD,x.d", "-MMD -MF x.d", ""),
    (ALL, "-static-libgcc -static-libstdc++ -fuse-ld=gold -stdlib=libc++", "", ""),
    ("linux arm", "-fno-plt -fno-semantic-interposition", "-fno-plt -fno-semantic-interposition", ""),
    ("macos windows", "-fno-plt -fno-semantic-interposition -fstack-clash-protection", "", ""),
    # debug information
    *[
        (ALL, flag, "", RELEASE)
        for flag in ("-g", "-g3", "-ggdb", "-ggdb3", "-gdwarf-4", "-gz", "-gsplit-dwarf")
    ],
    # the host
    *[
        (ALL, flag, "", HOST)
        for flag in ("-I/usr/include", "-I /usr/local/include", "-isystem /usr/include/ffi", "-L/usr/lib64")
    ],
    (ALL, "-I/opt/homebrew/include", "", HOST),
    (ALL, "-I/usr/src/mine/include -I/library", "-I/usr/src/mine/include -I/library", ""),
    # the target
    (ALL, "-march=native", "", NATIVE),
    (ALL, "-mcpu=native", "", NATIVE),
    (ALL, "-mtune=native", "", OLDEST),
    (ALL, "-mtune=haswell", "", OLDEST),
    (ALL, "-target x86_64-apple-macos10.9", "", "the target is pyz3's"),
    (ALL, "--target=x86_64-apple-macos10.9", "", "the target is pyz3's"),
    (ALL, "-isysroot /SDK", "", "headers are the target's own"),
    (ALL, "-mmacosx-version-min=10.13", "", FLOOR),
    (ALL, "-m64", "", ""),
    (ALL, "-m32", "-m32", ""),
    ("macos", "-arch arm64", "", ""),
    ("macos", "-arch x86_64", "", "this is one processor's part of the build"),
    ("linux windows", "-arch x86_64", "-arch x86_64", ""),
    ("macos", "-Xarch_arm64 -DARM -Xarch_x86_64 -DX86", "-DARM", "another processor's"),
    ("windows", "-mno-cygwin -mcrtdll=ucrt -mthreads -mwindows -bigobj", "", ""),
    # processors
    ("linux windows", "-march=x86-64 -msse -msse2", features("+sse", "+sse2"), ""),
    ("linux windows", "-mno-avx", features("-avx"), ""),
    ("linux windows", "-march=somelake", "", OLDEST),
    ("linux windows", "-march=armv8-a+crc", "-march=armv8-a+crc", ""),
    ("arm macos", "-mavx2", "-mavx2", ""),
    ("arm macos", "-march=haswell", "-march=haswell", ""),
    ("arm macos", "-march=armv8-a", "", ""),
    ("arm macos", "-march=armv8-a+crypto", features("+aes", "+sha2"), ""),
    ("arm macos", "-march=armv8-a+simd", "", ""),
    ("arm macos", "-march=armv8-a+sha3+sve", features("+sha2", "+sha3", "+fullfp16", "+sve"), ""),
    ("arm macos", "-mcpu=cortex-a72", "", OLDEST),
    ("macos", "-mcpu=apple-m1", "", ""),
    ("macos", "-march=armv8.2-a+fp16", features("+v8.2a", "+crc", "+lse", "+rdm", "+fullfp16"), ""),
    ("arm macos", "-march=armv9-a", "", OLDEST),
    # MSVC
    ("windows", "/std:c++17 /O2 /DX=1 /UY /Iinc /EHsc", "-std=c++17 -O2 -DX=1 -UY -Iinc", ""),
    ("windows", "/I inc /I /abs /D X", "-Iinc -I/abs -DX", ""),
    ("windows", "/I/abs/include", "-I/abs/include", ""),
    ("windows", "-std:c++20 -EHsc -nologo", "-std=c++20", ""),
    ("windows", "/std:c++latest", "-std=c++23", ""),
    ("windows", "/Ox /Od /O1", "-O2 -O0 -Os", ""),
    ("windows", "/fp:fast /GR- /J", "-ffast-math -fno-rtti -funsigned-char", ""),
    ("windows", "/FIx.h /Fobuild/x.obj", "--include=x.h -o build/x.obj", ""),
    ("windows", "/Tcx.c /TC /TP", "/Tcx.c -xc -xc++", ""),
    ("windows", "/Tp x.cpp", "x.cpp", ""),
    ("windows", "/MD /GS /nologo /bigobj /utf-8 /Gy /MP /permissive- /Gd", "", ""),
    ("windows", "/GL", "", LTO),
    ("windows", "/MT", "", "the C runtime is the system's, as Python's"),
    (
        "windows",
        "/GS- /Zp1 /Zp /J",
        "-fno-stack-protector -fpack-struct=1 -fpack-struct=1 -funsigned-char",
        "",
    ),
    ("windows", "/Zc:threadSafeInit- /Zc:wchar_t", "-fno-threadsafe-statics", ""),
    (
        "windows",
        "/DEF:x.def /DLL /DELAYLOAD:x.dll /INCLUDE:f",
        "/DEF:x.def /DLL /DELAYLOAD:x.dll /INCLUDE:f",
        "",
    ),
    ("windows", "/DEXPORT /Iinclude /DDEBUG", "-DEXPORT -Iinclude -DDEBUG", ""),
    ("windows", "/EHa", "", "catch (...) takes C++ exceptions alone"),
    ("windows", "/Gz", "", "functions that name no calling convention have the usual one"),
    ("windows", "/W3 /wd4996 -wd4996 /Zc:preprocessor", "", ""),
    ("windows", "/WX", "", "written for another compiler's warnings"),
    ("windows", "/Zi", "", RELEASE),
    ("windows", "/openmp", "", SERIAL),
    ("windows", "/arch:SSE2", "", ""),
    ("linux arm macos", "/O2 /DX /std:c11", "/O2 /DX /std:c11", ""),  # paths
]


@pytest.mark.parametrize(
    ("name", "written", "given", "reason"),
    [(name, written, given, reason) for names, written, given, reason in CASES for name in names.split()],
)
def test_table(name: str, written: str, given: str, reason: str) -> None:
    done = translate_compile(written.split(), target=TARGETS[name])
    base = BASE[name]
    if name == "arm":  # what is asked for may be seen
        for feature in (word for word in ARM_FEATURES if word in given.split()):
            base = base.replace(f"{HIDDEN[feature]} ", "")
    always = (*ALWAYS, *base.split())
    # Features stand before the other words, so what is a feature is compared here, too.
    assert done.args == (*always, *given.split())
    assert [text.partition(": ")[2] if ": " in text else text for text in done.dropped] == (
        [reason] if reason else []
    )


def test_what_build_systems_say_again_is_not_told() -> None:
    ours = ["-isysroot", SDK, "-mmacosx-version-min=11.0"]
    assert translate_compile(ours, target=MACOS) == Translated((*ALWAYS, "-g0"), ())
    (dropped,) = translate_compile(["-mmacosx-version-min=12.0"], target=MACOS).dropped
    assert dropped == "-mmacosx-version-min=12.0: the oldest system is the target's"


def test_every_dropped_flag_is_named_with_its_value() -> None:
    done = translate_compile(["-isysroot", "/SDK", "-Ofast", "-g", "-mtune=native"], target=MACOS)
    assert done == Translated(
        (*ALWAYS, "-g0", "-O3", "-ffast-math"),
        (
            "-isysroot /SDK: headers are the target's own",
            f"-g: {RELEASE}",
            f"-mtune=native: {OLDEST}",
        ),
    )


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ("-msse4.2", ("+sse4.2",)),
        ("-msse4", ("+sse4.2",)),
        ("-mavx2 -mfma", ("+avx2", "+fma")),
        ("-mcrc32", ("+crc32",)),
        ("-mavx512f -mavx512bw", ("+avx512f", "+avx512bw")),
        (
            "-march=x86-64-v2",
            ("+cx16", "+popcnt", "+sahf", "+sse3", "+ssse3", "+sse4.1", "+sse4.2", "+crc32"),
        ),
    ],
)
def test_features_that_have_crc32_leave_its_macro(flags: str, named: tuple[str, ...]) -> None:
    done = translate_compile(flags.split(), target=LINUX)
    assert done.args == (
        *ALWAYS,
        *BASE["linux"].replace("-U__CRC32__ ", "").split(),
        *features(*named).split(),
    )


def test_arms_crc_leaves_its_macro() -> None:
    done = translate_compile(["-march=armv8-a+crc"], target=ARM)
    hidden = f"{HIDDEN['+aes']} {HIDDEN['+sha2']}".split()
    base = ("-fomit-frame-pointer", *features(*ARM_FEATURES).split(), *hidden, "-g0")
    assert done.args == (*ALWAYS, "-fPIC", *base, *features("+crc").split())


def test_levels_include_what_stands_below() -> None:
    def level(word: str) -> set[str]:
        return {arg for arg in translate_compile([word], target=WINDOWS).args if arg.startswith("+")}

    v2, v3, v4 = (level(f"-march=x86-64-v{number}") for number in (2, 3, 4))
    assert v2 < v3 < v4
    assert level("/arch:AVX2") == v3
    assert level("/arch:AVX512") == v4
    assert level("-march=haswell") > v3
    assert level("-march=core-avx2") == level("-march=haswell")


def test_a_debug_build_keeps_debug_information() -> None:
    done = translate_compile(["-g", "-O0"], target=DriverTarget("aarch64-macos.11.0", debug=True))
    assert done == Translated((*ALWAYS, "-g", "-O0"), ())


@pytest.mark.parametrize(
    ("optimize", "target", "flags"),
    [
        ("ReleaseFast", "x86_64-linux-gnu.2.17", "-DNDEBUG -O3"),
        ("ReleaseFast", "x86_64-windows-gnu", "-DNDEBUG -O2"),  # Microsoft's /O2
        ("ReleaseSafe", "x86_64-linux-gnu.2.17", "-DNDEBUG -O2"),
        ("ReleaseSmall", "x86_64-windows-gnu", "-DNDEBUG -Os"),
        ("Debug", "x86_64-windows-gnu", "-O0 -g"),
    ],
)
def test_what_setuptools_adds(optimize: str, target: str, flags: str) -> None:
    assert setuptools_flags(optimize, DriverTarget(target)) == tuple(flags.split())


@pytest.mark.parametrize(
    ("platform", "floor", "zig", "machine", "system"),
    [
        (Platform.LINUX_X86_64, "", "x86_64-linux-gnu.2.17", "x86_64", "elf"),
        (Platform.LINUX_X86_64, "2.28", "x86_64-linux-gnu.2.28", "x86_64", "elf"),
        (Platform.MUSLLINUX_AARCH64, "", "aarch64-linux-musl", "aarch64", "elf"),
        (Platform.MACOS_X86_64, "10.13", "x86_64-macos.10.13", "x86_64", "macos"),
        (Platform.MACOS_UNIVERSAL2, "", "x86_64-macos.10.9", "x86_64", "macos"),
        (Platform.WINDOWS_ARM64, "", "aarch64-windows-gnu", "aarch64", "windows"),
        (Platform.LINUX_ARMV7L, "", "arm-linux-gnueabihf.2.17", "arm", "elf"),
        (Platform.PYODIDE, "", "wasm32-emscripten", "wasm32", "wasm"),
    ],
)
def test_targets(platform: Platform, floor: str, zig: str, machine: str, system: str) -> None:
    target = DriverTarget.of(platform, floor=floor)
    assert (target.zig, target.machine, target.system, target.debug) == (zig, machine, system, False)
    assert repr(target) == f"DriverTarget({zig!r}, debug=False)"


@pytest.mark.parametrize(
    ("zig", "written", "given", "reason"),
    [
        ("arm-linux-gnueabihf.2.17", "-mfpu=neon", features("+neon"), ""),
        ("arm-linux-gnueabihf.2.17", "-mfloat-abi=hard -mfpu=vfpv3", "", ""),
        ("arm-linux-gnueabihf.2.17", "-march=armv7-a", "", OLDEST),
        ("powerpc64le-linux-gnu.2.19", "-mcpu=power8", "", OLDEST),
        ("riscv64-linux-gnu.2.39", "-march=rv64gc", "", OLDEST),
        ("s390x-linux-gnu.2.17", "-march=z13", "", OLDEST),
        ("x86-linux-gnu.2.17", "-m32 -march=i686", "", ""),
        ("x86-linux-gnu.2.17", "-m64", "-m64", ""),
    ],
)
def test_rarer_machines(zig: str, written: str, given: str, reason: str) -> None:
    done = translate_compile(written.split(), target=DriverTarget(zig))
    base = (*X86.split(), "-U__CRC32__") if zig.startswith("x86") else ()
    assert done.args == (*ALWAYS, "-fPIC", "-fomit-frame-pointer", *base, "-g0", *given.split())
    assert done.dropped == ((f"{written}: {reason}",) if reason else ())


@pytest.mark.parametrize(
    ("name", "flag"),
    [
        ("linux", "-fsanitize=address"),
        ("linux", "-fsanitize=undefined,thread"),
        ("windows", "/Zc:wchar_t-"),
        ("windows", "/clr"),
        ("windows", "/execution-charset:.1252"),
    ],
)
def test_what_the_code_would_not_be_the_same_without_is_refused(name: str, flag: str) -> None:
    done = translate_compile([flag], target=TARGETS[name])
    assert [text.partition(": ")[0] for text in done.refused] == [flag]
    assert (done.dropped, flag in done.args) == ((), False)


def test_a_sanitizer_that_needs_no_runtime_is_obeyed() -> None:
    done = translate_compile(["-fsanitize=signed-integer-overflow"], target=TARGETS["linux"])
    assert done.args[-1] == "-fsanitize=signed-integer-overflow"


@pytest.mark.parametrize(
    ("source", "flags", "target", "expected"),
    [
        ("x.c", "-DA", "x86_64-windows-gnu", ("-Xclang", "-fasync-exceptions")),
        ("x.cpp", "", "x86_64-windows-gnu", ()),
        ("x.c", "/TP", "x86_64-windows-gnu", ()),
        ("x.c", "-x c++", "aarch64-windows-gnu", ()),
        ("x.c", "", "x86_64-linux-gnu", ()),
    ],
)
def test_what_c_alone_is_compiled_with(
    source: str, flags: str, target: str, expected: tuple[str, ...]
) -> None:
    assert c_flags(source, flags.split(), target=DriverTarget(target)) == expected


@pytest.mark.parametrize(
    ("name", "written", "given", "dropped"),
    [
        ("windows", "/guard:cf x.c", "x.c", "/guard:cf: checks of MSVC while the code runs"),
        ("windows", "/GUARD:CF x.c", "x.c", f"/GUARD:CF: {_NOT_LINKED}"),
        ("windows", "/DEF:x.def -I /driver", "-I /driver", f"/DEF:x.def: {_NOT_LINKED}"),
        ("windows", "-DEBUG:FULL /std:c++17", "-std=c++17", f"/DEBUG:FULL: {_NOT_LINKED}"),
        ("linux", "/debug/x", "/debug/x", ""),
    ],
)
def test_words_of_msvcs_linker_where_nothing_is_linked(
    name: str, written: str, given: str, dropped: str
) -> None:
    translated = translate_flags(written.split(), target=TARGETS[name])
    done = without_link(translated, target=TARGETS[name])
    words = given.split()
    assert done.args[-len(words) :] == tuple(words)
    assert done.dropped == ((dropped,) if dropped else ())

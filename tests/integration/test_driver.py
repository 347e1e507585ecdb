"""The driver's tools with the real zig: probes as build scripts make them, for each family of platforms."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import headers
import lief
import pytest
from runtimes import require, run_python

from pyz3.cli import main
from pyz3.driver.run import failed_files
from pyz3.driver.runtime import runtime_folder
from pyz3.driver.setup import Setup
from pyz3.driver.sysroot import SDK
from pyz3.driver.target import DriverTarget
from pyz3.driver.tools import Tools, write_overlay, write_tools
from pyz3.engine.toolchain import find_toolchain

TARGETS = {
    "linux": "x86_64-linux-gnu.2.17",
    "linux-arm": "aarch64-linux-gnu.2.17",
    "musl": "x86_64-linux-musl",
    "macos": "aarch64-macos.11.0",
    "windows": "x86_64-windows-gnu",
}
FORMATS = {
    "linux": lief.ELF.Binary,
    "linux-arm": lief.ELF.Binary,
    "musl": lief.ELF.Binary,
    "macos": lief.MachO.Binary,
    "windows": lief.PE.Binary,
}
ONE = "int two(void);\n#ifdef _WIN32\n__declspec(dllexport)\n#endif\nint one(void) { return two() - 1; }\n"
TWO = "int two(void) { return 2; }\n"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the tools are batch files there")


class Driver:
    """The tools of one target, used in a folder."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        self.tools = tools
        self.folder = folder

    def run(self, tool: Path, words: str, *, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [tool, *shlex.split(words)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            input=text,
        )

    def cc(self, words: str, *, text: str = "") -> subprocess.CompletedProcess[str]:
        return self.run(self.tools.cc, words, text=text)

    def write(self, **sources: str) -> None:
        for name, text in sources.items():
            (self.folder / name.replace("_", ".")).write_text(text)

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture(params=TARGETS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def make(name: str, tmp_path: Path, pyz3_cache: Path, **more: Any) -> Driver:
    toolchain = find_toolchain({}, pyz3_cache)
    toolchain.identity()
    target = DriverTarget(TARGETS[name])
    setup = Setup(
        toolchain.driver_zig(toolchain.local_cache),
        target,
        overlay=write_overlay(target, toolchain.cache.driver, toolchain.zig_lib),
        runtime=runtime_folder(str(toolchain.global_cache)),
        log=tmp_path / "log.txt",
        **more,
    )
    tools = write_tools(tmp_path / "tools", setup)
    folder = tmp_path / "work"
    folder.mkdir()
    return Driver(tools, folder)


@pytest.fixture
def driver(name: str, tmp_path: Path, pyz3_cache: Path) -> Driver:
    return make(name, tmp_path, pyz3_cache)


def test_compile_archive_and_link_leave_nothing_else(driver: Driver, name: str) -> None:
    driver.write(one_c=ONE, two_c=TWO)
    assert driver.cc("-O3 -fPIC -c one.c two.c").returncode == 0
    assert driver.files() == {"one.c", "two.c", "one.o", "two.o"}
    assert driver.run(driver.tools.ar, "rcs libtwo.a two.o").returncode == 0
    assert driver.run(driver.tools.ranlib, "-c libtwo.a").returncode == 0
    done = driver.cc("-shared one.o -L. -ltwo -lm -Wl,--exclude-libs,ALL -o one.so")
    assert (done.returncode, done.stderr) == (0, "")
    assert driver.files() == {"one.c", "two.c", "one.o", "two.o", "libtwo.a", "one.so"}
    binary = lief.parse(driver.folder / "one.so")
    assert isinstance(binary, FORMATS[name])
    assert bytes(str(driver.folder), "utf-8") not in (driver.folder / "one.so").read_bytes()


def test_what_a_script_may_go_on_without_is_taken_down(pyz3_cache: Path, tmp_path: Path) -> None:
    driver = make("linux-arm", tmp_path, pyz3_cache)
    driver.write(one_c=ONE, bad_c="#error no luck\n")
    assert driver.cc("-fPIC -shared one.c -o one.so").returncode == 0
    assert driver.cc("-fPIC -shared bad.c -o bad.so").returncode == 1
    assert driver.cc("-shared one.so -Wl,-z,defs missing.o -o linked.so").returncode == 1
    assert driver.cc("bad.c -o output.exe").returncode == 1  # no library: a question
    log = (tmp_path / "log.txt").read_text()
    names = [str(driver.folder / name) for name in ("bad.c", "bad.so", "linked.so")]
    assert failed_files(log) == tuple(names)
    driver.write(bad_c=ONE)
    assert driver.cc("-fPIC -shared bad.c -o bad.so").returncode == 0
    assert failed_files((tmp_path / "log.txt").read_text()) == (names[-1],)


SYMBOLS = """\
int zeros; int numbers[] = {3}; static int hidden[] = {4}; const int fixed[] = {5};
extern int other; int weak(void) __attribute__((weak));
static int __attribute__((noinline)) own(int at) { return other + hidden[at]; }
int called(int at) { hidden[at]++; return own(at) + (weak ? weak() : 0); }
"""
# What GNU's nm says of ELF and COFF, and LLVM's and Apple's of Mach-O.
LETTERS = {
    **dict.fromkeys(
        ("linux", "linux-arm", "musl", "windows"),
        "T called, R fixed, d hidden, D numbers, U other, t own, w weak, B zeros",
    ),
    "macos": "T _called, S _fixed, d _hidden, D _numbers, U _other, t _own, U _weak, S _zeros",
}


def test_symbols_of_objects_and_archives(driver: Driver, name: str) -> None:
    driver.write(one_c=SYMBOLS)
    assert driver.cc("-O1 -fno-common -c one.c").returncode == 0
    assert driver.run(driver.tools.ar, "rcs libone.a one.o").returncode == 0
    known = [one.split()[1] for one in LETTERS[name].split(", ")]
    for words in ("one.o", "-B -C libone.a"):
        done = driver.run(driver.tools.nm, words)
        assert (done.returncode, done.stderr) == (0, "")
        found = [" ".join(line.split()[-2:]) for line in done.stdout.splitlines()]
        assert (
            ", ".join(line for line in found if line.split()[-1:] and line.split()[-1] in known)
            == LETTERS[name]
        )
    done = driver.run(driver.tools.commands / "nm", "-g --defined-only -P one.o nosuch")
    assert done.returncode == 1
    assert done.stderr == "nm: nosuch: No such file or directory\n"
    lines = [line.split() for line in done.stdout.splitlines()[2:]]
    assert [line[:2] for line in lines if line[0] in known] == [
        [known[0], "T"],
        *([one.split()[1], one.split()[0]] for one in LETTERS[name].split(", ")[1:] if one[0] in "RDBS"),
    ]


def test_what_a_module_leaves_undefined(driver: Driver, name: str) -> None:
    driver.write(one_c=ONE)
    done = driver.cc("-shared -fPIC one.c -o one.so")
    if name == "windows":
        assert done.returncode == 1
        assert "undefined symbol: two" in done.stderr
        assert driver.files() == {"one.c"}
    else:
        assert (done.returncode, done.stderr) == (0, "")
        assert driver.files() == {"one.c", "one.so"}


def test_a_program_with_an_undefined_symbol_is_refused(driver: Driver) -> None:
    driver.write(main_c="int two(void);\nint main(void) { return two(); }\n")
    done = driver.cc("main.c -o probe")
    assert done.returncode == 1
    assert "two" in done.stderr
    assert driver.files() == {"main.c"}


def test_an_error_of_the_compiler_reaches_the_user_and_leaves_no_file(driver: Driver) -> None:
    driver.write(one_c="int one(void) { return }\n")
    for words in ("-c one.c -o one.o", "-c one.c", "-shared one.c -o one.so", "-fsyntax-only one.c"):
        done = driver.cc(words)
        assert done.returncode == 1
        assert "one.c:1:" in done.stderr
        assert driver.files() == {"one.c"}


def test_flags_that_are_dropped_are_logged(driver: Driver, name: str, tmp_path: Path) -> None:
    driver.write(one_c=ONE)
    done = driver.cc("-march=native -flto -g -fopenmp -Werror -c one.c -o one.o")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "log.txt").read_text().splitlines() == [
        f"{TARGETS[name]} one.o: dropped {flag}"
        for flag in (
            "-march=native: the processor of this machine is none of the target",
            "-flto: optimisation across files is pyz3's own setting (lto)",
            "-g: a release has no debug information",
            "-fopenmp: there is no OpenMP runtime: the code is serial",
            "-Werror: written for another compiler's warnings",
        )
    ]


def test_probes_of_configure_scripts(driver: Driver) -> None:
    driver.write(one_c=ONE)
    version = driver.cc("--version").stdout
    assert version.startswith("clang version ")
    assert driver.cc("-E -", text="#define A 42\nA\n").stdout.splitlines()[-1] == "42"
    assert driver.cc("-x c -c - -o one.o", text=ONE).returncode == 0
    assert driver.cc("-x c -c - -o /dev/null", text=ONE).returncode == 0
    assert not Path("/dev/null").is_file()
    assert "one" in driver.cc("-S one.c -o -").stdout
    assert (
        driver.cc("-c nowhere.c -o x.o").stderr == "pyz3 cc: error: no such file or directory: 'nowhere.c'\n"
    )
    assert driver.cc("-funheard-of -c one.c -o x.o").returncode == 1
    assert driver.files() == {"one.c", "one.o"}


def test_response_files(driver: Driver) -> None:
    driver.write(one_c=TWO, words_txt="-DX='a b' -c one.c\n-o one.o\n")
    assert driver.cc("@words.txt").returncode == 0
    assert driver.files() == {"one.c", "words.txt", "one.o"}


# What each table makes of flags must be what zig takes without a word.
ACCEPTED = (
    "-O3 -fwrapv -fPIC -DNDEBUG -Wall -Wno-unused-result -pipe -fno-strict-aliasing -fvisibility=hidden",
    "-flto=auto -fno-plt -fno-semantic-interposition -fstack-clash-protection -fstack-protector-strong",
    "-fipa-pta -fgraphite-identity -fno-gcse -finline-limit=100 --param x=9",
    "-Wp,-D_GLIBCXX_ASSERTIONS -fprofile-use -fhardened -save-temps -specs=/nowhere -fuse-ld=gold",
    "-ffast-math -funroll-all-loops -ftree-vectorize -fopenmp-simd -mtune=native -fembed-bitcode",
)
ACCEPTED_BY = {
    "linux": "-msse4.2 -mavx2 -mavx512vbmi2 -march=x86-64-v3 -march=skylake-avx512 -mno-avx512f -m64",
    "linux-arm": "-march=armv8-a+crypto -march=armv8.2-a+fp16+dotprod -mcpu=cortex-a72 -march=armv8.6-a",
    "musl": "-march=haswell -maes -mpclmul -mbmi2 -mgfni -mvaes -mavxvnni -msha -march=znver3",
    "macos": "-arch arm64 -isysroot /SDK -mmacosx-version-min=11.0 -mcpu=apple-m1 -Xpreprocessor -fopenmp",
    "windows": "/O2 /std:c11 /DX=1 /I. /W3 /wd4996 /GL /EHsc /arch:AVX512 -mno-cygwin -bigobj /utf-8",
}
LINKED = (
    "-Wl,-O1 -Wl,--sort-common -Wl,--as-needed -Wl,-z,relro,-z,now -Wl,-z,separate-code -Wl,--hash-style=gnu",
    "-Wl,-Map,x.map -Wl,--no-undefined -Wl,--push-state -Wl,--fatal-warnings",
    "-Wl,-Bsymbolic-functions -Wl,--allow-multiple-definition -Wl,--dynamic-list,x -Wl,-h,x.so",
    "-pthread -lgcc_s -lgomp -lstdc++fs -static-libstdc++ -fuse-ld=mold -Wl,-rpath,/opt/x -no-pie",
)
LINKED_BY = {
    "linux": "-lm -ldl -lrt -lutil -Wl,--wrap=malloc -Wl,--build-id -Wl,-rpath,$ORIGIN -Wl,--gc-sections "
    "-lpython3.13 -latomic",
    "linux-arm": "-Wl,--fix-cortex-a53-843419 -Wl,--icf=safe -Wl,--version-script=x.map",
    "musl": "-lm -lpthread -ldl -Wl,--relax -export-dynamic -static",
    "macos": "-bundle -undefined dynamic_lookup -Wl,-no_compact_unwind -Wl,-flat_namespace -ld_classic "
    "-Wl,-exported_symbol,_two -framework CoreFoundation -Wl,-compatibility_version,1 -Wl,-headerpad,0x100 "
    "-lz",
    "windows": "-lWS2_32 advapi32.lib -lmsvcrt -lm -lsynchronization -Wl,--enable-auto-import -Wl,--kill-at "
    "/DLL /LTCG /OPT:REF /NODEFAULTLIB:libcmt -Wl,--major-image-version,0 -static -mwindows",
}


def test_flags_that_are_passed_on_are_accepted(driver: Driver, name: str) -> None:
    driver.write(two_c=TWO, x_map="{ global: two; local: *; };\n")
    for words in (*ACCEPTED, ACCEPTED_BY[name]):
        done = driver.cc(f"{words} -c two.c -o two.o")
        # Warnings are clang's own opinion of flags that it knows and does nothing for.
        assert done.returncode == 0, done.stderr
    for words in (*LINKED, LINKED_BY[name]):
        done = driver.cc(f"-shared two.o {words} -o two.so")
        assert (done.returncode, done.stderr) == (0, "")
    assert driver.files() <= {"two.c", "x.map", "two.o", "two.so"}


LEVELS = """
int away(int);
int call(int x) { return away(x) + 1; }
void loop(int *x) { for (int i = 0; i < 64; i++) x[i] += 1; }
double divide(double x) { return x / 3.0; }
"""


def test_levels_are_obeyed_and_releases_compiled_as_by_gcc(tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("linux", tmp_path, pyz3_cache)
    driver.write(x_c=LEVELS)
    made = {level: driver.cc(f"{level} -S x.c -o -").stdout for level in ("-O1", "-O3", "-Ofast", "-O3 -O1")}
    assert all("away@GOTPCREL" in text and "%rbp" not in text for text in made.values())  # no PLT, no frames
    assert {level for level, text in made.items() if "psubd" in text} == {"-O3", "-Ofast"}  # vectors
    assert {level for level, text in made.items() if "mulsd" in text} == {"-Ofast"}  # x * (1 / 3.0)
    assert "%rbp" in driver.cc("-O3 -fno-omit-frame-pointer -S x.c -o -").stdout
    assert "away@PLT" in driver.cc("-O3 -fplt -S x.c -o -").stdout


X86 = r"""
#include <immintrin.h>
#include <stdint.h>
#if defined(__CRC32__) || defined(__SSE4_2__) || defined(__AVX__)
#error not asked for
#endif
#define T(name) __attribute__((target(name)))
T("sse4.2") uint64_t a(uint64_t x) { return _mm_crc32_u64(x, x); }
T("avx2") __m256i b(__m256i x) { return _mm256_add_epi64(x, x); }
T("avx512f") __m512i c(__m512i x) { return _mm512_add_epi64(x, x); }
T("avx512bw,avx512vl") __m256i d(__m256i x) { return _mm256_mask_abs_epi16(x, 3, x); }
T("pclmul,sse4.1") __m128i e(__m128i x) { return _mm_clmulepi64_si128(x, x, 0); }
T("avx512f,vpclmulqdq") __m512i f(__m512i x) { return _mm512_clmulepi64_epi128(x, x, 0); }
"""
X86_AVX2 = """
#include <immintrin.h>
#ifndef __AVX2__
#error asked for
#endif
__m256i b(__m256i x) { return _mm256_add_epi64(x, x); }
__m256d c(__m256d x) { return _mm256_fmadd_pd(x, x, x); }
"""
ARM = """
#ifdef __ARM_FEATURE_CRC32
#error not asked for
#endif
#pragma GCC target("+crc")
#include <arm_acle.h>
#include <stdint.h>
uint32_t a(uint32_t x, uint64_t y) { return __crc32d(x, y); }
"""
ARM_CRYPTO = """
#include <arm_neon.h>
uint8x16_t a(uint8x16_t x) { return vaesmcq_u8(vaeseq_u8(x, x)); }
uint32x4_t b(uint32x4_t x) { return vsha256su0q_u32(x, x); }
"""


@pytest.mark.parametrize(
    ("name", "source", "flags"),
    [
        ("linux", X86, ""),
        ("windows", X86, ""),
        ("musl", X86_AVX2, "-mavx2 -mfma"),
        ("linux", X86_AVX2, "-march=haswell"),
        ("windows", X86_AVX2, "/arch:AVX2"),
        ("linux-arm", ARM, ""),
        ("linux-arm", ARM_CRYPTO, "-march=armv8-a+crypto"),
    ],
)
def test_functions_for_one_processor(
    name: str, source: str, flags: str, tmp_path: Path, pyz3_cache: Path
) -> None:
    driver = make(name, tmp_path, pyz3_cache)
    driver.write(x_c=source)
    done = driver.cc(f"-O2 {flags} -c x.c -o x.o")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["linux-arm", "macos"])
def test_another_machines_flag_is_refused_as_by_its_own_compiler(
    name: str, tmp_path: Path, pyz3_cache: Path
) -> None:
    driver = make(name, tmp_path, pyz3_cache)
    driver.write(x_c=TWO)
    for flag in ("-mavx2", "-march=haswell", "-msse4.2"):
        assert driver.cc(f"{flag} -c x.c -o x.o").returncode == 1


@pytest.mark.parametrize("name", ["linux", "windows"])
def test_cpp(name: str, tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make(name, tmp_path, pyz3_cache)
    driver.write(
        x_cpp='#include <string>\nextern "C" int size() { return (int)std::string("abc").size(); }\n'
    )
    assert driver.run(driver.tools.cxx, "-std=c++17 -O2 -fPIC -c x.cpp -o x.o").returncode == 0
    done = driver.run(driver.tools.cxx, "-shared x.o -lstdc++ -o x.so")
    assert done.returncode == 0, done.stderr
    assert driver.files() == {"x.cpp", "x.o", "x.so"}


def test_libraries_of_windows_that_macros_name(tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("windows", tmp_path, pyz3_cache)
    driver.write(
        x_c='#include <winsock2.h>\n#define LINK(name) __pragma(comment(lib, name))\nLINK("Ws2_32.lib")\n'
        "__declspec(dllexport) int one(void) { return WSAGetLastError(); }\n"
    )
    for words in ("-c x.c -o x.o", "-shared x.o -o x.dll"):
        done = driver.cc(words)
        assert done.returncode == 0, done.stderr
    binary = lief.PE.parse(driver.folder / "x.dll")
    assert "WS2_32.dll" in {library.name for library in binary.imports}


EXPORTED = "__declspec(dllexport) int value(void)"
# What a DLL does → its code, and whether that takes mingw-w64's runtime.
NEEDING = {
    "plain": (
        f"""#include <stdio.h>
        #include <winsock2.h>
        {EXPORTED} {{ char text[9]; return snprintf(text, 9, "%d", 1234) + htons(256) + 2; }}""",
        False,
    ),
    "wide": (
        f"""static volatile unsigned long long n = 14;
        {EXPORTED} {{
            volatile char page[20000];
            page[n] = 7;
            return page[n] * (int)((unsigned __int128)n * n / (n * 14));
        }}""",
        False,
    ),
    "thread": (f"static __thread int n = 6; {EXPORTED} {{ return ++n; }}", True),
    "built": (
        f"""static volatile int n;
        __attribute__((constructor)) static void build(void) {{ n = 7; }}
        {EXPORTED} {{ return n; }}""",
        True,
    ),
    "gamma": (
        f"""#include <math.h>
        static volatile double x = 6;
        {EXPORTED} {{ return (int)(exp(lgamma(x)) / 17 + .01); }}""",
        True,
    ),
}


def test_windows_is_linked_with_the_runtime_that_it_needs(tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("windows", tmp_path, pyz3_cache)
    for name, (code, whole) in NEEDING.items():
        driver.write(**{f"{name}_c": code})
        for words in (f"-O2 -c {name}.c -o {name}.o", f"-shared {name}.o -lws2_32 -luuid -lm -o {name}.dll"):
            done = driver.cc(words)
            assert (done.returncode, done.stderr) == (0, ""), name
        binary = lief.PE.parse(driver.folder / f"{name}.dll")
        assert binary is not None
        assert binary.has_tls is whole, name  # mingw-w64's start-up code has one
    code = "import ctypes, sys\nfor dll in sys.argv[1:]: print(ctypes.CDLL(dll).value())"
    dlls = tuple(str(driver.folder / f"{name}.dll") for name in NEEDING)
    said = run_python(require("win_amd64-3.13"), code, wheels=(), tmp_path=tmp_path, args=dlls)
    assert said.split() == ["7"] * len(NEEDING)


def test_a_failed_link_for_windows_says_why(tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("windows", tmp_path, pyz3_cache)
    driver.write(x_c="int other(void); __declspec(dllexport) int value(void) { return other(); }\n")
    assert driver.cc("-c x.c -o x.o").returncode == 0
    done = driver.cc("-shared x.o -o x.dll")
    assert done.returncode == 1
    assert done.stderr.count("undefined symbol: other") == 1
    assert driver.files() == {"x.c", "x.o"}


def test_headers_of_windows_in_any_spelling(tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("windows", tmp_path, pyz3_cache)
    driver.write(x_c="#include <WinSock2.h>\n#include <Windows.h>\n#include <PSAPI.H>\nDWORD x;\n")
    done = driver.cc("-c x.c -o x.o")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_name_of_a_macos_library(tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("macos", tmp_path, pyz3_cache)
    driver.write(x_c=TWO)
    assert driver.cc(f"-bundle -undefined dynamic_lookup x.c -o {driver.folder}/x.so").returncode == 0
    binary = lief.MachO.parse(driver.folder / "x.so")
    assert binary is not None
    names = [library.name for fat in binary for library in fat.libraries]
    assert names == ["@rpath/x.so", "/usr/lib/libSystem.B.dylib"]


CMAKE = """
cmake_minimum_required(VERSION 3.20)
project(probe C CXX)
include(CheckFunctionExists)
include(CheckIncludeFile)
check_function_exists(memcpy HAVE_MEMCPY)
check_function_exists(no_such_function HAVE_NOTHING)
check_include_file(no-such-header.h HAVE_NO_HEADER)
find_library(ZLIB NAMES z)
find_path(PYTHON_H Python.h PATH_SUFFIXES python3.11 python3.12 python3.13)
set(FOUND "${ZLIB}/${PYTHON_H}")
message(STATUS "probe: ${CMAKE_SYSTEM_NAME} ${HAVE_MEMCPY}/${HAVE_NOTHING}/${HAVE_NO_HEADER}/${FOUND}")
add_library(two STATIC two.c)
add_library(one MODULE one.c)
target_link_libraries(one two)
set_target_properties(one PROPERTIES PREFIX "" SUFFIX ".module")
"""


@pytest.fixture(scope="session")
def cmake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CMake and Ninja of this machine, or fetched by pip."""
    if shutil.which("cmake") and shutil.which("ninja"):
        return Path(str(shutil.which("cmake"))).parent
    folder = tmp_path_factory.mktemp("cmake")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--target", folder, "cmake", "ninja"],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("cmake and ninja cannot be had")
    return folder / "bin"


@pytest.mark.parametrize(
    ("name", "system"), [("linux-arm", "Linux"), ("macos", "Darwin"), ("windows", "Windows")]
)
def test_cmake(name: str, system: str, tmp_path: Path, pyz3_cache: Path, cmake: Path) -> None:
    driver = make(name, tmp_path, pyz3_cache)
    driver.write(CMakeLists_txt=CMAKE, one_c=ONE, two_c=TWO)
    environment = {
        "PATH": f"{cmake}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(cmake.parent),
        **driver.tools.environment,
    }
    out = tmp_path / "out"
    configured = subprocess.run(
        ["cmake", "-G", "Ninja", "-S", driver.folder, "-B", out],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert configured.returncode == 0, configured.stdout + configured.stderr
    assert f"-- probe: {system} 1///ZLIB-NOTFOUND/PYTHON_H-NOTFOUND\n" in configured.stdout
    built = subprocess.run(
        ["cmake", "--build", out], env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout
    assert isinstance(lief.parse(out / "one.module"), FORMATS[name])


_SYSTEM = "-lWs2_32 AdvAPI32.Lib USER32.LIB"


@pytest.mark.parametrize("named", ["Two.lib", "two.lib", "-L. -lTWO", "/LIBPATH:lib tHREE.lib"])
def test_windows_finds_a_library_in_any_spelling(named: str, tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("windows", tmp_path, pyz3_cache)
    driver.write(one_c=ONE, two_c=TWO)
    (driver.folder / "lib").mkdir()
    assert driver.cc("-c one.c two.c").returncode == 0
    for library in ("Two.lib", "lib/libThree.a"):
        assert driver.run(driver.tools.ar, f"rcs {library} two.o").returncode == 0
    done = driver.cc(f"-shared one.o {named} {_SYSTEM} -o one.dll")
    assert (done.returncode, done.stderr) == (0, "")
    assert (driver.folder / "one.dll").read_bytes()[:2] == b"MZ"


MODULE = """
#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "probe"};
PyMODINIT_FUNC PyInit_probe(void) { return PyModule_Create(&definition); }
"""


@pytest.mark.parametrize("platform", ["linux-aarch64", "macos-x86_64", "windows-x64"])
def test_the_command_compiles_a_module(
    platform: str, tmp_path: Path, pyz3_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = ".".join(map(str, sys.version_info[:2]))
    headers.include_of(version, pyz3_cache)
    monkeypatch.setenv("PYZ3_CACHE_DIR", str(pyz3_cache))
    monkeypatch.chdir(tmp_path)
    Path("probe.c").write_text(MODULE)
    words = ["cc", "--target", platform, "--python", version, "--log", "log.txt"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "-shared", "-fPIC", "-g", "probe.c", "-o", "probe.so"])
    assert ended.value.code == 0
    binary = lief.parse("probe.so")
    assert binary is not None
    assert any("PyInit_probe" in str(function.name) for function in binary.exported_functions)
    dropped, linked = Path("log.txt").read_text().splitlines()
    assert dropped.endswith(" probe.so: dropped -g: a release has no debug information")
    assert linked == f": linked {tmp_path / 'probe.so'}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "nowhere"], "--target: 'nowhere' is no platform"),
        (
            ["--target", "macos-universal2"],
            "--target: 'macos-universal2' is more than one: macos-x86_64, macos-arm64",
        ),
        (["--target", "linux-*"], "--target: 'linux-*' is more than one: "),
        (["--target", "pyodide"], "--target: each Python's pyodide has a C library of its own"),
        (["--target", "linux-x86_64", "--python", "3"], "--python: '3' is not a Python version like 3.13"),
    ],
)
def test_what_the_command_cannot_do(
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    pyz3_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYZ3_CACHE_DIR", str(pyz3_cache))
    with pytest.raises(SystemExit) as ended:
        main(["cc", *words, "--", "-c", "x.c"])
    assert ended.value.code == 2
    assert f"error: {message}" in capsys.readouterr().err


APPLE = {"otool", "sw_vers", "uname", "xcode-select", "xcrun"}


def test_commands_of_apple(tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("macos", tmp_path, pyz3_cache)
    folder = driver.tools.commands
    assert {path.name for path in folder.iterdir()} > APPLE
    assert driver.run(folder / "xcrun", "--show-sdk-path").stdout == f"{SDK}\n"
    assert driver.run(folder / "sw_vers", "-productVersion").stdout == "11.0\n"
    (driver.folder / "two.c").write_text(TWO)
    compiled = driver.run(folder / "xcrun", f"clang -isysroot {SDK} -c two.c -o two.o")
    assert (compiled.returncode, (driver.folder / "two.o").read_bytes()[:4]) == (0, b"\xcf\xfa\xed\xfe")
    refused = driver.run(folder / "xcrun", "lipo")
    assert (refused.returncode, refused.stderr) == (1, "xcrun: pyz3 has no lipo: this is no macOS\n")


def test_other_systems_have_none_of_them_but_a_uname(tmp_path: Path, pyz3_cache: Path) -> None:
    driver = make("musl", tmp_path, pyz3_cache)
    folder = driver.tools.commands
    assert APPLE & {path.name for path in folder.iterdir()} == {"uname"}
    machine = DriverTarget(TARGETS["musl"]).machine
    assert driver.run(folder / "uname", "-sm").stdout == f"Linux {machine}\n"

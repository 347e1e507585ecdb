"""Our own headers and stub libraries, compiled and linked with zig for every target they are for."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import lief
import pytest
import ziglang
from runtimes import require, run_python

from pyz3.driver.sysroot import FOLDER, FRAMEWORKS, case_overlay, extra_include_args, extra_link_args
from pyz3.driver.target import DriverTarget

ROOT = Path(FOLDER)
WINDOWS_HEADERS = Path(ziglang.__file__).parent / "lib/libc/include/any-windows-any"
MACOS = ("x86_64-macos.10.13", "aarch64-macos.11.0")
WINDOWS = ("x86_64-windows-gnu", "aarch64-windows-gnu")
MUSL = ("x86_64-linux-musl", "aarch64-linux-musl")
STRICT = ("-Wall", "-Wextra", "-Werror")


def zig(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ziglang", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def compiles(source: str, target: str, cwd: Path, *flags: str, tool: str = "cc") -> None:
    name = "all.c" if tool == "cc" else "all.cpp"
    (cwd / name).write_text(source, encoding="utf-8")
    result = zig(tool, "-target", target, *flags, "-c", name, "-o", "all.o", cwd=cwd)
    assert (result.returncode, result.stderr) == (0, "")


def includes(folder: str) -> list[str]:
    return [f.relative_to(ROOT / folder).as_posix() for f in sorted((ROOT / folder).rglob("*.h"))]


def framework_headers() -> list[str]:
    found = []
    for framework in FRAMEWORKS:
        headers = f"macos/Frameworks/{framework}.framework/Headers"
        found += [f"{framework}/{name}" for name in includes(headers) if name != "pyz3_services.h"]
    return found


@pytest.mark.parametrize("tool", ["cc", "c++"])
@pytest.mark.parametrize("target", MACOS)
def test_headers_of_macos(tmp_path: Path, target: str, tool: str) -> None:
    flags = (*STRICT, *extra_include_args(DriverTarget(target)))
    names = [*includes("macos/include"), *framework_headers()]
    # Each is complete by itself, whichever is included first.
    for number, name in enumerate(names):
        (tmp_path / f"{number}.c").write_text(f"#include <{name}>\n", encoding="utf-8")
    if tool == "cc":
        files = [f"{number}.c" for number in range(len(names))]
        result = zig("cc", "-target", target, *flags, "-c", *files, cwd=tmp_path)
        assert (result.returncode, result.stderr) == (0, "")
    source = "".join(f"#include <{name}>\n" for name in names) * 2
    compiles(source, target, tmp_path, *flags, tool=tool)


LAYOUTS = """
#include <net/ethernet.h>
#include <netinet/if_ether.h>
#include <netinet/tcp_fsm.h>
#include <CoreFoundation/CoreFoundation.h>
#include <CoreServices/CoreServices.h>
#include <IOKit/IOKitLib.h>
#include <sys/proc_info.h>
_Static_assert(sizeof(struct ether_header) == 14 && sizeof(struct ether_arp) == 28, "frames");
_Static_assert(TCPS_CLOSED == TSI_S_CLOSED && TCPS_LISTEN == TSI_S_LISTEN, "states");
_Static_assert(TCPS_SYN_SENT == TSI_S_SYN_SENT && TCPS_SYN_RECEIVED == TSI_S_SYN_RECEIVED, "states");
_Static_assert(TCPS_ESTABLISHED == TSI_S_ESTABLISHED && TCPS_CLOSE_WAIT == TSI_S__CLOSE_WAIT, "states");
_Static_assert(TCPS_FIN_WAIT_1 == TSI_S_FIN_WAIT_1 && TCPS_CLOSING == TSI_S_CLOSING, "states");
_Static_assert(TCPS_LAST_ACK == TSI_S_LAST_ACK && TCPS_FIN_WAIT_2 == TSI_S_FIN_WAIT_2, "states");
_Static_assert(TCPS_TIME_WAIT == TSI_S_TIME_WAIT, "states");
_Static_assert(sizeof(CFIndex) == 8 && sizeof(CFRange) == 16 && sizeof(FSEventStreamContext) == 40, "types");
_Static_assert(kIOReturnNoDevice == (int)0xe00002c0 && kIOReturnSuccess == 0, "errors");
"""


def test_numbers_and_layouts_of_macos(tmp_path: Path) -> None:
    # Those of the TCP states are in a header that zig does carry, under other names.
    flags = extra_include_args(DriverTarget(MACOS[1]))
    compiles(LAYOUTS, MACOS[1], tmp_path, *flags)


@pytest.mark.parametrize("target", MACOS)
def test_frameworks_are_linked_without_an_sdk(tmp_path: Path, target: str) -> None:
    driver = DriverTarget(target)
    source = """
#include <CoreServices/CoreServices.h>
#include <IOKit/ps/IOPowerSources.h>
#include <SystemConfiguration/SystemConfiguration.h>
#include <iconv.h>
#include <zlib.h>
CFStringRef name(void) { return CFSTR("name"); }
const void *used[] = {
    (void *)CFRelease, &kCFTypeArrayCallBacks, (void *)FSEventStreamStart, (void *)IOPSCopyPowerSourcesInfo,
    (void *)SCError, (void *)iconv, (void *)zlibVersion, (void *)malloc };
"""
    compiles(source, target, tmp_path, *extra_include_args(driver))
    frameworks = [word for name in FRAMEWORKS for word in ("-framework", name)]
    libraries = ("-lz", "-liconv", *frameworks, *extra_link_args(driver))
    result = zig("cc", "-target", target, "-shared", "all.o", "-o", "all.dylib", *libraries, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")

    fat = lief.MachO.parse(tmp_path / "all.dylib")
    assert fat is not None
    binary = fat.at(0)
    assert binary is not None
    bound = {
        str(binding.symbol.name): str(binding.library.name)
        for binding in binary.bindings
        if binding.has_symbol and binding.has_library
    }
    paths = {name: f"/System/Library/Frameworks/{name}.framework/Versions/A/{name}" for name in FRAMEWORKS}
    assert {symbol: bound[symbol] for symbol in bound if symbol != "dyld_stub_binder"} == {
        "___CFConstantStringClassReference": paths["CoreFoundation"],
        "_CFRelease": paths["CoreFoundation"],
        "_FSEventStreamStart": paths["CoreServices"],
        "_IOPSCopyPowerSourcesInfo": paths["IOKit"],
        "_SCError": paths["SystemConfiguration"],
        "_iconv": "/usr/lib/libiconv.2.dylib",
        "_kCFTypeArrayCallBacks": paths["CoreFoundation"],
        "_malloc": "/usr/lib/libSystem.B.dylib",
        "_zlibVersion": "/usr/lib/libz.1.dylib",
    }


@pytest.mark.parametrize("tool", ["cc", "c++"])
@pytest.mark.parametrize("target", WINDOWS)
def test_the_native_api_of_windows(tmp_path: Path, target: str, tool: str) -> None:
    # What a project that is written for Microsoft's SDK declares itself.
    source = """
#include <windows.h>
#include <bcrypt.h>
#include <winternl.h>
#include <ntsecapi.h>
#include <winternl.h>
typedef enum _KWAIT_REASON { Executive, FreePage } KWAIT_REASON;
typedef struct _SYSTEM_HANDLE_INFORMATION_EX { ULONG_PTR NumberOfHandles; } SYSTEM_HANDLE_INFORMATION_EX;
static_assert(sizeof(PEB) == 0x2c8 && sizeof(OBJECT_ATTRIBUTES) == 48, "sizes");
static_assert(sizeof(SYSTEM_PROCESS_INFORMATION) == 256, "size");
static_assert(sizeof(SYSTEM_THREAD_INFORMATION) == 80, "size");
static_assert(sizeof(PROCESS_BASIC_INFORMATION) == 48 && sizeof(SYSTEM_BASIC_INFORMATION) == 64, "sizes");
ULONG error(NTSTATUS status) { return NT_SUCCESS(status) ? 0 : RtlNtStatusToDosError(status); }
"""
    start = "#include <assert.h>\n" if tool == "cc" else ""
    compiles(start + source, target, tmp_path, *STRICT, *extra_include_args(DriverTarget(target)), tool=tool)


@pytest.mark.parametrize("tool", ["cc", "c++"])
@pytest.mark.parametrize("target", WINDOWS)
def test_headers_that_windows_lacks(tmp_path: Path, target: str, tool: str) -> None:
    source = """
#include <alloca.h>
#include <byteswap.h>
#include <endian.h>
static_assert(bswap_16(0x0102) == 0x0201 && bswap_32(0x01020304) == 0x04030201, "bytes");
static_assert(bswap_64(0x0102030405060708) == 0x0807060504030201, "bytes");
static_assert(__BYTE_ORDER == __LITTLE_ENDIAN && BYTE_ORDER != BIG_ENDIAN, "order");
static_assert(htobe32(0x01020304) == 0x04030201 && le32toh(0x101020304) == 0x01020304, "order");
static_assert(sizeof(htole16(1)) == 2 && sizeof(be64toh(1)) == 8, "sizes");
void *here(void) { return alloca(8); }
"""
    start = "#include <assert.h>\n" if tool == "cc" else ""
    compiles(start + source, target, tmp_path, *extra_include_args(DriverTarget(target)), tool=tool)


_CONSTANTS = {
    "M_E": math.e, "M_LOG2E": math.log2(math.e), "M_LOG10E": math.log10(math.e), "M_LN2": math.log(2),
    "M_LN10": math.log(10), "M_PI": math.pi, "M_PI_2": math.pi / 2, "M_PI_4": math.pi / 4,
    "M_1_PI": 1 / math.pi, "M_2_PI": 2 / math.pi, "M_2_SQRTPI": 2 / math.sqrt(math.pi),
    "M_SQRT2": math.sqrt(2), "M_SQRT1_2": math.sqrt(0.5),
}  # fmt: skip
_GIVE = f"double constants[] = {{ {', '.join(_CONSTANTS)} }};\n"
_NONE = "".join(f"#ifdef {name}\n#error {name}\n#endif\n" for name in _CONSTANTS)


_OWN = "#if M_PI != 3\n#error M_PI\n#endif\n"
_ASKED = "#define _USE_MATH_DEFINES\n"


@pytest.mark.parametrize(
    ("tool", "source"),
    [
        ("cc", f"{_ASKED}#include <math.h>\n{_GIVE}"),
        # Python.h includes it for who asks for the constants later, and more than once.
        ("cc", f"#include <math.h>\n{_NONE}{_ASKED}#include <math.h>\n#include <math.h>\n{_GIVE}"),
        ("cc", f"#include <math.h>\n#define M_PI 3\n{_ASKED}#include <math.h>\n{_GIVE}{_OWN}"),
        ("c++", f"{_ASKED}#include <cmath>\n{_GIVE}"),
        ("c++", f"#include <math.h>\n{_NONE}{_ASKED}#include <math.h>\n{_GIVE}"),
        ("c++", f"#include <vector>\n#include <cmath>\n{_NONE}{_ASKED}#include <cmath>\n{_GIVE}"),
    ],
    ids=["first", "second", "own", "cmath", "math.h-second", "cmath-second"],
)  # fmt: skip
def test_constants_of_mathematics_as_microsoft_gives_them(tmp_path: Path, tool: str, source: str) -> None:
    flags = (*STRICT, "-Wpedantic", "-std=c11" if tool == "cc" else "-std=c++17")
    compiles(source, WINDOWS[0], tmp_path, *flags, *extra_include_args(DriverTarget(WINDOWS[0])), tool=tool)


def test_the_constants_are_right_where_they_are_used(tmp_path: Path) -> None:
    runtime = require("win_amd64-3.13")
    source = f"#include <math.h>\n{_ASKED}#include <math.h>\n__declspec(dllexport) {_GIVE}"
    source += "int _DllMainCRTStartup(void) { return 1; }\n"  # so that it needs no runtime
    flags = ("-std=c11", *extra_include_args(DriverTarget(WINDOWS[0])))
    compiles(source, WINDOWS[0], tmp_path, *flags)
    dll = tmp_path / "constants.dll"
    result = zig("cc", "-target", WINDOWS[0], "-shared", "-nostdlib", "all.o", "-o", str(dll), cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    code = f"""
import ctypes, sys
dll = ctypes.CDLL(sys.argv[1])
print(*map(float.hex, (ctypes.c_double * {len(_CONSTANTS)}).in_dll(dll, "constants")))
"""
    printed = run_python(runtime, code, wheels=(), tmp_path=tmp_path, args=(str(dll),))
    given = dict(zip(_CONSTANTS, map(float.fromhex, printed.split()), strict=True))
    # What is computed here may be off by a last digit; what is written down is not.
    assert given == {name: pytest.approx(value, rel=2**-52, abs=0) for name, value in _CONSTANTS.items()}
    assert (given["M_PI"], given["M_E"], given["M_SQRT2"]) == (math.pi, math.e, math.sqrt(2))


_PROCESSOR = """
#include <intrin.h>
#ifdef __cplusplus
extern "C" {
#endif
int _DllMainCRTStartup(void) { return 1; }
__declspec(dllexport) void ask(int *four, unsigned __int64 *mask) {
    __cpuidex(four, 0, 0);
    *mask = _xgetbv(0);
}
#ifdef __cplusplus
}
#endif
"""


@pytest.mark.parametrize("tool", ["cc", "c++"])
def test_what_the_processor_says_of_itself(tmp_path: Path, tool: str) -> None:
    """By Microsoft's names, in a file that is compiled for any processor."""
    runtime = require("win_amd64-3.13")
    flags = ("-fno-sanitize=undefined", *extra_include_args(DriverTarget(WINDOWS[0])))  # it needs a runtime
    compiles(_PROCESSOR, WINDOWS[0], tmp_path, "-fno-ms-extensions", *flags, tool=tool)
    compiles(_PROCESSOR, WINDOWS[0], tmp_path, *flags, tool=tool)
    dll = tmp_path / "processor.dll"
    result = zig("cc", "-target", WINDOWS[0], "-shared", "-nostdlib", "all.o", "-o", str(dll), cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    code = """
import ctypes, sys
four, mask = (ctypes.c_int * 4)(), ctypes.c_uint64()
ctypes.CDLL(sys.argv[1]).ask(four, ctypes.byref(mask))
print((bytes(four)[4:8] + bytes(four)[12:] + bytes(four)[8:12]).decode(), mask.value & 3)
"""
    maker, mask = run_python(runtime, code, wheels=(), tmp_path=tmp_path, args=(str(dll),)).split()
    assert maker == re.findall(r"^vendor_id\s*: (\S+)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)[0]
    assert mask == "3", "every x86-64 system keeps the registers of x87 and SSE"


def test_mingw_s_own_native_api_is_within_reach(tmp_path: Path) -> None:
    flags = ("-DPYZ3_MINGW_WINTERNL", *extra_include_args(DriverTarget(WINDOWS[0])))
    compiles("#include <windows.h>\n#include <winternl.h>\nKWAIT_REASON x;\n", WINDOWS[0], tmp_path, *flags)


@pytest.mark.parametrize("target", WINDOWS)
def test_headers_of_windows_in_any_spelling(tmp_path: Path, target: str) -> None:
    names = [path.name for path in WINDOWS_HEADERS.iterdir() if path.is_file()]
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(case_overlay(WINDOWS_HEADERS.as_posix(), names), encoding="utf-8")
    spellings = (
        "WinSock2.h Ws2tcpip.h Windows.h WINDOWS.H Psapi.h ShlObj.h IPHlpApi.h Winsvc.h WinTernl.h TCHAR.H"
    )
    source = "".join(f"#include <{name}>\n" for name in spellings.split())
    flags = ("-Wno-nonportable-system-include-path",)
    compiles(
        source, target, tmp_path, *flags, *extra_include_args(DriverTarget(target), overlay=str(overlay))
    )


QUEUES = """
#include <sys/cdefs.h>
#include <sys/queue.h>
#include <stdio.h>
__BEGIN_DECLS
struct one { int value; SLIST_ENTRY(one) s; LIST_ENTRY(one) l; STAILQ_ENTRY(one) q; TAILQ_ENTRY(one) t; };
SLIST_HEAD(shead, one) s = SLIST_HEAD_INITIALIZER(s);
LIST_HEAD(lhead, one) l = LIST_HEAD_INITIALIZER(l);
STAILQ_HEAD(qhead, one) q = STAILQ_HEAD_INITIALIZER(q);
TAILQ_HEAD(thead, one) t = TAILQ_HEAD_INITIALIZER(t);
int main(void) {
    struct one items[4], *item;
    for (int i = 0; i < 4; i++) {
        items[i].value = i;
        SLIST_INSERT_HEAD(&s, &items[i], s);
        LIST_INSERT_HEAD(&l, &items[i], l);
        STAILQ_INSERT_TAIL(&q, &items[i], q);
    }
    TAILQ_INSERT_TAIL(&t, &items[1], t);
    TAILQ_INSERT_HEAD(&t, &items[0], t);
    TAILQ_INSERT_AFTER(&t, &items[1], &items[3], t);
    TAILQ_INSERT_BEFORE(&items[3], &items[2], t);
    SLIST_REMOVE(&s, &items[1], one, s);
    SLIST_REMOVE_HEAD(&s, s);
    LIST_REMOVE(&items[3], l);
    LIST_REMOVE(&items[1], l);
    LIST_INSERT_BEFORE(&items[0], &items[1], l);
    LIST_INSERT_AFTER(&items[0], &items[3], l);
    STAILQ_REMOVE_HEAD(&q, q);
    STAILQ_INSERT_HEAD(&q, &items[0], q);
    SLIST_FOREACH(item, &s, s) printf("%d", item->value);
    putchar(' ');
    LIST_FOREACH(item, &l, l) printf("%d", item->value);
    putchar(' ');
    STAILQ_FOREACH(item, &q, q) printf("%d", item->value);
    putchar(' ');
    TAILQ_FOREACH(item, &t, t) printf("%d", item->value);
    TAILQ_REMOVE(&t, &items[3], t);
    TAILQ_REMOVE(&t, &items[0], t);
    putchar(' ');
    TAILQ_FOREACH_REVERSE(item, &t, thead, t) printf("%d", item->value);
    puts(TAILQ_EMPTY(&t) ? " empty" : "");
    return 0;
}
__END_DECLS
"""


@pytest.mark.parametrize("target", MUSL)
def test_headers_that_musl_lacks(tmp_path: Path, target: str) -> None:
    compiles(QUEUES, target, tmp_path, *STRICT, *extra_include_args(DriverTarget(target)))


@pytest.mark.skipif(sys.platform != "linux", reason="runs a program for Linux")
def test_queues_of_musl_do_what_glibc_s_do(tmp_path: Path) -> None:
    (tmp_path / "queues.c").write_text(QUEUES, encoding="utf-8")
    printed = []
    (tmp_path / "sys").mkdir()
    (tmp_path / "sys/queue.h").write_bytes((ROOT / "musl/sys/queue.h").read_bytes())
    for flags in (("-I", "."), ()):
        result = zig(
            "cc", "-target", "native-linux-gnu.2.17", *flags, "queues.c", "-o", "queues", cwd=tmp_path
        )
        assert result.returncode == 0, result.stderr
        printed.append(
            subprocess.run([tmp_path / "queues"], capture_output=True, text=True, check=True).stdout
        )
    assert printed == ["20 2103 0123 0123 21\n"] * 2


def test_no_header_names_a_machine() -> None:
    for header in ROOT.rglob("*"):
        if header.is_file():
            assert not re.search(r"/(home|root|tmp|work)/", header.read_text(encoding="utf-8")), header

"""Real files, compiled by zig: good ones pass on every platform, each broken one is found out."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
import ziglang

from pyz3.audit import Facts, judge, read_facts, system_symbols
from pyz3.driver.runtime import make_runtime, runtime_files
from pyz3.driver.target import DriverTarget
from pyz3.errors import AuditFailedError
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pyz3.audit import Report

ZIG_LIB = Path(ziglang.__file__).parent / "lib"
PYTHON = frozenset({"PyLong_FromLong", "PyExc_ValueError"})
MODULE = "hello._speed"

PRELUDE = """
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#define IMPORT __declspec(dllimport)
#else
#define EXPORT __attribute__((visibility("default")))
#define IMPORT
#endif
#ifdef __cplusplus
extern "C" {
#endif
IMPORT void *PyLong_FromLong(long);
extern IMPORT void *PyExc_ValueError;
#ifdef __cplusplus
}
#endif
"""
GOOD = """
#include <stdlib.h>
#include <string.h>
EXPORT void *PyInit__speed(void) {
    const char *path = getenv("PATH");
    return path ? PyLong_FromLong((long)strlen(path)) : PyExc_ValueError;
}
"""
# Without the C library: its first use for Windows compiles the whole mingw runtime.
GOOD_WINDOWS = """
EXPORT void *PyInit__speed(void) { return PyExc_ValueError ? PyLong_FromLong(3) : 0; }
int __stdcall _DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }
"""
DEF_FILE = "LIBRARY {dll}\nEXPORTS\nPyLong_FromLong\nPyExc_ValueError DATA\nfrobnicate\n"
MACHINES = {"amd64": "i386:x86-64", "arm64": "arm64", "x86": "i386"}


def zig(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def libc_stub(platform: Platform, folder: Path) -> str:
    """Give musl under the name that Alpine gives it."""
    target = DriverTarget.of(platform)
    stub = runtime_files(str(folder), target, cxx=False)[-1]
    zig = str(ZIG_LIB.parent / "zig")
    make_runtime([stub], target, zig=zig, zig_lib=str(ZIG_LIB), environ=os.environ)
    return stub


def compile_module(
    folder: Path,
    platform: Platform,
    *flags: str,
    source: str = "",
    floor: str = "",
    dll: str = "python313.dll",
) -> Path:
    """Compile one C file to ``_speed.so`` or ``_speed.pyd``."""
    windows = platform.family == "windows"
    code = folder / "speed.c"
    code.write_text(PRELUDE + (source or (GOOD_WINDOWS if windows else GOOD)))
    (target,) = platform.zig_targets_for(floor or platform.floor(PythonVersion(3, 13)))
    arguments = [
        "cc",
        "-target",
        target,
        "-shared",
        "-O2",
        "-s",
        "-fno-sanitize=undefined",
        code.name,
        *flags,
    ]
    if windows:
        (folder / "python.def").write_text(DEF_FILE.format(dll=dll))
        machine = MACHINES[platform.spec.arch]
        zig("dlltool", "-d", "python.def", "-l", "python.lib", "-m", machine, cwd=folder)
        arguments += ["python.lib", "-nostdlib", "-o", "_speed.pyd"]
    elif platform.family == "macos":
        if not any("install_name" in flag for flag in flags):
            arguments.append("-Wl,-install_name,@rpath/_speed.so")
        arguments += ["-Wl,-undefined,dynamic_lookup", "-o", "_speed.so"]
    else:
        if platform.spec.libc:
            arguments.append(libc_stub(platform, folder))
        arguments += ["-fPIC", "-o", "_speed.so"]
    zig(*arguments, cwd=folder)
    return folder / arguments[-1]


def audit(path: Path, platform: Platform, *, floor: str = "", module: str | None = MODULE) -> Report:
    python = PythonVersion(3, 13)
    return judge(
        read_facts(path),
        file=f"hello/{path.name}",
        module=module,
        target=Target(platform=platform, python=python),
        floor=floor or platform.floor(python),
        python_symbols=PYTHON,
        system_symbols=system_symbols(platform, ZIG_LIB),
    )


def messages(report: Report) -> list[str]:
    return [finding.message for finding in report.findings]


GOOD_FACTS = {
    Platform.LINUX_X86_64: ("x86_64", ("libc.so.6",), "2.2.5", ""),
    Platform.LINUX_AARCH64: ("aarch64", ("libc.so.6",), "2.17", ""),
    Platform.MUSLLINUX_X86_64: ("x86_64", ("libc.musl-x86_64.so.1",), "", ""),
    Platform.MUSLLINUX_AARCH64: ("aarch64", ("libc.musl-aarch64.so.1",), "", ""),
    Platform.MACOS_X86_64: ("x86_64", ("/usr/lib/libSystem.B.dylib",), "10.13", ""),
    Platform.MACOS_ARM64: ("arm64", ("/usr/lib/libSystem.B.dylib",), "11.0", "adhoc"),
    Platform.WINDOWS_X64: ("amd64", ("python313.dll",), "", ""),
    Platform.WINDOWS_ARM64: ("arm64", ("python313.dll",), "", ""),
    Platform.WINDOWS_X86: ("x86", ("python313.dll",), "", ""),
    Platform.LINUX_I686: ("i686", ("libc.so.6",), "2.0", ""),
    Platform.LINUX_ARMV7L: ("armv7l", ("libc.so.6",), "2.4", ""),
    Platform.LINUX_S390X: ("s390x", ("libc.so.6",), "2.2", ""),
}


@pytest.mark.parametrize("platform", GOOD_FACTS, ids=str)
def test_good_module(platform: Platform, tmp_path: Path) -> None:
    path = compile_module(tmp_path, platform)
    (facts,) = read_facts(path)
    assert (facts.machine, facts.needed, facts.floor, facts.signature) == GOOD_FACTS[platform]
    assert "PyInit__speed" in facts.exported
    assert {"PyLong_FromLong", "PyExc_ValueError"} <= {symbol.name for symbol in facts.undefined}
    assert msgspec.json.decode(msgspec.json.encode(facts), type=Facts) == facts
    report = audit(path, platform)
    assert messages(report) == []
    assert report.platform_tag == platform.wheel_platform_for(platform.floor(PythonVersion(3, 13)))


@pytest.mark.parametrize("minimum", ["10.9", "10.15", "12.0"])
def test_both_ways_to_state_a_macos_minimum(minimum: str, tmp_path: Path) -> None:
    path = compile_module(tmp_path, Platform.MACOS_X86_64, floor=minimum)
    assert read_facts(path)[0].floor == minimum


def test_glibc_symbol_above_the_promise(tmp_path: Path) -> None:
    source = """
    int memfd_create(const char *, unsigned);
    EXPORT void *PyInit__speed(void) { return PyLong_FromLong(memfd_create("x", 0)); }
    """
    path = compile_module(tmp_path, Platform.LINUX_X86_64, source=source, floor="2.28")
    report = audit(path, Platform.LINUX_X86_64, floor="2.17")
    assert messages(report) == [
        "hello/_speed.so needs memfd_create@GLIBC_2.27 but the wheel promises glibc 2.17"
    ]
    assert report.findings[0].tip == (
        'promise a newer system with glibc = "2.27" in [tool.pyz3], or avoid the call'
    )
    assert audit(path, Platform.LINUX_X86_64, floor="2.28").platform_tag == "manylinux_2_28_x86_64"


def test_macos_newer_than_the_promise(tmp_path: Path) -> None:
    path = compile_module(tmp_path, Platform.MACOS_X86_64, floor="11.0")
    assert messages(audit(path, Platform.MACOS_X86_64)) == [
        "hello/_speed.so needs macOS 11.0 but the wheel promises macOS 10.13"
    ]


@pytest.mark.parametrize(
    ("platform", "name"),
    [(Platform.LINUX_AARCH64, "_speed.so"), (Platform.WINDOWS_ARM64, "_speed.pyd")],
    ids=str,
)
def test_missing_init(platform: Platform, name: str, tmp_path: Path) -> None:
    path = compile_module(tmp_path, platform)
    assert messages(audit(path, platform, module="hello.fast")) == [
        (
            f"hello/{name} does not export PyInit_fast, so hello.fast could not be imported; "
            "it exports PyInit__speed"
        )
    ]


FROBNICATE = """
IMPORT long frobnicate(void);
EXPORT void *PyInit__speed(void) { return PyLong_FromLong(frobnicate()); }
#ifdef _WIN32
int __stdcall _DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }
#endif
"""


@pytest.mark.parametrize(
    ("platform", "message"),
    [
        (
            Platform.LINUX_X86_64,
            "_speed.so needs frobnicate, which neither the C library nor the C API of Python 3.13 has",
        ),
        (
            Platform.MUSLLINUX_AARCH64,
            "_speed.so needs frobnicate, which neither the C library nor the C API of Python 3.13 has",
        ),
        (
            Platform.MACOS_ARM64,
            (
                "_speed.so needs frobnicate, "
                "which neither any library that it names nor the C API of Python 3.13 has"
            ),
        ),
        (
            Platform.WINDOWS_X64,
            "_speed.pyd needs frobnicate from python313.dll, which the C API of Python 3.13 does not have",
        ),
    ],
    ids=str,
)
def test_unexplained_symbol(platform: Platform, message: str, tmp_path: Path) -> None:
    path = compile_module(tmp_path, platform, source=FROBNICATE)
    assert messages(audit(path, platform)) == [f"hello/{message}"]


@pytest.mark.parametrize(
    ("dll", "message"),
    [
        ("fancy.dll", "needs fancy.dll, which Windows does not promise"),
        ("python312.dll", "needs python312.dll, but modules for cp313 take the C API from python313.dll"),
        ("python3.dll", "needs python3.dll, but modules for cp313 take the C API from python313.dll"),
    ],
)
def test_dll_that_is_not_promised(dll: str, message: str, tmp_path: Path) -> None:
    path = compile_module(tmp_path, Platform.WINDOWS_X64, dll=dll)
    assert messages(audit(path, Platform.WINDOWS_X64)) == [f"hello/_speed.pyd {message}"]


def test_wrong_machine(tmp_path: Path) -> None:
    path = compile_module(tmp_path, Platform.LINUX_AARCH64)
    assert messages(audit(path, Platform.LINUX_X86_64)) == [
        "hello/_speed.so is for Linux on aarch64, but cp313-manylinux_x86_64 needs Linux on x86_64"
    ]
    assert messages(audit(path, Platform.MUSLLINUX_AARCH64)) == [
        "hello/_speed.so needs libc.so.6, which musllinux (PEP 656) does not promise"
    ]


def test_executable_stack_and_rpath(tmp_path: Path) -> None:
    flags = ("-Wl,-rpath,/opt/lib", "-Wl,-soname,/opt/_speed.so")
    path = compile_module(tmp_path, Platform.LINUX_X86_64, *flags)
    content = bytearray(path.read_bytes())
    # zig refuses -z execstack: PT_GNU_STACK (0x6474e551) gets the flags RWX here.
    at = content.index(struct.pack("<II", 0x6474E551, 6))
    content[at + 4] = 7
    path.write_bytes(content)
    assert messages(audit(path, Platform.LINUX_X86_64)) == [
        "hello/_speed.so looks for libraries in /opt/lib, a folder of the machine that built it",
        "hello/_speed.so calls itself /opt/_speed.so, an absolute path",
        "hello/_speed.so makes the stack executable",
    ]


def test_macos_install_name_and_rpath(tmp_path: Path) -> None:
    flags = ("-Wl,-install_name,/build/_speed.so", "-Wl,-rpath,/opt/lib")
    path = compile_module(tmp_path, Platform.MACOS_ARM64, *flags)
    assert messages(audit(path, Platform.MACOS_ARM64)) == [
        "hello/_speed.so looks for libraries in /opt/lib, a folder of the machine that built it",
        "hello/_speed.so calls itself /build/_speed.so, an absolute path",
    ]


def test_one_changed_byte_breaks_the_signature(tmp_path: Path) -> None:
    path = compile_module(tmp_path, Platform.MACOS_ARM64)
    content = bytearray(path.read_bytes())
    at = content.index(b"PATH\0")
    content[at] ^= 0x20
    path.write_bytes(content)
    assert messages(audit(path, Platform.MACOS_ARM64)) == [
        "hello/_speed.so has a code signature that does not match its contents"
    ]


def test_unsigned_arm64(tmp_path: Path) -> None:
    path = compile_module(tmp_path, Platform.MACOS_ARM64)
    content = bytearray(path.read_bytes())
    # LC_CODE_SIGNATURE (0x1d, 16 bytes) becomes LC_DATA_IN_CODE (0x29): as if it had never been signed.
    at = content.index(struct.pack("<II", 0x1D, 16))
    content[at] = 0x29
    path.write_bytes(content)
    assert messages(audit(path, Platform.MACOS_ARM64)) == [
        "hello/_speed.so has no code signature, which macOS on arm64 demands"
    ]


def test_pe_flags_and_time_stamp(tmp_path: Path) -> None:
    path = compile_module(tmp_path, Platform.WINDOWS_X64)
    content = bytearray(path.read_bytes())
    (header,) = struct.unpack_from("<I", content, 0x3C)
    (flags,) = struct.unpack_from("<H", content, header + 24 + 70)
    struct.pack_into("<H", content, header + 24 + 70, flags & ~0x0140)  # DYNAMIC_BASE, NX_COMPAT
    struct.pack_into("<I", content, header + 8, 1_700_000_000)
    struct.pack_into("<II", content, header + 24 + 112 + 6 * 8, 0, 0)  # no debug directory, no REPRO entry
    path.write_bytes(content)
    assert messages(audit(path, Platform.WINDOWS_X64)) == [
        "hello/_speed.pyd has the time of its linking inside, so no two builds are the same",
        "hello/_speed.pyd cannot be loaded at a random address (DYNAMIC_BASE is off)",
        "hello/_speed.pyd lets its data be executed (NX_COMPAT is off)",
    ]


def test_an_executable_is_no_module(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("int main(void) { return 0; }")
    zig("cc", "-target", "x86_64-macos.10.13", "main.c", "-o", "_speed.so", cwd=tmp_path)
    found = audit(tmp_path / "_speed.so", Platform.MACOS_X86_64)
    assert "hello/_speed.so is an executable or object file, not a shared library" in messages(found)


def test_an_object_file_is_no_module(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("int main(void) { return 0; }")
    zig("cc", "-target", "x86_64-linux-musl", "-c", "main.c", "-o", "_speed.so", cwd=tmp_path)
    found = audit(tmp_path / "_speed.so", Platform.MUSLLINUX_X86_64, module=None)
    assert "hello/_speed.so is an executable or object file, not a shared library" in messages(found)


DAMAGED = [Platform.LINUX_X86_64, Platform.MUSLLINUX_AARCH64, Platform.MACOS_ARM64, Platform.WINDOWS_X64]


@pytest.mark.parametrize("platform", DAMAGED, ids=str)
def test_a_truncated_file_is_never_believed(platform: Platform, tmp_path: Path) -> None:
    path = compile_module(tmp_path, platform)
    content = path.read_bytes()
    for length in {*range(0, len(content), max(1, len(content) // 200)), *range(64), len(content) - 1}:
        path.write_bytes(content[:length])
        with pytest.raises(AuditFailedError) as caught:
            read_facts(path)
        assert str(path) in caught.value.message


@pytest.mark.parametrize("platform", DAMAGED, ids=str)
def test_damage_ends_in_facts_or_in_an_error_of_ours(platform: Platform, tmp_path: Path) -> None:
    path = compile_module(tmp_path, platform)
    content = path.read_bytes()
    dice = random.Random(313)  # noqa: S311 - the same damage in each run
    refused = 0
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(dice.choice((1, 4, 30))):
            damaged[dice.randrange(min(len(damaged), dice.choice((600, len(damaged)))))] = dice.randrange(256)
        path.write_bytes(damaged)
        try:
            read_facts(path)
        except AuditFailedError:
            refused += 1
    assert refused > 0


def test_judging_needs_no_parser() -> None:
    code = (
        "import sys, pyz3.audit as a; from pyz3.targets import *\n"
        "facts = (a.Facts(format='elf', machine='x86_64'),)\n"
        "target = Target(platform=Platform.LINUX_X86_64, python=PythonVersion(3, 13))\n"
        "a.judge(facts, file='x', module=None, target=target, floor='2.17', python_symbols=())\n"
        "assert 'lief' not in sys.modules and 'rich' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

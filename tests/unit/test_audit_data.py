"""The audit's data: policies, the systems' symbol lists, signatures, what files are."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import get_args

import pytest
import ziglang

from pyz3.audit import glibc_since, read_facts, system_symbols
from pyz3.audit.facts import version_key
from pyz3.audit.policy import policy_for
from pyz3.audit.rules import RULES
from pyz3.audit.signature import signature_state
from pyz3.errors import AuditFailedError
from pyz3.targets import Platform
from pyz3.targets.platforms import Family

ZIG_LIB = Path(ziglang.__file__).parent / "lib"


def test_every_family_has_a_policy_and_rules() -> None:
    assert {family: policy_for(family).format for family in RULES} == {
        "linux": "elf",
        "musllinux": "elf",
        "macos": "macho",
        "windows": "pe",
        "pyodide": "wasm",
    }
    assert set(get_args(Family)) == set(RULES)


@pytest.mark.parametrize(
    ("floor", "version"), [("2.5", "3.4.8"), ("2.16", "3.4.13"), ("2.17", "3.4.19"), ("2.100", "3.4.33")]
)
def test_companions_of_a_glibc(floor: str, version: str) -> None:
    assert policy_for("linux").newest_versions(floor)["GLIBCXX"] == version


def test_file_names_have_no_case_on_windows_only() -> None:
    assert policy_for("windows").promises("KERNEL32.DLL", "amd64")
    assert not policy_for("linux").promises("LIBC.so.6", "x86_64")


def test_vcruntime_1_is_not_beside_every_python() -> None:
    assert policy_for("windows").promises("VCRUNTIME140_1.dll", "amd64")
    assert not policy_for("windows").promises("VCRUNTIME140_1.dll", "x86")


@pytest.mark.parametrize(
    ("platform", "present", "absent"),
    [
        (
            Platform.MUSLLINUX_X86_64,
            {"malloc", "memcpy", "environ", "arch_prctl", "pthread_create", "__cxa_finalize", "modf"},
            {"backtrace", "__memcpy_chk", "__tls_get_offset", "__wait4_time64", "PTR64", "__aeabi_memcpy"},
        ),
        (
            Platform.MUSLLINUX_AARCH64,
            {"malloc", "memcpy", "environ", "pthread_create", "getrandom"},
            {"arch_prctl", "__wait4_time64", "___tls_get_addr"},
        ),
        (
            Platform.MACOS_X86_64,
            {
                "malloc",
                "memcpy",
                "dyld_stub_binder",
                "fopen$DARWIN_EXTSN",
                "_NSGetEnviron",
                "__stack_chk_fail",
            },
            {"memfd_create", "_malloc", "$ld$hide$os10.4$___absvti2"},
        ),
        (
            Platform.MACOS_ARM64,
            {"malloc", "memcpy", "dyld_stub_binder", "_NSGetEnviron"},
            {"memfd_create", "_malloc", "ccaes_intel_cbc_decrypt_opt_mode"},
        ),
    ],
)
def test_symbols_of_the_systems(platform: Platform, present: set[str], absent: set[str]) -> None:
    symbols = system_symbols(platform, ZIG_LIB)
    assert symbols is not None
    assert present - symbols == set()
    assert absent & symbols == set()


@pytest.mark.parametrize("platform", [Platform.LINUX_X86_64, Platform.WINDOWS_X64])
def test_systems_that_need_no_list(platform: Platform) -> None:
    assert system_symbols(platform, ZIG_LIB) is None


def code_directory(image: bytes, *, flags: int, limit: int, kind: int = 2, page_shift: int = 12) -> bytes:
    algorithm, size = {1: ("sha1", 20), 2: ("sha256", 32), 3: ("sha256", 20)}[kind]
    page = 1 << page_shift
    hashes = b"".join(
        hashlib.new(algorithm, image[start : min(start + page, limit)]).digest()[:size]
        for start in range(0, limit, page)
    )
    slots = -(-limit // page)
    header = struct.pack(
        ">IIIIIIIIIBBBBI",
        0xFADE0C02,
        44 + len(hashes),
        0x20400,
        flags,
        44,
        0,
        0,
        slots,
        limit,
        size,
        kind,
        0,
        page_shift,
        0,
    )
    return header + hashes


def signature(*blobs: bytes) -> bytes:
    offsets, offset = [], 12 + 8 * len(blobs)
    for blob in blobs:
        offsets.append(offset)
        offset += len(blob)
    index = b"".join(struct.pack(">II", number, at) for number, at in enumerate(offsets))
    return struct.pack(">III", 0xFADE0CC0, offset, len(blobs)) + index + b"".join(blobs)


IMAGE = bytes(range(256)) * 40


def test_signature_states() -> None:
    assert signature_state(IMAGE, b"") == ""
    assert signature_state(IMAGE, signature(code_directory(IMAGE, flags=0x20002, limit=9000))) == "adhoc"
    assert signature_state(IMAGE, signature(code_directory(IMAGE, flags=0x0, limit=9000))) == "signed"


def test_every_code_directory_counts() -> None:
    sha1 = code_directory(IMAGE, flags=2, limit=9000, kind=1)
    short = code_directory(IMAGE, flags=2, limit=9000, kind=3)
    other = code_directory(IMAGE[::-1], flags=2, limit=9000)
    assert signature_state(IMAGE, signature(sha1, short)) == "adhoc"
    assert signature_state(IMAGE, signature(sha1, other)) == "invalid"


@pytest.mark.parametrize("at", [0, 4095, 4096, 8999])
def test_one_changed_byte_breaks_the_signature(at: int) -> None:
    signed = signature(code_directory(IMAGE, flags=2, limit=9000))
    changed = bytearray(IMAGE)
    changed[at] ^= 1
    assert signature_state(bytes(changed), signed) == "invalid"


def test_a_byte_beyond_the_limit_is_not_signed() -> None:
    signed = signature(code_directory(IMAGE, flags=2, limit=9000))
    changed = bytearray(IMAGE)
    changed[9000] ^= 1
    assert signature_state(bytes(changed), signed) == "adhoc"


@pytest.mark.parametrize(
    "broken",
    [
        b"\0" * 8,
        signature(b"\0" * 64),
        signature(code_directory(IMAGE, flags=2, limit=9000))[:60],
        signature(code_directory(IMAGE, flags=2, limit=9000)[:100]),
        signature(code_directory(IMAGE + IMAGE, flags=2, limit=len(IMAGE) + 1)),
    ],
)
def test_broken_signatures(broken: bytes) -> None:
    assert signature_state(IMAGE, broken) == "invalid"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"hello world", "no binary (it begins with b'hello wo')"),
        (b"!<arch>\nabc", "a static library or import library (ar archive)"),
        (b"PK\x03\x04", "a zip archive"),
        (b"#!/bin/sh\n", "a script"),
    ],
)
def test_foreign_files_are_called_by_their_name(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "_speed.so"
    path.write_bytes(content)
    with pytest.raises(AuditFailedError) as caught:
        read_facts(path)
    assert caught.value.message == (
        f"{path} is {what}, but an extension module is a shared library (ELF, Mach-O or PE)"
    )


@pytest.mark.parametrize(
    ("magic", "kind"),
    [
        (b"\x7fELF", "an ELF file (Linux)"),
        (b"MZ", "a PE file (Windows)"),
        (b"\xcf\xfa\xed\xfe", "a Mach-O file (macOS)"),
        (b"\xca\xfe\xba\xbe", "a fat Mach-O file (macOS)"),
    ],
)
def test_a_magic_number_alone_is_damage(tmp_path: Path, magic: bytes, kind: str) -> None:
    path = tmp_path / "_speed.so"
    path.write_bytes(magic)
    with pytest.raises(AuditFailedError) as caught:
        read_facts(path)
    assert caught.value.message == (
        f"{path}: {kind} of {len(magic)} bytes is damaged: its headers cannot be read"
    )


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_facts(tmp_path / "_speed.so")


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("memcpy", "2.2.5"),
        ("environ", "2.2.5"),
        ("getrandom", "2.25"),
        ("reallocarray", "2.26"),
        ("memfd_create", "2.27"),
        ("pthread_create", "2.2.5"),
        ("closefrom", "2.34"),
        ("frobnicate", ""),
    ],
)
def test_which_glibc_brought_a_symbol(name: str, since: str) -> None:
    assert glibc_since(name, zig_target="x86_64-linux-gnu", zig_lib=ZIG_LIB) == since


@pytest.mark.parametrize("platform", [p for p in Platform if p.family == "linux"])
def test_every_machine_has_its_own_first_glibc(platform: Platform) -> None:
    # The first release for the machine, as glibc's shlib-versions has it; qsort is as old as C.
    first = {"i686": "2.0", "x86_64": "2.2.5", "armv7l": "2.4", "aarch64": "2.17", "ppc64le": "2.17"}
    first |= {"s390x": "2.2", "riscv64": "2.27", "loongarch64": "2.36"}
    since = glibc_since("qsort", zig_target=platform.spec.zig, zig_lib=ZIG_LIB)
    assert since == first[platform.spec.arch]
    since = glibc_since("__libc_single_threaded", zig_target=platform.spec.zig, zig_lib=ZIG_LIB)
    assert since == max("2.32", first[platform.spec.arch], key=version_key)

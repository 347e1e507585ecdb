"""What macOS' own C++ library is known to export."""

from __future__ import annotations

import re

import pytest

from pyz3.driver.runtime import cxx_flags, runtime_files
from pyz3.driver.system_cxx import first_macos, has_system_cxx, introduced, stub
from pyz3.driver.target import DriverTarget


@pytest.mark.parametrize(
    ("symbol", "version"),
    [
        ("_Znwm", "10.9"),
        ("__cxa_throw", "10.9"),
        ("__gxx_personality_v0", "10.9"),
        ("_ZTISt13runtime_error", "10.9"),
        ("_ZdlPvm", "10.12"),  # operator delete(void*, size_t)
        ("_ZNSt3__119__shared_mutex_base4lockEv", "10.12"),
        ("_ZnwmSt11align_val_t", "10.13"),
        ("_ZTISt19bad_optional_access", "10.13"),
        ("_ZNSt3__14__fs10filesystem8__statusERKNS1_4pathEPNS_10error_codeE", "10.15"),
        ("_ZNSt3__123__cxx_atomic_notify_oneEPVKv", "11.0"),
        # Of LLVM 14, 16 and 21.
        ("_ZNSt3__18to_charsEPcS0_d", ""),
        ("_ZNSt3__13pmr20get_default_resourceEv", ""),
        ("_ZNSt3__113__hash_memoryEPKvm", ""),
    ],
)
def test_the_first_macos_with_a_symbol(symbol: str, version: str) -> None:
    assert first_macos(symbol) == version


def test_each_name_is_listed_once() -> None:
    names = [name for name, _, _ in introduced()]
    assert len(names) == len(set(names)) > 2000
    assert all(re.fullmatch(r"_[A-Za-z0-9_]+", name) for name in names)


@pytest.mark.parametrize(
    ("zig", "counts"),
    [
        ("x86_64-macos.10.9", (True, False, False)),
        ("x86_64-macos.10.15", (True, True, False)),
        ("x86_64-macos.13.3", (True, True, True)),
        ("aarch64-macos.11.0", (True, True, True)),
    ],
)
def test_a_stub_has_what_the_oldest_macos_has(zig: str, counts: tuple[bool, ...]) -> None:
    text = stub(DriverTarget(zig))
    names = set(re.findall(r"_\w+", text))
    probes = ("__Znwm", "__ZnwmSt11align_val_t", "__ZNSt3__123__cxx_atomic_notify_oneEPVKv")
    assert tuple(probe in names for probe in probes) == counts
    machine = "arm64" if zig.startswith("aarch64") else "x86_64"
    assert text.splitlines()[:4] == [
        "--- !tapi-tbd",
        "tbd-version: 4",
        f"targets: [ {machine}-macos ]",
        "install-name: '/usr/lib/libc++.1.dylib'",
    ]
    # Only Intel's library has it.
    assert ("__ZTINSt3__110ctype_baseE" in names) is (machine == "x86_64")


def test_what_is_linked_and_what_is_compiled_with() -> None:
    macos, linux = DriverTarget("aarch64-macos.11.0"), DriverTarget("x86_64-linux-gnu.2.17")
    assert [has_system_cxx(target) for target in (macos, linux)] == [True, False]
    folder = "/runtime/aarch64-macos.11.0"
    assert runtime_files("/runtime", macos, cxx=True) == (f"{folder}/libpyz3.a", f"{folder}/libpyz3-c++.a")
    assert runtime_files("/runtime", macos, cxx=True, system_cxx=True) == (
        f"{folder}/libpyz3.a",
        f"{folder}/libc++.tbd",
    )
    assert [flag.rpartition("/")[2] for flag in cxx_flags(macos)] == ["libc++", "libc++-macos"]
    assert [flag.rpartition("/")[2] for flag in cxx_flags(linux)[1:]] == ["libc++"]

"""What links for Windows without mingw-w64's runtime are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.driver.lean import (
    UCRT,
    lean_flags,
    lean_libraries,
    split_definitions,
    startup_flags,
)
from pyz3.driver.target import DriverTarget

if TYPE_CHECKING:
    from pathlib import Path

X64, X86, ARM64 = (DriverTarget(f"{machine}-windows-gnu") for machine in ("x86_64", "x86", "aarch64"))


@pytest.fixture
def zig_lib(tmp_path: Path) -> str:
    for file in ("lib-common/ws2_32.def.in", "lib-common/ntdll.def", "lib32/only32.def", "lib64/only64.def"):
        path = tmp_path / "libc" / "mingw" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return str(tmp_path)


@pytest.mark.parametrize(
    ("target", "named", "files"),
    [
        (X64, (), (UCRT,)),
        (X64, ("ws2_32", "m", "ws2_32"), (UCRT, "ws2_32.lib")),
        (X64, ("only64",), (UCRT, "only64.lib")),
        (X86, ("only32",), (UCRT, "only32.lib")),
        (ARM64, ("ws2_32",), (UCRT, "ws2_32.lib")),
        # Not of Windows, or of another machine's.
        (X64, ("only32",), None),
        (ARM64, ("only64",), None),
        # mingw-w64's runtime has parts of its own for these.
        (X64, ("pthread", "c++"), (UCRT,)),
        # It has C functions of its own.
        (X64, ("ntdll",), None),
    ],
)
def test_libraries(
    target: DriverTarget, named: tuple[str, ...], files: tuple[str, ...] | None, zig_lib: str
) -> None:
    assert lean_libraries(named, target, zig_lib=zig_lib) == files


@pytest.mark.parametrize(("target", "machine"), [(X64, "x64"), (X86, "x86"), (ARM64, "arm64")])
def test_flags(target: DriverTarget, machine: str) -> None:
    flags = lean_flags(target)
    assert f"-machine:{machine}" in flags
    # Nothing of what needs code at start, and no function taken for data.
    assert "-auto-import:no" in flags


def test_the_start_up_code_is_named_as_the_machine_does() -> None:
    """lld-link's own default is the name in ours."""
    assert startup_flags(X64)[0] == startup_flags(ARM64)[0] == "-entry:DllMainCRTStartup"
    assert startup_flags(X86)[0] == "-entry:DllMainCRTStartup@12"


def test_definitions_are_split_by_dll() -> None:
    text = 'LIBRARY "WS2_32.dll"\nEXPORTS\na\n\nLIBRARY api-ms-win-crt-heap-l1-1-0\n\nEXPORTS\nfree\n'
    assert split_definitions(text) == [
        ("ws2_32.dll", 'LIBRARY "WS2_32.dll"\nEXPORTS\na\n\n'),
        ("api-ms-win-crt-heap-l1-1-0", "LIBRARY api-ms-win-crt-heap-l1-1-0\n\nEXPORTS\nfree\n"),
    ]

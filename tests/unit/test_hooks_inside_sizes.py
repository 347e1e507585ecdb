"""The sizes of C's types on a target, as the struct module has them."""

from __future__ import annotations

import struct

import pytest

from pyz3.hooks.inside.sizes import native_size
from pyz3.hooks.views import c_sizes


@pytest.mark.parametrize(
    ("family", "arch", "sizes"),
    [
        ("linux", "x86_64", (8, 8, 4, 16, 8, 8)),
        ("linux", "aarch64", (8, 8, 4, 16, 8, 8)),
        ("linux", "i686", (4, 4, 4, 12, 4, 4)),
        ("linux", "armv7l", (4, 4, 4, 8, 4, 8)),
        ("musllinux", "armv7l", (4, 4, 4, 8, 8, 8)),
        ("macos", "x86_64", (8, 8, 4, 16, 8, 8)),
        ("macos", "arm64", (8, 8, 4, 8, 8, 8)),
        ("windows", "amd64", (4, 8, 2, 8, 8, 8)),
        ("windows", "x86", (4, 4, 2, 8, 8, 8)),
    ],
)
def test_sizes_of_a_target(family: str, arch: str, sizes: tuple[int, ...]) -> None:
    assert tuple(c_sizes(family, arch).values()) == sizes


@pytest.mark.parametrize(
    "text", ["", "P", "l", "bq", "bl", "3sP", "0l", "b0l", "2h 3i d", "@nN", "?e", b"bP"]
)
def test_linux_is_as_this_machine(text: str | bytes) -> None:
    if struct.calcsize("l") != 8:
        pytest.skip("long has 8 bytes on Linux with 64 bits")
    assert native_size(text, c_sizes("linux", "x86_64"), struct.calcsize) == struct.calcsize(text)


@pytest.mark.parametrize(
    ("text", "windows", "win32", "i686"),
    [("P", 8, 4, 4), ("l", 4, 4, 4), ("bl", 8, 8, 8), ("bq", 16, 16, 12), ("=l", 4, 4, 4), ("bP", 16, 8, 8)],
)
def test_other_targets(text: str, windows: int, win32: int, i686: int) -> None:
    kinds = (("windows", "amd64"), ("windows", "x86"), ("linux", "i686"))
    found = [native_size(text, c_sizes(*kind), struct.calcsize) for kind in kinds]
    assert found == [windows, win32, i686]


def test_a_format_that_is_none_stays_an_error() -> None:
    with pytest.raises(struct.error):
        native_size("y", c_sizes("linux", "i686"), struct.calcsize)

"""The sizes of C's types on a target, as the struct module has them."""

from __future__ import annotations

import ctypes
import struct

import pytest

from pyz3.guests.hook.layouts import Layouts
from pyz3.guests.hook.sizes import standard
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
    assert struct.calcsize(standard(text, c_sizes("linux", "x86_64"), "little")) == struct.calcsize(text)


@pytest.mark.parametrize(
    ("text", "windows", "win32", "i686"),
    [("P", 8, 4, 4), ("l", 4, 4, 4), ("bl", 8, 8, 8), ("bq", 16, 16, 12), ("=l", 4, 4, 4), ("bP", 16, 8, 8)],
)
def test_other_targets(text: str, windows: int, win32: int, i686: int) -> None:
    kinds = (("windows", "amd64"), ("windows", "x86"), ("linux", "i686"))
    found = [struct.calcsize(standard(text, c_sizes(*kind), "little")) for kind in kinds]
    assert found == [windows, win32, i686]


def test_a_format_that_is_none_stays_an_error() -> None:
    with pytest.raises(struct.error):
        standard("y", c_sizes("linux", "i686"), "little")


@pytest.mark.parametrize(
    ("text", "kind", "order", "expected"),
    [
        ("bl2P", ("windows", "amd64"), "little", "<bxxxi2Q"),
        ("bL0q", ("linux", "i686"), "little", "<bxxxI0q"),
        ("=l", ("linux", "s390x"), "big", ">l"),
        ("<h", ("linux", "s390x"), "big", "<h"),
        ("hl", ("linux", "s390x"), "big", ">hxxxxxxq"),
    ],
)
def test_a_format_is_spelled_out(text: str, kind: tuple[str, str], order: str, expected: str) -> None:
    assert standard(text, c_sizes(*kind), order) == expected


class Plain(ctypes.Structure):
    """What C's compilers lay out the same way."""

    _fields_ = (("a", ctypes.c_char), ("b", ctypes.c_void_p), ("c", ctypes.c_double))


class Bits(ctypes.Structure):
    """What they do not."""

    _fields_ = (
        ("x", ctypes.c_int, 3),
        ("y", ctypes.c_int, 30),
        ("z", ctypes.c_byte, 2),
        ("q", ctypes.c_char),
    )


class Packed(ctypes.Structure):
    """A packed one with an array, and one of the above."""

    _pack_ = 2
    _layout_ = "ms"  # of Python 3.14, which asks for it
    _fields_ = (("a", ctypes.c_char), ("plain", Plain), ("n", ctypes.c_short * 3))


class Either(ctypes.Union):
    """A union."""

    _fields_ = (("a", ctypes.c_char * 9), ("b", ctypes.POINTER(ctypes.c_int)))


@pytest.mark.parametrize(
    ("kind", "linux", "i686", "win32"),
    [
        (Plain, (24, 8), (16, 4), (16, 8)),
        (Bits, (12, 4), (12, 4), (12, 4)),
        (Packed, (32, 2), (24, 2), (24, 2)),
        (Either, (16, 8), (12, 4), (12, 4)),
    ],
)
def test_layouts_are_those_of_the_compilers(
    kind: type, linux: tuple[int, int], i686: tuple[int, int], win32: tuple[int, int]
) -> None:
    # Seen with static assertions, as the compiler has them.
    platforms = (("linux", "x86_64"), ("linux", "i686"), ("windows", "x86"))
    found = [Layouts(c_sizes(*one), windows=one[0] == "windows").of(kind) for one in platforms]
    assert [(one.size, one.align) for one in found] == [linux, i686, win32]


def test_fields_are_where_the_target_has_them() -> None:
    fields = Layouts(c_sizes("linux", "i686"), windows=False).of(Plain).fields
    assert fields == {"a": (0, 1), "b": (4, 4), "c": (8, 8)}

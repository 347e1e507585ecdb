"""Runs under pytest, and with nothing but ``python tests/test_hello.py``."""

# ruff: noqa: D103, PLR2004 - a test's name says it, with the values expected

from __future__ import annotations

import array

import hello
from hello import pure

PAIRS = [
    ("", ""),
    ("", "abc"),
    ("kitten", "sitting"),
    ("flaw", "lawn"),
    ("naïve", "naive"),
    ("a\U0001f40d", "a"),
]


def test_known_distances() -> None:
    assert hello.distance("kitten", "sitting") == 3
    assert hello.distance("\U0001f40d\U0001f40d", "\U0001f40d") == 1


def test_distance_agrees_with_its_twin() -> None:
    for a, b in PAIRS:
        assert hello.distance(a, b) == hello.distance(b, a) == pure.distance(a, b)


def test_crc_of_rfc_3720() -> None:
    assert hello.crc32c(b"123456789") == 0xE3069283
    assert hello.crc32c(bytes(32)) == 0x8A9136AA
    assert hello.crc32c(b"\xff" * 32) == 0x62A8AB43


def test_crc_continues() -> None:
    assert hello.crc32c(b"6789", hello.crc32c(b"12345")) == hello.crc32c(b"123456789")


def test_crc_takes_any_buffer() -> None:
    numbers = array.array("d", [0.5, -1.25])
    assert hello.crc32c(numbers) == hello.crc32c(numbers.tobytes()) == pure.crc32c(numbers.tobytes())
    assert hello.crc32c(memoryview(b"")) == 0


def test_wrong_types() -> None:
    for call in (lambda: hello.distance("a", b"a"), lambda: hello.crc32c("text")):
        try:
            call()
        except TypeError:
            continue
        raise AssertionError("no TypeError")


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("passed", name)

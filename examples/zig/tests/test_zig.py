"""Runs under pytest, and with nothing but ``python tests/test_zig.py``."""

# ruff: noqa: D103 - a test's name says it

from __future__ import annotations

import random

import zig
from zig import pure


def test_known_matches() -> None:
    assert zig.find_all([b"he", b"she", b"his", b"hers"], b"ushers") == [(1, 1), (2, 0), (2, 3)]


def test_equal_patterns_are_all_found() -> None:
    assert zig.find_all([b"a", b"aa", b"a"], b"aa") == [(0, 2), (0, 0), (0, 1), (1, 2), (1, 0)]


def test_nothing_to_find() -> None:
    assert zig.find_all([], b"abc") == []
    assert zig.find_all([b"abc"], b"") == []


def test_agrees_with_its_twin() -> None:
    rng = random.Random(5)  # noqa: S311 - repeatable texts, no secret
    for _ in range(50):
        patterns = [bytes(rng.choices(b"ab\xff", k=rng.randint(1, 4))) for _ in range(8)]
        data = bytes(rng.choices(b"ab\xff", k=200))
        assert zig.find_all(patterns, data) == zig.find_all(tuple(patterns), bytearray(data))
        assert zig.find_all(patterns, data) == pure.find_all(patterns, data)


def test_errors() -> None:
    expect(ValueError, "a pattern may not be empty", [b"a", b""], b"a")
    expect(TypeError, "expected bytes, str found", ["a"], b"a")
    expect(TypeError, "a bytes-like object is required, not 'str'", [b"a"], "a")
    expect(TypeError, "'int' object is not iterable", 1, b"a")


def expect(kind: type[Exception], message: str, *args: object) -> None:
    """Assert that the call raises just this."""
    try:
        zig.find_all(*args)
    except kind as error:
        assert str(error) == message, str(error)  # noqa: PT017 - without pytest
    else:
        raise AssertionError(f"no {kind.__name__}")


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("passed", name)

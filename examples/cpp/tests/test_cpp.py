"""Runs under pytest, and with nothing but ``python tests/test_cpp.py``."""

# ruff: noqa: D103 - a test's name says it

from __future__ import annotations

import random

import cpp
from cpp import pure

EDGES = [("a", "b", 1.0), ("b", "c", 2.5), ("a", "c", 9), ("c", "ä", 0.0), ("x", "a", 1.0)]


def test_known_distances() -> None:
    assert cpp.shortest_paths(EDGES, ["a", "ä"]) == [{"a": 0.0, "b": 1.0, "c": 3.5, "ä": 3.5}, {"ä": 0.0}]
    assert cpp.shortest_paths([], []) == []


def test_agrees_with_its_twin_on_any_number_of_threads() -> None:
    rng = random.Random(7)  # noqa: S311 - a repeatable graph, no secret
    names = [f"n{i}" for i in range(60)]
    edges = [(rng.choice(names), rng.choice(names), rng.random()) for _ in range(300)]
    sources = sorted({start for start, _, _ in edges})
    expected = pure.shortest_paths(edges, sources)
    for threads in (0, 1, 4):
        assert cpp.shortest_paths(edges, sources, threads=threads) == expected


def test_exceptions_cross_the_boundary() -> None:
    # std::domain_error, std::out_of_range from a worker thread, and Python's own.
    expect(ValueError, "edge 'a' to 'b': a length may not be negative or NaN", [("a", "b", -1.0)], ["a"])
    expect(KeyError, "'nowhere'", EDGES, ["a", "b", "c", "nowhere"])
    expect(TypeError, "an edge is (from, to, length)", [("a", "b")], ["a"])


def test_an_iterator_may_raise() -> None:
    expect(ZeroDivisionError, "division by zero", (("a", "b", 1 / i) for i in (1, 0)), ["a"])


def expect(kind: type[Exception], message: str, *args: object) -> None:
    """Assert that the call raises just this."""
    try:
        cpp.shortest_paths(*args)
    except kind as error:
        assert str(error) == message, str(error)  # noqa: PT017 - without pytest
    else:
        raise AssertionError(f"no {kind.__name__}")


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("passed", name)

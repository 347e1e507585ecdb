"""Runs under pytest, and with nothing but ``python tests/test_mixed.py``."""

# ruff: noqa: D103, PLR2004 - a test's name says it, with the values expected

from __future__ import annotations

import contextlib
import io
import math
import random

import mixed
from mixed import cli, pure

RNG = random.Random(3)  # noqa: S311 - repeatable places, no secret
PLACES = [(math.degrees(math.asin(RNG.uniform(-1, 1))), RNG.uniform(-180, 180)) for _ in range(400)]


def test_known_geohashes() -> None:
    assert mixed.encode(57.64911, 10.40744, 11) == "u4pruydqqvj"
    assert mixed.encode(-90, -180, 3) == "000"
    assert mixed.encode(90, 180, 3) == "zzz"


def test_encode_agrees_with_its_twin_and_decode_undoes_it() -> None:
    for latitude, longitude in PLACES:
        for length in (1, 9, 12):
            assert mixed.encode(latitude, longitude, length) == pure.encode(latitude, longitude, length)
        decoded = mixed.decode(mixed.encode(latitude, longitude, 12))
        assert math.dist(decoded, (latitude, longitude)) < 1e-6


def test_nearest_agrees_with_its_twin() -> None:
    found, expected = mixed.nearest(PLACES[:300], PLACES[300:]), pure.nearest(PLACES[:300], PLACES[300:])
    assert [number for number, _ in found] == [number for number, _ in expected]
    for i in range(len(expected)):
        assert math.isclose(found[i][1], expected[i][1], rel_tol=1e-9)


def test_known_distance() -> None:
    # A quarter of a great circle, across the date line.
    [(number, kilometres)] = mixed.nearest([(0.0, 0.0), (0.0, -135.0)], [(0.0, 135.0)])
    assert number == 1
    assert math.isclose(kilometres, math.pi / 2 * 6371.0088)


def test_errors() -> None:
    expect(ValueError, "there are no places", mixed.nearest, [], [(0.0, 0.0)])
    expect(TypeError, "a point is (latitude, longitude)", mixed.nearest, [[0.0, 0.0]], [])
    expect(ValueError, "length is 1 to 24", mixed.encode, 0.0, 0.0, 25)
    expect(ValueError, "latitude is -90 to 90, longitude -180 to 180", mixed.encode, math.nan, 0.0)
    expect(ValueError, "a geohash has the characters 0-9 and b-z without a, i, l, o", mixed.decode, "b!")


def test_package_data_and_command() -> None:
    assert ("Bogotá", 4.71, -74.07) in mixed.cities()
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        assert cli.main(["48.2", "2.1"]) == 0
    assert output.getvalue() == "u096py91m: 76 km from Paris\n", output.getvalue()


def expect(kind: type[Exception], message: str, function: object, *args: object) -> None:
    """Assert that the call raises just this."""
    try:
        function(*args)
    except kind as error:
        assert str(error) == message, str(error)  # noqa: PT017 - without pytest
    else:
        raise AssertionError(f"no {kind.__name__}")


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("passed", name)

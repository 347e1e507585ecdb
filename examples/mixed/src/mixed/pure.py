"""The same in Python: what the compiled modules replace."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Point = tuple[float, float]
_EARTH_RADIUS_KM = 6371.0088
_ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"


def nearest(places: Iterable[Point], queries: Iterable[Point]) -> list[tuple[int, float]]:
    """Give for each query the number of the nearest place and the way to it, in km."""
    points = [_unit_vector(*place) for place in places]
    found = []
    for query in queries:
        x, y, z = _unit_vector(*query)
        squared, number = min(
            ((x - px) ** 2 + (y - py) ** 2 + (z - pz) ** 2, i) for i, (px, py, pz) in enumerate(points)
        )
        found.append((number, 2 * _EARTH_RADIUS_KM * asin(min(1.0, sqrt(squared) / 2))))
    return found


def _unit_vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    lat, lon = radians(latitude), radians(longitude)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def encode(latitude: float, longitude: float, length: int = 9) -> str:
    """Give the geohash of a place."""
    ranges = [[-180.0, 180.0], [-90.0, 90.0]]
    number = 0
    for bit in range(5 * length):
        bounds, coordinate = ranges[bit % 2], (longitude, latitude)[bit % 2]
        middle = sum(bounds) / 2
        upper = coordinate >= middle
        bounds[0 if upper else 1] = middle
        number = number << 1 | upper
    return "".join(_ALPHABET[number >> 5 * i & 31] for i in reversed(range(length)))

"""The cities that come with the package."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class City(NamedTuple):
    """A city; latitude and longitude in degrees, north and east positive."""

    name: str
    latitude: float
    longitude: float


@cache
def cities() -> tuple[City, ...]:
    """Read the package's ``cities.csv``."""
    lines = files("mixed").joinpath("cities.csv").read_text(encoding="utf-8").splitlines()
    return tuple(
        City(name, float(latitude), float(longitude)) for name, latitude, longitude in csv.reader(lines[1:])
    )

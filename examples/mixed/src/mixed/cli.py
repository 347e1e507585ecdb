"""``mixed 48.2 2.1``: the nearest city, and the geohash of the place."""

from __future__ import annotations

import argparse

from mixed import cities, encode, nearest


def main(arguments: list[str] | None = None) -> int:
    """Print what is known of a place; the console entry point."""
    parser = argparse.ArgumentParser(
        prog="mixed", description="The nearest city of a place, and its geohash."
    )
    parser.add_argument("latitude", type=float, help="degrees north")
    parser.add_argument("longitude", type=float, help="degrees east")
    place = parser.parse_args(arguments)
    known = cities()
    points = [(city.latitude, city.longitude) for city in known]
    try:
        geohash = encode(place.latitude, place.longitude)
    except ValueError as error:
        parser.error(str(error))
    [(number, kilometres)] = nearest(points, [(place.latitude, place.longitude)])
    print(f"{geohash}: {kilometres:.0f} km from {known[number].name}")
    return 0

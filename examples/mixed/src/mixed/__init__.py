"""Where on earth: geohashes, and the nearest of many places."""

from mixed._geohash import decode, encode
from mixed._nearest import nearest
from mixed.cities import cities

__all__ = ["cities", "decode", "encode", "nearest"]

"""Levenshtein distance and CRC-32C."""

from hello._speed import crc32c, distance

__all__ = ["crc32c", "distance"]

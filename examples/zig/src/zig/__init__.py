"""All occurrences of many byte strings in one pass (Aho-Corasick)."""

from zig._search import find_all

__all__ = ["find_all"]

"""The cache: where each thing in it lies, who may write there, and whether it is what it was."""

from pyz3.store.layout import Cache, cache_place, contents, open_cache
from pyz3.store.remembered import Remembered
from pyz3.store.seals import (
    Entry,
    begin_growing,
    describe_file,
    has_only_grown,
    is_noted,
    is_whole,
    note_growing,
    seal,
)

__all__ = (
    "Cache",
    "Entry",
    "Remembered",
    "begin_growing",
    "cache_place",
    "contents",
    "describe_file",
    "has_only_grown",
    "is_noted",
    "is_whole",
    "note_growing",
    "open_cache",
    "seal",
)

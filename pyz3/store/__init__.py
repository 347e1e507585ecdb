"""The cache: where each thing in it lies, who may write there, and whether it is what it was."""

from pyz3.store.layout import Cache, Cleared, cache_place, clear, contents, open_cache
from pyz3.store.limit import VARIABLE, Measured, mark_used, measure, read_limit, size_of, trim
from pyz3.store.remembered import Remembered
from pyz3.store.seals import (
    Entry,
    begin_growing,
    describe_file,
    has_only_grown,
    is_noted,
    is_settled,
    is_whole,
    note_growing,
    seal,
)
from pyz3.store.usage import alone, in_use, is_in_use_here

__all__ = (
    "VARIABLE",
    "Cache",
    "Cleared",
    "Entry",
    "Measured",
    "Remembered",
    "alone",
    "begin_growing",
    "cache_place",
    "clear",
    "contents",
    "describe_file",
    "has_only_grown",
    "in_use",
    "is_in_use_here",
    "is_noted",
    "is_settled",
    "is_whole",
    "mark_used",
    "measure",
    "note_growing",
    "open_cache",
    "read_limit",
    "seal",
    "size_of",
    "trim",
)

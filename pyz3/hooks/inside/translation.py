"""Cython's output, made once per content."""

from __future__ import annotations


def remember_translations(cache: str, source: str, temporary: str) -> None:
    """Stub."""

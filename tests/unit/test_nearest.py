"""The name that a misspelt one may mean."""

from __future__ import annotations

import pytest

from pyz3._nearest import nearest


@pytest.mark.parametrize(
    ("word", "names", "wanted"),
    [
        ("whel", ["sdist", "wheel"], "wheel"),
        ("WHEL", ["Wheel"], "Wheel"),
        ("prune", ["runtimes"], ""),
        ("", ["wheel"], ""),
        ("wheel", [], ""),
    ],
)
def test_nearest(word: str, names: list[str], wanted: str) -> None:
    assert nearest(word, names) == wanted

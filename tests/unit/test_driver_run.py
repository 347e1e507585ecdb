"""What tools wrote down of their work."""

from __future__ import annotations

import pytest

from pyz3.driver.run import failed_sources, read_log

DROPPED = "x86_64-windows-gnu fast.o: dropped -fPIC: Windows has none\n"


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("", ()),
        (DROPPED, ()),
        (f": failed a: failed b.c\n{DROPPED}: failed c.c\n: failed c.c\n", ("a: failed b.c", "c.c")),
        (": failed a.c\n: failed b.c\n: compiled a.c\n", ("b.c",)),
        (": failed a.c\n: compiled a.c\n: failed a.c\n", ("a.c",)),
    ],
)
def test_sources_that_did_not_compile(text: str, failed: tuple[str, ...]) -> None:
    assert failed_sources(text) == failed


def test_what_was_dropped_is_given_once() -> None:
    assert read_log(f"{DROPPED}: failed a.c\n{DROPPED}") == ("-fPIC: Windows has none",)

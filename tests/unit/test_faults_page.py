"""The figures of ``scripts/faults.py`` in the documentation, and what it calls wrong."""

from __future__ import annotations

import pytest

pytest.importorskip("resource")  # POSIX's

from scripted import load

FAULTS = load("faults")
FIGURES = {
    "date": "2026-11-28",
    "command": "python scripts/faults.py --seconds 60 --only kills hostile --seed 1",
    "machine": "Linux x86_64, Python 3.11.7",
    "kinds": {
        "kills": {"trials": 5, "right": 4, "partial": 1},
        "hostile": {"trials": 70, "refused": 60, "right": 10},
    },
    "most": {"seconds": 12.4, "megabytes": 431.5},
}


def test_the_page_says_what_was_tried_and_how() -> None:
    page = f"before\n{FAULTS.MARKS[0]}old\n{FAULTS.MARKS[1]}\nafter\n"
    text = FAULTS.with_figures(page, FIGURES)
    assert "| `kills`: SIGKILL at any moment | 5 | 1 |\n" in text
    assert "| 70 | 0 |\n" in text
    assert (
        "`python scripts/faults.py --seconds 60 --only kills hostile --seed 1`\non 2026-11-28, Linux" in text
    )
    assert "more than 12 s of the processor or 432 MB of memory; 60 s and 1500 MB count as wrong" in text
    assert text.startswith("before\n")
    assert text.endswith(f"\n{FAULTS.MARKS[1]}\nafter\n")
    assert "old" not in text
    assert FAULTS.with_figures(text, FIGURES) == text


def test_the_pages_have_the_marks() -> None:
    for path in FAULTS.PAGES:
        assert FAULTS.with_figures(path.read_text(encoding="utf-8"), FIGURES)


@pytest.mark.parametrize(
    ("status", "said", "seconds", "megabytes", "outcome"),
    [
        (0, "fine\n", 1, 100, "right"),
        (9, "error: no\n", 1, 100, "refused"),
        (1, "Traceback (most recent call last):\n", 1, 100, "traceback"),
        (-24, "", 61, 100, "stuck"),
        (2, "error\n", 1, 1600, "memory"),
        (-11, "", 1, 100, "crash"),
        (2, "", 1, 100, "crash"),
        (2, "error: \x1b[2J\n", 1, 100, "terminal"),
        (2, "error: a\n✓ all is well\n", 1, 100, "terminal"),
        (70, "error: no\n", 1, 100, "undocumented"),
        (1, "  Traceback (most recent call last):\n", 1, 100, "refused"),  # printed by a test of the wheel's
    ],
)
def test_what_counts_as_wrong(status: int, said: str, seconds: float, megabytes: float, outcome: str) -> None:
    assert FAULTS.judged(status, said, seconds, megabytes) == outcome


@pytest.mark.parametrize(
    ("name", "said", "outcome"),
    [
        ("thing-1.0-py3-none-any.whl", "error: dist/thing-1.0-py3-none-any.whl: no\n", "refused"),
        ("thing-1.0-py3-none-any.whl", "error: thing: no\n", "unnamed"),
        ("thing-1.0-py3-\x1b[2J.whl", "error: thing-1.0-py3-\\x1b[2J.whl: no\n", "refused"),
        ("thing-1.0-py3-\x1b[2J.whl", "error: pyproject.toml: no\n", "unnamed"),
        ("thing-1.0.tar.gz", "error: pyproject.toml: no\n", "refused"),
    ],
)
def test_a_refusal_names_the_file(name: str, said: str, outcome: str) -> None:
    other = "pyproject.toml" if name.endswith(".gz") else ""
    assert FAULTS.judged(2, said, 1, 100, name=name, other=other) == outcome

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "performance_page", ROOT / "scripts" / "performance_page.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGE = load()


def ways(*names: str) -> dict[str, dict[str, list[float]]]:
    return {name: {"seconds": [1.0, 3.0, 2.0], "cpu": [0.5, 0.25, 1.0]} for name in names}


@pytest.fixture
def data() -> dict[str, Any]:
    compared = ways(PAGE._FORTY, "pyz3, 1 wheel", PAGE._BARE, PAGE._RIVAL, PAGE._ISOLATED)
    return {
        "date": "2026-11-28",
        "machine": {"system": "Linux x86_64", "processors": 2, "load": 0.1},
        "python": "3.11.7",
        "rounds": 3,
        "cold_rounds": 1,
        "tools": {"build": "1.6.1", "uv": "0.9"},
        "changed": compared,
        "unchanged": compared,
        "setuptools": {
            PAGE.MARKUPSAFE: {"seconds": [4.0, 6.0, 5.0], "cpu": [8.0, 8.0, 8.0]},
            PAGE.MARKUPSAFE_ALONE: {"seconds": [2.0, 2.0, 2.0], "cpu": [2.0, 2.0, 2.0]},
        },
        "cold": ways(PAGE.COLD, PAGE.PLAIN),
        "scale": [
            {
                "what": "10 modules",
                "seconds": 2.5,
                "unchanged": 0.1,
                "peak_mb": 400,
                "compilers": 2,
                "jobs": 2,
            }
        ],
    }


def test_the_page_says_what_was_measured_and_how(data: dict[str, Any]) -> None:
    assert [*PAGE.files(data)] == ["performance.md", "performance-changed.svg", "performance-unchanged.svg"]
    text = " ".join(PAGE.page(data).split())
    assert "Made by `python scripts/bench.py --page --rounds 3 --cold-rounds 1` on 2026-11-28" in text
    assert "Linux x86_64, 2 processors, load 0.1 when it began, Python 3.11.7; build 1.6.1, uv 0.9." in text
    assert "| pyz3, 8 wheels, empty cache | 2.00 (1.00 to 3.00) | 0.50 |" in text
    assert f"| {PAGE.MARKUPSAFE}, to {PAGE.MARKUPSAFE_ALONE}: seconds | 2.50 (2.00 to 3.00) |" in text
    assert "| 10 modules | 2.50 | 0.10 | 400 | 2 (2) |" in text


def test_ratios_are_each_rounds_own(data: dict[str, Any]) -> None:
    for way in data["changed"].values():
        way["seconds"] = way["cpu"] = [1.0, 2.0, 4.0]
    data["changed"]["pyz3, 40 wheels"] = {"seconds": [2.0, 2.0, 2.0], "cpu": [1.0, 2.0, 5.0]}
    text = PAGE.page(data)
    assert "| pyz3, 40 wheels, to one wheel of python -m build: seconds | 1.00 (0.50 to 2.00) |" in text
    assert (
        "| pyz3, 40 wheels, to one wheel of python -m build as it comes: seconds | 1.00 (0.50 to 2.00) |"
        in text
    )
    assert "| pyz3, 40 wheels, to the bare zig commands: processor seconds | 1.00 (1.00 to 1.25) |" in text


def test_few_rounds_are_told(data: dict[str, Any]) -> None:
    assert "fewer than the 5" in PAGE.page({**data, "rounds": 4})
    assert "fewer than the 5" not in PAGE.page({**data, "rounds": 5, "cold_rounds": 5})


def test_a_plot_has_a_bar_for_each_way_in_light_and_dark() -> None:
    text = PAGE.plot("Times & more", [("pyz3, 1 wheel", [1.0, 2.0, 3.0]), ("others <x>", [4.0])])
    root = ET.fromstring(text)  # noqa: S314 - our own
    svg = "{http://www.w3.org/2000/svg}"
    assert [bar.get("class") for bar in root.iter(f"{svg}rect")] == ["own", "bar"]
    widths = [float(bar.get("width") or 0) for bar in root.iter(f"{svg}rect")]
    assert widths == [200.0, 400.0]
    line = next(root.iter(f"{svg}line"))
    assert (line.get("x1"), line.get("x2")) == ("370.0", "570.0")
    assert "prefers-color-scheme: dark" in text
    assert re.findall(r"<text[^>]*>(others[^<]*)</text>", text) == ["others &lt;x&gt;"]

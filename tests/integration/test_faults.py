"""A short run of ``scripts/faults.py``: what it measures for hours stays measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOSTILE = ("hostile", "hostile_test", "hostile_repair", "hostile_reproduce", "hostile_source")


@pytest.mark.skipif(sys.platform == "win32", reason="signals, pipes and limits of files are POSIX's")
def test_nothing_goes_wrong(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, ROOT / "scripts" / "faults.py", "--seconds", "20", "--json", figures]
    done = subprocess.run(
        [*command, "--only", "archives", "trees", *HOSTILE],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(figures.read_text())
    assert found["wrong"] == 0
    assert all(kind["trials"] for kind in found["kinds"].values())

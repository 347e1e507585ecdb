"""What a build environment holds because of its requirements, and not because of the installer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.environments import Environment, installed_for

if TYPE_CHECKING:
    from pathlib import Path

INSTALLED = {
    "Front-End": ("2.0", ['middle>=1; extra == "fast"', "base", 'old; python_version < "3.10"']),
    "middle": ("1.5", ["base[more]"]),
    "base": ("0.3", ['deep; extra == "more"', "front-end", "absent"]),
    "deep": ("4", []),
    "old": ("1", []),
    "pip": ("25.0", []),
    "setuptools": ("65.5", []),
}


@pytest.mark.parametrize(
    ("requires", "version", "expected"),
    [
        ((), "3.13", []),
        (("front_end",), "3.13", ["Front-End 2.0", "base 0.3"]),
        (("front.end>=1",), "3.9", ["Front-End 2.0", "base 0.3", "old 1"]),
        (("front-end[fast]",), "3.13", ["Front-End 2.0", "base 0.3", "deep 4", "middle 1.5"]),
        (("setuptools<66",), "3.13", ["setuptools 65.5"]),
    ],
)
def test_requirements_and_what_they_require(
    requires: tuple[str, ...], version: str, expected: list[str], tmp_path: Path
) -> None:
    for name, (number, needs) in INSTALLED.items():
        folder = tmp_path / f"{name.replace('-', '_')}-{number}.dist-info"
        folder.mkdir()
        lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {number}"]
        text = "\n".join([*lines, *(f"Requires-Dist: {one}" for one in needs)])
        (folder / "METADATA").write_text(f"{text}\n")
    environment = Environment(
        root=tmp_path,
        python=tmp_path / "python",
        site_packages=tmp_path,
        requires=requires,
        version=version,
        key="",
    )
    assert [" ".join(one) for one in installed_for(environment)] == expected

"""``pyz3 check`` on several wheels: whether they belong together, and what was lost since the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from wheels import put_wheel

from pyz3.check import check, wheels_in
from pyz3.errors import NothingSelectedError

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"thing/__init__.py": "", "thing/core.py": "", "thing/py.typed": ""}
LINUX, WINDOWS = "manylinux_2_17_x86_64", "win_amd64"


def found(folder: Path, against: Path | None = None) -> list[str]:
    report = check(wheels_in([folder]), environ={}, select=["PW8"], against=against)
    return [f"{one.code} {one.message}" for one in report.findings]


def put(folder: Path, *tags: str, files: dict[str, str] = FILES, name: str = "thing") -> Path:
    folder.mkdir(exist_ok=True)
    for tag in tags:
        put_wheel(folder, name, files, tag)
    return folder


def tag(python: str, platform: str, abi: str = "") -> str:
    return f"{python}-{abi or python}-{platform}"


def test_a_whole_release(tmp_path: Path) -> None:
    every = [tag(python, platform) for python in ("cp312", "cp313") for platform in (LINUX, WINDOWS)]
    assert found(put(tmp_path / "dist", *every)) == []
    assert found(put(tmp_path / "dist", "py3-none-any", name="other")) == []


def test_a_missing_cell(tmp_path: Path) -> None:
    folder = put(tmp_path / "dist", tag("cp312", LINUX), tag("cp313", LINUX), tag("cp313", WINDOWS))
    assert found(folder) == ["PW803 thing 1.0: windows-x64: nothing was built for Python 3.12"]


def test_the_stable_abi_is_for_later_pythons(tmp_path: Path) -> None:
    folder = put(
        tmp_path / "dist", tag("cp312", LINUX), tag("cp313", LINUX), tag("cp39", WINDOWS, "abi3"),
        tag("cp39", LINUX),
    )  # fmt: skip
    assert found(folder) == []


def test_wheels_that_differ(tmp_path: Path) -> None:
    folder = put(tmp_path / "dist", tag("cp313", LINUX), tag("cp313", WINDOWS))
    put(folder, tag("cp313", "musllinux_1_2_x86_64"), files={**FILES, "thing/core.py": "x = 1\n"})
    assert found(folder) == [
        "PW802 thing 1.0: thing/core.py is another in thing-1.0-cp313-cp313-musllinux_1_2_x86_64.whl"
    ]


def test_what_was_lost(tmp_path: Path) -> None:
    last = put(tmp_path / "last", tag("cp312", LINUX), tag("cp313", LINUX), tag("cp313", WINDOWS))
    assert found(last, last) == ["PW803 thing 1.0: windows-x64: nothing was built for Python 3.12"]
    fewer = {name: text for name, text in FILES.items() if name != "thing/core.py"}
    now = put(tmp_path / "now", tag("cp313", LINUX), files=fewer)
    assert found(now, last) == [
        "PW804 thing-1.0-cp312-cp312-manylinux_2_17_x86_64.whl has no successor: no wheel is for the same",
        (
            "PW805 thing-1.0-cp313-cp313-manylinux_2_17_x86_64.whl has no thing.core, which "
            "thing-1.0-cp313-cp313-manylinux_2_17_x86_64.whl had"
        ),
        "PW804 thing-1.0-cp313-cp313-win_amd64.whl has no successor: no wheel is for the same",
    ]


def test_one_wheel_for_all_takes_the_place_of_several(tmp_path: Path) -> None:
    last = put(tmp_path / "last", tag("cp312", LINUX), tag("cp313", LINUX))
    assert found(put(tmp_path / "now", tag("cp39", "manylinux_2_28_x86_64", "abi3")), last) == []
    assert found(put(tmp_path / "pure", "py3-none-any"), last) == []


def test_what_is_not_compared_is_told(tmp_path: Path) -> None:
    now = put(tmp_path / "now", "py3-none-any")
    other = put(tmp_path / "last", "py3-none-any", name="other")
    report = check(wheels_in([now]), environ={}, against=other)
    assert report.notes == (f"thing: not compared, as {other} has no wheel of it",)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingSelectedError):
        found(now, tmp_path / "empty")

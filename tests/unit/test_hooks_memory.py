from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pyz3.hooks.memory import Memory
from pyz3.hooks.protocol import Result
from pyz3.hooks.requests import Place
from pyz3.sources import Reads, describe_tree

if TYPE_CHECKING:
    from pathlib import Path

KEY = "else"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "setup.py").write_text("setup()\n")
    (root / "more.c").write_text("1")
    return root


@pytest.fixture
def place(root: Path, tmp_path: Path) -> Place:
    """A hook has run there."""
    place = Place(folder=tmp_path / "work" / "cp313")
    memory = Memory(root, describe_tree(root))
    memory.begin(place, KEY)
    wheel = place.work / "t-1-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"PK")
    (place.source / "generated.c").write_text("int a;\n")
    result = Result(
        wheel=str(wheel), error="", traceback="", extensions=(), links=(), archives=(), seconds=1.0,
        reads=Reads(files=("setup.py",)),
    )  # fmt: skip
    place.result.write_bytes(msgspec.json.encode(result))
    memory.end(place, KEY, commands=False)
    return place


def remembered(root: Path, place: Place) -> bool:
    return Memory(root, describe_tree(root)).recall(place, KEY) is not None


def test_what_was_said_is_remembered(root: Path, place: Place) -> None:
    assert remembered(root, place)
    (root / "more.c").write_text("2")  # which nobody has read
    assert remembered(root, place)
    assert (place.source / "more.c").read_text() == "2"
    assert remembered(root, place)


@pytest.mark.parametrize(
    "file",
    ["_build/t-1-py3-none-any.whl", "_src/generated.c", "_src/setup.py", "result.json", "tree.json", "key"],
)
def test_what_was_damaged_since_is_not_believed(file: str, root: Path, place: Place) -> None:
    damaged = place.folder / file
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    assert not remembered(root, place)
    # Nor is it what the next hook finds.
    Memory(root, describe_tree(root)).begin(place, KEY)
    assert (place.source / "setup.py").read_text() == "setup()\n"
    assert not (place.source / "generated.c").exists()


def test_that_commands_have_to_be_run_is_remembered(root: Path, place: Place) -> None:
    memory = Memory(root, describe_tree(root))
    memory.begin(place, KEY)
    result = Result(
        wheel="", error="SystemExit: 1", traceback="", extensions=(), links=(), archives=(), seconds=1.0,
        reads=Reads(files=("setup.py",)), works_on="fast.pyd",
    )  # fmt: skip
    place.result.write_bytes(msgspec.json.encode(result))
    memory.end(place, KEY, commands=False)
    assert remembered(root, place)
    (root / "setup.py").write_text("setup(1)\n")
    assert not remembered(root, place)

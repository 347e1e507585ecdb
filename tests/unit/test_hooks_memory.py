from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pyz3.hooks.memory import Memory
from pyz3.hooks.protocol import Result
from pyz3.hooks.requests import MadeFor, Place
from pyz3.sources import Reads, describe_tree

if TYPE_CHECKING:
    from pathlib import Path

NOW = MadeFor(parts={"the configuration": "1"}, variables={"ASKED": "1", "OTHER": "1", "GIT_DIR": "1"})


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
    memory.begin(place, NOW)
    wheel = place.work / "t-1-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"PK")
    (place.source / "generated.c").write_text("int a;\n")
    result = Result(
        wheel=str(wheel), error="", traceback="", extensions=(), links=(), archives=(), seconds=1.0,
        reads=Reads(files=("setup.py",), variables=("ASKED", "GIT_*")),
    )  # fmt: skip
    place.result.write_bytes(msgspec.json.encode(result))
    memory.end(place, commands=False)
    return place


def remembered(root: Path, place: Place) -> bool:
    return Memory(root, describe_tree(root)).recall(place, NOW) is not None


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
    Memory(root, describe_tree(root)).begin(place, NOW)
    assert (place.source / "setup.py").read_text() == "setup()\n"
    assert not (place.source / "generated.c").exists()


def test_that_commands_have_to_be_run_is_remembered(root: Path, place: Place) -> None:
    memory = Memory(root, describe_tree(root))
    memory.begin(place, NOW)
    result = Result(
        wheel="", error="SystemExit: 1", traceback="", extensions=(), links=(), archives=(), seconds=1.0,
        reads=Reads(files=("setup.py",)), works_on="fast.pyd",
    )  # fmt: skip
    place.result.write_bytes(msgspec.json.encode(result))
    memory.end(place, commands=False)
    assert remembered(root, place)
    (root / "setup.py").write_text("setup(1)\n")
    assert not remembered(root, place)


def test_variables_count_if_they_were_asked_for(root: Path, place: Place) -> None:
    def holds(**variables: str) -> tuple[bool, str]:
        now = MadeFor(parts=NOW.parts, variables=NOW.variables | variables)
        memory = Memory(root, describe_tree(root))
        return memory.recall(place, now) is not None, memory.why(place, now)

    assert holds(OTHER="2", NEW="1", TMUX_PANE="%2")[0]
    assert holds(ASKED="2") == (False, "the variable ASKED changed")
    assert holds(GIT_NEW="1", LC_ALL="C", OTHER="2") == (
        False, "the variable GIT_NEW changed, the variable LC_ALL changed",
    )  # fmt: skip
    assert holds()[0]


def test_it_is_said_why_a_hook_runs_again(root: Path, place: Place) -> None:
    def why(now: MadeFor = NOW) -> str:
        return Memory(root, describe_tree(root)).why(place, now)

    assert why(MadeFor(parts={"the configuration": "2", "pyz3": "1"}, variables=NOW.variables)) == (
        "pyz3 changed, the configuration changed"
    )
    (root / "setup.py").write_text("setup(1)")
    (root / "new.py").touch()
    assert why() == "new.py is new, setup.py changed"
    assert Memory(root, describe_tree(root)).why(Place(folder=place.folder / "none"), NOW) == ""


def test_where_it_is_not_known_what_was_asked_for_each_variable_counts(root: Path, place: Place) -> None:
    memory = Memory(root, describe_tree(root))
    result = place.result.read_bytes()
    memory.begin(place, NOW)
    place.result.write_bytes(result)
    memory.end(place, commands=True)  # nobody watches commands
    other = MadeFor(parts=NOW.parts, variables=NOW.variables | {"OTHER": "2"})
    assert memory.recall(place, NOW) is not None
    assert memory.recall(place, other) is None
    memory.begin(place, other)  # what was made for another is not left there
    assert not (place.source / "generated.c").exists()

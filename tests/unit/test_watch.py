"""pyz3 watch without a build: what counts as a change, and what the command does itself."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from pyz3.cli.watch import _importing, _Writes
from pyz3.develop import Stamps

if TYPE_CHECKING:
    from pathlib import Path


def test_what_changed_since(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    for path in (one, two):
        path.write_text("", encoding="utf-8")
    before = Stamps.of({one, two}, suffixes=(".py",))
    assert before.again().since(before) == set()
    one.write_text("1", encoding="utf-8")
    assert before.again().since(before) == {str(one)}
    (tmp_path / "three.py").touch()
    (tmp_path / "notes.txt").touch()
    two.unlink()
    assert before.again().since(before) == {str(one), str(two), str(tmp_path)}


def test_some_of_the_changes_are_taken(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    for path in (one, two):
        path.touch()
    before = Stamps.of({one, two}, suffixes=(".py",))
    one.write_text("1", encoding="utf-8")
    taken = before.taking(frozenset({str(one)}), before.again())
    assert not taken.changed()
    os.utime(two, ns=(1, 1))
    assert taken.again().since(taken) == {str(two)}
    assert before.taking(frozenset({str(two)}), before.again()).changed(), "one.py counts"
    (tmp_path / "three.py").touch()
    now = taken.again()
    assert taken.taking(frozenset({str(two)}), now).changed(), "a new name counts"
    assert not taken.taking(frozenset({str(two), str(tmp_path)}), now).changed()


def test_what_changes_in_three_runs_is_the_commands_own() -> None:
    writes = _Writes()
    nothing: tuple[frozenset[str], tuple[str, ...]] = (frozenset(), ())
    assert writes.learn(frozenset({"version.py", "edited.py"})) == nothing
    assert writes.learn(frozenset({"version.py"})) == nothing
    assert writes.learn(frozenset({"version.py", "edited.py"})) == (
        frozenset({"version.py"}),
        ("version.py",),
    )
    own = frozenset({"version.py"})
    assert writes.learn(own) == (own, ()), "told once"
    assert writes.learn(frozenset()) == nothing
    assert writes.learn(own) == nothing, "a run that left it alone: somebody may have edited it"
    assert writes.learn(own) == nothing
    assert writes.learn(own) == (own, ())


def test_what_is_imported_meanwhile_ends_before_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "takes_long.py").write_text("import time\ntime.sleep(0.2)\nDONE = True\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "takes_long", raising=False)
    with pytest.raises(KeyboardInterrupt), _importing("takes_long"):
        raise KeyboardInterrupt
    assert sys.modules["takes_long"].DONE

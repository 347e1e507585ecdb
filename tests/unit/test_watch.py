"""pyz3 watch without a build: what counts as a change, and what the command does itself."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pyz3.cli.terminal import SafeConsole
from pyz3.cli.watch import _importing, _Watched, _Watcher, _Writes
from pyz3.develop import Place, Stamps
from pyz3.targets import PythonVersion

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


def test_what_is_edited_once_the_command_has_ended_is_not_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = tmp_path / "version.py"
    version.touch()

    def run(command: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        version.write_text(version.read_text("utf-8") + "#", encoding="utf-8")
        return subprocess.CompletedProcess(command, 0)

    class Console(SafeConsole):
        edited = False

        def print(self, *what: Any, **_: Any) -> None:
            if self.edited and "exit code" in str(what[0]):
                version.write_text("", encoding="utf-8")

    monkeypatch.setattr(subprocess, "run", run)
    console = Console()
    place = Place(
        python=tmp_path / "python",
        source="",
        version=PythonVersion(3, 13),
        prefix=tmp_path,
        site=(),
        include=None,
        has_pip=False,
        managed="",
    )
    watcher = _Watcher(console, project=tmp_path, place=place, command=("bump",))
    stamps = Stamps.of({version}, suffixes=(".py",))
    watcher._seen = _Watched(sources=Stamps.of(set()), scripts=stamps)
    for _ in range(4):
        watcher._run_command()
    assert not watcher._seen.scripts.changed()
    console.edited = True
    watcher._run_command()
    assert watcher._seen.scripts.changed()


def test_what_is_imported_meanwhile_ends_before_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "takes_long.py").write_text("import time\ntime.sleep(0.2)\nDONE = True\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "takes_long", raising=False)
    with pytest.raises(KeyboardInterrupt), _importing("takes_long"):
        raise KeyboardInterrupt
    assert sys.modules["takes_long"].DONE

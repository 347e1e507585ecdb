"""Who works on a module that only its place is held for, and who copies and packs it."""

from __future__ import annotations

import os
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from pyz3.guests.hook.placeholders import Uses, placeholder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "thing/fast.cp313-win_amd64.pyd"


class Hooked:
    """A hook process: a module was written down, and files are opened as Python would tell."""

    def __init__(self, folder: Path, *, records: bool = True) -> None:
        heard: list[Callable[[str, Any], None]] = []
        self.uses = Uses(records=records, tool=lambda name: name if name == "cc" else "", listen=heard.append)
        self.file = folder / FILE
        self.file.parent.mkdir(parents=True)
        self.file.write_bytes(placeholder(FILE))
        self.uses.built(str(self.file), "thing.fast")
        (self.hear,) = heard

    def open(self, path: object, module: str = "__main__", function: str = "run") -> str:
        """Let a function of a module open a file; give what was noticed."""
        scope: dict[str, Any] = {"__name__": module, "hear": self.hear, "path": path}
        exec(f"def {function}():\n    hear('open', (path, 'rb', 0))\n{function}()", scope)  # noqa: S102 - a frame of that name
        return self.uses.works_on


@pytest.fixture
def hooked(tmp_path: Path) -> Hooked:
    return Hooked(tmp_path / "lib")


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("setuptools.command.build_ext", "run"),
        ("setuptools._distutils.file_util", "_copy_file_contents"),
        ("setuptools._vendor.wheel.wheelfile", "write"),
        ("wheel.wheelfile", "write"),
        ("hatchling.builders.wheel", "add_file"),
        ("shutil", "copyfile"),
        ("pyz3.guests.hook.commands", "outcome"),
    ],
)
def test_copying_and_packing_is_no_work(module: str, function: str, hooked: Hooked) -> None:
    assert hooked.open(hooked.file, module, function) == ""


@pytest.mark.parametrize("module", ["__main__", "delocate.libsana", "setuptools_signing", "wheelhouse"])
def test_all_others_work_on_what_they_open(module: str, hooked: Hooked) -> None:
    assert hooked.open(os.fsencode(hooked.file), module) == "fast.cp313-win_amd64.pyd"


def test_a_copy_and_a_wheel_hold_a_placeholder_and_other_files_do_not(hooked: Hooked, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("words")
    for other in (tmp_path / "data.txt", tmp_path, tmp_path / "missing.whl", 3, "\0"):
        assert hooked.open(other) == ""
    with zipfile.ZipFile(tmp_path / "t-1-py3-none-any.whl", "w"):
        pass
    assert hooked.open(tmp_path / "t-1-py3-none-any.whl") == "t-1-py3-none-any.whl"


def test_a_copy_is_a_placeholder_too(hooked: Hooked, tmp_path: Path) -> None:
    assert hooked.open(shutil.copyfile(hooked.file, tmp_path / "copied")) == "copied"


@pytest.mark.parametrize(
    ("command", "noticed"),
    [
        (["strip", "thing/fast.cp313-win_amd64.pyd"], "thing/fast.cp313-win_amd64.pyd"),
        (["sign", "--file=thing/fast.cp313-win_amd64.pyd"], "thing/fast.cp313-win_amd64.pyd"),
        (["tar", "cf", "x.tar", "thing"], "thing"),
        (["sh", "-c", "cd thing && strip *"], "thing"),
        ("strip thing/*.pyd>log", "thing/*.pyd"),
        (["stubs", "-m", "thing.fast"], "thing.fast"),
        (["cc", "-c", "other.c", "-o", "other.o", "-Ithing"], ""),
        (["/usr/bin/git", "describe"], ""),
        (["sh", "-c", "git describe | echo; cc -v"], ""),
        ("uname -m", ""),
        # Nobody knows what these look at.
        (b"make all", "thing.fast"),
        (["xargs", "sha256sum"], "thing.fast"),
        (["sh", "-c", "git describe && sha256sum *"], "thing.fast"),
    ],
)
def test_processes_are_told_of_files(command: Any, noticed: str, hooked: Hooked) -> None:
    folder = hooked.file.parents[1]
    hooked.hear("subprocess.Popen", ("x", command, str(folder), None))
    assert hooked.uses.works_on == noticed


def test_a_copy_of_this_process_may_look_at_anything(hooked: Hooked) -> None:
    hooked.hear("os.fork", ())
    assert hooked.uses.works_on == "thing.fast"


def test_what_is_really_built_is_no_placeholder(hooked: Hooked) -> None:
    hooked.file.write_bytes(b"\x7fELF")
    hooked.uses.built(str(hooked.file.parent / "fast.o"))
    for command in (["strip", str(hooked.file)], ["tar", "cf", "x.tar", "thing"], ["make"]):
        hooked.hear("subprocess.Popen", ("x", command, str(hooked.file.parents[1]), None))
    assert hooked.uses.works_on == ""


def test_an_object_and_a_library_have_places_held(hooked: Hooked) -> None:
    hooked.file.unlink()
    held = hooked.file.parent / "libfast.a"
    hooked.uses.built(str(held))
    held.write_bytes(placeholder("libfast.a"))
    # Where other files are built besides.
    hooked.hear("subprocess.Popen", ("x", ["make", "-C", str(held.parent)], None, None))
    assert hooked.uses.works_on == ""
    hooked.hear("subprocess.Popen", ("x", ["nm", "thing/lib*.a"], str(held.parents[1]), None))
    assert hooked.uses.works_on == "thing/lib*.a"
    hooked.uses.works_on = ""
    # As setuptools' has_function does.
    hooked.hear("subprocess.Popen", ("x", ["cc", "x.o", "-Lthing", "-lfast"], str(held.parents[1]), None))
    assert hooked.uses.works_on == "thing/libfast.a"


@pytest.mark.parametrize(
    ("module", "noticed"), [("__main__", "fast.cp313-win_amd64.pyd"), ("setuptools.dist", "")]
)
def test_entries_of_a_folder_know_sizes(module: str, noticed: str, hooked: Hooked) -> None:
    scope: dict[str, Any] = {"__name__": module, "hear": hooked.hear, "path": hooked.file.parent}
    exec("hear('os.scandir', (path,))", scope)  # noqa: S102 - a frame of that module
    assert hooked.uses.works_on == noticed


def test_sizes(hooked: Hooked, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, getattr(os, name))
    hooked.uses.watch_sizes()
    assert hooked.file.exists()
    assert os.path.isfile(hooked.file)  # noqa: PTH113 - as projects do
    shutil.copymode(hooked.file, hooked.file)
    assert hooked.uses.works_on == ""
    os.path.getsize(hooked.file)  # noqa: PTH202 - as projects do
    assert hooked.uses.works_on == "fast.cp313-win_amd64.pyd"


@pytest.mark.parametrize("records", [True, False])
def test_an_import_that_fails_is_known(records: bool, tmp_path: Path) -> None:
    hooked = Hooked(tmp_path / "lib", records=records)
    hooked.hear("import", ("other", None, None, None, None))
    assert hooked.uses.cannot_import() == ""
    hooked.hear("import", ("thing.fast", None, None, None, None))
    assert hooked.uses.cannot_import() == "thing.fast"
    assert hooked.uses.works_on == ("thing.fast" if records else "")
    hooked.open(hooked.file)
    assert hooked.uses.works_on == ("thing.fast" if records else "")

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pyz3 import unchanged
from pyz3._files import file_digest
from pyz3.builder import Inputs
from pyz3.hooks.closed import HookInputs
from pyz3.results import WheelResult
from pyz3.sources import Reads, git_digest, widen_scope
from pyz3.sources.git_index import Index, IndexEntry
from pyz3.store import Cache
from pyz3.unchanged import Answer, Asked, ask

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD = 10**9
FILES = {
    "pyproject.toml": '[build-system]\nbuild-backend = "pyz3.backend"\n',
    "src/a.c": "int a;\n",
    "src/a.h": "",
    "a/__init__.py": "",
    "dist/a.whl": "a wheel",
    "headers/Python.h": "",
    "headers/patchlevel.h": '#define PY_VERSION "3.13.1"\n',
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a wheel, all of it old."""
    root = tmp_path / "project"
    for name, text in FILES.items():
        lay(root / name, text)
    return root


def lay(path: Path, text: str) -> None:
    """Write a file anew, with the date that it has had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text)
    os.utime(path, (OLD, OLD))


def asked(root: Path, **changes: Any) -> Asked:
    given = {
        "root": str(root),
        "output_dir": str(root / "dist"),
        "options": {"pythons": ("3.13",)},
        "environ": {"PYZ3_CACHE_DIR": str(root.parent / "cache"), "HOME": str(root.parent)},
        "python_headers": (root / "headers",),
    }
    return Asked(**{**given, **changes})


def build(
    root: Path,
    *,
    hooks: HookInputs | None = None,
    during: Callable[[], object] = lambda: None,
    **changes: Any,
) -> None:
    question = ask(asked(root, **changes))
    if question is not None:
        assert question.answer() is None
        during()
        files = tuple(str(root.parent / name) for name in (".gitignore", ".git", "index"))
        question.remember(answer(root), Inputs(files=files, hooks=hooks))


def answer(root: Path) -> Answer:
    wheel = root / "dist/a.whl"
    return Answer(
        wheels=(
            WheelResult(
                identifier="cp313-win_amd64",
                path=wheel,
                tag="cp313-cp313-win_amd64",
                size=7,
                sha256=file_digest(wheel),
                seconds=0.0,
                cached=True,
            ),
        ),
        said=("note: so it is",),
    )


def recall(root: Path, **changes: Any) -> Answer | None:
    question = ask(asked(root, **changes))
    return question.answer() if question is not None else None


def test_what_has_not_changed_is_known(root: Path) -> None:
    build(root)
    assert recall(root) == answer(root)
    # What is read again because it was young a moment ago is equal, and is kept as it looks now.
    assert recall(root) == answer(root)


def test_what_changes_no_wheel(root: Path) -> None:
    build(root)
    (root / "src/a.c").touch()
    os.replace(root / "src/a.h", root / "moved")  # noqa: PTH105 - another inode
    (root / "src/a.h").write_text("")
    (root / "moved").unlink()
    for name in (
        "__pycache__/a.pyc",
        ".git/index",
        ".venv/pyvenv.cfg",
        ".venv/a.py",
        "dist/other.whl",
        "dist/SHA256SUMS",
        "a/b.pyc",
    ):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).touch()
    (root / ".git/index").unlink()
    (root / ".git").rmdir()
    environ = {**asked(root).environ, "COLUMNS": "80", "PWD": "elsewhere"}
    assert recall(root, environ=environ) == answer(root)


def list_in_git(root: Path, *names: bytes, date: int = 0) -> None:
    """Write an index that lists names, and says when their files were looked at."""
    status = (date, 0, date, 0, 0, 0, 0o100644, 0, 0, 0)
    entries = tuple(
        IndexEntry(path=name, status=status, object_id=b"a" * 20, flags=len(name), more=0, name=name)
        for name in names
    )
    index = Index(version=2, entries=entries, extensions=b"")
    (root.parent / "index").write_bytes(index.without(()))


def test_git_may_write_its_index_anew(root: Path) -> None:
    # As `git status` does in another terminal, or an editor all the time.
    list_in_git(root, b"a.c")
    build(root)
    list_in_git(root, b"a.c", date=OLD)
    assert recall(root) == answer(root)
    list_in_git(root, b"a.c", b"b.c", date=OLD)
    assert recall(root) is None
    build(root)
    (root.parent / "index").write_bytes(b"of a kind that is not known")
    assert recall(root) is None
    build(root)
    assert recall(root) == answer(root)


@pytest.mark.parametrize(
    "change",
    [
        # The same size, date and name: content decides.
        lambda root: lay(root / "src/a.c", "int b;\n"),
        lambda root: (root / "src/a.c").chmod(0o755),
        lambda root: (root / "src/a.c").unlink(),
        lambda root: lay(root / "include/new.h", ""),
        lambda root: lay(root / "a/data.txt", ""),
        lambda root: (root / "b").mkdir(),
        lambda root: lay(root / ".gitignore", "a"),
        lambda root: lay(root.parent / ".gitignore", "a"),
        lambda root: (root.parent / ".git").touch(),
        lambda root: lay(root / "dist/a.whl", "b wheel"),
        lambda root: (root / "dist/a.whl").unlink(),
        lambda root: lay(root / "headers/object.h", ""),
        lambda root: lay(root / "headers/patchlevel.h", '#define PY_VERSION "3.13.2"\n'),
        lambda root: (root / "src/b.c").symlink_to("a.c"),
        lambda root: lay(root / "dist/notes.txt", ""),
        lambda root: [path.write_bytes(b"{}") for path in (root.parent / "cache/answers").iterdir()],
    ],
)
def test_what_changes_a_wheel(root: Path, change: Callable[[Path], object]) -> None:
    build(root)
    assert recall(root) is not None
    change(root)
    assert recall(root) is None


def hooked(root: Path) -> HookInputs:
    """What hooks went by: a file that they read, a folder that they listed, a name that was not there."""
    lay(root.parent / "read/version.txt", "1")
    lay(root / ".git/HEAD", "1234")
    reads = Reads(
        outside=(str(root.parent / "read"), str(root.parent / "read/version.txt")),
        asked=(str(root.parent / "settings"),),
    )
    return HookInputs(reads=reads.looked_at(), git=git_digest(root), files=())


def ask_above(root: Path) -> None:
    lay(root.parent / "VERSION", "1")
    assert widen_scope(root, ["../VERSION"], cache=Cache(root.parent / "cache")).names == ("../VERSION",)


HOOKED = [
    lambda root: lay(root.parent / "read/version.txt", "2"),
    lambda root: lay(root.parent / "read/other.txt", ""),
    lambda root: (root.parent / "read/version.txt").unlink(),
    lambda root: lay(root.parent / "settings", ""),
    lambda root: lay(root / ".git/HEAD", "5678"),
    lambda root: lay(root / ".git/refs/tags/v1", "1234"),
    ask_above,
]


@pytest.mark.parametrize("change", HOOKED)
def test_what_hooks_went_by_changes(root: Path, change: Callable[[Path], object]) -> None:
    build(root, hooks=hooked(root))
    assert recall(root) == answer(root)
    change(root)
    assert recall(root) is None


@pytest.mark.parametrize("change", HOOKED[:-1])
def test_what_hooks_went_by_changes_during_a_build(root: Path, change: Callable[[Path], object]) -> None:
    build(root, hooks=hooked(root), during=lambda: change(root))
    assert recall(root) is None


def test_what_is_asked_for_differs(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(root)
    environ = asked(root).environ
    assert recall(root, options={"pythons": ("3.12",)}) is None
    assert recall(root, environ={**environ, "SOURCE_DATE_EPOCH": "1"}) is None
    assert recall(root, output_dir=str(tmp_path)) is None
    assert recall(root, environ={**environ, "PYZ3_CACHE_DIR": str(tmp_path / "other")}) is None
    other = tmp_path / "uv/cpython-3.14/include/python3.14"
    lay(other / "Python.h", "")
    lay(other / "patchlevel.h", '#define PY_VERSION "3.14.99"\n')
    found = {**environ, "UV_PYTHON_INSTALL_DIR": str(tmp_path / "uv")}
    (tmp_path / "uv").rename(tmp_path / "away")
    build(root, environ=found)
    assert recall(root, environ=found) is not None
    (tmp_path / "away").rename(tmp_path / "uv")  # another interpreter is installed
    assert recall(root, environ=found) is None
    build(root, options={})
    assert recall(root, options={}) is not None
    tools = [*unchanged._tools()]
    monkeypatch.setattr(unchanged, "_tools", lambda: iter([*tools, ("zig", (1,))]))
    assert recall(root, options={}) is None


def test_tools_are_looked_at() -> None:
    names = [name for name, _ in unchanged._tools()]
    assert any(name.endswith("unchanged.py") for name in names)
    assert any(name.endswith(("ziglang/zig", "zig.exe")) for name in names)
    assert any(name.endswith("RECORD") for name in names)
    assert any(name.endswith("site-packages") for name in names)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: lay(root / "src/a.c", "int b;\n"),
        lambda root: lay(root / "src/b.c", ""),
        lambda root: lay(root / "dist/b.txt", ""),
        lambda root: lay(root / "headers/object.h", ""),
    ],
)
def test_what_changes_during_a_build_is_not_kept(root: Path, change: Callable[[Path], object]) -> None:
    build(root, during=lambda: change(root))
    assert recall(root) is None


def test_young_files_are_read(root: Path) -> None:
    # File systems may count whole seconds: a file can change after it was read, and look the same.
    (root / "src/a.c").write_text("int b;\n")
    build(root)
    (record,) = (root.parent / "cache/answers").iterdir()
    # Everything here was made a moment ago: the inode's date is not to be set back.
    assert record.read_bytes().count(b"[-1,") == len(FILES)


def test_projects_whose_files_are_not_all_known(root: Path) -> None:
    build(root, output_dir=str(root))
    assert recall(root, output_dir=str(root)) is None
    build(root, output_dir=str(root / "a/dist"))
    assert recall(root, output_dir=str(root / "a/dist")) is None
    if sys.platform == "linux":  # others know no such name
        name = os.fsdecode(b"\xff.txt")
        lay(root / name, "")
        assert ask(asked(root)) is None
        (root / name).unlink()

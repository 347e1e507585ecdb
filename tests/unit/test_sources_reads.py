"""Whether what a build backend said of one tree of files holds for another."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

from pyz3.guests import READS
from pyz3.sources import (
    ALONE,
    Reads,
    Scope,
    Tree,
    begin_reading,
    describe_tree,
    missed_above,
    note_reads,
    reads_of,
    unread_changes,
)

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "setup.py": "f 1", "src/x.c": "f 2", "src/X.H": "f 3", "src/y.pyx": "f 4", "run.c": "x 5", "a.c": "l 6",
    "twin.c": "f 7", "src/twin.c": "f 7",
}  # fmt: skip
NOTHING = Reads()


def tree(**changed: str) -> Tree:
    return Tree(git="", files=FILES | {name.replace("__", "/"): text for name, text in changed.items()})


def changes(now: Tree, reads: Reads = NOTHING) -> tuple[str, ...] | None:
    return unread_changes(tree(), now, reads)


def test_what_is_compiled_may_change() -> None:
    now = Tree(git="", files={**FILES, "src/x.c": "f 8", "src/X.H": "f 9"})
    assert unread_changes(tree(), tree(), NOTHING) == ()
    assert unread_changes(tree(), now, Reads(files=("setup.py", "src/y.pyx"))) == ("src/x.c", "src/X.H")


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("setup.py", "f 9"),
        ("src/y.pyx", "f 9"),
        ("src/x.c", "x 2"),
        ("src/x.c", "l 9"),
        ("run.c", "x 9"),
        ("a.c", "l 9"),
        ("new.c", "f 9"),
    ],
)
def test_all_else_may_not(file: str, content: str) -> None:
    assert changes(Tree(git="", files={**FILES, file: content})) is None


def test_nothing_may_vanish_and_nothing_be_committed() -> None:
    less = {name: text for name, text in FILES.items() if name != "src/x.c"}
    assert changes(Tree(git="", files=less)) is None
    assert changes(Tree(git="1", files=FILES)) is None


@pytest.mark.parametrize("read", ["src/x.c", "SRC/X.c", "src", ""])
def test_what_was_read_may_not_change(read: str) -> None:
    now = Tree(git="", files={**FILES, "src/x.c": "f 9"})
    assert changes(now, Reads(files=(read,))) is None
    assert changes(now, Reads(files=("src/x", "src/x.cc", "rc"))) == ("src/x.c",)


def test_where_it_cannot_be_told_nothing_may() -> None:
    now = Tree(git="", files={**FILES, "src/x.c": "f 9"})
    assert changes(now, Reads(unknown="a process was started")) is None


def test_a_copy_is_told_by_its_content() -> None:
    copied = Reads(copies={"src/x.c": (), "twin.c": ()})
    assert changes(Tree(git="", files={**FILES, "src/x.c": "f 9"}), copied) == ("src/x.c",)
    assert changes(Tree(git="", files={**FILES, "twin.c": "f 9"}), copied) is None
    assert changes(Tree(git="", files={**FILES, "src/x.c": "f 9"}), Reads(copies={"src/X.c": ()})) is None


def test_reads_add_up() -> None:
    one = Reads(files=("a", "b"), copies={"x": ("1",), "y": ()})
    two = Reads(files=("b", "c"), copies={"x": ("2", "1")}, unknown="why")
    assert one.plus(two) == Reads(files=("a", "b", "c"), copies={"x": ("1", "2"), "y": ()}, unknown="why")


def test_a_copy_of_which_nothing_is_known_begins_anew(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "left").touch()
    assert begin_reading(copy) == NOTHING
    assert not copy.exists()
    copy.mkdir()
    (copy / "made").touch()
    note_reads(copy, Reads(files=("x.c",)))
    assert reads_of(copy) == Reads(files=("x.c",))
    assert begin_reading(copy) == Reads(files=("x.c",))
    assert (copy / "made").exists()
    # Interrupted: what was read since then is not known.
    assert reads_of(copy) is None
    begin_reading(copy)
    assert not copy.exists()


def test_a_tree_is_names_kinds_and_contents(tmp_path: Path) -> None:
    (tmp_path / "x.c").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert describe_tree(tmp_path).files == {"folder": f"d {empty}", "x.c": f"f {empty}"}


def test_what_is_missed_above_the_project_is_there_and_named(tmp_path: Path) -> None:
    project = tmp_path / "one" / "two"
    project.mkdir(parents=True)
    for name in ("a", "b", "c", "d"):
        (tmp_path / "one" / name).touch()
    (tmp_path / ".git").mkdir()

    def missed(*above: str) -> str:
        return missed_above(project, Reads(above=above), ALONE)

    assert missed_above(project, None, ALONE) == missed() == missed("../e", "../../one", "../two/../..") == ""
    assert missed("../a", "../e") == (
        "the project asks for ../a above its folder, which is not copied, and a copy is built: "
        "what a link in the folder leads to is copied with it"
    )
    assert missed("../a", "../b", "../c", "../d").startswith(
        "the project asks for ../a, ../b, ../c and 1 more above"
    )
    assert missed("../../.git").endswith("give the version by a variable (SETUPTOOLS_SCM_PRETEND_VERSION)")
    assert missed("..").startswith("the project asks for .. above its folder, which is not copied")
    scope = Scope(names=("..", "../../.git", "../b"), inside="one/two")
    assert missed_above(project, Reads(above=("..", "../../.git", "../b")), scope) == ""
    # Without a version, an unpacked sdist of setuptools-scm's looks into every folder above.
    (tmp_path / "sdist").mkdir()
    (tmp_path / "sdist" / "PKG-INFO").touch()
    assert missed_above(tmp_path / "sdist", Reads(above=("..", "../one")), ALONE) == ""
    (tmp_path / ".git" / "HEAD").touch()
    asked = Reads(above=("../../.git/HEAD", "../a", "../b"))
    assert missed_above(project, asked, scope).startswith("the project asks for ../../.git/HEAD, ../a above")
    (project / ".git").touch()
    assert missed("../../.git") == ""


@pytest.fixture
def watching(tmp_path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("_watching", READS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    work = tmp_path / "a" / "b" / "c" / "scratch"
    return module.Reads(str(work.parent / "project"), [str(work)], [str(work.parent)])


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("../VERSION", ["../VERSION"]),
        ("x/../../core/core.c", ["../core/core.c"]),
        ("../../../far", ["../../../far"]),
        ("../../../../far", ["../../../../far"]),
        ("../../../../../farther", []),
        ("../../pyz3s", []),
        ("../scratch/build", []),
        ("..", []),
        ("x", []),
    ],
)
def test_what_is_asked_for_above_the_project(
    name: str, above: list[str], watching: Any, tmp_path: Path
) -> None:
    (tmp_path / "a" / "b" / "pyz3s").mkdir(parents=True)
    watching._hear("open", (tmp_path / "a" / "b" / "c" / "project" / name, "r", 0))
    assert watching.above() == above


@pytest.mark.parametrize("name", ["..", "../.."])
def test_the_names_in_a_folder_around_the_project(name: str, watching: Any, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "c" / "project"
    folder.mkdir(parents=True)
    watching._hear("os.listdir", (str(folder / name),))
    assert watching.above() == [name]


@pytest.mark.parametrize(
    ("command", "asks"),
    [
        (["/usr/bin/git", "describe"], True),
        (["/bin/sh", "-c", "cd x && git describe"], True),
        ("git.exe describe", True),
        (["cat", ".gitignore", "legit"], False),
    ],
)
def test_git_looks_above_the_project_itself(command: Any, asks: bool, watching: Any, tmp_path: Path) -> None:
    folder = str(tmp_path / "a" / "b" / "c" / "project")
    watching._hear("subprocess.Popen", (None, command, folder, None))
    found = [name for name in watching.above() if name.endswith("/.git")]
    assert found == (["../../../../.git", "../../../.git", "../../.git", "../.git"] if asks else [])

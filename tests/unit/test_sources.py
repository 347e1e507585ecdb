"""What the user names, archives that must not be trusted, copies and digests of trees."""

from __future__ import annotations

import io
import os
import stat
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pyz3.errors import ConfigError, Pyz3Error
from pyz3.sources import (
    ArchiveSource,
    FolderSource,
    RequirementSource,
    classify,
    copy_folder,
    fetching,
    pristine_folder,
    sync_copy,
    tree_digest,
    unpack_sdist,
    unpacking,
    walk_tree,
)
from pyz3.sources.git import git_folders, git_state
from pyz3.sources.pip import offline_tip, tail

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="symbolic links and executable bits are POSIX's")


def write(root: Path, *names: str, text: str = "x") -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def names(root: Path) -> list[str]:
    return [entry.name for entry in walk_tree(root)]


def files(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_symlink() or p.is_file())


def tar(path: Path, *members: tuple[str, bytes] | tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size, info.mtime, info.mode = len(member[1]), 1_600_000_000, 0o755
            archive.addfile(info, io.BytesIO(member[1]))
    return path


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_what_exists_wins_over_a_requirement(tmp_path: Path) -> None:
    write(tmp_path, "thing/setup.py", "other-1.0.tar.gz", "old.ZIP")
    assert classify("thing", cwd=tmp_path) == FolderSource(path=tmp_path / "thing")
    assert classify(".", cwd=tmp_path / "thing") == FolderSource(path=tmp_path / "thing")
    assert classify("other-1.0.tar.gz", cwd=tmp_path) == ArchiveSource(path=tmp_path / "other-1.0.tar.gz")
    assert classify("./old.ZIP", cwd=tmp_path) == ArchiveSource(path=tmp_path / "old.ZIP")
    assert classify(str(tmp_path / "thing"), cwd=Path("/")) == FolderSource(path=tmp_path / "thing")


@pytest.mark.parametrize(
    "text",
    [
        *("thing", "thing==1.2", "Thing[extra]>=1,<2", "thing ~= 1.2", "thing==1.2.*"),
        "thing @ https://example.org/thing-1.2.tar.gz",
    ],
)
def test_a_requirement(text: str, tmp_path: Path) -> None:
    assert classify(text, cwd=tmp_path) == RequirementSource(requirement=Requirement(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("./gone", "there is no file or folder ./gone"),
        ("gone-1.0.tar.gz", "there is no file or folder gone-1.0.tar.gz"),
        ("", "there is no file or folder ''"),
        ("a.whl", "a.whl is a wheel: it is built already"),
        ("setup.py", "setup.py is a file of a project"),
        (
            "notes.txt",
            "notes.txt is no sdist: its name ends in none of .tar.gz, .tgz, .tar.bz2, .tar.xz, .zip",
        ),
        ("thing; python_version>'3'", "\"thing; python_version>'3'\": a marker has no meaning here"),
        (
            "thing @ git+https://example.org/x",
            "'thing @ git+https://example.org/x': pyz3 fetches no git+https: address",
        ),
    ],
)
def test_what_is_none_of_the_three(text: str, message: str, tmp_path: Path) -> None:
    write(tmp_path, "a.whl", "setup.py", "notes.txt")
    with pytest.raises(ConfigError) as raised:
        classify(text, cwd=tmp_path)
    assert raised.value.message == message
    assert raised.value.tip


def test_no_requirement(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"^'thing 1\.2' is neither a folder, nor an sdist, nor a requirement"
    ):
        classify("thing 1.2", cwd=tmp_path)


def test_unpacking_keeps_dates_and_bits(tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"), ("t-1/src/x.c", b"b"))
    write(tmp_path, "into/old")
    root = unpack_sdist(archive, tmp_path / "into")
    assert root == tmp_path / "into" / "t-1"
    assert files(tmp_path / "into") == ["t-1/setup.py", "t-1/src/x.c"]
    status = (root / "setup.py").stat()
    assert status.st_mtime == 1_600_000_000
    assert sys.platform == "win32" or status.st_mode & stat.S_IXUSR
    assert sorted(p.name for p in tmp_path.iterdir()) == ["into", "t-1.tar.gz"]


def test_a_zip_file(tmp_path: Path) -> None:
    path = tmp_path / "t-1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("t-1/run.sh", date_time=(2020, 1, 2, 3, 4, 6))
        info.external_attr = (stat.S_IFREG | 0o755) << 16
        archive.writestr(info, "x")
        archive.writestr("t-1/setup.py", "y")
    root = unpack_sdist(path, tmp_path / "into")
    assert files(root) == ["run.sh", "setup.py"]
    assert sys.platform == "win32" or (root / "run.sh").stat().st_mode & 0o777 == 0o755
    assert not (root / "setup.py").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("by_hand", [False, True], ids=["PEP 706", "by hand"])
@pytest.mark.parametrize(
    "member",
    [
        ("../evil", b"x"),
        ("t-1/../../evil", b"x"),
        link("t-1/evil", "../../outside"),
        link("t-1/evil", "/etc/passwd"),
        link("t-1/evil", "../outside", tarfile.LNKTYPE),
        link("t-1/evil", "", tarfile.FIFOTYPE),
    ],
    ids=["up", "up within", "symlink up", "absolute symlink", "hard link up", "pipe"],
)
def test_archives_that_lead_outside(
    member: tuple[str, bytes] | tarfile.TarInfo,
    by_hand: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if by_hand:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"), member)
    with pytest.raises(ConfigError, match=r"^t-1\.tar\.gz cannot be unpacked: "):
        unpack_sdist(archive, tmp_path / "a" / "into")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "t-1.tar.gz"]


@POSIX
def test_by_hand_links_inside_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/a/x.c", b"a"), link("t-1/b/y.c", "../a/x.c"))
    with tarfile.open(archive) as opened:
        assert [member.name for member in unpacking._checked(opened)] == ["t-1/a/x.c", "t-1/b/y.c"]


def test_a_zip_file_that_leads_outside(tmp_path: Path) -> None:
    path = tmp_path / "t-1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t-1/../../evil", "x")
    with pytest.raises(ConfigError, match="would be written outside of the folder"):
        unpack_sdist(path, tmp_path / "into")
    assert files(tmp_path) == ["t-1.zip"]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ([("a/x", b""), ("b/y", b"")], "a, b"),
        ([("setup.py", b"")], "setup.py"),
        ([], "nothing"),
    ],
)
def test_more_or_less_than_one_folder(members: list[tuple[str, bytes]], found: str, tmp_path: Path) -> None:
    archive = tar(tmp_path / "t.tar.gz", *members)
    with pytest.raises(ConfigError) as raised:
        unpack_sdist(archive, tmp_path / "into")
    assert raised.value.message == (
        f"t.tar.gz is no sdist: it holds {found}, where one folder NAME-VERSION is expected"
    )


def test_a_damaged_archive(tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/x", os.urandom(50_000)))
    archive.write_bytes(archive.read_bytes()[:20_000])
    with pytest.raises(ConfigError, match=r"^t-1\.tar\.gz cannot be unpacked: "):
        unpack_sdist(archive, tmp_path / "into")
    assert files(tmp_path) == ["t-1.tar.gz"]


def test_what_belongs_to_a_checkout(tmp_path: Path) -> None:
    write(
        tmp_path,
        *("setup.py", "pkg/__init__.py", "pkg/_m.c", "pkg/_m.so", "pkg/dist/data.json", "build/rules.mk"),
        *("pkg/dist/old.zip", "pkg/build/lib/x", "pkg/tests/x.egg-info/PKG-INFO"),
        *("pkg/_m.cpython-313-x86_64-linux-gnu.so", "pkg/_m.cp313-win_amd64.pyd", "pkg/__pycache__/x.pyc"),
        *(".git/HEAD", ".hg/x", ".tox/x", ".nox/x", "node_modules/x", "env/pyvenv.cfg", "env/lib/x.py"),
        *("dist/t-1.tar.gz", "dist/t-1-py3-none-any.whl", "src/t.egg-info/SOURCES.txt", ".gitignore"),
    )
    assert names(tmp_path) == [
        *(".gitignore", "build/rules.mk", "pkg/__init__.py", "pkg/_m.c", "pkg/_m.so", "pkg/build/lib/x"),
        *("pkg/dist/data.json", "pkg/dist/old.zip", "pkg/tests/x.egg-info/PKG-INFO", "setup.py"),
    ]


def test_what_belongs_to_an_sdist(tmp_path: Path) -> None:
    write(tmp_path, "PKG-INFO", "t.egg-info/SOURCES.txt", "p/_m.cpython-313-darwin.so", "build/lib/x.py")
    assert names(tmp_path) == ["PKG-INFO", "p/_m.cpython-313-darwin.so", "t.egg-info/SOURCES.txt"]


@pytest.mark.parametrize(
    ("inside", "kept"),
    [
        (["lib/x.py"], False),
        (["lib.linux-x86_64-cpython-313/x.so", "temp.linux-x86_64-cpython-313/x.o"], False),
        (["bdist.linux-x86_64/x"], False),
        (["lib/x.py", "rules.mk"], True),
        (["library/x.py"], True),
    ],
)
def test_build_folders(inside: list[str], kept: bool, tmp_path: Path) -> None:
    write(tmp_path, *(f"build/{name}" for name in inside))
    assert names(tmp_path) == ([f"build/{name}" for name in inside] if kept else [])


def test_the_digest_is_of_names_bytes_and_bits(tmp_path: Path) -> None:
    one, two = (write(tmp_path / name, "a/x.c", "b") for name in ("one", "two"))
    before = tree_digest(one)
    assert len(before) == 64
    assert tree_digest(two) == before
    os.utime(two / "b", (1, 1))
    write(two, "dist/x.whl", "__pycache__/x")
    assert tree_digest(two) == before
    (two / "b").write_text("y")
    assert tree_digest(two) != before
    (two / "b").write_text("x")
    assert tree_digest(two) == before
    (two / "b").rename(two / "c")
    assert tree_digest(two) != before


@POSIX
def test_the_digest_tells_programs_and_links(tmp_path: Path) -> None:
    write(tmp_path, "a", "b")
    seen = {tree_digest(tmp_path)}
    (tmp_path / "a").chmod(0o755)
    seen.add(tree_digest(tmp_path))
    (tmp_path / "b").unlink()
    (tmp_path / "b").symlink_to("a")
    seen.add(tree_digest(tmp_path))
    assert len(seen) == 3


def test_where_a_name_ends_counts(tmp_path: Path) -> None:
    one = write(tmp_path / "one", "a", text="bc")
    two = write(tmp_path / "two", "ab", text="c")
    assert tree_digest(one) != tree_digest(two)


def test_a_copy_follows_its_source(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "setup.py", "pkg/x.pyx", "pkg/old/y.c")
    os.utime(source / "setup.py", ns=(10**18, 10**18 + 5))
    into = tmp_path / "cache" / "copy"
    assert sync_copy(source, into) is True
    assert files(into) == ["pkg/old/y.c", "pkg/x.pyx", "setup.py"]
    assert (into / "setup.py").stat().st_mtime_ns == 10**18 + 5
    assert sync_copy(source, into) is False
    # What a build made stays; what it changed does not, nor what has left the source.
    write(into, "pkg/x.c", text="generated")
    write(into, "setup.py", text="patched")
    (source / "pkg/old/y.c").unlink()
    (source / "pkg/old").rmdir()
    assert sync_copy(source, into) is True
    assert files(into) == ["pkg/x.c", "pkg/x.pyx", "setup.py"]
    assert (into / "setup.py").read_text() == "x"
    assert not (into / "pkg/old").exists()
    # The source gets a file of that name.
    write(source, "pkg/x.c", text="by hand")
    assert sync_copy(source, into) is True
    assert (into / "pkg/x.c").read_text() == "by hand"
    assert sync_copy(source, into) is False
    (source / "pkg/x.c").unlink()
    assert sync_copy(source, into) is True
    assert files(into) == ["pkg/x.pyx", "setup.py"]


def test_same_size_and_another_date_is_copied(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "a", text="1")
    sync_copy(source, tmp_path / "copy")
    (source / "a").write_text("2")
    os.utime(source / "a", (5, 5))
    assert sync_copy(source, tmp_path / "copy") is True
    assert (tmp_path / "copy/a").read_text() == "2"


def test_files_and_folders_change_places(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "a", "b/c/d")
    into = tmp_path / "copy"
    sync_copy(source, into)
    (source / "a").unlink()
    (source / "b/c/d").unlink()
    (source / "b/c").rmdir()
    (source / "b").rmdir()
    write(source, "a/x", "b")
    assert sync_copy(source, into) is True
    assert files(into) == ["a/x", "b"]


def test_empty_folders_are_copied(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "setup.py")
    digest = tree_digest(source)
    (source / "a/b").mkdir(parents=True)
    assert names(source) == ["a/b", "setup.py"]
    assert tree_digest(source) != digest
    into = tmp_path / "copy"
    assert sync_copy(source, into) is True
    assert (into / "a/b").is_dir()
    write(into, "a/b/made")
    assert sync_copy(source, into) is False
    write(source, "a/b/x")
    assert sync_copy(source, into) is True
    assert files(into) == ["a/b/made", "a/b/x", "setup.py"]
    (into / "a/b/made").unlink()
    (source / "a/b/x").unlink()
    (source / "a/b").rmdir()
    assert sync_copy(source, into) is True
    assert (into / "a").is_dir()
    (source / "a").rmdir()
    assert sync_copy(source, into) is True
    assert not (into / "a").exists()


@POSIX
def test_read_only_sources_become_writable_copies(tmp_path: Path) -> None:
    source = write(tmp_path / "source", "run.sh")
    (source / "run.sh").chmod(0o555)
    into = tmp_path / "copy"
    sync_copy(source, into)
    assert (into / "run.sh").stat().st_mode & 0o777 == 0o755
    assert sync_copy(source, into) is False
    (source / "run.sh").chmod(0o444)
    assert sync_copy(source, into) is True
    assert (into / "run.sh").stat().st_mode & 0o777 == 0o644


@POSIX
def test_links(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", "lib/z.c", "one.h")
    source = write(tmp_path / "source", "a/x.c")
    (outside / "lib/ring").symlink_to(outside / "lib")
    (source / "relative.c").symlink_to("a/x.c")
    (source / "absolute.c").symlink_to(source / "a" / "x.c")
    (source / "folder").symlink_to("a")
    (source / "one.h").symlink_to("../outside/one.h")
    (source / "lib").symlink_to(outside / "lib")
    (source / "broken").symlink_to("../gone")
    (source / "a/up").symlink_to("..")
    into = tmp_path / "copy"
    assert sync_copy(source, into) is True
    assert files(into) == [
        *("a/up", "a/x.c", "absolute.c", "folder", "lib/z.c", "one.h", "relative.c"),
    ]
    links = {name: str((into / name).readlink()) for name in files(into) if (into / name).is_symlink()}
    assert links == {"a/up": "..", "absolute.c": "a/x.c", "folder": "a", "relative.c": "a/x.c"}
    assert sync_copy(source, into) is False
    (source / "relative.c").unlink()
    write(source, "relative.c", text="now a file")
    assert sync_copy(source, into) is True
    assert (into / "relative.c").read_text() == "now a file"
    assert (source / "a/x.c").read_text() == "x"


def test_copies_have_a_place_of_their_own(tmp_path: Path) -> None:
    one = copy_folder(tmp_path / "a" / "my project", cache=tmp_path / "cache")
    two = copy_folder(tmp_path / "b" / "my project", cache=tmp_path / "cache")
    assert one.name == two.name == "my_project"
    assert one.parent.parent == two.parent.parent == tmp_path / "cache" / "sources" / "copies"
    assert one != two
    assert one == copy_folder(tmp_path / "a" / "my project", cache=tmp_path / "cache")


def test_an_sdist_is_unpacked_once(tmp_path: Path) -> None:
    archive = tar(tmp_path / "t-1.tar.gz", ("t-1/setup.py", b"a"))
    source = ArchiveSource(path=archive)
    root = pristine_folder(source, cache=tmp_path / "cache", environ={})
    assert root.name == "t-1"
    assert files(root) == ["setup.py"]
    made = root.stat().st_ino
    assert pristine_folder(source, cache=tmp_path / "cache", environ={}) == root
    assert root.stat().st_ino == made
    tar(archive, ("t-1/setup.py", b"b"))
    other = pristine_folder(source, cache=tmp_path / "cache", environ={})
    assert (other / "setup.py").read_text() == "b"
    assert (root / "setup.py").read_text() == "a"


def test_git_of_worktrees_and_submodules(tmp_path: Path) -> None:
    git = write(tmp_path / "main/.git", "HEAD", "worktrees/w/HEAD", "modules/s/HEAD")
    write(git, "worktrees/w/commondir", text="../..\n")
    write(tmp_path, "w/.git", text=f"gitdir: {git / 'worktrees/w'}\n")
    write(tmp_path, "main/s/.git", text="gitdir: ../.git/modules/s\n")
    write(tmp_path, "plain/x")
    write(tmp_path, "odd/.git", text="nonsense")
    assert git_folders(tmp_path / "main") == (git, git)
    assert git_folders(tmp_path / "w") == (git / "worktrees/w", git)
    assert git_folders(tmp_path / "main/s") == (git / "modules/s", git / "modules/s")
    assert git_folders(tmp_path / "plain") is None
    assert git_folders(tmp_path / "odd") is None


def test_commit_and_tags_are_part_of_the_digest(tmp_path: Path) -> None:
    write(tmp_path, "x")
    assert git_state(tmp_path) == b""
    git = write(tmp_path / ".git", "HEAD", text="ref: refs/heads/main\n")
    seen = [tree_digest(tmp_path)]
    write(git, "refs/heads/main", text="1")
    seen.append(tree_digest(tmp_path))
    write(git, "refs/tags/v1", text="1")
    seen.append(tree_digest(tmp_path))
    write(git, "packed-refs", text="1 refs/tags/v0")
    seen.append(tree_digest(tmp_path))
    assert len(set(seen)) == 4
    write(git, "index", "refs/heads/other")
    assert tree_digest(tmp_path) == seen[-1]


@pytest.mark.parametrize(
    ("found", "message", "tip"),
    [
        (
            {"sdists": [], "others": []},
            "pip finds no sdist for thing==9\nlast line",
            "check the name, and pip's index (pip config list)",
        ),
        (
            {"sdists": ["0.1", "1.0", "1.1", "1.2", "1.3", "2.0"], "others": []},
            "no sdist matches thing==9; the newest versions that have one: 2.0, 1.3, 1.2, 1.1, 1.0",
            "choose another version",
        ),
        (
            {"sdists": ["1.0"], "others": ["9"]},
            "thing==9 has no sdist: only wheels of version 9 are on the index",
            "get its source otherwise, and name the folder",
        ),
        (
            {"error": "HTTPError: Connection refused"},
            "the sdist of thing==9 cannot be fetched: HTTPError: Connection refused\nlast line",
            "the package index is out of reach: check the network, a proxy, and the address of the index",
        ),
    ],
)
def test_why_there_is_no_sdist(found: dict[str, object], message: str, tip: str) -> None:
    error = fetching._not_found(Requirement("thing==9"), found, "last line\n\n")
    assert type(error) is Pyz3Error
    assert (error.message, error.tip) == (message, tip)


def test_an_index_that_is_not_reached_is_not_taken_for_empty() -> None:
    said = "Retrying after connection broken by 'Failed to establish a new connection: refused'\n"
    error = fetching._not_found(Requirement("thing==9"), {"sdists": [], "others": []}, said * 5)
    assert error.message == "thing==9 cannot be fetched: pip reaches no package index"
    assert str(error.tip).startswith("the package index is out of reach: ")


def test_a_pinned_version_is_remembered_per_index(tmp_path: Path) -> None:
    def pin(text: str, **environ: str) -> Path | None:
        return fetching._pin_file(Requirement(text), tmp_path, environ)

    assert pin("A.b==1.2") == pin("a-b[x]==1.2", PATH="/bin")
    assert pin("a-b==1.2") != pin("a-b==1.2", PIP_INDEX_URL="https://example.org/simple")
    assert pin("a-b==1.2") != pin("a-b==1.3")
    assert [pin(text) for text in ("a", "a>=1", "a==1.*", "a==1,!=2")] == [None] * 4


def test_the_end_of_what_a_program_said() -> None:
    assert tail("a\n\nb  \nc\n", 2) == "b\nc"
    assert offline_tip("error: tcp connect error") is not None
    assert offline_tip("No matching distribution found") is None

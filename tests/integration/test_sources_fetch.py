"""Sdists found and fetched by a real pip; copies of checkouts as Git sees them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from runtimes import missing
from venvs import commit, files, litter

from pyz3.errors import Pyz3Error
from pyz3.sources import fetch_sdist, fetching, pip, sync_copy, tree_digest, widen_scope
from pyz3.sources.pip import offline_tip
from pyz3.store import Cache

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def put_sdist(index: Path, name: str, version: str, *, requires_python: str = "") -> Path:
    """An sdist whose setup.py fails: it must not be run."""
    path = index / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        required = f"Requires-Python: {requires_python}\n" if requires_python else ""
        texts = {
            "setup.py": "raise SystemExit('must not be run')\n",
            "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{required}",
        }
        for file, text in texts.items():
            info = tarfile.TarInfo(f"{name}-{version}/{file}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(index: Path) -> dict[str, str]:
    """Variables that lead pip to the folder alone."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    return {**usual, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}


def fetch(text: str, tmp_path: Path, environ: Mapping[str, str]) -> Path:
    return fetch_sdist(Requirement(text), cache=Cache(tmp_path / "cache"), environ=environ)


@pytest.mark.parametrize(
    ("text", "version"),
    [("thing", "1.10"), ("Thing<1.10", "1.9"), ("thing==1.9", "1.9"), ("thing>1.10.0rc0", "2.0rc1")],
)
def test_the_newest_that_matches(
    text: str, version: str, tmp_path: Path, index: Path, environ: dict[str, str]
) -> None:
    for one in ("1.9", "1.10", "2.0rc1"):
        put_sdist(index, "thing", one)
    if "rc" in text:  # a specifier that names a pre-release allows them
        environ["PIP_PRE"] = "1"
    path = fetch(text, tmp_path, environ)
    assert path.name == f"thing-{version}.tar.gz"
    assert path.is_relative_to(tmp_path / "cache" / "sdists")
    assert path.read_bytes() == (index / path.name).read_bytes()


def test_the_python_that_runs_pip_does_not_choose(
    tmp_path: Path, index: Path, environ: dict[str, str]
) -> None:
    put_sdist(index, "thing", "1.0")
    (index / "page.html").write_text(
        '<a href="thing-1.0.tar.gz">thing-1.0.tar.gz</a>'
        '<a href="thing-2.0.tar.gz" data-requires-python="&gt;=3.99">thing-2.0.tar.gz</a>'
    )
    put_sdist(index, "thing", "2.0")
    environ["PIP_FIND_LINKS"] = (index / "page.html").as_uri()
    assert fetch("thing", tmp_path, environ).name == "thing-2.0.tar.gz"


def test_a_pinned_one_is_asked_for_once(tmp_path: Path, index: Path, environ: dict[str, str]) -> None:
    put_sdist(index, "thing", "1.0")
    path = fetch("thing==1.0", tmp_path, environ)
    shutil.rmtree(index)
    assert fetch("thing==1.0", tmp_path, environ) == path
    path.unlink()
    with pytest.raises(Pyz3Error, match=r"^pip finds no sdist for thing==1\.0"):
        fetch("thing==1.0", tmp_path, environ)


def test_an_address(tmp_path: Path, index: Path, environ: dict[str, str]) -> None:
    path = put_sdist(index, "thing", "1.0")
    assert fetch(f"thing @ {path.as_uri()}", tmp_path, environ).read_bytes() == path.read_bytes()
    with pytest.raises(Pyz3Error) as raised:
        fetch(f"thing @ {path.as_uri()}#sha256={'0' * 64}", tmp_path, environ)
    assert f"is damaged: its sha256 is not {'0' * 64}" in raised.value.message


def test_there_are_wheels_alone(tmp_path: Path, index: Path, environ: dict[str, str]) -> None:
    (index / "thing-2.0-py3-none-any.whl").touch()
    put_sdist(index, "thing", "1.0")
    with pytest.raises(Pyz3Error) as raised:
        fetch("thing==2", tmp_path, environ)
    assert raised.value.message == "thing==2 has no sdist: only wheels of version 2.0 are on the index"
    with pytest.raises(Pyz3Error) as raised:
        fetch("thing==3", tmp_path, environ)
    assert raised.value.message == "no sdist matches thing==3; the newest versions that have one: 1.0"
    # Without a pin the newest sdist is what is wanted, however new the wheels are.
    assert fetch("thing", tmp_path, environ).name == "thing-1.0.tar.gz"


def test_a_pip_whose_finder_has_changed(
    tmp_path: Path, index: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "finder.py"
    changed.write_text(
        "import json, sys\nopen(sys.argv[3], 'w').write(json.dumps({'unsupported': 'AttributeError: x'}))\n"
    )
    monkeypatch.setattr(fetching, "FIND_SDIST", changed)
    put_sdist(index, "thing", "1.0")
    # pip download does run the project's hook.
    with pytest.raises(
        Pyz3Error, match=r"(?s)^the sdist of thing==1\.0 cannot be fetched: pip download failed\n"
    ):
        fetch("thing==1.0", tmp_path, environ)


def test_from_the_registry(tmp_path: Path) -> None:
    try:
        path = fetch("markupsafe==3.0.2", tmp_path, os.environ)
    except Pyz3Error as error:
        if offline_tip(error.message) is None:
            raise
        missing(f"the registry is out of reach: {error.message[-300:]}")
    assert path.name == "markupsafe-3.0.2.tar.gz"


def test_pip_of_uv(
    tmp_path: Path, index: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = pip.importlib.util.find_spec
    monkeypatch.setattr(
        pip.importlib.util, "find_spec", lambda name: None if name == "pip" else find_spec(name)
    )
    put_sdist(index, "thing", "1.0")
    put = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", index, "pip"],
        capture_output=True,
        text=True,
        check=False,
    )
    if put.returncode:
        missing(f"pip cannot be downloaded: {put.stderr[-300:]}")
    environ |= {"UV_NO_INDEX": "1", "UV_FIND_LINKS": str(index), "UV_CACHE_DIR": str(tmp_path / "uv")}
    assert fetch("thing", tmp_path, environ).name == "thing-1.0.tar.gz"


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_git_sees_the_copy_as_the_checkout(tmp_path: Path) -> None:
    source = files(tmp_path / "source", {"setup.py": "x", "a/b.c": "y", ".gitignore": "*.o\n"})
    commit(source)
    git(source, "tag", "v1.2")
    into = tmp_path / "cache" / "copy"
    sync_copy(source, into)
    before = {p: p.stat().st_mtime_ns for p in sorted((source / ".git").rglob("*"))}
    assert git(into, "describe", "--tags", "--dirty") == "v1.2"
    assert git(into, "status", "--porcelain") == ""
    assert git(into, "rev-parse", "--show-toplevel") == str(into.resolve())
    assert git(into, "ls-files").split() == [".gitignore", "a/b.c", "setup.py"]
    # A build in the copy, a change in the checkout.
    (into / "setup.py").write_text("patched")
    assert git(into, "describe", "--tags", "--dirty") == "v1.2-dirty"
    assert {p: p.stat().st_mtime_ns for p in sorted((source / ".git").rglob("*"))} == before
    assert litter(source) == ""
    sync_copy(source, into)
    assert git(into, "describe", "--tags", "--dirty") == "v1.2"
    (source / "setup.py").write_text("changed")
    digest = tree_digest(source)
    sync_copy(source, into)
    assert git(into, "status", "--porcelain") == "M setup.py"
    git(source, "-c", "user.name=x", "-c", "user.email=x", "commit", "-qam", "more")
    assert tree_digest(source) != digest
    sync_copy(source, into)
    assert git(into, "describe", "--tags", "--dirty").startswith("v1.2-1-g")
    assert git(into, "status", "--porcelain") == ""


def test_a_worktree_and_a_submodule(tmp_path: Path) -> None:
    inner = files(tmp_path / "inner", {"x.c": "x"})
    commit(inner)
    main = files(tmp_path / "main", {"setup.py": "x"})
    commit(main)
    git(main, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "vendor")
    git(main, "-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "submodule")
    git(main, "tag", "v1")
    git(main, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    for name in ("main", "tree"):
        into = tmp_path / "copies" / name
        sync_copy(tmp_path / name, into)
        assert git(into, "describe", "--tags", "--dirty") == "v1"
    assert (tmp_path / "copies/main/vendor/x.c").read_text() == "x"
    # The submodule as a project of its own.
    git(main / "vendor", "tag", "v7")
    sync_copy(main / "vendor", tmp_path / "copies" / "vendor")
    assert git(tmp_path / "copies/vendor", "describe", "--tags", "--dirty") == "v7"
    assert git(main, "worktree", "list").count("\n") == 1


def test_a_checkout_that_loses_its_git(tmp_path: Path) -> None:
    source = files(tmp_path / "source", {"setup.py": "x"})
    commit(source)
    into = tmp_path / "copy"
    sync_copy(source, into)
    assert (into / ".git").is_file()
    shutil.rmtree(source / ".git")
    sync_copy(source, into)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy", "copy.files", "source"]
    assert [p.name for p in into.iterdir()] == ["setup.py"]


@pytest.mark.parametrize("version", ["2", "4"])
@pytest.mark.parametrize("kind", ["repository", "worktree"])
def test_git_sees_the_copy_of_a_subfolder_as_the_whole_checkout(
    version: str, kind: str, tmp_path: Path
) -> None:
    """Files that are elsewhere in the repository are not copied; those that Git must see, are."""
    source = files(
        tmp_path / "source", {"a/p/setup.py": "x", "core/x.c": "y", "more/y.c": "z", ".gitignore": "*.o\n"}
    )
    git(source, "init", "-q")
    git(source, "config", "index.version", version)
    commit(source)
    git(source, "tag", "v1.2")
    if kind == "worktree":
        git(source, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    top = {"repository": source, "worktree": tmp_path / "tree"}[kind]
    root, into = top / "a" / "p", tmp_path / "cache" / "copy"
    seen = []

    def contents() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in (source / ".git").rglob("*") if path.is_file()}

    def states() -> list[str]:
        before = contents()
        scope = widen_scope(root, ("../.git", "../../.git", "../../core"), cache=Cache(tmp_path / "cache"))
        assert scope.names == ("../../.git", "../../core")
        seen.append(tree_digest(root, scope))
        sync_copy(root, into, scope=scope)
        here = into / "a" / "p"
        mine = (git(here, "status", "--porcelain"), git(here, "describe", "--tags", "--dirty"))
        assert git(here, "rev-parse", "--show-toplevel") == str(into.resolve())
        assert contents() == before
        assert git(root, "status", "--porcelain") == mine[0]
        return [mine[1], git(root, "describe", "--tags", "--dirty")]

    assert states() == ["v1.2"] * 2
    assert not (into / "more").exists()
    (root / "setup.py").write_text("changed")
    assert states() == ["v1.2-dirty"] * 2
    (root / "setup.py").write_text("x")
    assert states() == ["v1.2"] * 2
    (root / "new.o").write_text("ignored")
    (root / "new.c").write_text("untracked")
    assert states() == ["v1.2"] * 2
    (root / "new.c").unlink()
    # Far from the project.
    (top / "more" / "y.c").write_text("2")
    assert states() == ["v1.2-dirty"] * 2
    git(top, "add", "-A")
    assert states() == ["v1.2-dirty"] * 2
    git(top, "-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "more")
    assert states()[0].startswith("v1.2-1-g")
    git(top, "tag", "v2")
    assert states() == ["v2"] * 2
    (top / "more" / "y.c").unlink()
    assert states() == ["v2-dirty"] * 2
    assert seen[0] == seen[2]
    assert len({*seen}) == len(seen) - 1

"""What goes into a source distribution, and its bytes."""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyz3.archive import FileRules, sdist_files
from pyz3.builder.packing import build_sdist, read_contents
from pyz3.config import SdistTable
from pyz3.errors import ConfigError
from pyz3.events import Note
from pyz3.frontends import load_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pyz3.events import Event

HEAD = '[project]\nname = "Acme.Hello"\nversion = "1.0-rc1"\nreadme = "README.md"\n'
EXTENSION = '[[tool.pyz3.extensions]]\nname = "hello._speed"\nsources = ["native/*.c"]\n'
TREE = {
    "README.md": "Grüße",
    "LICENSE": "x",
    "src/hello/__init__.py": "",
    "src/hello/data/café.txt": "x",
    "native/speed.c": '#include "speed.h"\n  #  include <deep/tables.def>\n',
    "native/unused.h": "",
    "native/speed.h": '#include "../common/shared.hpp"\n',
    "common/shared.hpp": "",
    "include/deep/tables.def": "",
    "include/other.h": "",
    "docs/index.md": "",
    "tests/test_hello.py": "",
    "tests/__pycache__/test_hello.pyc": "",
    "dist/hello-0.1.tar.gz": "",
}
NEEDED = [
    "LICENSE",
    "README.md",
    "common/shared.hpp",
    "include/deep/tables.def",
    "include/other.h",
    "native/speed.c",
    "native/speed.h",
    "native/unused.h",
    "pyproject.toml",
    "src/hello/__init__.py",
    "src/hello/data/café.txt",
]


def write(root: Path, extra: str = "", head: str = HEAD, **files: str) -> Path:
    with_includes = EXTENSION + 'include-dirs = ["include"]\n'
    pyproject = head + '[tool.pyz3]\npackages = ["hello"]\n' + extra + with_includes
    for name, text in {**TREE, **files, "pyproject.toml": pyproject}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def names(root: Path) -> list[str]:
    project = load_project(root)
    contents = read_contents(project)
    found = sdist_files(project, contents.metadata, contents.files, contents.rules)
    return [entry.arcname for entry in found]


def wheel_names(root: Path) -> list[str]:
    return [entry.arcname for entry in read_contents(load_project(root)).files]


def sdist(root: Path, out: Path, epoch: int = 1577836800) -> tuple[Path, list[str]]:
    notes: list[Event] = []
    path = build_sdist(load_project(root), output_dir=out, epoch=epoch, tell=notes.append).path
    return path, [event.text for event in notes if isinstance(event, Note)]


def test_what_the_build_needs_and_nothing_else(tmp_path: Path) -> None:
    assert names(write(tmp_path)) == NEEDED


def test_include_and_exclude(tmp_path: Path) -> None:
    table = 'sdist = { include = ["/tests", "*.md"], exclude = ["docs", "data/"] }\n'
    write(tmp_path, table)
    wanted = [*NEEDED, "tests/test_hello.py"]
    wanted.remove("src/hello/data/café.txt")
    assert names(tmp_path) == wanted
    # A wheel of the sdist is a wheel of the tree.
    assert wheel_names(tmp_path) == ["hello/__init__.py"]


def test_what_git_ignores(tmp_path: Path) -> None:
    write(
        tmp_path,
        'sdist = { include = ["src", "tests/kept.log"] }\n',
        **{
            ".gitignore": "*.log\n/native/speed.c\nsecret/\n!loud.log\n",
            "src/.gitignore": "*.tmp\n",
            "src/hello/x.log": "",
            "src/hello/x.tmp": "",
            "src/hello/loud.log": "",
            "src/hello/secret/key.txt": "",
            "native/old.log": "",
            "tests/kept.log": "",
        },
    )
    # A source is named by the configuration: nothing could be built without it.
    wanted = [*NEEDED, "src/.gitignore", "src/hello/loud.log", "tests/kept.log"]
    assert names(tmp_path) == sorted(wanted)
    assert wheel_names(tmp_path) == ["hello/__init__.py", "hello/data/café.txt", "hello/loud.log"]
    _, notes = sdist(tmp_path, tmp_path / "out")
    (note,) = notes
    assert note == (
        "Git ignores src/hello/secret/key.txt, src/hello/x.log, src/hello/x.tmp: left out of wheels and "
        'sdists; to have it in both: [tool.pyz3.sdist] include = ["src/hello/secret/key.txt", '
        '"src/hello/x.log", "src/hello/x.tmp"]'
    )


def test_who_names_what_git_ignores_is_told(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            ".gitignore": "*.json\n",
            "src/hello/__init__.py": "WORDS = 'words.json'\n",
            "src/hello/a.json": "",
            "src/hello/words.json": "",
        },
    )
    _, notes = sdist(tmp_path, tmp_path / "out")
    tail = ": left out of wheels and sdists; to have it in both: [tool.pyz3.sdist] include ="
    assert notes == [
        f'Git ignores src/hello/words.json, which src/hello/__init__.py names{tail} ["src/hello/words.json"]',
        f'Git ignores src/hello/a.json{tail} ["src/hello/a.json"]',
    ]


def test_many_files_that_git_ignores(tmp_path: Path) -> None:
    write(tmp_path, **{".gitignore": "*.log\n", **{f"src/hello/{n}.log": "" for n in range(100, 112)}})
    _, (note,) = sdist(tmp_path, tmp_path / "out")
    shown = ", ".join(f'"src/hello/{n}.log"' for n in range(100, 110))
    assert note.endswith(
        f" and 9 more: left out of wheels and sdists; to have it in both: "
        f"[tool.pyz3.sdist] include = [{shown}], and 2 more"
    )


def test_a_file_that_git_ignores_and_include_names(tmp_path: Path) -> None:
    table = 'sdist = { include = ["src/hello/_version.py"] }\n'
    write(tmp_path, table, **{".gitignore": "_version.py\n", "src/hello/_version.py": ""})
    assert "src/hello/_version.py" in names(tmp_path)
    assert "hello/_version.py" in wheel_names(tmp_path)


def test_exclude_cannot_take_what_the_build_needs(tmp_path: Path) -> None:
    write(tmp_path, 'sdist = { exclude = ["*.hpp"] }\n')
    with pytest.raises(ConfigError) as caught:
        names(tmp_path)
    assert caught.value.message == (
        "pyproject.toml: tool.pyz3.sdist.exclude leaves out common/shared.hpp, which the build needs"
    )


def test_a_folder_that_cannot_be_read(
    tmp_path: Path, unreadable: Callable[[Path], AbstractContextManager[None]]
) -> None:
    write(tmp_path, 'sdist = { include = ["docs/*"] }\n')
    assert "docs/index.md" in names(tmp_path)
    with unreadable(tmp_path / "docs"), pytest.raises(ConfigError) as caught:
        names(tmp_path)
    assert caught.value.message == f"{tmp_path / 'docs'}: cannot be read: Permission denied"
    assert caught.value.tip == (
        "if it is no part of the project, git-ignore it, or name it in tool.pyz3.sdist.exclude"
    )
    # A database's own folder, say.
    write(tmp_path, 'sdist = { include = ["README.md"], exclude = ["docs/"] }\n')
    with unreadable(tmp_path / "docs"):
        assert "docs/index.md" not in names(tmp_path)


def test_include_that_matches_nothing(tmp_path: Path) -> None:
    write(tmp_path, 'sdist = { include = ["test"] }\n')
    with pytest.raises(ConfigError, match=r"tool\.pyz3\.sdist\.include: 'test' matches no file"):
        names(tmp_path)


def test_a_pattern_that_is_none(tmp_path: Path) -> None:
    write(tmp_path, 'sdist = { exclude = ["!"] }\n')
    with pytest.raises(ConfigError, match=r"tool\.pyz3\.sdist\.exclude"):
        names(tmp_path)


def test_zig_imports_and_version_scripts(tmp_path: Path) -> None:
    tree = {
        "pyproject.toml": '[project]\nname = "z"\ndynamic = ["version"]\n[tool.pyz3]\n'
        'version = { path = "VERSION.py" }\n[[tool.pyz3.extensions]]\nname = "z"\nsources = ["z.zig"]\n'
        'ldflags = ["-Wl,--version-script=z.map"]\n',
        "VERSION.py": '__version__ = "3"\n',
        "z.zig": 'const a = @import("lib/a.zig");\nconst s = @import("std");\n',
        "lib/a.zig": 'const t = @embedFile("table.bin");\n',
        "lib/table.bin": "",
        "lib/unused.zig": "",
        "z.map": "",
    }
    for name, text in tree.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert names(tmp_path) == ["VERSION.py", "lib/a.zig", "lib/table.bin", "pyproject.toml", "z.map", "z.zig"]


def test_projects_with_a_build_zig(tmp_path: Path) -> None:
    tree = ("build.zig", "build.zig.zon", "core/a.zig", "core/b.c", "core/b.h", "README.md", ".hidden/c.zig")
    for name in (*tree, "venv/pyvenv.cfg", "venv/x.h", "zig-out/x.c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("/zig-out/\n")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "z"\nversion = "1"\n[tool.pyz3]\nbuild-zig = true\n'
    )
    assert names(tmp_path) == [
        "build.zig",
        "build.zig.zon",
        "core/a.zig",
        "core/b.c",
        "core/b.h",
        "pyproject.toml",
    ]


def test_static_libraries(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[[tool.pyz3.libraries]]\nname = "core"\nstatic = true\nsources = ["core/core.c"]\n'
        'public-include-dirs = ["core/api"]\n',
        **{"core/core.c": '#include "core.inc.c"\n', "core/core.inc.c": "", "core/api/core.h": ""},
    )
    assert names(tmp_path) == sorted([*NEEDED, "core/core.c", "core/core.inc.c", "core/api/core.h"])


def test_the_archive(tmp_path: Path) -> None:
    write(tmp_path / "a", **{"src/hello/run.sh": "#!/bin/sh\n"})
    path, notes = sdist(tmp_path / "a", tmp_path / "out", epoch=1700000000)
    assert (path.name, notes) == ("acme_hello-1.0rc1.tar.gz", [])
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        info = archive.extractfile("acme_hello-1.0rc1/PKG-INFO")
        assert info is not None
        assert info.read().startswith(b"Metadata-Version: 2.4\nName: Acme.Hello\nVersion: 1.0rc1\n")
    assert [member.name for member in members] == [
        f"acme_hello-1.0rc1/{name}" for name in sorted([*NEEDED, "PKG-INFO", "src/hello/run.sh"])
    ]
    assert {(m.uid, m.gid, m.uname, m.gname, m.mtime) for m in members} == {(0, 0, "", "", 1700000000)}
    assert {m.name for m in members if m.mode == 0o755} == {"acme_hello-1.0rc1/src/hello/run.sh"}
    assert {m.mode for m in members} == {0o644, 0o755}
    # Only the name that ASCII cannot spell has a header of its own.
    assert gzip.decompress(path.read_bytes()).count(b"path=") == 1


def test_the_same_bytes(tmp_path: Path) -> None:
    first, _ = sdist(write(tmp_path / "one"), tmp_path / "out1")
    other = write(tmp_path / "two" / "deeper")
    for path in other.rglob("*"):
        path.chmod(0o700)
    second, _ = sdist(other, tmp_path / "out2")
    assert first.read_bytes() == second.read_bytes()
    # Unpacked, it gives itself again.
    with tarfile.open(fileobj=io.BytesIO(first.read_bytes())) as archive:
        for member in archive:
            path = tmp_path / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            file = archive.extractfile(member)
            assert file is not None
            path.write_bytes(file.read())
    third, _ = sdist(tmp_path / "acme_hello-1.0rc1", tmp_path / "out3")
    assert third.read_bytes() == first.read_bytes()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="the sdist cannot be written"):
        sdist(write(tmp_path / "p"), tmp_path / "file")


def test_a_link_that_leaves_the_project(tmp_path: Path) -> None:
    (tmp_path / "outside.h").touch()
    project = write(tmp_path / "p")
    (project / "native" / "link.h").symlink_to(tmp_path / "outside.h")
    with pytest.raises(ConfigError, match="outside the project directory"):
        names(project)


@given(st.lists(st.text(), max_size=3), st.lists(st.text("*?[]!/\\ab. "), max_size=3))
def test_any_pattern(include: list[str], exclude: list[str]) -> None:
    root = Path("project").absolute()  # there is no such folder
    with contextlib.suppress(ConfigError):
        rules = FileRules(root, SdistTable(include=tuple(include), exclude=tuple(exclude)))
        assert rules.leaves_out(root / "a" / "b.c") in {True, False}
        assert list(rules.included()) == []

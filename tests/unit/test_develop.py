"""What an editable wheel holds, and when something counts as changed."""

from __future__ import annotations

import ast
import json
import os
import sys
from pathlib import Path

import pytest

import pyz3.develop
from pyz3.builder.packing import read_contents
from pyz3.develop import Stamps, editable_contents, redirect_name
from pyz3.develop.in_place import Manifest
from pyz3.frontends import load_project
from pyz3.store import Cache

FINDER = Path(pyz3.develop.__file__).with_name("_finder.py")


def project(root: Path, *, extension: bool = True) -> Path:
    table = '[[tool.pyz3.extensions]]\nname = "hello._speed"\nsources = ["*.c"]\n' if extension else ""
    (root / "src" / "hello").mkdir(parents=True)
    (root / "src" / "hello" / "__init__.py").touch()
    (root / "speed.c").write_text('#include "speed.h"\n')
    (root / "speed.h").touch()
    (root / "pyproject.toml").write_text(f'[project]\nname = "Acme-Hello"\nversion = "1"\n{table}')
    return root


def entries(root: Path) -> dict[str, bytes]:
    found = load_project(root)
    contents = editable_contents(found, read_contents(found), optimize="Debug")
    assert contents.binaries == "_pyz3_editable_acme_hello/built/"
    return {entry.arcname: entry.read() for entry in contents.files}


def test_the_redirect(tmp_path: Path) -> None:
    root = project(tmp_path / "p")
    found = entries(root)
    name = redirect_name("Acme.Hello")
    assert sorted(found) == [f"{name}.pth", f"{name}/__init__.py", f"{name}/state.json"]
    assert found[f"{name}.pth"].decode() == f"{root / 'src'}\nimport {name}\n"
    text = FINDER.read_text(encoding="utf-8")
    text = text.replace("ROOTS: tuple[str, ...] = ()\n", f"ROOTS = {(str(root / 'src'),)!a}\n")
    text = text.replace("MODULES: tuple[str, ...] = ()\n", "MODULES = ('hello._speed',)\n")
    assert found[f"{name}/__init__.py"].decode() == text
    state = json.loads(found[f"{name}/state.json"])
    assert (state["project"], state["optimize"]) == (str(root), "Debug")
    assert sorted(state["files"]) == [str(root / n) for n in ("pyproject.toml", "speed.c", "speed.h")]
    assert state["folders"] == {str(root): ["speed.c", "speed.h"]}


def test_a_project_without_extensions_needs_no_finder(tmp_path: Path) -> None:
    root = project(tmp_path / "p", extension=False)
    assert entries(root) == {"_pyz3_editable_acme_hello.pth": f"{root / 'src'}\n".encode()}


def test_a_folder_that_ascii_cannot_spell(tmp_path: Path) -> None:
    root = project(tmp_path / "größe", extension=False)
    line = entries(root)["_pyz3_editable_acme_hello.pth"].decode("ascii")
    statement = line.removeprefix("import sys; sys.path.append(").removesuffix(")\n")
    assert ast.literal_eval(statement) == str(root / "src")


def test_changes(tmp_path: Path) -> None:
    root = project(tmp_path / "p")
    found = load_project(root)

    def take() -> Stamps:
        return Stamps.take(found, read_contents(found).rules)

    stamps = take()
    assert not stamps.changed()
    (root / "notes.txt").touch()
    (root / "__pycache__").mkdir()
    assert not stamps.changed(), "no source, no header"
    (root / "new.hpp").touch()
    assert stamps.changed()
    stamps = take()
    os.utime(root / "speed.h", ns=(1, 1))
    assert stamps.changed()
    stamps = take()
    (root / "speed.h").unlink()
    assert stamps.changed()
    assert not Stamps.of({root / "speed.h"}).changed(), "what is missing stays missing"


def test_the_finder_stands_alone() -> None:
    tree = ast.parse(FINDER.read_text(encoding="utf-8"), feature_version=(3, 9))
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert modules - {"__future__"} <= set(sys.stdlib_module_names)


def test_the_finder_judges_changes_as_stamps_do(tmp_path: Path) -> None:
    root = project(tmp_path / "p")
    state = json.loads(entries(root)["_pyz3_editable_acme_hello/state.json"])
    before = list(sys.meta_path)
    namespace: dict[str, object] = {"__file__": str(tmp_path / "__init__.py"), "__name__": "finder"}
    try:
        exec(compile(FINDER.read_text(encoding="utf-8"), str(FINDER), "exec"), namespace)  # noqa: S102 - its own copy
    finally:
        sys.meta_path[:] = before
    has_changed = namespace["has_changed"]
    assert callable(has_changed)
    assert not has_changed(state)
    (root / "more.c").touch()
    assert has_changed(state)
    (root / "more.c").unlink()
    assert not has_changed(state)
    (root / "speed.c").unlink()
    assert has_changed(state)


@pytest.mark.parametrize("text", [None, "", "{"])
def test_a_manifest_that_is_not_there(tmp_path: Path, text: str | None) -> None:
    found = load_project(project(tmp_path / "p"))
    path = Manifest.read(Cache(tmp_path / "cache"), found).path
    if text is not None:
        path.parent.mkdir(parents=True)
        path.write_text(text)
    assert Manifest.read(Cache(tmp_path / "cache"), found).digests == {}

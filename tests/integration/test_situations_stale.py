"""Situations of public bug reports: wheels of what was there before."""

from __future__ import annotations

import os
import re
import uuid
import zipfile
from typing import TYPE_CHECKING

import situations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINUX = ("linux-x86_64",)
HOST = ("host-3.13",)
SAYS = "import facts, stamp; print(facts.facts(), '|', stamp.stamp())"


def lay(path: Path, text: str) -> None:
    """Write a file in place, with the date that a reproducible archive gives all of them."""
    with path.open("r+" if path.exists() else "w", encoding="utf-8") as file:
        file.truncate()
        file.write(text)
    os.utime(path, (10**9, 10**9))


def builder(project: Path, cache: Path, tmp_path: Path) -> Callable[[str], tuple[str, str]]:
    """Give what builds a project for a date, and gives what its modules say and how the build ended."""

    def build(date: str) -> tuple[str, str]:
        built = situations.build(
            project, cache=cache, tmp_path=tmp_path, platforms=LINUX, changes={"SOURCE_DATE_EPOCH": date}
        )
        assert built.done.returncode == 0, built.done.stderr
        return built.prints(SAYS, HOST)["host-3.13"], built.done.stdout

    return build


def test_content_date_and_new_names_decide(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("stale", tmp_path)
    for path in project.rglob("*"):
        os.utime(path, (10**9, 10**9))
    build = builder(project, pyz3_cache, tmp_path)
    early, late = "Jan  1 2020 00:00:00", "Sep  9 2001 01:46:40"
    assert build("1577836800")[0] == f"a a none | {early} a"
    assert "nothing had to be compiled" in build("1577836800")[1]
    lay(project / "include/facts.h", '#define HEADER "b"\n')
    assert build("1577836800")[0] == f"b a none | {early} a"
    lay(project / "assets/embedded.txt", "b")
    lay(project / "assets/assembled.txt", "b")
    assert build("1000000000")[0] == f"b b none | {late} b"
    more = uuid.uuid4()  # no other run of this test has put it into the cache
    lay(project / "include/more.h", f'#define MORE "{more}"\n')
    said, told = build("1577836800")
    assert said == f"b b {more} | {early} b"
    assert "nothing had to be compiled" not in told
    # As all was at first but for the new header: the same bytes, and still no word of nothing having changed.
    (project / "include/more.h").unlink()
    lay(project / "include/facts.h", '#define HEADER "a"\n')
    lay(project / "assets/embedded.txt", "a")
    lay(project / "assets/assembled.txt", "a")
    assert build("1577836800")[0] == f"a a none | {early} a"
    # A file that is touched is equal.
    (project / "facts.c").touch()
    assert re.search(r"nothing had to be compiled", build("1577836800")[1])


def _lay_outer(outer: Path) -> None:
    for name, text in {"opened": "1", "printed": "1", "scripts/numbering.py": "NUMBER = 1\n"}.items():
        (outer / name).parent.mkdir(parents=True, exist_ok=True)
        (outer / name).write_text(text)
    (outer / "listed").mkdir()
    (outer / "deep" / "deeper").mkdir(parents=True)


def _facts(built: situations.Built) -> dict[str, str]:
    assert built.done.returncode == 0, built.done.stderr
    with zipfile.ZipFile(built.wheel("linux")) as archive:
        metadata = archive.read("readings-1.dist-info/METADATA").decode()
    (summary,) = (line for line in metadata.splitlines() if line.startswith("Summary: "))
    return dict(one.split("=") for one in summary.removeprefix("Summary: ").split("; "))


# What changes → which facts are others.
OUTSIDE = {
    "opened": ("2", "opened", "2"),
    "scripts/numbering.py": ("NUMBER = 2\n", "imported", "2"),
    "flag": ("", "existing", "True"),
    "other-flag": ("", "statable", "True"),
    "listed/new": ("", "listed", "1"),
    "deep/deeper/new.deep": ("", "globbed", "1"),
    "printed": ("2", "printed", "2"),
}
INSIDE = {
    "flag": ("", "own flag", "True"),
    "src/b.c": ("int unused_b;\n", "own sources", "2"),
    "package/__init__.py": ("", "own packages", "1"),
    "src/a.c": ("int more;\n", "own child", "4"),
}


def test_whatever_a_hook_has_read_is_as_it_was(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("readings", tmp_path)
    outer = tmp_path / "outer"
    _lay_outer(outer)
    variables = {"OUTER": str(outer), "CHILD": "1"}

    def build() -> dict[str, str]:
        return _facts(
            situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=LINUX, changes=variables)
        )

    known = build()
    stale = []
    for folder, changes in ((outer, OUTSIDE), (project, INSIDE)):
        for name, (text, fact, value) in changes.items():
            (folder / name).parent.mkdir(exist_ok=True)
            with (folder / name).open("a" if name == "src/a.c" else "w", encoding="utf-8") as file:
                file.write(text or "\n")
            now = build()
            known[fact] = value
            stale += [name] if now != known else []
            known = now
    assert stale == []
    variables["ANY_NAME"] = "x"
    assert build() == {**known, "variable": "x"}


def test_a_project_that_is_edited_while_it_is_built_is_built_again(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("readings", tmp_path)
    outer = tmp_path / "outer"
    _lay_outer(outer)
    edited = project / "package" / "edited.txt"
    edited.parent.mkdir()
    edited.write_text("one")
    variables = {"OUTER": str(outer), "EDITED": str(edited)}

    def build() -> tuple[situations.Built, str]:
        built = situations.build(
            project, cache=pyz3_cache, tmp_path=tmp_path, platforms=LINUX, changes=variables
        )
        return built, " ".join((built.done.stdout + built.done.stderr).split())

    built, said = build()
    assert _facts(built)["edited"] == "two"
    assert said.count("package/edited.txt: changed while it was built: building again") == 1
    assert "changed while" not in build()[1]
    edited.write_text("three")
    variables["ALWAYS"] = "1"
    assert "package/edited.txt: changed while it was built: wheels may hold what was before" in build()[1]

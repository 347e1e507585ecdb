"""``Python.h`` parsed once: the same bytes, and when the precompiled header must not be taken."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pytest

from pyz3.engine.header_search import _ASKED, HeaderSearch
from pyz3.engine.toolchain import find_toolchain
from pyz3.store import is_whole, seal
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = str(Platform.current())
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
ALL = ("linux-x86_64", "musllinux-aarch64", "macos-arm64", "windows-x64", "windows-x86", "linux-s390x")
PCH = "pyz3_opening.h.pch"


class Project:
    """A project with one module in C, and the cache it is built with.

    Args:
        root: Its folder.
        cache: The cache of all tests.
        name: A macro that is defined; what is precompiled for it is of this run alone.
        more: What follows in the extension's table.
    """

    def __init__(self, root: Path, cache: Path, name: str, more: str = "") -> None:
        self.cache = cache
        self.name = name
        self.texts: list[str] = []
        about = factory.extension("probe", "probe.c") + f'define = {{ {name} = "7" }}\n{more}'
        self.root = factory.write_project(root, f"\n{about}", {"probe.c": ""})

    def build(self, answer: str, platforms: Sequence[str] = (HERE,)) -> dict[str, str]:
        """Build it with another text of its source; give the digests of the wheels."""
        text = factory.ANSWER % {"name": "probe"} + f"/* {self.name} */\n"
        text = text.replace("FromLong(ANSWER)", f"FromLong({answer})")
        self.texts.append(hashlib.sha256(text.encode()).hexdigest())
        (self.root / "probe.c").write_text(text, encoding="utf-8")
        return self.wheels(platforms)

    def wheels(self, platforms: Sequence[str] = (HERE,)) -> dict[str, str]:
        shutil.rmtree(self.root / "dist", ignore_errors=True)
        chosen = [word for platform in platforms for word in ("--platform", platform)]
        done = factory.pyz3(
            "wheel", self.root, *chosen, "--python", PYTHON, "-o", self.root / "dist", cache=self.cache
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return factory.digests(self.root / "dist")

    def answer(self) -> int:
        (wheel,) = (self.root / "dist").glob("*.whl")
        folder = self.root / "installed"
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        code = "import probe; print(probe.answer())"
        return int(subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True))

    def openings(self) -> list[Path]:
        """The folders of what its texts were compiled with."""
        return [
            uses.parent
            for uses in sorted((self.cache / "openings").glob("*/uses.json"))
            if any(text in uses.read_text(encoding="utf-8") for text in self.texts)
        ]


@pytest.fixture
def macro() -> str:
    """A macro that no run of the tests has defined before: they share a cache."""
    return f"PROBE_{secrets.token_hex(8)}"


def test_the_same_bytes_as_without(tmp_path: Path, pyz3_cache: Path, macro: str) -> None:
    project = Project(tmp_path / "a", pyz3_cache, macro)
    first = project.build("1", ALL)
    assert len(first) == len(project.openings()) == len(ALL)
    assert [
        folder for folder in project.openings() if (folder / PCH).exists()
    ] == []  # one text is not enough
    project.build("2", ALL)
    made = project.openings()
    assert len(made) == len(ALL)
    assert all(is_whole(folder / PCH) for folder in made)
    # Another folder: zig knows none of its objects.
    again = Project(tmp_path / "b", pyz3_cache, macro)
    assert again.build("1", ALL) == first
    assert len(project.openings()) == len(ALL)  # what a project's folder is called makes no other


def test_what_clang_refuses_is_compiled_without(tmp_path: Path, pyz3_cache: Path, macro: str) -> None:
    project = Project(tmp_path / "refused", pyz3_cache, macro)
    project.build("1")
    project.build("2")
    (folder,) = project.openings()
    content = bytearray((folder / PCH).read_bytes())
    content[:4] = b"none"
    (folder / PCH).write_bytes(content)
    seal(folder / PCH)  # as if it had been made so
    project.build("3")
    assert project.answer() == 3
    assert not (folder / PCH).exists()
    project.build("4")  # and is not made again
    assert project.answer() == 4
    assert not (folder / PCH).exists()


def test_a_damaged_one_is_made_anew(tmp_path: Path, pyz3_cache: Path, macro: str) -> None:
    project = Project(tmp_path / "damaged", pyz3_cache, macro)
    project.build("1")
    project.build("2")
    (folder,) = project.openings()
    whole = (folder / PCH).read_bytes()
    (folder / PCH).write_bytes(whole[:-2000] + bytes(2000))
    project.build("3")
    assert project.answer() == 3
    assert (folder / PCH).read_bytes() == whole
    assert is_whole(folder / PCH)


def test_a_header_that_comes_before_the_systems(tmp_path: Path, pyz3_cache: Path, macro: str) -> None:
    folders = 'include-dirs = ["include"]\n'
    project = Project(tmp_path / "shadow", pyz3_cache, macro, folders)
    include = project.root / "include"
    include.mkdir()
    (include / "probe.h").write_text("", encoding="utf-8")
    project.build("EBADF")
    project.build("EBADF + 0")
    assert len(project.openings()) == 1
    before = project.answer()
    # Python.h includes errno.h, and so this one from now on.
    text = "#include_next <errno.h>\n#undef EBADF\n#define EBADF 4242\n"
    (include / "errno.h").write_text(text, encoding="utf-8")
    project.wheels()
    assert (before == 4242, project.answer()) == (False, 4242)
    shutil.rmtree(include)
    include.mkdir()
    project.wheels()
    assert project.answer() == before


def test_another_macro_or_mode_has_its_own(tmp_path: Path, pyz3_cache: Path, macro: str) -> None:
    project = Project(tmp_path / "flags", pyz3_cache, macro)
    for answer in ("1", macro):
        project.build(answer)
    assert project.answer() == 7
    assert len(project.openings()) == 1
    toml = project.root / "pyproject.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace('"7"', '"8"'), encoding="utf-8")
    project.wheels()
    assert project.answer() == 8
    assert len(project.openings()) == 2
    done = factory.pyz3(
        "wheel",
        project.root,
        "--python",
        PYTHON,
        "--optimize",
        "Debug",
        "-o",
        project.root / "dist",
        cache=pyz3_cache,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert project.answer() == 8
    assert len(project.openings()) == 2  # none with debug information


def test_projects_of_other_backends_too(tmp_path: Path, pyz3_cache: Path, macro: str) -> None:
    project = Project(tmp_path / "setuptools", pyz3_cache, macro)
    (project.root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "probe"\nversion = "1"\n'
    )
    (project.root / "setup.py").write_text(
        "from setuptools import Extension, setup\n"
        f"setup(ext_modules=[Extension('probe', ['probe.c'], define_macros=[('{macro}', '7')])])\n"
    )
    platforms = ("linux-x86_64", "macos-arm64", "windows-x64")
    first = project.build("1", platforms)
    project.build("2", platforms)
    made = project.openings()
    assert [is_whole(folder / PCH) for folder in made] == [True] * len(platforms)
    again = Project(tmp_path / "again", pyz3_cache, macro)
    for name in ("pyproject.toml", "setup.py"):
        shutil.copy(project.root / name, again.root / name)
    assert again.build("1", platforms) == first
    assert project.openings() == made


@pytest.mark.parametrize(
    "target", ["x86_64-windows-gnu", "aarch64-macos.11.0", "x86_64-linux-gnu.2.17", "aarch64-linux-musl"]
)
def test_all_that_these_headers_ask_for_is_known(tmp_path: Path, pyz3_cache: Path, target: str) -> None:
    """What they ask for is there, or in the list of what nobody has; else a project might have it."""
    toolchain = find_toolchain({}, pyz3_cache)
    include = max((pyz3_cache / "capi" / "headers").glob(f"{PYTHON}-*/include"))
    (tmp_path / "a.c").write_text("#include <Python.h>\n", encoding="utf-8")
    command = [str(toolchain.zig), "cc", "-target", target, "-isystem", str(include), "-M", "a.c"]
    text = subprocess.check_output(command, cwd=tmp_path, text=True, env=factory.environment(pyz3_cache))
    files = [Path(word) for word in text.replace("\\\n", " ").split()[2:]]
    assert len(files) > 100
    asked = {
        found[1].decode()
        for file in files
        for found in re.finditer(
            rb'(?:#\s*include(?:_next)?|__has_include(?:_next)?\s*\()\s*[<"]([^>"]+)', file.read_bytes()
        )
    }
    assert "errno.h" in asked
    search = HeaderSearch(zig_lib=toolchain.zig_lib)
    unknown = set()
    for name in asked:
        project = tmp_path / hashlib.sha256(name.encode()).hexdigest()
        (project / name).parent.mkdir(parents=True)
        (project / name).touch()
        if not search.precedes(str(project), str(include)) and not any(
            (file.parent / name).is_file() for file in files
        ):
            unknown.add(name)
    assert unknown == set()
    assert all(name == name.casefold() for name in _ASKED)

"""What is not done again: compiles that are the same for all Pythons, builds of what has not changed."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import situations

from pyz3.engine.manifests import scan_text
from pyz3.engine.toolchain import find_toolchain

if TYPE_CHECKING:
    from collections.abc import Callable

SAYS = "import counting._core as c; print(c.facts())"
BUILDING = ("pyz3.builder", "pyz3.engine", "lief", "rich.live")
HOSTS = ("host-3.12", "host-3.13")
NATIVE = """
[project]
name = "counting"
version = "1"

[build-system]
requires = ["pyz3"]
build-backend = "pyz3.backend"

[[tool.pyz3.extensions]]
name = "counting._core"
sources = ["src/*.c"]
include-dirs = ["include"]
"""


def native(project: Path) -> None:
    (project / "setup.py").unlink()
    (project / "pyproject.toml").write_text(NATIVE)


@pytest.mark.parametrize("change", [native, lambda _: None], ids=["native", "setuptools"])
def test_compiled_once(change: Callable[[Path], None], pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("compiled_once", tmp_path)
    change(project)
    toolchain = find_toolchain({}, pyz3_cache)
    objects = toolchain.project_caches(Path(os.path.realpath(project)))

    def build(*pythons: str) -> situations.Built:
        words = [word for python in pythons for word in ("--python", python)]
        built = situations.build(
            project,
            *words,
            cache=pyz3_cache,
            tmp_path=tmp_path,
            platforms=("linux-x86_64",),
            python="",
        )
        assert built.done.returncode == 0, built.done.stderr
        return built

    def compiled(name: str) -> int:
        # What pyz3 takes out of an archive is no compile.
        return len(
            [one for one in objects.glob(f"*/o/*/{name}.o") if not one.parent.name.startswith("pyz3-")]
        )

    def facts(core: str) -> dict[str, int]:
        """What is compiled, from what there was, when both Pythons are built; their modules say ``core``."""
        names = ("a_core", "b_module", "c_asks")
        before = {name: compiled(name) for name in names}
        said = build("3.12", "3.13").prints(SAYS, HOSTS)
        assert said == {
            "host-3.12": f"{core} src/a_core.c, no sections, 12",
            "host-3.13": f"{core} src/a_core.c, sections, 13",
        }
        return {name: compiled(name) - before[name] for name in names}

    assert facts("first nothing") == {"a_core": 1, "b_module": 2, "c_asks": 2}
    together = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    # As if there were no other: the same bytes.
    shutil.rmtree(tmp_path / "out")
    (alone,) = build("3.13").wheels
    assert alone.read_bytes() == together[alone.name]
    # A touched file is equal; a header that shadows another is not.
    (project / "src/a_core.c").touch()
    core = (project / "include/core.h").read_text()
    (project / "src/core.h").write_text(core.replace("first", "shadowing"))
    assert facts("shadowing nothing") == {"a_core": 1, "b_module": 2, "c_asks": 2}
    (project / "src/core.h").unlink()
    # Python comes into sight by way of a header.
    (project / "include/core.h").write_text(f"#include <patchlevel.h>\n{core}")
    assert facts("first python")["a_core"] == 2


def test_a_compile_error_is_told_for_each_python(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("compiled_once", tmp_path)
    native(project)
    (project / "src/a_core.c").write_text("int broken(void) { return missing; }\n")
    pythons = ("--python", "3.12", "--python", "3.13")
    built = situations.build(
        project, *pythons, cache=pyz3_cache, tmp_path=tmp_path, platforms=("linux-x86_64",), python=""
    )
    assert built.done.returncode == 1
    assert "linux-x86_64 · counting._core  (cp312, cp313)" in built.done.stderr
    assert "a_core.c:1:27: error: use of undeclared identifier 'missing'" in built.done.stderr


def test_no_header_of_zigs_own_asks_for_one_of_pythons(pyz3_cache: Path) -> None:
    # Folders of Python's headers may be left out where no file of the project asks for one of them.
    toolchain = find_toolchain({}, pyz3_cache)
    folders = [path for path in toolchain.cache.headers.glob("*/include") if path.is_dir()]
    theirs = {path.relative_to(one).as_posix().casefold() for one in folders for path in one.rglob("*.h")}
    assert "python.h" in theirs
    lib = toolchain.zig_lib.resolve()
    places = ("include", "libcxx/include", "libcxxabi/include", "libunwind/include", "libc/include")
    headers = (path for place in places for path in (lib / place).rglob("*") if path.is_file())
    asked = {name.casefold() for path in headers for name in scan_text(path.read_bytes()).names}
    assert len(asked) > 20_000
    assert asked & theirs == set()


@pytest.mark.parametrize("change", [native, lambda _: None], ids=["native", "setuptools"])
def test_an_unchanged_project_is_not_built(
    change: Callable[[Path], None], pyz3_cache: Path, tmp_path: Path
) -> None:
    project = situations.copy("compiled_once", tmp_path)
    change(project)

    def build() -> tuple[situations.Built, bool]:
        """Build, and tell whether it was known what is built."""
        built = situations.build(
            project,
            cache=pyz3_cache,
            tmp_path=tmp_path,
            platforms=("linux-x86_64",),
            changes={"PYTHONPROFILEIMPORTTIME": "1"},
        )
        assert built.done.returncode == 0, built.done.stderr
        imported = set(re.findall(r"\| +([\w.]+)$", built.done.stderr, re.MULTILINE))
        assert "pyz3.unchanged" in imported
        return built, not imported.intersection(BUILDING)

    def says(built: situations.Built) -> str:
        return built.prints(SAYS, ("host-3.13",))["host-3.13"]

    first, known = build()
    assert not known
    again, known = build()
    assert known
    assert "nothing had changed" in again.done.stdout
    without_times = [re.sub(r"\d+\.\d\d s", "", one.done.stdout).partition("\n")[0] for one in (first, again)]
    assert without_times[0] == without_times[1]
    # A file of the same size and dates, laid anew: its content decides.
    header = project / "include/core.h"
    status = header.stat()
    other = header.with_name("other")
    other.write_text(header.read_text().replace("first", "other"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(header)
    built, known = build()
    assert not known
    assert says(built).startswith("other nothing")
    # A wheel that is damaged, and one that is gone, are made anew.
    (wheel,) = built.wheels
    content = wheel.read_bytes()
    wheel.write_bytes(bytes((content[0] ^ 1, *content[1:])))
    assert not build()[1]
    assert wheel.read_bytes() == content
    wheel.unlink()
    assert not build()[1]
    assert wheel.read_bytes() == content
    assert build()[1]


def test_what_hooks_went_by_counts(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("compiled_once", tmp_path)
    above, elsewhere = tmp_path / "VERSION", tmp_path / "elsewhere" / "release"
    elsewhere.parent.mkdir()
    (project / "pyproject.toml").unlink()  # which says the version
    script = project / "setup.py"
    reading = f"open({str(elsewhere)!r}).read()"
    script.write_text(
        script.read_text().replace("setup(ext", f"setup(name='counting', version={reading}, ext")
    )

    def build(version: str) -> str:
        elsewhere.write_text(version)
        done = situations.build(
            project, cache=pyz3_cache, tmp_path=tmp_path, platforms=("linux-x86_64",)
        ).done
        assert done.returncode == 0, done.stderr
        assert f"counting-{version}-cp" in done.stdout
        return done.stdout

    build("1")
    assert "nothing had changed" in build("1")
    assert "nothing had changed" not in build("2")
    assert "nothing had changed" in build("2")
    # From now on the project reads a file above its folder: it is built each time.
    script.write_text(script.read_text().replace(reading, "open('../VERSION').read()"))
    for version in ("3", "4", "4"):
        above.write_text(version)
        assert "nothing had changed" not in build(version)


def test_what_lies_elsewhere_is_built_each_time(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("compiled_once", tmp_path)
    native(project)
    (project / "include").rename(tmp_path / "include")
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace('"include"', f'"{(tmp_path / "include").as_posix()}"'))
    for fact in ("first", "other"):
        header = tmp_path / "include/core.h"
        header.write_text(header.read_text().replace("first", fact))
        built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=("linux-x86_64",))
        assert built.prints(SAYS, ("host-3.13",))["host-3.13"].startswith(f"{fact} nothing")

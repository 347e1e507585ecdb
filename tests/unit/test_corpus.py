"""Real projects against their official wheels: what counts as a difference, and what is said."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import msgspec
import pytest
from compat.builds import command_line, error_for, left_out
from compat.cells import Cell
from compat.comparison import COPIES, _is_same, compare, with_evidence
from compat.contents import read_wheel
from compat.downloads import Downloads
from compat.observing import Shown
from compat.observing import differences as differences_shown
from compat.oracle import Answer, Difference, Verdict, explained, exports_missing, table
from compat.page import render
from compat.projects import Known, Project, Suite, load_projects
from compat.runs import Run, complete, counterpart, merged
from compat.sizes import sizes, sizes_line
from compat.trials import unpack
from compat.verdicts import CellResult, ProjectResult, SuiteResult, judge

from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"
METADATA = b"Metadata-Version: 2.4\nName: thing\nVersion: 1\n\nAbout it.\n"
LINUX = Cell(platform=Platform.LINUX_X86_64, python=PythonVersion(3, 13))
MAC = Cell(platform=Platform.MACOS_X86_64, python=PythonVersion(3, 13))
ARM_MAC = Cell(platform=Platform.MACOS_ARM64, python=PythonVersion(3, 13))
WINDOWS = Cell(platform=Platform.WINDOWS_X64, python=PythonVersion(3, 13))


def wheel(folder: Path, tag: str, files: Mapping[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"thing-1-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {"thing-1.dist-info/METADATA": METADATA, **files}.items():
            archive.writestr(name, data)
    return path


def differences(
    tmp_path: Path,
    ours: Mapping[str, bytes],
    official: Mapping[str, bytes],
    *,
    tags: tuple[str, str] = (f"cp313-cp313-{MANYLINUX}", f"cp313-cp313-{MANYLINUX}"),
    cell: Cell = LINUX,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    mine = read_wheel(wheel(tmp_path / "ours", tags[0], ours))
    theirs = read_wheel(wheel(tmp_path / "official", tags[1], official))
    compared = compare(mine, theirs, cell)
    return compared.differences, compared.notes


def test_contents(tmp_path: Path) -> None:
    path = wheel(
        tmp_path,
        f"cp313-cp313-{MANYLINUX}",
        {
            "thing/__init__.py": b"",
            "thing/_a.cpython-313-x86_64-linux-gnu.so": b"a",
            "thing/sub/_b.abi3.so": b"b",
            "thing/_c.so": b"c",
            "top.cp313-win_amd64.pyd": b"d",
            "thing-1.data/platlib/thing/_e.pyd": b"e",
            "thing-1.data/purelib/thing/pure.py": b"p",
            "thing-1.data/scripts/run": b"#!python",
            "thing.libs/libgomp-1234.so.1.0.0": b"g",
            "thing/.dylibs/libz.dylib": b"z",
            "thing/helper.dll": b"h",
            "thing-1.dist-info/RECORD": b"",
            "thing-1.dist-info/WHEEL": b"",
            "thing-1.dist-info/licenses/LICENSE": b"",
            "thing-1.dist-info/entry_points.txt": b"[console_scripts]\nRun = thing:main\n[empty]\n",
        },
    )
    contents = read_wheel(path)
    assert contents.modules == {
        "thing._a": "thing/_a.cpython-313-x86_64-linux-gnu.so",
        "thing.sub._b": "thing/sub/_b.abi3.so",
        "thing._c": "thing/_c.so",
        "top": "top.cp313-win_amd64.pyd",
        "thing._e": "thing-1.data/platlib/thing/_e.pyd",
    }
    assert contents.files == {
        "thing/__init__.py": b"",
        "thing/pure.py": b"p",
        ".data/scripts/run": b"#!python",
    }
    assert contents.libraries == {
        "thing.libs/libgomp-1234.so.1.0.0",
        "thing/.dylibs/libz.dylib",
        "thing/helper.dll",
    }
    assert contents.dist_info == {"METADATA", "LICENSE", "entry_points.txt"}
    assert contents.entry_points == {"console_scripts": {"Run": "thing:main"}}
    assert contents.metadata["name"] == ("thing",)
    assert not contents.is_pure


def test_same_wheels(tmp_path: Path) -> None:
    files = {"thing/__init__.py": b"x = 1\n", "thing/_a.cpython-313-x86_64-linux-gnu.so": b"ours"}
    official = {**files, "thing/_a.cpython-313-x86_64-linux-gnu.so": b"theirs"}
    assert differences(tmp_path, files, official) == ((), ())


def test_every_difference_is_told(tmp_path: Path) -> None:
    ours = {"thing/_a.so": b"", "thing/_x.so": b"", "thing/a.py": b"1", "thing/b.py": b"1"}
    official = {"thing/_a.so": b"", "thing/_y.so": b"", "thing/a.py": b"2", "thing/c.py": b"1"}
    official["thing-1.dist-info/entry_points.txt"] = b"[console_scripts]\nrun = thing:main\n"
    assert differences(tmp_path, ours, official) == (
        (
            "extension module missing: thing._y",
            "extension module extra: thing._x",
            "file missing: thing/c.py",
            "file extra: thing/b.py",
            "file differs: thing/a.py",
            "entry points differ",
        ),
        (".dist-info file missing: entry_points.txt",),
    )


def test_what_tools_make_is_no_difference(tmp_path: Path) -> None:
    ours = {
        "thing/__init__.py": b'"""It."""\n\nimport os\n',
        "thing/_a.c": b"/* Generated by Cython 3.1 */\nours",
        "thing/text.py": b"a\nb\n",
    }
    patch = b'"""It."""\n\n\n# start delvewheel patch\nimport sys\n\n# end delvewheel patch\n\nimport os\n'
    official = {
        "thing/__init__.py": patch,
        "thing/_a.c": b"/* Generated by Cython 3.0 */\ntheirs",
        "thing/text.py": b"a\r\nb\r\n",
        "thing.libs/msvcp140.dll": b"",
        "thing-1.dist-info/DELVEWHEEL": b"",
        "thing-1.dist-info/sboms/auditwheel.cdx.json": b"",
    }
    assert differences(tmp_path, ours, official) == (
        (),
        ("line ends differ in 1 files", "library missing: thing.libs/msvcp140.dll"),
    )


def test_a_library_of_the_project_s_own_is_missed(tmp_path: Path) -> None:
    official = {
        "msvcp140-a4c2229bdc2a2a630acdc095b4d86008.dll": b"",
        "thing/.dylibs/libz.dylib": b"",
        "thing/attach.dylib": b"",
    }
    assert differences(tmp_path, {}, official) == (
        ("library missing: thing/attach.dylib",),
        (
            "library missing: msvcp140-a4c2229bdc2a2a630acdc095b4d86008.dll",
            "library missing: thing/.dylibs/libz.dylib",
        ),
    )


def test_packed_sources_are_noted(tmp_path: Path) -> None:
    found = differences(
        tmp_path, {"a/x.c": b"", "a/y.cpp": b"", "a/z.h": b""}, {"a/w.cc": b"", "a/y.cpp": b"1"}
    )
    notes = ("file missing: a/w.cc", "file extra: a/x.c")
    assert found == (("file extra: a/z.h", "file differs: a/y.cpp"), notes)


def test_a_file_that_holds_a_patch_alone_is_not_missed(tmp_path: Path) -> None:
    patch = b'""""""# start delvewheel patch\r\nimport sys\r\n# end delvewheel patch\r\n'
    assert differences(tmp_path, {}, {"stubs/__init__.py": patch}) == ((), ())
    assert differences(tmp_path, {}, {"a.py": patch + b"x = 1\r\n"})[0] == ("file missing: a.py",)


def test_changed_code_beside_a_patch_is_a_difference(tmp_path: Path) -> None:
    official = {"a.py": b"# start delvewheel patch\nimport sys\n# end delvewheel patch\nimport json\n"}
    assert differences(tmp_path, {"a.py": b"import os\n"}, official)[0] == ("file differs: a.py",)


def test_metadata_is_noted(tmp_path: Path) -> None:
    other = {"thing-1.dist-info/METADATA": METADATA.replace(b"2.4", b"2.1") + b"More.\n"}
    found = differences(tmp_path, {}, other)
    assert found == ((), ("METADATA differs: description",))


@pytest.mark.parametrize(
    ("cell", "ours", "official", "expected"),
    [
        (LINUX, f"cp313-cp313-{MANYLINUX}", "cp313-cp313-manylinux_2_28_x86_64", ((), (), "older")),
        (LINUX, f"cp313-cp313-{MANYLINUX}", "cp313-cp313-manylinux2014_x86_64", ((), (), "equal")),
        # An older system than pyz3 ever promises is no difference, an older one than it could is.
        (
            LINUX,
            f"cp313-cp313-{MANYLINUX}",
            f"cp313-cp313-manylinux_2_5_x86_64.manylinux1_x86_64.{MANYLINUX}",
            ((), ("oldest system: 2.17, officially 2.5",), "newer"),
        ),
        (
            LINUX,
            "cp313-cp313-manylinux_2_28_x86_64",
            f"cp313-cp313-{MANYLINUX}",
            (("oldest system: 2.28, officially 2.17",), (), "newer"),
        ),
        (
            LINUX,
            f"cp313-cp313-{MANYLINUX}",
            f"cp39-abi3-{MANYLINUX}",
            (("tag: cp313-cp313, officially cp39-abi3",), (), "equal"),
        ),
        (MAC, "cp313-cp313-macosx_10_13_x86_64", "cp313-cp313-macosx_10_13_universal2", ((), (), "equal")),
        (
            MAC,
            "cp313-cp313-macosx_10_13_x86_64",
            "cp313-cp313-macosx_10_9_universal2",
            ((), ("oldest system: 10.13, officially 10.9",), "newer"),
        ),
        (ARM_MAC, "cp313-cp313-macosx_11_0_arm64", "cp313-cp313-macosx_10_9_universal2", ((), (), "equal")),
        (WINDOWS, "cp313-cp313-win_amd64", "cp313-cp313-win_amd64", ((), (), "equal")),
    ],
)
def test_tags(
    tmp_path: Path,
    cell: Cell,
    ours: str,
    official: str,
    expected: tuple[tuple[str, ...], tuple[str, ...], str],
) -> None:
    mine = read_wheel(wheel(tmp_path / "ours", ours, {}))
    theirs = read_wheel(wheel(tmp_path / "official", official, {}))
    compared = compare(mine, theirs, cell)
    assert (compared.differences, compared.notes, compared.floor) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (LINUX, f"thing-1-cp313-cp313-{MANYLINUX}.whl"),
        (WINDOWS, "thing-1-cp39-abi3-win_amd64.whl"),
        (MAC, "thing-1-cp313-cp313-macosx_10_13_universal2.whl"),
        (
            Cell(platform=Platform.LINUX_X86_64, python=PythonVersion(3, 11)),
            "thing-1-py3-none-any.whl",
        ),
        (
            Cell(platform=Platform.MUSLLINUX_X86_64, python=PythonVersion(3, 13)),
            "thing-1-cp313-cp313-musllinux_1_2_x86_64.whl",
        ),
    ],
)
def test_an_installer_takes_the_best_wheel(cell: Cell, expected: str) -> None:
    names = [
        f"thing-1-cp313-cp313-{MANYLINUX}.whl",
        "thing-1-cp313-cp313-macosx_10_13_universal2.whl",
        "thing-1-cp313-cp313-musllinux_1_2_x86_64.whl",
        "thing-1-cp39-abi3-win_amd64.whl",
        "thing-1-py3-none-any.whl",
    ]
    assert cell.fitting(names)[0] == expected
    assert cell.fitting(["thing-1-cp310-cp310-win32.whl"]) == ()


def test_every_platform_has_tags_that_pyz3_gives() -> None:
    for platform in Platform:
        if platform.spec.default:
            cell = Cell(platform=platform, python=PythonVersion(3, 13))
            name = f"thing-1-cp313-cp313-{platform.wheel_platform_for(platform.floor(cell.python))}.whl"
            assert cell.fitting([name]) == (name,)
            assert cell.floor(name) == cell.default_floor


KNOWN = (
    Known(what="extension module missing: thing._a", cause="a library", platforms=("windows-*",)),
    Known(what="build: *a.h*", cause="a header", platforms=("macos-*", "windows-*"), pythons=("3.13",)),
)


@pytest.mark.parametrize(
    ("cell", "reasons", "built", "published", "expected"),
    [
        (WINDOWS, (), True, True, ("equal", ())),
        (WINDOWS, (), True, False, ("unpublished", ())),
        (WINDOWS, ("extension module missing: thing._a",), True, True, ("known", ("a library",))),
        (LINUX, ("extension module missing: thing._a",), True, True, ("different", ())),
        (WINDOWS, ("extension module missing: thing._a2",), True, True, ("different", ())),
        (WINDOWS, ("extension module missing: thing._a", "file extra: x"), True, True, ("different", ())),
        (MAC, ("build: x.c:1: error:\n'a.h' not found",), False, True, ("known", ("a header",))),
        (MAC, ("build: x.c:1: error: b.h",), False, True, ("failed", ())),
        (LINUX, ("build: a.h",), False, False, ("failed", ())),
    ],
)
def test_verdicts(
    cell: Cell,
    reasons: tuple[str, ...],
    built: bool,
    published: bool,
    expected: tuple[str, tuple[str, ...]],
) -> None:
    assert judge(cell, reasons, built=built, published=published, known=KNOWN) == expected


LOG = """\
! thing._fast is left out: 'foo.h' file not found  (cp313-win_amd64, cp311-win_amd64)
  the package uses its Python version of it instead, which is slower
✗ windows-x64 · thing._a  (cp311, cp313)
✗ linux-x86_64 · thing._a  (cp311)
a.c:1:1: error: expected ';'

tip: mend it
✗ macos-x86_64  (cp311)
setup.py ended with code 1
✗ any platform
the disk is full
✗ linux-x86_64 · thing._b  (cp313)
error: unable to find dynamic system library 'z'
tip: build it
2 wheels in 3 s; 4 failed
error: 4 of 6 wheels could not be built
"""


def test_errors_are_found_in_the_log() -> None:
    assert (
        error_for(WINDOWS, LOG) == "thing._a:\na.c:1:1: error: expected ';'\ntip: mend it\nthe disk is full"
    )
    assert error_for(MAC, LOG) == "the disk is full"
    assert error_for(LINUX, LOG) == (
        "the disk is full\nthing._b:\nerror: unable to find dynamic system library 'z'\ntip: build it"
    )
    assert error_for(MAC, "error: no such project\ntip: look\n") == "error: no such project\ntip: look"
    assert error_for(MAC, "Traceback\n  boom\n") == "Traceback\n  boom"
    assert error_for(MAC, "") == "no wheel, and nothing said"
    assert left_out(WINDOWS, LOG) == ("thing._fast: 'foo.h' file not found",)
    assert left_out(MAC, LOG) == ()


def test_command_line() -> None:
    project = Project(name="thing", version="1", languages=("C",))
    words = command_line(project, (WINDOWS, LINUX), all_platforms=False)
    assert words == [
        *("pyz3", "wheel", "thing==1", "--platform", "windows-x64", "--platform", "linux-x86_64"),
        *("--python", "3.13"),
    ]
    older = msgspec.structs.replace(project, pythons=("3.9",))
    assert command_line(older, (LINUX,), all_platforms=True)[4:] == ["--python", "3.9", "--python", "3.13"]
    with_file = msgspec.structs.replace(project, config='skip = "x"')
    assert command_line(with_file, (WINDOWS,), all_platforms=True)[3:] == [
        *("--all-platforms", "--python", "3.13", "--config", "pyz3.toml"),
    ]


def test_kept_results_are_judged_by_the_list_as_it_is_now(tmp_path: Path) -> None:
    run = Run(
        cells=(LINUX, WINDOWS),
        downloads=Downloads(root=tmp_path),
        work=tmp_path,
        revision="abc",
        all_platforms=False,
        suites=False,
        say=lambda _: None,
    )
    official = "thing-1-cp313-cp313-win_amd64.whl"
    passed = SuiteResult(runtime="host-3.13", state="passed", summary="1 passed")
    failed = SuiteResult(runtime="host-3.13", state="failed", summary="1 failed")
    cells = (
        cell_result(LINUX, "equal", wheel="w.whl", official=official, suite=passed),
        cell_result(
            WINDOWS,
            "different",
            wheel="w.whl",
            official=official,
            reasons=("file extra: x", "tests: 1 failed"),
            suite=failed,
        ),
    )
    result = ProjectResult(
        name="thing", version="1", command="", date="2026-11-21", revision="abc", seconds=1.0, cells=cells
    )
    project = Project(
        name="thing",
        version="1",
        languages=("C",),
        known=(Known(what="file extra: *", cause="a build from a checkout"),),
        tests=Suite(paths=(), arguments=()),
    )
    first, second = complete(project, result, run).cells
    assert first == cells[0]
    # The list has no tests for Windows any more, and a cause for the file.
    assert (second.status, second.causes, second.suite) == ("known", ("a build from a checkout",), None)
    assert second.reasons == ("file extra: x",)


def test_settings_are_on_the_page() -> None:
    result = ProjectResult(
        name="thing", version="1", command="", date="2026-11-21", revision="abc", seconds=1.0, cells=()
    )
    project = Project(
        name="thing",
        version="1",
        languages=("C",),
        environment={"A": "1", "B": "x y"},
        constraints=("numpy<2",),
        config='skip = "*"\n',
        libraries=("libdeep",),
        pythons=("3.9",),
    )
    page = render([result], [project], command="")
    assert page.partition("## Settings\n\n")[2].partition("\n\n")[2] == (
        "| project | settings |\n| --- | --- |\n"
        "| thing | `A=1`; `B=x y`; build requirements: `numpy<2`; also `--python 3.9`; "
        "[`--config`](#the-file-for-thing) |\n\n"
        '### The file for thing\n\n```toml\nskip = "*"\n```\n\n'
        "`libdeep.py`: [the script](../tests/compat/libraries/libdeep.py).\n"
    )
    plain = Project(name="thing", version="1", languages=("C",))
    assert "## Settings" not in render([result], [plain], command="")


def test_unpacking_leaves_the_dependencies_alone(tmp_path: Path) -> None:
    dependencies = tmp_path / "dependencies"
    dependencies.mkdir()
    (dependencies / "shared.py").write_text("theirs")
    path = wheel(
        tmp_path, f"cp313-cp313-{MANYLINUX}", {"shared.py": b"ours", "thing-1.data/platlib/x/y.py": b"y"}
    )
    unpack(path, dependencies, tmp_path / "site")
    assert (dependencies / "shared.py").read_text() == "theirs"
    assert (tmp_path / "site" / "shared.py").read_text() == "ours"
    assert (tmp_path / "site" / "x" / "y.py").read_text() == "y"


def test_the_list_is_as_it_must_be() -> None:
    projects = load_projects()
    names = [project.name for project in projects]
    assert names == sorted(names)
    assert len(projects) >= 60
    assert {language for project in projects for language in project.languages} >= {"C", "C++", "Cython"}
    suites = [project.tests for project in projects if project.tests is not None]
    assert sum("linux-x86_64" in suite.platforms for suite in suites) >= 10
    assert sum("windows-x64" in suite.platforms for suite in suites) >= 5
    platforms = {str(platform) for platform in Platform}
    assert {name for suite in suites for name in suite.platforms} <= platforms


def cell_result(cell: Cell, status: str, **values: object) -> CellResult:
    return CellResult(platform=str(cell.platform), python=str(cell.python), status=status, **values)  # type: ignore[arg-type]


def test_page() -> None:
    old = Cell(platform=Platform.WINDOWS_X64, python=PythonVersion(3, 11))
    binary = {"wheel": "w.whl", "official": "thing-1-cp313-cp313-win_amd64.whl"}
    passed = SuiteResult(runtime="host-3.13", state="passed", summary="1 passed")
    cells = (
        cell_result(LINUX, "equal", imported="host-3.13", suite=passed, size=30, official_size=40, **binary),
        cell_result(old, "equal", size=99, official_size=90, **binary),
        cell_result(WINDOWS, "known", reasons=("file extra: x",), causes=("needs a | library",), **binary),
    )
    other = (
        cell_result(LINUX, "unpublished", wheel="w.whl", official="other-1-py3-none-any.whl"),
        cell_result(old, "failed", reasons=("build: x\n  y",), official=binary["official"]),
        cell_result(WINDOWS, "failed", reasons=("build: x\n  y",), official=binary["official"]),
    )
    common = {"version": "1", "command": "pyz3", "date": "2026-11-21", "revision": "abc", "seconds": 1.0}
    results = [
        ProjectResult(name="thing", cells=cells, **common),  # type: ignore[arg-type]
        ProjectResult(name="other", cells=other, **common),  # type: ignore[arg-type]
        ProjectResult(
            name="third",
            cells=other[:1],
            **{**common, "date": "2026-11-27", "revision": "def"},  # type: ignore[arg-type]
        ),
    ]
    projects = [
        Project(name="thing", version="1", languages=("C", "C++")),
        Project(name="other", version="1", languages=("C",)),
        Project(name="third", version="1", languages=("C",)),
    ]
    text = render(results, projects, command="python scripts/corpus.py --write-docs")
    assert "2 of 5 cells (40.0 %) are like the official wheel; " in text
    assert "with those that differ for a known cause: 3 (60.0 %)" in text
    assert "2 of 2 cells without an official binary wheel have one of ours" in text
    assert "In 1 cells every extension module was imported" in text
    assert "that pass: 1 on linux-x86_64.\n" in text
    assert "3 projects (3 with C, 1 with C++)" in text
    assert text.splitlines()[10].startswith("2026-11-21 to 2026-11-27; Python")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows[9:14] == [
        "| project | linux-x86_64 | windows-x64 | pyz3 |",
        "| --- | --- | --- | --- |",
        "| thing 1 | ✓ | (1) | abc, 2026-11-21 |",
        "| other 1 | + | ✗ | abc, 2026-11-21 |",
        "| third 1 | + | · | def, 2026-11-27 |",
    ]
    assert rows[14:] == [
        "|  | projects | cause |",
        "| --- | --- | --- |",
        "| (1) | thing | needs a \\| library |",
        "| project | cells | what |",
        "| --- | --- | --- |",
        "| other | windows-x64 3.11, windows-x64 3.13 | build: x y |",
        "| platform | wheels | median | largest | larger than the official one |",
        "| --- | --- | --- | --- | --- |",
        "| linux-x86_64 | 1 | 0.75 | 0.75 (thing) | 0 |",
        "| windows-x64 | 1 | 1.10 | 1.10 (thing) | 1 |",
        "| project | cell | result | summary |",
        "| --- | --- | --- | --- |",
        "| thing | linux-x86_64 3.13 | passed | 1 passed |",
    ]


def test_sizes() -> None:
    def result(name: str, *counts: tuple[Cell, int, int]) -> ProjectResult:
        cells = tuple(cell_result(of, "equal", size=a, official_size=b) for of, a, b in counts)
        return ProjectResult(
            name=name, version="1", command="", date="2026-11-21", revision="abc", seconds=1.0, cells=cells
        )

    found = sizes(
        [
            result("one", (LINUX, 50, 100), (MAC, 98, 100)),
            result("two", (LINUX, 110, 100), (MAC, 0, 100)),  # not built
            result("three", (LINUX, 70, 100), (MAC, 100, 0)),  # published for any platform
        ]
    )
    assert [sizes_line(one) for one in found] == [
        "linux-x86_64: 0.70 of the official size (median of 3 wheels), at most 1.10 (two); 1 is larger",
        "macos-x86_64: 0.98 of the official size (median of 1 wheels), at most 0.98 (one); 0 are larger",
    ]


def test_the_wheel_with_the_official_tags_is_compared(tmp_path: Path) -> None:
    own, stable = (tmp_path / f"thing-1-{abi}-win_amd64.whl" for abi in ("cp313-abi3", "cp311-abi3"))
    assert counterpart(WINDOWS, (own, stable), tmp_path / "thing-1-cp311-abi3-win_amd64.whl") == stable
    assert counterpart(WINDOWS, (own, stable), tmp_path / "thing-1-cp39-abi3-win_amd64.whl") == own
    assert counterpart(WINDOWS, (own, stable), None) == own
    assert counterpart(WINDOWS, (), tmp_path / "thing-1-cp311-abi3-win_amd64.whl") is None


def test_the_commit_in_a_version_file_does_not_matter() -> None:
    text = b"# file generated by %s\n__version__ = version = '%s'\n__commit_id__ = commit_id = %s\n"
    official = text % (b"setuptools-scm", b"1.2", b"'g59b2d81'")
    assert _is_same(text % (b"vcs-versioning", b"1.2", b"None"), official)
    assert not _is_same(text % (b"vcs-versioning", b"1.3", b"None"), official)


def test_the_folder_of_the_build_does_not_matter() -> None:
    folder = f"/h/.cache/pyz3/{COPIES}/x-1-ab/cp311-win_amd64/src"
    ours = f"A = '{folder}/a.c'\nB = '{folder}/lib'\n".encode()
    assert _is_same(ours, b"A = '/project/a.c'\nB = '/project/lib'\n")
    assert _is_same(ours, b"A = 'D:\\\\a\\\\x\\\\a.c'\r\nB = 'D:\\\\a\\\\x\\\\lib'\r\n")
    assert not _is_same(ours, b"A = '/project/a.c'\nB = '/elsewhere/lib'\n")
    assert not _is_same(ours, b"A = '/project/b.c'\nB = '/project/lib'\n")
    assert not _is_same(b"A = '/project/a.c'\n", b"A = '/elsewhere/a.c'\n")


def test_the_sdist_explains_differences(tmp_path: Path) -> None:
    source = tmp_path / "thing-1"
    (source / "src" / "thing").mkdir(parents=True)
    (source / "src" / "thing" / "a.py").write_text("a")
    (source / "src" / "thing" / "b.py").write_text("b")
    ours = read_wheel(wheel(tmp_path, "py3-none-any", {"thing/a.py": b"a", "thing/b.py": b"B"}))
    texts = [
        "file differs: thing/a.py",
        "file differs: thing/b.py",
        "file missing: thing/c.py",
        "file missing: a.py",
    ]
    assert with_evidence([*texts, "entry points differ"], ours, source) == (
        "file differs: thing/a.py (ours is the sdist's)",
        "file differs: thing/b.py",
        "file missing: thing/c.py (not in the sdist)",
        "file missing: a.py",
        "entry points differ",
    )


def shown(**values: object) -> Shown:
    return msgspec.convert(values, Shown)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"constants": {"A": "1"}}, {"constants": {"A": "1"}}, ()),
        ({"constants": {"A": "1"}}, {"constants": {"A": "2"}}, ("m.A: 1, theirs 2",)),
        ({"constants": {"A": "1"}}, {"constants": {"B": "1"}}, ("m.B: missing", "m.A: extra")),
        ({"error": "ImportError: no"}, {}, ("m: ImportError: no, theirs imported",)),
        ({"error": "ImportError: no"}, {"error": "ImportError: no"}, ()),
        (
            {"warnings": ["UserWarning: a"]},
            {"warnings": ["UserWarning: b"]},
            ("m: warning missing: UserWarning: b", "m: warning extra: UserWarning: a"),
        ),
        (
            {"functions": {"f": ["(a)", "It."]}},
            {"functions": {"f": ["(a, b)", "It."]}},
            ("m.f: ('(a)', 'It.'), theirs ('(a, b)', 'It.')",),
        ),
    ],
)
def test_what_two_builds_of_a_module_show(
    ours: dict[str, object], theirs: dict[str, object], expected: tuple[str, ...]
) -> None:
    assert differences_shown({"m": shown(**ours)}, {"m": shown(**theirs)}) == expected


def test_a_module_that_one_build_lacks() -> None:
    assert differences_shown({}, {"m": shown()}) == ("m: not tried",)


def test_the_newest_row_of_a_project_counts() -> None:
    def row(name: str, date: str, revision: str) -> ProjectResult:
        return ProjectResult(
            name=name, version="1", command="", date=date, revision=revision, seconds=1.0, cells=()
        )

    older = [row("a", "2026-11-21", "r1"), row("b", "2026-11-28", "r2")]
    newer = [row("b", "2026-11-27", "r3"), row("a", "2026-11-27", "r4"), row("c", "2026-11-27", "r5")]
    assert {found.name: found.revision for found in merged(older, newer)} == {"a": "r4", "b": "r2", "c": "r5"}
    same_day = merged([row("a", "2026-11-27", "first")], [row("a", "2026-11-27", "second")])
    assert [found.revision for found in same_day] == ["second"]


def test_what_modules_export() -> None:
    ours = {"m": frozenset({"PyInit_m", "helper", "_ZN1a1bEv", "_edata"})}
    theirs = {"m": frozenset({"PyInit_m", "other", "_ZN1c1dEv", "_init"})}
    assert exports_missing(ours, theirs) == ("m: not exported: other", "m: exported besides: helper")
    assert exports_missing(ours, ours) == ()


def test_the_oracle_tells_what_has_no_reason() -> None:
    known = (Known(what="m.COMPILER: *", cause="it names its compiler", platforms=("linux-*",)),)
    found = ("m.COMPILER: clang, theirs gcc", "m.SIZE: 4, theirs 8")
    here = explained(found, known, LINUX)
    assert [one.cause for one in here] == ["it names its compiler", ""]
    assert [one.cause for one in explained(found, known, WINDOWS)] == ["", ""]

    def answer(runtime: str, *differences: Difference) -> Answer:
        return Answer(runtime=runtime, reference="official wheel", modules=1, differences=differences)

    verdict = Verdict(
        name="thing",
        version="1",
        revision="abc",
        date="2026-11-27",
        answers=(answer("host-3.13", *here), answer("win_amd64-3.13"), answer("musl", here[0])),
    )
    assert table([verdict]) == (
        "thing 1  host-3.13: 1 differences; win_amd64-3.13: the same; musl: the same but for 1 known\n"
        "    host-3.13: m.SIZE: 4, theirs 8\n"
    )

"""The most downloaded packages: what counts as built, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from compat.page import render
from compat.popular import (
    MARKS,
    Package,
    Popular,
    count,
    first_paragraph,
    headline,
    load_popular,
    section,
    with_section,
)
from compat.projects import Project, load_projects
from compat.runs import in_order
from compat.verdicts import CellResult, ProjectResult, recorded
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = "thing-1-cp313-cp313-win_amd64.whl"
PURE = "thing-1-py3-none-any.whl"


def cell(status: str, platform: str = "linux-x86_64", **values: object) -> CellResult:
    made = {"wheel": "w.whl", "official": OFFICIAL, "modules": 1}
    return CellResult(platform=platform, python="3.13", status=status, **{**made, **values})  # type: ignore[arg-type]


def result(name: str, *cells: CellResult, date: str = "2026-11-29") -> ProjectResult:
    return ProjectResult(
        name=name, version="1", command="", date=date, revision="abc", seconds=1.0, cells=cells
    )


FAILED = cell(
    "failed", "windows-x64", wheel="", modules=0, reasons=("build: /x/y/z.c:1:\n error: no such | file",)
)
# mysql-connector-python without libmysqlclient: a wheel for the platform, and nothing compiled in it.
EMPTY = cell("different", modules=0, reasons=("extension module missing: thing._c",))


@pytest.mark.parametrize(
    ("cells", "standing", "why"),
    [
        ((cell("equal"), cell("equal", "windows-x64")), "alike", ""),
        (
            (cell("equal"), cell("known", "windows-x64", causes=("a", "b"))),
            "explained",
            "windows-x64: a; windows-x64: b",
        ),
        (
            (cell("different", reasons=("tag: x",)), cell("different", "windows-x64", reasons=("tag: x",))),
            "different",
            "linux-x86_64, windows-x64: tag: x",
        ),
        # It is there, and cannot be imported: no cause, nobody to blame but us.
        ((cell("failed", reasons=("import: x",)),), "different", "linux-x86_64: import: x"),
        ((cell("equal"), FAILED), "partly", "windows-x64: build: .../z.c:1: error: no such | file"),
        ((FAILED,), "not built", "windows-x64: build: .../z.c:1: error: no such | file"),
        ((EMPTY,), "not built", "linux-x86_64: extension module missing: thing._c"),
        # ninja: programs, and no extension module in either.
        ((cell("equal", modules=0),), "alike", ""),
        # uvloop: the project itself has no wheel for Windows.
        ((cell("equal"), cell("known", "windows-x64", wheel="", official="", causes=("a",))), "alike", ""),
        ((cell("equal"), cell("failed", "windows-x64", wheel="", official=PURE)), "alike", ""),
        ((cell("unpublished", official=""), cell("skipped", wheel="", official="")), "unpublished", ""),
        (
            (cell("failed", wheel="", official="", reasons=("build: x",)),),
            "not built",
            "linux-x86_64: build: x",
        ),
    ],
)
def test_standings(cells: tuple[CellResult, ...], standing: str, why: str) -> None:
    (counted,) = count({"thing": Package(rank=1)}, [result("thing", *cells)])
    assert (counted.standing, counted.why) == (standing, why)


POPULAR = Popular(
    source="somebody's",
    others={"in Rust": 3},
    packages={
        "first": Package(rank=1),
        "The.Second": Package(rank=2),
        "third": Package(rank=3),
        "fourth": Package(rank=4, kind="library", why="It links libx."),
        "fifth": Package(rank=5, kind="size", why="An hour."),
        "sixth": Package(rank=6),
        "seventh": Package(rank=7),
    },
)
RESULTS = (
    result("first", cell("equal"), cell("equal", "windows-x64"), date="2026-11-28"),
    result("the-second", cell("equal"), cell("known", "windows-x64", causes=("a | b",))),
    result("third", cell("equal"), FAILED),
    result("seventh", cell("equal")),
    result("unheard-of", cell("equal", "macos-arm64"), date="2026-01-01"),
)
FIGURES = (
    "Of the 7 packages among PyPI's 1,000 most downloaded that hold compiled C or C++, "
    "`pyz3 wheel NAME==VERSION` builds 3 (42.8 %) "
    "for linux-x86_64 and windows-x64 with Python 3.13 (3 packages); "
    "for linux-x86_64 with Python 3.13 (1 package): 2 like the official wheels, "
    "1 different for a written cause. "
    "Of the others: 1 built for some of the platforms, 1 for none, 1 not tried, 1 not run yet."
)


def test_what_is_said() -> None:
    counted = count(POPULAR.packages, RESULTS)
    assert [one.standing for one in counted] == [
        "alike",
        "explained",
        "partly",
        "not built",
        "not tried",
        "not run",
        "alike",
    ]
    text = section(POPULAR, RESULTS)
    assert text.startswith(f"{MARKS[0]}## The most downloaded\n\nOf the 7 packages")
    assert text.endswith(f"|\n{MARKS[1]}")
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    assert paragraphs[1:4] == [
        FIGURES,
        "What is in the way of the others:",
        (
            "- 1: libraries or programs that neither sdist nor pyz3 brings (fourth). "
            "- 1: too much to compile: not tried (fifth). - 1: a cause of their own, below (third)."
        ),
    ]
    assert paragraphs[4] == (
        "Run 2026-11-28 to 2026-11-29. Ranks are somebody's: 10 of the 1,000 packages hold compiled code, "
        "3 of which are not counted here: 3 in Rust. A package counts as built when there is a wheel "
        "for each of these platforms that its project publishes one for."
    )
    assert paragraphs[5] == "Like the official wheels: first, seventh."
    assert text.split("\n\n")[6].splitlines()[:-1] == [
        "| rank | package | built | why |",
        "| --- | --- | --- | --- |",
        "| 2 | The.Second | yes | windows-x64: a &#124; b |",
        "| 3 | third | in part | windows-x64: build: .../z.c:1: error: no such &#124; file |",
        "| 4 | fourth | no | It links libx. |",
        "| 5 | fifth | not tried | An hour. |",
    ]
    assert all(len(line) <= 115 for line in text.splitlines() if not line.startswith("|"))


def test_a_page_keeps_what_is_around_the_section() -> None:
    page = f"before\n{MARKS[0]}old\n{MARKS[1]}after\n"
    assert first_paragraph(page.replace("old\n", "")) == ""
    new = with_section(page, section(POPULAR, RESULTS))
    assert new.startswith(f"before\n{MARKS[0]}## The most")
    assert new.endswith(f"|\n{MARKS[1]}after\n")
    assert " ".join(first_paragraph(new).split()) == FIGURES
    assert with_section(new, section(POPULAR, RESULTS)) == new


def test_the_whole_page_has_it_too() -> None:
    projects = [Project(name=result.name, version="1", languages=("C",)) for result in RESULTS]
    page = render(RESULTS, projects, command="", popular=POPULAR)
    assert section(POPULAR, RESULTS) + "\n## Known causes\n" in page
    assert MARKS[0] not in render(RESULTS, projects, command="")


def test_nothing_run() -> None:
    counted = count({"thing": Package(rank=1)}, [])
    assert headline(counted, []) == (
        "Of the 1 packages among PyPI's 1,000 most downloaded that hold compiled C or C++, "
        "`pyz3 wheel NAME==VERSION` builds 0 (0.0 %) nowhere yet: none. Of the others: 1 not run yet."
    )


def test_the_list_is_as_it_must_be() -> None:
    popular = load_popular()
    ranks = [package.rank for package in popular.packages.values()]
    assert ranks == sorted(set(ranks))
    assert 1 <= min(ranks) <= max(ranks) <= 1000
    listed = {canonicalize_name(project.name) for project in load_projects()}
    for name, package in popular.packages.items():
        # One is in tests/corpus.toml, and its results speak; of the other the list says why it is not.
        assert (canonicalize_name(name) in listed) != bool(package.why), name
        assert package.kind or not package.why, name


def test_one_that_was_run_is_of_a_kind_too() -> None:
    popular = Popular(source="", others={}, packages={"thing": Package(rank=1, kind="sdist")})
    lacks = "an sdist that lacks what it is compiled from, or what compiles it (thing)."
    assert f"- 1: {lacks}" in section(popular, [result("thing", FAILED)])
    assert lacks not in section(popular, [result("thing", cell("equal"))])
    (counted,) = count(popular.packages, [])
    assert counted.standing == "not run"


def test_what_is_kept_names_no_folder() -> None:
    (found,) = recorded(result("thing", FAILED)).cells
    assert found.reasons == ("build: .../z.c:1: error: no such | file",)


def test_the_page_says_what_the_kept_results_say() -> None:
    """The headline can be made anew from the repository alone."""
    kept = msgspec.json.decode((ROOT / "tests" / "popular.json").read_bytes(), type=tuple[ProjectResult, ...])
    text = section(load_popular(), in_order(kept, load_projects()))
    assert text in (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    assert tuple(map(recorded, kept)) == kept, "no folder of a machine is in them"

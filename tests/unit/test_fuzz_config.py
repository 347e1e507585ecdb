"""Whatever a ``pyproject.toml`` says, nothing but a :class:`Pyz3Error` comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import tomlkit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from planning import plan_of

from pyz3._toml import load_toml
from pyz3.builder.choice import Choice, choose
from pyz3.builder.packing import build_sdist, read_contents
from pyz3.builder.switches import switched
from pyz3.config import (
    OPTIMIZE_MODES,
    ExtensionTable,
    LibraryTable,
    OverrideTable,
    SdistTable,
    Settings,
    ToolTable,
    VersionTable,
)
from pyz3.engine.artifacts import CApi, make_artifacts
from pyz3.engine.header_search import HeaderSearch
from pyz3.errors import Pyz3Error
from pyz3.frontends import load_project
from pyz3.plan import Recipe, make_notes
from pyz3.scaffold import Wishes, adopt
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

VALID = """\
[build-system]
requires = ["pyz3==0.1.*"]
build-backend = "pyz3.backend"

[project]
name = "hello"
version = "1.0"
description = "Hello"
readme = "README.md"
requires-python = ">=3.9"
dynamic = []
license = "MIT"
license-files = ["LICENSE"]
authors = [{ name = "A", email = "a@example.org" }]
classifiers = ["Programming Language :: Python :: 3.13"]
dependencies = ["six>=1; python_version < '3.12'"]

[project.scripts]
hello = "hello:main"

[project.optional-dependencies]
more = ["six"]

[tool.pyz3]
packages = ["hello"]
platforms = ["linux-*", "windows-x64"]
glibc = "2.28"
abi3 = "3.10"
fallback = true

[[tool.pyz3.extensions]]
name = "hello._fast"
sources = ["hello/*.c"]
include-dirs = ["include"]
define = { A = 1, B = "x", C = true }
cflags = ["-O2"]
ldflags = ["-lm", "-Wl,-rpath,$ORIGIN"]
optional = true
disable-env = "HELLO_DISABLE_EXT"
build-info = true

[tool.pyz3.extensions.windows]
libraries = ["ws2_32"]

[[tool.pyz3.overrides]]
select = "cp3{9..13}-*"
cpu = "x86_64_v3"
lto = "thin"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "include").mkdir()
    (folder / "hello").mkdir()
    # Imported, it would fail: nothing below imports it.
    (folder / "hello" / "__init__.py").write_text('__version__ = "1"\nraise RuntimeError("imported")\n')
    for name in ("hello/a.c", "hello/b.zig", "README.md", "LICENSE"):
        (folder / name).write_text("x\n")
    return folder


def planned(root: Path) -> tuple[str, ...]:
    """Go through everything that happens before zig runs; give the identifiers planned."""
    project = switched(load_project(root), environ={}, implementation="CPython")
    selection = choose(project, Choice(), headers=lambda: {"3.9", "3.13", "3.15"})
    jobs = plan_of(project, selection.targets, glibc=selection.glibc, fallback=project.tool.fallback)
    make_notes(project, jobs)
    for job in {job.platform: job for job in jobs if isinstance(job, Recipe)}.values():
        make_artifacts(
            root,
            (job,),
            {job.python: CApi(include="include")},
            read=lambda path: path.read_text(encoding="utf-8"),
            is_file=lambda _: False,
            exports=lambda *_symbols: "exports",
            runtime=lambda *_, **__: (),
            lean=lambda *_: None,
            zig_lib=Path("lib"),
            search=HeaderSearch(zig_lib=Path("lib")),
        )
    return tuple(job.identifier for job in jobs)


def packed(root: Path) -> None:
    """Read what goes into wheels, and write a source distribution."""
    project = load_project(root)
    read_contents(project)
    build_sdist(project, output_dir=root / "dist", epoch=0, tell=lambda _event: None)


def failure(attempt: Callable[[], object]) -> Pyz3Error | None:
    try:
        attempt()
    except Pyz3Error as error:
        return error
    return None


def survive(root: Path, text: str) -> None:
    (root / "pyproject.toml").write_bytes(text.encode("utf-8", errors="surrogatepass"))
    found = (
        failure(lambda: planned(root)),
        failure(lambda: packed(root)),
        failure(lambda: adopt(root, Wishes(name="x", fallback=True))),
    )
    for error in filter(None, found):
        assert error.message
        # Usage and configuration; nothing selected.
        assert error.exit_code in {2, 3}, error


def test_the_document_to_begin_with_is_valid(root: Path) -> None:
    (root / "pyproject.toml").write_text(VALID)
    packed(root)
    identifiers = planned(root)
    assert identifiers[0].startswith("cp3")
    assert identifiers[-1] == "py3-none-any"


LINES = VALID.splitlines(keepends=True)
SNIPPETS = [
    "[",
    "]",
    '"',
    "'",
    "=",
    "\n",
    "{",
    "}",
    ",",
    "\\",
    "#",
    "\0",
    "é",
    "'''",
    "..",
    "/",
    "*",
    "t",
    "-1",
]


@st.composite
def damaged(draw: Any) -> str:
    """The valid document after a few accidents."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["drop", "double", "swap", "cut", "insert", "value"]))
        if kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        elif kind == "insert":
            place = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:place] + draw(st.sampled_from(SNIPPETS)) + lines[at][place:]
        elif " = " in lines[at]:
            value = draw(
                st.sampled_from(["1", "true", "[]", "{}", '""', "[1]", '["*"]', "1979-05-27", "nan"])
            )
            lines[at] = f"{lines[at].partition(' = ')[0]} = {value}\n"
    return "".join(lines)


SLOW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(text=damaged())
def test_accidents(root: Path, text: str) -> None:
    survive(root, text)


@SLOW
@given(text=st.text())
def test_any_text(root: Path, text: str) -> None:
    survive(root, text)


WORDS = st.sampled_from(
    [
        *("", "hello", "hello._fast", "hello.", "1.0", ">=3.9", "==", "*", "**", "../x", "/abs", "hello/*.c"),
        *("hello/b.zig", "README.md", "README.rst", "nowhere", "3.13", "3.13t", "3.99", "2.17", "99", "-lm"),
        *("-Wl,--version-script=LICENSE", "include", "native", "cp3{1..999999}-*", "{", "[", "linux-x86_64"),
        *("x86_64_v3", "hello:main", "a b", "É", "\u0000", "x" * 300, "hello.__version__", "Private :: X"),
        *("six", "six @ file:///x", "MIT", "NOPE-1.0", "con", "CON", "hello\nworld", "${HOME}", "%s"),
    ]
)
SCALARS = st.one_of(
    WORDS,
    WORDS,
    st.booleans(),
    st.integers(-3, 400),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.text(max_size=5),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS.filter(bool), inner, max_size=3),
    max_leaves=6,
)


def table(keys: list[str], **known: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """A table with some of the keys, most of them with values of some use."""
    return st.fixed_dictionaries(
        {}, optional={key: known.get(key.replace("-", "_"), VALUES) | VALUES for key in keys}
    )


def names(struct: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(struct)]


STRINGS = st.lists(WORDS, max_size=2)
FLAGS = {
    **dict.fromkeys(("sources", "include_dirs", "library_dirs", "cflags", "ldflags", "libraries"), STRINGS),
    "define": st.dictionaries(WORDS, SCALARS, max_size=2),
    "optional": st.booleans(),
    "name": WORDS,
}
FAMILY = table(names(Settings), **FLAGS)
EXTENSION = table(names(ExtensionTable), **FLAGS, linux=FAMILY, windows=FAMILY, macos=FAMILY)
TOOL = table(
    names(ToolTable),
    packages=STRINGS,
    optimize=st.sampled_from(OPTIMIZE_MODES),
    platforms=st.lists(st.sampled_from([str(p) for p in Platform]), max_size=2),
    build=STRINGS,
    build_zig=st.booleans(),
    fallback=st.booleans(),
    version=table(names(VersionTable), attr=WORDS, path=WORDS),
    sdist=table(names(SdistTable), include=STRINGS, exclude=STRINGS),
    extensions=st.lists(EXTENSION, max_size=2),
    libraries=st.lists(table(names(LibraryTable), **FLAGS), max_size=2),
    overrides=st.lists(table(names(OverrideTable), select=WORDS, **FLAGS), max_size=2),
)
PROJECT = table(
    [
        *(
            "name",
            "version",
            "description",
            "readme",
            "requires-python",
            "license",
            "license-files",
            "authors",
        ),
        *("keywords", "classifiers", "urls", "scripts", "gui-scripts", "entry-points", "dependencies"),
        *("optional-dependencies", "dynamic", "maintainers", "import-names", "unknown"),
    ],
    name=st.just("hello"),
    version=st.just("1.0"),
    dynamic=st.just(["version"]),
    scripts=st.dictionaries(WORDS, WORDS, max_size=2),
)
DOCUMENTS = st.fixed_dictionaries(
    {"project": PROJECT | VALUES, "tool": st.fixed_dictionaries({"pyz3": TOOL})}
)


def spelt(document: dict[str, Any]) -> str | None:
    """The document as TOML; None if it cannot be written so."""
    try:
        text = tomlkit.dumps(document)
        load_toml(text)
    except (ValueError, TypeError, tomlkit.exceptions.TOMLKitError):
        return None
    return text


@settings(SLOW, max_examples=150)
@example(document={"project": {"name": "hello", "version": "1"}, "tool": {"pyz3": {"extensions": []}}})
@given(document=DOCUMENTS)
def test_any_structure(root: Path, document: dict[str, Any]) -> None:
    text = spelt(document)
    if text is not None:
        survive(root, text)

"""The documentation says what the code does: tables, keys, options, codes, messages, links."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import click
import msgspec
import pytest

import pyz3.wheel
from pyz3 import config, errors
from pyz3._toml import load_toml
from pyz3.cli import cli
from pyz3.cli.index import UploadError
from pyz3.cli.variables import VARIABLES
from pyz3.release.files import UnreadableFileError
from pyz3.release.judgement import UnfitReleaseError
from pyz3.targets import SUPPORTED, Platform
from pyz3.targets.selection import find_target, select_platforms, select_pythons

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "distribution.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*/*.md")])
# Pages whose commands are run by tests/integration/test_docs_run.py.
RUN = sorted([ROOT / "docs" / "tutorial.md", *(ROOT / "docs" / "howto").glob("*.md")])


def script(name: str) -> ModuleType:
    """A file of scripts, as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        return importlib.import_module(name)


@pytest.fixture(scope="module")
def readme_script() -> ModuleType:
    return script("readme")


def section(title: str) -> str:
    """The guide's text below a heading, up to the next one that is as high."""
    text = GUIDE.read_text(encoding="utf-8")
    level, found = re.match(r"#+", title), text.split(f"\n{title}\n")
    assert level is not None
    assert len(found) == 2, f"{title!r} is there {len(found) - 1} times"
    return re.split(rf"\n#{{1,{len(level[0])}}} ", found[1])[0]


def first_cells(text: str) -> list[str]:
    """Every word in code marks in the first column of tables."""
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", re.split(r"(?<!\\)\|", row)[1])]


def test_schema_for_editors(readme_script: ModuleType) -> None:
    assert readme_script.SCHEMA.read_text(encoding="utf-8") == readme_script.schema(), (
        "run scripts/readme.py schema"
    )


def test_options_of_cibuildwheel(readme_script: ModuleType) -> None:
    text = readme_script.MIGRATION.read_text(encoding="utf-8")
    assert readme_script.with_options(text) == text, "run scripts/readme.py migration"


def test_tables_of_rooms(readme_script: ModuleType) -> None:
    for page in readme_script.ROOMS_IN:
        text = page.read_text(encoding="utf-8")
        assert readme_script.with_rooms(page) == text, "run scripts/readme.py rooms"


def test_platform_table(readme_script: ModuleType) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme_script.with_table(text) == text, "run scripts/readme.py table"
    assert [str(p) for p in Platform] == re.findall(r"^\| `(\w[\w-]+)` \|", text, re.MULTILINE)


def test_reference_is_in_step() -> None:
    made = script("reference").pages()
    assert sorted(path.name for path in made) == [
        "commands.md",
        "configuration.md",
        "exit-codes.md",
        "platforms.md",
        "report.schema.json",
        "reproduction.schema.json",
        "rules.md",
        "variables.md",
    ]
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, "run scripts/reference.py"


@pytest.mark.parametrize(
    "struct",
    [
        config.ToolTable,
        config.VersionTable,
        config.SdistTable,
        config.CheckTable,
        config.ExtensionTable,
        config.LibraryTable,
        config.OverrideTable,
    ],
)
def test_every_key_has_a_meaning_and_examples_that_are_true(struct: type[msgspec.Struct]) -> None:
    schema = msgspec.json.schema(struct)["$defs"][struct.__name__]
    known = msgspec.structs.fields(struct)
    assert list(schema["properties"]) == [field.encode_name for field in known]
    for field in known:
        said = schema["properties"][field.encode_name]
        # A key that may be left out in an override is that or nothing.
        said = next((one for one in said.get("anyOf", []) if "description" in one), said)
        assert said["description"].endswith("."), field.name
        for value in said["examples"]:
            msgspec.convert(value, field.type)
        nothing = {"extensions", "libraries", "overrides", *config.FAMILY_TABLES}
        assert said["examples"] or (field.name in nothing), field.name


def test_defaults_of_the_reference() -> None:
    rows = dict(
        re.findall(
            r"^\| `([\w-]+)` \| .* \| `?([^|`]*)`? \|$",
            script("reference").keys(script("reference").json_schema()),
            re.MULTILINE,
        )
    )
    assert {key: default for key, default in rows.items() if default.strip()} == {
        "optimize": '"ReleaseFast"',
        "lto": "false",
        "build-zig": "false",
        "fallback": "false",
        "locked": "false",
    }
    floor = Platform.LINUX_X86_64.floor()
    assert (
        f"Default: {floor},"
        in msgspec.json.schema(config.ToolTable)["$defs"]["ToolTable"]["properties"]["glibc"]["description"]
    )


def test_environment_variables_are_read_somewhere() -> None:
    places = [path for path in (ROOT / "pyz3").rglob("*.py") if path.name != "variables.py"]
    sources = "".join(path.read_text(encoding="utf-8") for path in [*places, ROOT / "build.zig"])
    assert [name for name in VARIABLES if name not in sources] == []
    guide = first_cells(section("## Environment variables"))
    assert guide == ["ZIG_TARGET", "PYDUST_OPTIMIZE", "PYTHON"]
    documented = first_cells((ROOT / "docs" / "reference" / "variables.md").read_text(encoding="utf-8"))
    ours = {text for text in messages() if re.fullmatch(r"PYZ3_[A-Z_]+", text)}
    assert ours <= set(documented)


def test_exit_codes() -> None:
    text = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (\d+) \| (?:`(\w+)`)? ?\| ", text, re.MULTILINE)
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    classes = {
        (str(kind.exit_code), kind.__name__)
        for kind in [*kinds, UnfitReleaseError, UnreadableFileError, UploadError]
        if issubclass(kind, errors.Pyz3Error) and re.search(r"\(exit code \d+\)", kind.__doc__ or "")
    }
    others = {(code, "") for code in ("0", "1", "9", "130", "143")}
    assert len(table) == len(set(table))
    assert set(table) == classes | others


@cache
def messages() -> tuple[str, ...]:
    """Every literal text in pyz3."""
    literals = [
        node.value
        for path in (ROOT / "pyz3").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return tuple(literals)


def test_quoted_messages_exist() -> None:
    text = section("## Troubleshooting")
    headings = re.findall(r"^### `(.*)`\n\n(.*)$", text, re.MULTILINE)
    assert len(headings) == len(dict(headings)) == text.count("\n### ")
    for heading, below in headings:
        if not below.startswith("From zig:"):
            require_message(heading)


@pytest.mark.parametrize(
    ("document", "heading"),
    [
        ("distribution.md", "## Publishing"),
        ("install.md", "## When something goes wrong"),
        ("setuptools.md", "## Troubleshooting"),
    ],
)
def test_messages_in_tables_exist(document: str, heading: str) -> None:
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    quoted = re.findall(r"^\| `(.*?)` \|", text.partition(heading)[2], re.MULTILINE)
    assert len(quoted) >= 5
    for message in quoted:
        require_message(message)


def require_message(quoted: str) -> None:
    """Fail unless each part of a message, between what differs, is a text of pyz3's."""
    for part in filter(None, (p.strip(" :,") for p in quoted.split("…"))):
        assert any(part in literal for literal in messages()), f"no message has {part!r}"


def blocks(document: Path, language: str) -> list[str]:
    """A document's code blocks of a language."""
    found: list[list[str]] = []
    opened: str | None = None
    for line in document.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("```"):
            opened = line[3:].strip() if opened is None else None
            if opened == language:
                found.append([])
        elif opened == language:
            found[-1].append(line)
    return ["".join(lines) for lines in found]


def commands(document: Path) -> list[list[str]]:
    """The words of every line that runs pyz3 in a document's plain code blocks."""
    found = [block for language in ("", "console") for block in blocks(document, language)]
    lines = [line for block in found for line in block.replace("\\\n", "").splitlines()]
    starts = r"(?:\$ )?(?:pyz3 |python -m pyz3\.|\./scripts/build-wheels\.sh )"
    return [shlex.split(line.removeprefix("$ "), comments=True) for line in lines if re.match(starts, line)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_are_understood(document: Path) -> None:
    for words in commands(document):
        name, arguments = ("wheel", words[1:]) if words[0].endswith(".sh") else (words[1], words[2:])
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            name, *arguments = arguments
            command = command.get_command(click.Context(command), name)
        assert command is not None, words
        parsed = command.make_context(name, arguments)
        if parsed.params.get("only"):
            find_target(parsed.params["only"])
        select_platforms(parsed.params.get("platforms", ()))
        select_pythons(parsed.params.get("pythons", ()), available=[p.base for p in SUPPORTED])


@pytest.mark.parametrize("document", RUN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_commands_stand_where_they_are_run(document: Path) -> None:
    assert blocks(document, "") == blocks(document, "sh") == []
    assert blocks(document, "console")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_pushed_is_there(document: Path) -> None:
    lines = [line for block in blocks(document, "console") for line in block.splitlines()]
    git = [line.removeprefix("$ ") for line in lines if line.startswith("$ git ")]
    for number, line in enumerate(git):
        if push := re.match(r"git push (\S+) (\S+)", line):
            # Git calls the first branch master where nobody says otherwise.
            assert f"git init --quiet --initial-branch {push[2]}" in git[:number]
            assert any(one.startswith(f"git remote add {push[1]} ") for one in git[:number])


def test_commands_are_found() -> None:
    assert len(commands(ROOT / "docs" / "DISTRIBUTION_QUICKSTART.md")) == 15
    assert ["pyz3", "pythons"] in commands(ROOT / "README.md")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_code_blocks_are_valid(document: Path) -> None:
    for block in blocks(document, "toml"):
        config.read_tool_table(load_toml(block))
    for block in blocks(document, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module == "pyz3.wheel":
                assert {alias.name for alias in node.names} <= set(pyz3.wheel.__all__)


def anchors(document: Path) -> set[str]:
    """GitHub's names of a document's headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links(document: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if "://" in link:
            # Whether the page is there, scripts/docs.py --check-links finds out.
            assert re.fullmatch(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[\w./~-]*)?(#[\w.-]+)?", link), link
            continue
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_looks_as_it_is_meant(document: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    # A row after an empty line is no part of the table.
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        assert re.match(r"\|.*\n\|[ :|-]+\|\n\|", table), table
    # The stars of a pattern that is not code make what is between them slanted.
    assert re.findall(r"[-{}./]\*\w.*", re.sub(r"`[^`\n]*`", "", text)) == []


def test_picture(readme_script: ModuleType) -> None:
    svg = (ROOT / "docs" / "live-table.svg").read_text(encoding="utf-8")
    texts = {"".join(node.itertext()).replace("\xa0", " ").strip() for node in ET.fromstring(svg).iter()}  # noqa: S314 - our own file
    assert {str(p) for p in Platform if p.spec.default} <= texts
    assert readme_script.COMMAND in texts
    assert "url(http" not in svg  # readers load no font from elsewhere


def test_contributing_fits_on_a_screen() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 50


def test_changelog_keeps_its_form() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Changelog"
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    for line in lines:
        if line.startswith("## "):
            assert re.fullmatch(r"## \[(Unreleased|\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d)\]?", line), line
        if line.startswith("### "):
            assert line.removeprefix("### ") in kinds

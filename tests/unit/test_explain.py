"""``pyz3 explain``: every message that the documentation quotes, every exit code, every section."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pyz3 import errors
from pyz3._toml import load_toml
from pyz3.cli import cli
from pyz3.errors import ConfigError
from pyz3.pages import PAGES, exit_codes, explain_code, explain_message, messages, slug, topics

if TYPE_CHECKING:
    from click.testing import Result

ROOT = Path(__file__).resolve().parents[2]


def explain(*args: str) -> Result:
    return CliRunner().invoke(cli, ["explain", *args])


def test_wheels_of_pyz3_have_the_pages() -> None:
    data = load_toml((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = data["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {source: target for source, target in included.items() if source.startswith("docs/")} == {
        f"docs/{name}.md": f"pyz3/documentation/{name}.md" for name in PAGES
    }
    for name in PAGES:
        assert (ROOT / "docs" / f"{name}.md").is_file()


def test_what_messages_name_is_at_hand() -> None:
    named = {
        match
        for path in (ROOT / "pyz3").rglob("*.py")
        for match in re.findall(r"docs/([\w-]+)\.md", path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= set(PAGES)


@pytest.mark.parametrize("title", [page.title for page in messages()])
def test_each_message_is_found(title: str) -> None:
    said = title.replace("…", "x y")
    page = explain_message(f"error: {said}\ntip: do")
    assert page is not None
    # Another may say more of it, for a message that begins with the same words.
    assert page.title == title or len(page.title) > len(title)
    assert page.text.strip()


def test_there_are_many() -> None:
    assert len(messages()) > 50
    assert len(topics()) > 30
    assert {page.origin for page in messages()} >= {"distribution.md", "install.md", "setuptools.md"}


@pytest.mark.parametrize("code", range(256))
def test_exit_codes(code: int) -> None:
    classes = {one.exit_code for one in vars(errors).values() if hasattr(one, "exit_code")}
    assert bool(explain_code(code)) == (code in classes | {0, 130, 143})


def test_what_is_said_of_a_message() -> None:
    said = "error: hello/_core.so: needs libfoo.so.1,\n  which manylinux_2_17 does not promise"
    page = explain_message(said)
    assert page is not None
    assert (page.title, page.origin) == ("… needs …, which … does not promise", "distribution.md")
    assert page.text == (
        "The binary needs a library that not every such system has. Build it from source with\n"
        "`[[tool.pyz3.libraries]]`, or link a static copy."
    )
    assert explain_message("something else") is None


def test_on_the_command_line() -> None:
    assert explain("3").stdout == "3: No target is left after selection.\n"
    done = explain("error:", "nothing", "is", "selected")
    assert done.stdout.startswith("# nothing is selected\n\nWhat was asked for is left out by")
    assert done.stdout.endswith("\n(docs/distribution.md)\n")
    for words in (["glibc", "and", "macOS"], ["glibc-and-macos"]):
        assert explain(*words).stdout.startswith("# glibc and macOS\n\nA wheel's tag promises")
    for name in PAGES:
        assert explain(name).stdout.startswith("# "), name
        assert explain(f"docs/{name}.md").stdout == explain(name).stdout
    lines = explain().stdout.splitlines()
    assert lines[0] == "Exit codes"
    assert {"  glibc-and-macos", "  nothing is selected", "    9  " + explain_code(9)} <= set(lines)


@pytest.mark.parametrize(
    ("args", "message", "tip"),
    [
        (["77"], "pyz3 ends with no exit code 77", "those that it has: 0, 1, 2, 3, 9, 10, 130, 143"),
        (["qqq"], "nothing here explains 'qqq'", "pyz3 explain lists what there is"),
        (
            ["glibc and mcos"],
            "nothing here explains 'glibc and mcos'",
            "did you mean glibc-and-macos? pyz3 explain lists what there is",
        ),
    ],
)
def test_what_is_not_there(args: list[str], message: str, tip: str) -> None:
    done = explain(*args)
    assert isinstance(done.exception, ConfigError)
    assert (done.exception.message, done.exception.tip) == (message, tip)


def test_names_of_sections() -> None:
    assert slug("cibuildwheel's table") == "cibuildwheel-s-table"
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) for name in topics())
    assert [*exit_codes()][:2] == [0, 1]

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
from pyz3.config.schema import json_schema
from pyz3.errors import ConfigError
from pyz3.pages import (
    PAGES,
    command_for,
    entries,
    exit_codes,
    explain_code,
    explain_message,
    messages,
    slug,
    topics,
)
from pyz3.targets import Platform

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


@pytest.mark.parametrize("title", [page.title for page in messages()])
def test_the_command_for_a_message_finds_it(title: str) -> None:
    command = command_for(title.replace("…", "x y"))
    name, explaining, said = command.split(" ", 2)
    assert (name, explaining, said[0], said[-1]) == ("pyz3", "explain", '"', '"')
    # In double quotes shells leave it as it is.
    assert not set(said[1:-1]) & set('"$`\\!')
    assert explain_message(said[1:-1]) == explain_message(title.replace("…", "x y"))


def test_a_message_without_a_text_has_no_command() -> None:
    assert command_for("something else") == ""
    assert command_for("x: nothing is selected, y") == 'pyz3 explain "nothing is selected"'
    # What a compiler prints may be endless.
    assert command_for("x" * 5000 + "nothing is selected") == ""


def test_keys_variables_and_platforms() -> None:
    keys = json_schema()["properties"]
    assert set(keys) <= set(entries())
    assert {f"tool.pyz3.{key}" for key in keys} <= set(entries())
    assert {str(platform) for platform in Platform} <= set(entries())
    assert explain("PYZ3_TRUST_CACHE").stdout == (
        "# PYZ3_TRUST_CACHE\n\n- meaning: `1`: use a cache that belongs to another user, or that others may "
        "write to.\n\n(docs/reference/variables.md)\n"
    )
    assert explain("tool.pyz3.sdist.exclude").stdout == (
        "# tool.pyz3.sdist.exclude\n\nIn `tool.pyz3.sdist`:\n\n"
        "- meaning and example: Files to leave out; goes before `include`. What the build needs stays. "
        '`exclude = ["*.bak"]`\n- type: strings\n\n(docs/reference/configuration.md)\n'
    )


def test_a_key_of_several_tables() -> None:
    text = entries()["cflags"].text
    assert text.startswith("In `tool.pyz3.extensions`, `tool.pyz3.libraries`, ")
    assert text.count("Flags for C and assembly") == 1
    assert entries()["abi3"].text.count("In `tool.pyz3") == 2
    assert "tool.pyz3.attr" not in entries()  # it is tool.pyz3.version's


def test_cells_with_a_bar() -> None:
    lines = entries()["linux-x86_64"].text.splitlines()
    assert lines[0] == "- zig target: `x86_64-linux-gnu.2.17`"
    assert lines[2] == "- default: yes"


def test_commands_and_tables_are_topics() -> None:
    assert {"pyz3-wheel", "pyz3-cache-warm", "tool-pyz3", "tool-pyz3-overrides"} <= set(topics())
    assert topics()["pyz3-sdist"].title == "pyz3 sdist"
    assert explain("pyz3", "ci", "gitlab").stdout.startswith("# pyz3 ci gitlab\n\n```text\npyz3 ci gitlab [")
    assert explain("docs/reference/commands.md").stdout == explain("commands").stdout
    # These are no messages.
    assert not {"pyz3 cc", "[project]", "[tool.pyz3]"} & {page.title for page in messages()}
    assert not [page.title for page in messages() if page.origin.startswith("reference/")]


def test_there_are_many() -> None:
    assert len(messages()) > 50
    assert len(topics()) > 30
    assert {page.origin for page in messages()} >= {"distribution.md", "install.md", "setuptools.md"}


@pytest.mark.parametrize("code", range(256))
def test_exit_codes(code: int) -> None:
    classes = {one.exit_code for one in vars(errors).values() if hasattr(one, "exit_code")}
    assert bool(explain_code(code)) == (code in classes | {0, 130, 143})


def test_a_code_has_all_its_meanings() -> None:
    assert explain("9").stdout == (
        "9: A binary is not what its wheel's name would promise. Or: Files are no release that can be "
        "published. Or: A file is no wheel or sdist, or is damaged. Or: pyz3 check found an error.\n"
    )
    assert explain("1").stdout == (
        "1: A compiler or linker refused the project. Or: The index did not take a file, or could not be "
        "asked. Or: What was looked for was found: pyz3 doctor, and commands with --check.\n"
    )
    assert explain("143").stdout == "143: Stopped by SIGTERM. No partial wheel is left.\n"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (
            "the release is incomplete: nothing was built for cp39-win_amd64",
            "the release is incomplete: nothing was built for …",
        ),
        (
            "the wheels of this release differ in what they should share",
            "the wheels of this release differ in what they should share",
        ),
        ("these are files of several versions: 1.0, 1.1", "these are files of several …"),
        ("error: lld-link: undefined symbol: nope", "undefined symbol: …"),
    ],
)
def test_what_a_release_and_a_link_end_with(said: str, title: str) -> None:
    assert command_for(said) == f'pyz3 explain "{title}"'


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
    for name in (page.removeprefix("reference/") for page in PAGES):
        assert explain(name).stdout.startswith("# "), name
        assert explain(f"docs/{name}.md").stdout == explain(name).stdout
    lines = explain().stdout.splitlines()
    assert lines[0] == "Exit codes"
    assert {
        "  glibc-and-macos",
        "  abi3",
        "  linux-x86_64",
        "  nothing is selected",
        "    9  " + explain_code(9),
    } <= set(lines)


@pytest.mark.parametrize(
    ("args", "message", "tip"),
    [
        (["77"], "pyz3 ends with no exit code 77", "those that it has: 0, 1, 2, 3, 9, 10, 11, 130, 143"),
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

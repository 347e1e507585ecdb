"""The man page: it says what the command line says, and what reads man pages finds nothing wrong with it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from pyz3._toml import load_toml
from pyz3.cli import _SECTIONS, cli
from pyz3.pages import exit_codes

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "pyz3.1").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("manpage_script", ROOT / "scripts" / "manpage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_up_to_date(script: ModuleType) -> None:
    assert script.page() == PAGE, "run scripts/manpage.py"


def test_wheels_of_pyz3_have_it() -> None:
    data = load_toml((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = data["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["shared-data"] == {"docs/pyz3.1": "share/man/man1/pyz3.1"}


def test_it_has_every_command_option_and_exit_code() -> None:
    headings = re.findall(r"^\.SS pyz3 ([^\s[]+)", PAGE, re.MULTILINE)
    titles = "\n".join(re.findall(r"^\.TP\n(.+)$", PAGE, re.MULTILINE))
    for section in _SECTIONS.values():
        for name in section:
            assert name.replace("-", r"\-") in headings
            command = cli.get_command(click.Context(cli), name)
            assert command is not None
            for option in command.params:
                if isinstance(option, click.Option) and not option.hidden:
                    assert option.opts[-1].replace("-", r"\-") in titles
    for code in exit_codes():
        assert f"\n.TP\n{code}\n" in PAGE


def test_lines_that_would_be_commands(script: ModuleType) -> None:
    assert script._line(".x -y\\z") == "\\&.x \\-y\\ez"
    assert script._line("'x") == "\\&'x"
    macros = {line.split(" ")[0] for line in PAGE.splitlines() if line.startswith((".", "'"))}
    assert macros == {'.\\"', ".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi"}

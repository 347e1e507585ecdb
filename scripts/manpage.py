#!/usr/bin/env python3
"""Writes docs/pyz3.1, the man page, from the command line's own help.

usage: python scripts/manpage.py

Wheels of pyz3 have it as share/man/man1/pyz3.1: `man pyz3` finds it in an environment that is active.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pyz3 import __version__
from pyz3.cli import _SECTIONS, cli
from pyz3.cli.variables import VARIABLES
from pyz3.pages import exit_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).resolve().parent.parent / "docs" / "pyz3.1"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """Give the page, in the man macros (groff_man(7))."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    # No date: the same source gives the same page.
    yield '.\\" Written by scripts/manpage.py.'
    yield f'.TH PYZ3 1 "" "pyz3 {__version__}" "User Commands"'
    yield ".SH NAME"
    yield "pyz3 \\- build the wheels of a Python project for every platform"
    yield ".SH SYNOPSIS"
    yield "\\fBpyz3\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]..."
    yield ".SH DESCRIPTION"
    yield from _text(cli.help or "", first=True)
    yield from _text(cli.epilog or "")
    for heading, commands in _SECTIONS.items():
        yield f".SH {_escaped(heading.upper())}"
        for name in commands:
            command = cli.get_command(click.Context(cli), name)
            if command is not None:
                yield from _command(command, f"pyz3 {name}")
    yield ".SH ENVIRONMENT"
    for name, said in sorted({**_option_variables(), **VARIABLES}.items()):
        yield from _entry(f"\\fB{name}\\fR", said.replace("`", ""))
    yield ".SH EXIT STATUS"
    for code, said in exit_codes().items():
        yield from _entry(str(code), said)
    yield ".SH FILES"
    yield from _entry("\\fIpyproject.toml\\fR", "The project, and [tool.pyz3] in it.")


def _command(command: click.Command, name: str) -> Iterator[str]:
    # With the command's own settings: click keeps what --help is called from the first time that it is asked.
    context = click.Context(command, info_name=name, **command.context_settings)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {_escaped(name)} {_escaped(usage)}"
    yield from _text(command.help or "", first=True)
    for parameter in command.params:
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None:
            yield from _entry(f"\\fB{_escaped(record[0])}\\fR", record[1])
    yield from _text(command.epilog or "")
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None and not found.hidden:
                yield from _command(found, f"{name} {inner}")


def _option_variables() -> dict[str, str]:
    """Give the variables that stand for options, and what these are for."""
    found: dict[str, str] = {}
    for section in _SECTIONS.values():
        for name in section:
            command = cli.get_command(click.Context(cli), name)
            for option in command.params if command is not None else ():
                variables = option.envvar if isinstance(option, click.Option) else None
                for one in [variables] if isinstance(variables, str) else variables or ():
                    found.setdefault(one, f"Stands for {option.opts[-1]} where that is not given.")
    return found


def _entry(title: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield title
    yield from _filled(text)


def _text(text: str, *, first: bool = False) -> Iterator[str]:
    """Give help as paragraphs; those that begin with click's mark keep their lines.

    Args:
        text: As click has it.
        first: It stands below a heading, where no paragraph has to be begun.
    """
    for index, paragraph in enumerate(filter(str.strip, inspect.cleandoc(text).split("\n\n"))):
        if index or not first:
            yield ".PP"
        if paragraph.lstrip().startswith("\b"):
            yield ".nf"
            yield from (_line(line) for line in paragraph.replace("\b", "").strip("\n").splitlines())
            yield ".fi"
        else:
            yield from _filled(paragraph)


def _filled(text: str) -> Iterator[str]:
    """Give text that is to be filled, in lines of no more than 72 characters, as mandoc likes it."""
    yield from (_line(line) for line in textwrap.wrap(" ".join(text.split()), 72, break_on_hyphens=False))


def _line(text: str) -> str:
    """Give a line of text: a point or an apostrophe at its beginning would be a command."""
    escaped = _escaped(text)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return re.sub(r"[ \t]+$", "", text)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes docs/reference from the code: commands, keys, variables, exit codes, platforms.

usage: python scripts/reference.py

Of docs/reference/configuration.md only what stands between marks is made.  The pages are kept in the
repository: they can be read without the site, and a test says when they are out of date.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import tomlkit
from readme import platform_table

from pyz3.check import groups, report_schema, rules
from pyz3.cli import _SECTIONS, cli
from pyz3.cli.variables import VARIABLES
from pyz3.config.schema import json_schema
from pyz3.reproduce import reproduction_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
REPORT_SCHEMA = ROOT / "pyz3" / "check" / "report.schema.json"
REPRODUCTION_SCHEMA = ROOT / "pyz3" / "reproduce" / "reproduction.schema.json"
CONFIGURATION = REFERENCE / "configuration.md"
MADE = "<!-- made by scripts/reference.py -->\n\n"
_KEYS = re.compile(r"(<!-- keys of (\w+): scripts/reference.py -->\n).*?(<!-- /keys -->\n)", re.DOTALL)
_WAYS = re.compile(r"(<!-- ways: scripts/reference.py -->\n).*?(<!-- /ways -->\n)", re.DOTALL)
# Key → option, and a value as each is written; of those that can be said in three ways.
_IN_THREE_WAYS = {
    "optimize": ("--optimize", "ReleaseSmall"),
    "build": ("--build", "cp313-*"),
    "skip": ("--skip", "*-win_arm64"),
}


def main() -> None:
    """Write all pages."""
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages() -> dict[Path, str]:
    """Give each page's text as it must be."""
    return {
        REFERENCE / "commands.md": commands(),
        CONFIGURATION: configuration(CONFIGURATION.read_text(encoding="utf-8")),
        REFERENCE / "variables.md": variables(),
        REFERENCE / "exit-codes.md": exit_codes(),
        REFERENCE / "platforms.md": platforms(),
        REFERENCE / "rules.md": rule_pages(),
        REPORT_SCHEMA: report_schema(),
        REPRODUCTION_SCHEMA: reproduction_schema(),
    }


def commands() -> str:
    """Give the page of commands, from what click knows of each."""
    text = "# Commands\n\n" + MADE
    text += "Every command has `-h` and `--help`. `pyz3 --version` says which pyz3 it is.\n"
    with click.Context(cli, info_name="pyz3") as top:
        for heading, names in _SECTIONS.items():
            text += f"\n## {heading}\n"
            for name in names:
                text += "".join(_command(cli.get_command(top, name), name, top))
    return text


def _command(command: click.Command | None, name: str, parent: click.Context) -> Iterable[str]:
    if command is None:
        raise LookupError(name)
    # click keeps what it makes of --help for the first context: this is the one that it has when it runs.
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield f"\n### `{context.command_path}`\n\n"
    if isinstance(command, click.Group):
        yield _prose(command.help)
        for inner in command.list_commands(context):
            yield from _command(command.get_command(context, inner), inner, context)
        return
    yield f"```text\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n\n"
    yield _prose(command.help)
    rows = [row for one in command.params if isinstance(one, click.Option) and (row := _option(one))]
    if rows:
        yield "\n" + table(("option", "meaning", "variable"), rows)
    if command.epilog:
        yield f"\n```text\n{_plain(command.epilog)}\n```\n"


def _prose(text: str | None) -> str:
    """Give a help text as Markdown: what click does not wrap is a block of code."""
    parts = []
    for part in (text or "").strip().split("\n\n"):
        kept = part.startswith("\b")
        parts.append(f"```text\n{_plain(part)}\n```" if kept else _code(" ".join(part.split())))
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    lines = text.replace("\b\n", "").strip("\n").splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    return "\n".join(lines) if indent < 2 else "\n".join([lines[0], *(line for line in lines[1:])])  # noqa: PLR2004


def _code(text: str) -> str:
    """Give a sentence of a help text with options, variables, keys and patterns as code."""
    return re.sub(
        r"(?<![\w`./[-])(--[a-z][\w-]*|[A-Z][A-Z0-9]*_[A-Z0-9_]+|tool\.pyz3(?:\.\w+)?"
        r"|[\w{},./-]*\*[\w{},./*-]*\b\*?)(?![\w`])",
        r"`\1`",
        text,
    )


def _option(option: click.Option) -> tuple[str, str, str] | None:
    if option.hidden:
        return None
    names = ", ".join(f"`{name}`" for name in sorted(option.opts, key=len))
    value = ""
    if not (option.is_flag or option.count):
        choices = getattr(option.type, "choices", None)
        kind = "N" if isinstance(option.type, click.IntRange) else option.type.name.upper()
        values = [option.metavar] if option.metavar else choices or [kind]
        value = " " + " | ".join(f"`{one}`" for one in values)
    said = re.sub(r"\s*\[default: (.*)\]\s*$", r" Default: \1.", option.help or "")
    if option.show_default and option.default is not None:
        said += f" Default: `{option.default}`."
    variable = f"`{option.envvar}`" if option.envvar else ""
    return names + value, _code(" ".join(said.split())), variable


def configuration(text: str) -> str:
    """Give the page of keys with its tables as they must be."""
    schema = json_schema()
    known = {**schema["definitions"], "ToolTable": schema}
    text = _KEYS.sub(lambda match: match[1] + keys(known[match[2]]) + match[3], text)
    return _WAYS.sub(lambda match: match[1] + ways() + match[2], text)


def keys(of: dict[str, Any]) -> str:
    """Give a row per key of a table of which ``of`` is the schema."""
    required = of.get("required", [])
    return table(
        ("key", "meaning and example", "type", "default"),
        [
            (f"`{key}`", _meaning(key, one), _type(one), _default(one, required=key in required))
            for key, one in of["properties"].items()
        ],
    )


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if "enum" in schema:
        return ", ".join(f"`{json}`" for json in map(_toml, schema["enum"]))
    if schema.get("type") == "array":
        return {"string": "strings"}.get(schema["items"].get("type", ""), "tables")
    return {"string": "string", "boolean": "boolean", "integer": "integer"}.get(
        schema.get("type", ""), "table"
    )


def _default(schema: dict[str, Any], *, required: bool) -> str:
    if required:
        return "required"
    default = schema.get("default")
    return f"`{_toml(default)}`" if isinstance(default, bool | str) else ""


def _meaning(key: str, schema: dict[str, Any]) -> str:
    examples = [f"`{key} = {_toml(value)}`" for value in schema.get("examples", [])]
    shown = f" {', '.join(examples)}" if examples else ""
    return schema.get("description", "") + shown


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline.as_string()
    return tomlkit.item(value).as_string()


def ways() -> str:
    """Give what can be said in three ways, in tabs."""
    options = {
        name: one
        for one in cli.get_command(click.Context(cli), "wheel").params  # type: ignore[union-attr]
        for name in one.opts
    }
    text = ""
    for key, (option, value) in _IN_THREE_WAYS.items():
        shell = value if value.isalnum() else f"'{value}'"
        text += (
            f"\n`{key}`:\n\n<!-- tabs -->\n**pyproject.toml**\n\n"
            f"```toml\n[tool.pyz3]\n{key} = {_toml(value)}\n```"
            f"\n\n**variable**\n\n```sh\nexport {options[option].envvar}={shell}\n```"
            f"\n\n**option**\n\n```sh\npyz3 wheel {option} {shell}\n```\n<!-- /tabs -->\n"
        )
    return text


def variables() -> str:
    """Give the page of environment variables."""
    by_option: dict[str, list[str]] = {}
    with click.Context(cli, info_name="pyz3") as top:
        for name in [name for section in _SECTIONS.values() for name in section]:
            _collect(cli.get_command(top, name), f"pyz3 {name}", by_option)
    rows = [
        (f"`{name}`", f"As if it were said by {', '.join(dict.fromkeys(options))}, which goes before it.")
        for name, options in sorted(by_option.items())
    ]
    return (
        f"# Environment variables\n\n{MADE}A variable that is empty counts as not set.\n\n"
        "## In place of options\n\nThe command line reads these; `pyz3.wheel` in Python does not.\n\n"
        + table(("variable", "meaning"), rows)
        + "\n## Others\n\n"
        + table(("variable", "meaning"), [(f"`{name}`", said) for name, said in VARIABLES.items()])
    )


def _collect(command: click.Command | None, path: str, found: dict[str, list[str]]) -> None:
    if command is None:
        raise LookupError(path)
    for one in command.params:
        if isinstance(one.envvar, str):
            found.setdefault(one.envvar, []).append(f"`{max(one.opts, key=len)}`")
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            _collect(inner, f"{path} {name}", found)


def exit_codes() -> str:
    """Give the page of exit codes, from the classes of errors; pyz3 explain reads its table."""
    rows = [
        ("0", "", "All that was asked for was done."),
        ("1", "", "What was looked for was found: `pyz3 doctor`, and commands with `--check`."),
        ("9", "", "`pyz3 check` found an error."),
        ("130", "", "Stopped by Ctrl-C. No partial wheel is left."),
        ("143", "", "Stopped by SIGTERM. No partial wheel is left."),
    ]
    for path in sorted((ROOT / "pyz3").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                summary = (ast.get_docstring(node) or "").partition("\n\n")[0]
                said = re.fullmatch(r"(.*?)\s*\(exit code (\d+)\)\.", summary, re.DOTALL)
                rows += [(said[2], f"`{node.name}`", f"{said[1]}.")] if said else []
    return (
        f"# Exit codes\n\n{MADE}"
        + table(("code", "class", "meaning"), sorted(rows, key=lambda row: (int(row[0]), not row[1], row[1])))
        + "\nWhen several wheels fail for one reason, it is the code of that reason; for several it is 1.\n"
        "Some commands answer with 1: `pyz3 ci github --check` if the workflow is out of date,\n"
        "`pyz3 doctor` if something is wrong. Another signal ends pyz3 with 128 and its number.\n"
    )


def rule_pages() -> str:
    """Give the page of the rules of pyz3 check, with a section for each."""
    text = (
        f"# Rules of pyz3 check\n\n{MADE}"
        "`pyz3 check` says which rule a wheel breaks; `pyz3 explain PW101` shows its section of this page.\n"
        "An error ends the check with exit code 9. With `--strict` a warning does, too.\n"
        "How rules are selected is told in [how to check wheels](../howto/check.md).\n"
    )
    for prefix, title in groups().items():
        text += f"\n## {title}\n"
        for rule in (rule for rule in rules().values() if rule.code.startswith(prefix)):
            text += (
                f"\n### `{rule.code}` {rule.name}\n\n{rule.what} ({rule.severity.capitalize()}.)\n\n"
                f"Why: {rule.why}\n\nWhat to do: {rule.mend}\n"
            )
    return text


def platforms() -> str:
    """Give the page of platforms, with README's table."""
    return (
        f"# Platforms\n\n{MADE}"
        "```\npyz3 wheel --platform windows-x64          # one, by its name\n"
        "pyz3 wheel --platform linux                # all of Linux, glibc and musl\n"
        "pyz3 wheel --all-platforms                 # those marked default, or what the project lists\n"
        "```\n\n" + platform_table() + "\n- The tag is that of the default floor. A project may promise\n"
        "  [newer systems only](../distribution.md#glibc-and-macos).\n"
        '- "Run here on" names the interpreters that the tests run wheels in.\n'
        "- Other names and globs: [selecting wheels](../distribution.md#selecting-wheels).\n"
        "  `pyz3 platforms` prints this list, with `--json` for programs.\n"
        "- How a platform is added to pyz3 itself: [recipes](../design.md#recipes).\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in lines)


if __name__ == "__main__":
    main()

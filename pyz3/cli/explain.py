"""``pyz3 explain``: what a message, an exit code, a key or a word of the documentation means."""

from __future__ import annotations

import click
from rich.markdown import Markdown

from pyz3._nearest import nearest
from pyz3.cli.settings import SETTINGS, complete_topics
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError
from pyz3.pages import entries, exit_codes, explain_code, explain_message, find_topic, messages, slug, topics

_EXAMPLES = """\b
Examples:
  pyz3 explain 3
  pyz3 explain glibc-and-macos
  pyz3 explain PYZ3_CACHE_SIZE
  pyz3 explain "error: nothing is selected"
"""


@click.command(
    context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Say what messages and exit codes mean."
)
@click.argument("words", nargs=-1, metavar="[MESSAGE|CODE|TOPIC]", shell_complete=complete_topics)
def explain(*, words: tuple[str, ...]) -> None:
    """Say what a MESSAGE of pyz3's means, and what to do; what an exit CODE means; or what a TOPIC is about.

    A TOPIC is a page, a section, a command, a key of [tool.pyz3], a variable or a platform.  Without one,
    list them all.  The texts are those of the documentation.
    """
    console = SafeConsole()
    if not words:
        _list(console)
        return
    said = " ".join(words)
    if said.isdecimal():
        _explain_code(console, int(said))
        return
    # As tips name a page: docs/setuptools.md.
    name = said.removeprefix("docs/").removeprefix("reference/").removesuffix(".md")
    page = find_topic(name) or explain_message(said)
    if page is None:
        near = nearest(slug(said), [*topics(), *map(slug, entries())])
        hint = f"did you mean {near}? " if near else ""
        raise ConfigError(f"nothing here explains {said!r}", tip=f"{hint}pyz3 explain lists what there is")
    text = f"# {page.title}\n\n{page.text}\n"
    console.print(Markdown(text) if console.is_terminal else text, soft_wrap=not console.is_terminal)
    console.print(f"(docs/{page.origin})", style="dim")


def _explain_code(console: SafeConsole, code: int) -> None:
    meaning = explain_code(code)
    if not meaning:
        known = ", ".join(map(str, exit_codes()))
        raise ConfigError(f"pyz3 ends with no exit code {code}", tip=f"those that it has: {known}")
    console.print(f"{code}: {meaning}", soft_wrap=True)


def _list(console: SafeConsole) -> None:
    lines = ["Exit codes"]
    lines += [f"  {code:>3}  {meaning}" for code, meaning in exit_codes().items()]
    lines += ["", "Topics", *(f"  {name}" for name in sorted(topics()))]
    lines += [
        "",
        "Keys, variables and platforms",
        *(f"  {name}" for name in sorted(entries()) if "." not in name),
    ]
    lines += ["", "Messages, … stands for what differs", *(f"  {page.title}" for page in messages())]
    console.print("\n".join(lines), soft_wrap=True)

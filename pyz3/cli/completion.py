"""``pyz3 completion``: what a shell needs to complete the words of a command line."""

from __future__ import annotations

import os
from pathlib import PurePath

import click
from click.shell_completion import BashComplete, get_completion_class

from pyz3.cli.settings import SETTINGS
from pyz3.errors import ConfigError

_SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_PYZ3_COMPLETE"  # click's name for this program


@click.command(context_settings=SETTINGS, short_help="Print what completes commands in a shell.")
@click.argument("shell", type=click.Choice(_SHELLS), required=False)
@click.pass_context
def completion(context: click.Context, /, *, shell: str | None) -> None:
    """Print what completes pyz3's commands, options and platforms in SHELL, by default that of $SHELL.

    \b
    bash   pyz3 completion bash > ~/.local/share/bash-completion/completions/pyz3
    zsh    eval "$(pyz3 completion zsh)"        in ~/.zshrc, after compinit
    fish   pyz3 completion fish > ~/.config/fish/completions/pyz3.fish
    """  # noqa: D301 - click's mark for lines that stay as they are
    shell = shell or PurePath(os.environ.get("SHELL", "")).name
    kind = get_completion_class(shell)
    if shell not in _SHELLS or kind is None:
        raise ConfigError(
            f"{shell or 'this shell'}: there is no completion for it", tip=f"name one of {', '.join(_SHELLS)}"
        )
    made = kind(context.find_root().command, {}, "pyz3", _VARIABLE)
    # Bash's own asks which bash there is: the script is for whoever reads it.
    text = super(BashComplete, made).source() if isinstance(made, BashComplete) else made.source()
    click.echo(text)

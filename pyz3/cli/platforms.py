"""``pyz3 platforms``: what ``--platform`` takes, for people and for programs."""

from __future__ import annotations

from typing import Any

import click

from pyz3.cli.lines import columns
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole, safe_json
from pyz3.targets import SUPPORTED, Platform

VERSION = "1.0"
"""Of the JSON, in docs/reference/json.md: what is added changes the second number, else the first."""


@click.command(context_settings=SETTINGS, short_help="List the platforms that wheels are built for.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def platforms(*, as_json: bool) -> None:
    """List the platforms that wheels are built for.

    Those with a star are built for by --all-platforms, unless the project lists its own.
    """
    if as_json:
        click.echo(safe_json(public_platforms()))
        return
    console = SafeConsole(soft_wrap=True)
    rows = [("platform", "", "wheel platform", "zig target")]
    for one in Platform:
        star = "*" if one.spec.default else ""
        rows.append((str(one), star, one.wheel_platform, " + ".join(one.zig_targets_for(one.floor()))))
    for number, line in enumerate(columns(rows)):
        console.print(line, style="bold" if number == 0 else "")


def public_platforms() -> dict[str, Any]:
    """Give every platform, with the defaults of the oldest Python."""
    return {
        "version": VERSION,
        "platforms": [
            {
                "name": str(one),
                "family": one.family,
                "arch": one.spec.arch,
                "default": one.spec.default,
                "identifier": one.spec.identifier,
                "wheel_platform": one.wheel_platform,
                "zig_targets": [*one.zig_targets_for(one.floor())],
                "pythons": [str(python) for python in SUPPORTED if one.has(python)],
            }
            for one in Platform
        ],
    }

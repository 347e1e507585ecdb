"""``pyz3 env``: what builds go by on this machine, for scripts and for bug reports."""

from __future__ import annotations

import os
import platform as host
import sys
from typing import Any

import click

from pyz3 import __version__
from pyz3.capi import best_headers, find_headers
from pyz3.cli.lines import columns
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole, safe_json
from pyz3.engine.toolchain import find_zig
from pyz3.errors import Pyz3Error
from pyz3.store import cache_place
from pyz3.targets import Platform, PythonVersion

VERSION = "1.0"
"""Of the JSON, in docs/reference/json.md: what is added changes the second number, else the first."""
# Others steer a build, too; these alone are sure to hold nothing that is to be kept secret.
_SHOWN = ("PYZ3_", "ZIG_")
_SINGLE = ("SOURCE_DATE_EPOCH", "MACOSX_DEPLOYMENT_TARGET", "SDKROOT", "VIRTUAL_ENV", "CONDA_PREFIX")


@click.command(context_settings=SETTINGS, short_help="Show what builds go by on this machine.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def env(*, as_json: bool) -> None:
    """Show what builds go by on this machine: versions, the cache, headers, variables.

    To be put into a bug report; nothing is built.
    """
    found = environment()
    if as_json:
        click.echo(safe_json({"version": VERSION, **found}))
        return
    console = SafeConsole(soft_wrap=True)
    rows = [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in found.items()
        if not isinstance(value, dict)
    ]
    rows += [(name, value) for name, value in found["variables"].items()]
    for line in columns(rows):
        console.print(line)


def environment() -> dict[str, Any]:
    """Give what builds go by; what is missing is empty."""
    try:
        path, zig = find_zig()
    except Pyz3Error as error:
        path, zig = None, error.message
    try:
        platform = str(Platform.current())
    except Pyz3Error:
        platform = ""
    return {
        "pyz3": __version__,
        "zig": zig,
        "zig_path": str(path or ""),
        "python": host.python_version(),
        "executable": sys.executable,
        "system": " ".join((host.system(), host.release(), host.machine(), *host.libc_ver())).strip(),
        "platform": platform,
        "cache": str(cache_place(os.environ)),
        "headers": sorted(best_headers(find_headers(environ=os.environ)), key=_number),
        "variables": {
            name: value
            for name, value in sorted(os.environ.items())
            if name.startswith(_SHOWN) or name in _SINGLE
        },
    }


def _number(version: str) -> int:
    return PythonVersion.parse(version).minor

"""What several commands have in common: the project's folder and options of one meaning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pyz3.config import OPTIMIZE_MODES

if TYPE_CHECKING:
    from collections.abc import Callable

project_argument = click.argument("project", type=click.Path(path_type=Path), default=".")

optimize_option = click.option(
    "--optimize",
    type=click.Choice(OPTIMIZE_MODES),
    envvar="PYZ3_OPTIMIZE",
    show_envvar=True,
    help="Zig's build mode.  [default: the project's]",
)

python_headers_option = click.option(
    "--python-headers",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder that holds Python.h, used before those that are found; repeatable.",
)


place_option = click.option(
    "--python",
    metavar="PATH",
    help="The Python or the environment that is meant.  [default: VIRTUAL_ENV, CONDA_PREFIX, .venv of the "
    "project, this one]",
)


def output_dir_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give ``--output-dir``, of ``what``: ``the wheels go``."""
    return click.option(
        "-o",
        "--output-dir",
        type=click.Path(path_type=Path),
        default="dist",
        show_default=True,
        envvar="PYZ3_OUTPUT_DIR",
        show_envvar=True,
        help=f"Where {what}.",
    )

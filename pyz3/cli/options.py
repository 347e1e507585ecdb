"""What several commands have in common: the project's folder and options of one meaning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pyz3.cli.settings import complete_platforms, complete_pythons
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


jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Compilers at a time.  [default: processors]"
)

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    envvar="PYZ3_CONFIG",
    show_envvar=True,
    help="TOML in place of the project's [tool.pyz3], for a project of another build backend.",
)

allow_pure_option = click.option(
    "--allow-pure",
    is_flag=True,
    help="A project of another build backend may end without its extension modules.",
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


def platforms_option(verb: str, *, default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give ``--platform``, for what the ``verb`` says (``build``), and what holds without it."""
    return click.option(
        "--platform",
        "platforms",
        multiple=True,
        metavar="NAME",
        envvar="PYZ3_PLATFORM",
        show_envvar=True,
        shell_complete=complete_platforms,
        help=f"Platform to {verb} for: a name, an alias or a glob; repeatable.  [default: {default}]",
    )


def pythons_option(
    verb: str, *, default: str = "this one"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give ``--python``, for what the ``verb`` says, and what holds without it."""
    return click.option(
        "--python",
        "pythons",
        multiple=True,
        metavar="X.Y",
        envvar="PYZ3_PYTHON",
        show_envvar=True,
        shell_complete=complete_pythons,
        help=f"Python to {verb} for (3.13, 3.13t, all); repeatable.  [default: {default}]",
    )

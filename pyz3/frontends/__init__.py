"""Frontends: each reads one kind of project and gives a :class:`pyz3.config.Project`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.config import read_pyproject
from pyz3.errors import ConfigError
from pyz3.frontends import native, pep517
from pyz3.frontends.backends import is_legacy, recognise
from pyz3.frontends.cibuildwheel import PLATFORMS as CIBUILDWHEEL_PLATFORMS
from pyz3.frontends.cibuildwheel import Reading as CibuildwheelReading
from pyz3.frontends.cibuildwheel import read_table as read_cibuildwheel
from pyz3.frontends.cibuildwheel_options import CibuildwheelOption, cibuildwheel_option, cibuildwheel_options
from pyz3.frontends.metadata import declared_name
from pyz3.frontends.own_requirement import OWN_REQUIREMENT
from pyz3.frontends.undeclared import undeclared_extensions

if TYPE_CHECKING:
    from pyz3.config import Project

__all__ = (
    "CIBUILDWHEEL_PLATFORMS",
    "OWN_REQUIREMENT",
    "CibuildwheelOption",
    "CibuildwheelReading",
    "cibuildwheel_option",
    "cibuildwheel_options",
    "declared_name",
    "is_legacy",
    "load_own_project",
    "load_project",
    "read_cibuildwheel",
    "recognise",
    "undeclared_extensions",
)


def load_project(root: Path, *, config: Path | None = None) -> Project:
    """Read the project in the folder ``root``.  Nothing of it is run.

    Args:
        root: The folder that holds ``pyproject.toml``, or ``setup.py``.
        config: A file of TOML in place of the project's ``[tool.pyz3]``, for a project that another
            backend builds.

    Raises:
        ConfigError: The configuration is wrong, or the project has a build backend that pyz3 cannot
            work with.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow links, and paths are shown as given
    data = read_pyproject(root) if (root / "pyproject.toml").exists() or not is_legacy(root) else {}
    backend = recognise(root, data)
    if backend is not None:
        return pep517.load_project(root, data, backend, config=config)
    if config is not None:
        raise ConfigError(
            f"{config}: pyz3 itself builds the project in {root}, by its own [tool.pyz3]",
            tip="put into its pyproject.toml what is to be different",
        )
    return native.load_project(root, data)


def load_own_project(root: Path, *, what: str, tip: str) -> Project:
    """Read the project in the folder ``root``, for what only projects have that pyz3 itself builds.

    Args:
        root: The folder that holds ``pyproject.toml``.
        what: What is asked for, as the subject of a sentence: ``pyz3 sdist``.
        tip: What does it for a project of another build backend.

    Raises:
        ConfigError: The configuration is wrong, or another backend builds the project.
    """
    project = load_project(root)
    if project.backend is not None:
        raise ConfigError(
            f"{what} is for projects that pyz3 itself builds; {project.backend.kind} builds the one "
            f"in {project.root}",
            tip=tip,
        )
    return project

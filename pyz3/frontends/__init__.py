"""Frontends: each reads one kind of project and gives a :class:`pyz3.config.Project`."""

from pyz3.frontends.native import load_project

__all__ = ["load_project"]

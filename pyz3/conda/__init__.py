"""Conda packages: what wheels hold as `.conda` archives, and a recipe for conda-forge."""

from pyz3.conda.aims import Aim, require_subdir
from pyz3.conda.package import CondaPackage, convert, require_writer, write_package
from pyz3.conda.recipe import Recipe, read_sdist, recipe_text

__all__ = (
    "Aim",
    "CondaPackage",
    "Recipe",
    "convert",
    "read_sdist",
    "recipe_text",
    "require_subdir",
    "require_writer",
    "write_package",
)

"""Two functions from modules that the project's own build.zig makes."""

from custom.product import product
from custom.sum import sum  # noqa: A004 - the module's name

__all__ = ["product", "sum"]

"""Every option of cibuildwheel, and what pyz3 does with it: ``cibuildwheel.toml`` as values."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from pyz3._records import convert
from pyz3._toml import load_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

Does: TypeAlias = Literal["taken", "asked", "needless", "elsewhere", "lost"]


class CibuildwheelOption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of ``cibuildwheel.toml``; the file explains the fields."""

    does: Does
    note: str
    command: bool = False


@cache
def cibuildwheel_options() -> Mapping[str, CibuildwheelOption]:
    """Give every option by its name, or by a pattern of names: ``musllinux-*-image``."""
    text = resources.files("pyz3.frontends").joinpath("cibuildwheel.toml").read_text(encoding="utf-8")
    return convert(load_toml(text), dict[str, CibuildwheelOption])


def cibuildwheel_option(name: str) -> CibuildwheelOption | None:
    """Give what pyz3 does with an option; None: cibuildwheel has none of that name.

    Args:
        name: As in its table, or with ``-`` for ``_`` as its variables have it: ``manylinux-x86-64-image``.
    """
    options = cibuildwheel_options()
    if name in options:
        return options[name]
    plain = name.replace("_", "-")
    return next((one for known, one in options.items() if fnmatchcase(plain, known.replace("_", "-"))), None)

"""Which interpreters of other platforms can be added, and where each comes from.  Pure."""

from __future__ import annotations

import difflib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

import msgspec

from pyz3._patterns import matches, split_words
from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.errors import ConfigError
from pyz3.runtimes.runtime import HOST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an interpreter comes from.

    Attributes:
        registry: Of Debian's packages the system's own tools know name, version and digest.
        package: Its name there.
        version: The one that is known to work.
        sha256: Of its file.
    """

    registry: Literal["PyPI", "npm", "Debian"]
    package: str = ""
    version: str = ""
    sha256: str = ""

    def __str__(self) -> str:
        return f"{self.package} {self.version} of {self.registry}" if self.package else self.registry


@cache
def origins() -> Mapping[str, Origin]:
    """Give what can be added, by the names of :func:`~pyz3.runtimes.provisioned_runtime`."""
    text = resources.files("pyz3.runtimes").joinpath("origins.toml").read_text(encoding="utf-8")
    return convert(load_toml(text), dict[str, Origin])


def named_origins(patterns: Sequence[str]) -> tuple[str, ...]:
    """Give the names that are asked for, each once, in the order of the table.

    Args:
        patterns: Names, globs (``win_amd64-*``, ``pyodide*``), or ``all``; commas separate several.

    Raises:
        ConfigError: One stands for none.
    """
    chosen: set[str] = set()
    # A text without words is kept, so that it can be complained of.
    for pattern in [word for text in patterns for word in split_words(text, commas=True) or (text,)]:
        found = [name for name in origins() if pattern == "all" or matches([pattern], name)]
        if not found:
            raise _unknown(pattern)
        chosen.update(found)
    return tuple(name for name in origins() if name in chosen)


def _unknown(pattern: str) -> ConfigError:
    if pattern.startswith(f"{HOST}-"):
        return ConfigError(
            f"{pattern}: this machine's own interpreters are installed by others",
            tip=f"uv python install {pattern.removeprefix(f'{HOST}-')}",
        )
    near = difflib.get_close_matches(pattern, origins(), n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return ConfigError(f"{pattern!r} is no runtime", tip=f"{hint}see them all: pyz3 runtimes add --list")

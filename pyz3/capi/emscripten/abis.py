"""Which PyEmscripten platform (PEP 783) belongs to which Python: ``abis.toml`` as values."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

import msgspec

from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.targets import PythonVersion

Unwinding = Literal["javascript", "wasm"]


class EmscriptenAbi(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of ``abis.toml``; the file explains the fields."""

    python: str
    tag: str
    emscripten: str
    libcxx: str
    unwinding: Unwinding
    pyodide: str

    @property
    def emscripten_major(self) -> int:
        """The 5 of Emscripten 5.0.3."""
        return int(self.emscripten.split(".", 1)[0])

    @property
    def libcxx_major(self) -> int:
        """The 21 of libc++ 21.1.8."""
        return int(self.libcxx.split(".", 1)[0])


@cache
def emscripten_abis() -> Mapping[str, EmscriptenAbi]:
    """Give the platforms by their version (``2026_0``), oldest first."""
    text = resources.files("pyz3.capi.emscripten").joinpath("abis.toml").read_text(encoding="utf-8")
    return convert(load_toml(text), dict[str, EmscriptenAbi])


def emscripten_abi_for(python: PythonVersion) -> EmscriptenAbi:
    """Give the platform of the Pyodide that has this Python.

    Raises:
        ConfigError: There is no Pyodide with it.
    """
    for abi in emscripten_abis().values():
        if abi.python == str(python):  # "3.14t" is none: threads need what Pyodide lacks
            return abi
    known = ", ".join(abi.python for abi in emscripten_abis().values())
    raise ConfigError(
        f"no Pyodide has Python {python}; there are Pyodides with Python {known}",
        tip="leave this Python out for the platform pyodide",
    )

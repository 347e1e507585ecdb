"""The Stable ABI (PEP 384): which names it has since which Python, and how a module asks for it.

Its version is written as a Python's: ``3.10`` is abi3 from 3.10 on, ``3.15t`` is abi3 and abi3t
at once from 3.15 on, for free-threaded builds as well as for the others (PEP 803).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.capi.symbols import SymbolList
from pyz3.targets import Exports, PythonVersion

# Functions with two names until 3.12: "#" in a format means Py_ssize_t only under the second one, which
# the headers take if PY_SSIZE_T_CLEAN is defined.  3.13's take the first, which 3.10 to 3.12 refuse "#" in.
_SIZE_T_ENDS = PythonVersion(3, 13)
_SIZE_T_FUNCTIONS = (
    "PyArg_Parse",
    "PyArg_ParseTuple",
    "PyArg_ParseTupleAndKeywords",
    "PyArg_VaParse",
    "PyArg_VaParseTupleAndKeywords",
    "PyObject_CallFunction",
    "PyObject_CallMethod",
    "Py_BuildValue",
    "Py_VaBuildValue",
)
# PEP 803: older headers refuse Py_LIMITED_API for free-threaded builds.
_ABI3T_SINCE = 15


class SymbolTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One table of ``stable_abi.toml``; the file explains the fields."""

    since: str
    functions: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    python3_dll_since: str | None = None
    feature: str | None = None
    abi_only: bool = False

    def since_on(self, system: Exports) -> PythonVersion:
        """Give the oldest Python that has the names on ``system``."""
        on_windows = self.python3_dll_since if system == "windows" else None
        return PythonVersion.parse(on_windows or self.since)


class StableAbi(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``stable_abi.toml``."""

    features: dict[str, tuple[Exports, ...]]
    symbols: tuple[SymbolTable, ...]

    def tables(self, system: Exports) -> tuple[SymbolTable, ...]:
        """Give the tables of what ordinary builds on ``system`` have."""
        return tuple(
            table for table in self.symbols if table.feature is None or system in self.features[table.feature]
        )


def limited_api(version: str, *, system: Exports) -> SymbolList:
    """Give what a module for the stable ABI of ``version`` may use.

    Names that are in the ABI but not in the Limited API are included: macros refer to them.  abi3t
    has the same names as abi3.

    Args:
        version: The oldest Python that the module is for: ``3.10``, ``3.15t``.
        system: ``windows`` stands for what ``python3.dll`` exports.

    Raises:
        ValueError: ``version`` names no stable ABI.
    """
    oldest = _parse(version)
    tables = [table for table in _stable_abi().tables(system) if table.since_on(system).minor <= oldest.minor]
    return SymbolList(
        functions=frozenset(name for table in tables for name in table.functions),
        data=frozenset(name for table in tables for name in table.data),
    )


def added_in(name: str, *, system: Exports) -> str | None:
    """Give the version whose stable ABI has ``name`` first on ``system``; ``None``: none has it."""
    since = _versions(system).get(name)
    return since.base if since else None


def limited_api_macros(version: str, *, headers: PythonVersion) -> tuple[str, ...]:
    """Give the definitions that ask ``Python.h`` for the Limited API of ``version``.

    ``3.10`` gives ``Py_LIMITED_API=0x030A0000``.  ``3.15t`` gives ``Py_TARGET_ABI3T`` too, which
    makes ``PyObject`` opaque (PEP 803).  Headers of 3.13 or later would make a module for an older
    Python call functions that fail there; then they are renamed besides:
    ``PyArg_ParseTuple=_PyArg_ParseTuple_SizeT``.

    Args:
        version: The oldest Python that the module is for.
        headers: The Python whose headers it is compiled with.

    Raises:
        ValueError: ``version`` names no stable ABI, or ``headers`` are older.
    """
    oldest = _parse(version)
    if headers.minor < oldest.minor:
        msg = f"headers of Python {headers.base} do not have the Limited API of {oldest.base}"
        raise ValueError(msg)
    value = f"0x{oldest.major:02X}{oldest.minor:02X}0000"
    macros = ["Py_LIMITED_API", "Py_TARGET_ABI3T"] if oldest.free_threaded else ["Py_LIMITED_API"]
    renamed = _SIZE_T_FUNCTIONS if oldest.minor < _SIZE_T_ENDS.minor <= headers.minor else ()
    return (*(f"{macro}={value}" for macro in macros), *(f"{name}={_size_t(name)}" for name in renamed))


def _size_t(function: str) -> str:
    return f"_{function}_SizeT"


def stable_abi_tag(version: str) -> str:
    """Give the Python and ABI part of a wheel's tag: ``cp310-abi3``, ``cp315-abi3.abi3t`` (PEP 803).

    Raises:
        ValueError: ``version`` names no stable ABI.
    """
    oldest = _parse(version)
    return f"{oldest.tag}-{'abi3.abi3t' if oldest.free_threaded else 'abi3'}"


def stable_abi_dll(version: str) -> Literal["python3.dll", "python3t.dll"]:
    """Give the DLL that a module for the stable ABI of ``version`` takes the C API from.

    Builds of 3.15 with the GIL carry ``python3t.dll`` besides their ``python3.dll``
    (``PC/layout/main.py``), so a module that links it runs on both.

    Raises:
        ValueError: ``version`` names no stable ABI.
    """
    return "python3t.dll" if _parse(version).free_threaded else "python3.dll"


def _parse(version: str) -> PythonVersion:
    oldest = PythonVersion.parse(version)
    if oldest.free_threaded and oldest.minor < _ABI3T_SINCE:
        msg = f"free-threaded Pythons have a stable ABI from 3.{_ABI3T_SINCE}t on, not from {oldest}"
        raise ValueError(msg)
    return oldest


@cache
def _versions(system: Exports) -> dict[str, PythonVersion]:
    return {
        name: table.since_on(system)
        for table in _stable_abi().tables(system)
        for name in (*table.functions, *table.data)
    }


@cache
def _stable_abi() -> StableAbi:
    content = resources.files("pyz3.capi").joinpath("stable_abi.toml").read_text(encoding="utf-8")
    return convert(load_toml(content), StableAbi)

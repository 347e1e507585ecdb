"""The Stable ABI (PEP 384): which names it has since which Python, and how a module asks for it.

Its version is written as a Python's: ``3.10`` is abi3 from 3.10 on, ``3.15t`` is abi3 and abi3t
at once from 3.15 on, for free-threaded builds as well as for the others (PEP 803).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.capi.symbols import SymbolList
from pyz3.targets import Exports, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

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


class Exceptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """``stable_abi.toml``, which explains the fields."""

    features: dict[str, tuple[Exports, ...]]
    since: dict[str, tuple[str, ...]]
    python3_dll_since: dict[str, tuple[str, ...]]

    def versions(self, system: Exports) -> dict[str, str]:
        """Give name → version for what another version on ``system`` has first than CPython's list says."""
        tables = [self.since, *([self.python3_dll_since] if system == "windows" else [])]
        return {name: version for table in tables for version, names in table.items() for name in names}


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
    functions, data = _versions(system)
    return SymbolList(
        functions=frozenset(name for name, since in functions.items() if since.minor <= oldest.minor),
        data=frozenset(name for name, since in data.items() if since.minor <= oldest.minor),
    )


def added_in(name: str, *, system: Exports) -> str | None:
    """Give the version whose stable ABI has ``name`` first on ``system``; ``None``: none has it."""
    functions, data = _versions(system)
    since = functions.get(name) or data.get(name)
    return since.base if since else None


def limited_api_macros(version: str, *, headers: PythonVersion) -> tuple[str, ...]:
    """Give the definitions that ask ``Python.h`` for the Limited API of ``version``.

    ``3.10`` gives ``Py_LIMITED_API=0x030A0000``.  ``3.15t`` gives ``Py_TARGET_ABI3T`` too, which
    makes ``PyObject`` opaque (PEP 803).  Headers of 3.13 or later would make a module for an older
    Python call functions that fail there; then they are renamed besides:
    ``PyArg_ParseTuple=_PyArg_ParseTuple_SizeT``.  Older headers are asked for ``version`` all the same: they
    declare a part of its API, and what a module takes from them every later Python has (PEP 384).

    Args:
        version: The oldest Python that the module is for.
        headers: The Python whose headers it is compiled with.

    Raises:
        ValueError: ``version`` names no stable ABI.
    """
    oldest = _parse(version)
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
def _versions(system: Exports) -> tuple[dict[str, PythonVersion], dict[str, PythonVersion]]:
    """Give what has which function first, and which variable: of ordinary builds for ``system``."""
    import abi3info  # type: ignore[import-untyped] # noqa: PLC0415 - it has no types, and takes 0.1 s

    exceptions = _exceptions()
    own = exceptions.versions(system)

    def of(listed: Iterable[Any]) -> dict[str, PythonVersion]:
        return {
            one.symbol.name: PythonVersion.parse(own.get(one.symbol.name, str(one.added)))
            for one in listed
            if one.ifdef is None or system in exceptions.features[one.ifdef.name]
        }

    return of(abi3info.FUNCTIONS.values()), of(abi3info.DATAS.values())


@cache
def _exceptions() -> Exceptions:
    content = resources.files("pyz3.capi").joinpath("stable_abi.toml").read_text(encoding="utf-8")
    return convert(load_toml(content), Exceptions)

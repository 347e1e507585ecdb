"""The names that a Python exports to extension modules.

CPython marks them ``PyAPI_FUNC`` and ``PyAPI_DATA`` in its headers.  A scan finds them; what a scan
cannot see stands in ``symbols.toml``, checked against the export tables of real interpreters.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

import msgspec

from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.store import Remembered
from pyz3.targets import Exports, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Kind = Literal["function", "data"]


class SymbolList(msgspec.Struct, frozen=True, kw_only=True):
    """What an interpreter exports.

    Attributes:
        functions: Names of functions.
        data: Names of variables: type objects, exceptions, tables.
    """

    functions: frozenset[str]
    data: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """All names."""
        return self.functions | self.data


class Correction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One entry of ``symbols.toml``; the file explains the fields."""

    names: tuple[str, ...]
    why: str
    kind: Kind = "function"
    on: Exports | None = None
    since: str | None = None
    until: str | None = None
    free_threaded: bool | None = None

    def applies(self, version: PythonVersion, system: Exports) -> bool:
        """Tell whether it is about this Python on this system."""
        first = PythonVersion.parse(self.since).minor if self.since else version.minor
        last = PythonVersion.parse(self.until).minor if self.until else version.minor
        return (
            first <= version.minor <= last
            and self.on in {None, system}
            and self.free_threaded in {None, version.free_threaded}
        )


class Corrections(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``symbols.toml``."""

    add: tuple[Correction, ...]
    remove: tuple[Correction, ...]


def python_symbols(include: Path, *, version: PythonVersion, system: Exports) -> SymbolList:
    """Give the names that ``version`` exports on ``system``.

    The result is kept beside ``include``, so that a second call reads one small file.

    Args:
        include: A folder made by :func:`pyz3.capi.prepare_include`.
        version: The Python, free-threaded or not.
        system: ``windows``, or ``posix`` for all others: they export the same names, but for a few
            that depend on the C library.

    Raises:
        OSError: The headers cannot be read, or the cache cannot be written.
    """
    name = f"symbols-{system}-{version.nodot}-{_rules_digest()}.json"
    kept = Remembered(include.parent / name, SymbolList)
    known = kept.recall()
    if known is not None:
        return known
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in sorted(include.rglob("*.h")))
    symbols = correct(scan(texts), version=version, system=system)
    kept.remember(symbols)
    return symbols


# What does not declare: comments, and the definitions of the macros themselves.
_IGNORED = re.compile(r"/\*.*?\*/|//[^\n]*|^[ \t]*#[ \t]*define[ \t]+PyAPI_[^\n]*", re.DOTALL | re.MULTILINE)
# PyAPI_FUNC(type) name(...), PyAPI_DATA(type) name, also with attributes or stars before the name
# and as (*name)(...).  A type holds at most one level of parentheses.
_DECLARATION = re.compile(
    r"\bPyAPI_(?:FUNC|DATA)\((?:[^()]|\([^()]*\))*\)\s*"
    r"(?:(?:const|_?Py_NO_RETURN|Py_NO_INLINE)\b\s*|\*\s*)*"
    r"(?P<pointer>\(\s*\*\s*(?:const\s+)?)?(?P<name>\w+)\s*(?P<next>\W)"
)
# With PY_SSIZE_T_CLEAN, until 3.12: the compiler sees another name than the declared one.
_RENAMED = re.compile(r"^[ \t]*#[ \t]*define[ \t]+\w+[ \t]+(_Py\w+_SizeT)[ \t]*$", re.MULTILINE)
_PYTHONIC = re.compile(r"_?Py|PY_")


def scan(texts: Iterable[str]) -> SymbolList:
    """Find the names that headers declare as exported.

    ``PyAPI_DATA`` with a parameter list is a function: some headers confuse the two macros.
    """
    functions: set[str] = set()
    data: set[str] = set()
    for text in texts:
        code = _IGNORED.sub(" ", text)
        for match in _DECLARATION.finditer(code):
            is_function = match["next"] == "(" and match["pointer"] is None
            (functions if is_function else data).add(match["name"])
        functions.update(match[1] for match in _RENAMED.finditer(code))
    return SymbolList(
        functions=frozenset(filter(_PYTHONIC.match, functions)),
        data=frozenset(filter(_PYTHONIC.match, data - functions)),
    )


def correct(symbols: SymbolList, *, version: PythonVersion, system: Exports) -> SymbolList:
    """Apply ``symbols.toml`` to what a scan found."""
    rules, _ = _corrections()
    functions, data = set(symbols.functions), set(symbols.data)
    for rule in rules.remove:
        if rule.applies(version, system):
            functions.difference_update(rule.names)
            data.difference_update(rule.names)
    for rule in rules.add:
        if rule.applies(version, system):
            (functions if rule.kind == "function" else data).update(rule.names)
    return SymbolList(functions=frozenset(functions), data=frozenset(data))


def _rules_digest() -> str:
    return _corrections()[1]


@cache
def _corrections() -> tuple[Corrections, str]:
    content = resources.files("pyz3.capi").joinpath("symbols.toml").read_bytes()
    rules = convert(load_toml(content.decode()), Corrections)
    return rules, hashlib.sha256(content).hexdigest()[:12]

"""Which library Python code loads with ctypes or cffi, by its file's name.  The code is read, never run."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# What is called to load a library: of ctypes, of cffi, of numpy.ctypeslib.
_LOADERS = frozenset(("CDLL", "PyDLL", "WinDLL", "OleDLL", "LoadLibrary", "dlopen", "load_library"))
_SUFFIXES = (".so", ".dylib", ".dll")
# A file's name: libfast.so, _fast.dll.  One with a version, libc.so.6, is the system's.
_FILE = re.compile(r"(?<![\w.-])([A-Za-z_]\w*\.(?:so|dylib|dll))(?![\w.])")
_STEM = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, kw_only=True)
class Loading:
    """What a file of Python code loads, as far as that can be seen.

    Attributes:
        names: Names of files: ``libfast.so``.
        loads: It calls what loads a library.
    """

    names: frozenset[str]
    loads: bool


def read_loading(text: str) -> Loading:
    """Read which files are written out, or put together of a name and a suffix: ``"_fast" + suffix``.

    Args:
        text: Python code; of what this Python cannot read, nothing can be seen.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return Loading(names=frozenset(), loads=any(f"{name}(" in text for name in _LOADERS))
    values: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, set()).update(_strings(node.value, {}))
    names = {name for one in _strings(tree, {}) for name in _FILE.findall(one)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.BinOp, ast.JoinedStr)):
            names.update(_joined(_merged(_pieces(node)), values))
    return Loading(names=frozenset(names), loads=any(map(_is_load, ast.walk(tree))))


def stem_of(name: str) -> str:
    """Give the part of a file's name that is the same everywhere: ``fast`` of ``libfast.so``."""
    return name.rpartition(".")[0].removeprefix("lib") or name.rpartition(".")[0]


def _strings(node: ast.AST, values: Mapping[str, set[str]]) -> set[str]:
    """Give the literals of an expression, and of what was assigned to the names in it."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            found.add(one.value)
        elif isinstance(one, ast.Name):
            found |= values.get(one.id, set())
    return found


def _pieces(node: ast.expr) -> Iterator[str | ast.expr]:
    """Yield what a text is put together of, in order: literals, and what is computed."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _pieces(node.left)
        yield from _pieces(node.right)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _pieces(value)
    elif isinstance(node, ast.FormattedValue):
        yield from _pieces(node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        yield node


def _merged(pieces: Iterable[str | ast.expr]) -> list[str | ast.expr]:
    """Join literals that follow each other."""
    merged: list[str | ast.expr] = []
    for piece in pieces:
        if merged and isinstance(piece, str) and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged


def _joined(pieces: list[str | ast.expr], values: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield the names of a literal and the suffixes that may follow it, last in a text."""
    before, literal, last = [None, None, *pieces][-3:]
    if not isinstance(literal, str) or not isinstance(last, ast.expr):
        return
    stem = re.split(r"[/\\]", literal)[-1]
    prefixed = stem == literal and isinstance(before, ast.expr)
    if isinstance(before, ast.expr) and prefixed and "lib" not in _strings(before, values):
        return  # it may be anything
    dot = "." if stem.endswith(".") else ""
    name = f"{'lib' if prefixed else ''}{stem.removesuffix('.')}"
    suffixes = {f"{dot}{one}" for one in _strings(last, values)}
    if _STEM.fullmatch(name):
        # A prefix that is computed is another where libraries end in .dll.
        yield from (
            f"{name}{one}" for one in _SUFFIXES if one in suffixes and (one != ".dll" or not prefixed)
        )


def _is_load(node: ast.AST) -> bool:
    """Tell whether a call loads a file; ``CDLL(None)`` is the process itself."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0] if node.args else None
    return name in _LOADERS and not (isinstance(first, ast.Constant) and first.value is None)

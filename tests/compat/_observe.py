"""Runs in any Python: imports modules, and tells what each of them shows: constants, signatures, warnings.

usage: python _observe.py MODULE...

One line of JSON for each module, between a line that says that it begins and the next.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import types
import warnings
from typing import Any

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_SHORT = 2000


def _is_plain(value: Any, depth: int = 3) -> bool:
    if isinstance(value, (tuple, list, frozenset, set)) and type(value).__module__ == "builtins":
        return depth > 0 and all(_is_plain(item, depth - 1) for item in value)
    if isinstance(value, dict) and type(value) is dict:
        return depth > 0 and all(_is_plain(x, depth - 1) for pair in value.items() for x in pair)
    return type(value) in _PLAIN


def _text(value: Any) -> str:
    if isinstance(value, (set, frozenset)):
        return type(value).__name__ + "(" + ", ".join(sorted(map(_text, value))) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{_text(k)}: {_text(v)}" for k, v in value.items())) + "}"
    if isinstance(value, (tuple, list)):
        return type(value).__name__ + "(" + ", ".join(map(_text, value)) + ")"
    return repr(value)


def _signature(value: Any) -> str:
    try:
        return str(inspect.signature(value))
    except (TypeError, ValueError):
        return getattr(value, "__text_signature__", None) or ""


def _members(kind: type) -> dict[str, str]:
    found = {}
    for name in sorted(vars(kind)):
        if name.startswith("_") and name not in ("__doc__", "__init__", "__new__", "__slots__"):
            continue
        value = vars(kind)[name]
        text = _text(value) if _is_plain(value) else f"{type(value).__name__}{_signature(value)}"
        found[name] = text[:_SHORT]
    return found


def _shown(module: types.ModuleType) -> dict[str, Any]:
    constants: dict[str, str] = {}
    functions: dict[str, list[str]] = {}
    types_: dict[str, list[Any]] = {}
    for name, value in sorted(vars(module).items()):
        if name.startswith("__") and name not in ("__all__", "__doc__", "__version__"):
            continue
        if isinstance(value, types.ModuleType):
            continue
        if _is_plain(value):
            constants[name] = _text(value)[:_SHORT]
        elif isinstance(value, type):
            types_[name] = [f"{value.__module__}.{value.__qualname__}", _members(value)]
        elif callable(value):
            functions[name] = [_signature(value), str(getattr(value, "__doc__", None))[:_SHORT]]
        else:
            constants[name] = f"a {type(value).__name__}"
    return {"constants": constants, "functions": functions, "types": types_}


def observe(name: str) -> dict[str, Any]:
    """Give what a module shows, or its error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            module = importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - a module may raise anything, and end the interpreter
            return {"error": f"{type(error).__name__}: {error}"}
    told = sorted({f"{w.category.__name__}: {w.message}" for w in caught})
    return {"warnings": told, **_shown(module)}


if __name__ == "__main__":
    # Under Wine and on old systems the streams are not UTF-8 by themselves: JSON is ASCII.
    for asked in sys.argv[1:]:
        print("begin", asked, flush=True)  # noqa: T201 - its output is what it is for
        print("end", json.dumps([asked, observe(asked)]), flush=True)  # noqa: T201

"""Strict conversion of parsed TOML to msgspec Structs, with errors that name the key; schemas of reports.

msgspec finds the first mistake; here its message is turned into one that a maintainer can act
on: the full key, what was found, what was expected, and the nearest key that exists.
"""

from __future__ import annotations

import difflib
import inspect
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin

import msgspec

from pyz3 import _records
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


def convert(value: Any, wanted: type[T], *, where: str, file: str) -> T:
    """Convert ``value`` (parsed TOML) to ``wanted``.

    Args:
        value: What the file holds at ``where``.
        wanted: A msgspec Struct type.
        where: The key of ``value``, as in ``tool.pyz3``; empty: the whole file.
        file: The file's name, for messages.

    Raises:
        ConfigError: ``value`` does not fit.
    """
    try:
        return _records.convert(value, wanted)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        steps = _steps(path.rstrip("`"))
        key, found = _locate(value, steps, wanted)
        raise _explain(
            message,
            key=(where + key).removeprefix("."),
            file=file,
            found=found,
            wanted=_type_at(wanted, steps),
        ) from None


def suggest(word: str, choices: list[str]) -> str | None:
    """Give a sentence that offers the nearest of ``choices``, if one is near."""
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else None


def as_json_schema(kind: type[msgspec.Struct], *, identifier: str) -> str:
    """Give the schema of what ``kind`` is written as, as JSON (draft 2020-12).

    Args:
        kind: The outermost type.
        identifier: A URL, for ``$id``.
    """
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": identifier}
    return json.dumps(_dedented({**schema, **msgspec.json.schema(kind)}), indent=2, ensure_ascii=False) + "\n"


def _dedented(value: Any) -> Any:
    """Take indentation off descriptions: before 3.13 and msgspec 0.23 it is the source's."""
    if isinstance(value, list):
        return [_dedented(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: inspect.cleandoc(one) if key == "description" and isinstance(one, str) else _dedented(one)
        for key, one in value.items()
    }


def _steps(path: str) -> list[str]:
    """``.extensions[...].windows`` → ``["extensions", "[...]", "windows"]``."""
    return re.findall(r"\[[^\]]*\]|[^.\[\]]+", path)


def _locate(value: Any, steps: list[str], wanted: Any) -> tuple[str, Any]:
    """Spell ``steps`` as a key, and give what is there.

    msgspec writes ``[...]`` for any item, so look which one is wrong.
    """
    if not steps:
        return "", value
    step, rest = steps[0], steps[1:]
    if not step.startswith("["):
        inner = value.get(step) if isinstance(value, dict) else None
        key, found = _locate(inner, rest, _type_at(wanted, [step]))
        return f".{step}{key}", found
    element = _type_at(wanted, [step])
    items: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for index, item in items:
        try:
            _records.convert(item, element)
        except msgspec.ValidationError:  # noqa: PERF203 - only a mistake comes here
            key, found = _locate(item, rest, element)
            return f".{index}{key}" if isinstance(value, dict) else f"[{index}]{key}", found
    return step, None


def _type_at(wanted: Any, steps: list[str]) -> Any:
    for step in steps:
        if step.startswith("["):
            inner = [a for part in (_members(wanted)) for a in get_args(part) if a is not Ellipsis]
            wanted = inner[-1] if inner else Any
        else:
            struct = next((m for m in _members(wanted) if hasattr(m, "__struct_fields__")), None)
            fields = {f.encode_name: f.type for f in msgspec.structs.fields(struct)} if struct else {}
            wanted = fields.get(step, Any)
    return wanted


def _members(wanted: Any) -> list[Any]:
    """The alternatives of a union, without None, and without what is said of them besides."""
    if get_origin(wanted) is Annotated:
        return _members(get_args(wanted)[0])
    if type(wanted).__name__ in {"UnionType", "_UnionGenericAlias", "Union"}:
        return [member for part in get_args(wanted) for member in _members(part)]
    return [] if wanted is type(None) else [wanted]


def _explain(message: str, *, key: str, file: str, found: Any, wanted: Any) -> ConfigError:
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", message, re.DOTALL)
    if unknown:
        struct = next((m for m in _members(wanted) if hasattr(m, "__struct_fields__")), None)
        names = sorted(f.encode_name for f in msgspec.structs.fields(struct)) if struct else []
        tip = suggest(unknown[1], names) or f"the keys there are: {', '.join(names)}"
        return ConfigError(f"{file}: {_below(key, unknown[1])}: unknown key", tip=tip)
    missing = re.fullmatch(r"Object missing required field `(.*)`", message)
    if missing:
        return ConfigError(f"{file}: {_below(key, missing[1])}: missing", tip=f"add it: {missing[1]} = …")
    choices = [c for m in _members(wanted) for c in get_args(m) if isinstance(c, str)]
    if message.startswith("Invalid enum value") and choices:
        return ConfigError(
            f"{file}: {key}: {found!r} is not one of {', '.join(choices)}", tip=suggest(str(found), choices)
        )
    return ConfigError(f"{file}: {key}: {_toml_terms(message)}")


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


_TERMS: Mapping[str, str] = {
    "object": "a table",
    "array": "an array",
    "str": "a string",
    "int": "an integer",
    "float": "a float",
    "bool": "true or false",
    "null": "nothing",
}


def _toml_terms(message: str) -> str:
    """Say what msgspec says in TOML's terms: ``expected an array, found a string``."""
    match = re.fullmatch(r"Expected `(.*)`, got `(.*)`", message)
    if match is None:
        return message
    wanted = " or ".join(_TERMS.get(name, name) for name in match[1].split(" | ") if name != "null")
    return f"expected {wanted}, found {_TERMS.get(match[2], match[2])}"

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import msgspec
import pytest

from pyz3._schema import as_json_schema, convert, suggest
from pyz3.errors import ConfigError


class Inner(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    a_number: int = 0
    texts: tuple[str, ...] = ()
    inner: Inner | None = None


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    one: Inner | None = None
    many: tuple[Inner, ...] = ()
    named: dict[str, Inner | int] = {}


def complaint(value: Any) -> tuple[str, str | None]:
    with pytest.raises(ConfigError) as caught:
        convert(value, Outer, where="tool.x", file="some.toml")
    assert caught.value.exit_code == 2
    return caught.value.message, caught.value.tip


def test_what_fits_is_converted() -> None:
    value = {"name": "n", "many": [{"a-number": 1}, {"inner": {"texts": ["t"]}}], "named": {"x": 3}}
    assert convert(value, Outer, where="", file="") == Outer(
        name="n", many=(Inner(a_number=1), Inner(inner=Inner(texts=("t",)))), named={"x": 3}
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"name": 1}, "tool.x.name: expected a string, found an integer"),
        ({"name": True}, "tool.x.name: expected a string, found true or false"),
        ({"name": dt.date(2020, 1, 1)}, "tool.x.name: expected a string, found date"),
        ([], "tool.x: expected a table, found an array"),
        ({"name": "n", "one": []}, "tool.x.one: expected a table, found an array"),
        ({"name": "n", "one": {"a-number": 1.5}}, "tool.x.one.a-number: expected an integer, found a float"),
        ({"name": "n", "one": {"inner": {"texts": "t"}}}, "tool.x.one.inner.texts: expected an array, found a string"),  # noqa: E501
        ({"name": "n", "many": {}}, "tool.x.many: expected an array, found a table"),
        ({"name": "n", "many": [{}, {}, 3]}, "tool.x.many[2]: expected a table, found an integer"),
        ({"name": "n", "many": [{}, {"texts": ["", 1]}]}, "tool.x.many[1].texts[1]: expected a string, found an integer"),  # noqa: E501
        ({"name": "n", "named": {"p": 1, "q": "x"}}, "tool.x.named.q: expected an integer or a table, found a string"),  # noqa: E501
    ],
)  # fmt: skip
def test_wrong_types(value: Any, message: str) -> None:
    assert complaint(value) == (f"some.toml: {message}", None)


@pytest.mark.parametrize(
    ("value", "message", "tip"),
    [
        ({"name": "n", "oen": {}}, "tool.x.oen: unknown key", "did you mean 'one'?"),
        ({"name": "n", "wxyz": {}}, "tool.x.wxyz: unknown key", "the keys there are: many, name, named, one"),
        ({"name": "n", "one": {"a_number": 1}}, "tool.x.one.a_number: unknown key", "did you mean 'a-number'?"),  # noqa: E501
        ({"name": "n", "many": [{}, {"text": []}]}, "tool.x.many[1].text: unknown key", "did you mean 'texts'?"),  # noqa: E501
        ({"name": "n", "one\ntwo": {}}, "tool.x.one\ntwo: unknown key", "did you mean 'one'?"),
        ({"one": {}}, "tool.x.name: missing", "add it: name = …"),
    ],
)  # fmt: skip
def test_wrong_keys(value: Any, message: str, tip: str) -> None:
    assert complaint(value) == (f"some.toml: {message}", tip)


def test_nearest_word() -> None:
    assert suggest("optimise", ["platforms", "optimize"]) == "did you mean 'optimize'?"
    assert suggest("xyz", ["platforms", "optimize"]) is None
    assert suggest("x", []) is None


class Documented(msgspec.Struct):
    """What it is.

    Attributes:
        description: As in the source.
    """

    description: str = "    kept"


def test_descriptions_do_not_depend_on_who_takes_indentation_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Documented, "__doc__", "What it is.\n\n    Attributes:\n        description: As in the source.\n    "
    )
    schema = json.loads(as_json_schema(Documented, identifier="https://pyz3.invalid/x.json"))
    assert schema["$id"] == "https://pyz3.invalid/x.json"
    (own,) = schema["$defs"].values()
    assert own["description"] == "What it is.\n\nAttributes:\n    description: As in the source."
    assert own["properties"] == {"description": {"type": "string", "default": "    kept"}}

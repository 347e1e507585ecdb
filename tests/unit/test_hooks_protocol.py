from __future__ import annotations

import inspect
from typing import get_type_hints

import msgspec
import pytest

from pyz3.guests.hook import protocol as guest
from pyz3.hooks import protocol as host
from pyz3.sources import Reads

# What the host works out of what it is told.
OWN = {"Reads": {"state"}}
KINDS = [
    name
    for name, kind in vars(guest).items()
    if getattr(kind, "__module__", "") == guest.__name__ and name != "LinkInputs"
]


def shape(kind: object) -> str:
    """What JSON makes of a type, spelled alike for both sides: a tuple and a list are one."""
    text = str(kind).replace("typing.", "").replace("<class '", "").replace("'>", "")
    for module in ("pyz3.guests.hook.protocol.", "pyz3.hooks.protocol.", "pyz3.sources.reads."):
        text = text.replace(module, "")
    for literal in ("Literal['record', 'run']", "Literal['recorded', 'run', 'failed', 'absent']"):
        text = text.replace(literal, "str")
    # Of mixed items mypy knows no more than Any.
    text = text.replace("tuple[int, int, int, str, int]", "list[Any]").replace("tuple[str, str]", "list[str]")
    text = text.replace("tuple[int, int]", "list[int]")
    return text.replace("tuple[", "list[").replace(", ...]", "]")


def test_every_record_is_there() -> None:
    structs = {
        name
        for name, kind in vars(host).items()
        if inspect.isclass(kind) and issubclass(kind, msgspec.Struct) and kind.__module__ == host.__name__
    }
    assert set(KINDS) == {*structs, "Reads"}


@pytest.mark.parametrize("name", KINDS)
def test_both_sides_have_the_same_fields(name: str) -> None:
    ours = get_type_hints(Reads if name == "Reads" else getattr(host, name))
    theirs = get_type_hints(getattr(guest, name))
    assert {field: shape(kind) for field, kind in theirs.items()} == {
        field: shape(kind) for field, kind in ours.items() if field not in OWN.get(name, set())
    }

"""``[tool.pyz3]`` as a JSON schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from validate_pyproject.api import Validator
from validate_pyproject.errors import ValidationError
from validate_pyproject.plugins import PluginWrapper

from pyz3._toml import load_toml
from pyz3.config import ToolTable
from pyz3.config.schema import json_schema

ROOT = Path(__file__).parents[2]


def check(table: dict[str, Any]) -> None:
    found = {"project": {"name": "x", "version": "1"}, "tool": {"pyz3": table}}
    Validator(plugins=[PluginWrapper("pyz3", json_schema)])(found)


def test_validate_pyproject_finds_it() -> None:
    data = load_toml((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    place = data["project"]["entry-points"]["validate_pyproject.tool_schema"]
    assert place == {"pyz3": f"{json_schema.__module__}:{json_schema.__name__}"}


def test_every_key_is_in_it() -> None:
    names = {name.replace("_", "-") for name in ToolTable.__struct_fields__}
    assert json_schema()["properties"].keys() == names
    assert '"null"' not in json.dumps(json_schema())


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("examples/*/pyproject.toml")), ids=lambda path: path.parent.name
)
def test_the_examples_are_as_it_says(path: Path) -> None:
    check(load_toml(path.read_text(encoding="utf-8"))["tool"]["pyz3"])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"nonsense": 1}, "`tool.pyz3` must not contain {'nonsense'} properties"),
        ({"optimize": "Fast"}, "`tool.pyz3.optimize` must be one of"),
        (
            {"extensions": [{"sources": ["a.c"]}]},
            "`tool.pyz3.extensions[0]` must contain ['name'] properties",
        ),
        ({"skip": 1}, "`tool.pyz3.skip` cannot be validated by any definition"),
        ({"overrides": [{"select": "*", "cpu": 2}]}, "`tool.pyz3.overrides[0].cpu` must be string"),
    ],
)
def test_what_is_wrong_is_found(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check(table)
    assert caught.value.message.startswith(message)

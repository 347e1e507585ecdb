"""``[tool.pyz3]`` as a JSON schema, for validate-pyproject and for editors."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from pyz3.config.scheme import ToolTable

# What references within are relative to; RFC 2606 has it that there is no such host.
_ID = "https://pyz3.invalid/tool-pyz3.json"


def json_schema(tool_name: str = "pyz3") -> dict[str, Any]:
    """Give the schema, in the form that validate-pyproject's plug-ins have (draft 07).

    It says which keys there are and of which types; what they may hold besides, pyz3 itself checks.

    Args:
        tool_name: The table below ``tool``: pyz3 has one.
    """
    (root,), definitions = msgspec.json.schema_components([ToolTable], ref_template="#/definitions/{name}")
    own = definitions.pop(root["$ref"].rpartition("/")[2])
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": _ID,
        **own,
        "title": f"The table tool.{tool_name}",
        "definitions": definitions,
    }
    return {**_without_null(schema)}


def _without_null(value: Any) -> Any:
    """Give a schema without what TOML has not: null; descriptions without marks of markup."""
    if isinstance(value, list):
        return [_without_null(one) for one in value if one != {"type": "null"}]
    if not isinstance(value, dict):
        return value
    found = {key: _without_null(one) for key, one in value.items() if not (key == "default" and one is None)}
    if isinstance(found.get("description"), str):
        first = found["description"].partition("\n\n")[0]
        found["description"] = re.sub(r"\s+", " ", first.replace("``", "`"))
    choices = found.get("anyOf")
    if isinstance(choices, list) and len(choices) == 1:
        found = {**{key: one for key, one in found.items() if key != "anyOf"}, **choices[0]}
    return found

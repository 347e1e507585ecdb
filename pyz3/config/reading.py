"""Files of TOML → the scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyz3._schema import convert
from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.config.scheme import FamilyTable, ToolTable
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def read_pyproject(root: Path) -> dict[str, Any]:
    """Read ``pyproject.toml`` of the project in ``root``.

    Raises:
        ConfigError: There is none, or it is no TOML.
    """
    try:
        return _read(root / "pyproject.toml")
    except FileNotFoundError:
        raise ConfigError(
            f"{root}: no pyproject.toml here",
            tip="name the folder of a project: pyz3 wheel path/to/project",
        ) from None


def read_config_file(path: Path) -> tuple[ToolTable, str]:
    """Read a file that stands in for a project's ``[tool.pyz3]``.

    Its keys are at the top, or under ``[tool.pyz3]`` as in a ``pyproject.toml``.

    Returns:
        The table, and where it stands in the file: ``tool.pyz3`` or nothing.

    Raises:
        ConfigError: There is no such file, it is no TOML, or a key is unknown or of the wrong type.
    """
    try:
        data = _read(path)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", tip="name a TOML file after --config") from None
    if "tool" in data:
        return read_tool_table(data, file=str(path)), "tool.pyz3"
    return _checked(convert(data, ToolTable, where="", file=str(path)), f"{path}: "), ""


def read_tool_table(data: dict[str, Any], *, file: str = "pyproject.toml") -> ToolTable:
    """Validate the ``[tool.pyz3]`` table of ``data``.

    Raises:
        ConfigError: A key is unknown or has a value of the wrong type.
    """
    tool = data.get("tool", {})
    table = tool.get("pyz3", {}) if isinstance(tool, dict) else tool
    return _checked(convert(table, ToolTable, where="tool.pyz3", file=file), f"{file}: tool.pyz3.")


def _checked(tool: ToolTable, where: str) -> ToolTable:
    """Refuse what was written when ``linux`` was glibc alone, and ``musllinux`` stood in its place."""
    tables: list[tuple[str, FamilyTable]] = [("extra", tool.extra)]
    tables += [(f"extensions[{index}]", table) for index, table in enumerate(tool.extensions)]
    tables += [(f"libraries[{index}]", table) for index, table in enumerate(tool.libraries)]
    for name, table in tables:
        if key := table.said_twice():
            raise ConfigError(
                f"{where}{name}: both linux and musllinux have {key}, and linux is glibc and musl",
                tip="call the table for glibc alone manylinux",
            )
    return tool


def _read(path: Path) -> dict[str, Any]:
    try:
        return load_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error

"""From cibuildwheel to pyz3: what becomes of each key of its table, and of each variable of a workflow."""

from __future__ import annotations

import contextlib
import copy
import os
import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.config import ToolTable, read_pyproject, read_tool_table
from pyz3.errors import ConfigError
from pyz3.frontends import (
    CIBUILDWHEEL_PLATFORMS,
    cibuildwheel_option,
    is_legacy,
    read_cibuildwheel,
    recognise,
)
from pyz3.scaffold.new import Draft
from pyz3.scaffold.workflows import Step, is_expression, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyz3.frontends import CibuildwheelReading

_PYPROJECT = "pyproject.toml"
_OWN_FILE = "cibuildwheel.toml"
_CONFIG_FILE = "config-file"
_MATRIX = "one machine builds for every platform and Python: --all-platforms; pyz3 ci writes the workflow"


@dataclass(frozen=True, kw_only=True)
class MigrationRow:
    """What becomes of one option.

    Attributes:
        option: Where it is said, as its users would look for it: ``linux.before-all``.
        does: As in ``cibuildwheel.toml``: ``taken``, ``asked``, ``needless``, ``elsewhere`` or ``lost``.
        note: Why, or what to do.
    """

    option: str
    does: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Migration:
    """What is to be written, and what becomes of every option."""

    draft: Draft
    rows: tuple[MigrationRow, ...]


@dataclass(frozen=True, kw_only=True)
class _Variable:
    """A ``CIBW_…`` variable: ``CIBW_BEFORE_ALL_LINUX`` is ``before-all`` for ``linux``."""

    name: str
    option: str
    platform: str


def migrate(root: Path) -> Migration:
    """Give what makes a project that cibuildwheel builds one for pyz3: ``[tool.pyz3]``, and nothing else.

    Its build backend stays, and so does what is there for cibuildwheel.  Variables of the workflow count
    before the table, as they do for cibuildwheel.

    Args:
        root: The project's folder.

    Raises:
        ConfigError: Nothing is said to cibuildwheel, the project has a ``[tool.pyz3]``, its build backend is
            none that pyz3 works with, or a file cannot be read.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow links, and paths are shown as given
    data = read_pyproject(root) if (root / _PYPROJECT).exists() or not is_legacy(root) else {}
    if "pyz3" in _table(data.get("tool")):
        raise ConfigError(f"{root / _PYPROJECT}: [tool.pyz3] is there already", tip="edit it by hand")
    recognise(root, data)
    steps = steps_of(_checkout(root))
    file, table = _said(root, data, steps)
    variables, rows = _variables(steps)
    if not table and not steps:
        raise ConfigError(
            f"{root}: nothing here is said to cibuildwheel",
            tip="no [tool.cibuildwheel], no cibuildwheel.toml, and no workflow that runs it: use pyz3 init",
        )
    reading = read_cibuildwheel(_with(table, variables), where="tool.cibuildwheel", file=file)
    told = [*_table_rows(table, reading, variables), *_variable_rows(variables, reading, steps), *rows]
    return Migration(draft=_draft(root, reading.tool), rows=tuple(told))


def _checkout(root: Path) -> Path:
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _said(root: Path, data: dict[str, Any], steps: tuple[Step, ...]) -> tuple[str, Any]:
    """Give the file that has the table, and the table; it is empty where there is none."""
    own = _table(data.get("tool")).get("cibuildwheel")
    usual = _OWN_FILE if own is None and (root / _OWN_FILE).is_file() else _PYPROJECT
    named = {_file(step.options.get(_CONFIG_FILE, "")) or usual for step in steps if not _hidden_file(step)}
    if own is None and len(named) > 1:
        named -= {_PYPROJECT}  # it says nothing
    if len(named) > 1:
        raise ConfigError(
            f"the workflows read several files: {', '.join(sorted(named))}", tip="migrate by hand"
        )
    name = next(iter(named), usual)
    if name == _PYPROJECT:
        return _PYPROJECT, own or {}
    try:
        found = load_toml((root / name).read_text(encoding="utf-8"))
    except OSError as error:
        tip = "a workflow names it: config-file" if name in named else None
        raise ConfigError(f"{root / name}: {error.strerror or error}", tip=tip) from None
    except (UnicodeDecodeError, TOMLDecodeError) as error:
        raise ConfigError(f"{root / name}: {error}") from None
    return name, _table(found.get("tool")).get("cibuildwheel", {})


def _file(name: str) -> str:
    """Give a file's name from the project's folder, however it is spelt; empty: none is named."""
    for placeholder in ("{package}", "{project}"):
        name = name.replace(placeholder, ".")
    return posixpath.normpath(name.replace("\\", "/")) if name else ""


def _hidden_file(step: Step) -> str:
    """Give the name of a step's file if only the run of the workflow tells what it is."""
    name = step.options.get(_CONFIG_FILE, "")
    return name if is_expression(name) or "$" in name or "%" in name else ""


def _variables(steps: tuple[Step, ...]) -> tuple[dict[_Variable, str], list[MigrationRow]]:
    """Give the variables that hold for all steps, and a row for everything else that the steps say."""
    taken: dict[_Variable, str] = {}
    rows: list[MigrationRow] = []
    for name in dict.fromkeys(name for step in steps for name in step.variables):
        variable = _variable(name)
        values = [step.variables.get(name) for step in steps if _concerns(step, name)]
        scripted = any(name in step.scripted for step in steps)
        option = cibuildwheel_option(variable.option)
        if option is None or option.command or option.does != "taken":
            rows.append(_row(name, variable.option, steps))
        elif scripted or len({*values}) > 1 or is_expression(str(values[0])):
            rows.append(
                MigrationRow(option=_place(name, steps), does="lost", note=_unclear(scripted, values))
            )
        elif not str(values[0]).strip():
            rows.append(MigrationRow(option=_place(name, steps), does="needless", note="it is empty"))
        else:
            taken[variable] = str(values[0])
    inherited = {name for step in steps for name in step.variables if name == "CIBW_INHERIT"}
    for variable in [*taken] if inherited else []:
        note = "CIBW_INHERIT adds it to the table's: join them by hand"
        rows.append(MigrationRow(option=_place(variable.name, steps), does="lost", note=note))
        del taken[variable]
    rows += _other_rows(steps)
    return taken, rows


def _concerns(step: Step, name: str) -> bool:
    """Whether a step has something to say of a variable: one for a platform may be absent from others."""
    return name in step.variables or not _variable(name).platform


def _unclear(scripted: bool, values: list[str | None]) -> str:
    if scripted:
        return "a script sets it: write its value into [tool.pyz3] by hand"
    if None in values or len({*values}) > 1:
        return "it differs between jobs: write what holds for which into overrides by hand"
    return f"{values[0]}: only GitHub knows its value; write it into [tool.pyz3] by hand"


def _other_rows(steps: tuple[Step, ...]) -> list[MigrationRow]:
    """Give a row for each input, option and row of a matrix, and for variables that scripts alone set."""
    rows = {}
    for step in steps:
        for name in step.scripted:
            if name not in step.variables:
                note = "a script sets it: write its value into [tool.pyz3] by hand"
                rows[step.place, name] = MigrationRow(option=f"{step.place}: {name}", does="lost", note=note)
        for name in step.options:
            rows[step.place, name] = _row(name, name, (step,))
        if hidden := _hidden_file(step):
            note = (
                f"{hidden}: only GitHub knows which file it is; write what it says into [tool.pyz3] by hand"
            )
            rows[step.place, _CONFIG_FILE] = MigrationRow(
                option=f"{step.place}: {_CONFIG_FILE}", does="lost", note=note
            )
        for name, value in step.matrix.items():
            row = MigrationRow(option=f"{step.place}: {name}", does="asked", note=f"{value}: {_MATRIX}")
            rows[step.place, name] = row
    return [*rows.values()]


def _row(label: str, name: str, steps: tuple[Step, ...]) -> MigrationRow:
    option = cibuildwheel_option(name)
    return MigrationRow(
        option=_place(label, steps),
        does=option.does if option else "lost",
        note=option.note if option else "cibuildwheel has no option of that name",
    )


def _place(name: str, steps: tuple[Step, ...]) -> str:
    place = next(step.place for step in steps if name in step.variables or name in step.options)
    return f"{place}: {name}"


def _variable(name: str) -> _Variable:
    option = name.removeprefix("CIBW_").lower().replace("_", "-")
    if cibuildwheel_option(option) is None:
        head, _, last = option.rpartition("-")
        if last in {*CIBUILDWHEEL_PLATFORMS, "android", "ios"}:
            return _Variable(name=name, option=head, platform=last)
    return _Variable(name=name, option=option, platform="")


def _with(table: Any, variables: dict[_Variable, str]) -> Any:
    """Give the table with the variables in place of what it says: they count before every part of it."""
    if not variables or not isinstance(table, dict):
        return table
    table = copy.deepcopy(table)
    overrides = table.setdefault("overrides", [])
    for variable, value in sorted(variables.items(), key=lambda item: bool(item[0].platform)):
        if not variable.platform:
            for place in (*map(_table, map(table.get, CIBUILDWHEEL_PLATFORMS)), *overrides):
                place.pop(variable.option, None)
            table[variable.option] = value
        elif variable.option in {"build", "skip"}:
            table.setdefault(variable.platform, {})[variable.option] = value
        elif variable.platform in CIBUILDWHEEL_PLATFORMS:
            select = list(CIBUILDWHEEL_PLATFORMS[variable.platform])
            overrides.append({"select": select, variable.option: value})
    return table


def _table_rows(
    table: Any, reading: CibuildwheelReading, variables: Iterable[_Variable]
) -> list[MigrationRow]:
    """Give a row for every key of the table, in its order, and for each value that is not obeyed."""
    rows = []
    instead = {(variable.platform, variable.option): variable.name for variable in variables}
    for path, name in _paths(table if isinstance(table, dict) else {}):
        option = cibuildwheel_option(name)
        variable = instead.get(("", name)) or instead.get((path.partition(".")[0], name))
        if variable is not None:
            note = f"{variable} of the workflow counts in its place, as it does for cibuildwheel"
            rows.append(MigrationRow(option=path, does="needless", note=note))
        elif path in reading.lost:
            rows.append(MigrationRow(option=path, does="lost", note=reading.lost[path]))
        elif option is None or option.does == "lost":
            # An image of manylinux2014: what is promised anyway.
            rows.append(MigrationRow(option=path, does="needless", note="glibc 2.17 is what wheels are for"))
        else:
            rows.append(MigrationRow(option=path, does=option.does, note=option.note))
        rows += [
            MigrationRow(option=inner, does="lost", note=why)
            for inner, why in reading.lost.items()
            if inner.startswith(f"{path}.") and name == "environment"
        ]
    return rows


def _paths(table: dict[str, Any], below: str = "") -> list[tuple[str, str]]:
    """Give where each option stands, and its name; of tables what they hold."""
    found = []
    for name, value in table.items():
        path = f"{below}{name}"
        if not below and name in CIBUILDWHEEL_PLATFORMS and isinstance(value, dict):
            found += _paths(value, f"{path}.")
        elif not below and name == "overrides" and isinstance(value, list):
            for index, override in enumerate(value):
                found += _paths(_table(override), f"{path}[{index}].")
        elif name != "select":
            found.append((path, name))
    return found


def _variable_rows(
    variables: dict[_Variable, str], reading: CibuildwheelReading, steps: tuple[Step, ...]
) -> list[MigrationRow]:
    rows = []
    for variable in variables:
        option = cibuildwheel_option(variable.option)
        lost = {key: why for key, why in reading.lost.items() if _is_of(key, variable)}
        note = option.note if option else ""
        place = _place(variable.name, steps)
        if variable.option not in {key.rpartition("].")[2] for key in lost}:
            rows.append(MigrationRow(option=place, does="taken", note=note))
        rows += [MigrationRow(option=f"{place}: {key}", does="lost", note=why) for key, why in lost.items()]
    return rows


def _is_of(key: str, variable: _Variable) -> bool:
    """Whether what is lost stands where a variable's value was put: at the top, or in an override."""
    inner = key.partition("].")[2] if variable.platform else key
    return inner == variable.option or inner.startswith(f"{variable.option}.")


def _draft(root: Path, tool: ToolTable) -> Draft:
    if tool == ToolTable():
        return Draft(files={})
    text = tool_text(tool)
    path = root / _PYPROJECT
    if not path.exists():
        note = "pyproject.toml is new: pip builds in an environment of its own then (PEP 517)"
        return Draft(files={}, after=text, notes=(note,))
    before = path.read_bytes().decode("utf-8")
    newline = "\r\n" if "\r\n" in before else "\n"
    after = newline.join((before.rstrip(), "", *text.splitlines(), ""))
    wanted = load_toml(before)
    wanted["tool"] = {**wanted.get("tool", {}), **load_toml(text)["tool"]}
    with contextlib.suppress(TOMLDecodeError):
        if load_toml(after) == wanted and read_tool_table(load_toml(after)) == read_tool_table(wanted):
            return Draft(files={}, before=before, after=after)
    raise ConfigError(
        f"{path}: cannot be changed without writing it anew", tip=f"add this by hand:\n\n{text}"
    )


def tool_text(tool: ToolTable) -> str:
    """Give ``[tool.pyz3]`` as TOML, without what holds by default."""
    import tomlkit  # noqa: PLC0415 - only who changes a pyproject.toml needs it

    default = ToolTable()
    fields = [
        f for f in msgspec.structs.fields(ToolTable) if getattr(tool, f.name) != getattr(default, f.name)
    ]
    table = tomlkit.table()
    for field in fields:
        if field.name != "overrides":
            table.add(field.encode_name, _item(msgspec.to_builtins(getattr(tool, field.name))))
    if tool.overrides:
        array = tomlkit.aot()
        for override in tool.overrides:
            array.append(_override(msgspec.to_builtins(override)))
        table.add("overrides", array)
    document = tomlkit.document()
    document.add("tool", tomlkit.table(is_super_table=True).add("pyz3", table))
    return tomlkit.dumps(document).rstrip() + "\n"


def _override(values: dict[str, Any]) -> Any:
    import tomlkit  # noqa: PLC0415 - as above

    inherit = {key: rule for key, rule in values.pop("inherit", {}).items() if rule != "none"}
    table = tomlkit.table()
    for key, value in {**values, **({"inherit": inherit} if inherit else {})}.items():
        table.add(key, _item(value))
    return table


def _item(value: Any) -> Any:
    """Give a value as TOML has it: tables in one line, long arrays over several."""
    import tomlkit  # noqa: PLC0415 - as above

    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        inline.update({name: _item(one) for name, one in value.items()})
        return inline
    if isinstance(value, (list, tuple)):
        array = tomlkit.array()
        array.extend([_item(one) for one in value])
        return array.multiline(len(str(array.as_string())) > 90)  # noqa: PLR2004 - a line's worth
    return value

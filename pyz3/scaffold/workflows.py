"""What a project's workflows on GitHub say to cibuildwheel.  Nothing is run for that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyz3.errors import ConfigError, abridged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VARIABLE = re.compile(r"\bCIBW_[A-Z0-9_]+")
_EXPRESSION = "${{"  # docs.github.com, "Evaluate expressions in workflows and actions"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step that runs cibuildwheel.

    Attributes:
        place: ``wheels.yml: build``, the file and the job.
        variables: Its ``CIBW_…`` variables, those of its job and of the workflow among them.
        options: What else it says: the action's inputs, and options of the command; name → value.
        matrix: The rows of the job's matrix: name → its values, as text.
        scripted: Variables that a script of the job sets.
    """

    place: str
    variables: dict[str, str]
    options: dict[str, str]
    matrix: dict[str, str]
    scripted: tuple[str, ...] = ()


def steps_of(top: Path) -> tuple[Step, ...]:
    """Give every step that runs cibuildwheel in the workflows of a repository.

    Args:
        top: Its folder.

    Raises:
        ConfigError: There are workflows that name cibuildwheel, and one is no YAML, or there is nothing that
            reads YAML.
    """
    found: list[Step] = []
    for path in sorted((top / ".github" / "workflows").glob("*.y*ml")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "cibuildwheel" in text:
            found += _steps(_loaded(path, text), path.name)
    return tuple(found)


def is_expression(value: str) -> bool:
    """Whether GitHub puts something else in place of a value, or of a part of it."""
    return _EXPRESSION in value


def _loaded(path: Path, text: str) -> dict[str, Any]:
    try:
        import yaml  # noqa: PLC0415 - only who migrates needs it
    except ImportError:
        raise ConfigError(
            f"{path}: PyYAML is missing, which reads workflows", tip="python -m pip install pyyaml"
        ) from None
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: no YAML: {' '.join(str(error).split())}") from None
    return _table(found)


def _steps(workflow: dict[str, Any], name: str) -> Iterator[Step]:
    for job_name, job in _table(workflow.get("jobs")).items():
        steps = [_table(step) for step in _list(_table(job).get("steps"))]
        scripts = "\n".join(str(step.get("run", "")) for step in steps)
        scripted = sorted({match[0] for match in re.finditer(r"\bCIBW_[A-Z0-9_]+(?==)", scripts)})
        for step in steps:
            options = _options(step)
            if options is None:
                continue
            env: dict[str, Any] = {}
            for place in (workflow, _table(job), step):
                env |= _table(place.get("env"))
            yield Step(
                place=f"{name}: {job_name}",
                variables={k: _text(v) for k, v in env.items() if _VARIABLE.fullmatch(str(k))},
                options=options,
                matrix=_matrix(_table(job)),
                scripted=tuple(scripted),
            )


def _options(step: dict[str, Any]) -> dict[str, str] | None:
    """Give what a step says to cibuildwheel besides variables; None: it does not run it."""
    if str(step.get("uses", "")).startswith("pypa/cibuildwheel"):
        return {str(name): _text(value) for name, value in _table(step.get("with")).items()}
    script = str(step.get("run", "")).replace("\\\n", " ")
    lines = [line for line in script.splitlines() if re.search(r"(?<![\w/.-])cibuildwheel(?![\w/.-])", line)]
    lines = [line for line in lines if not re.search(r"\binstall\b", line)]
    if not lines:
        return None
    options = re.findall(r"--([a-z][a-z-]+)(?:[ =]([^\s-]\S*))?", lines[0].partition("cibuildwheel")[2])
    return {name: value for name, value in options if name not in {"from", "with"}}


def _matrix(job: dict[str, Any]) -> dict[str, str]:
    matrix = _table(job.get("strategy")).get("matrix")
    if not isinstance(matrix, dict):
        return {"matrix": _text(matrix)} if matrix else {}
    return {f"matrix.{name}": _shown(value) for name, value in matrix.items()}


def _shown(value: Any) -> str:
    if not isinstance(value, list):
        return _text(value)
    return abridged([_text(one) for one in value])


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={_text(one)}" for name, one in value.items())
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

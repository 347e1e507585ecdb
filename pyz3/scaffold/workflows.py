"""What a project's workflows on GitHub say to cibuildwheel.  Nothing is run for that."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyz3.errors import ConfigError, abridged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VARIABLE = re.compile(r"\bCIBW_[A-Z0-9_]+")
_EXPRESSION = "${{"  # docs.github.com, "Evaluate expressions in workflows and actions"
_WHOLE_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
# What goes on in the next line: in POSIX shells, in PowerShell, in cmd.
_GOES_ON = re.compile(r"[\\`^]\r?\n")
# Where a variable is looked at, not set: $X, ${X}, %X%, $env:X and ${{ env.X }}.
_READ = re.compile(
    r"\$\{?CIBW_\w+\b(?!:?=)|%CIBW_\w+%|(?:\$\{?(?i:env):|(?i:env)\.)CIBW_\w+\b(?!\}?\s*[+?]{0,2}=(?!=))"
)
_NAMED = re.compile(r"(?<![\w/.-])cibuildwheel(?![\w/.-])")
_PROGRAM = re.compile(r"cibuildwheel(\[.*\])?([@=<>!~].*)?")
_ENDS_COMMAND = frozenset(";&|<>()")


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
        if "cibuildwheel" in text.lower():
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
        scripted = _scripted(steps)
        for step in steps:
            env: dict[str, Any] = {}
            for place in (workflow, _table(job), step):
                env |= _table(place.get("env"))
            for options in _calls(step):
                yield Step(
                    place=f"{name}: {job_name}",
                    variables={k: _text(v) for k, v in env.items() if _VARIABLE.fullmatch(str(k))},
                    options=options,
                    matrix=_matrix(_table(job)),
                    scripted=scripted,
                )


def _scripted(steps: list[dict[str, Any]]) -> tuple[str, ...]:
    """Give the variables that scripts name other than to read them, in whatever shell or language."""
    scripts = [
        _text(of.get(key))
        for step in steps
        for of, key in ((step, "run"), (_table(step.get("with")), "script"))
    ]
    text = _READ.sub("", _COMMENT.sub("", "\n".join(scripts)))
    return tuple(sorted({*_VARIABLE.findall(text)}))


def _calls(step: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Give what a step says to cibuildwheel besides variables, for each time that it runs it."""
    # GitHub takes names of repositories and of inputs in any case.
    if str(step.get("uses", "")).lower().startswith("pypa/cibuildwheel"):
        yield {str(name).lower(): _text(value) for name, value in _table(step.get("with")).items()}
    for line in _GOES_ON.sub(" ", str(step.get("run", ""))).splitlines():
        if _NAMED.search(line):
            # A command may stand in quotes, or a quotation begin on another line.
            yield from _calls_of(line) or _calls_of(re.sub(r"[\"']", " ", line))


def _calls_of(line: str) -> list[dict[str, str]]:
    found = []
    for words in _commands(line):
        places = [index for index, word in enumerate(words) if _PROGRAM.fullmatch(word)]
        if places and "install" not in words:
            found.append(_options(words[places[-1] + 1 :]))
    return found


def _commands(line: str) -> Iterator[list[str]]:
    """Give the words of each command of a line, as shells see them: without quotes and comments.

    An expression of GitHub's is one word, or a part of one.  Backslashes stay: they are in paths of Windows'.
    """
    expressions = iter(_WHOLE_EXPRESSION.findall(line))
    masked = _WHOLE_EXPRESSION.sub("\0", line)
    reader = shlex.shlex(masked, posix=True, punctuation_chars="".join(_ENDS_COMMAND))
    reader.whitespace_split = True
    reader.escape = reader.commenters = ""
    words: list[str] = []
    try:
        found = [re.sub("\0", lambda _: next(expressions), word) for word in reader]
    except ValueError:  # A quotation ends on another line.
        return
    for word in found:
        if word[:1] == "#":
            break
        if word and _ENDS_COMMAND.issuperset(word):
            yield words
            words = []
        else:
            words.append(word)
    yield words


def _options(words: list[str]) -> dict[str, str]:
    found = {}
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if option := re.fullmatch(r"--([a-z][a-z-]+)(=.*)?", word):
            value = "" if following.startswith("-") else following
            found[option[1]] = option[2][1:] if option[2] else value
    return found


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

"""Pages of the documentation as scripts: their commands are run in order, and what comes is what is shown.

A block ``console`` has commands (``$ ``) and what they print; ``…`` stands for anything, on a line of its
own for any lines.  Of a command below which nothing is shown only success counts.  Comments say more about
the block below:

- ``<!-- example: PATH -->``: the block is that file; ``<!-- append: PATH -->``: its end.
- ``<!-- run: COMMAND -->``: what a reader does by hand there.
- ``<!-- not run: REASON -->``, ``<!-- needs: PROGRAM, PROGRAM -->``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import factory
from venvs import Venv, make_venv

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>[a-z ]+): (?P<value>[^\n]*) -->\n)?```(?P<language>[\w+]*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_END = "\x01"
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command of a page.

    Attributes:
        command: For a POSIX shell.
        shown: What it prints, ``…`` for anything; None: it is not shown.
    """

    command: str
    shown: str | None

    def replaced(self, changes: Mapping[str, str]) -> Step:
        """Give the step with other words in place of some, one after the other."""
        command, shown = self.command, self.shown
        for old, new in changes.items():
            command, shown = command.replace(old, new), shown and shown.replace(old, new)
        return Step(command=command, shown=shown)


def steps(page: Path, path: str) -> list[Step]:
    """Give what a page's reader does; what needs a program that is not on ``path`` is left out."""
    found: list[Step] = []
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        mark, value, text = block["mark"], block["value"] or "", block["text"]
        if mark in {"example", "append"}:
            sign, folder = (">", f"mkdir -p $(dirname {value}) && ") if mark == "example" else (">>", "")
            found.append(
                Step(command=f"{folder}cat {sign} {value} <<'END OF FILE'\n{text}END OF FILE", shown="")
            )
        elif mark == "run":
            found.append(Step(command=value, shown=""))
        elif (
            block["language"] == "console"
            and mark != "not run"
            and not lacks(value if mark == "needs" else "", path)
        ):
            found += _steps_of(text)
    return found


def lacks(programs: str, path: str) -> list[str]:
    """Give those of ``a, b`` that are not on ``path``."""
    return [name for name in filter(None, programs.split(", ")) if shutil.which(name, path=path) is None]


def needed(page: Path, path: str) -> list[str]:
    """Give the programs that a page needs and that are not on ``path``."""
    marks = re.findall(r"^<!-- needs: (.*) -->$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [name for programs in marks for name in lacks(programs, path)]


def command(page: Path, beginning: str) -> str:
    """Give the one command of a page that begins so, also of a block that is not run.

    Raises:
        ValueError: There is none, or several.
    """
    blocks = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    found = [
        step.command
        for block in blocks
        if block["language"] == "console"
        for step in _steps_of(block["text"])
    ]
    (only,) = [one for one in found if one.startswith(beginning)]
    return only


def _steps_of(text: str) -> list[Step]:
    pieces = re.split(r"^\$ ", text.replace("\\\n", ""), flags=re.MULTILINE)
    assert pieces[0] == "", f"this is printed by no command: {pieces[0]}"
    found = []
    for piece in pieces[1:]:
        command, _, shown = piece.partition("\n")
        found.append(Step(command=command, shown=shown or None))
    return found


def follow(todo: list[Step], folder: Path, env: Mapping[str, str]) -> None:
    """Do what a page says, in one shell.

    Raises:
        AssertionError: A command failed, or printed something else than is shown.
    """
    lines = ["exec 2>&1"]
    for number, step in enumerate(todo):
        # The page's own commands come after a mark with their number, and their exit code after another.
        lines.append(f"{step.command}\nprintf '%s%s %s\\n' '{_END}' {number} $?")
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env=dict(env),
        timeout=_TIMEOUT_SECONDS,
    )
    answers = re.findall(rf"(.*?){_END}(\d+) (\d+)\n", done.stdout, re.DOTALL)
    for step, (printed, _, code) in zip(todo, answers, strict=False):
        assert code == "0", f"$ {step.command}\n{printed}\nexit code {code}"
        if step.shown is not None:
            assert fits(printed, step.shown), (
                f"$ {step.command}\n{printed}\n--- is not what the page shows:\n{step.shown}"
            )
    assert len(answers) == len(todo), done.stdout + done.stderr


def fits(printed: str, shown: str) -> bool:
    """Whether a text is the one that is shown, ``…`` for anything."""
    pattern = ""
    for line in shown.splitlines(keepends=True):
        if line == "…\n":
            pattern += r"(?:.*\n)*"
        else:
            pattern += ".*".join(map(re.escape, line.split("…")))
    return re.fullmatch(pattern, printed) is not None


def make_reader(root: Path, cache: Path) -> Venv:
    """An environment with a `python` and a `pyz3`, as a reader has them."""
    made = make_venv(root, cache, with_pyz3=True)
    command = made.python.parent / "pyz3"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pyz3 "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return made


def environment(reader: Venv) -> dict[str, str]:
    """What a reader's shell has; behind it are the tools of the tests, such as meson."""
    folders = [str(reader.python.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
    path = os.pathsep.join(folders)
    return factory.environment(reader.cache, PATH=path, PIP_DISABLE_PIP_VERSION_CHECK="1", COLUMNS="200")

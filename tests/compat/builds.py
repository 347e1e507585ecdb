"""Building a project with the command that a user would type, and finding each cell's wheel and error."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compat.cells import Cell
    from compat.projects import Project

# A project whose build hangs shall not stop the others.
_TIMEOUT_SECONDS = 3600
_TITLE = re.compile(r"✗ (?P<platform>[^·(]+?)(?: · (?P<module>\S+))?(?:  \((?P<pythons>[^)]*)\))?")
_END = re.compile(r"(✗ |! \S+ is left out|error: |\d+ wheels? )")
CONFIG = "pyz3.toml"
_CONSTRAINTS = "constraints.txt"
# Scripts that fetch a C library's sources, and compile them as before-build.
_LIBRARIES = Path(__file__).with_name("libraries")
_LOG = "build.log"
_LINES = 12  # of an error; the whole output is kept beside


@dataclass(frozen=True, kw_only=True)
class Build:
    """What pyz3 made.

    Attributes:
        wheels: The wheels that fit each cell, the one that an installer takes first; none: no entry.
        errors: What pyz3 said for each of the other cells.
        skipped: The cells that the project's own configuration leaves out.
        log: Everything that it printed.
        seconds: Wall clock.
    """

    wheels: Mapping[Cell, tuple[Path, ...]]
    errors: Mapping[Cell, str]
    skipped: frozenset[Cell]
    log: str
    seconds: float


def command_line(project: Project, cells: Sequence[Cell], *, all_platforms: bool) -> list[str]:
    """Give what the user types, without where the wheels go and variables that are set.

    A project's ``config`` lies in a file of that name in the current folder.
    """
    platforms = dict.fromkeys(str(cell.platform) for cell in cells)
    chosen = ["--all-platforms"] if all_platforms else [w for name in platforms for w in ("--platform", name)]
    pythons = dict.fromkeys((*project.pythons, *(str(cell.python) for cell in cells)))
    chosen += [word for python in pythons for word in ("--python", python)]
    config = ["--config", CONFIG] if project.config else []
    return ["pyz3", "wheel", project.requirement, *chosen, *config]


def build(project: Project, cells: Sequence[Cell], folder: Path, *, all_platforms: bool) -> Build:
    """Build the project for the cells into a folder, which is emptied first.

    The output stays there as ``build.log``.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "dist").mkdir(parents=True)
    if project.config:
        (folder / CONFIG).write_text(project.config, encoding="utf-8")
    for name in project.libraries:
        script = Path(shutil.copy(_LIBRARIES / f"{name}.py", folder))
        subprocess.run([sys.executable, script, "fetch"], check=True, stdout=subprocess.DEVNULL)
    if project.constraints:
        (folder / _CONSTRAINTS).write_text("\n".join(project.constraints) + "\n", encoding="utf-8")
    words = command_line(project, cells, all_platforms=all_platforms)[1:]
    command = [sys.executable, "-m", "pyz3", *words, "-o", str(folder / "dist")]
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            cwd=folder,
            encoding="utf-8",
            env=_variables(project, folder),
            timeout=_TIMEOUT_SECONDS,
        )
        log = done.stdout
    except subprocess.TimeoutExpired as error:
        log = f"{(error.stdout or b'').decode(errors='replace')}\nerror: no end after {_TIMEOUT_SECONDS} s\n"
    seconds = time.monotonic() - started
    (folder / _LOG).write_text(f"$ {shlex.join(command)}\n{log}", encoding="utf-8")
    return made_before(project, cells, folder, all_platforms=all_platforms, seconds=seconds)


def made_before(
    project: Project, cells: Sequence[Cell], folder: Path, *, all_platforms: bool, seconds: float
) -> Build:
    """Give what lies in the folder of a build."""
    log = (folder / _LOG).read_text(encoding="utf-8").partition("\n")[2]
    made = {path.name: path for path in (folder / "dist").glob("*.whl")}
    fitting = {cell: tuple(made[name] for name in cell.fitting(made)) for cell in cells}
    wheels = {cell: paths for cell, paths in fitting.items() if paths}
    errors = {cell: error_for(cell, log) for cell in cells if cell not in wheels}
    words = command_line(project, cells, all_platforms=all_platforms)[1:]
    listed = subprocess.run(
        [sys.executable, "-m", "pyz3", *words, "--print-build-identifiers"],
        capture_output=True,
        check=False,
        cwd=folder,
        encoding="utf-8",
        env=_variables(project, folder),
    )
    # What it could not even list was not left out on purpose.
    chosen = set(listed.stdout.split()) or {cell.identifier for cell in cells}
    skipped = frozenset(cell for cell in cells if cell.identifier not in chosen)
    return Build(wheels=wheels, errors=errors, skipped=skipped, log=log, seconds=seconds)


def _variables(project: Project, folder: Path) -> dict[str, str]:
    constraints = {"PIP_CONSTRAINT": str(folder / _CONSTRAINTS)} if project.constraints else {}
    return {**os.environ, **project.environment, **constraints, "NO_COLOR": "1", "COLUMNS": "200"}


def error_for(cell: Cell, log: str) -> str:
    """Give what the log says about a cell: the paragraphs below its titles, else the last error."""
    found: list[str] = []
    taken = titled = False
    for line in log.splitlines():
        if title := _TITLE.fullmatch(line):
            pythons = (title["pythons"] or "").split(", ")
            abi = f"cp{cell.python.major}{cell.python.minor}"
            places = {str(cell.platform), "any platform"}
            is_here = title["platform"] in places and (pythons == [""] or abi in pythons)
            # One paragraph may have several titles.
            taken = is_here or (titled and taken)
            if is_here and title["module"]:
                found.append(f"{title['module']}:")
        elif _END.match(line) and not (taken and titled and line.startswith("error: ")):
            taken = False  # right below a title it is what the compiler or linker said
        elif taken and line.strip():
            found.append(line.strip())
        titled = title is not None
    if not found:
        found = [line for line in log.splitlines() if line.startswith(("error: ", "tip: "))]
    if not found:
        found = [line for line in log.splitlines() if line.strip()][-_LINES:]
    return "\n".join(found[:_LINES]) or "no wheel, and nothing said"


def left_out(cell: Cell, log: str) -> tuple[str, ...]:
    """Give the optional modules that the log says a cell's wheel lacks, with the cause."""
    lines = re.findall(r"^! (\S+) is left out: (.*)  \(([^)]*)\)$", log, re.MULTILINE)
    return tuple(f"{module}: {why}" for module, why, where in lines if cell.identifier in where.split(", "))

"""``pyz3 ci github``: a workflow that builds, tests and publishes the wheels of a project."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click
from rich.text import Text

from pyz3.builder import WheelBuilder, every_target
from pyz3.cli.options import project_argument
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError, abridged
from pyz3.frontends import declared_name
from pyz3.scaffold import Released, with_own_steps, workflow

if TYPE_CHECKING:
    from pathlib import Path

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@click.group(context_settings=SETTINGS, short_help="Write the workflow that builds and releases wheels.")
def ci() -> None:
    """Write the workflow that builds, tests and releases the wheels of a project."""


@ci.command(context_settings=SETTINGS, short_help="For GitHub Actions.")
@project_argument
@click.option("--name", metavar="NAME", help="The project's name on PyPI.  [default: what its metadata says]")
@click.option(
    "--check", is_flag=True, help="Write nothing: show what would change, and exit with 1 if anything."
)
def github(*, project: Path, name: str | None, check: bool) -> int:
    """Write .github/workflows/build-wheels.yml for PROJECT, by default the current folder.

    One job builds all wheels and the source distribution. Others install them on Linux, Alpine, macOS and
    Windows and run test-command. A tag v* is published: to PyPI by trusted publishing, and as a release.
    """
    console = SafeConsole()
    root = project.absolute()
    top = _checkout(root)
    released, path = _released(root, top, name), top / ".github" / "workflows" / "build-wheels.yml"
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    inside = f" {released.inside}" if released.inside else ""
    text = with_own_steps(workflow(released, command=f"pyz3 ci github{inside}"), before)
    if check:
        return _show_difference(console, before, text, path=path.relative_to(top).as_posix())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    console.print(f"{path}: {'as it was' if text == before else 'written'}", soft_wrap=True)
    for note in _notes(released, top):
        console.print(Text(f"note: {note}", style="yellow"), soft_wrap=True)
    return 0


def _released(root: Path, top: Path, name: str | None) -> Released:
    found = WheelBuilder(root).open().project
    targets = every_target(found)
    options = found.tool.hook_options(targets[0].identifier, family=targets[0].platform.family)
    inside = root.resolve().relative_to(top.resolve()).as_posix()
    return Released(
        name=name or _name(root),
        targets=targets,
        inside="" if inside == "." else inside,
        own=found.backend is None,
        test_command=options.test_command,
        test_requires=options.test_requires,
    )


def _name(root: Path) -> str:
    name = declared_name(root)
    if not name:
        raise ConfigError(
            f"{root}: its files do not say what the project is called", tip="name it with --name"
        )
    return name


def _checkout(root: Path) -> Path:
    """Give the top of the repository that a project is in; without one it is the project's folder."""
    if not root.is_dir():
        raise ConfigError(f"there is no folder {root}")
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def _show_difference(console: SafeConsole, before: str, text: str, *, path: str) -> int:
    if before == text:
        console.print(f"{path} is up to date", soft_wrap=True)
        return 0
    lines = difflib.unified_diff(
        before.splitlines(), text.splitlines(), path, f"{path}, as it would be written", lineterm=""
    )
    for line in lines:
        console.print(Text(line, style=_STYLES.get(line[:1], "")), soft_wrap=True)
    return 1


def _notes(released: Released, top: Path) -> list[str]:
    notes = []
    if not released.test_command:
        notes.append("there is no test-command: the workflow installs the wheels and runs nothing of them")
    if released.untested:
        notes.append(
            f"GitHub has no machine for these, they are built and not tried: {abridged(released.untested)}"
        )
    if not [*top.glob("wheels/pyz3-*.whl")]:
        notes.append("put a wheel of pyz3 into wheels/: python -m pip wheel --no-deps -w wheels path/to/pyz3")
    notes.append(
        "before the first release: PyPI, Publishing, a trusted publisher: build-wheels.yml, environment pypi"
    )
    return notes

"""``pyz3 ci``: the file by which a service builds, tests and publishes the wheels of a project."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click
from rich.text import Text

from pyz3.builder import WheelBuilder, every_target
from pyz3.cli.options import project_argument
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError, abridged
from pyz3.frontends import declared_name
from pyz3.scaffold import Released, Service, pipeline, with_own_steps, workflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@click.group(context_settings=SETTINGS, short_help="Write the workflow that builds and releases wheels.")
def ci() -> None:
    """Write the workflow that builds, tests and releases the wheels of a project."""


def _file_options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that it has in common with the others."""
    for option in (
        click.option(
            "--check",
            is_flag=True,
            help="Write nothing: show what would change, and exit with 1 if anything.",
        ),
        click.option(
            "--name", metavar="NAME", help="The project's name on PyPI.  [default: what its metadata says]"
        ),
        click.option("--no-publish", is_flag=True, help="Leave out what publishes a tag."),
        project_argument,
    ):
        command = option(command)
    return command


@ci.command(context_settings=SETTINGS, short_help="For GitHub Actions.")
@_file_options
def github(*, project: Path, name: str | None, no_publish: bool, check: bool) -> int:
    """Write .github/workflows/build-wheels.yml for PROJECT, by default the current folder.

    One job builds all wheels and the source distribution. Others install them on Linux, Alpine, macOS,
    Windows and Pyodide and run test-command. A tag v* is published: to PyPI by trusted publishing, and as a
    release.
    """
    return _write(_GITHUB, project, name, no_publish=no_publish, check=check)


@ci.command(context_settings=SETTINGS, short_help="For GitLab.")
@_file_options
def gitlab(*, project: Path, name: str | None, no_publish: bool, check: bool) -> int:
    """Write .gitlab-ci.yml for PROJECT, by default the current folder.

    One job builds all wheels and the source distribution. Others install them on Linux, Alpine, macOS,
    Windows and Pyodide, as far as GitLab.com has such machines, and run test-command. A tag v* is
    published: to PyPI by trusted publishing, and as a release.
    """
    return _write(_GITLAB, project, name, no_publish=no_publish, check=check)


@dataclass(frozen=True, kw_only=True)
class _Service:
    """A service that runs workflows.

    Attributes:
        name: What people call it.
        column: The column of ``platforms.toml`` that names its machines.
        file: Where the file is in a repository.
        text: Gives it.
    """

    name: str
    column: Service
    file: str
    text: Callable[..., str]


_GITHUB = _Service(name="GitHub", column="runner", file=".github/workflows/build-wheels.yml", text=workflow)
_GITLAB = _Service(name="GitLab", column="gitlab", file=".gitlab-ci.yml", text=pipeline)


def _write(service: _Service, project: Path, name: str | None, *, no_publish: bool, check: bool) -> int:
    console = SafeConsole()
    root = project.absolute()
    top = _checkout(root)
    released = replace(_released(root, top, name), published=not no_publish)
    path = top / service.file
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    options = " --no-publish" * no_publish
    inside = f" {released.inside}" if released.inside else ""
    made = service.text(released, command=f"pyz3 ci {service.name.lower()}{options}{inside}")
    text = with_own_steps(made, before)
    if check:
        return _show_difference(console, before, text, path=service.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    console.print(f"{path}: {'as it was' if text == before else 'written'}", soft_wrap=True)
    for note in _notes(released, top, service):
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
        test_unheeded=tuple(
            name.replace("_", "-")
            for name in ("test_extras", "test_groups", "test_sources", "test_environment")
            if getattr(options, name)
        ),
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


def _notes(released: Released, top: Path, service: _Service) -> list[str]:
    notes = []
    if not released.test_command:
        notes.append("there is no test-command: the workflow installs the wheels and runs nothing of them")
    if released.test_unheeded:
        names = ", ".join(released.test_unheeded)
        notes.append(f"the workflow does nothing about {names}: pyz3 test does")
    untested = released.untested(service.column)
    if untested:
        notes.append(
            f"{service.name} has no machine for these, they are built and not tried: {abridged(untested)}"
        )
    if not [*top.glob("wheels/pyz3-*.whl")]:
        notes.append("put a wheel of pyz3 into wheels/: python -m pip wheel --no-deps -w wheels path/to/pyz3")
    if released.published and released.strangers:
        notes.append(f"PyPI takes no such wheels, the release has them: {abridged(released.strangers)}")
    if released.published:
        publisher = f"{service.file.rpartition('/')[2]}, environment pypi"
        notes.append(f"before the first release: PyPI, Publishing, a trusted publisher: {publisher}")
    return notes

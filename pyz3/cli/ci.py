"""``pyz3 ci``: the file by which a service builds, tests and publishes the wheels of a project."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import click
from packaging.utils import InvalidName, canonicalize_name
from rich.text import Text

from pyz3.builder import WheelBuilder, every_target
from pyz3.cli.difference import check_file
from pyz3.cli.hinting import HintingGroup
from pyz3.cli.options import project_argument
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError, abridged
from pyz3.frontends import declared_name
from pyz3.scaffold import Released, Service, pipeline, with_own_steps, workflow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyz3.config import HookOptions

_HEAD = re.compile(r"# Written by `pyz3 ci \w+(?P<words>.*?)`\.")
_VALUED = ("--name", "--file")
# They would end a quoted text of a shell, or a line.
_UNUSABLE = re.compile(r"[\"$`\\\n]")


@click.group(
    cls=HintingGroup,
    context_settings=SETTINGS,
    short_help="Write the workflow that builds and releases wheels.",
)
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
        click.option(
            "--file",
            metavar="FILE",
            help="Where it goes, from the top of the repository: for a second project there.",
        ),
        project_argument,
    ):
        command = option(command)
    return command


@ci.command(context_settings=SETTINGS, short_help="For GitHub Actions.")
@_file_options
def github(*, project: Path, file: str | None, name: str | None, no_publish: bool, check: bool) -> int:
    """Write .github/workflows/build-wheels.yml for PROJECT, by default the current folder.

    One job builds all wheels and the source distribution. Others install them on Linux, Alpine, macOS,
    Windows and Pyodide and run test-command. A tag v* is published: to PyPI by trusted publishing, and as a
    release.
    """
    return _write(_GITHUB, project, file, name, no_publish=no_publish, check=check)


@ci.command(context_settings=SETTINGS, short_help="For GitLab.")
@_file_options
def gitlab(*, project: Path, file: str | None, name: str | None, no_publish: bool, check: bool) -> int:
    """Write .gitlab-ci.yml for PROJECT, by default the current folder.

    One job builds all wheels and the source distribution. Others install them on Linux, Alpine, macOS,
    Windows and Pyodide, as far as GitLab.com has such machines, and run test-command. A tag v* is
    published: to PyPI by trusted publishing, and as a release.
    """
    return _write(_GITLAB, project, file, name, no_publish=no_publish, check=check)


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


def _write(
    service: _Service, project: Path, file: str | None, name: str | None, *, no_publish: bool, check: bool
) -> int:
    console = SafeConsole()
    root = project.absolute()
    top = _checkout(root)
    released, notes = _released(root, top, name)
    released = replace(released, published=not no_publish)
    if file is not None:
        service = replace(service, file=_place(file, service))
    path = top / service.file
    before = _before(path, released.inside, service)
    words = ["--no-publish"] * no_publish
    words += ["--name", name] if name else []
    words += ["--file", service.file] if file else []
    words += [released.inside] if released.inside else []
    made = service.text(released, command=f"pyz3 ci {service.name.lower()} {shlex.join(words)}".rstrip())
    text = with_own_steps(made, before)
    if check:
        return check_file(console, before, text, path=service.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    console.print(f"{path}: {'as it was' if text == before else 'written'}", soft_wrap=True)
    for note in (*notes, *_notes(released, top, service)):
        console.print(Text(f"note: {note}", style="yellow"), soft_wrap=True)
    return 0


def _place(file: str, service: _Service) -> str:
    """Give where the user wants the file, from the top of the repository."""
    place = PurePosixPath(file.replace("\\", "/"))
    default = PurePosixPath(service.file)
    folder = default.parent if service is _GITHUB else PurePosixPath()
    if place.is_absolute() or ".." in place.parts or place.suffix not in {".yml", ".yaml"}:
        raise ConfigError(f"--file: {file!r} is no YAML file in the repository", tip=f"write {default}")
    if not place.is_relative_to(folder):
        raise ConfigError(
            f"--file: {service.name} reads workflows in {folder} alone", tip=f"write {folder / place.name}"
        )
    return place.as_posix()


def _before(path: Path, inside: str, service: _Service) -> str:
    """Give the file as it is; empty: there is none.

    Raises:
        ConfigError: Somebody else wrote it, or it is another project's.
    """
    if not path.is_file():
        return ""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(
            f"{path}: it is no UTF-8, and would be replaced", tip="move it away first"
        ) from None
    place = _written_for(text)
    other = f"{PurePosixPath(service.file).with_name('wheels.yml')}"
    more = ", and name that in .gitlab-ci.yml under include" if service is not _GITHUB else ""
    if place is None:
        raise ConfigError(
            f"{path}: pyz3 ci did not write this file, and would replace it",
            tip=f"move it away, or choose another: --file {other}{more}",
        )
    if place != inside:
        raise ConfigError(
            f"{path}: it is that of another project, in {place or 'the top folder'}",
            tip=f"give this one a file of its own: --file {other}{more}",
        )
    return text


def _written_for(text: str) -> str | None:
    """Give the folder that an earlier run wrote a file for, empty at the top; None: none wrote it."""
    found = _HEAD.match(text)
    try:
        words = shlex.split(found["words"]) if found else None
    except ValueError:  # its first line was changed
        return None
    if words is None:
        return None
    valued = {index + 1 for index, word in enumerate(words) if word in _VALUED}
    places = (word for index, word in enumerate(words) if index not in valued and not word.startswith("--"))
    return " ".join(places)


def _released(root: Path, top: Path, name: str | None) -> tuple[Released, list[str]]:
    """Give what a workflow has to know, and what the user should."""
    found = WheelBuilder(root).open().project
    targets = every_target(found)
    options = {one: found.tool.hook_options(one.identifier, family=one.platform.family) for one in targets}
    skipped = frozenset(one for one in targets if options[one].test_skipped)
    tested = [one for one in targets if one not in skipped]
    # What tests most of them.
    counts = Counter(_tests(options[one]) for one in tested)
    most = counts.most_common(1)[0][0] if counts else None
    chosen = next((options[one] for one in tested if _tests(options[one]) == most), options[targets[0]])
    notes = []
    if others := [one.identifier for one in tested if _tests(options[one]) != most]:
        notes.append(
            f"one test-command is run for all wheels; another is said for {abridged(others)}: "
            "pyz3 test obeys it"
        )
    inside = root.resolve().relative_to(top.resolve()).as_posix()
    if _UNUSABLE.search(inside):
        raise ConfigError(
            f"{root}: no workflow can name this folder", tip='take " $ ` and \\ out of its name'
        )
    unheeded = [
        key.replace("_", "-")
        for key in ("test_extras", "test_groups", "test_sources", "test_environment")
        if getattr(chosen, key)
    ]
    unheeded += ["{wheel}"] if any("{wheel}" in line for line in chosen.test_command) else []
    released = Released(
        name=_valid(name) if name else _name(root),
        targets=targets,
        skipped=skipped,
        inside="" if inside == "." else inside,
        own=found.backend is None,
        test_command=chosen.test_command,
        test_requires=chosen.test_requires,
        test_unheeded=tuple(unheeded),
    )
    return released, notes


def _tests(options: HookOptions) -> tuple[tuple[str, ...], ...]:
    return options.test_command, options.test_requires


def _valid(name: str) -> str:
    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        raise ConfigError(f"--name: {name!r} is no name of a project on PyPI") from None
    return name


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


def _notes(released: Released, top: Path, service: _Service) -> list[str]:
    notes = []
    if len(released.skipped) == len(released.targets):
        notes.append("test-skip leaves out every wheel: the workflow tests none")
    elif not released.test_command:
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

"""``pyz3 publish``: upload a release, whole, once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from packaging.utils import canonicalize_name
from rich.text import Text

from pyz3.builder import WheelBuilder, every_target
from pyz3.cli.github import END_GROUP, add_to_summary, group, is_github, published_summary
from pyz3.cli.lines import columns, human_size
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError, Pyz3Error, abridged
from pyz3.frontends import declared_name
from pyz3.plan import Pure
from pyz3.release import (
    CHECKSUMS,
    Cell,
    Finding,
    ReleaseFile,
    UnfitReleaseError,
    judge,
    named_files,
    read_file,
    write_checksums,
)
from pyz3.targets import Selection, taken_by_pypi

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.cli.index import Index, Present
    from pyz3.targets import Target

# Of a digest, this much is shown: it is for eyes, and SHA256SUMS has all of it.
_DIGITS = 12
_EXAMPLES = """\b
Examples:
  pyz3 publish --repository testpypi --dry-run
  pyz3 publish                                   what is in dist, to PyPI
  pyz3 publish --yes wheelhouse thing-1.2.tar.gz
"""


@click.command(context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Upload a release to an index.")
@click.argument("names", nargs=-1, type=click.Path(path_type=Path), metavar="[WHEEL|SDIST|DIR]...")
@click.option(
    "-r",
    "--repository",
    metavar="NAME",
    default="pypi",
    show_default=True,
    envvar="TWINE_REPOSITORY",
    show_envvar=True,
    help="The index: pypi, testpypi, or one that .pypirc names.",
)
@click.option(
    "--repository-url",
    metavar="URL",
    envvar="TWINE_REPOSITORY_URL",
    show_envvar=True,
    help="The index's address for uploads, in place of a name.",
)
@click.option(
    "--check-url",
    metavar="URL",
    envvar="UV_PUBLISH_CHECK_URL",
    show_envvar=True,
    help="Its address for installs, where it is asked what it has.  [default: simple/ below its address; "
    "of pypi and testpypi it is known]",
)
@click.option("--config-file", metavar="FILE", help="In place of ~/.pypirc.")
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="The project that says what there should be.  [default: the current folder, or that around "
    "the files' folder]",
)
@click.option("--allow-incomplete", is_flag=True, help="Publish although platforms or Pythons are missing.")
@click.option(
    "--allow-different", is_flag=True, help="Publish although wheels differ in metadata or in files."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; upload and write nothing.")
@click.option("--no-ci", is_flag=True, help="In a job of GitHub's: no folds, no summary.")
def publish(
    *,
    names: tuple[Path, ...],
    repository: str,
    repository_url: str | None,
    check_url: str | None,
    config_file: str | None,
    project: Path | None,
    allow_incomplete: bool,
    allow_different: bool,
    yes: bool,
    dry_run: bool,
    no_ci: bool,
) -> int:
    """Upload wheels and sdists, by default those in dist, as twine does, after a look at them as a whole.

    A release is refused if something is missing that the project lists, or if its wheels do not belong
    together.  What the index has already is skipped, so a broken upload goes on where it broke.
    Credentials are those of twine: .pypirc, TWINE_USERNAME and TWINE_PASSWORD, keyring, trusted publishing.
    """
    console = SafeConsole(soft_wrap=True)
    paths, others = named_files(names or (Path("dist"),))
    files = [read_file(path) for path in paths]
    interactive = sys.stdin.isatty()
    index = _index(
        repository=repository,
        url=repository_url,
        check_url=check_url,
        config_file=config_file,
        interactive=interactive,
    )
    mixed = [one for one in judge(files) if one.kind == "mixed"]
    if mixed:
        raise UnfitReleaseError(mixed[0].text, tip="name the files of one release")
    present = index.present(files[0].name, files[0].version)
    cells, reasons = _cells(files, project)
    findings = judge(files, cells=cells, elsewhere=present.tags)
    there = _already_there(files, present)
    files, strangers = _without_strangers(files, index)
    notes = [*strangers, *reasons, *_notes(files, present, others)]
    _show(console, files, index, there=there, findings=findings, notes=notes)
    _refuse(findings, allow_incomplete=allow_incomplete, allow_different=allow_different)
    todo = [one for one in files if one.path not in there]
    if dry_run:
        console.print(f"nothing was uploaded (--dry-run): {len(todo)} of {_count(files)} would be")
        return 0
    if todo and not yes and not _agreed(index, todo, interactive=interactive):
        console.print("nothing was uploaded")
        return 1
    _upload(console, index, files, todo, in_github=not no_ci and is_github(os.environ))
    return 0


def _index(**options: Any) -> Index:
    try:
        from pyz3.cli.index import Index  # noqa: PLC0415 - an extra: only this command needs it
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"pyz3 publish uploads with twine, and {error.name} is not installed",
            tip='python -m pip install "twine>=6.1" "pypi-simple>=1.6" (the extra "dist" of pyz3)',
        ) from None
    return Index(**options)


def _cells(files: Sequence[ReleaseFile], folder: Path | None) -> tuple[tuple[Cell, ...], list[str]]:
    """Give what the project beside the files lists, and why that is not known."""
    name = files[0].name
    root = folder or _project_of(files)
    if root is None:
        note = f"whether anything is missing was not judged: there is no project {name} here (--project DIR)"
        return (), [note]
    try:
        return _listed(root, only_pure=all(one.is_pure for one in files if one.kind == "wheel")), []
    except Pyz3Error as error:
        if folder is not None:
            raise
        return (), [f"whether anything is missing was not judged: {error.message}"]


def _project_of(files: Sequence[ReleaseFile]) -> Path | None:
    folders = [Path.cwd(), *(one.path.absolute().parent.parent for one in files)]
    for folder in dict.fromkeys(folders):
        if any((folder / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg")):
            declared = declared_name(folder)
            if canonicalize_name(declared) == files[0].name:
                return folder
    return None


def _listed(root: Path, *, only_pure: bool) -> tuple[Cell, ...]:
    build = WheelBuilder(root).open()

    def is_pure(target: Target) -> bool:
        if build.project.backend is not None:  # what it compiles is known only once it has run
            return only_pure
        return all(isinstance(one, Pure) for one in build.plan(Selection(targets=(target,))))

    return tuple(Cell(target=target, pure=is_pure(target)) for target in every_target(build.project))


def _without_strangers(files: list[ReleaseFile], index: Index) -> tuple[list[ReleaseFile], list[str]]:
    """Give the files that the index takes, and what it does not."""
    taken = [
        one for one in files if not index.is_pypi or all(taken_by_pypi(tag.platform) for tag in one.tags)
    ]
    left = [one.path.name for one in files if one not in taken]
    if not taken:
        raise UnfitReleaseError(f"PyPI takes no wheels of this kind: {abridged(left)}")
    return taken, [f"left out, as PyPI takes no wheels of this kind: {name}" for name in left]


def _notes(files: Sequence[ReleaseFile], present: Present, others: Sequence[Path]) -> list[str]:
    notes = [present.note] if present.note else []
    left = [path.name for path in others if path.name != CHECKSUMS]
    if left:
        notes.append(f"not uploaded, being neither wheel nor sdist: {abridged(left)}")
    if not any(one.kind == "sdist" for one in files) and all(n.endswith(".whl") for n in present.digests):
        notes.append(
            "there is no sdist: who has another platform cannot install this (pyz3 sdist writes one)"
        )
    return notes


def _already_there(files: Sequence[ReleaseFile], present: Present) -> frozenset[Path]:
    there = [one for one in files if one.path.name in present.digests]
    for one in there:
        digest = present.digests[one.path.name]
        if digest != one.sha256:
            raise UnfitReleaseError(
                f"{one.path.name}: the index has another file of this name (there sha256={digest}, "
                f"here sha256={one.sha256})",
                tip="a file that is published stays: raise the version, or name the other files",
            )
    return frozenset(one.path for one in there)


def _show(
    console: SafeConsole,
    files: Sequence[ReleaseFile],
    index: Index,
    *,
    there: frozenset[Path],
    findings: Sequence[Finding],
    notes: Sequence[str],
) -> None:
    console.print(f"{files[0].name} {files[0].version} → {index}")
    rows = [
        (
            "is there" if one.path in there else "to upload",
            human_size(one.size),
            one.sha256[:_DIGITS],
            one.path.name,
            one.tag,
        )
        for one in files
    ]
    for line in columns([("", "size", "sha256", "file", "tag"), *rows]):
        console.print(line)
    for note in notes:
        console.print(Text(f"note: {note}", style="yellow"))
    for one in findings:
        console.print(Text(f"✗ {one.text}", style="red"))


def _refuse(findings: Sequence[Finding], *, allow_incomplete: bool, allow_different: bool) -> None:
    missing = [name for one in findings if one.kind == "missing" for name in one.identifiers]
    if missing and not allow_incomplete:
        raise UnfitReleaseError(
            f"the release is incomplete: nothing was built for {abridged(missing)}",
            tip="build them (pyz3 wheel --all-platforms --python all), say that they are not wanted "
            "(platforms, skip, requires-python), or give --allow-incomplete",
        )
    if any(one.kind == "different" for one in findings) and not allow_different:
        raise UnfitReleaseError(
            "the wheels of this release differ in what they should share",
            tip="build them all from one source, at once; or give --allow-different",
        )


def _agreed(index: Index, todo: Sequence[ReleaseFile], *, interactive: bool) -> bool:
    if not interactive:
        raise ConfigError(
            f"nothing was uploaded: nobody can be asked whether {_count(todo)} may go to {index}",
            tip="give --yes where there is no terminal",
        )
    return click.confirm(f"Upload {_count(todo)} to {index}?")


def _upload(
    console: SafeConsole,
    index: Index,
    files: Sequence[ReleaseFile],
    todo: Sequence[ReleaseFile],
    *,
    in_github: bool,
) -> None:
    written = write_checksums(files)
    if in_github and todo:
        click.echo(group(f"Uploading to {index}"))
    done: list[Path] = []
    try:
        for one in todo:
            index.upload(one)
            done.append(one.path)
    except BaseException:
        console.print(f"{_count(done)} of {len(todo)} uploaded")
        raise
    finally:
        index.close()
        if in_github and todo:
            click.echo(END_GROUP)
        if in_github:
            left = frozenset(one.path for one in todo).difference(done)
            text = published_summary(files, uploaded=frozenset(done), left=left, where=str(index))
            add_to_summary(os.environ, text)
    skipped = len(files) - len(todo)
    more = f", {skipped} {'was' if skipped == 1 else 'were'} there already" if skipped else ""
    console.print(f"{_count(todo)} uploaded to {index}{more}")
    for path in written:
        console.print(f"{path} has their digests: sha256sum -c {path.name}")


def _count(files: Sequence[object]) -> str:
    return f"{len(files)} file{'' if len(files) == 1 else 's'}"

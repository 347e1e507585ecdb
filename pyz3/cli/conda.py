"""``pyz3 conda``: the wheels of a project as conda packages, and a recipe for conda-forge."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
from packaging.utils import canonicalize_name
from rich.text import Text

from pyz3.builder import WheelBuilder, build_sdist, every_target, read_epoch
from pyz3.cli.building import keeping, status_of
from pyz3.cli.lines import human_size
from pyz3.cli.options import (
    jobs_option,
    optimize_option,
    output_dir_option,
    platforms_option,
    pythons_option,
)
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.cli.ui import BuildView, print_failures
from pyz3.conda import convert, read_sdist, recipe_text, require_subdir, require_writer, write_package
from pyz3.errors import ConfigError
from pyz3.frontends import load_own_project
from pyz3.results import one_per_file
from pyz3.targets import Platform, select_platforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.conda import CondaPackage
    from pyz3.config import Project

_EXAMPLES = """\b
Examples:
  pyz3 conda --all-platforms --python 3.13
  pyz3 conda dist/*.whl -o channel
  pyz3 conda --recipe dist/thing-1.0.tar.gz
"""


@click.command(context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Make conda packages.")
@click.argument("sources", nargs=-1, metavar="[PROJECT|WHEEL...]")
@platforms_option("build", default="this machine's")
@click.option("--all-platforms", is_flag=True, help="Build for every platform that the project lists.")
@pythons_option("build")
@output_dir_option("the packages go: a channel, with a folder per platform")
@click.option(
    "--rename",
    "renamed",
    multiple=True,
    metavar="PYPI=CONDA",
    help="What conda calls a requirement, or this project; NAME= leaves one out.  Repeatable.",
)
@click.option(
    "--build-number",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Counts builds of a release.",
)
@click.option(
    "--recipe",
    is_flag=True,
    help="Write recipe.yaml for conda-forge, of PROJECT or an sdist, and no packages.",
)
@optimize_option
@jobs_option
def conda(
    *,
    sources: tuple[str, ...],
    platforms: tuple[str, ...],
    all_platforms: bool,
    pythons: tuple[str, ...],
    output_dir: Path,
    renamed: tuple[str, ...],
    build_number: int,
    recipe: bool,
    optimize: str | None,
    jobs: int | None,
) -> int:
    """Make .conda packages of PROJECT, by default the current folder, or of wheels that are there.

    The wheels are built as pyz3 wheel builds them.  A pure one becomes noarch: python, the others a package
    per platform and Python; of the stable ABI one per platform.
    """
    console = SafeConsole(soft_wrap=True)
    names = _names(renamed)
    wheels = [Path(one) for one in sources if one.endswith(".whl")]
    if len(sources) > 1 and len(wheels) != len(sources):
        raise click.UsageError("name one project, or wheels alone")
    project = sources[0] if sources and not wheels else "."
    if recipe:
        if wheels:
            raise click.UsageError("--recipe is made of a project or an sdist, not of wheels")
        return _write_recipe(console, Path(project), names=names, output_dir=output_dir)
    require_writer()  # before minutes are spent on wheels
    if wheels:
        if platforms or all_platforms or pythons:
            raise click.UsageError("--platform, --all-platforms and --python are for what is built")
        _convert(console, wheels, names=names, build_number=build_number, output_dir=output_dir)
        return 0
    if platforms and all_platforms:
        raise click.UsageError("--platform and --all-platforms exclude each other")
    view = BuildView(console, verbose=False, quiet=False)
    build = WheelBuilder.of(project, jobs=jobs, listener=view).open()
    chosen = _chosen(console, build.project, platforms, every=all_platforms)
    plan = build.plan(build.select(platforms=chosen, pythons=pythons), optimize=optimize)
    output_dir.mkdir(parents=True, exist_ok=True)
    with keeping(project, console), tempfile.TemporaryDirectory(prefix=".pyz3-", dir=output_dir) as scratch:
        with build.using_cache(plan), view.showing(plan, output_dir=str(output_dir)):
            summary = build.run(plan, output_dir=Path(scratch))
        print_failures(summary)
        built = [one.path for one in one_per_file(summary.wheels)]
        _convert(console, built, names=names, build_number=build_number, output_dir=output_dir)
    return status_of(summary)


def _names(renamed: Sequence[str]) -> dict[str, str]:
    """Read ``PYPI=CONDA``: canonical name → conda's."""
    pairs = [text.partition("=") for text in renamed]
    for text, (name, equals, _) in zip(renamed, pairs, strict=True):
        if not name.strip() or not equals:
            raise click.UsageError(f"--rename {text}: write PYPI=CONDA, as in torch=pytorch")
    return {canonicalize_name(name.strip()): conda.strip() for name, _, conda in pairs}


def _chosen(console: SafeConsole, project: Project, platforms: Sequence[str], *, every: bool) -> list[str]:
    """Give the platforms to build for; those that conda has not are refused if they were named, else told."""
    if every:
        found = dict.fromkeys(one.platform for one in every_target(project))
        for one in found:
            if not one.spec.conda:
                console.print(f"skipped {one}: conda has no such platform", style="yellow")
        return [str(one) for one in found if one.spec.conda]
    named = select_platforms(platforms) if platforms else (Platform.current(),)
    for one in named:
        require_subdir(one)
    return [str(one) for one in named]


def _convert(
    console: SafeConsole,
    wheels: Sequence[Path],
    *,
    names: dict[str, str],
    build_number: int,
    output_dir: Path,
) -> None:
    """Write a package for each wheel; all are read before the first is written."""
    epoch = read_epoch(os.environ)
    packages = [convert(one, names=names, build_number=build_number, epoch=epoch) for one in wheels]
    _refuse_twins(packages)
    for package in packages:
        written = write_package(package, output_dir=output_dir, epoch=epoch)
        console.print(
            Text.assemble(
                ("✓ ", "green"),
                (f"{package.subdir}/{written.path.name}", "bold"),
                (f"  {human_size(written.size)}", "cyan"),
                (f"  sha256={written.sha256}", "dim"),
            )
        )
    for note in dict.fromkeys(note for package in packages for note in package.notes):
        console.print(f"note: {note}", style="yellow")
    if unsure := ", ".join(sorted({name for package in packages for name in package.unsure})):
        console.print(
            f"note: conda may call it otherwise, look it up: {unsure} (--rename PYPI=CONDA)", style="yellow"
        )
    count = len(packages)
    console.print(f"{count} conda package{'' if count == 1 else 's'} in {output_dir}")


def _refuse_twins(packages: Sequence[CondaPackage]) -> None:
    """Refuse wheels that would be one package: manylinux_2_17 and 2_28 of one release."""
    seen = set()
    for package in packages:
        if (package.subdir, package.stem) in seen:
            raise ConfigError(
                f"two wheels would be {package.subdir}/{package.stem}.conda",
                tip="give one of them, or one of them another --build-number",
            )
        seen.add((package.subdir, package.stem))


def _write_recipe(console: SafeConsole, project: Path, *, names: dict[str, str], output_dir: Path) -> int:
    """Write ``recipe.yaml`` of an sdist, or of a project whose sdist pyz3 writes first."""
    if project.is_dir():
        own = load_own_project(
            project,
            what="pyz3 conda --recipe with a folder",
            tip="write the sdist first: python -m build --sdist, then pyz3 conda --recipe dist/….tar.gz",
        )
        view = BuildView(console, verbose=False, quiet=False)
        project = build_sdist(own, output_dir=output_dir, epoch=read_epoch(os.environ), tell=view).path
        console.print(f"✓ {project}")
    text, notes = recipe_text(read_sdist(project), names=names)
    output_dir.mkdir(parents=True, exist_ok=True)
    path = output_dir / "recipe.yaml"
    path.write_text(text, encoding="utf-8", newline="\n")
    console.print(f"✓ {path}")
    for note in notes:
        console.print(f"note: {note}", style="yellow")
    return 0

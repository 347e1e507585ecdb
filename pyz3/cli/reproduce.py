"""``pyz3 reproduce``: whether a wheel is what its source gives, byte by byte."""

from __future__ import annotations

import platform
import shutil
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click
from packaging.utils import canonicalize_name
from rich.text import Text

from pyz3 import __version__
from pyz3.builder import WheelBuilder
from pyz3.check import spelled
from pyz3.cli.building import keeping, status_of
from pyz3.cli.options import (
    allow_pure_option,
    config_option,
    jobs_option,
    optimize_option,
    python_headers_option,
)
from pyz3.cli.settings import SETTINGS, complete_pythons
from pyz3.cli.terminal import SafeConsole, safe_json
from pyz3.cli.ui import BuildView, print_failures
from pyz3.errors import ConfigError, NotReproducedError
from pyz3.frontends import declared_name
from pyz3.reproduce import (
    Here,
    Reproduction,
    compare,
    likely_causes,
    plan_rebuild,
    read_recorded,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyz3.builder import ProjectBuild
    from pyz3.plan import Planned
    from pyz3.reproduce import ArchiveDifference, MemberDifference, Rebuild, Recorded
    from pyz3.results import WheelResult
    from pyz3.targets import Selection

# Of one kind, this many differences are shown.
_FEW = 5
_EXAMPLES = """\b
Examples:
  pyz3 reproduce dist/thing-1.2-cp313-cp313-win_amd64.whl
  pyz3 reproduce thing-1.2-py3-none-any.whl --source thing-1.2.tar.gz
  pyz3 reproduce thing-1.2-cp313-cp313-win_amd64.whl --source thing==1.2 -o rebuilt
"""


@click.command(
    context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Rebuild a wheel and compare it byte by byte."
)
@click.argument("wheel", type=click.Path(path_type=Path))
@click.option(
    "--source",
    default=".",
    show_default=True,
    metavar="DIR|SDIST|NAME==VERSION",
    help="What it is built of again.",
)
@click.option(
    "--python",
    metavar="X.Y",
    shell_complete=complete_pythons,
    help="Of a wheel for several Pythons, the one to build with.  [default: the oldest with headers here]",
)
@optimize_option
@config_option
@allow_pure_option
@python_headers_option
@jobs_option
@click.option(
    "-o",
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the rebuilt wheel there.  [default: it is deleted]",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Print the commands that are run.")
def reproduce(
    *,
    wheel: Path,
    source: str,
    python: str | None,
    optimize: str | None,
    config: Path | None,
    allow_pure: bool,
    python_headers: tuple[Path, ...],
    jobs: int | None,
    output_dir: Path | None,
    as_json: bool,
    verbose: bool,
) -> int:
    """Build WHEEL again from its source, and say whether both are the same, byte by byte.

    The wheel's name says for which platform and Python, and its files the date.  Options that it was built
    with are to be given again, as pyz3 wheel has them: it does not tell of them.  The exit code is 11 if the
    wheels differ.
    """
    _refuse_to_overwrite(output_dir, wheel.name)
    recorded = read_recorded(wheel)
    errors = SafeConsole(stderr=True, soft_wrap=True)
    view = BuildView(errors, verbose=verbose, quiet=False)

    def make(build: ProjectBuild, selection: Selection) -> Sequence[Planned]:
        return build.plan(
            selection,
            optimize=optimize,
            fallback=recorded.is_for_any and build.project.backend is None,
            allow_pure=allow_pure,
        )

    with keeping(source, errors), tempfile.TemporaryDirectory(prefix="pyz3-") as scratch:
        builder = WheelBuilder.of(
            source, python_headers=python_headers, jobs=jobs, config=config, listener=view
        )
        build = builder.open()
        _require_same_project(build.project.root, recorded)
        planned = plan_rebuild(build, recorded, python=python, make=make)
        for note in planned.notes:
            errors.print(Text(f"note: {note}", style="yellow"))
        built = _build(planned, view, Path(scratch))
        if isinstance(built, int):
            return built
        found = _compare(recorded, built, planned, view)
        if output_dir is not None:
            _refuse_to_overwrite(output_dir, built.path.name)
            output_dir.mkdir(parents=True, exist_ok=True)
            shutil.move(built.path, output_dir / built.path.name)
    if as_json:
        click.echo(safe_json(found))
    else:
        _show(SafeConsole(soft_wrap=True), found)
    return _end(found, kept=output_dir)


def _refuse_to_overwrite(folder: Path | None, name: str) -> None:
    if folder is not None and (folder / name).exists():
        raise ConfigError(f"--output-dir: {folder / name} is there already", tip="name another folder")


def _require_same_project(root: Path, wheel: Recorded) -> None:
    """Refuse a project of another name before minutes are spent on it; not all say how they are called."""
    name = canonicalize_name(declared_name(root))
    if name and name != wheel.name:
        raise ConfigError(
            f"{wheel.path.name} is a wheel of {wheel.name}, and the source is that of {name}",
            tip="name the wheel's own source with --source",
        )


def _build(planned: Rebuild, view: BuildView, folder: Path) -> WheelResult | int:
    """Build the wheel; give it, or the exit code."""
    with view.showing(planned.plan, output_dir=str(folder)):
        summary = planned.build.run(planned.plan, output_dir=folder)
    print_failures(summary)
    return summary.wheels[0] if summary.wheels else status_of(summary)


def _compare(wheel: Recorded, built: WheelResult, planned: Rebuild, view: BuildView) -> Reproduction:
    rebuilt = built.path
    comparison = compare(wheel.path, rebuilt)
    here = Here(
        pyz3=__version__,
        zig=metadata.version("ziglang"),
        python=platform.python_version(),
    )
    return Reproduction(
        wheel=str(wheel.path),
        rebuilt=rebuilt.name,
        outcome=comparison.outcome,
        generator=wheel.generator,
        built_with=here.versions,
        comparison=comparison,
        causes=likely_causes(comparison, wheel, here, rebuilt=rebuilt.name),
        notes=(
            *planned.notes,
            *(note.removeprefix("note: ") for note in view.notes),
            *(f"the rebuilt one is made without {one.module}: {one.why}" for one in built.left_out),
        ),
    )


def _show(console: SafeConsole, found: Reproduction) -> None:
    name, comparison = Path(found.wheel).name, found.comparison
    if found.outcome == "same":
        console.print(
            Text.assemble(
                ("✓ ", "green"),
                (name, "bold"),
                " is the same, byte by byte",
                (f"  sha256={comparison.sha256}", "dim"),
            )
        )
        return
    sign, colour = ("✗", "red") if found.outcome == "different" else ("!", "yellow")
    console.print(Text.assemble((f"{sign} ", colour), (name, "bold"), f" {_VERDICTS[found.outcome]}"))
    made = ", ".join(f"{program} {version}" for program, version in found.built_with.items())
    console.print(f"  sha256={comparison.sha256}  the wheel, by {found.generator or '?'}")
    console.print(f"  sha256={comparison.rebuilt_sha256}  rebuilt, by {made}")
    if not comparison.same_name:
        console.print(f"  the source gives {found.rebuilt}")
    for line in _few(_differences(found), most=4 * _FEW):
        console.print(f"  {line}")
    for cause in found.causes:
        console.print(Text(f"  likely: {cause}", style="cyan"))


_VERDICTS = {
    "recompressed": "has the same files, compressed otherwise",
    "different": "is not what its source gives",
}


def _differences(found: Reproduction) -> Iterator[str]:
    comparison = found.comparison
    yield from _few(f"only in the wheel: {spelled(name)}" for name in comparison.only_in_wheel)
    yield from _few(f"only in the rebuilt one: {spelled(name)}" for name in comparison.only_in_rebuilt)
    for member in comparison.members:
        yield from _content(member)
    alike: dict[tuple[str, str, str], list[ArchiveDifference]] = {}
    for one in comparison.archive:
        alike.setdefault((one.kind, one.wheel, one.rebuilt), []).append(one)
    by_kind: dict[str, list[str]] = {}
    for (kind, _, _), several in alike.items():
        by_kind.setdefault(kind, []).append(_packed(several))
    for lines in by_kind.values():
        yield from _few(lines)


def _content(one: MemberDifference) -> Iterator[str]:
    """Say how the content of a file differs."""
    name = spelled(one.name)
    if one.unread:
        yield f"{name}: cannot be read: {spelled(one.unread)}"
        return
    sizes = (
        f"{one.size} bytes"
        if one.size == one.rebuilt_size
        else f"{one.size} bytes, {one.rebuilt_size} rebuilt"
    )
    where = f"offset {one.first:#x}" + (f" in {spelled(one.section)}" if one.section else "")
    count = "one byte differs" if one.differing == 1 else f"{one.differing} bytes differ"
    first = "" if one.differing == 1 else "the first "
    yield f"{name}: {sizes}, CRC {one.crc} and {one.rebuilt_crc}; {count}, {first}at {where}"
    if one.line_ends:
        yield "  lines end otherwise, and are the same"
    elif one.line:
        yield f"  line {one.line}:  {spelled(one.text)}"
        yield f"  rebuilt: {' ' * len(str(one.line))}{spelled(one.rebuilt_text)}"


def _packed(several: Sequence[ArchiveDifference]) -> str:
    """Say what differs besides content, in the same way for several files."""
    one = several[0]
    names = [spelled(each.member) for each in several]
    what = names[0] if len(names) == 1 else f"{len(names)} files"
    if one.kind == "order" or not one.member:
        what = "the files" if one.kind == "order" else "the archive"
    rebuilt = f"; rebuilt: {spelled(one.rebuilt)}" if one.rebuilt else ""
    return f"{one.kind} of {what}: {spelled(one.wheel)}{rebuilt}"


def _few(lines: Iterable[str], most: int = _FEW) -> Iterator[str]:
    """Give the first lines, and how many more there are."""
    found = list(lines)
    yield from found[:most]
    if len(found) > most:
        yield f"and {len(found) - most} more: --json has all"


def _end(found: Reproduction, *, kept: Path | None) -> int:
    """Give the exit code of what is the same.

    Raises:
        NotReproducedError: It is not.
    """
    if found.outcome == "same":
        return 0
    tip = (
        f"to see more: diffoscope {found.wheel} {kept / found.rebuilt}"
        if kept is not None
        else "to look at the rebuilt wheel, keep it with --output-dir DIR"
    )
    raise NotReproducedError("the wheel was not reproduced", tip=tip)

"""``pyz3 repair``: put the libraries that wheels need into them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from pyz3.archive import require_output
from pyz3.check import wheels_in
from pyz3.cli.lines import human_size
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.repair import read_prefixes, repair, require_tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.repair import Repaired

_EXAMPLES = """\b
Examples:
  pyz3 repair dist/thing-1.2-cp313-cp313-linux_x86_64.whl --library-dir deps/lib
  pyz3 repair dist --library-dir deps/linux --library-dir deps/windows -o repaired
  pyz3 repair dist --library-dir deps --exclude 'libcuda.so.*'
  PYZ3_PREFIX=deps pyz3 repair dist        (deps/linux-x86_64/lib, deps/lib)
"""


@click.command(
    "repair", context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Put the libraries that wheels need in."
)
@click.argument("names", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="[WHEEL|DIR]...")
@click.option(
    "-L",
    "--library-dir",
    "library_dirs",
    multiple=True,
    type=click.Path(path_type=Path, resolve_path=True),
    metavar="DIR",
    help="Where shared libraries of the wheels' platforms are; repeatable.  Besides, those in PYZ3_PREFIX "
    "are looked for, and no others.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="NAME",
    help="A library, or a glob, that stays outside: who installs the wheel has it; repeatable.",
)
@click.option(
    "-o",
    "-w",
    "--output-dir",
    "--wheel-dir",
    "output_dir",
    type=click.Path(path_type=Path),
    default="wheelhouse",
    show_default=True,
    help="Where the repaired wheels go.",
)
def repair_command(
    *,
    names: tuple[Path, ...],
    library_dirs: tuple[Path, ...],
    exclude: tuple[str, ...],
    output_dir: Path,
) -> int:
    """Put the shared libraries that wheels need and their platforms do not promise into them.

    repairwheel does it, with what auditwheel, delocate and delvewheel do, for wheels of Linux, macOS and
    Windows on any machine.  pyz3 check judges the result; one that is not right is not written.

    PYZ3_PREFIX in the environment names folders that libraries were installed into, separated as PATH is.
    After --library-dir, their lib, lib64 and bin are looked through, those of the wheel's platform first:
    PREFIX/windows-x64/bin, then PREFIX/bin.
    """
    console = SafeConsole(soft_wrap=True)
    wheels = wheels_in(names)
    for folder in library_dirs:
        if not folder.is_dir():
            raise ConfigError(f"--library-dir: there is no folder {folder}")
    prefixes = read_prefixes(os.environ)
    require_tool()
    require_output(output_dir, what="wheel")
    failures = []
    for wheel in wheels:
        error = _one(
            console,
            wheel,
            library_dirs=library_dirs,
            prefixes=prefixes,
            exclude=exclude,
            output_dir=output_dir,
        )
        failures += [error] if error else []
    done = len(wheels) - len(failures)
    console.print(f"{done} of {len(wheels)} {'wheel' if len(wheels) == 1 else 'wheels'} in {output_dir}")
    return next((error.exit_code for error in failures), 0)


def _one(
    console: SafeConsole,
    wheel: Path,
    *,
    library_dirs: Sequence[Path],
    prefixes: Sequence[Path],
    exclude: Sequence[str],
    output_dir: Path,
) -> Pyz3Error | None:
    """Repair a wheel and say so; give why not."""
    try:
        done = repair(
            wheel,
            library_dirs=library_dirs,
            prefixes=prefixes,
            exclude=exclude,
            output_dir=output_dir,
            environ=os.environ,
        )
    except Pyz3Error as error:
        console.print(Text.assemble(("✗ ", "bold red"), error.message))
        if error.tip:
            console.print(Text(f"  tip: {error.tip}", style="cyan"))
        return error
    _show(console, done)
    return None


def _show(console: SafeConsole, done: Repaired) -> None:
    console.print(Text.assemble(("✓ ", "green"), (done.path.name, "bold")))
    if done.path.name != done.wheel.name:
        console.print(f"  of {done.wheel.name}", style="dim")
    for one in done.added:
        source = f" from {_near(one.source)}" if one.source else "; of which file is not known"
        console.print(Text(f"  added {one.name} ({human_size(one.size)}){source}"))
    if done.added:
        console.print("  what their licences ask for is yours to add", style="dim")
    if not done.added:
        why = "" if done.outside else ": it needs no library that its platform does not promise"
        console.print(f"  nothing was added{why}")
    for name in done.outside:
        console.print(Text(f"  note: {name} stays outside: who installs the wheel must have it", "yellow"))
    for found in done.warnings:
        console.print(Text(f"  {found.code} {found.name}: {found.message}", style="yellow"))


def _near(path: Path) -> str:
    """Spell a path from where the user is, if it is below."""
    here = Path.cwd().resolve()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)

"""Audited binaries, or none → wheels in the output folder; and source distributions."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.archive import (
    DEFAULT_EPOCH,
    FileRules,
    WheelEntry,
    find_packages,
    naming,
    package_files,
    read_metadata,
    sdist_files,
    write_sdist,
    write_wheel,
)
from pyz3.audit import nature_of
from pyz3.errors import ConfigError, NoWheelError, Pyz3Error, abridged
from pyz3.events import Note, WheelBuilt, WheelFailed
from pyz3.hooks.base import read_base
from pyz3.plan import Pure, Recipe
from pyz3.results import Failure, WheelResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyz3.archive import Compressor, Metadata, WrittenArchive
    from pyz3.builder.bill import Bills
    from pyz3.builder.platform import Built
    from pyz3.config import Project
    from pyz3.events import Listener
    from pyz3.hooks.base import BaseWheel
    from pyz3.plan import Planned
    from pyz3.results import Outcome

# How many files a note lists for a user to copy.
_SHOWN = 10


def read_epoch(environ: Mapping[str, str]) -> int:
    """Give ``SOURCE_DATE_EPOCH``, or the date that files in wheels have without it.

    Raises:
        ConfigError: It is no number.
    """
    text = environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return DEFAULT_EPOCH
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"SOURCE_DATE_EPOCH: {text!r} is no number of seconds") from None


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What every wheel of a project holds, whatever it is for.

    Attributes:
        metadata: The project's.
        files: Its Python packages with their data.
        packages: Import names of those packages and lone modules.
        roots: The folders that they are imported from: ``src`` or the project itself.
        rules: Which of the project's files are left out.
        notes: What the user should know of the files.
        binaries: Folder in the wheel that binaries go into; empty: its top.
    """

    metadata: Metadata
    files: tuple[WheelEntry, ...]
    packages: tuple[str, ...]
    roots: tuple[Path, ...]
    rules: FileRules
    notes: tuple[str, ...] = ()
    binaries: str = ""


def read_contents(project: Project) -> Contents:
    """Read what goes into every wheel of ``project``.

    Raises:
        ConfigError: The metadata is wrong, or there is nothing to put into a wheel.
    """
    tool = project.tool
    version = tool.version
    metadata = read_metadata(
        project.root,
        version_attr=version.attr if version else None,
        version_path=version.path if version else None,
        packages=tool.packages,
    )
    packages = find_packages(project.root, project_name=metadata.name, packages=tool.packages)
    if not packages and not project.extensions and not project.libraries and not tool.build_zig:
        raise ConfigError(
            f"{project.root}: nothing to put into a wheel: no extension and no package",
            tip="add [[tool.pyz3.extensions]], or name the packages: [tool.pyz3] packages = [...]",
        )
    sources = {project.root / source for source in project.all_sources}
    rules = FileRules(project.root, tool.sdist)
    ignored: list[Path] = []

    def leave_out(path: Path) -> bool:
        if rules.ignores(path):
            ignored.append(path)
        return rules.leaves_out(path)

    files = package_files(project.root, packages, sources=sources, leave_out=leave_out)
    return Contents(
        metadata=metadata,
        files=files,
        # Stubs hold nothing that can be imported.
        packages=tuple(p.name for p in packages if p.init_file.suffix == ".py" and "-stubs" not in p.name),
        roots=tuple(dict.fromkeys(package.root for package in packages)),
        rules=rules,
        notes=(*_imported_notes(project.root, rules.imported), *_ignored_notes(project.root, ignored)),
    )


def _imported_notes(root: Path, imported: Mapping[Path, Path]) -> tuple[str, ...]:
    names = [(path.relative_to(root), file.relative_to(root)) for path, file in imported.items()]
    return tuple(
        f"Git ignores {path.as_posix()}, which {file.as_posix()} imports: it is in wheels and sdists"
        for path, file in names
    )


def _ignored_notes(root: Path, ignored: list[Path]) -> tuple[str, ...]:
    files: dict[Path | None, list[str]] = {}
    named = naming(ignored, root)
    # First what the package's code may not do without.
    for path in sorted(ignored, key=lambda path: path not in named):
        files.setdefault(named.get(path), []).append(path.relative_to(root).as_posix())
    return tuple(_ignored_note(names, by and by.relative_to(root)) for by, names in files.items())


def _ignored_note(names: Sequence[str], by: Path | None) -> str:
    """Say what is left out, which file of the package names it, if any, and how to have it."""
    told = f", which {by.as_posix()} names" if by else ""
    note = f"Git ignores {abridged(names)}{told}: left out of wheels and sdists; to have it in both: "
    shown = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{note}[tool.pyz3.sdist] include = [{shown}]{more}"


class Packer:
    """Turns what was built into wheels.

    Args:
        contents: What every wheel of the project holds; None: each has a base wheel of its own.
        output_dir: Where the wheels go.
        epoch: Date of all files in them, in seconds since 1970.
        compressor: Makes what compresses one file of a wheel.
        tell: Is told of every wheel.
        bills: Gives what tells of the binaries in a wheel; None: no file does.
    """

    def __init__(
        self,
        contents: Contents | None,
        *,
        output_dir: Path,
        epoch: int,
        compressor: Callable[[], Compressor],
        tell: Listener,
        bills: Bills | None = None,
    ) -> None:
        self._bills = bills
        self._compressor = compressor
        self._contents = contents
        self._output_dir = Path(os.path.abspath(output_dir))  # noqa: PTH100 - shown as the user wrote it
        self._epoch = epoch
        self._tell = tell

    def finish(self, recipe: Recipe, built: Built | Pyz3Error) -> Outcome:
        """Write a wheel, or note why there is none."""
        if isinstance(built, Pyz3Error):
            return self.fail(recipe, built)
        try:
            return self._pack(recipe, recipe, built)
        except Pyz3Error as error:
            return self.fail(recipe, error)

    def pack(self, pure: Pure, planned: Planned | None = None) -> Outcome:
        """Write a wheel without binaries, or note why there is none.

        Args:
            pure: The wheel.
            planned: What it is made for; default: itself.
        """
        try:
            return self._pack(pure, planned or pure, None)
        except Pyz3Error as error:
            return self.fail(planned or pure, error)

    def fail(self, planned: Planned, error: Pyz3Error) -> Failure:
        """Note why a wheel will not come."""
        self._tell(WheelFailed(planned=planned, error=error))
        return Failure(planned=planned, error=error)

    def _pack(self, wheel: Recipe | Pure, planned: Planned, built: Built | None) -> WheelResult:
        started = time.perf_counter()
        tag = built.tag if built is not None else wheel.identifier
        binaries = built.files if built is not None else {}
        left_out = wheel.left_out + (built.left_out if built is not None else ())
        prefix = self._contents.binaries if self._contents else ""
        base = read_base(Path(wheel.base.path), shipped=wheel.base.shipped) if wheel.base else None
        metadata, files = self._holds(base)
        if not binaries and not files:
            raise NoWheelError(
                "nothing is left for the wheel: there is no package, and no extension module was built",
                tip="; ".join(f"{one.module}: {one.why}" for one in left_out) or None,
            )
        told = (
            self._bills(wheel, built, metadata) if self._bills and built and isinstance(wheel, Recipe) else ()
        )
        written = write_wheel(
            output_dir=self._output_dir,
            metadata=metadata,
            tag=tag,
            compressor=self._compressor,
            files=[
                *files,
                *(
                    WheelEntry(arcname=prefix + name, source=data, executable=_is_run(data))
                    for name, data in binaries.items()
                ),
                *told,
            ],
            root_is_purelib=not binaries and (base is None or base.purelib),
            build=base.build if base else "",
            ignores_case=isinstance(wheel, Pure) or wheel.target.platform.spec.ignores_case,
            epoch=self._epoch,
        )
        result = WheelResult(
            identifier=tag if tag.endswith("-any") else wheel.identifier,
            path=written.path,
            tag=tag,
            size=written.size,
            sha256=written.sha256,
            seconds=time.perf_counter() - started + (built.seconds if built else 0.0),
            cached=built.cached if built else True,
            reports=built.reports if built else (),
            left_out=left_out,
            pdbs=built.pdbs if built else {},
        )
        self._tell(WheelBuilt(planned=planned, result=result))
        return result

    def _holds(self, base: BaseWheel | None) -> tuple[Metadata, tuple[WheelEntry, ...]]:
        """Give what a wheel holds besides binaries."""
        if base is not None:
            return base.metadata, base.files
        if self._contents is None:
            raise NoWheelError("the project's build backend made no wheel")
        return self._contents.metadata, self._contents.files


def _is_run(data: bytes) -> bool:
    """Tell whether a binary is loaded or run, and no archive for a linker."""
    nature = nature_of(data)
    return nature is None or nature.linked


def build_sdist(project: Project, *, output_dir: Path, epoch: int, tell: Listener) -> WrittenArchive:
    """Write the project's source distribution; what the user should know is told as notes.

    Args:
        project: What a frontend read.
        output_dir: Where it goes.
        epoch: Date of all files in it, in seconds since 1970.
        tell: Is told of what the user should know.

    Raises:
        ConfigError: The metadata or a pattern is wrong, or the output folder cannot be written.
        BuildFailedError: A file cannot be read.
    """
    contents = read_contents(project)
    files = sdist_files(project, contents.metadata, contents.files, contents.rules)
    for text in (*project.notes, *contents.metadata.warnings, *contents.notes):
        tell(Note(text=text))
    tracked = contents.rules.tracked() if contents.rules.is_checkout else frozenset()
    unknown = [file.arcname for file in files if tracked and file.source not in tracked]
    if unknown:
        # Dirty trees are packed as they are: a wheel built from the sdist then equals one built here.
        tell(Note(text=f"not tracked by Git, and in the sdist all the same: {', '.join(unknown)}"))
    return write_sdist(output_dir=output_dir, metadata=contents.metadata, files=files, epoch=epoch)

"""Binaries → wheels in the output folder, and what came of every job."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.archive import FileRules, WheelEntry, find_packages, package_files, read_metadata, write_wheel
from pyz3.audit import nature_of
from pyz3.errors import ConfigError, NoWheelError, Pyz3Error
from pyz3.events import WheelBuilt, WheelFailed
from pyz3.hooks.base import read_base
from pyz3.results import Failure, WheelResult

if TYPE_CHECKING:
    from pyz3.archive import Metadata
    from pyz3.builder.platform import Built
    from pyz3.config import Project
    from pyz3.events import Listener
    from pyz3.hooks.base import BaseWheel
    from pyz3.plan import Job, LeftOut


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

    return Contents(
        metadata=metadata,
        files=package_files(project.root, packages, sources=sources, leave_out=leave_out),
        # Stubs hold nothing that can be imported.
        packages=tuple(p.name for p in packages if p.init_file.suffix == ".py" and "-stubs" not in p.name),
        roots=tuple(dict.fromkeys(package.root for package in packages)),
        rules=rules,
        notes=_ignored_notes(project.root, ignored),
    )


def _ignored_notes(root: Path, ignored: list[Path], most: int = 3) -> tuple[str, ...]:
    names = [path.relative_to(root).as_posix() for path in ignored]
    if not names:
        return ()
    more = f" and {len(names) - most} more" if len(names) > most else ""
    note = f"Git ignores {', '.join(names[:most])}{more}: left out of wheels and sdists; to have it in both: "
    return (f'{note}[tool.pyz3.sdist] include = ["{names[0]}"]',)


class Delivery:
    """Turns what was built into wheels, and remembers what came of every job.

    Args:
        contents: What every wheel of the project holds; None: each has a base wheel of its own.
        output_dir: Where the wheels go.
        epoch: Date of all files in them, in seconds since 1970.
        tell: Is told of every wheel.
    """

    def __init__(self, contents: Contents | None, *, output_dir: Path, epoch: int, tell: Listener) -> None:
        self.outcomes: dict[str, WheelResult | Failure] = {}
        self._contents = contents
        self._output_dir = Path(os.path.abspath(output_dir))  # noqa: PTH100 - shown as the user wrote it
        self._epoch = epoch
        self._tell = tell
        self._lock = threading.Lock()

    def deliver(self, job: Job, built: Built | Pyz3Error | None) -> None:
        """Write one wheel, or note why there is none; ``None`` is a wheel without binaries."""
        started = time.perf_counter()
        try:
            if isinstance(built, Pyz3Error):
                raise built
            tag = f"{job.tag}-any" if built is None else built.tag
            binaries = {} if built is None else built.files
            prefix = self._contents.binaries if self._contents else ""
            base = read_base(Path(job.base), shipped=job.shipped) if job.base else None
            metadata, files = self._holds(base)
            if not binaries and not files:
                raise NoWheelError(
                    "nothing is left for the wheel: there is no package, and no extension module was built",
                    tip="; ".join(f"{one.module}: {one.why}" for one in _left_out(job, built)) or None,
                )
            written = write_wheel(
                output_dir=self._output_dir,
                metadata=metadata,
                tag=tag,
                files=[
                    *files,
                    *(
                        WheelEntry(arcname=prefix + name, source=data, executable=_is_run(data))
                        for name, data in binaries.items()
                    ),
                ],
                root_is_purelib=not binaries and (base is None or base.purelib),
                build=base.build if base else "",
                ignores_case=job.is_pure or job.target.platform.spec.ignores_case,
                epoch=self._epoch,
            )
        except Pyz3Error as error:
            self._note(job, Failure(job=job, error=error))
            self._tell(WheelFailed(job=job, error=error))
            return
        result = WheelResult(
            identifier=tag if tag.endswith("-any") else job.identifier,
            path=written.path,
            tag=tag,
            size=written.size,
            sha256=written.sha256,
            seconds=time.perf_counter() - started + (built.seconds if built else 0.0),
            cached=built.cached if built else True,
            reports=built.reports if built else (),
            left_out=_left_out(job, built),
        )
        self._note(job, result)
        self._tell(WheelBuilt(job=job, result=result))

    def _holds(self, base: BaseWheel | None) -> tuple[Metadata, tuple[WheelEntry, ...]]:
        """Give what a wheel holds besides binaries."""
        if base is not None:
            return base.metadata, base.files
        if self._contents is None:
            raise NoWheelError("the project's build backend made no wheel")
        return self._contents.metadata, self._contents.files

    def _note(self, job: Job, outcome: WheelResult | Failure) -> None:
        with self._lock:
            self.outcomes[job.identifier] = outcome


def _is_run(data: bytes) -> bool:
    """Tell whether a binary is loaded or run, and no archive for a linker."""
    nature = nature_of(data)
    return nature is None or nature.linked


def _left_out(job: Job, built: Built | None) -> tuple[LeftOut, ...]:
    return job.left_out + (built.left_out if built else ())

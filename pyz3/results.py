"""What a build gave: a result per wheel, a failure per wheel that did not come, and the report."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from pyz3._files import unwritable, write_for_user
from pyz3.errors import BuildFailedError, MatrixError, NoWheelError, Pyz3Error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pyz3.audit import Report
    from pyz3.plan import LeftOut, Planned


@dataclass(frozen=True, kw_only=True)
class WheelResult:
    """A finished wheel.

    Attributes:
        identifier: ``cp313-manylinux_x86_64``.
        path: Where it is, absolute.
        tag: The wheel's tag: ``cp313-cp313-win_amd64``.
        size: In bytes.
        sha256: Of the file, hexadecimal.
        seconds: Its share of the build.
        cached: Nothing had to be compiled for it.
        reports: What the audit found in its binaries.
        left_out: The optional extension modules that it is made without.
        pdbs: Windows' debug data: binary → the name that it states, and the content.
    """

    identifier: str
    path: Path
    tag: str
    size: int
    sha256: str
    seconds: float
    cached: bool
    reports: tuple[Report, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    pdbs: Mapping[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A wheel that could not be made, and why."""

    planned: Planned
    error: Pyz3Error

    @property
    def identifier(self) -> str:
        """``cp313-manylinux_x86_64``."""
        return self.planned.identifier


Outcome: TypeAlias = WheelResult | Failure


@dataclass(kw_only=True)
class DebugFiles:
    """What came of the debug data of a run's wheels.

    Attributes:
        folder: Where the files are.
        files: The files, absolute: ``FOLDER/WHEEL/package/module.so.debug``, and ``.pdb`` of Windows.
        by_id: How many of them debuggers find by the build-id of the binary.
        notes: What has none because it cannot have any.
        failures: What has none although it should.
    """

    folder: Path
    files: list[Path] = field(default_factory=list)
    by_id: int = 0
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Everything a run gave, in the order of the plan.

    Attributes:
        wheels: The finished ones.
        failures: The others.
        seconds: The whole run, wall clock.
        debug: What came of their debug data; None: nobody asked for it.
    """

    wheels: tuple[WheelResult, ...]
    failures: tuple[Failure, ...]
    seconds: float
    debug: DebugFiles | None = None

    def error(self) -> Pyz3Error | None:
        """Give the one error that stands for all failures; None if everything came that was asked for."""
        if not self.failures:
            if self.debug is not None and self.debug.failures:
                return BuildFailedError("\n".join(self.debug.failures))
            return None if self.wheels else NoWheelError("no wheel was built")
        if len(self.failures) == 1 and not self.wheels:
            return self.failures[0].error
        lines = [f"  {failure.identifier}: {failure.error}" for failure in self.failures]
        total = len(self.failures) + len(self.wheels)
        return MatrixError(
            f"{len(self.failures)} of {total} wheels could not be built:\n" + "\n".join(lines),
            failures=tuple((failure.identifier, failure.error) for failure in self.failures),
        )


def one_per_file(wheels: Iterable[WheelResult]) -> tuple[WheelResult, ...]:
    """Give each wheel once: several targets that end without a binary share one ``py3-none-any``."""
    found: dict[Path, WheelResult] = {}
    for wheel in wheels:
        same = found.get(wheel.path)
        found[wheel.path] = wheel if same is None else replace(same, left_out=same.left_out + wheel.left_out)
    return tuple(found.values())


def write_report(
    path: Path,
    wheels: Sequence[WheelResult],
    failures: Sequence[Failure] = (),
    *,
    error: Pyz3Error | None = None,
) -> None:
    """Write what ``build --report`` writes, its schema 1.0, and besides what could not be built.

    Args:
        path: The file.
        wheels: Those that were made.
        failures: The others.
        error: What ended the run before any wheel was tried.

    Raises:
        ConfigError: The file cannot be written.
        BuildFailedError: The disk is full.
    """
    artifacts = [
        {
            "name": wheel.path.name,
            "path": str(wheel.path),
            "kind": "wheel",
            "size": wheel.size,
            "hashes": {"sha256": wheel.sha256},
        }
        for wheel in wheels
    ]
    ended = [] if error is None else [(None, error)]
    failed = [
        {"identifier": identifier, "message": one.message, "tip": one.tip}
        for identifier, one in (*ended, *((one.identifier, one.error) for one in failures))
    ]
    text = json.dumps({"version": "1.0", "artifacts": artifacts, "failures": failed}, indent=2) + "\n"
    try:
        write_for_user(path, text.encode())
    except OSError as refused:
        raise unwritable(f"--report: {path}", refused) from refused


def require_report(path: Path) -> None:
    """Refuse a report that cannot be written, before anything is built, and remove that of an earlier run.

    Otherwise a run that is interrupted would seem to have given what the earlier one did.

    Args:
        path: The file; it need not be there.

    Raises:
        ConfigError: The folder is not there or cannot be written, or the name is that of a folder.
        BuildFailedError: The disk is full.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.TemporaryDirectory(prefix=".pyz3-", dir=path.absolute().parent):
            pass
        if path.is_file():  # no device
            path.unlink()
    except OSError as error:
        raise unwritable(f"--report: {path}", error) from error

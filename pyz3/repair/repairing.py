"""One wheel → one that holds what it needs, checked."""

from __future__ import annotations

import posixpath
import shutil
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.archive import put_in_place
from pyz3.check import TOO_MANY, check, open_wheel, why_unfit
from pyz3.errors import AuditFailedError, abridged
from pyz3.release import UnreadableFileError
from pyz3.repair.folders import VARIABLE, folders_in, is_for, named, platforms_of, source_of
from pyz3.repair.tool import run_tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyz3.check import Finding

# Of pyz3 check: a library that the platform does not promise, and one that not every system of it has.
_OUTSIDE = ("PW203", "PW204")
# The archive, or a binary in it, cannot be read.
_UNREADABLE = ("PW100", "PW210")


@dataclass(frozen=True, kw_only=True)
class Added:
    """A library that was put into a wheel.

    Attributes:
        name: Its path in the wheel.
        size: In bytes.
        source: The file that it was made of; None: that is not known for sure.
    """

    name: str
    size: int
    source: Path | None


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """What came of one wheel.

    Attributes:
        wheel: The wheel that was given.
        path: The one that was written.
        added: What was put into it.
        outside: What binaries need besides, and users must have: what was excluded.
        warnings: What pyz3 check has against it.
    """

    wheel: Path
    path: Path
    added: tuple[Added, ...] = ()
    outside: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()


def repair(
    wheel: Path,
    *,
    library_dirs: Sequence[Path],
    prefixes: Sequence[Path] = (),
    exclude: Sequence[str] = (),
    output_dir: Path,
    environ: Mapping[str, str],
) -> Repaired:
    """Put the libraries that a wheel needs into it, and write it under the tag that is true then.

    The wheel is not trusted.  The same wheel and libraries give the same bytes, on every machine with the
    same zlib.

    Args:
        wheel: The wheel.
        library_dirs: Where libraries of its platform are; those of this machine are not looked for.
        prefixes: Where some were installed, for one platform or several; they are looked through afterwards.
        exclude: Names or globs of libraries that stay outside: users have them.
        output_dir: Where the new one goes.
        environ: Environment variables; ``SOURCE_DATE_EPOCH`` dates the files.

    Raises:
        AuditFailedError: A library is in none of the folders, or the new wheel would not be right.
        UnreadableFileError: It is no wheel, is damaged, or holds more than is read.
        ConfigError: The output folder cannot be written.
        BuildFailedError: The disk is full.
        OSError: A file cannot be read.
    """
    if why := why_unfit(wheel):
        raise UnreadableFileError(f"{wheel}: {why}", tip="pyz3 check says more")
    before = _members(wheel)
    folders = (*library_dirs, *folders_in(prefixes, wheel))
    nowhere = f"{VARIABLE} has no lib, lib64 or bin for it" if prefixes else "no --library-dir is given"
    _require_libraries(wheel, folders, exclude, environ, nowhere=nowhere)
    with tempfile.TemporaryDirectory(prefix="pyz3-repair-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve()
        made = run_tool(wheel.resolve(), folder, library_dirs=folders, exclude=exclude, environ=environ)
        (report,) = check([made], environ=environ).wheels
        outside = [one for one in report.findings if _is_excluded(one, exclude)]
        errors = [one for one in report.findings if one.severity == "error" and one not in outside]
        if errors:
            raise AuditFailedError(
                f"{wheel.name}: it would still be wrong, and is not written: "
                f"{abridged([f'{one.code}: {one.message}' for one in errors])}",
                tip=errors[0].tip or None,
            )
        added = tuple(_added(made, before, folders))
        written = put_in_place(output_dir / made.name, lambda path: shutil.copyfile(made, path), what="wheel")
    return Repaired(
        wheel=wheel,
        path=written.path,
        added=added,
        outside=tuple(dict.fromkeys(one.symbol for one in outside)),
        warnings=tuple(one for one in report.findings if one.severity != "error" and one not in outside),
    )


def _members(wheel: Path) -> frozenset[str]:
    with open_wheel(wheel) as (_, archive):
        return frozenset(archive.files)


def _require_libraries(
    wheel: Path, folders: Sequence[Path], exclude: Sequence[str], environ: Mapping[str, str], *, nowhere: str
) -> None:
    """Refuse a wheel that is damaged, or needs a library that is nowhere: the tools say so in fewer words."""
    (report,) = check([wheel], select=[*_UNREADABLE, *_OUTSIDE], environ=environ).wheels
    platforms = platforms_of(wheel)
    for one in report.findings:
        if one.code in _UNREADABLE:
            raise UnreadableFileError(f"{wheel}: {one.message}", tip="pyz3 check says more")
    for note in report.notes:
        if note.endswith(TOO_MANY):  # the tools would take hours for them
            raise UnreadableFileError(f"{wheel}: {note}")
    for one in report.findings:
        if one.code != "PW203" or _is_excluded(one, exclude):
            continue
        name = _name(one.symbol)
        found = tuple(named(name, folders))
        if found and (not platforms or any(is_for(path, platforms) for path in found)):
            continue
        where = f"none of {abridged([str(folder) for folder in folders])} has it" if folders else nowhere
        if found:
            where = f"{abridged([str(path) for path in found])} is not for its platform"
        raise AuditFailedError(
            f"{wheel.name}: {one.message}; {where}",
            tip=f"name the folder with the {name} of that platform: --library-dir DIR; or leave it to those "
            f"who install the wheel: --exclude {name}",
        )


def _name(library: str) -> str:
    return posixpath.basename(library)


def _is_excluded(finding: Finding, exclude: Sequence[str]) -> bool:
    if finding.code not in _OUTSIDE:
        return False
    names = {finding.symbol, _name(finding.symbol)}
    return any(fnmatchcase(name, pattern) for name in names for pattern in exclude)


def _added(wheel: Path, before: frozenset[str], folders: Sequence[Path]) -> Iterator[Added]:
    with open_wheel(wheel) as (_, archive):
        for name, info in archive.files.items():
            if name not in before and not name.partition("/")[0].endswith(".dist-info"):
                source = source_of(_name(name), archive.read(name), folders)
                yield Added(name=name, size=info.file_size, source=source)

"""Debug data of wheels, in files of its own.

For Linux the wheels are what they are without: they are built a second time, with debug data, and of each
binary whose code is then the same bytes the second one is kept.  On Windows a debugger takes no PDB but the
one that a DLL names: the wheels are linked so that theirs do.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import write_for_user
from pyz3.engine.elf_debug import ELF, debug_file
from pyz3.errors import abridged
from pyz3.plan import Order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyz3.plan import Planned
    from pyz3.results import DebugFiles, Summary, WheelResult

# Why there is none for some systems, by family.
_WHY_NOT = {
    "macos": "zig leaves debug data in object files, and has no dsymutil that would collect it",
    "pyodide": "no debugger reads a file apart from a module of WebAssembly",
}
_NOT_OURS = "the project's own commands linked it, or it came with the project"
_PE = b"MZ"
# Where gdb looks below its debug-file-directory (its manual, "Debugging Information in Separate Files").
_BY_ID = ".build-id"
_SUFFIX = ".debug"


def naming_pdbs(plan: Sequence[Planned]) -> tuple[Planned, ...]:
    """Give a plan in which DLLs of Windows state the names of their PDBs."""
    return tuple(
        msgspec.structs.replace(one, debug_info=True) if isinstance(one, Order) and _has_pdb(one) else one
        for one in plan
    )


def plan_of_debug(plan: Sequence[Planned], summary: Summary, found: DebugFiles) -> tuple[Order, ...]:
    """Give what is to be built a second time, and note what has no debug files.

    Args:
        plan: What was built.
        summary: What came of it.
        found: Takes the notes.
    """
    came = {wheel.identifier for wheel in summary.wheels}
    again: list[Order] = []
    without: dict[str, list[str]] = {}
    for order in (one for one in plan if isinstance(one, Order) and one.identifier in came):
        if why := _why_not(order):
            without.setdefault(why, []).append(order.identifier)
        elif not _has_pdb(order):
            again.append(msgspec.structs.replace(order, debug_info=True))
    for why, identifiers in without.items():
        found.notes.append(f"no debug files of {abridged(identifiers)}: {why}")
    return tuple(again)


def write_pdbs(plan: Sequence[Planned], summary: Summary, found: DebugFiles) -> None:
    """Write the debug data of wheels for Windows.

    Args:
        plan: What was built.
        summary: What came of it.
        found: Takes what was written, and what has none.

    Raises:
        OSError: A file cannot be written, or a wheel cannot be read.
    """
    windows = {one.identifier for one in plan if isinstance(one, Order) and _has_pdb(one)}
    for wheel in (one for one in summary.wheels if one.identifier in windows):
        binaries = _binaries(wheel.path, _PE)
        without = [name for name in binaries if name not in wheel.pdbs]
        if without or not binaries:
            which = f"of {abridged(without)} in" if without else "of"
            why = _NOT_OURS if without else "it holds no binary"
            found.notes.append(f"no debug files {which} {wheel.path.name}: {why}")
        for name, (pdb, content) in wheel.pdbs.items():
            folder, _, _ = name.rpartition("/")
            _write(found, wheel, f"{folder}/{pdb}" if folder else pdb, content)


def write_debug_files(summary: Summary, again: Summary, found: DebugFiles) -> None:
    """Write the debug data of wheels.

    Args:
        summary: The wheels.
        again: The same, built with debug data.
        found: Takes what was written, and what could not be had.

    Raises:
        OSError: A file cannot be written, or a wheel cannot be read.
    """
    wheels = {wheel.identifier: wheel for wheel in summary.wheels}
    for failure in again.failures:
        found.failures.append(f"no debug files of {failure.identifier}: {failure.error}")
    for other in again.wheels:
        _write_of_wheel(wheels[other.identifier], other, found)


def _write_of_wheel(wheel: WheelResult, other: WheelResult, found: DebugFiles) -> None:
    binaries, unstripped = _binaries(wheel.path, ELF), _binaries(other.path, ELF)
    if not binaries:
        found.notes.append(f"no debug files of {wheel.path.name}: it holds no binary")
    for name, content in binaries.items():
        try:
            made = debug_file(content, unstripped.get(name, b""))
        except ValueError as error:
            found.failures.append(f"no debug file of {name} in {wheel.path.name}: {error}")
            continue
        path = _write(found, wheel, f"{name}{_SUFFIX}", made.content)
        if made.build_id:
            _place_by_id(path, found.folder / _BY_ID / made.build_id[:2] / f"{made.build_id[2:]}{_SUFFIX}")
            found.by_id += 1


def _write(found: DebugFiles, wheel: WheelResult, name: str, content: bytes) -> Path:
    path = found.folder / wheel.path.name.removesuffix(".whl") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_for_user(path, content)
    found.files.append(path)
    return path


def _place_by_id(path: Path, by_id: Path) -> None:
    """Have a file found by the build-id, too; the same binary in several wheels has one."""
    by_id.parent.mkdir(parents=True, exist_ok=True)
    by_id.unlink(missing_ok=True)
    try:
        os.link(path, by_id)
    except OSError:  # a file system without links
        shutil.copyfile(path, by_id)


def _why_not(order: Order) -> str:
    """Say why a wheel has no debug files; empty: it has some."""
    why = _WHY_NOT.get(order.target.platform.family, "")
    its_own = order.optimize == "Debug" and not _has_pdb(order)
    return why or ("the wheel itself holds its debug data" if its_own else "")


def _has_pdb(order: Order) -> bool:
    return order.target.platform.family == "windows"


def _binaries(path: Path, magic: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as wheel:
        contents = ((name, wheel.read(name)) for name in wheel.namelist())
        return {name: content for name, content in contents if content.startswith(magic)}

"""Debug data of wheels, in files of its own.

The wheels are what they are without: they are built a second time, with debug data, and of each binary whose
code is then the same bytes the second one is kept.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import write_for_user
from pyz3.engine.elf_debug import debug_file, is_elf
from pyz3.errors import abridged
from pyz3.plan import Order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyz3.plan import Planned
    from pyz3.results import DebugFiles, Summary, WheelResult

# Why there is none for systems that are not Linux, by family.
_WHY_NOT = {
    "macos": "zig leaves debug data in object files, and has no dsymutil that would collect it",
    "windows": "a PDB belongs to a DLL that names it, and pyz3's name none",
    "pyodide": "no debugger reads a file apart from a module of WebAssembly",
}
# Where gdb looks below its debug-file-directory (its manual, "Debugging Information in Separate Files").
_BY_ID = ".build-id"
_SUFFIX = ".debug"


def plan_of_debug(plan: Sequence[Planned], summary: Summary, found: DebugFiles) -> tuple[Order, ...]:
    """Give what is to be built a second time, and note what has no debug files.

    Args:
        plan: What was built.
        summary: What came of it.
        found: Takes the notes.
    """
    came = {wheel.identifier for wheel in summary.wheels}
    orders = [one for one in plan if isinstance(one, Order) and one.identifier in came]
    without: dict[str, list[str]] = {}
    for order in orders:
        family = order.target.platform.family
        if family in _WHY_NOT:
            without.setdefault(_WHY_NOT[family], []).append(order.identifier)
        elif order.optimize == "Debug":
            without.setdefault("the wheel itself holds its debug data", []).append(order.identifier)
    for why, identifiers in without.items():
        found.notes.append(f"no debug files of {abridged(identifiers)}: {why}")
    left = {name for names in without.values() for name in names}
    return tuple(
        msgspec.structs.replace(order, debug_info=True) for order in orders if order.identifier not in left
    )


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
    binaries, unstripped = _binaries(wheel.path), _binaries(other.path)
    if not binaries:
        found.notes.append(f"no debug files of {wheel.path.name}: it holds no binary")
    for name, content in binaries.items():
        try:
            made = debug_file(content, unstripped.get(name, b""))
        except ValueError as error:
            found.failures.append(f"no debug file of {name} in {wheel.path.name}: {error}")
            continue
        path = found.folder / wheel.path.name.removesuffix(".whl") / f"{name}{_SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_for_user(path, made.content)
        found.files.append(path)
        if made.build_id:
            _place_by_id(path, found.folder / _BY_ID / made.build_id[:2] / f"{made.build_id[2:]}{_SUFFIX}")
            found.by_id += 1


def _place_by_id(path: Path, by_id: Path) -> None:
    """Have a file found by the build-id, too; the same binary in several wheels has one."""
    by_id.parent.mkdir(parents=True, exist_ok=True)
    by_id.unlink(missing_ok=True)
    try:
        os.link(path, by_id)
    except OSError:  # a file system without links
        shutil.copyfile(path, by_id)


def _binaries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as wheel:
        contents = ((name, wheel.read(name)) for name in wheel.namelist())
        return {name: content for name, content in contents if is_elf(content)}

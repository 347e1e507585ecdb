"""The wheel that a project's own build backend made: what of it goes into ours."""

from __future__ import annotations

import email.parser
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename

from pyz3._files import digest_of
from pyz3.archive import Metadata, WheelEntry, ZippedFile
from pyz3.audit import begins_as_code, nature_of
from pyz3.errors import BuildFailedError
from pyz3.sources import ArchiveError, open_zip

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

# How files begin that are called libraries, and are: whatever else is in them, it is judged.
_MAGIC = (
    b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce",
    b"\xca\xfe\xba\xbe",
)  # fmt: skip
_SUFFIXES = (".so", ".pyd", ".dylib", ".dll", ".exe")
# What is to be imported, by its name (PEP 3149, PEP 384) or by what it defines.
_MODULE = re.compile(r"\.(cpython-\w+|cp\d+t?-\w+|abi3t?|pypy\w*)[^/]*\.so$|\.pyd$")
_INIT = b"PyInit_"
_PLACEHOLDER = b"pyz3 placeholder of "


@dataclass(frozen=True, kw_only=True)
class BaseWheel:
    """What a backend's wheel holds.

    Attributes:
        python_abi: The first two parts of its tag: ``cp313-cp313``, ``cp39-abi3``, ``py3-none``.
        platform: The third part: ``any``, ``linux_x86_64``.
        build: Its build number: ``2``; empty if it has none.
        purelib: It is for ``purelib``, as it says itself.
        metadata: As it says.
        files: All but binaries and what pyz3 writes itself.
        binaries: Path in the wheel → content of what the project's own commands built: all machine code.
        placeholders: Paths in the wheel of what is still to be built.
    """

    python_abi: str
    platform: str
    build: str
    purelib: bool
    metadata: Metadata
    files: tuple[WheelEntry, ...]
    binaries: dict[str, bytes]
    placeholders: tuple[str, ...]


def python_abi(path: Path) -> str:
    """Give the first two parts of a wheel's tag, compressed as in its name: ``cp39-abi3``."""
    python, abi, _ = path.name.removesuffix(".whl").rsplit("-", 3)[1:]
    return f"{python}-{abi}"


def oldest_python(tag: str) -> str:
    """Give the version in ``cp39-abi3``: ``3.9``; what is older, or no CPython, serves 3.9, too."""
    minor = tag.partition("-")[0].partition(".")[0].removeprefix("cp3")
    return f"3.{max(int(minor), 9)}" if minor.isdigit() else "3.9"


def read_base(path: Path, *, shipped: Collection[str] = ()) -> BaseWheel:
    """Read a backend's wheel.

    Args:
        path: The wheel.
        shipped: Binaries that are data to the project: paths in the wheel.

    Raises:
        BuildFailedError: It is no wheel.
    """
    try:
        name, version, build, _ = parse_wheel_filename(path.name)
        with open_zip(path) as archive:
            infos = archive.files
            # Data may be large: it is read when it is written.
            starts = {file: archive.start(file) for file in infos}
            headers = {
                file.rpartition("/")[2]: archive.read(file)
                for file in infos
                if file.endswith((".dist-info/METADATA", ".dist-info/WHEEL"))
            }
            machine_code = {
                file: data
                for file, start in starts.items()
                if begins_as_code(start) and is_binary(file, data := archive.read(file))
            }
    except (OSError, ValueError, ArchiveError) as error:
        why = error.why if isinstance(error, ArchiveError) else error
        raise BuildFailedError(f"{path}: the project's build backend made no usable wheel: {why}") from error
    core = headers.get("METADATA", b"")
    told, says = (
        email.parser.BytesHeaderParser().parsebytes(headers.get(one, b"")) for one in ("METADATA", "WHEEL")
    )
    metadata = Metadata(
        name=told["Name"] or name,
        version=str(version),
        requires_python=told["Requires-Python"],
        core=core,
        entry_points=b"",
        license_files=(),
    )
    placed = {file: place for file in infos if (place := _place(file, metadata)) is not None}
    binaries = {placed[file]: data for file, data in machine_code.items() if file in placed}
    binaries = {file: data for file, data in binaries.items() if file not in shipped}
    placeholders = tuple(placed.get(f, f) for f, start in starts.items() if start.startswith(_PLACEHOLDER))
    return BaseWheel(
        python_abi=python_abi(path),
        platform=path.name.removesuffix(".whl").rpartition("-")[2],
        build="".join(map(str, build)),
        purelib=str(says["Root-Is-Purelib"] or "true").lower() == "true",
        metadata=metadata,
        files=tuple(
            WheelEntry(
                arcname=placed[file],
                source=ZippedFile(archive=path, name=file, size=info.file_size),
                executable=bool(info.external_attr >> 16 & stat.S_IXUSR),
            )
            for file, info in infos.items()
            if file in placed
            if placed[file] not in binaries and placed[file] not in placeholders
        ),
        binaries=binaries,
        placeholders=placeholders,
    )


def shipped_binaries(base: BaseWheel, root: Path) -> tuple[str, ...]:
    """Give the binaries of a wheel that the project's own files hold already, and that are no modules.

    To the project they are data: tools and libraries for systems of its choice.

    Args:
        base: The wheel.
        root: The project, as it was before anything was built.
    """
    wanted = {
        file: data for file, data in base.binaries.items() if not _MODULE.search(file) and _INIT not in data
    }
    names = {file.rpartition("/")[2] for file in wanted}
    there = {path.read_bytes() for name in sorted(names) for path in root.rglob(name) if path.is_file()}
    return tuple(file for file, data in wanted.items() if data in there)


def differing(one: Path, other: Path) -> tuple[str, ...]:
    """Give the files that two wheels do not have in common."""
    held = []
    for path in (one, other):
        base = read_base(path)
        entries = {entry.arcname: digest_of(entry.chunks()) for entry in base.files}
        held.append({**entries, **base.binaries, "METADATA": base.metadata.core})
    first, second = held
    return tuple(sorted(name for name in {*first, *second} if first.get(name) != second.get(name)))


def _place(file: str, metadata: Metadata) -> str | None:
    """Give where a file goes: old backends spell the folders of metadata otherwise; None: nowhere."""
    top, _, rest = file.partition("/")
    if top.endswith(".dist-info"):
        written_by_us = rest in {"METADATA", "WHEEL", "RECORD", "RECORD.jws", "RECORD.p7s"}
        return None if written_by_us else f"{metadata.dist_info}/{rest}"
    return f"{metadata.stem}.data/{rest}" if top.endswith(".data") and rest else file


def is_binary(file: str, data: bytes) -> bool:
    """Tell whether a file of a wheel is machine code, whatever it is called."""
    last = file.rpartition("/")[2]
    named = last.endswith(_SUFFIXES) or ".so." in last
    return (named and data.startswith(_MAGIC)) or nature_of(data) is not None

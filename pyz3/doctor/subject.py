"""What is to be examined: a wheel, an installed module or package, or files in a folder."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from dataclasses import dataclass
from email.parser import HeaderParser
from importlib.machinery import PathFinder
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pyz3._files import file_chunks
from pyz3.doctor.diagnosis import Problem
from pyz3.errors import ConfigError
from pyz3.sources import ArchiveError, Limits, open_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from packaging.tags import Tag

    from pyz3.sources import OpenZip

_SUFFIXES = (".so", ".pyd", ".dll", ".dylib")
# Binaries are held in memory: they compress to a third, those with debug data to a tenth.
_BINARIES_RATIO = 30
_BINARIES_LEAST = 100_000_000
_MOST_TAGS = 100
_MOST_RECORD, _MOST_WHEEL = 64_000_000, 100_000
_MOST_ROWS = 500_000
_DIGESTS = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "blake2b", "blake2s"})


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is to be examined.

    Attributes:
        name: As the user named it.
        binaries: Every binary of the wheel, installed distribution or folder, by path in it.
        examined: Those to be examined.
        tags: The wheel's tags; empty: it is known of no wheel.
        folder: Where it is installed; None: it is a wheel file.
        problems: What is wrong with the wheel as a file.
    """

    name: str
    binaries: Mapping[str, bytes]
    examined: tuple[str, ...]
    tags: tuple[str, ...] = ()
    folder: Path | None = None
    problems: tuple[Problem, ...] = ()


def find_subject(name: str, *, search: Sequence[str]) -> Subject:
    """Find what ``name`` names: a path, else a module or package; nothing is imported.

    Args:
        name: A wheel, a file, a folder, or a dotted module name.
        search: Folders of modules, as ``sys.path``.

    Raises:
        ConfigError: There is nothing of that name, or it is no wheel although its name ends so, or a folder
            with nothing to be examined.
    """
    path = Path(name)
    if path.suffix == ".whl":
        return _wheel(path)
    if path.exists():
        path = path.resolve()
        found = _installed(name, path, [str(parent) for parent in path.parents])
        if path.is_dir() and not found.examined and not found.tags:
            raise ConfigError(f"{name}: no wheel and no binary is in this folder")
        return found
    return _installed(name, _find_module(name, search), search)


def subjects_of(name: str) -> list[str]:
    """Give what a name stands for: of a folder that holds wheels each of them, else itself."""
    folder = Path(name)
    wheels = [str(path) for path in sorted(folder.glob("*.whl"))] if folder.is_dir() else []
    return wheels or [name]


def is_binary(name: str) -> bool:
    """Tell whether a file is what a loader takes, by its name: ``libz.so.1`` too."""
    return name.endswith(_SUFFIXES) or ".so." in name.rpartition("/")[2]


def most_of_binaries(packed: int) -> int:
    """Give how many bytes of binaries may be held in memory for a wheel of ``packed`` bytes."""
    return max(_BINARIES_LEAST, _BINARIES_RATIO * packed)


def _wheel(path: Path) -> Subject:
    try:
        _, _, _, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        raise ConfigError(f"{path}: no name of a wheel: {error}") from error
    try:
        with open_zip(path, Limits()) as archive:
            return _opened_wheel(path, archive, tags)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file") from None
    except (OSError, ArchiveError) as error:
        why = error.why if isinstance(error, ArchiveError) else error
        raise ConfigError(f"{path}: cannot be read as a wheel: {why}", tip="download it again") from error


def _opened_wheel(path: Path, archive: OpenZip, tags: Iterable[Tag]) -> Subject:
    files = archive.files
    size = sum(info.file_size for name, info in files.items() if is_binary(name))
    most = most_of_binaries(path.stat().st_size)
    if size > most:
        raise ArchiveError(
            path.name,
            f"its binaries have {size / 1e6:.0f} MB, more than the {most / 1e6:.0f} MB expected for its size",
        )
    binaries = {name: archive.read(name) for name in files if is_binary(name)}
    named = tuple(sorted(str(tag) for tag in tags))
    info = next(
        (n.rpartition("/")[0] for n in files if n.count("/") == 1 and n.endswith(".dist-info/WHEEL")), ""
    )
    problems = (
        [] if info else [Problem(file="", rule="record", message=f"{path.name} has no *.dist-info/WHEEL")]
    )
    if info:
        for name, most in ((f"{info}/RECORD", _MOST_RECORD), (f"{info}/WHEEL", _MOST_WHEEL)):
            if name in files and files[name].file_size > most:
                raise ArchiveError(path.name, f"{name} has {files[name].file_size / 1e6:.0f} MB")
        record = archive.read(f"{info}/RECORD") if f"{info}/RECORD" in files else b""
        problems += _record_problems(record, files, lambda n: archive.chunks(n) if n in files else None)
        written = _wheel_tags(archive.read(f"{info}/WHEEL"))
        if set(written) != set(named):
            message = f"the name says {' '.join(named)}, {info}/WHEEL says {' '.join(written)}"
            problems.append(
                Problem(file="", rule="tag", message=message, tip="rename it with: python -m wheel tags")
            )
    return Subject(
        name=path.name,
        binaries=binaries,
        examined=tuple(sorted(binaries)),
        tags=named,
        problems=tuple(problems),
    )


def _wheel_tags(text: bytes) -> tuple[str, ...]:
    message = HeaderParser().parsestr(text.decode("utf-8", errors="replace"))
    tags = (str(tag).strip() for tag in message.get_all("Tag", [])[:_MOST_TAGS])
    # Python, ABI, platform; each may be several, and they are multiplied.
    return tuple(sorted(tag for tag in tags if tag.count("-") == 2 and tag.count(".") <= _MOST_TAGS))  # noqa: PLR2004


def _record_problems(
    record: bytes, names: Iterable[str], read: Callable[[str], Iterable[bytes] | None]
) -> Iterator[Problem]:
    """Compare files with RECORD (the "Binary distribution format" of packaging.python.org)."""
    digests = {row[0]: row[1] for row in _rows(record.decode("utf-8", errors="replace")) if len(row) > 1}
    for name in names:
        if ".dist-info/RECORD" in name:
            continue
        if name not in digests:
            yield Problem(file=name, rule="record", message=f"{name} is not in RECORD", tip=_AGAIN)
            continue
        algorithm, _, wanted = digests[name].partition("=")
        chunks = read(name)
        if not wanted or chunks is None:
            continue
        # Of the digests that hashlib has, those of the specification: not weaker than SHA-256.
        if algorithm not in _DIGESTS:
            message = f"{name}: RECORD names the digest {algorithm!r}, which installers refuse"
            yield Problem(file=name, rule="record", message=message, tip=_AGAIN)
            continue
        digest = hashlib.new(algorithm)
        for chunk in chunks:
            digest.update(chunk)
        found = base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
        if found != wanted.rstrip("="):
            yield Problem(file=name, rule="record", message=f"{name} is not what RECORD says", tip=_AGAIN)
    there = set(names)
    for name, written in digests.items():
        if written and name not in there and read(name) is None:
            yield Problem(file=name, rule="record", message=f"{name} is in RECORD but not there", tip=_AGAIN)


_AGAIN = "download or build it again, or install it again: pip install --force-reinstall"


def _find_module(name: str, search: Sequence[str]) -> Path:
    places: Sequence[str] | None = list(search)
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigError(f"{name}: there is no such file, and it is no name of a module")
    spec, parent = None, ""
    for part in name.split("."):
        spec = PathFinder.find_spec(f"{parent}.{part}" if parent else part, places)
        if spec is None:
            break
        parent, places = f"{parent}.{part}" if parent else part, spec.submodule_search_locations
    if spec is not None and spec.has_location and spec.origin:
        origin = Path(spec.origin)
        return origin.parent if spec.submodule_search_locations else origin
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    # A binary for another Python or system is not found as a module: its name still is.
    folder, _, last = name.rpartition(".")
    for place in search:
        for path in sorted(Path(place, *folder.split(".")).glob(f"{last}.*")):
            if is_binary(path.name):
                return path
    raise ConfigError(
        f"{name}: there is no such file, and no module of that name on sys.path",
        tip="name the file, or run pyz3 with the Python that the module is installed for",
    )


def _installed(name: str, path: Path, search: Sequence[str]) -> Subject:
    if path.is_file() and not is_binary(path.name):
        if path.suffix != ".py":
            raise ConfigError(
                f"{path}: neither a wheel nor a binary", tip="name a .whl, .so, .pyd, .dll or .dylib"
            )
        return Subject(name=name, binaries={}, examined=(), folder=path.parent)
    within = path if path.is_dir() else path.parent
    record = _owner(path, search)
    folder = record.parent.parent if record else within
    owned = _owned(record) if record else ()
    files = {f.relative_to(folder).as_posix(): f for f in _binaries(within) if f.is_relative_to(folder)}
    files |= {n: folder / n for n in owned if is_binary(n) and (folder / n).is_file()}
    binaries = {n: f.read_bytes() for n, f in sorted(files.items())}
    examined = tuple(n for n, f in sorted(files.items()) if f == path or f.is_relative_to(path))
    problems: tuple[Problem, ...] = ()
    tags: tuple[str, ...] = ()
    if record:
        tags = (
            _wheel_tags(record.with_name("WHEEL").read_bytes()) if record.with_name("WHEEL").is_file() else ()
        )
        found = _record_problems(record.read_bytes(), examined, lambda n: _read(folder / n))
        # What is missing matters only where the loader would need it.
        problems = tuple(p for p in found if p.file in examined or is_binary(p.file))
    return Subject(
        name=name, binaries=binaries, examined=examined, tags=tags, folder=folder, problems=problems
    )


def _binaries(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if is_binary(path.name) and path.is_file())


def _owner(path: Path, search: Sequence[str]) -> Path | None:
    """Give the RECORD of the distribution that installed ``path``."""
    for place in dict.fromkeys(search):
        folder = Path(place or ".").resolve()
        if not path.resolve().is_relative_to(folder):
            continue
        for record in sorted(folder.glob("*.dist-info/RECORD")):
            if any(folder / name == path or (folder / name).is_relative_to(path) for name in _owned(record)):
                return record
    return None


def _owned(record: Path) -> tuple[str, ...]:
    text = record.read_text(encoding="utf-8", errors="replace")
    return tuple(row[0] for row in _rows(text) if row)


def _rows(record: str) -> list[list[str]]:
    """Read RECORD, as far as any archive has files; of a damaged one nothing."""
    try:
        return list(islice(csv.reader(io.StringIO(record)), _MOST_ROWS))
    except csv.Error:
        return []


def _read(path: Path) -> Iterable[bytes] | None:
    return file_chunks(path) if path.is_file() else None

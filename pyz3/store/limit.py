"""How large the cache may be, and what goes when it is larger: what was used least recently.

An entry goes whole, with the notes beside it, and only when no build runs: zig's lists and what they are
about stay together.  What was measured is kept, so that a build looks only at what has been used since.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.errors import ConfigError
from pyz3.store.remembered import Remembered
from pyz3.store.usage import alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyz3.store.layout import Cache

VARIABLE = "PYZ3_CACHE_SIZE"
_DEFAULT = 5 * 10**9
# As ccache has them; it takes a number without a unit for GB, others for bytes.
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY_UNITS = {"KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([KMGT]I?)B?)?", re.IGNORECASE)

# Folders of what may go, each by itself, and how far below.  The rest is small, or others know where it is:
# tools and headers that `pyz3 toolchain` named, the list of what `pyz3 develop` put into projects.
_ENTRIES = {"environments": 1, "openings": 1, "sdists": 1, "sources": 2, "target-wheels": 1, "work": 1}
# Of zig's folder: what it made for a project and target; and its own parts, which lean on each other.
_PROJECTS = {"local/projects": 2}
_OF_ZIG = ("global", "local/b", "local/h", "local/o", "local/pyz3.seal", "local/tmp", "local/z")
# Many small files.
_WHOLE = ("answers", "cython", "ledger")
_KEPT = ("capi", "driver", "engine", "tools")
# What lies beside an entry and is about it.
_BESIDE = re.compile(r"\.(?:seal|lock|root|files|reads|json)$")
_SEAL = "pyz3.seal"
# What is left when something has to go, so that it need not at the end of each build.
_LOW = 0.8
_DAY_NS = 86400 * 10**9
# With so many bytes to spare, builds do not look for so long.
_PLENTY = 500 * 10**6
_REST_NS = 600 * 10**9
# For whoever waits for the end of a build, in seconds: to measure; to delete what has just been taken away;
# to delete what an earlier build left.
_PATIENCE = 2.0
_PATIENCE_TO_DELETE = 3.0
_PATIENCE_TO_CLEAN_UP = 0.3


class _Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured.

    Attributes:
        when_ns: At what time.
        limit: What the limit was.
        total: Bytes in all.
        whole: Nothing was left to be measured.
        sizes: Entry → what it looked like, and bytes.
    """

    when_ns: int = 0
    limit: int = 0
    total: int = 0
    whole: bool = False
    sizes: dict[str, tuple[int, int]] = {}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What goes or stays as a whole.

    Attributes:
        name: Below the cache.
        paths: The files and folders.
        used_ns: When it was used the last time.
        mark: Another number, if what it holds may have changed.
        kept: It does not go.
    """

    name: str
    paths: tuple[Path, ...]
    used_ns: int
    mark: int
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The cache, measured.

    Attributes:
        total: Bytes in all.
        going: What goes, least recently used first, with its bytes; empty if the limit is kept.
    """

    total: int
    going: tuple[tuple[Entry, int], ...]

    @property
    def freed(self) -> int:
        """How many bytes go."""
        return sum(size for _, size in self.going)


def read_limit(environ: Mapping[str, str]) -> int:
    """Give how many bytes the cache may have; 0: there is no limit.

    Args:
        environ: Environment variables; ``PYZ3_CACHE_SIZE`` is ``2G``, ``500M``, ``1.5GiB`` or ``0``.

    Raises:
        ConfigError: It is no size.
    """
    text = environ.get(VARIABLE, "").strip()
    if not text:
        return _DEFAULT
    found = _SIZE.fullmatch(text)
    if found is None or not (found[2] or float(found[1]) == 0):
        raise ConfigError(
            f"{VARIABLE}: {text!r} is no size with a unit", tip="write 5G, 500M or 2GiB; 0 is no limit"
        )
    return int(float(found[1]) * (_UNITS | _BINARY_UNITS)[(found[2] or "").upper()])


def mark_used(path: Path) -> None:
    """Note that an entry is used now."""
    with contextlib.suppress(OSError):
        os.utime(path)


def measure(cache: Cache, *, last: frozenset[Path] = frozenset()) -> Measured:
    """Measure the cache, and say what a build's end takes away.

    Args:
        cache: It.
        last: What goes after all else.
    """
    _, measured = _measure(cache, _Tally(), last=last, patience=sys.maxsize)
    return measured


def trim(cache: Cache, *, last: frozenset[Path] = frozenset()) -> Measured | None:
    """Bring the cache within its limit, if no build is running; give what went, None: nothing.

    It takes seconds at most: what is left to be measured or deleted is left to the next one.

    Args:
        cache: It.
        last: What goes after all else.
    """
    if cache.trash.exists():
        empty_trash(cache, patience=_PATIENCE_TO_CLEAN_UP)
    if not cache.limit:
        return None
    note = Remembered(cache.tally, _Tally)
    before = note.recall() or _Tally()
    age = time.time_ns() - before.when_ns
    known = before.whole and before.limit == cache.limit and 0 <= age < _REST_NS
    if known and before.total + _PLENTY <= cache.limit:
        return None
    with alone(cache.lock) as free:  # asked first: measuring takes longer
        if not free:
            return None
    tally, measured = _measure(cache, before, last=last, patience=_PATIENCE)
    gone: Measured | None = None
    if measured.going:
        with alone(cache.lock) as free:
            going = tuple(one for one in measured.going if free and _take_away(cache, one[0]))
        gone = Measured(total=measured.total, going=going)
        names = {entry.name for entry, _ in going}
        sizes = {name: size for name, size in tally.sizes.items() if name not in names}
        tally = msgspec.structs.replace(tally, total=tally.total - gone.freed, sizes=sizes)
    if tally.sizes != before.sizes or not known:
        with contextlib.suppress(OSError):  # the disk is full, and something else will say so
            note.remember(tally)
    if gone is not None:
        empty_trash(cache)
    return gone


def empty_trash(cache: Cache, *, patience: float = _PATIENCE_TO_DELETE) -> None:
    """Delete what was taken away, as far as that is done in time."""
    until = time.monotonic() + patience
    for folder, folders, files in os.walk(cache.trash, topdown=False):
        for name in (*files, *folders):
            path = os.path.join(folder, name)  # noqa: PTH118 - many
            with contextlib.suppress(OSError):
                if name in files or os.path.islink(path):  # noqa: PTH114
                    os.unlink(path)  # noqa: PTH108
                else:
                    os.rmdir(path)  # noqa: PTH106
            if time.monotonic() > until:
                return
    with contextlib.suppress(OSError):
        cache.trash.rmdir()


def discard(cache: Cache, path: Path) -> bool:
    """Take a file or folder away, whole, for :func:`empty_trash` to delete; tell whether it went."""
    try:
        cache.trash.mkdir(exist_ok=True)
        os.replace(path, Path(tempfile.mkdtemp(dir=cache.trash)) / "x")  # noqa: PTH105 - replaces on every system
    except OSError:
        return False
    return True


def size_of(path: Path) -> tuple[int, int]:
    """Give how many files there are, and their bytes; other processes may be at work there."""
    files = [str(path)] if path.is_symlink() or not path.is_dir() else []
    files += [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]  # noqa: PTH118 - many
    size = 0
    for file in files:
        with contextlib.suppress(OSError):
            size += os.lstat(file).st_size
    return len(files), size


def _measure(
    cache: Cache, before: _Tally, *, last: frozenset[Path], patience: float
) -> tuple[_Tally, Measured]:
    until = time.monotonic() + patience
    entries = list(_entries(cache.root))
    sizes: dict[str, tuple[int, int]] = {}
    whole = True
    for entry in entries:
        known = before.sizes.get(entry.name)
        if known is not None and known[0] == entry.mark:
            sizes[entry.name] = known
        elif time.monotonic() < until:
            sizes[entry.name] = (entry.mark, sum(size_of(path)[1] for path in entry.paths))
        else:
            whole = False
    total = sum(size for _, size in sizes.values())
    going, left = [], total
    if 0 < cache.limit < total:
        for entry in sorted(entries, key=lambda one: (not last.isdisjoint(one.paths), one.used_ns, one.name)):
            if left > cache.limit * _LOW and not entry.kept and entry.name in sizes:
                size = sizes[entry.name][1]
                going.append((entry, size))
                left -= size
    tally = _Tally(when_ns=time.time_ns(), limit=cache.limit, total=total, whole=whole, sizes=sizes)
    return tally, Measured(total=total, going=tuple(going))


def _entries(root: Path) -> Iterator[Entry]:
    """Find what is in a cache; of what others take away meanwhile there is nothing to say."""
    places = [(root / name, depth) for name, depth in _ENTRIES.items()]
    groups = [[root / name] for name in _WHOLE]
    for zig in (entry for entry in _scan(root) if re.match(r"zig-\d", entry.name)):
        places += [(Path(zig.path, name), depth) for name, depth in _PROJECTS.items()]
        groups.append([Path(zig.path, name) for name in _OF_ZIG])
    groups += [group for folder, depth in places for group in _groups(str(folder), depth)]
    for group in groups:
        entry = _entry(root, group)
        if entry is not None:
            yield entry
    today = time.time_ns() // _DAY_NS
    for name in _KEPT:
        if (root / name).exists():
            yield Entry(name=name, paths=(root / name,), used_ns=0, mark=today, kept=True)


def _groups(folder: str, depth: int) -> Iterator[list[Path]]:
    """Give what lies so far below a folder, each with the notes that lie beside it."""
    found: dict[str, list[Path]] = {}
    for entry in sorted(_scan(folder), key=lambda one: one.name):
        if depth > 1:
            yield from _groups(entry.path, depth - 1)
        else:
            found.setdefault(_BESIDE.sub("", entry.name), []).append(Path(entry.path))
    yield from found.values()


def _scan(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [*entries]
    except OSError:
        return []


def _entry(root: Path, group: Sequence[Path]) -> Entry | None:
    paths, used, seals = [], 0, []
    for path in group:
        with contextlib.suppress(OSError):
            used = max(used, os.lstat(path).st_mtime_ns)
            paths.append(path)
        with contextlib.suppress(OSError):
            seals.append(os.lstat(f"{path}{os.sep}{_SEAL}").st_mtime_ns)
    if not paths:
        return None
    name = os.path.relpath(paths[0], root).replace(os.sep, "/")
    # Whatever zig makes is noted in the seal; else use is what changes something.
    return Entry(name=name, paths=tuple(paths), used_ns=used, mark=max(seals, default=used))


def _take_away(cache: Cache, entry: Entry) -> bool:
    """Take an entry away, unless it has been used since it was measured."""
    try:
        unused = max(path.lstat().st_mtime_ns for path in entry.paths) == entry.used_ns
    except OSError:
        return False
    return unused and all(discard(cache, path) for path in sorted(entry.paths, key=_notes_last))


def _notes_last(path: Path) -> bool:
    return _BESIDE.search(path.name) is not None

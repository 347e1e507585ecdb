"""Where everything lies in the cache: no other module spells a path below it.

    cache/
      capi/headers/3.13-<digest>/include     Python.h to compile against
      capi/import-libraries/python313-…/     what a Windows module is linked with
      openings/<key>/                        Python.h, precompiled
      zig-0.16.0/local, zig-0.16.0/global    what zig made of the users' sources, and of its own
      environments/<key>/                    what setup.py runs in
      sources/unpacked/<digest>/             sdists
      work/<project>-<key>/                  where setup.py runs

Deleting any of it costs time, nothing else; but the lists in in-place/ tell what develop put into projects.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from pyz3.errors import ConfigError, Pyz3Error
from pyz3.store.limit import discard, empty_trash, read_limit, size_of
from pyz3.store.trust import check_owner
from pyz3.store.usage import alone

if TYPE_CHECKING:
    from collections.abc import Mapping

# By this file backup programs know a folder that need not be kept (bford.info/cachedir, version 0.6).
_TAG = "CACHEDIR.TAG"
_TAG_TEXT = """\
Signature: 8a477f597d28d172789f06886806bc55
# This file is a cache directory tag created by pyz3.
# For information about cache directory tags, see https://bford.info/cachedir/
"""


# What is no use to a build.
_OWN = {_TAG, "lock", "size.json"}
_NAMES = re.compile(
    r"answers|capi|cython|driver|engine|environments|interpreters\.json|ledger|openings|sdists|size\.json|sources|"
    r"target-wheels|tmp|tools|trash|work|zig-lib|zig-\d[\w.]*"
)
# Told apart from what may be deleted: the list of what develop put into projects is nowhere else.
_STAYING = {_TAG, "in-place", "lock"}


@dataclass(frozen=True)
class Cache:
    """pyz3's cache folder.

    Attributes:
        root: Absolute.
        limit: How many bytes it may have when no build is running; 0: there is no limit.
    """

    root: Path
    limit: int = 0

    @property
    def lock(self) -> Path:
        """Held by whoever uses what lies here."""
        return self.root / "lock"

    @property
    def trash(self) -> Path:
        """What was taken away, and is to be deleted."""
        return self.root / "trash"

    @property
    def tally(self) -> Path:
        """What was measured here."""
        return self.root / "size.json"

    @property
    def headers(self) -> Path:
        """Folders of headers to compile against, named after version and content."""
        return self.root / "capi" / "headers"

    @property
    def import_libraries(self) -> Path:
        """Folders with an import library each, named after DLL, machine and content."""
        return self.root / "capi" / "import-libraries"

    @property
    def audits(self) -> Path:
        """What the audit read in binaries."""
        return self.root / "ledger"

    @property
    def engine(self) -> Path:
        """What ``zig build`` reads: pyz3's ``build.zig`` and version scripts."""
        return self.root / "engine"

    @property
    def driver(self) -> Path:
        """What the compiler driver reads: overlays of header names."""
        return self.root / "driver"

    @property
    def zig_libs(self) -> Path:
        """Links to zig's own files, named after their content."""
        return self.root / "zig-lib"

    def zig(self, version: str) -> Path:
        """Give the folder of what a version of zig made."""
        return self.root / f"zig-{version}"

    @property
    def openings(self) -> Path:
        """Precompiled headers, by what they were made for."""
        return self.root / "openings"

    def opening(self, key: str) -> Path:
        """Give the folder of one precompiled header."""
        return self.openings / key

    @property
    def tools(self) -> Path:
        """Commands named as compilers are, which hooks call."""
        return self.root / "tools"

    @property
    def cython(self) -> Path:
        """What Cython translated, by content."""
        return self.root / "cython"

    def work(self, project: Path) -> Path:
        """Give the folder that a project's hooks run in."""
        return self.root / "work" / f"{_plain(project.name)}-{_key(project, 12)}"

    @property
    def all_environments(self) -> Path:
        """Build environments."""
        return self.root / "environments"

    def environment(self, key: str) -> Path:
        """Give the folder of a build environment."""
        return self.all_environments / key

    def requirements(self, key: str) -> Path:
        """Give the file of what a project's hook said that it needs besides."""
        return self.all_environments / "answers" / f"{key}.json"

    @property
    def interpreters(self) -> Path:
        """What interpreters said of themselves."""
        return self.root / "interpreters.json"

    @property
    def all_target_wheels(self) -> Path:
        """Wheels of build requirements for the targets, for their headers."""
        return self.root / "target-wheels"

    def target_wheels(self, name: str, version: str) -> Path:
        """Give the folder of one requirement's wheels."""
        return self.all_target_wheels / f"{name}-{version}"

    @property
    def sdists(self) -> Path:
        """Sdists that were fetched."""
        return self.root / "sdists"

    def unpacked(self, digest: str) -> Path:
        """Give the folder that an sdist is unpacked in."""
        return self.root / "sources" / "unpacked" / digest

    def copy_of(self, folder: Path) -> Path:
        """Give the place of the private copy of a project's folder; its name is readable."""
        return self.root / "sources" / "copies" / _key(folder, 16) / _plain(folder.name)

    @property
    def warming(self) -> Path:
        """The project that ``pyz3 cache warm`` builds: at one place, so that a second time costs nothing."""
        return self.root / "sources" / "warm" / "warm"

    def asked_above(self, folder: str) -> Path:
        """Give the file of what builds of a project asked for above its folder."""
        return self.root / "sources" / "above" / f"{_key(folder, 16)}.json"

    def answer(self, key: str) -> Path:
        """Give the file of what a command built the last time."""
        return self.root / "answers" / f"{key}.json"

    def in_place(self, project: Path) -> Path:
        """Give the file of what ``pyz3 develop`` put into a project's folder."""
        return self.root / "in-place" / f"{_key(project, 32)}.json"

    @property
    def temporary(self) -> Path:
        """Unfinished things; what is a day old there is removed."""
        return self.root / "tmp"

    def scratch(self) -> tempfile.TemporaryDirectory[str]:
        """Make a folder for one run, below the cache."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=self.temporary, ignore_cleanup_errors=True)

    def now(self) -> int:
        """Give the time in ns, by the clock of the cache's file system."""
        with self.scratch() as folder:
            return Path(folder).stat().st_mtime_ns

    def holds(self, path: str | os.PathLike[str]) -> bool:
        """Tell whether a path lies in the cache, wherever links lead."""
        return f"{os.path.realpath(path)}{os.sep}".startswith(os.path.realpath(self.root) + os.sep)


def cache_place(environ: Mapping[str, str], chosen: Path | None = None) -> Path:
    """Give where the cache is, or would be; the arguments are those of :func:`open_cache`."""
    configured = environ.get("PYZ3_CACHE_DIR")
    root = chosen or (
        Path(configured) if configured else platformdirs.user_cache_path("pyz3", appauthor=False)
    )
    return Path(os.path.abspath(root))  # noqa: PTH100 - a link stays the name the user chose


# Zig's lists of what it has read end names at a quotation mark and in the midst of white space, and it takes
# a backslash for a separator; lld takes a percent sign for a digit that it may choose (createUniquePath).
_UNUSABLE = {
    '"': "quotation mark",
    "%": "percent sign",
    "\t": "tab",
    "\n": "line break",
    "\r": "line break",
} | ({"\\": "backslash"} if os.sep == "/" else {})


def open_cache(environ: Mapping[str, str], chosen: Path | None = None) -> Cache:
    """Find the cache, make it if it is not there, and remove what killed runs left.

    Args:
        environ: Environment variables; ``PYZ3_CACHE_DIR`` chooses the folder, ``PYZ3_CACHE_SIZE`` its size.
        chosen: Overrides the variable.

    Raises:
        ConfigError: That is no size; or it cannot be written, others could have written to it, or zig cannot
            work there.
    """
    limit = read_limit(environ)
    root = cache_place(environ, chosen)
    if said := next((name for sign, name in _UNUSABLE.items() if sign in str(root)), ""):
        raise ConfigError(
            f"the cache folder {root} has a {said} in its name, which zig cannot work with",
            tip="choose another with PYZ3_CACHE_DIR",
        )
    try:
        if not root.is_dir():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)  # the mode is for the last one alone
        check_owner(root, environ)
    except OSError as error:
        raise ConfigError(
            f"the cache folder {root} cannot be made: {error.strerror or error}",
            tip="choose another with PYZ3_CACHE_DIR",
        ) from error
    cache = Cache(root, limit=limit)
    with contextlib.suppress(OSError):
        # In a folder that was somebody's, backup programs would leave out what is no cache.
        if all(is_own_name(path.name) for path in root.iterdir()):
            with (root / _TAG).open("x", encoding="ascii", newline="\n") as file:
                file.write(_TAG_TEXT)
    _sweep(cache.temporary)
    return cache


def is_own_name(name: str) -> bool:
    """Tell whether it is the name of something in a cache."""
    return name in _STAYING or _NAMES.fullmatch(name) is not None


@dataclass(frozen=True, kw_only=True)
class Cleared:
    """What was deleted of a cache.

    Attributes:
        files: How many.
        size: Their bytes.
        strangers: What is not pyz3's, and still there.
    """

    files: int
    size: int
    strangers: tuple[str, ...]


def clear(cache: Cache) -> Cleared:
    """Delete what a cache holds.

    Raises:
        ConfigError: The folder was not made for a cache.
        Pyz3Error: A build is running; or something cannot be deleted.
    """
    if not (cache.root / _TAG).exists():
        raise ConfigError(
            f"{cache.root} has other things in it than a cache of pyz3 (it has no {_TAG})",
            tip="delete what you do not need; PYZ3_CACHE_DIR chooses the folder",
        )
    with alone(cache.lock) as free:
        if not free:
            raise Pyz3Error(f"the cache {cache.root} is in use: a build is running", tip="wait for its end")
        names = {path for path in sorted(cache.root.iterdir()) if path.name not in _STAYING}
        strangers = tuple(path.name for path in sorted(names) if not is_own_name(path.name))
        sizes = [size_of(path) for path in names if is_own_name(path.name)]
        for path in names:
            if is_own_name(path.name) and path != cache.trash and not discard(cache, path):
                raise Pyz3Error(f"{path} cannot be deleted", tip="something may be using it")
    empty_trash(cache, patience=sys.maxsize)
    return Cleared(files=sum(n for n, _ in sizes), size=sum(size for _, size in sizes), strangers=strangers)


def contents(root: Path) -> dict[str, int]:
    """Give the names of what a cache holds, and the bytes of the files in each; zig's two parts apart.

    Args:
        root: The cache; it need not be there.
    """
    found: dict[str, int] = {}
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        parts = sorted(path.iterdir()) if re.match(r"zig-\d", path.name) else [path]
        found |= {
            part.relative_to(root).as_posix(): size_of(part)[1] for part in parts if part.name not in _OWN
        }
    return found


def _sweep(scratch: Path) -> None:
    """Remove what runs that were killed have left in a folder a day ago or earlier."""
    before = time.time() - 24 * 60 * 60
    try:
        with os.scandir(scratch) as entries:
            old = [entry.path for entry in entries if entry.stat(follow_symlinks=False).st_mtime < before]
    except OSError:  # there is none, or another process is at it
        return
    for path in map(Path, old):
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _key(path: str | os.PathLike[str], length: int) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:length]


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name) or "project"

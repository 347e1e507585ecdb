"""Where the compiler is and where it keeps what it made: the ``ziglang`` package and one cache per user."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import place_file
from pyz3.driver.setup import Zig
from pyz3.engine.zig_lib import stable_lib
from pyz3.errors import ConfigError
from pyz3.store import VARIABLE as LIMIT
from pyz3.store import (
    alone,
    begin_growing,
    has_only_grown,
    in_use,
    is_in_use_here,
    is_settled,
    mark_used,
    note_growing,
    open_cache,
    trim,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyz3.engine.damage import CachePart
    from pyz3.store import Cache

# What the interpreter looks for in a module (PEP 489; PEP 793 for PyModExport_).
INIT_SYMBOLS = ("PyInit_*", "PyInitU_*", "PyModExport_*")
# What zig's caches hold besides lists of inputs, and what it makes of those: results, by digests.  In a
# cache for commands there is one below each folder that they run in.
_RESULTS = ("o", "b", "*/o")
# What was not changed for so long, nobody is writing.
_REST_NS = 10**9
# What zig 0.16's compiler says of itself in what it makes.
COMPILER = "clang version 21.1.0"


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """Zig, and the cache.

    Attributes:
        zig: The executable.
        version: Of the ``ziglang`` package.
        cache: Where everything is kept that was made.
    """

    zig: Path
    version: str
    cache: Cache

    @property
    def zig_lib(self) -> Path:
        """Zig's own files: headers, symbol lists, libc sources; the same path for every environment."""
        return stable_lib(self.zig.parent / "lib", self.cache.zig_libs)

    @property
    def local_cache(self) -> Path:
        """What zig made of the users' sources."""
        return self.cache.zig(self.version) / "local"

    def project_cache(self, root: Path, variant: str) -> Path:
        """Give what zig made of one project's sources, apart from others': it is looked through each time.

        Args:
            root: The project.
            variant: What it was made for.
        """
        return self.project_caches(root) / variant

    def project_caches(self, root: Path) -> Path:
        """Give what holds all of a project's caches."""
        name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
        return self.local_cache / "projects" / name

    @property
    def unchanging(self) -> tuple[Path, ...]:
        """Folders whose files never change: each is named after its content, or made by zig."""
        return (
            self.cache.headers,
            self.cache.import_libraries,
            self.cache.engine,
            self.cache.driver,
            self.cache.openings,
            self.cache.zig_libs,
            self.zig.parent,
            self.local_cache,
            self.global_cache,
        )

    @property
    def global_cache(self) -> Path:
        """What zig made of its own: libc++, mingw's runtime, the build runner."""
        return self.cache.zig(self.version) / "global"

    @property
    def warm_parts(self) -> Path:
        """Where it is noted what zig has compiled of its own."""
        return self.global_cache / "pyz3-warm"

    def driver_zig(self, local_cache: Path) -> Zig:
        """Give zig as the compiler driver runs it, for what is compiled from sources to ``local_cache``."""
        return Zig(
            self.zig,
            local_cache=local_cache,
            global_cache=self.global_cache,
            scratch=self.cache.temporary,
            lib=self.zig_lib,
        )

    def begin(self, cache: Path) -> None:
        """Have what zig makes in one of its caches noted from the first; called before zig is run there."""
        begin_growing(cache, _RESULTS)
        mark_used(cache)

    @contextlib.contextmanager
    def in_use(self, tell: Callable[[str], None]) -> Iterator[None]:
        """Have nothing taken from the cache meanwhile; whoever ends last brings it within its limit.

        What has just been made in it is noted: at once, if nobody else may be writing there.

        Args:
            tell: Is told if the limit is too small for one build.
        """
        with in_use(self.cache.lock):
            yield
        if not is_in_use_here(self.cache.lock):
            self._settle()
        mark_used(self.global_cache)
        gone = trim(self.cache, last=frozenset((self.global_cache,)))
        if gone is not None and any(self.global_cache in entry.paths for entry, _ in gone.going):
            tell(
                f"{LIMIT} is less than a build needs ({gone.total // 10**6} MB): what zig made of its own "
                "will be compiled again the next time"
            )

    def _settle(self) -> None:
        """Note what the last look left, as somebody might have been writing it."""
        unsettled = [one for one in (self.global_cache, self.local_cache) if not is_settled(one)]
        if not unsettled:
            return
        # A disk that is full is told of by the next build.
        with alone(self.cache.lock) as free, contextlib.suppress(OSError):
            if not free:
                time.sleep(_REST_NS / 1e9)
            settled_ns = None if free else self.cache.now() - _REST_NS
            for folder in unsettled:
                has_only_grown(folder, _RESULTS, settled_ns=settled_ns)

    def find_damage(self, caches: Iterable[Path], *, since_ns: int) -> CachePart | None:
        """Tell which part of zig's cache is not what it was; note what is new.

        Zig believes what lies there.  A file whose size, dates and inode are as they were is believed here,
        too.  What other processes may be writing is noted at the end (:meth:`in_use`).

        Args:
            caches: What zig made of the users' sources in question.
            since_ns: When zig began: what was written since then is new.
        """
        settled_ns = self.cache.now() - _REST_NS
        if not has_only_grown(self.global_cache, _RESULTS, since_ns=since_ns, settled_ns=settled_ns):
            return "global"
        if not has_only_grown(self.local_cache, _RESULTS, since_ns=since_ns, settled_ns=settled_ns):
            return "local"
        whole = (has_only_grown(one, _RESULTS, since_ns=since_ns) for one in caches)
        return None if all(whole) else "local"

    def build_script(self) -> Path:
        """Give pyz3's ``build.zig`` at a place that stays the same for every environment.

        Zig compiles it once per location (4 to 5 s), so it does not stay in site-packages.
        """
        text = _find_build_script().read_bytes()
        folder = self.cache.engine / hashlib.sha256(text).hexdigest()[:16]
        place_file(folder / "build.zig", text)
        return folder / "build.zig"

    def exports(self, symbols: tuple[str, ...] = INIT_SYMBOLS) -> str:
        """Give the version script (ELF) that leaves nothing visible but ``symbols``, names or globs."""
        # As globs, all of them: of a name that is not there the audit speaks, on every system alike.
        globs = (
            f"[{symbol[0]}]{symbol[1:]};" if symbol.isidentifier() else f"{symbol};" for symbol in symbols
        )
        text = f"{{ global: {' '.join(globs)} local: *; }};\n".encode()
        name = "exports" if symbols == INIT_SYMBOLS else f"exports-{hashlib.sha256(text).hexdigest()[:16]}"
        path = self.cache.engine / f"{name}.map"
        place_file(path, text)
        return str(path)

    def identity(self) -> tuple[int, int]:
        """Tell zig's two caches, local and global, from those that another process may make instead.

        They are made if they are not there.
        """
        for folder in (self.local_cache, self.global_cache):
            folder.mkdir(parents=True, exist_ok=True)
            self.begin(folder)
        return self.local_cache.stat().st_ino, self.global_cache.stat().st_ino

    def discard(self, *, everything: bool = False, seen: tuple[int, int] | None = None) -> None:
        """Drop what zig made of users' sources; with ``everything`` also what it made of its own.

        What zig has noted of Zig sources goes always: it is made anew in a second.

        Args:
            everything: Both caches.
            seen: ``identity()`` when they were good; one that was replaced since then stays.
        """
        now = self.identity()
        folders = (self.local_cache, self.global_cache) if everything else (self.local_cache,)
        for folder, found, expected in zip(folders, now, seen or now, strict=False):
            if found == expected:
                # Renamed first: another process then finds either all of it or nothing.
                trash = Path(tempfile.mkdtemp(dir=folder.parent, prefix="discarded-"))
                os.replace(folder, trash / "x")  # noqa: PTH105 - replaces on every system
                note_growing(folder, _RESULTS)  # what is there already is another process's, and new
                shutil.rmtree(trash, ignore_errors=True)
        # One by one: another process may be at work there, and makes what it does not find.
        for note in (self.global_cache / "z").glob("*"):
            with contextlib.suppress(OSError):
                note.unlink()


def find_toolchain(environ: Mapping[str, str], cache_dir: Path | None = None) -> Toolchain:
    """Find zig and choose the cache.

    Args:
        environ: Environment variables; ``PYZ3_CACHE_DIR`` chooses the cache.
        cache_dir: Overrides the variable.

    Raises:
        ConfigError: There is no usable zig; the cache cannot be written, or others could have written to it.
    """
    zig, version = find_zig()
    return Toolchain(zig=zig, version=version, cache=open_cache(environ, cache_dir))


def find_zig() -> tuple[Path, str]:
    """Find the executable of the ``ziglang`` package, and its version.

    Raises:
        ConfigError: There is none that is usable.
    """
    spec = importlib.util.find_spec("ziglang")
    if spec is None or spec.origin is None:
        raise ConfigError("the ziglang package is not installed", tip="pip install ziglang==0.16.0")
    zig = Path(spec.origin).parent / ("zig.exe" if sys.platform == "win32" else "zig")
    version = metadata.version("ziglang")
    if not version.startswith("0.16."):
        raise ConfigError(
            f"ziglang {version} is installed; pyz3 needs 0.16", tip="pip install ziglang==0.16.0"
        )
    return zig, version


def _find_build_script() -> Path:
    """``build.zig`` lies in the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "build.zig"
    return installed if installed.exists() else package.parent / "build.zig"

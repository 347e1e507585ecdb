"""What compresses wheels: zig's own deflate, compiled once, so that no other zlib gives other bytes."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._processes import Processes
from pyz3.errors import BuildFailedError
from pyz3.store import is_whole, seal

if TYPE_CHECKING:
    from pyz3.engine.toolchain import Toolchain

_SOURCE = Path(__file__).with_suffix(".zig")
# Of zig's own helpers, which take it 5 s, it calls those alone that move memory, and every libc has them; of
# those of Windows none is in the process by that name, and Arm's ABI wants more.
_SPARED = sys.platform != "win32" and not platform.machine().startswith("armv")
_FLAGS = (
    *("-dynamic", "-OReleaseFast", "-fstrip", "-mcpu=baseline"),
    *(("-fno-compiler-rt",) if _SPARED else ()),
)
_NAME = {"win32": "deflate.dll", "darwin": "deflate.dylib"}.get(sys.platform, "deflate.so")
_PIECE = 2**18  # bytes that are handed over at a time
# What is held back of what came before: a window and 32,768 matches, which take far less than this.
_HELD = 2**19
_NO_ROOM = ctypes.c_size_t(-1).value
_compiling = threading.Lock()


class Deflate:
    """A stream of raw deflate (RFC 1951), used as what ``zlib.compressobj`` gives is.

    Args:
        toolchain: Whose compressor it is; that is compiled if it was not before.

    Raises:
        BuildFailedError: The compressor cannot be compiled or loaded.
        OSError: The cache cannot be written.
    """

    def __init__(self, toolchain: Toolchain) -> None:
        self._library = library = _library(toolchain)
        # Of 8 bytes each, which aligns it.
        self._state = (ctypes.c_uint64 * (library.pyz3_deflate_size() // 8 + 1))()
        self._given = 0
        if not library.pyz3_deflate_begin(self._state):
            raise BuildFailedError("what compresses wheels does not start")

    def compress(self, data: bytes) -> bytes:
        """Take some more, and give what of the compressed bytes is known by now."""
        return b"".join(self._add(data[start : start + _PIECE]) for start in range(0, len(data), _PIECE))

    def flush(self) -> bytes:
        """Give the rest of the compressed bytes; nothing may be added any more."""
        room = self._room(0)
        target = ctypes.create_string_buffer(room)
        return self._taken(target, self._library.pyz3_deflate_end(self._state, target, room))

    def _add(self, piece: bytes) -> bytes:
        room = self._room(len(piece))
        self._given += len(piece)
        target = ctypes.create_string_buffer(room)
        return self._taken(
            target, self._library.pyz3_deflate_add(self._state, piece, len(piece), target, room)
        )

    def _room(self, length: int) -> int:
        """Give more than enough for what is held back and ``length`` more: nothing grows by a half."""
        return 2 * (length + min(self._given, _HELD)) + 1024

    def _taken(self, target: ctypes.Array[ctypes.c_char], length: int) -> bytes:
        if length == _NO_ROOM:
            raise BuildFailedError("what compresses wheels has no room for what it makes")
        return ctypes.string_at(target, length)


@cache
def _library(toolchain: Toolchain) -> ctypes.CDLL:
    path = deflate_path(toolchain)
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise BuildFailedError(
            f"what compresses wheels cannot be loaded: {error}",
            tip="the cache must lie where programs may be run; PYZ3_CACHE_DIR names another place",
        ) from None
    size, stream, data = ctypes.c_size_t, ctypes.c_void_p, ctypes.c_char_p
    library.pyz3_deflate_size.restype = size
    library.pyz3_deflate_begin.argtypes, library.pyz3_deflate_begin.restype = [stream], ctypes.c_bool
    library.pyz3_deflate_add.argtypes = [stream, data, size, stream, size]
    library.pyz3_deflate_end.argtypes = [stream, stream, size]
    library.pyz3_deflate_add.restype = library.pyz3_deflate_end.restype = size
    return library


def deflate_path(toolchain: Toolchain) -> Path:
    """Give the compressor's file for this machine, compiled if it was not before.

    Raises:
        BuildFailedError: It cannot be compiled.
        OSError: The cache cannot be written.
    """
    told = "\0".join((toolchain.version, sys.platform, platform.machine(), str(sys.maxsize), *_FLAGS))
    key = hashlib.sha256(told.encode() + _SOURCE.read_bytes()).hexdigest()[:16]
    path = toolchain.cache.engine / f"deflate-{key}" / _NAME
    with _compiling:
        if not is_whole(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".tmp-") as scratch:
                made = Path(scratch) / _NAME
                _compile(toolchain, made)
                made.replace(path)
                seal(path)
    return path


def _compile(toolchain: Toolchain, output: Path) -> None:
    # In caches of its own: what lies in the others is checked, and noted when zig build has ended.
    zig_cache = str(output.parent / "zig")
    caches = ("--cache-dir", zig_cache, "--global-cache-dir", zig_cache)
    command = [str(toolchain.zig), "build-lib", *_FLAGS, *caches, f"-femit-bin={output}", str(_SOURCE)]
    for last in (False, True):  # a machine without memory to spare ends zig now and then
        status, text = Processes.of_this_thread().run(command, env=os.environ, cwd=output.parent)
        if status == 0 and output.is_file():
            return
        if last:
            raise BuildFailedError(
                f"what compresses wheels cannot be compiled:\n{text.strip()}",
                tip="this is a fault of pyz3 or of the installed ziglang package, not of your project",
            )

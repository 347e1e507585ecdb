"""The wheel that setuptools writes, in pieces: its library holds each file in memory as a whole."""

# ruff: noqa: PTH123 - as the library has it

from __future__ import annotations

import base64
import functools
import os
import stat
import sys
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Callable

# How much of a file is held in memory, in bytes.
_PIECE = 1 << 20


def install(*, slashes: bool) -> None:
    """Take over the class of wheels, of each copy of the wheel library that is imported.

    Args:
        slashes: A backslash in a file's name stands between folders, as on Windows.
    """
    for name, module in [*sys.modules.items()]:
        kind = getattr(module, "WheelFile", None) if name.endswith("wheel.wheelfile") else None
        if kind is not None and hasattr(module, "get_zipinfo_datetime"):
            kind.write = _in_pieces(kind, module.get_zipinfo_datetime, slashes=slashes)


def _in_pieces(kind: Any, date: Callable[[float], Any], *, slashes: bool) -> Callable[..., None]:
    """Give what stands in for ``WheelFile.write``.

    It notes for RECORD what the library does.  Nothing is compressed: pyz3 alone reads this wheel, and packs
    its files anew.
    """
    own, own_writestr = kind.write, kind.writestr

    # Who watches what is read knows this function by its name.
    @functools.wraps(own)
    def write(wheel: Any, filename: str, arcname: Any = None, compress_type: Any = None) -> None:
        if type(wheel).writestr is not own_writestr or not hasattr(wheel, "_file_hashes"):
            own(wheel, filename, arcname, compress_type)  # a class of the project's own
            return
        with open(filename, "rb") as file:
            status = os.fstat(file.fileno())
            name = arcname or filename
            info = ZipInfo(name.replace("\\", "/") if slashes else name, date_time=date(status.st_mtime))
            info.external_attr = (stat.S_IMODE(status.st_mode) | stat.S_IFMT(status.st_mode)) << 16
            info.compress_type = ZIP_STORED
            info.file_size = status.st_size  # so that only what is large is written as such a file
            digest = wheel._default_algorithm()  # noqa: SLF001 - the library's, as below
            with wheel.open(info, "w") as packed:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    packed.write(piece)
        encoded = base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
        wheel._file_hashes[info.filename] = (digest.name, encoded)  # noqa: SLF001
        wheel._file_sizes[info.filename] = info.file_size  # noqa: SLF001

    return write

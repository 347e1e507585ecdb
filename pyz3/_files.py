"""Files that other processes may be reading while they are written."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, time_ns: int | None = None) -> None:
    """Write ``content`` so that other processes see all of it or none.

    Args:
        path: The file; its folder is made.
        content: All of it.
        time_ns: Modification time in ns since the epoch; now if not given.

    Raises:
        OSError: The folder cannot be made or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if time_ns is not None:
            os.utime(temporary, ns=(time_ns, time_ns))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

"""What starts a Python program on Windows as if it were a command: an ``.exe``, compiled once by zig."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.driver.runtime import place_first
from pyz3.errors import BuildFailedError

if TYPE_CHECKING:
    from pyz3.driver.setup import Zig

_SOURCE = Path(__file__).with_name("launcher.c")
# It needs neither a C library nor what a compiler would call in one.
_FLAGS = (
    *("-Os", "-fno-sanitize=undefined", "-fno-builtin", "-fno-stack-protector", "-mno-stack-arg-probe"),
    *("-nostdlib", "-Wl,-e,start", "-Wl,--subsystem,console", "-s"),
)


def launcher_command(zig: Zig, target: str, output: str) -> list[str]:
    """Give the command that compiles it.  Pure.

    Args:
        zig: What compiles.
        target: Zig's name of the Windows that it runs on.
        output: The file.
    """
    lib = Path(zig.lib or Path(zig.program).parent / "lib", "libc")
    folders = (lib / "include" / "any-windows-any", lib / "mingw" / "include")
    headers = [word for folder in folders for word in ("-isystem", str(folder))]
    return [zig.program, "cc", "-target", target, *_FLAGS, *headers, str(_SOURCE), "-lkernel32", "-o", output]


def launcher(zig: Zig, target: str) -> bytes:
    """Give its content; it is compiled if that was not done before.

    Raises:
        BuildFailedError: It cannot be compiled.
        OSError: The cache cannot be written.
    """
    told = "\0".join(launcher_command(zig, target, "")).encode() + _SOURCE.read_bytes()
    folder = Path(zig.global_cache, "o", f"pyz3-launcher-{hashlib.sha256(told).hexdigest()[:16]}")
    file = folder / "launcher.exe"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".tmp-") as scratch:
            made = str(Path(scratch, file.name))
            caches = {"ZIG_GLOBAL_CACHE_DIR": zig.global_cache, "ZIG_LOCAL_CACHE_DIR": zig.global_cache}
            done = subprocess.run(
                launcher_command(zig, target, made),
                env={**os.environ, **caches},
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            if done.returncode:
                raise BuildFailedError(f"what starts compilers cannot be compiled:\n{done.stderr.strip()}")
            place_first(made, str(file))
    return file.read_bytes()

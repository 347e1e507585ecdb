"""An index server on this machine, for tests that publish and install."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def free_port() -> int:
    """Give a port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def serving(command: str, folder: Path) -> Iterator[str]:
    """Run an index server while the block runs; give its address, ``http://127.0.0.1:1234/``.

    Args:
        command: As a page would have it: ``python -m pypiserver run -p 8080 …``; the port is another one.
        folder: Where it is run.
    """
    port = free_port()
    words = shlex.split(command)
    words[0] = {"python": sys.executable}[words[0]]
    words[words.index("-p") + 1] = str(port)
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(words, cwd=folder, stdout=quiet, stderr=quiet)
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(200):
            try:
                urlopen(address, timeout=5).close()
                break
            except OSError:
                time.sleep(0.05)
        yield address
    finally:
        server.terminate()
        server.wait()

"""Unit tests start no process and open no connection: what they need is in memory or in tmp_path."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import NoReturn


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **_: object) -> NoReturn:
        pytest.fail(f"a unit test may start no process and open no connection: {args[1:] or args}")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    for name in ("posix_spawn", "posix_spawnp", "fork", "system"):
        monkeypatch.setattr(os, name, refuse, raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)


@pytest.fixture
def headers(tmp_path: Path) -> Path:
    """Headers of a Python 3.12 chosen by hand, so that the machine's own do not matter."""
    folder = tmp_path / "include"
    folder.mkdir()
    (folder / "Python.h").touch()
    (folder / "patchlevel.h").write_text('#define PY_VERSION "3.12.9"\n')
    return folder


@pytest.fixture
def unreadable() -> Callable[[Path], AbstractContextManager[None]]:
    """Make a folder one that cannot be looked into, for a while."""
    if sys.platform == "win32":
        pytest.skip("Windows has other permissions")

    @contextlib.contextmanager
    def closed(folder: Path) -> Iterator[None]:
        folder.chmod(0)
        try:
            with _permissions_count():
                yield
        finally:
            folder.chmod(0o700)

    return closed


@contextlib.contextmanager
def _permissions_count() -> Iterator[None]:
    """Take CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH from root: it reads everything with them."""
    if os.geteuid() != 0:
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root may read everything")
    libc = ctypes.CDLL(None)
    head = (ctypes.c_uint32 * 2)(
        0x20080522, 0
    )  # _LINUX_CAPABILITY_VERSION_3 of linux/capability.h, this thread
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the next 32 of each
    assert libc.capget(head, sets) == 0
    before = sets[0]
    sets[0] = before & ~0b110
    assert libc.capset(head, sets) == 0
    try:
        yield
    finally:
        sets[0] = before
        assert libc.capset(head, sets) == 0

"""Unit tests start no process and open no connection: what they need is in memory or in tmp_path."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
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

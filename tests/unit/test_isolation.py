"""The unit tests' own rule: see conftest.py."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest


def test_no_process_is_started() -> None:
    with pytest.raises(pytest.fail.Exception, match="a unit test may start no process"):
        subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.skipif(not hasattr(os, "posix_spawn"), reason="this system has no posix_spawn")
def test_no_process_is_spawned() -> None:
    with pytest.raises(pytest.fail.Exception, match="a unit test may start no process"):
        os.posix_spawn(sys.executable, [sys.executable], {})


def test_no_connection_is_opened() -> None:
    with socket.socket() as connection, pytest.raises(pytest.fail.Exception, match="open no connection"):
        connection.connect(("127.0.0.1", 9))

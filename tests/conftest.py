"""Fixtures for all tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import platformdirs
import pytest

ROOT = Path(__file__).resolve().parent.parent

# A shell without job control has what is in the background ignore Ctrl-C, and so would all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A machine that is busy is no fault of what is tested.
hypothesis.settings.register_profile(
    "busy",
    parent=hypothesis.settings(),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("busy")


@pytest.fixture(scope="session")
def pyz3_cache() -> Path:
    """The user's own cache: zig compiles libc++ and mingw once, not once per test run."""
    return Path(os.environ.get("PYZ3_CACHE_DIR") or platformdirs.user_cache_path("pyz3", appauthor=False))


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"

"""A call of a function that is nowhere: refused on every platform, never a wheel that fails later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import factory
import pytest

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = factory.ANSWER % {"name": "probe"} + "void nowhere(void);\nPyObject *PyNowhere(void);\n"
CALL = "__attribute__((constructor)) static void start(void) { nowhere(); PyNowhere(); }\n"


@pytest.mark.parametrize(
    ("platform", "status", "named"),
    [
        ("linux-x86_64", 9, "needs nowhere, which neither the C library"),
        ("musllinux-aarch64", 9, "needs nowhere, which neither the C library"),
        ("macos-arm64", 9, "needs nowhere, which neither"),
        # Here the linker itself has to resolve everything: import libraries list what Python offers.
        ("windows-x64", 1, "undefined symbol: nowhere"),
        ("windows-arm64", 1, "undefined symbol: nowhere"),
    ],
)
def test_is_refused(platform: str, status: int, named: str, pyz3_cache: Path, tmp_path: Path) -> None:
    project = factory.write_project(
        tmp_path / "probe", factory.extension("probe", "probe.c"), {"probe.c": SOURCE + CALL}
    )
    out = tmp_path / "out"
    done = factory.pyz3("wheel", project, "--platform", platform, "-o", out, cache=pyz3_cache)
    assert done.returncode == status, done.stderr
    assert named in done.stderr
    assert "PyNowhere" in done.stderr
    assert not out.exists() or factory.listing(out) == []

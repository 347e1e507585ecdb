"""What configure scripts are told of a target."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyz3.driver.autoconf import config_site, configure_variables
from pyz3.driver.target import DriverTarget

SITE = Path("/tools/config.site")


@pytest.mark.parametrize(
    ("zig", "host"),
    [
        ("x86_64-linux-gnu.2.17", "x86_64-linux-gnu"),
        ("aarch64-linux-gnu.2.17", "aarch64-linux-gnu"),
        ("x86-linux-gnu.2.17", "i686-linux-gnu"),
        ("arm-linux-gnueabihf.2.17", "arm-linux-gnueabihf"),
        ("aarch64-linux-musl", "aarch64-linux-musl"),
        ("x86_64-macos.10.13", "x86_64-apple-darwin20"),
        ("aarch64-macos.11.0", "aarch64-apple-darwin20"),
        ("x86_64-windows-gnu", "x86_64-w64-mingw32"),
        ("aarch64-windows-gnu", "aarch64-w64-mingw32"),
    ],
)
def test_the_host_is_the_target(zig: str, host: str) -> None:
    found = configure_variables(DriverTarget(zig), SITE, system="Linux", machine="x86_64")
    assert found == {
        "CONFIG_SITE": str(SITE),
        "build_alias": "x86_64-pc-linux-gnu",
        "host_alias": host,
    }


@pytest.mark.parametrize(
    ("system", "machine", "zig", "build"),
    [
        ("Linux", "x86_64", "x86_64-linux-gnu.2.17", "x86_64-pc-linux-gnu"),
        ("Linux", "aarch64", "aarch64-linux-gnu.2.17", "aarch64-pc-linux-gnu"),
        ("Darwin", "arm64", "aarch64-macos.11.0", "aarch64-pc-darwin"),
        ("Windows", "AMD64", "x86_64-windows-gnu", "x86_64-pc-mingw32"),
    ],
)
def test_on_the_same_kind_of_machine_nothing_is_run_either(
    system: str, machine: str, zig: str, build: str
) -> None:
    found = configure_variables(DriverTarget(zig), SITE, system=system, machine=machine)
    assert found["build_alias"] == build != found["host_alias"]


def test_answers_are_those_of_the_system() -> None:
    linux, windows = (
        config_site(DriverTarget(zig)).splitlines() for zig in ("x86_64-linux-musl", "x86_64-windows-gnu")
    )
    assert ": ${ac_cv_func_malloc_0_nonnull=yes}" in linux
    assert ": ${ac_cv_func_mmap_fixed_mapped=yes}" in linux
    assert ": ${ac_cv_func_malloc_0_nonnull=yes}" in windows
    assert ": ${ac_cv_func_mmap_fixed_mapped=yes}" not in windows

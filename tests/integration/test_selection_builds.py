"""Overrides, a processor and link-time optimisation reach the compiler: read back from the binaries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from factory import ANSWER, pyz3, write_project

from pyz3.builder import WheelBuilder
from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

# What the compiler was told, as text in the binary, where ANSWER keeps it.
TOLD = """
#ifdef __AVX2__
#define LEVEL "AVX2"
#else
#define LEVEL "baseline"
#endif
#ifdef __OPTIMIZE_SIZE__
#define GOAL "small"
#else
#define GOAL "fast"
#endif
#ifndef OVERRIDE
#define OVERRIDE "none"
#endif
static const char *volatile told;
int never(void);
static int tell(void)
{
    told = "told: " LEVEL " " GOAL " " OVERRIDE ".";
    if (never()) told = "told: file by file.";
    return told[0];
}
#define ANSWER tell()
"""
NEVER = "int never(void) { return 0; }\n"
EXTENSIONS = """
[[tool.pyz3.extensions]]
name = "probe._told"
sources = ["*.c"]
"""
OVERRIDES = """
[tool.pyz3]
cpu = "x86_64_v3"
lto = true

[[tool.pyz3.overrides]]
select = "*-musllinux*"
optimize = "ReleaseSmall"
lto = false
define = { OVERRIDE = '"musl"' }

[[tool.pyz3.overrides]]
select = "*-musllinux_x86_64"
cpu = ""
"""


PYTHON = PythonVersion.current()


def said(wheel: Path) -> list[str]:
    """The texts in the wheel's module."""
    with ZipFile(wheel) as archive:
        (module,) = [name for name in archive.namelist() if "_told" in name]
        return sorted(text.decode() for text in re.findall(rb"told: ([^.\0]*)\.", archive.read(module)))


def test_every_module_was_compiled_as_its_identifier_says(pyz3_cache: Path, tmp_path: Path) -> None:
    files = {
        "probe/__init__.py": "",
        "a.c": TOLD + ANSWER % {"name": "_told"},
        "b.c": NEVER,
    }
    root = write_project(tmp_path / "probe", OVERRIDES + EXTENSIONS, files)
    done = pyz3(
        *("wheel", root, "-o", tmp_path / "dist", "--python", str(PYTHON)),
        *("--build", "*-{manylinux,musllinux}_{x86_64,aarch64} *-macosx_arm64"),
        cache=pyz3_cache,
    )
    assert (done.returncode, done.stderr) == (0, "")
    notes = [line.split(": ")[1:] for line in done.stdout.splitlines() if line.startswith("note: ")]
    cannot_say = "built for x86_64_v3 only; a wheel's tag cannot say so, and pip installs it anywhere"
    assert notes == [
        [f"{PYTHON.abi}-manylinux_x86_64", cannot_say],
        [f"{PYTHON.abi}-macosx_arm64", "built without lto, which zig cannot do there"],
    ]
    found = {path.stem.rpartition("-")[2]: said(path) for path in (tmp_path / "dist").iterdir()}
    assert found == {
        "manylinux_2_17_x86_64.manylinux2014_x86_64": ["AVX2 fast none"],
        "manylinux_2_17_aarch64.manylinux2014_aarch64": ["baseline fast none"],
        "macosx_11_0_arm64": ["baseline fast none", "file by file"],
        "musllinux_1_2_x86_64": ["baseline small musl", "file by file"],
        "musllinux_1_2_aarch64": ["baseline small musl", "file by file"],
    }


@pytest.mark.parametrize("mode", ["thin", "full"])
def test_link_time_optimisation_of_either_kind(mode: str, pyz3_cache: Path, tmp_path: Path) -> None:
    files = {"probe/__init__.py": "", "a.c": TOLD + ANSWER % {"name": "_told"}, "b.c": NEVER}
    root = write_project(tmp_path / "probe", f'[tool.pyz3]\nlto = "{mode}"\n{EXTENSIONS}', files)
    done = pyz3(
        *("wheel", root, "-o", tmp_path / "dist", "--platform", "linux-aarch64", "-q"), cache=pyz3_cache
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (wheel,) = (tmp_path / "dist").iterdir()
    assert said(wheel) == ["baseline fast none"]


def test_two_modes_on_one_platform(pyz3_cache: Path, tmp_path: Path) -> None:
    versions = [v for v in ("3.11", "3.13") if v in WheelBuilder(tmp_path).headers()]
    if len(versions) < 2:
        pytest.skip("needs headers of 3.11 and 3.13")
    override = '[[tool.pyz3.overrides]]\nselect = "cp313-*"\noptimize = "ReleaseSmall"\n'
    files = {"probe/__init__.py": "", "a.c": TOLD + ANSWER % {"name": "_told"}, "b.c": NEVER}
    root = write_project(tmp_path / "probe", override + EXTENSIONS, files)
    done = pyz3(
        *("wheel", root, "-o", tmp_path / "dist", "--platform", "linux-aarch64", "-q"),
        *(f"--python={version}" for version in versions),
        cache=pyz3_cache,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = {path.name.split("-")[2]: said(path) for path in (tmp_path / "dist").iterdir()}
    assert found == {
        "cp311": ["baseline fast none", "file by file"],
        "cp313": ["baseline small none", "file by file"],
    }

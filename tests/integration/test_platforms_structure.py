"""Identifiers that nothing here can run: our modules beside those of an official wheel of the same tag.

MarkupSafe's wheels are made by the systems' own compilers; pip downloads them.
"""

from __future__ import annotations

import fnmatch
import zipfile
from typing import TYPE_CHECKING

import factory
import pytest
from official import official_wheel, pip_download
from packaging.utils import parse_wheel_filename
from runtimes import missing

from pyz3.audit import facts_of
from pyz3.audit.facts import version_key
from pyz3.targets import Platform, PythonVersion, Target
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyz3.audit import Facts

# What pip calls the platform; the release of MarkupSafe that has such wheels.
OFFICIAL = {
    Platform.MACOS_X86_64: ("macosx_10_15_x86_64", "3.0.3"),
    Platform.MACOS_ARM64: ("macosx_11_0_arm64", "3.0.3"),
    Platform.MACOS_UNIVERSAL2: ("macosx_10_13_universal2", "3.0.2"),
    Platform.WINDOWS_ARM64: ("win_arm64", "3.0.3"),
    Platform.WINDOWS_X86: ("win32", "3.0.3"),
    Platform.MUSLLINUX_AARCH64: ("musllinux_1_2_aarch64", "3.0.3"),
}
PYTHONS = tuple(PythonVersion.parse(text) for text in ("3.11", "3.13", "3.14t"))
# 3.0.2 came before 3.14.
TARGETS = [
    Target(platform=platform, python=python)
    for platform, (_, release) in OFFICIAL.items()
    for python in PYTHONS
    if release == "3.0.3" or python.minor < 14
]
EXAMPLES = {"hello": "_speed", "zig": "_search"}
# Where the C library is found, under the names that it has.
KINDS = {
    "api-ms-win-crt-*": "C library",
    "ucrtbase.dll": "C library",
    "libc.so": "C library",
    "libc.musl-*": "C library",
}


@pytest.fixture(scope="session")
def ours(
    pyz3_cache: Path, examples: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str], Path]:
    """Our wheels by example and identifier."""
    found = {}
    for example in EXAMPLES:
        builder = WheelBuilder(
            examples / example,
            cache_dir=pyz3_cache,
            environ=factory.BARE,
            python_headers=factory.more_headers(),
        )
        for wheel in builder.build_matrix(
            platforms=[str(platform) for platform in OFFICIAL],
            pythons=["all"],
            build=[target.identifier for target in TARGETS],
            output_dir=tmp_path_factory.mktemp(example),
        ):
            found[example, wheel.identifier] = wheel.path
    return found


def module_in(wheel: Path, name: str) -> tuple[str, tuple[Facts, ...]]:
    """Give the end of the module's file name, and its facts by machine."""
    with zipfile.ZipFile(wheel) as archive:
        (path,) = [path for path in archive.namelist() if path.endswith((".so", ".pyd"))]
        facts = facts_of(archive.read(path), name=path)
    return path.partition(f"/{name}")[2], tuple(sorted(facts, key=lambda one: one.machine))


def kinds(facts: Facts) -> set[str]:
    return {
        next(
            (kind for glob, kind in KINDS.items() if fnmatch.fnmatch(library.lower(), glob)), library.lower()
        )
        for library in facts.needed
    }


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_our_module_is_like_the_official_one(
    target: Target, ours: Mapping[tuple[str, str], Path], tmp_path: Path
) -> None:
    platform, release = OFFICIAL[target.platform]
    official = official_wheel(
        f"markupsafe=={release}",
        platform,
        folder=tmp_path,
        python=target.python.base,
        abi=target.python.abi,
    )
    their_suffix, theirs = module_in(official, "_speedups")
    their_tags = parse_wheel_filename(official.name)[3]
    # MarkupSafe 3.0.3 came before CPython 3.14, which runs on macOS 10.15 and newer: less is no promise.
    young_mac = target.platform.family == "macos" and target.python.minor >= 14
    least = version_key("10.15") if young_mac else ()
    for example, module in EXAMPLES.items():
        wheel = ours.get((example, target.identifier))
        if wheel is None:
            missing(f"no headers of Python {target.python.base}: run scripts/runtimes.sh")
        suffix, mine = module_in(wheel, module)
        assert suffix == their_suffix == target.extension_suffix
        assert [one.machine for one in mine] == [one.machine for one in theirs]
        tags = parse_wheel_filename(wheel.name)[3]
        assert {(t.interpreter, t.abi) for t in tags} == {(t.interpreter, t.abi) for t in their_tags}
        for one, other in zip(mine, theirs, strict=True):
            assert (one.format, one.loadable) == (other.format, other.loadable)
            assert f"PyInit_{module}" in one.exported
            assert "PyInit__speedups" in other.exported
            assert kinds(one) <= kinds(other), example
            assert version_key(one.floor) <= max(version_key(other.floor), least)
            assert (one.relocatable, one.nx_compatible) == (other.relocatable, other.nx_compatible)
            assert one.signature == other.signature


@pytest.mark.parametrize("asked", ["macosx_11_0_arm64", "macosx_10_15_x86_64"])
def test_pip_on_either_mac_picks_the_fused_wheel(
    asked: str, ours: Mapping[tuple[str, str], Path], tmp_path: Path
) -> None:
    wheel = ours["hello", "cp313-macosx_universal2"]
    links = tmp_path / "links"
    links.mkdir()
    (links / wheel.name).write_bytes(wheel.read_bytes())
    done = pip_download(
        *("--no-index", "--find-links", links, "--python-version", "3.13", "--platform", asked, "hello"),
        folder=tmp_path / "picked",
    )
    assert done.returncode == 0, done.stderr
    assert factory.listing(tmp_path / "picked") == ["hello-1.0.0-cp313-cp313-macosx_10_13_universal2.whl"]


def test_the_part_that_must_be_signed_is(ours: Mapping[tuple[str, str], Path]) -> None:
    # Intel's Macs ask for none, and Apple's linker makes none for them; fusing keeps the other one valid.
    for example, module in EXAMPLES.items():
        _, facts = module_in(ours[example, "cp313-macosx_universal2"], module)
        assert [(one.machine, one.floor, one.signature) for one in facts] == [
            ("arm64", "11.0", "adhoc"),
            ("x86_64", "10.13", ""),
        ]

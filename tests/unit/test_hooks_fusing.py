"""Wheels of two machines → one: what is fused, what stays, what is refused."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

import msgspec
import pytest

from pyz3.hooks.fusing import fuse_described, slices_of
from pyz3.plan import Base, Order, Pure, Recipe, Trouble
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pathlib import Path

X86_64, ARM64 = (struct.pack("<Iii", 0xFEEDFACF, *machine) for machine in ((0x01000007, 3), (0x0100000C, 0)))
MODULE = "thing/_fast.cpython-313-darwin.so"
INFO = "thing-1.dist-info/"


def universal(python: str = "3.13") -> Order:
    target = Target(platform=Platform("macos-universal2"), python=PythonVersion.parse(python))
    return Order(
        identifier=target.identifier,
        platform="macos-universal2",
        python=python,
        zig_targets=("x86_64-macos.10.13", "aarch64-macos.11.0"),
        floor="10.13",
        wheel_platform="macosx_10_13_universal2",
        optimize="ReleaseFast",
    )


def fused(tmp_path: Path, *held: dict[str, bytes], tag: str = "cp313-cp313") -> Recipe | Pure | Trouble:
    """Give what becomes of wheels that hold these files."""
    order = universal()
    parts = []
    for part, files in zip(slices_of(order), held, strict=True):
        path = tmp_path / f"thing-1-cp313-cp313-{part.wheel_platform}.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in {**files, f"{INFO}WHEEL": part.platform.encode()}.items():
                info = zipfile.ZipInfo(name)
                info.external_attr = 0o100755 << 16
                archive.writestr(info, data)
        base = Base(path=str(path), content=part.platform, remarks=("said",))
        parts.append(Recipe(**msgspec.structs.asdict(part), tag=tag, base=base))
    return fuse_described(order, parts, tmp_path / "fused")


def test_there_is_an_order_for_each_machine(tmp_path: Path) -> None:
    told = [
        (one.identifier, one.platform, one.zig_targets, one.floor, one.wheel_platform)
        for one in slices_of(universal())
    ]
    assert told == [
        ("cp313-macosx_universal2", "macos-x86_64", ("x86_64-macos.10.13",), "10.13", "macosx_10_13_x86_64"),
        ("cp313-macosx_universal2", "macos-arm64", ("aarch64-macos.11.0",), "11.0", "macosx_11_0_arm64"),
    ]
    thin = slices_of(universal())[0]
    assert slices_of(thin) == (thin,)
    alone = Trouble(message="no")
    assert fuse_described(thin, [alone], tmp_path) is alone


def test_machine_code_is_fused_and_what_is_equal_stays(tmp_path: Path) -> None:
    wheel = fused(tmp_path, {MODULE: X86_64, "thing/a.py": b"a"}, {MODULE: ARM64, "thing/a.py": b"a"})
    assert isinstance(wheel, Recipe)
    assert wheel.base is not None
    assert (wheel.platform, wheel.tag, wheel.base.remarks) == ("macos-universal2", "cp313-cp313", ("said",))
    assert wheel.base.path == str(tmp_path / "fused" / "thing-1-cp313-cp313-macosx_10_13_universal2.whl")
    with zipfile.ZipFile(wheel.base.path) as archive:
        assert archive.namelist() == [MODULE, "thing/a.py", f"{INFO}WHEEL"]
        assert struct.unpack_from(">II", archive.read(MODULE)) == (0xCAFEBABE, 2)
        assert archive.getinfo(MODULE).external_attr >> 16 == 0o100755


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"a.txt": b"a", "b.txt": b"b"}, {"a.txt": b"1", "b.txt": b"2"}, "they differ in a.txt, b.txt"),
        ({MODULE: X86_64}, {MODULE: X86_64 + b"other"}, f"they differ in {MODULE}"),
        ({MODULE: X86_64, "only.so": X86_64}, {MODULE: ARM64}, "only one of them holds only.so"),
        (
            {f"{INFO}METADATA": b"Requires-Dist: a"},
            {f"{INFO}METADATA": b"Requires-Dist: b"},
            f"they differ in {INFO}METADATA",
        ),
        (
            {f"{number}.txt": b"" for number in range(8)},
            {},
            "only one of them holds 0.txt, 1.txt, 2.txt and 5 more",
        ),
    ],
)
def test_what_cannot_be_fused(
    first: dict[str, bytes], second: dict[str, bytes], why: str, tmp_path: Path
) -> None:
    said = "the project's own commands make wheels for macos-x86_64 and macos-arm64 that cannot be fused"
    assert fused(tmp_path, first, second) == Trouble(
        message=f"{said}: {why}",
        tip="build these two in place of macos-universal2: pip takes them on every Mac",
    )


def test_what_fails_for_one_machine_fails_for_both(tmp_path: Path) -> None:
    order = universal()
    trouble = Trouble(message="no", tip="do", output="words")
    fine = Pure(base=Base(path="thing-1-py3-none-any.whl"))
    assert fuse_described(order, [fine, trouble], tmp_path) == Trouble(
        message="for macos-arm64: no", tip="do", output="words"
    )

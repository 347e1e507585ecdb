"""``pyz3 check`` on official wheels: what they need, and what they tell of who built them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner
from official import official_wheel

from pyz3.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

CARRIES = """\
  kiwisolver/_cext.cpython-313-x86_64-linux-musl.so
  ├── libstdc++-0d31ccbe.so.6.0.32  in the wheel: kiwisolver.libs/
  │   ├── libgcc_s-a0b57c20.so.1  in the wheel: kiwisolver.libs/
  │   │   └── part of the system: libc.musl-x86_64.so.1
  │   └── part of the system: libc.musl-x86_64.so.1
  ├── libgcc_s-a0b57c20.so.1  in the wheel: kiwisolver.libs/, see above
  └── part of the system: libc.musl-x86_64.so.1
"""
LACKS = """\
  ujson.cp313-win_amd64.pyd
  ├── MSVCP140.dll  missing
  ├── python313.dll  comes with Python
"""


def checked(wheel: Path, *options: str) -> str:
    return CliRunner().invoke(cli, ["check", str(wheel), *options], standalone_mode=False).stdout


def test_a_wheel_that_carries_what_it_needs(tmp_path: Path) -> None:
    wheel = official_wheel("kiwisolver==1.4.8", "musllinux_1_2_x86_64", folder=tmp_path, python="3.13")
    assert checked(wheel, "--tree", "--ignore", "PW7") == (
        f"✓ {wheel.name}\n{CARRIES}1 wheel: 0 errors, 0 warnings\n"
    )


def test_a_wheel_that_lacks_something(tmp_path: Path) -> None:
    wheel = official_wheel("ujson==5.10.0", "win_amd64", folder=tmp_path, python="3.13")
    said = checked(wheel, "--tree", "--select", "PW203")
    assert said.startswith(f"✗ {wheel.name}\n{LACKS}")
    assert "PW203 missing-library: ujson.cp313-win_amd64.pyd needs MSVCP140.dll, which Windows" in said


def test_a_pdb_path_with_a_name_in_it(tmp_path: Path) -> None:
    wheel = official_wheel("pip==24.3.1", "any", folder=tmp_path, python="3.13")
    assert checked(wheel, "--select", "PW7").splitlines()[1] == (
        "  PW701 home-folder: pip/_vendor/distlib/t32.exe tells of "
        "C:\\Users\\Vinay\\Projects\\simple_launcher\\dist\\t32.pdb"
    )


def test_what_twine_check_strict_refuses(tmp_path: Path) -> None:
    wheel = official_wheel("six==1.16.0", "any", folder=tmp_path, python="3.13")
    assert "PW508 no-content-type: METADATA does not say what the description" in checked(wheel)

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from pyz3.hooks.build_systems import backend_variables
from pyz3.hooks.emulators import VARIABLE, emulator_for
from pyz3.hooks.requests import Place
from pyz3.plan import Order

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3._processes import Processes
    from pyz3.driver.tools import Tools

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of a POSIX system")
AARCH64 = Order(
    identifier="cp313-manylinux_aarch64", platform="linux-aarch64", python="3.13", floor="2.17",
    zig_targets=("aarch64-linux-gnu.2.17",), wheel_platform="manylinux_2_17_aarch64", optimize="ReleaseFast",
)  # fmt: skip


class Machine:
    """What some commands do here: a compiler that works, and programs of the target that ``runs`` them."""

    def __init__(self, folder: Path, *, runs: str = "", compiles: bool = True) -> None:
        self.folder, self.runs, self.compiles = folder, runs, compiles
        self.ran: list[str] = []
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.tools = cast(
            "Tools", SimpleNamespace(cc=folder / "cc", cmake_toolchain=folder / "toolchain.cmake")
        )

    def run(self, command: Any, **_: object) -> tuple[int, str]:
        name = command[0].rpartition("/")[2]
        self.ran.append(name)
        if name == "cc":
            return (0 if self.compiles else 1), ""
        return (42, "pyz3\n") if name == self.runs else (1, "")

    def put(self, *names: str) -> None:
        for name in names:
            (self.bin / name).write_text("#!/bin/sh\n")
            (self.bin / name).chmod(0o755)

    def find(self, order: Order = AARCH64, **environ: str) -> tuple[str, ...]:
        processes = cast("Processes", self)
        return emulator_for(
            order, self.tools, environ={"PATH": str(self.bin), **environ}, processes=processes
        )


def test_the_first_that_runs_a_program_is_found_once(tmp_path: Path) -> None:
    machine = Machine(tmp_path, runs="qemu-aarch64-static")
    machine.put("env", "qemu-aarch64", "qemu-aarch64-static", "qemu-arm", "wine")
    found = machine.find(QEMU_LD_PREFIX="/sysroot")
    assert found == (str(machine.bin / "qemu-aarch64-static"),)
    assert machine.ran == ["cc", "env", "qemu-aarch64", "qemu-aarch64-static"]
    assert machine.find(QEMU_LD_PREFIX="/sysroot") == found
    assert len(machine.ran) == 4


def test_what_comes_later_is_tried(tmp_path: Path) -> None:
    machine = Machine(tmp_path, runs="qemu-aarch64")
    assert machine.find() == ()
    machine.put("qemu-aarch64")
    assert machine.find()[0] == str(machine.bin / "qemu-aarch64")


def test_a_machine_of_the_same_kind_needs_none(tmp_path: Path) -> None:
    machine = Machine(tmp_path, runs="env")
    machine.put("env", "qemu-aarch64")
    assert machine.find() == (str(machine.bin / "env"),)


@pytest.mark.parametrize("compiles", [True, False])
def test_what_runs_nothing_is_not_told_of(tmp_path: Path, *, compiles: bool) -> None:
    machine = Machine(tmp_path, compiles=compiles)
    machine.put("env", "qemu-aarch64")
    assert machine.find() == ()
    assert machine.ran == ["cc", *(("env", "qemu-aarch64") if compiles else ())]


def test_what_the_user_says_counts(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert machine.find(**{VARIABLE: "/opt/qemu;-L;/sysroot"}) == ("/opt/qemu", "-L", "/sysroot")
    assert machine.ran == []


def test_cmake_is_told_by_a_variable(tmp_path: Path) -> None:
    backend = cast("Any", SimpleNamespace(is_recorded=False))
    place = Place(folder=tmp_path)
    told = backend_variables(backend, place, suffix=".so", jobs=2, emulator=("wine", "-x"))
    assert (told[VARIABLE], told["WINEDEBUG"]) == ("wine;-x", "-all")
    assert VARIABLE not in backend_variables(backend, place, suffix=".so", jobs=2)

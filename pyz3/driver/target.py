"""What the driver compiles for, and what a translation gives."""

from __future__ import annotations

from pyz3.driver.flag_table import Refusal

TYPE_CHECKING = False  # typing takes longer to import than all of this room
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from pyz3.targets import Platform

    System = Literal["elf", "macos", "windows", "wasm"]

# What ``uname -m`` says where it is not zig's name.
_MACHINES = {
    ("elf", "x86"): "i686", ("elf", "arm"): "armv7l", ("elf", "powerpc64le"): "ppc64le",
    ("macos", "aarch64"): "arm64", ("windows", "x86"): "i686",
}  # fmt: skip


class DriverTarget:
    """One of zig's targets, as the tables ask for it.

    Args:
        zig: Zig's name of it, with versions: ``aarch64-linux-gnu.2.17``.
        debug: Debug information is kept.
        libc: What modules call the C library, where zig calls it otherwise.
        debug_info: Debug data stays in what is built for release; of ELF alone.

    Attributes:
        machine: ``x86_64``, ``aarch64``, ``x86``, ``arm`` … as zig calls it.
        system: What decides which flags there are: the format of the binaries, or the system.
    """

    __slots__ = ("debug", "debug_info", "libc", "machine", "system", "zig")

    def __init__(self, zig: str, *, debug: bool = False, libc: str = "", debug_info: bool = False) -> None:
        self.zig = zig
        self.debug = debug
        self.libc = libc
        self.machine, _, rest = zig.partition("-")
        name = rest.partition("-")[0].partition(".")[0]
        systems: dict[str, System] = {"macos": "macos", "windows": "windows", "emscripten": "wasm"}
        self.system: System = systems.get(name, "elf")
        self.debug_info = debug_info and self.system == "elf"

    @property
    def uname(self) -> str:
        """What ``uname -m`` says there: ``arm64``; on Windows that of MSYS2."""
        return _MACHINES.get((self.system, self.machine), self.machine)

    @classmethod
    def of(cls, platform: Platform, *, floor: str = "", debug: bool = False) -> DriverTarget:
        """Give the target of ``platform`` for systems as old as ``floor``, or its default one.

        Of a platform that is fused from several the first is given.
        """
        zig = platform.zig_targets_for(floor)[0] if floor else platform.zig_target
        return cls(zig, debug=debug, libc=platform.slices[0].spec.libc)

    def __repr__(self) -> str:
        return f"DriverTarget({self.zig!r}, debug={self.debug})"


class Translated:
    """What became of a command's arguments.

    Attributes:
        args: For zig.
        dropped: What was left out, each as ``flag: reason``; flags that say what is so anyway are not told.
        refused: What zig cannot do and the code would not be the same without, likewise.
    """

    __slots__ = ("args", "dropped", "refused")

    def __init__(self, args: Sequence[str], reasons: Sequence[str]) -> None:
        told = [reason for reason in reasons if reason]
        self.args = tuple(args)
        self.dropped = tuple(reason for reason in told if not isinstance(reason, Refusal))
        self.refused = tuple(reason for reason in told if isinstance(reason, Refusal))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Translated):
            return NotImplemented
        return self._all == other._all

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return f"Translated({self.args!r}, {(*self.dropped, *self.refused)!r})"

    @property
    def _all(self) -> tuple[tuple[str, ...], ...]:
        return self.args, self.dropped, self.refused

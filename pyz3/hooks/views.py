"""What a project sees of the machine that it is built for, where it looks for it in Python.  Pure.

The values are what CPython itself says on such a machine; releases are those of a system in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.capi.emscripten import emscripten_abi_for
from pyz3.driver.answers import SYSTEMS
from pyz3.hooks.protocol import PythonView, SystemView

if TYPE_CHECKING:
    from pyz3.plan import Order
    from pyz3.targets import Target

# What platform.system, release and version say.
_SYSTEMS = {
    "linux": (*SYSTEMS["elf"], "#1 SMP"),
    "musllinux": (*SYSTEMS["elf"], "#1 SMP"),
    "macos": (*SYSTEMS["macos"], f"Darwin Kernel Version {SYSTEMS['macos'][1]}"),
    "windows": ("Windows", "10", "10.0.19045"),
    "pyodide": ("Emscripten", "", "#1"),
}
# sizeof(long double): IEEE's quadruple, Intel's 80 bits padded to 16 or 12 bytes, or no more than a double.
_LONG_DOUBLES = {"armv7l": 8, "i686": 12}
_POINTERS_OF_32_BITS = frozenset({"i686", "armv7l", "x86", "wasm32"})


def host_platform(order: Order) -> str:
    """Give what ``sysconfig.get_platform()`` says there: ``win-amd64``, ``emscripten-4.0.9-wasm32``."""
    return order.target.platform.host_platform(_emscripten(order.target) or order.floor)


def _emscripten(target: Target) -> str:
    """Give the version of Emscripten, which is the release that ``uname`` tells there; elsewhere nothing."""
    return emscripten_abi_for(target.python).emscripten if target.platform.family == "pyodide" else ""


def system_view(target: Target, *, floor: str) -> SystemView:
    """Give what Python says of the target's machine.

    Args:
        target: Platform and Python.
        floor: The oldest system promised: ``2.17``, ``11.0``.
    """
    family = target.platform.family
    system, release, version = _SYSTEMS[family]
    arch = target.platform.spec.arch
    machine, traits = target.platform.machine, target.platform.traits
    return SystemView(
        sys_platform=traits.sys_platform,
        os_name=traits.os_name,
        system=system,
        machine=machine,
        release=_emscripten(target) or release,
        version=version,
        maxsize=2**31 - 1 if arch in _POINTERS_OF_32_BITS else 2**63 - 1,
        libc=("glibc", floor) if traits.floor_of == "glibc" else ("", ""),
        byteorder="big" if arch == "s390x" else "little",
        mac_ver=floor if traits.floor_of == "macOS" else "",
        sizes=c_sizes(family, arch),
        pages=_pages(family, arch),
        compiler=f"MSC v.1944 64 bit ({machine})" if family == "windows" else "Clang 20.1.0 ",
    )


def c_sizes(family: str, arch: str) -> dict[str, int]:
    """Give what ``ctypes.sizeof`` says there, by the ABI of each system's C; see ``SystemView.sizes``.

    Args:
        family: Of platforms: ``linux``, ``windows`` …
        arch: As wheel tags have it.
    """
    pointer = 4 if arch in _POINTERS_OF_32_BITS else 8
    windows = family == "windows"
    plain = windows or (family == "macos" and arch != "x86_64")  # long double is double
    # glibc's time_t has 32 bits where it always had; musl's never has (since 1.2).
    old_time = family == "linux" and pointer == 4  # noqa: PLR2004 - bytes
    return {
        "long": 4 if windows else pointer,
        "void_p": pointer,
        "wchar_t": 2 if windows else 4,
        "long_double": 8 if plain else _LONG_DOUBLES.get(arch, 16),
        "time_t": 4 if old_time else 8,
        "alignment": 4 if arch == "i686" else 8,
    }


def _pages(family: str, arch: str) -> tuple[int, int]:
    # Linux is built for pages of 4, 16 or 64 kB everywhere but on Intel's processors.
    if family == "windows":
        return 4096, 65536
    if arch == "wasm32":  # of WebAssembly's memory
        return 65536, 65536
    if family == "macos" and arch == "arm64":
        return 16384, 16384
    return (4096, 4096) if arch in {"x86_64", "i686"} else (0, 0)


def python_view(target: Target, *, full: str) -> PythonView:
    """Give what the project sees of Python.

    Args:
        target: Platform and Python.
        full: The version of the headers: ``3.13.2``, ``3.15.0b2``.
    """
    python = target.python
    micro = full.split(".")[2] if full.count(".") >= 2 else "0"  # noqa: PLR2004 - major.minor.micro
    digits = "".join(c for c in micro[:2] if c.isdigit())
    return PythonView(
        version_info=(python.major, python.minor, int(digits or 0), "final", 0),
        free_threaded=python.free_threaded,
    )

"""libgcc_s, which unwinds the stack of a process that runs on glibc: a stub to link C with.

gcc links with it whatever uses it; zig has no file of it, so that C which calls ``_Unwind_Backtrace`` (a
profiler) or ``__register_frame`` (LuaJIT) stays without.  manylinux lets wheels need it (PEP 513).  C++ is
linked with zig's libunwind, which has the same functions.
"""

from __future__ import annotations

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from pyz3.driver.target import DriverTarget

STUB = "libgcc_s.so.1"

# gcc's libgcc/libgcc-std.ver.in and config/libgcc-glibc.ver, as Debian's libgcc-s1 12 to 16 have them.
_FRAMES = (
    "__deregister_frame __deregister_frame_info __register_frame __register_frame_info"
    " __register_frame_info_table __register_frame_table"
)
_VERSIONS = {
    "GCC_3.0": "_Unwind_DeleteException _Unwind_Find_FDE _Unwind_ForcedUnwind _Unwind_GetDataRelBase"
    " _Unwind_GetGR _Unwind_GetIP _Unwind_GetLanguageSpecificData _Unwind_GetRegionStart"
    " _Unwind_GetTextRelBase _Unwind_RaiseException _Unwind_Resume _Unwind_SetGR _Unwind_SetIP"
    " __deregister_frame_info_bases __register_frame_info_bases __register_frame_info_table_bases",
    "GCC_3.3": "_Unwind_Backtrace _Unwind_FindEnclosingFunction _Unwind_GetCFA _Unwind_Resume_or_Rethrow",
    "GCC_4.2.0": "_Unwind_GetIPInfo",
}
# Of functions that were glibc's once.  32-bit ARM has functions of its own; of LoongArch nobody has looked.
_FRAMES_VERSION = {
    "x86_64": "GCC_3.0",
    "x86": "GLIBC_2.0",
    "aarch64": "GLIBC_2.0",
    "powerpc64le": "GLIBC_2.0",
    "riscv64": "GLIBC_2.0",
    "s390x": "GLIBC_2.2",
}


def has_stub(target: DriverTarget) -> bool:
    """Tell whether C for a target is linked with the stub."""
    return "-gnu" in target.zig and target.system == "elf" and target.machine in _FRAMES_VERSION


def symbols(machine: str) -> dict[str, str]:
    """Give what is in it: name → version.

    Args:
        machine: Zig's name, one that has a stub.
    """
    found = {name: version for version, names in _VERSIONS.items() for name in names.split()}
    return {**found, **dict.fromkeys(_FRAMES.split(), _FRAMES_VERSION[machine])}


def files(machine: str) -> dict[str, str]:
    """Give the assembler source and the version script that it is made from, by name.

    Args:
        machine: Zig's name, one that has a stub.
    """
    versions: dict[str, list[str]] = {}
    for name, version in sorted(symbols(machine).items()):
        versions.setdefault(version, []).append(name)
    source = "".join(f".globl {name}\n.type {name},%function\n{name}:\n" for name in symbols(machine))
    script = "".join(f"{version} {{ {'; '.join(names)}; }};\n" for version, names in versions.items())
    return {"stub.S": f".text\n{source}", "stub.map": script}

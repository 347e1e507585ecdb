"""How modules for Pyodide are compiled and linked with zig alone: arguments as data.

Three tools inside zig are used: ``zig clang`` (plain clang; ``zig c++`` would put other headers
first), ``zig wasm-ld``, and zig's own compiler for Zig sources.  The C library, libc++ and the
compiler's run-time library are in Pyodide's main module: nothing but the project is compiled.

Headers: pyz3's overlay (``include/``), then libc++'s, the compiler's, musl's as zig carries them.
musl has no wasm32 of its own; riscv32 is the 32-bit machine whose ``time_t`` always had 64 bits.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pyz3.capi.entry import init_suffix

if TYPE_CHECKING:
    from pyz3.capi.emscripten.abis import EmscriptenAbi, Unwinding

Optimize = Literal["Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall"]

_HERE = Path(__file__).parent
CLANG_TARGET = "wasm32-unknown-emscripten"
ZIG_TARGET = "wasm32-emscripten"
# With extended constant expressions Node 20 refuses a module.
ZIG_CPU = "generic-extended_const"
# Root of a Zig module; it imports the user's file as "extension".
ZIG_ROOT = _HERE / "root.zig"

_OPTIMIZE: dict[Optimize, tuple[str, ...]] = {
    "Debug": ("-O0",),
    "ReleaseSafe": ("-O2",),
    "ReleaseFast": ("-O2", "-DNDEBUG"),
    "ReleaseSmall": ("-Os", "-DNDEBUG"),
}
# How setjmp, longjmp and C++ exceptions become what the main module can unwind.
_SETJMP: dict[Unwinding, tuple[str, ...]] = {
    "javascript": ("-mllvm", "-enable-emscripten-sjlj"),
    "wasm": ("-fwasm-exceptions", "-mllvm", "-wasm-enable-sjlj"),
}
_CXX_UNWINDING: dict[Unwinding, tuple[str, ...]] = {
    "javascript": ("-fexceptions", "-mllvm", "-enable-emscripten-cxx-exceptions", *_SETJMP["javascript"]),
    "wasm": _SETJMP["wasm"],
}
# What zig's copy of libc++ expects instead of a <__config_site>.  Pyodide's libc++ is Emscripten's:
# ABI version 2 in namespace __2, with threads (their functions exist; starting one fails).
_LIBCXX = (
    "-D_LIBCPP_ABI_VERSION=2",
    "-D_LIBCPP_ABI_NAMESPACE=__2",
    "-D_LIBCPP_HAS_FILESYSTEM=1",
    "-D_LIBCPP_HAS_LOCALIZATION=1",
    "-D_LIBCPP_HAS_MONOTONIC_CLOCK=1",
    "-D_LIBCPP_HAS_MUSL_LIBC=1",
    "-D_LIBCPP_HAS_RANDOM_DEVICE=1",
    "-D_LIBCPP_HAS_TERMINAL=1",
    "-D_LIBCPP_HAS_THREADS=1",
    "-D_LIBCPP_HAS_TIME_ZONE_DATABASE=0",
    "-D_LIBCPP_HAS_UNICODE=1",
    "-D_LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS=0",
    "-D_LIBCPP_HAS_WIDE_CHARACTERS=1",
    "-D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_NONE",
    "-D_LIBCPP_PSTL_BACKEND_SERIAL",
)


def system_include_dirs(zig_lib: Path) -> tuple[Path, ...]:
    """Give the folders of the C library's and the compiler's headers, in search order.

    Also for ``zig translate-c``, which a Zig module's ``@import("python")`` comes from.

    Args:
        zig_lib: Zig's ``lib`` folder.
    """
    libc = zig_lib / "libc" / "include"
    return (
        _HERE / "include",
        zig_lib / "include",
        libc / "riscv32-linux-musl",
        libc / "generic-musl",
        libc,  # the overlay names zig's own folders
    )


def macros(abi: EmscriptenAbi) -> tuple[str, ...]:
    """Give the macros (``NAME=VALUE``) that tell headers, and projects, which Emscripten it is."""
    major, minor, tiny = abi.emscripten.split(".")
    return (
        f"__EMSCRIPTEN_major__={major}",
        f"__EMSCRIPTEN_minor__={minor}",
        f"__EMSCRIPTEN_tiny__={tiny}",
        f"PYZ3_LIBCXX={abi.libcxx_major}",
    )


def c_flags(abi: EmscriptenAbi, zig_lib: Path, optimize: Optimize | None = "ReleaseFast") -> tuple[str, ...]:
    """Give what ``zig clang`` needs for C, before the project's own flags, of which one may be the level."""
    return _flags(abi, optimize, system_include_dirs(zig_lib), _SETJMP[abi.unwinding])


def cxx_flags(
    abi: EmscriptenAbi, zig_lib: Path, optimize: Optimize | None = "ReleaseFast"
) -> tuple[str, ...]:
    """Give what ``zig clang`` needs for C++, before the project's own flags and ``-c``."""
    overlay, *rest = system_include_dirs(zig_lib)
    libcxx = (zig_lib / "libcxx" / "include", zig_lib / "libcxxabi" / "include")
    return _flags(abi, optimize, (overlay, *libcxx, *rest), (*_CXX_UNWINDING[abi.unwinding], *_LIBCXX))


def link_flags(
    module: str, *, library: bool = False, export_symbols: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Give what ``zig wasm-ld`` needs, before the objects and ``-o``.

    Args:
        module: The extension module's name, dotted or not.
        library: It is no extension module but another shared library.
        export_symbols: What it exports besides the init function; of globs the linker knows nothing.
    """
    names = export_symbols
    if not library:
        names = (f"PyInit{init_suffix(module)}", *names)
    return (
        "--shared",
        "--experimental-pic",
        "--allow-undefined",  # Pyodide supplies the C library; the audit checks each name
        *(f"--export-if-defined={name}" for name in names if "*" not in name and "?" not in name),
        # Template code of the module's own libc++ headers must not be replaced by Pyodide's.
        "-Bsymbolic",
        "--strip-all",
    )


def _flags(
    abi: EmscriptenAbi, optimize: Optimize | None, include: tuple[Path, ...], extra: tuple[str, ...]
) -> tuple[str, ...]:
    return (
        "-target",
        CLANG_TARGET,
        "-fPIC",
        "-mno-extended-const",
        *(_OPTIMIZE[optimize] if optimize else ()),
        *extra,
        *(f"-D{macro}" for macro in macros(abi)),
        "-nostdinc",
        *(argument for folder in include for argument in ("-isystem", str(folder))),
    )

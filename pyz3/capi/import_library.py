"""Windows import libraries, made from a list of names: no Windows Python is needed."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pyz3.capi.stable_abi import stable_abi_dll
from pyz3.errors import Pyz3Error
from pyz3.store import is_whole, seal

if TYPE_CHECKING:
    from pyz3.capi.symbols import SymbolList
    from pyz3.store import Cache
    from pyz3.targets import PythonVersion

Architecture = Literal["amd64", "arm64", "x86"]

# Machine names as dlltool's -m takes them (GNU binutils).
_MACHINES: dict[Architecture, str] = {"amd64": "i386:x86-64", "arm64": "arm64", "x86": "i386"}


def definition(symbols: SymbolList, *, dll: str) -> str:
    """Give the module-definition file of ``dll``.

    Names of data are marked ``DATA``: else the linker makes a thunk for each, and the address of
    ``PyExc_ValueError`` would be that of a jump instruction.
    """
    functions = [f"    {name}" for name in sorted(symbols.functions)]
    data = [f"    {name} DATA" for name in sorted(symbols.data)]
    return "\n".join([f"LIBRARY {dll}", "EXPORTS", *functions, *data, ""])


def dll_name(version: PythonVersion, *, stable_abi: str = "") -> str:
    """Give the file name of the library that modules take the C API from.

    It is ``python313.dll`` or ``python313t.dll``; with ``stable_abi``, the version of the stable
    ABI, ``python3.dll`` or ``python3t.dll``.
    """
    return stable_abi_dll(stable_abi) if stable_abi else f"python{version.nodot}.dll"


def import_library(
    symbols: SymbolList,
    *,
    version: PythonVersion,
    arch: Architecture,
    cache: Cache,
    zig: tuple[str, ...],
    stable_abi: str = "",
) -> Path:
    """Give an import library for the interpreter's DLL, made on first use.

    Args:
        symbols: What the DLL exports: ``python_symbols()``; for the stable ABI ``limited_api()``, so
            that what its version lacks cannot be linked.
        version: The Python; its name tells the DLL's.
        arch: The machine as in wheel tags.
        cache: pyz3's.
        zig: The command that runs zig.
        stable_abi: The version of the stable ABI: ``3.10``, ``3.15t``; empty: ``version``'s own ABI.

    Returns:
        ``<import libraries>/<name>-<arch>-<digest>/python313.lib``; for the stable ABI
        ``python3.lib`` or ``python3t.lib``.

    Raises:
        Pyz3Error: ``zig dlltool`` failed.
        ValueError: ``stable_abi`` names no stable ABI.
        OSError: The cache cannot be written, or zig cannot be started.
    """
    dll = dll_name(version, stable_abi=stable_abi)
    stem = dll.removesuffix(".dll")
    text = definition(symbols, dll=dll)
    key = hashlib.sha256(f"{arch}\n{text}".encode()).hexdigest()[:16]
    folder = cache.import_libraries / f"{stem}-{arch}-{key}"
    library = folder / f"{stem}.lib"
    if is_whole(library):
        return library
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".tmp-") as scratch:
        source = Path(scratch) / "python.def"
        result = Path(scratch) / library.name
        source.write_text(text, encoding="ascii", newline="\n")
        # fmt: off
        command = [*zig, "dlltool", "-m", _MACHINES[arch], "-D", dll, "-d", str(source), "-l", str(result)]
        # fmt: on
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0 or not result.is_file():
            raise Pyz3Error(
                f"zig could not make the import library of {dll}:\n{done.stderr.strip()}",
                tip="this is a fault of pyz3 or of the installed ziglang package, not of your project",
            )
        result.replace(library)
        seal(library)
    return library

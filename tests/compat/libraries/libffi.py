"""libffi, which cffi's extension module calls functions with, for each platform.

usage: python libffi.py fetch    downloads the sources to this folder: npm's ffi-napi holds them, with
                                 what libffi's configure says of each platform
       python libffi.py          as `before-build`: compiles them with CC and AR into PYZ3_PREFIX
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMMON = ("closures", "prep_cif", "raw_api", "types")
SYSTEMS = {"linux": "linux", "musllinux": "linux", "macos": "mac", "windows": "win"}
MACHINES = {"x86_64": "x64", "x64": "x64", "aarch64": "arm64", "arm64": "arm64"}
SOURCES = {
    "x64": ("x86/ffi64.c", "x86/ffiw64.c", "x86/unix64.S", "x86/win64.S"),
    "arm64": ("aarch64/ffi.c", "aarch64/sysv.S"),
}


def fetch() -> None:
    """Download the sources."""
    subprocess.run([shutil.which("npm") or "npm", "pack", "--silent", "ffi-napi@4.0.3"], check=True, cwd=HERE)
    (archive,) = HERE.glob("ffi-napi*.tgz")
    shutil.unpack_archive(archive, HERE, filter="data")


def build() -> None:
    """Compile them for one wheel."""
    system, _, name = os.environ["PYZ3_PLATFORM"].partition("-")
    machine = MACHINES[name]
    folder = HERE / "package" / "deps" / "libffi"
    config = folder / "config" / SYSTEMS[system] / machine
    sources = [*(f"{name}.c" for name in COMMON), *SOURCES[machine]]
    if (system, machine) == ("windows", "x64"):
        sources = [name for name in sources if name not in {"x86/ffi64.c", "x86/unix64.S"}]
    own = folder / "src" / SOURCES[machine][0].partition("/")[0]
    flags = ["-O2", "-w", "-DHAVE_CONFIG_H", "-DFFI_BUILDING", "-Dffs=__builtin_ffs"]
    flags += [f"-I{path}" for path in (own, config, folder / "include", folder / "src")]
    objects = []
    for source in sources:
        objects.append(source.replace("/", "_") + ".o")
        compile_it = [os.environ["CC"], *flags, "-c", folder / "src" / source, "-o", objects[-1]]
        subprocess.run(compile_it, check=True)
    prefix = Path(os.environ["PYZ3_PREFIX"])
    subprocess.run([os.environ["AR"], "rcs", prefix / "lib" / "libffi.a", *objects], check=True)
    for header in (config / "ffi.h", own / "ffitarget.h"):
        shutil.copy(header, prefix / "include")


fetch() if sys.argv[1:] == ["fetch"] else build()

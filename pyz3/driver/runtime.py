"""What zig's own runtime lacks, as libraries that each link is given.

Zig 0.16 links its compiler-rt, libc++ and stubs of the C libraries; none of that can be told to be otherwise.
What is defined in a library of ours comes first, and of an archive only those parts are linked that are used:

* ``libpyz3.a``, from our sources in ``runtime/``: what code compiled by gcc or clang expects of libgcc or
  compiler-rt, and zig's compiler-rt has not, or has with another calling convention.
* ``libpyz3-c++.a``, from zig's own sources: types are compared by their names, so that an exception of one
  module is known to another, each of which has a libc++abi of its own; and ``operator new`` stays inside
  (where symbols of a process are one, as on macOS, another library's memory would come from ours).
* ``libc++.tbd``, in place of that, for links with macOS' own libc++ (:mod:`.system_cxx`).
* A stub of musl under the name that Alpine gives it, and one of libgcc_s for C on glibc (:mod:`.unwinder`).
* ``libpyz3-ucrt.a``, import libraries of Windows and, where something of it is missing, ``compiler_rt.lib``,
  for links without mingw-w64's runtime (:mod:`.lean`).

They are made on first use, in half a second, from files that are on this machine.
"""

from __future__ import annotations

import os

from pyz3.driver import lean, unwinder
from pyz3.driver import system_cxx as system
from pyz3.driver.sysroot import FOLDER

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pyz3.driver.target import DriverTarget

_SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "runtime")  # noqa: PTH100, PTH118, PTH120 - see __init__.py
_C = "libpyz3.a"
_CXX = "libpyz3-c++.a"
# Included first of all, so that a binary tells what of a library of ours is in it.
_MARK = f"{_SOURCES}/mark.h"
_MARKS = {
    _C: "pyz3's runtime library",
    _CXX: "libc++abi, as pyz3 compiles it",
    lean.UCRT: "pyz3's start-up code",
}

# Names that zig's libc.S tests with #ifdef, by zig's name of the machine; zig's musl.zig defines them so.
# TIME32: machines whose first ABI had a 32-bit time_t.
MUSL_MACROS: Mapping[str, Collection[str]] = {
    "x86_64": ("PTR64", "ARCH_x86_64", "FAMILY_x86"),
    "aarch64": ("PTR64", "ARCH_aarch64", "FAMILY_aarch64"),
    "x86": ("TIME32", "ARCH_i386", "FAMILY_x86"),
    "arm": ("TIME32", "ARCH_arm", "FAMILY_arm"),
    "powerpc64le": ("PTR64", "ARCH_powerpc64", "FAMILY_powerpc"),
    "riscv64": ("PTR64", "ARCH_riscv64", "FAMILY_riscv"),
    "s390x": ("PTR64", "ARCH_s390x", "FAMILY_s390x"),
}

_FLAGS = (
    "-O2", "-g0", "-fPIC", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections",
    "-fno-stack-protector", "-fno-sanitize=undefined", "-w",
)  # fmt: skip
# Types by name, as libc++'s header <typeinfo> explains; zig's own way of compiling its libc++abi otherwise.
_BY_NAME = "-D_LIBCPP_TYPEINFO_COMPARISON_IMPLEMENTATION=2"
_CXX_FLAGS = (
    "-std=c++23", "-fvisibility-inlines-hidden", "-fvisibility-global-new-delete=force-hidden",
    "-D_LIBCPP_BUILDING_LIBRARY", "-D_LIBCXXABI_BUILDING_LIBRARY", "-DLIBCXX_BUILDING_LIBCXXABI",
    "-D_LIBCPP_DISABLE_VISIBILITY_ANNOTATIONS", "-D_LIBCXXABI_DISABLE_VISIBILITY_ANNOTATIONS",
)  # fmt: skip
_CXX_SOURCES = ("private_typeinfo.cpp", "stdlib_new_delete.cpp")
# What <typeinfo> has for Apple's 64-bit ARM: a bit of the name's address tells the names that are not unique.
# Of libc++'s own types it is not set, although each module has them.
_UNIQUE = "return !(__lhs & __non_unique_rtti_bit::value);"


def by_name(target: DriverTarget) -> tuple[str, ...]:
    """Give the flag by which C++ compares types by name; none where it does so anyway, or in another way."""
    unlike = target.system == "elf" or (target.system == "macos" and target.machine == "x86_64")
    return (_BY_NAME,) if unlike else ()


def cxx_flags(target: DriverTarget) -> tuple[str, ...]:
    """Give what C++ is compiled with: the flag of :func:`by_name`, and headers before libc++'s own."""
    folders = ("libc++", "libc++-macos") if target.system == "macos" else ("libc++",)
    return (*by_name(target), *(f"-I{FOLDER}/{folder}" for folder in folders))


def runtime_files(
    folder: str, target: DriverTarget, *, cxx: bool | None, system_cxx: bool = False, shared: bool = True
) -> tuple[str, ...]:
    """Give the libraries that a link is given, as paths; :func:`make_runtime` makes them.

    Args:
        folder: Where they are; empty: nowhere, there are none.
        target: What is linked for.
        cxx: C++ is linked; None: that is not known.
        system_cxx: With the system's library.
        shared: A shared library is linked.
    """
    names = [_C]
    if cxx and target.system in {"elf", "macos"}:
        names.append(system.STUB if system_cxx else _CXX)
    if target.libc and shared:
        names.append(target.libc)
    if cxx is False and unwinder.has_stub(target):
        names.append(unwinder.STUB)  # after all else: it counts only where nothing else has a symbol
    return tuple(f"{folder}/{target.zig}/{name}" for name in names) if folder else ()


def runtime_folder(parent: str) -> str:
    """Give the folder of all targets below ``parent``: it tells what they are made from."""
    import hashlib  # noqa: PLC0415 - who reads the folder's name need not wait for it

    digest = hashlib.sha256()
    makers = (__file__, lean.__file__, system.__file__, system.EXPORTS, unwinder.__file__)
    own = (file for folder in (_SOURCES, lean.SOURCES) for file in _own_files(folder, (".c", ".h")))
    for path in (*map(os.path.abspath, makers), *own):
        with open(path, "rb") as file:  # noqa: PTH123 - see above
            digest.update(file.read())
    return f"{parent}/o/pyz3-{digest.hexdigest()[:16]}"  # among what zig makes: it is kept as that is


def make_runtime(
    files: Sequence[str], target: DriverTarget, *, zig: str, zig_lib: str, environ: Mapping[str, str]
) -> None:
    """Make those of ``files`` that are not there; several processes may do it at a time, and one's stays.

    Args:
        files: What :func:`runtime_files` gave.
        target: What they are for.
        zig: The executable.
        zig_lib: Its own files.
        environ: For zig: where its global cache is.

    Raises:
        OSError: The folder cannot be written, or zig cannot be started, or it failed.
    """
    for file in files:
        if not os.path.exists(file):  # noqa: PTH110 - see __init__.py
            _make(file, target, zig=zig, zig_lib=zig_lib, environ=environ)


def _make(file: str, target: DriverTarget, *, zig: str, zig_lib: str, environ: Mapping[str, str]) -> None:
    import subprocess  # noqa: PLC0415 - rare
    import tempfile  # noqa: PLC0415

    folder, name = os.path.split(file)
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    with tempfile.TemporaryDirectory(dir=folder, prefix=".tmp-") as scratch:
        # Nothing of this is compiled twice, or changes.
        own = {**environ, "ZIG_LOCAL_CACHE_DIR": f"{scratch}/zig"}

        def run(step: Sequence[str]) -> None:
            done = subprocess.run(step, env=own, cwd=scratch, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise OSError(None, f"cannot be made by {' '.join(step)}:\n{done.stderr.strip()}", file)

        if name == system.STUB:
            with open(f"{scratch}/{name}", "w", encoding="utf-8") as stub:  # noqa: PTH123 - see above
                stub.write(system.stub(target))
        elif name == unwinder.STUB:
            for own_name, text in unwinder.files(target.machine).items():
                with open(f"{scratch}/{own_name}", "w", encoding="utf-8") as stub:  # noqa: PTH123 - see above
                    stub.write(text)
        for step in _steps(name, target, zig=zig, zig_lib=zig_lib, scratch=scratch):
            run(step)
        if name == lean.UCRT or (name.endswith(".lib") and name != lean.COMPILER_RT):
            lean.make_import_libraries(name, target, zig=zig, zig_lib=zig_lib, scratch=scratch, run=run)
        place_first(f"{scratch}/{name}", file)


def place_first(made: str, file: str) -> None:
    """Have what was made under its name; another process's stays, as what zig's cache has never changes.

    Two are not the same bytes: objects for Windows tell in which folder they were made.

    Args:
        made: The file, in a folder that is deleted; its name there begins with ``.tmp-`` (:mod:`pyz3.store`).
        file: Its place, on the same disk.

    Raises:
        OSError: It cannot be written.
    """
    try:
        os.link(made, file)
    except FileExistsError:
        return
    except OSError:  # a file system without links
        os.replace(made, file)  # noqa: PTH105 - replaces on every system


def _steps(name: str, target: DriverTarget, *, zig: str, zig_lib: str, scratch: str) -> list[tuple[str, ...]]:
    """Give the command lines that make one library in ``scratch``, or what of it is compiled."""
    if name == lean.COMPILER_RT:
        bitcode, archive = lean.compiler_rt_args(target, zig_lib=zig_lib)
        made = f"{name}.bc"
        return [
            (zig, *bitcode, "-fno-emit-bin", f"-femit-llvm-bc={made}"),
            (zig, *archive, made, f"-femit-bin={name}"),
        ]
    if name.startswith("zig-"):
        from pyz3.driver.zig_parts import zig_parts  # noqa: PLC0415 - rarely needed

        (part,) = (one for one in zig_parts(target, folder="", zig_lib=zig_lib) if one.file == f"/{name}")
        return [(zig, *part.args, f"-femit-bin={name}")]
    if name.endswith((".lib", ".tbd")):
        return []
    if name == unwinder.STUB:
        return [_stub(name, target, zig, "-Wl,--version-script=stub.map", "stub.S")]
    if name not in {_C, _CXX, lean.UCRT}:
        macros = [f"-D{macro}" for macro in MUSL_MACROS[target.machine]]
        return [_stub(name, target, zig, *macros, f"{zig_lib}/libc/musl/libc.S")]
    maps = (f"-ffile-prefix-map={zig_lib}=zig", f"-ffile-prefix-map={_SOURCES}=pyz3")
    tool, sources = "cc", _own_files(_SOURCES)
    flags: tuple[str, ...] = (*_FLAGS, *maps)
    if name == lean.UCRT:
        sources = _own_files(lean.SOURCES)
        flags = (*flags, *lean.compile_flags(zig_lib))
    elif name == _CXX:
        abi = f"{zig_lib}/libcxxabi"
        own = _own_typeinfo(target, zig_lib=zig_lib, scratch=scratch)
        includes = (*own, f"-I{abi}/include", f"-I{zig_lib}/libcxx/src")
        tool, flags = "c++", (*flags, *_CXX_FLAGS, *includes)
        sources = [f"{abi}/src/{source}" for source in _CXX_SOURCES]
    if name in _MARKS:
        flags = (*flags, f'-DPYZ3_MARK="{_MARKS[name]}"', "-include", _MARK)
    objects = [f"{os.path.basename(source)}.o" for source in sources]  # noqa: PTH119
    compiles = [
        (zig, tool, "-target", target.zig, *flags, "-c", source, "-o", made)
        for source, made in zip(sources, objects, strict=True)
    ]
    return [*compiles, (zig, "ar", "rcsD", name, *objects)]


def _stub(name: str, target: DriverTarget, zig: str, *words: str) -> tuple[str, ...]:
    linking = ("-shared", "-nostdlib", "-s", f"-Wl,-soname,{name}")
    return (zig, "cc", "-target", target.zig, *linking, *words, "-o", name)


def _own_typeinfo(target: DriverTarget, *, zig_lib: str, scratch: str) -> tuple[str, ...]:
    if flags := by_name(target):
        return flags
    with open(f"{zig_lib}/libcxx/include/typeinfo", encoding="utf-8") as file:  # noqa: PTH123 - see above
        text = file.read()
    if _UNIQUE not in text:
        raise OSError(f"{zig_lib}/libcxx/include/typeinfo is not that of zig 0.16")
    with open(f"{scratch}/typeinfo", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text.replace(_UNIQUE, "(void)__lhs; return false;"))
    return (f"-I{scratch}", f"-ffile-prefix-map={scratch}=pyz3")


def _own_files(folder: str, endings: tuple[str, ...] = (".c",)) -> list[str]:
    return sorted(f"{folder}/{name}" for name in os.listdir(folder) if name.endswith(endings))  # noqa: PTH208

"""Our pyconfig.h: it compiles for every target, and it says what the real ones say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest
from runtimes import missing, require, runtimes_dir

from pyz3.capi import HeaderTree, best_headers, find_headers, prepare_include
from pyz3.capi.discovery import read_tree
from pyz3.store import Cache
from pyz3.targets import SUPPORTED, Platform, PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

ZIG = (sys.executable, "-m", "ziglang")

SOURCE = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <datetime.h>
#include <pthread.h>
#include <time.h>
#include <wchar.h>
#ifdef __cplusplus
#define SAME(macro, value) static_assert((macro) == (value), #macro)
#else
#define SAME(macro, value) _Static_assert((macro) == (value), #macro)
#endif
SAME(SIZEOF_SHORT, sizeof(short));
SAME(SIZEOF_INT, sizeof(int));
SAME(SIZEOF_LONG, sizeof(long));
SAME(SIZEOF_LONG_LONG, sizeof(long long));
SAME(SIZEOF_FLOAT, sizeof(float));
SAME(SIZEOF_DOUBLE, sizeof(double));
SAME(SIZEOF_VOID_P, sizeof(void *));
SAME(SIZEOF_SIZE_T, sizeof(size_t));
SAME(SIZEOF_UINTPTR_T, sizeof(uintptr_t));
SAME(SIZEOF_WCHAR_T, sizeof(wchar_t));
SAME(SIZEOF_TIME_T, sizeof(time_t));
SAME(SIZEOF_PID_T, sizeof(pid_t));
SAME(SIZEOF_OFF_T, sizeof(off_t));
SAME(SIZEOF_FPOS_T, sizeof(fpos_t));
SAME(SIZEOF_VOID_P, sizeof(Py_ssize_t));
SAME(LONG_BIT, 8 * sizeof(long));
#ifndef __cplusplus
SAME(SIZEOF__BOOL, sizeof(_Bool));
#endif
#ifndef _WIN32
SAME(SIZEOF_PTHREAD_T, sizeof(pthread_t));
SAME(SIZEOF_PTHREAD_KEY_T, sizeof(pthread_key_t));
SAME(SSIZE_MAX, PY_SSIZE_T_MAX);
#else
SAME(Py_ENABLE_SHARED, 1);
#endif
#ifdef WORDS_BIGENDIAN
SAME(__BYTE_ORDER__, __ORDER_BIG_ENDIAN__);
#else
SAME(__BYTE_ORDER__, __ORDER_LITTLE_ENDIAN__);
#endif
#if defined(GIL) && GIL != defined(Py_GIL_DISABLED)
#error "free threading is not what was asked for"
#endif
static PyMemberDef members[] = {{"x", T_INT, offsetof(PyMemberDef, flags), READONLY, NULL}};
extern PyObject *use(PyObject *self);
PyObject *use(PyObject *self) {
  Py_INCREF(self);
  if (PyErr_Occurred() || members[0].flags < 0) { PyErr_SetString(PyExc_ValueError, ""); return NULL; }
  return PyLong_FromPid(0);
}
"""


@cache
def trees() -> dict[str, HeaderTree]:
    """The best headers of each version: this machine's, then the provisioned ones."""
    provisioned = (runtimes_dir() / "include").glob("python3.*")
    extra = [tree for path in provisioned if (tree := read_tree(path, origin="system"))]
    return best_headers([*find_headers(environ=os.environ), *extra])


@pytest.fixture(scope="module")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def headers_of(version: PythonVersion, cache_folder: Path) -> Path:
    if version.base not in trees():
        missing(f"no headers of {version.base}: run scripts/runtimes.sh include-{version.base}")
    return prepare_include(trees()[version.base], Cache(cache_folder))


def zig(*arguments: str, cwd: Path) -> str:
    done = subprocess.run([*ZIG, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


# ---- It compiles -------------------------------------------------------------------------------

TARGETS = tuple(platform.zig_target for platform in Platform if platform.family != "pyodide")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("version", SUPPORTED, ids=str)
def test_compiles(version: PythonVersion, target: str, tmp_path: Path, cache_folder: Path) -> None:
    include = headers_of(version, cache_folder)
    (tmp_path / "use.c").write_text(SOURCE)
    flags = ["-isystem", str(include), "-c", "-o", "use.o", "-std=c11", "-Wall", "-Wextra", "-Werror"]
    if version.free_threaded:
        flags += ["-DPy_GIL_DISABLED=1", "-DGIL=1"]
    elif version.minor >= 13:
        flags += ["-DGIL=0"]
    zig("cc", "-target", target, *flags, "use.c", cwd=tmp_path)


CPP_TARGETS = ("x86_64-linux-gnu.2.17", "aarch64-macos.11.0", "x86_64-windows-gnu", "aarch64-windows-gnu")


@pytest.mark.parametrize("target", CPP_TARGETS)
@pytest.mark.parametrize("version", SUPPORTED, ids=str)
def test_compiles_as_cpp(version: PythonVersion, target: str, tmp_path: Path, cache_folder: Path) -> None:
    include = headers_of(version, cache_folder)
    (tmp_path / "use.cpp").write_text(SOURCE)
    flags = ["-isystem", str(include), "-c", "-o", "use.o", "-std=c++17", "-Wall", "-Werror"]
    if version.free_threaded:
        flags += ["-DPy_GIL_DISABLED=1", "-DGIL=1"]
    zig("c++", "-target", target, *flags, "use.cpp", cwd=tmp_path)


@pytest.mark.parametrize("name", ["use.c", "use.cpp"])
@pytest.mark.parametrize("flags", [(), ("-fms-extensions",)], ids=["plain", "ms-extensions"])
def test_thread_of_free_threaded_windows_on_arm(
    flags: tuple[str, ...], name: str, tmp_path: Path, cache_folder: Path
) -> None:
    include = headers_of(PythonVersion.parse("3.13t"), cache_folder)
    source = "#include <Python.h>\nextern void *owner(void);\n"
    (tmp_path / name).write_text(f"{source}void *owner(void) {{ return (void *)_Py_ThreadId(); }}\n")
    flags += ("-DPy_GIL_DISABLED=1", "-O1", "-S", "-o", "use.s", "-Wall")
    # Of the words that zig adds -S needs no -c, and clang says so.
    flags += ("-Werror", "-Wno-unused-command-line-argument")
    zig("cc", "-target", "aarch64-windows-gnu", "-isystem", str(include), *flags, name, cwd=tmp_path)
    assembly = (tmp_path / "use.s").read_text()
    assert re.search(r"^\s+mov\s+x0, x18$", assembly, re.MULTILINE)
    assert not re.search(r"^\s+bl\s", assembly, re.MULTILINE)  # a call


def test_other_registers_of_windows_on_arm_are_refused(tmp_path: Path, cache_folder: Path) -> None:
    include = headers_of(PythonVersion.parse("3.13t"), cache_folder)
    source = "#include <Python.h>\nunsigned long long stack(void);\n"
    (tmp_path / "use.c").write_text(f"{source}unsigned long long stack(void) {{ return __getReg(31); }}\n")
    command = [*ZIG, "cc", "-target", "aarch64-windows-gnu", "-isystem", str(include), "-c", "use.c"]
    command += ["-DPy_GIL_DISABLED=1", "-o", "use.o"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "error: only register 18 can be read" in done.stderr


@pytest.mark.parametrize("target", ["x86_64-linux-musl", "x86_64-macos.10.13", "x86_64-windows-gnu"])
def test_may_be_included_before_python_h(target: str, tmp_path: Path, cache_folder: Path) -> None:
    include = headers_of(PythonVersion(3, 11), cache_folder)
    (tmp_path / "use.c").write_text("#include <pyconfig.h>\n#include <stdio.h>\n#include <Python.h>\n")
    flags = ("-isystem", str(include), "-c", "-o", "use.o", "-Wall", "-Werror")
    zig("cc", "-target", target, *flags, "use.c", cwd=tmp_path)


# ---- It says what the real ones say ------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Real:
    """A real pyconfig.h, for one target, and how to preprocess it."""

    name: str
    version: PythonVersion
    target: str
    path: Path
    include: Path
    flags: tuple[str, ...] = ()


# PC/pyconfig.h looks at MSVC's macros, and takes clang for gcc otherwise.
MSVC = {
    "x86_64-windows-gnu": ("-U__GNUC__", "-D_MSC_VER=1938", "-D_M_X64=100", "-D_WIN32=1", "-D_WIN64=1"),
    "aarch64-windows-gnu": ("-U__GNUC__", "-D_MSC_VER=1938", "-D_M_ARM64=1", "-D_WIN32=1", "-D_WIN64=1"),
    "x86-windows-gnu": ("-U__GNUC__", "-D_MSC_VER=1938", "-D_M_IX86=600", "-D_WIN32=1"),
}


def reals() -> list[Real]:
    """Every real pyconfig.h that this machine or scripts/runtimes.sh may have: a fixed list."""
    provisioned = runtimes_dir() / "include"
    found = []
    for text in ("3.11", "3.13", "3.14", "3.15"):
        version = PythonVersion.parse(text)
        folder, include = provisioned / f"pyconfig-{text}", provisioned / f"python{text}"
        for machine, target in (("amd64", "x86_64-linux-gnu"), ("arm64", "aarch64-linux-gnu")):
            path = folder / machine / "pyconfig.h"
            name = f"debian-{machine}-{text}"
            found.append(Real(name=name, version=version, target=target, path=path, include=include))
        for target, flags in MSVC.items() if text in {"3.11", "3.13"} else ():
            path = folder / "windows" / "pyconfig.h"
            name = f"{target}-{text}"
            # fmt: off
            real = Real(name=name, version=version, target=target, path=path, include=include, flags=flags)
            # fmt: on
            found.append(real)
    for name, target in (
        ("linux_x86_64-3.13t", "x86_64-linux-gnu"),
        ("musllinux_x86_64-3.13", "x86_64-linux-musl"),
    ):
        version = PythonVersion.parse(name.partition("-")[2])
        include = runtimes_dir() / "opt" / name / "include" / f"python{version}"
        path = include / "pyconfig.h"
        found.append(Real(name=name, version=version, target=target, path=path, include=include))
    return found


CURSES = frozenset(
    {
        "HAVE_CURSES_H",
        "HAVE_CURSES_IS_PAD",
        "HAVE_NCURSESW_CURSES_H",
        "HAVE_NCURSESW_NCURSES_H",
        "HAVE_NCURSES_CURSES_H",
        "HAVE_NCURSES_H",
        "HAVE_NCURSES_NCURSES_H",
        "MVWDELCH_IS_EXPRESSION",
        "WINDOW_HAS_FLAGS",
    }
)

# Every difference in what CPython's headers ask for, and why it is right.
EXPLAINED_POSIX: dict[str, frozenset[str]] = {
    "only py_curses.h asks; curses belongs to the machine, zig carries none": CURSES,
    "how that interpreter was linked; on POSIX it changes nothing for a module": frozenset(
        {"Py_ENABLE_SHARED"}
    ),
    "only the interpreter's own probes ask": frozenset({"WITH_DTRACE"}),
}
EXPLAINED_WINDOWS: dict[str, frozenset[str]] = {
    "MSVC knows no ssize_t; pyport.h takes intptr_t, which is the same type": frozenset(
        {"HAVE_PY_SSIZE_T", "PY_SSIZE_T_MAX"}
    ),
    "pyport.h defines them by the standard's types, of the same sizes": frozenset(
        {
            "PY_INT32_T",
            "PY_INT64_T",
            "PY_LLONG_MAX",
            "PY_LLONG_MIN",
            "PY_LONG_LONG",
            "PY_UINT32_T",
            "PY_UINT64_T",
            "PY_ULLONG_MAX",
        }
    ),
    "pyport.h defines it": frozenset({"WITH_THREAD"}),
    "mingw's pid_t has 64 bits, MSVC has none": frozenset({"SIZEOF_PID_T"}),
    "of use to macOS only; ours is right by the compiler": frozenset(
        {"SIZEOF_LONG_DOUBLE", "SIZEOF_UINTPTR_T"}
    ),
    "only the interpreter's import system asks": frozenset({"PYD_PLATFORM_TAG"}),
}


# What ours says and these real ones do not: facts that configure did not yet ask for, or no longer.
NOT_ASKED = frozenset(
    {
        "HAVE_CHMOD",
        "HAVE_EVENTFD",
        "HAVE_GETHOSTBYNAME",
        "HAVE_GETPPID",
        "HAVE_GETRUSAGE",
        "HAVE_MEMORY_H",
        "HAVE_NANOSLEEP",
        "HAVE_NETDB_H",
        "HAVE_NETINET_IN_H",
        "HAVE_PIPE",
        "HAVE_STDIO_H",
        "HAVE_SYSLOG_H",
        "HAVE_SYS_EVENTFD_H",
    }
)


def macros(folder: Path, *flags: str) -> dict[str, str]:
    """The macros that ``folder/pyconfig.h`` leaves defined; those that name another have its value."""
    # A C library's header may change feature macros: it must do so to ours and the real one.
    source = '#include "patchlevel.h"\n#include "pyconfig.h"\n#include <stdlib.h>\n'
    (folder / "probe.c").write_text(source)
    output = zig("cc", *flags, "-E", "-dM", "probe.c", cwd=folder)
    table = dict(re.findall(r"^#define (\w+) ?(.*)$", output, re.MULTILINE))

    def follow(name: str) -> str:
        seen = set()
        while name in table and name not in seen:
            seen.add(name)
            name = table[name]
        return name

    # A flag is a flag, whether it is empty or 1 (PC/pyconfig.h writes them empty).
    return {name: follow(name) or "1" for name in table}


def our_macros(real: Real, include: Path, scratch: Path) -> dict[str, str]:
    scratch.mkdir()
    for name in ("pyconfig.h", "patchlevel.h"):
        shutil.copy(include / name, scratch)
    threads = ("-DPy_GIL_DISABLED=1",) if real.version.free_threaded else ()
    return macros(scratch, "-target", real.target, *threads)


def their_macros(real: Real, include: Path, scratch: Path) -> dict[str, str]:
    scratch.mkdir()
    shutil.copy(real.path, scratch / "pyconfig.h")
    shutil.copy(include / "patchlevel.h", scratch)
    if not real.flags:
        return macros(scratch, "-target", real.target)
    # MSVC's headers are not to be had, and mingw's look at the macros that are set here.
    for name in ("io.h", "basetsd.h", "winapifamily.h", "stdio.h", "stdlib.h"):
        (scratch / name).touch()
    target = real.target.replace("windows-gnu", "freestanding")
    return macros(scratch, "-target", target, "-isystem", ".", *real.flags)


def check(real: Real, scratch: Path, cache_folder: Path) -> None:
    tree = read_tree(real.include, origin="system")
    if tree is None or not real.path.is_file():
        missing(f"{real.path} or its headers are missing: run scripts/runtimes.sh")
    include = prepare_include(tree, Cache(cache_folder))
    ours = our_macros(real, include, scratch / "ours")
    theirs = their_macros(real, include, scratch / "theirs")
    our_text = (include / "pyconfig.h").read_text(encoding="utf-8")
    define = re.compile(r"^\s*#\s*define\s+(\w+)", re.MULTILINE)
    named = {*define.findall(our_text), *define.findall(real.path.read_text(encoding="utf-8"))}
    asked = {
        word
        for path in include.rglob("*.h")
        if path.name != "pyconfig.h"
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8", errors="replace"))
    }
    explained = EXPLAINED_WINDOWS if real.flags else EXPLAINED_POSIX
    different = {
        name: (ours.get(name), theirs.get(name))
        for name in sorted((asked & named).difference(*explained.values()))
        if ours.get(name) != theirs.get(name)
    }
    assert different == {}
    claimed = {name for name in define.findall(our_text) if name.startswith("HAVE_") and name in ours}
    assert sorted(claimed - theirs.keys() - NOT_ASKED) == []


@pytest.mark.parametrize("real", reals(), ids=lambda real: real.name)
def test_agrees_with_real_one(real: Real, tmp_path: Path, cache_folder: Path) -> None:
    check(real, tmp_path, cache_folder)


@pytest.mark.parametrize("minor", range(9, 14))
def test_agrees_with_this_machines_own(minor: int, tmp_path: Path, cache_folder: Path) -> None:
    runtime = require(f"host-3.{minor}")
    include = runtime.command.resolve().parent.parent / "include" / f"python3.{minor}"
    target = runtime.platform.spec.zig
    path = include / "pyconfig.h"
    real = Real(name=runtime.name, version=runtime.python, target=target, path=path, include=include)
    check(real, tmp_path, cache_folder)

"""Situations of public bug reports: what compilers' runtimes supply, and what binaries need and offer."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest
import situations

from pyz3.audit import facts_of
from pyz3.driver import runtime

LIKE_UCRT = situations.PROJECTS / "long_doubles" / "like_ucrt.c"


def test_exceptions_and_types_of_one_module_are_known_to_another(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(situations.PROJECTS / "thrown_across", cache=pyz3_cache, tmp_path=tmp_path)
    assert built.done.returncode == 0, built.done.stderr
    expected = "logic_error Refusal bad_alloc 42 system_error text Shape* Circle"
    code = "import thrower, catcher; print(catcher.run(thrower.get()))"
    assert built.prints(code) == dict.fromkeys(situations.RUNTIMES, expected)
    # Nobody else's memory may come from a module's own operator new.
    for part in ("macosx_11_0_arm64", "macosx_10_13_x86_64", "manylinux", "musllinux"):
        if part == "manylinux":
            part = "manylinux_2_17_x86_64"  # noqa: PLW2901 - two platforms have it
        for name, content in built.files(part).items():
            (first, *_) = facts_of(content, name=name)
            assert ("/usr/lib/libc++.1.dylib" in first.needed) is part.startswith("macosx")
            exported = {symbol for facts in facts_of(content, name=name) for symbol in facts.exported}
            assert not {symbol for symbol in exported if symbol.startswith(("_Zn", "_Zd"))}, name


def test_macos_cxx_library_is_used_where_it_is_enough(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("cxx_of_macos", tmp_path)
    more = """
[[tool.pyz3.extensions]]
name = "newer"
sources = ["part.cpp"]
define = { NAME = "newer", PART = 1 }
"""
    told, needed = [], []
    for step in ("ordinary", "both"):
        if step == "both":
            with (project / "pyproject.toml").open("a") as file:
                file.write(more)
        built = situations.build(
            project, "-v", cache=pyz3_cache, tmp_path=tmp_path, platforms=("macos-arm64",)
        )
        assert built.done.returncode == 0, built.done.stderr
        told.append(re.findall(r"(\w+)\.\S+ is linked with (.*)", built.done.stdout + built.done.stderr))
        files = built.files("macosx_11_0_arm64")
        needed.append([facts.needed for name in sorted(files) for facts in facts_of(files[name], name=name)])
    # A wheel has one library: what a module throws is caught in the other.
    static = ("/usr/lib/libSystem.B.dylib",)
    assert needed == [[("/usr/lib/libc++.1.dylib", *static)], [static, static]]
    assert told == [
        [],
        [
            ("ordinary", "zig's libc++, as newer.cpython-313-darwin is"),
            ("newer", "zig's libc++: that of macOS 11.0 has no __ZNSt3__18to_charsEPcS0_d"),
        ],
    ]


def test_pybind11_modules_translate_each_other_s_exceptions(pyz3_cache: Path, tmp_path: Path) -> None:
    runtimes = ("host-3.13", "musllinux_x86_64-3.13")
    built = situations.build(
        situations.PROJECTS / "pybind11_pair",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64", "musllinux-x86_64"),
    )
    assert built.done.returncode == 0, built.done.stderr
    code = """
import pair.early, pair.late
said = []
for name, args in (("key", [{}]), ("stop", []), ("value", []), ("index", []), ("late", [])):
    try:
        getattr(pair.late, name)(*args)
    except BaseException as error:
        said.append(type(error).__name__)
print(*said)
"""
    expected = "KeyError StopIteration ValueError IndexError LateError"
    assert built.prints(code, runtimes) == dict.fromkeys(runtimes, expected)
    # What auditwheel asks of musllinux: musl under the name that Alpine gives it, and nothing else.
    for name, content in built.files("musllinux").items():
        if name.endswith(".so"):
            (facts,) = facts_of(content, name=name)
            assert facts.needed == ("libc.musl-x86_64.so.1",)


def test_functions_of_the_compiler_s_own_are_linked_where_they_are_called(
    pyz3_cache: Path, tmp_path: Path
) -> None:
    runtimes = ("host-3.13", "musllinux_x86_64-3.13", "linux_aarch64-3.13")
    built = situations.build(
        situations.PROJECTS / "builtins",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64", "musllinux-x86_64", "linux-aarch64"),
    )
    assert built.done.returncode == 0, built.done.stderr
    names = ("plain", "division", "quad", "power")
    code = f"print(*(__import__(name).value(5.0) for name in {names}))"
    assert built.prints(code, runtimes) == dict.fromkeys(runtimes, "5.0 894784853 8.333333333333334 3125.0")


def test_what_compilers_runtimes_supply(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(situations.PROJECTS / "compiler_runtime", cache=pyz3_cache, tmp_path=tmp_path)
    assert built.done.returncode == 0, built.done.stderr
    # gcc 12 and libatomic give the same.
    words = "[(1, 2), (1, 1), (4294967295, 1), (3, 1), (11, 5), (10, 4), (0, 110), (1, 0)]"
    level = 3 if "avx2" in Path("/proc/cpuinfo").read_text().split() else 1
    quotients = ("246913 246914 1",) * 3
    own = f"({level}, 1, 15) {words} {quotients}"
    code = "import runtime; print(runtime.level(), runtime.atomics(), runtime.complexes())"
    assert built.prints(code) == {
        "host-3.13": own,
        "musllinux_x86_64-3.13": own,
        "linux_aarch64-3.13": f"(3, 1, 15) {words} {quotients}",  # qemu is a Cortex-A72: CRC, no SVE
        "win_amd64-3.13": own,
    }


def test_what_rarer_machines_are_supplied_with(pyz3_cache: Path, tmp_path: Path) -> None:
    runtimes = ("linux_armv7l-3.13", "linux_i686-3.13", "linux_ppc64le-3.13", "linux_s390x-3.13")
    built = situations.build(
        situations.PROJECTS / "compiler_runtime",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-armv7l", "linux-i686", "linux-ppc64le", "linux-s390x"),
    )
    assert built.done.returncode == 0, built.done.stderr
    printed = built.prints("import runtime; print(runtime.others(), *runtime.complexes())", runtimes)
    # gcc 12 gives the same on x86_64.
    others = "(1, 1, 3, -471219798144, 1570731425920)"
    assert printed == dict.fromkeys(runtimes, others + " 246913 246914 1" * 3)


def test_long_double_is_printed_and_read(pyz3_cache: Path, tmp_path: Path) -> None:
    built = situations.build(
        situations.PROJECTS / "long_doubles",
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=("linux-x86_64", "windows-x64"),
    )
    assert built.done.returncode == 0, built.done.stderr
    c = "('1.250000 5      3.8 text   1.2% 7 9 2.5', '1.250000 wide 1.250000e+00', 4, 12, 1.5, 2.25, 7.75)"
    code = "import inc, incxx; print(inc.run()); print(incxx.run())"
    runtimes = ("host-3.13", "win_amd64-3.13")
    assert built.prints(code, runtimes) == dict.fromkeys(runtimes, f"{c}\n1.25 1.250000 2.5 2.5 3.5")


@pytest.mark.skipif(platform.machine() not in {"x86_64", "i686"}, reason="runs a program for 32-bit x86")
def test_long_double_on_windows_of_32_bits(tmp_path: Path) -> None:
    """No Python for it runs here: its code is compiled for Linux of 32 bits, beside what is like the UCRT."""
    sources = (Path(runtime.__file__).parent / "runtime" / "long_double.c", LIKE_UCRT)
    words = ("cc", "-target", "x86-linux-musl", "-static", "-O2", "-w", "-fno-sanitize=all", "-D_WIN32")
    command = [sys.executable, "-m", "ziglang", *words, "-D__declspec(x)=", "-D__stdcall=", *sources]
    program = tmp_path / "program"
    subprocess.run([*map(str, command), "-o", str(program)], check=True)
    done = subprocess.run([program], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines() == [
        "1 1.250000 1234567890123 ab    2.5 0.500000 x|",
        "7  1.50 ff",
        "3 1.500000 77 2.500000",
    ]


def test_a_shared_library_between_modules(pyz3_cache: Path, tmp_path: Path) -> None:
    """Both find it from their own folder, and there is one of it."""
    project = situations.PROJECTS / "shared_between_modules"
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path)
    assert built.done.returncode == 0, built.done.stderr
    code = "from shared_between_modules import left, right; print(left.step(), right.step(), left.step())"
    assert built.prints(code) == dict.fromkeys(situations.RUNTIMES, "1 11 12")
    module = "shared_between_modules/left.cpython-313-darwin.so"
    for part in ("macosx_11_0_arm64", "macosx_10_13_x86_64"):
        files = built.files(part)
        (library,) = facts_of(files["shared_between_modules/dll/libtally.dylib"], name="libtally")
        (facts,) = facts_of(files[module], name=module)
        assert (library.name, facts.rpaths) == ("@rpath/libtally.dylib", ("@loader_path/dll",))
        assert facts.needed == ("@rpath/libtally.dylib", "/usr/lib/libSystem.B.dylib")


def test_a_library_that_the_loader_does_not_find_is_told_of(pyz3_cache: Path, tmp_path: Path) -> None:
    """Linked by its path, a library has its name inside; where nobody looks for it, that is said."""
    platforms = ("linux-x86_64", "macos-arm64")
    project = situations.PROJECTS / "library_out_of_reach"
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=platforms)
    assert built.done.returncode == 0, built.done.stderr
    told = {
        line for line in (built.done.stdout + built.done.stderr).splitlines() if line.startswith("note: ")
    }
    unreached = "the loader does not look for reach/parts/count.so, which is needed: link with -Wl,-rpath,"
    assert told == {
        f"note: reach/far.cpython-313-x86_64-linux-gnu.so: {unreached}$ORIGIN/parts",
        f"note: reach/far.cpython-313-darwin.so: {unreached}@loader_path/parts",
        "note: -Wl,-rpath,/opt/parts is left out: a folder of this machine would be no use elsewhere",
    }
    # What is loaded already is not looked for.
    code = "from reach import near, far; print(near.up(), far.up())"
    assert built.prints(code, ("host-3.13",)) == {"host-3.13": "1 2"}

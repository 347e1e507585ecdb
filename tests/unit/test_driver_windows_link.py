"""Links for Windows by commands: which ways are tried, one after the other."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import ziglang

from pyz3.driver.local_symbols import keeping_own
from pyz3.driver.target import DriverTarget
from pyz3.driver.windows_link import link_lean
from pyz3.driver.zig_parts import parts_having, zig_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

X64 = DriverTarget("x86_64-windows-gnu")
LIB = str(Path(ziglang.__file__).parent / "lib")
LINK = ("zig", "cc", "-target", X64.zig, "-shared", "a.o", "r/libpyz3.a", "-s", "-o", "a.pyd")
CXX_LINK = (LINK[0], "c++", *LINK[2:])
RT = "compiler_rt.lib"
START = "-Wl,-e,DllMainCRTStartup"


def coff(undefined: str = "", defined: str = "", section: bytes = b".text") -> bytes:
    """An object with one section and these names ("PE Format", "COFF File Header" and after it)."""
    names = [(name, 0) for name in undefined.split()] + [(name, 1) for name in defined.split()]
    strings = bytearray()
    table = b""
    for name, number in names:
        table += struct.pack("<IIIhHBB", 0, 4 + len(strings), 0, number, 0x20, 2, 0)
        strings += name.encode() + b"\0"
    head = struct.pack("<HHIIIHH", 0x8664, 1, 0, 20 + 40, len(names), 0, 0)
    return head + section.ljust(40, b"\0") + table + struct.pack("<I", 4 + len(strings)) + bytes(strings)


def archive(*members: bytes) -> bytes:
    made = b"!<arch>\n"
    for member in members:
        made += b"m/".ljust(16) + b"0".ljust(32) + str(len(member)).encode().ljust(10) + b"`\n" + member
        made += b"\n" * (len(member) % 2)
    return made


def ways(
    words: Sequence[str],
    said: Sequence[str],
    *objects: bytes,
    own: bytes = b"",
    target: DriverTarget = X64,
) -> tuple[bool, list[list[str]]]:
    """What is linked besides, in each attempt; ``said``: what the linker says of those that fail."""
    answers = iter(said)
    tried: list[list[str]] = []

    def attempt(line: Sequence[str]) -> str | None:
        assert [*line[-2:]] == ["-o", "a.pyd"]
        added = [word for word in line if word not in words and word not in {"-nostdlib", "r/libpyz3-ucrt.a"}]
        tried.append(
            [word.partition("/zig-")[2].partition("-")[0] or word.removeprefix("r/") for word in added]
        )
        return next(answers, None)

    done = link_lean(
        words,
        target,
        zig_lib=LIB,
        folder="r",
        objects=objects,
        libraries=[],
        own=[own] if own else [],
        attempt=attempt,
        read=lambda file: archive(coff(defined="_ZSt9terminatev")) if "zig-abi" in file else archive(),
    )
    return done, tried


def lacks(*names: str) -> str:
    return "".join(f"lld-link: error: undefined symbol: {name}\n>>> referenced by a.o\n" for name in names)


def test_nothing_of_the_runtime_is_needed() -> None:
    assert ways(LINK, [], coff("PyModule_Create2")) == (True, [[]])


def test_a_function_of_the_compilers_own() -> None:
    assert ways(LINK, [lacks("___chkstk_ms")], coff("___chkstk_ms")) == (True, [[], [RT]])


def test_a_function_that_only_mingw_has() -> None:
    lacking = lacks("clock_gettime64", "__mingw_snprintf")
    done, tried = ways(LINK, [lacking, lacking], coff("clock_gettime64"))
    assert (done, tried[:2]) == (True, [[], [RT]])
    assert tried[2:] == [[START, "mingw", "printf", "pthreads", RT]]


def test_what_a_part_lacks_itself_is_looked_for_in_others() -> None:
    lacking = lacks("getopt")
    done, tried = ways(LINK, [lacking, lacking, lacks("gai_strerrorA")], coff("getopt"))
    assert (done, tried[2:]) == (
        True,
        [[START, "mingw", "posix", RT], [START, "mingw", "posix", "sockets", RT]],
    )


def test_what_nobody_has_is_for_the_whole_runtime_to_find() -> None:
    lacking = lacks("nobody_has_it")
    done, tried = ways(LINK, [lacking] * 3, coff("nobody_has_it"))
    assert (done, len(tried)) == (False, 3)
    lacking = lacks("getopt")
    done, tried = ways(LINK, [lacking] * 3, coff("getopt"))  # the part did not help
    assert (done, len(tried)) == (False, 3)


@pytest.mark.parametrize("section", [b".ctors", b".CRT$XCU", b".tls$"])
def test_what_only_start_up_code_looks_at(section: bytes) -> None:
    assert ways(LINK, [], coff(section=section)) == (True, [[START, "mingw", RT]])


def test_what_our_own_library_sets_up_when_a_dll_is_loaded() -> None:
    own = archive(coff(defined="__cpu_model", section=b".ctors"), coff(defined="plain"))
    assert ways(LINK, [], coff("plain"), own=own) == (True, [[]])
    assert ways(LINK, [], coff("__cpu_model"), own=own) == (True, [[START, "mingw", RT]])


def test_our_own_library_is_linked_in_each_way() -> None:
    """It prints a long double, in place of the UCRT."""
    assert ["r/libpyz3.a" in line for line in lines(LINK, failing=2)] == [True] * 3


def lines(words: Sequence[str], *, failing: int = 0, own: str = "") -> list[list[str]]:
    """The command lines that are tried; ``own``: a library that the link has in a folder of its own."""
    tried: list[list[str]] = []

    def attempt(line: Sequence[str]) -> str | None:
        tried.append([*line])
        return lacks("getopt") if len(tried) <= failing else None

    link_lean(
        words, X64, zig_lib=LIB, folder="r", objects=[coff("getopt")],
        libraries=[(own, archive(coff()))] if own else [], own=[], attempt=attempt, read=str.encode,
    )  # fmt: skip
    return tried


LIBRARIES = ("zig", "cc", "-shared", "a.o", "-L/own", "-lown", "-lws2_32", "-lm", "-lpthread")
OUTPUT = ("-o", "a.pyd")


def test_the_systems_libraries_are_ours_and_the_projects_are_looked_for_as_before() -> None:
    words = (*LIBRARIES, "-Wl,--out-implib,libx.dll.a", "-luuid")
    ours = ("-nostdlib", "r/libpyz3-ucrt.a", "r/ws2_32.lib")
    assert lines((*words, *OUTPUT)) == [[*LIBRARIES[:6], "-Wl,--out-implib,libx.dll.a", *ours, *OUTPUT]]


@pytest.mark.parametrize("name", ["pthread", "ws2_32", "m", "uuid"])
def test_a_library_of_the_projects_own_is_linked_whatever_it_is_called(name: str) -> None:
    (line,) = lines((*LIBRARIES, "-luuid", *OUTPUT), own=name)
    assert [word for word in line if word.startswith("-l")] == ["-lown", f"-l{name}"]


@pytest.mark.parametrize(
    "words",
    [
        tuple(word for word in LIBRARIES if word != "-shared"),
        (*LIBRARIES, "b.c"),
        (*LIBRARIES, "-nostdlib"),
        (*LIBRARIES, "-Wl,-e,start"),
        (*LIBRARIES, "-Wl,--entry=start"),
        (*LIBRARIES, "-flto=thin"),
        # What is in these was not looked at.
        (*LIBRARIES, "-l:libother.a"),
        (*LIBRARIES, "-Wl,--whole-archive,libother.a,--no-whole-archive"),
        (*LIBRARIES, "-fsanitize=undefined"),
        # A DLL with C functions of its own.
        (*LIBRARIES, "-lntdll"),
    ],
)
def test_a_link_that_says_itself_how_it_is_made(words: tuple[str, ...]) -> None:
    assert lines((*words, *OUTPUT)) == []


def test_what_the_linker_compiles_may_need_anything() -> None:
    assert ways(LINK, [], b"..BC\xc0\xde..") == (False, [])


def test_cxx_takes_the_parts_that_its_objects_ask_for_and_the_first_ones_lack() -> None:
    base = [START, "mingw", "unwind", "abi", "core"]
    asked = coff("_ZSt9terminatev _ZNSt3__16__sortIRNS_6__lessIiiEEPiEEvT0_S5_T_ pthread_create")
    assert ways(CXX_LINK, [], asked) == (True, [[*base, RT]])
    said = lacks("std::__1::__sort<std::__1::__less<int, int>&, int*>(int*)", "pthread_create")
    assert ways(CXX_LINK, [said], asked) == (
        True,
        [[*base, RT], [*base, "numbers", "printf", "pthreads", RT]],
    )


def test_debug_builds_take_the_whole_runtime() -> None:
    debug = DriverTarget(X64.zig, debug=True)
    done, tried = ways(LINK, [lacks("getopt")] * 2, coff("getopt"), target=debug)
    assert (done, tried) == (False, [[], [RT]])


def test_parts_are_found_by_names() -> None:
    parts = zig_parts(X64, folder="f", zig_lib=LIB)

    def having(*names: str) -> list[str]:
        return [one.file.split("-")[1] for one in parts_having(names, parts)]

    assert having("malloc", "___chkstk_ms") == []
    assert having("__mingw_snprintf") == ["printf"]
    assert having("___mingw_vsscanf") == ["printf", "scanf"]  # of 32 bits; it needs the first
    assert having("_ZNSt3__14sortEv") == ["numbers"]
    assert having("_ZNSt3__17unknownEv") == ["numbers", "threads", "streams", "files", "rest"]


def test_functions_of_its_own_that_a_link_imports_are_kept() -> None:
    own, calling = coff(defined="other"), coff(undefined="__imp_other")
    assert keeping_own([calling], "x86_64") == keeping_own([own, coff(undefined="other")], "x86_64") == b""
    assert keeping_own([coff(undefined="__imp_puts"), own], "x86_64") == b""
    made = keeping_own([calling, own], "aarch64")
    assert made[:4] == b"\x64\xaa\x01\0"  # IMAGE_FILE_MACHINE_ARM64, one section
    assert (made[20:28], made[60:]) == (b".drectve", b" -include:other")
